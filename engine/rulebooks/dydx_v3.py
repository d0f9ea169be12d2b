"""dYdX v3 perpetuals (StarkEx), which were shut down in 2024.

Cross margin an account; an initial margin fraction that grows with the size; liquidation at the close price, whose
difference to the market is the insurance fund's; then deleveraging by profit and leverage. Sources: dydxprotocol/
v4-abacus at 78248928 (SubAccountCalculator.kt, the v3 formulas), dYdX help articles 4797358, 4798040, 4800587, 5232637,
3937624, v3 docs as quoted in dydxprotocol/v3-client issue 201, boardroom dydx onchain:12. Margin is judged by the index
(oracle) price, which on a tape is the mark. What they leave open and what is left out stands in `UNSURE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from engine.account import Mode, Pool, Position
from engine.assets import of_market
from engine.formula import Sum
from engine.margin import Bracket, Health, bracket_requirement
from engine.numbers import EXACT, ONE, ZERO, divide
from engine.rulebooks.base import (
    CancelOrders,
    Card,
    Exposure,
    Failing,
    InsuranceDelta,
    Level,
    Reduce,
    Role,
    SetupError,
    Step,
    TakeOver,
)
from engine.rulebooks.data.dydx_v3_markets import MARKETS, UNLISTED, MarketRisk
from engine.rules.bankruptcy import proportional_prices
from engine.rules.initial_fraction import initial_at_fraction, whole_leverage_of
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    fraction,
    named,
    number,
    only,
    overridden,
    rate_setter,
    set_flat_maintenance,
)
from engine.rules.venue import Venue

UNSURE = (
    "third party: the close price (v3 docs quoted in an issue); a liquidation fee of 1 % is in secondary texts only",
    "chosen: the fund has all of what a fill is better than the close price; `set liquidation-fee 1%` caps it",
    "chosen: the market takes each position at the close price or better, the largest requirement first; the rest goes "
    "to the fund at the close price",
    "chosen: liquidations pay no trading fee; the account’s orders are cancelled before one",
    "chosen: deleveraging ranks by profit ÷ value at entry × value ÷ account value; sources say profit and leverage",
    "chosen: the fund’s size; the traders that are deleveraged",
    "chosen: markets not listed here have 10 %, 5 % and no sizes; LINK grows by 2 %; CELO’s sizes are not known",
    "not found: the interest of funding: 0.01 % for 8 h is that of the older contracts; late fee tables",
    "the increment counts whole steps of size as the source does; the help page could be read as rounding up",
    "a position above the largest size of its market is not refused: its fraction stops growing, as in the source",
    "from memory: fees of 0.02 % and 0.05 % in the last years; 2021’s are used here",
    "left out: isolation by a second account, market makers’ base fraction, Starkware’s forced trades",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers; `set NAME VALUE` in a set-up overrides one. Rates are fractions, money is in USDC.

    Markets: 2022; fees: 2021, the tier below $1,000,000 of volume a month; funding cap: DIP 12.
    """

    markets: Mapping[str, MarketRisk] = field(default_factory=lambda: MARKETS)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    taker: Decimal = Decimal("0.002")
    maker: Decimal = Decimal("0.0005")
    interest_8h: Decimal = Decimal("0.0001")
    funding_cap_8h: Decimal = Decimal("0.04")
    liquidation_fee: Decimal = ONE
    fund_capital: Decimal = Decimal(10_000_000)

    def market(self, symbol: str) -> MarketRisk:
        """The fractions and sizes of a market."""
        return of_market(self.markets, symbol) or UNLISTED


class DydxV3(Venue):
    """The rulebook `dydx_v3`."""

    card = Card(
        name="dydx_v3",
        title="dYdX v3 perpetuals (USDC, shut down in 2024)",
        modes=("cross: all positions of an account; isolation is another account, which is not played [help]",),
        margin=(
            "initial: notional × fraction: BTC, ETH 5 %, SOL, DOGE, LINK 10 %; or 1 ÷ your leverage, if that is more "
            "[API 2022-02-11]",
            "the fraction grows with the size: BTC by 1 % for each 1.5 above 9, ETH by 1 % for each 28 above 140, SOL "
            "by 2 % for each 700 above 3,400 [help 5232637]",
            "maintenance: BTC, ETH 3 %, others 5 % of notional, whatever the size [API 2022-02-11]",
            "margin moved out must leave the initial margin [SubAccountCalculator.kt]",
        ),
        costs=(
            "fees: taker 0.2 %, maker 0.05 % of notional [help 4798040, 2021]",
            "funding each hour: (premium + 0.01 %) ÷ 8, the 8 h rate at most 4 % [DIP 12]",
        ),
        liquidation=(
            "below maintenance, by the index price: each position is closed at P × (1 ∓ M × V ÷ W), V the account’s "
            "value, W its maintenance: so the last leaves nothing [v3 docs]",
            "what the market pays above that goes to the insurance fund, what it pays below comes from it [v3 docs]",
        ),
        below_zero=(
            "the insurance fund, as far as it goes: $10,000,000 here [help 4797358]",
            "then deleveraging of others at the close price, by profit and leverage [help 4797358]",
        ),
        example=("maintenance 5%", "insurance-fund 1000"),
        unsure=UNSURE,
        sources=(
            "dydxprotocol/v4-abacus SubAccountCalculator.kt at 78248928; dydxprotocol/v3-client issue 201",
            "dYdX help 4797358, 4798040, 4800587, 5232637, 3937624; boardroom dydx onchain:12",
            "dydxprotocol/perpetual test/p1Liquidation.test.ts at 87f22632 (the older contracts)",
        ),
        dated="2022-02-11",
    )
    keeps = "what stays must cover the initial margin"
    modes: ClassVar[tuple[Mode, ...]] = ("cross",)
    insurer = "insurance fund"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._brackets: dict[str, tuple[Bracket, ...]] = {}

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The insurance fund, with a capital that is stated here."""
        return {self.insurer: self.parameters.fund_capital}

    def fee_rate(self, role: Role) -> Decimal:
        """Below $1,000,000 a month."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """1 ÷ the fraction of small sizes: what a size needs beyond that is in its requirement."""
        return whole_leverage_of(self.parameters.market(symbol).initial)

    def initial_fraction(self, position: Position) -> Decimal:
        """Of the position's size."""
        return incremental_fraction(self.parameters.market(position.symbol), abs(position.size))

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """|S| × P × I."""
        return initial_at_fraction(position, self.initial_fraction(position)).exact({position.symbol: mark})

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Account value against: Σ |S × P × I| to open or to move margin out; Σ |S × P × M| to stay; nothing before the
        fund takes it over. Equality is safe (SubAccountCalculator.kt)."""
        equity = pool.equity(collateral)
        held = [position for _, position in sorted(pool.positions.items())]
        if level == "backstop":
            return Health(equity, Sum("nothing", ()))
        if level in ("order", "withdraw"):
            initial = tuple(initial_at_fraction(p, self.initial_fraction(p)) for p in held)
            return Health(equity, Sum("initial requirement", initial))
        maintenance = tuple(bracket_requirement(p, self._bracket(p.symbol)) for p in held)
        return Health(equity, Sum("maintenance requirement", maintenance))

    def _bracket(self, symbol: str) -> tuple[Bracket, ...]:
        if symbol not in self._brackets:
            rate = flat_rate(self.parameters.flat_maintenance, symbol)
            rate = self.parameters.market(symbol).maintenance if rate is None else rate
            self._brackets[symbol] = (Bracket(ZERO, rate, ZERO),)
        return self._brackets[symbol]

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """An eighth of premium + interest, which is capped."""
        own = self.parameters
        rate = (premium or ZERO) + own.interest_8h
        return divide(max(-own.funding_cap_8h, min(own.funding_cap_8h, rate)), Decimal(8))

    # -- liquidation

    def next_step(self, failing: Failing) -> Step | None:
        """Cancel the orders; each position at its close price or better; the fund takes what is left."""
        pool, marks = failing.pool, failing.marks
        health = self.health(pool, failing.collateral, "maintenance")
        if health.safe(marks) or not pool.positions:
            return None
        if failing.has_orders:
            return CancelOrders()
        prices = self.close_prices(pool, failing.collateral, marks)
        if health.credit.exact(marks) < 0:
            return TakeOver(self.insurer, prices)
        tried = {step.position for step in failing.done if isinstance(step, Reduce)}
        new = [p for key, p in sorted(pool.positions.items()) if key not in tried and p.symbol in failing.trading]
        if new:
            first = max(new, key=lambda p: self._maintenance(p, marks))
            price = prices[first.key]
            insurance = InsuranceDelta(self.insurer, price, self.parameters.liquidation_fee)
            return Reduce(first.key, ONE, limit=max(price, ZERO), insurance=insurance)
        return TakeOver(self.insurer, prices) if tried & pool.positions.keys() else None

    def _maintenance(self, position: Position, marks: Mapping[str, Decimal]) -> Decimal:
        return bracket_requirement(position, self._bracket(position.symbol)).exact(marks)

    def close_prices(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """P × (1 − M × V ÷ W) for a long, P × (1 + M × V ÷ W) for a short, by position key; off the tick grid. V ÷ W
        stays as it is while positions are closed at it (v3 docs, liquidations)."""
        parts = {key: self._maintenance(p, marks) for key, p in pool.positions.items()}
        return proportional_prices(pool, pool.equity(collateral).exact(marks), parts, marks)

    def adl_rank(self, symbol: str, exposure: Exposure, mark: Decimal) -> Decimal:
        """Profit ÷ value at entry × leverage, which is value ÷ account value."""
        profit = EXACT.multiply(mark - exposure.entry_price, exposure.size)
        share = divide(profit, EXACT.multiply(abs(exposure.size), exposure.entry_price))
        return EXACT.multiply(share, divide(exposure.notional, exposure.account_value))


def incremental_fraction(market: MarketRisk, size: Decimal) -> Decimal:
    """IMF, and above the baseline size IMF + increment × trunc((s − baseline) ÷ step), with s at most the largest size.

    Source: v4-abacus SubAccountCalculator.kt at 78248928; `size` in base units (≥ 0).
    """
    size = min(size, market.largest)
    if market.step == 0 or size <= market.baseline:
        return market.initial
    steps = int(divide(size - market.baseline, market.step))
    return market.initial + EXACT.multiply(market.increment, Decimal(steps))


def _set_market(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set market BTC 5% 3%`, or with sizes: `set market BTC 5% 3% 9 1.5 170 1%`."""
    example = "set market BTC 5% 3% 9 1.5 170 1%"
    only(words, 7 if len(words) == 7 else 3, example)
    symbol, initial, maintenance = named(words[0], example), *(fraction(each, "a fraction") for each in words[1:3])
    if not 0 < maintenance <= initial:
        raise SetupError("maintenance must be more than zero, and not above the initial fraction", example)
    risk = MarketRisk(initial, maintenance)
    if len(words) == 7:
        baseline, step, largest = (number(each, "a size", example) for each in words[3:6])
        if not 0 <= baseline <= largest or step <= 0:
            raise SetupError("sizes want a baseline, a step above zero and a largest size", example)
        risk = MarketRisk(initial, maintenance, baseline, step, largest, fraction(words[6], "an increment"))
    return replace(parameters, markets=MappingProxyType({**parameters.markets, symbol: risk}))


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "market": _set_market,
        "maintenance": set_flat_maintenance,
        "insurance-fund": capital_setter("insurance-fund", "fund_capital"),
        "liquidation-fee": rate_setter("liquidation-fee", "liquidation_fee"),
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
        "interest": rate_setter("interest", "interest_8h"),
        "funding-cap": rate_setter("funding-cap", "funding_cap_8h"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> DydxV3:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return DydxV3(overridden(Parameters(), OVERRIDES, overrides, "dydx_v3"))
