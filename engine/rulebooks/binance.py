"""Binance USDT-margined futures.

Cross and isolated margin a market, one-way and hedge mode; leverage brackets with their maintenance amount (`cum`);
liquidation by one IOC order, then the insurance fund at the bankruptcy price, then auto-deleveraging. Sources: the
venue's FAQ on liquidation, leverage and auto-deleveraging, its brackets of 2024-10-24 and its exchangeInfo of
2024-03-28, as collected on 2026-11-22; each fact on the card names where it is from.
What they leave open and what is left out here stands in `UNSURE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from engine.account import Account, Mode, Pool, Position
from engine.assets import of_market
from engine.formula import Formula, Sum
from engine.margin import (
    GAUGE_WITHOUT_CREDIT,
    Bracket,
    Health,
    bracket_requirement,
    brackets,
    initial_requirement,
)
from engine.numbers import EXACT, ONE, ZERO, divide
from engine.orders.order import PositionSide
from engine.rulebooks.base import (
    CancelOrders,
    Card,
    Exposure,
    Failing,
    Level,
    ReduceUntil,
    Refusal,
    Role,
    SetupError,
    Step,
    TakeOver,
)
from engine.rulebooks.data.binance_brackets import BRACKETS, CLEARANCE, PEPE, Tier
from engine.rules.funding_formula import premium_and_interest
from engine.rules.modes import one_mode_key
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    fraction,
    named,
    number,
    overridden,
    rate_setter,
    set_flat_maintenance,
    whole_leverage,
)
from engine.rules.venue import Venue

EIGHT_HOURS = 8 * 3_600_000
UNSURE = (
    "chosen: the IOC order leaves maintenance at 90 % of the margin, by as few lots as do; all where none do",
    "chosen: the IOC order’s limit is the bankruptcy price; it pays the taker fee, and clearance while margin is left",
    "chosen: of a cross pool the position with the largest maintenance goes first, one order each",
    "chosen: bankruptcy prices of several positions: losers bear a deficit, up to their entries; else by maintenance",
    "chosen: the fund works off what it takes at the mark, at once; its size; the traders that are deleveraged",
    "third party: funding is capped at the maintenance rate of the first bracket; some contracts are said to have 3 %",
    "not found: clearance fee and brackets of markets not listed here: 1.5 %, and the brackets of 1000PEPE",
    "chosen: a hedge’s two sides need the sum of both, each in its own bracket",
    "chosen: a pool whose margin equals its maintenance stands",
    "chosen: a resting order reserves nothing; it is checked when placed and again when it fills",
    "chosen: a market that stands still waits until the margin is gone, then the fund takes it",
    "from memory: funding at 00, 08 and 16 UTC; margin can be taken out down to the initial margin; VIP 0 fees",
    "left out: multi-assets margin, BNB discount, price protection, limits on orders, funding every 4 h or 1 h",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers; `set NAME VALUE` in a set-up overrides one. Rates are fractions, money in quote units."""

    brackets: Mapping[str, tuple[Tier, ...]] = field(default_factory=lambda: BRACKETS)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    clearance: Mapping[str, Decimal] = field(default_factory=lambda: CLEARANCE)
    other_clearance: Decimal = Decimal("0.015")
    compliant: Decimal = Decimal("0.9")
    taker: Decimal = Decimal("0.0005")
    maker: Decimal = Decimal("0.0002")
    interest_8h: Decimal = Decimal("0.0001")
    funding_clamp: Decimal = Decimal("0.0005")
    funding_cap: Decimal | None = None
    fund_capital: Decimal = Decimal(10_000_000)

    def tiers_of(self, symbol: str) -> tuple[Tier, ...]:
        """The brackets of a market; a stated stand-in for markets that are not listed here."""
        return of_market(self.brackets, symbol) or PEPE


class Binance(Venue):
    """The rulebook `binance`."""

    card = Card(
        name="binance",
        title="Binance USDT-margined futures",
        modes=(
            "cross or isolated, one mode a market for both sides [FAQ]",
            "one-way, or hedge: a market’s long and short are two positions; isolated, each has its own margin [FAQ]",
            "the mode stays while the market has a position or an order [FAQ]",
        ),
        margin=(
            "initial: notional ÷ leverage, one leverage a market for both sides [FAQ leverage and margin]",
            "largest leverage by notional: BTC and ETH 125x to 50,000, 20x to 100 and 65 million [brackets 2024-10-24]",
            "maintenance: notional × rate − cum (the bracket’s maintenance amount): BTC 0.4 % to 50,000, 0.5 % to "
            "600,000, … 50 % to 1,800,000,000 [brackets 2024-10-24]",
            "margin moved out of a pool must leave the initial margin [FAQ]",
        ),
        costs=(
            "fees: taker 0.05 %, maker 0.02 % of notional [VIP 0]",
            "funding every 8 h: premium + clamp(0.01 % − premium, ±0.05 %), capped [FAQ funding]",
        ),
        liquidation=(
            "below maintenance, by the mark: orders of the pool are cancelled [FAQ liquidation]",
            "then one IOC order reduces the position to a compliant level [FAQ liquidation]",
            "clearance fee on what it trades: BTC, ETH, XRP 1.25 %, SOL 1.5 %, others 1–2 % [exchangeInfo 2024-03-28]",
            "what is still deficient goes to the insurance fund at the bankruptcy price [FAQ liquidation]",
        ),
        below_zero=(
            "the insurance fund, as far as its capital goes: 10,000,000 here [FAQ insurance fund]",
            "then auto-deleveraging at the bankruptcy price, free of fees, by profit ÷ collateral × margin ratio [ADL]",
        ),
        example=("maintenance 0.5%", "insurance-fund 1000"),
        unsure=UNSURE,
        sources=(
            "Binance FAQ: liquidation, leverage and margin, auto-deleveraging, funding (partly in third-party copies)",
            "freqtrade: binance_leverage_tiers.json, test_binance.py (the venue’s own worked examples)",
            "exchangeInfo of 2024-03-28, third-party copy",
        ),
        dated="2024-10-24",
    )
    keeps = "what stays must cover the initial margin"
    modes = ("cross", "isolated")
    hedge_mode = True
    insurer = "insurance fund"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._brackets: dict[str, tuple[Bracket, ...]] = {}

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The insurance fund, with a capital that is stated here, not by the venue."""
        return {self.insurer: self.parameters.fund_capital}

    def fee_rate(self, role: Role) -> Decimal:
        """VIP 0."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def clearance_rate(self, symbol: str) -> Decimal:
        """`liquidationFee` of exchangeInfo."""
        rate = of_market(self.parameters.clearance, symbol)
        return self.parameters.other_clearance if rate is None else rate

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """Of the bracket that `notional` falls into; 0 above the last."""
        return next((tier.leverage for tier in self.parameters.tiers_of(symbol) if notional <= tier.cap), 0)

    def largest_notional(self, symbol: str, leverage: int) -> Decimal | None:
        """The cap of the last bracket that gives `leverage`."""
        return max((tier.cap for tier in self.parameters.tiers_of(symbol) if tier.leverage >= leverage), default=ZERO)

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """One mode a market for both sides; isolated, a pool a side. Positions and orders hold the mode (FAQ)."""
        return one_mode_key(account, symbol, mode, position_side, "binance", with_orders=True)

    def maintenance_brackets(self, symbol: str) -> tuple[Bracket, ...]:
        """Rate and `cum` of each bracket: cum(n) = cum(n−1) + floor(n) × (rate(n) − rate(n−1)) (FAQ)."""
        if symbol not in self._brackets:
            tiers, rate = self.parameters.tiers_of(symbol), flat_rate(self.parameters.flat_maintenance, symbol)
            floors = (ZERO, *(tier.cap for tier in tiers))
            rows = [(floor, tier.rate) for floor, tier in zip(floors, tiers, strict=False)]
            self._brackets[symbol] = brackets([(ZERO, rate)] if rate is not None else rows)
        return self._brackets[symbol]

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Equity against: Σ notional ÷ leverage to open or to move margin out; Σ notional × rate − cum to stay, and
        more of it for a liquidation to end; nothing before the fund takes the pool over. Equality is safe."""
        equity = pool.equity(collateral)
        positions = [position for _, position in sorted(pool.positions.items())]
        if level == "backstop":
            return Health(equity, Sum("nothing", ()))
        if level in ("order", "withdraw"):
            return Health(equity, Sum("initial requirement", tuple(initial_requirement(p) for p in positions)))
        health = Health(equity, Sum("maintenance requirement", tuple(self._maintenance(p) for p in positions)))
        return health.scaled(self.parameters.compliant) if level == "liquidation_end" else health

    def _maintenance(self, position: Position) -> Formula:
        return bracket_requirement(position, self.maintenance_brackets(position.symbol))

    def next_funding(self, after: int) -> int:
        """00:00, 08:00 and 16:00 UTC."""
        return (after // EIGHT_HOURS + 1) * EIGHT_HOURS

    def funding_period(self) -> int:
        """Eight hours."""
        return EIGHT_HOURS

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """F = P + clamp(0.01 % − P, −0.05 %, +0.05 %), capped."""
        own, premium = self.parameters, premium or ZERO
        cap = self.parameters.tiers_of(symbol)[0].rate if own.funding_cap is None else own.funding_cap
        rate = premium_and_interest(premium, own.interest_8h, own.funding_clamp)
        return max(-cap, min(cap, rate))

    def next_step(self, failing: Failing) -> Step | None:
        """Cancel the orders; an IOC order a position; the fund at the bankruptcy price (FAQ liquidation)."""
        pool, marks = failing.pool, failing.marks
        if self.health(pool, failing.collateral, "maintenance").safe(marks):
            return None
        if failing.has_orders:
            return CancelOrders()
        prices = self.bankruptcy_prices(pool, failing.collateral, marks)
        if not self.health(pool, failing.collateral, "backstop").safe(marks):
            return TakeOver(self.insurer, prices)
        tried = {step.position for step in failing.done if isinstance(step, ReduceUntil)}
        new = [p for key, p in sorted(pool.positions.items()) if key not in tried and p.symbol in failing.trading]
        if new:
            largest = max(new, key=lambda p: self._maintenance(p).exact(marks))
            return ReduceUntil(largest.key, "liquidation_end", prices[largest.key])
        return TakeOver(self.insurer, prices) if tried & pool.positions.keys() else None

    def bankruptcy_prices(
        self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]
    ) -> MappingProxyType[str, Decimal]:
        """What each position must go at so that nothing is left of the pool, and nothing owed; off the tick grid.

        A deficit is first borne by the positions that lose, up to their entry: on their other side are the winners
        that can pay it. What is left, or owed beyond that, is shared out by maintenance.
        """
        held = pool.positions.items()
        left, losses = pool.equity(collateral).exact(marks), {k: _loss(p, marks[p.symbol]) for k, p in held}
        borne = min(max(ZERO, -left), sum(losses.values(), ZERO))
        weights = {key: max(ZERO, self._maintenance(p).exact(marks)) for key, p in held}
        if not any(weights.values()):
            weights = {key: p.notional(marks[p.symbol]) for key, p in held}
        by_loss, by_maintenance = _shared(-borne, losses), _shared(left + borne, weights)
        shares = {key: by_loss[key] + by_maintenance[key] for key, _ in held}
        return MappingProxyType({key: marks[p.symbol] - divide(shares[key], p.size) for key, p in held})

    def adl_rank(self, symbol: str, exposure: Exposure, mark: Decimal) -> Decimal:
        """LeveragePnL = (unrealised profit ÷ collateral) × margin ratio, which is maintenance margin ÷ margin balance
        (FAQ 360033525471)."""
        profit = EXACT.multiply(mark - exposure.entry_price, exposure.size)
        collateral = exposure.account_value - profit
        if collateral <= 0:
            return GAUGE_WITHOUT_CREDIT
        held = Position(symbol, exposure.size)
        ratio = divide(self._maintenance(held).exact({symbol: mark}), exposure.account_value)
        return EXACT.multiply(divide(profit, collateral), ratio)


def _loss(position: Position, mark: Decimal) -> Decimal:
    return max(ZERO, -position.unrealised(mark))


def _shared(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """An amount in parts, by weight."""
    total = sum(weights.values(), ZERO) or ONE
    return {key: divide(EXACT.multiply(amount, weight), total) for key, weight in weights.items()}


def _set_brackets(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set brackets ETH 50000:0.4%:125x 600000:0.5%:100x`: caps, maintenance rates and leverages, rising."""
    example = "set brackets ETH 50000:0.4%:125x 600000:0.5%:100x"
    symbol, tiers = named(words[0], example), tuple(_tier(word, example) for word in words[1:])
    rising = all(one.cap < two.cap and one.rate < two.rate for one, two in pairwise(tiers))
    if not tiers or not rising or any(one.leverage < two.leverage for one, two in pairwise(tiers)):
        raise SetupError("brackets want caps and rates that rise and leverages that don’t", example)
    return replace(parameters, brackets=MappingProxyType({**parameters.brackets, symbol: tiers}))


def _tier(word: str, example: str) -> Tier:
    parts = word.split(":")
    if len(parts) != 3:
        raise SetupError(f"“{word[:32]}” is no CAP:RATE:LEVERAGE", example)
    cap = number(parts[0].removeprefix("$").replace(",", ""), "a cap", example)
    if cap <= 0:
        raise SetupError("a cap must be more than zero", example)
    return Tier(cap, fraction(parts[1], "a rate"), whole_leverage(parts[2], "a leverage", example))


def _set_clearance(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set clearance 1%` for every market."""
    changed: Parameters = rate_setter("clearance", "other_clearance")(parameters, words)
    return replace(changed, clearance=MappingProxyType({}))


def _set_compliant(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set compliant 80%`, up to 100 %."""
    value = ONE if words == ("100%",) else rate_setter("compliant", "compliant")(parameters, words).compliant
    if value == 0:
        raise SetupError("compliant must be more than zero", "set compliant 90%")
    return replace(parameters, compliant=value)


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "brackets": _set_brackets,
        "maintenance": set_flat_maintenance,
        "clearance": _set_clearance,
        "compliant": _set_compliant,
        "insurance-fund": capital_setter("insurance-fund", "fund_capital"),
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
        "interest": rate_setter("interest", "interest_8h"),
        "funding-cap": rate_setter("funding-cap", "funding_cap"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> Binance:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return Binance(overridden(Parameters(), OVERRIDES, overrides, "binance"))
