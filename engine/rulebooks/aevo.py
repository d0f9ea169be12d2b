"""Aevo perpetuals.

One cross-margin account in standard or portfolio margin, with coins as collateral; liquidation by orders on the book
every two seconds, then the insurance fund, then auto-deleveraging. Sources: docs.aevo.xyz, as collected on 2026-11-22;
each formula names its page. No tests of the venue's own were found. What the pages leave open and what is left out here
stands on the card (`data/aevo_card.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar

from engine.account import Mode, Pool, Position
from engine.assets import base_asset, of_market
from engine.formula import Const, Formula, Min, Price, Sum
from engine.margin import Charged, Health
from engine.numbers import EXACT, ONE, ZERO, divide, plain
from engine.rulebooks.base import (
    CancelOrders,
    Card,
    Charge,
    Deleverage,
    Exposure,
    Failing,
    HandOver,
    Level,
    Overrides,
    Reduce,
    Refusal,
    Role,
    SetupError,
    Step,
    TakeOver,
    Wait,
)
from engine.rulebooks.data import aevo_markets as tables
from engine.rulebooks.data.aevo_card import CARD
from engine.rulebooks.data.aevo_markets import Coin, Terms, underlying
from engine.rules.conversion import Holding, conversions
from engine.rules.funding_formula import premium_and_interest
from engine.rules.initial_fraction import initial_at_fraction, whole_leverage_of
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    fraction,
    named,
    only,
    overridden,
    rate_setter,
    set_flat_maintenance,
)
from engine.rules.portfolio import worst_scenario
from engine.rules.spot_and_perp import is_spot, perp_positions, quote_money, spot_positions
from engine.rules.venue import Venue
from engine.rules.weights import Weights, counted, weighed

CONVERSION = "collateral conversion"
LARGEST_DEBT = ONE
"""USDC below zero that is left alone (cross-margin-collateral-framework)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, dated 2026-11-22; `set NAME VALUE` in a set-up overrides one. Rates are fractions, money is
    in USDC, times are in milliseconds."""

    margin: str = "standard"
    markets: Mapping[str, Terms] = field(default_factory=lambda: tables.MARKETS)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    pre_launch: frozenset[str] = frozenset()
    coins: tuple[Coin, ...] = tables.COINS
    spot_move: Decimal = Decimal("0.2")
    floor: Decimal = Decimal("0.01")
    portfolio_maintenance: Decimal = Decimal("0.6")
    underlyings: str = "apart"
    compliant: Decimal = Decimal("0.9")
    order_interval: int = 2_000
    orders_for: int = 30_000
    markup: Decimal = Decimal("0.01")
    fund_capital: Decimal = Decimal(10_000_000)
    never_deleveraged: frozenset[str] = frozenset({"BTC", "ETH", "SOL"})
    taker: Decimal = Decimal("0.0008")
    maker: Decimal = Decimal("0.0005")
    interest_8h: Decimal = Decimal("0.0001")
    funding_clamp: Decimal = Decimal("0.0005")
    funding_cap: Decimal | None = None

    def is_pre_launch(self, symbol: str) -> bool:
        """Whether a market's coin doesn't trade yet: no index, no funding."""
        return not self.pre_launch.isdisjoint({symbol, base_asset(symbol)})

    def exempt(self, symbol: str) -> bool:
        """Whether nobody is deleveraged in a market."""
        return base_asset(symbol) in self.never_deleveraged

    def terms(self, symbol: str) -> Terms:
        """What a perpetual asks for; a stated stand-in for those whose page was not found."""
        known = tables.PRE_LAUNCH if self.is_pre_launch(symbol) else of_market(self.markets, symbol) or tables.OTHER
        rate = flat_rate(self.flat_maintenance, symbol)
        return known if rate is None else replace(known, maintenance=rate)

    def coin(self, symbol: str) -> Coin | None:
        """The collateral that a `-SPOT` market trades; None where it is none there."""
        return next((each for each in self.coins if tables.stands_for(each.asset) == underlying(symbol)), None)


class Aevo(Venue):
    """The rulebook `aevo` in standard margin."""

    card: ClassVar[Card] = CARD
    keeps: ClassVar[str] = "what stays must cover the initial margin, and coins can’t be taken out as USDC"
    modes: ClassVar[tuple[Mode, ...]] = ("cross",)
    variants: ClassVar[Mapping[str, Overrides]] = MappingProxyType({"portfolio": (("margin", "portfolio"),)})
    insurer: ClassVar[str] = "insurance fund"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The insurance fund, with a capital that is stated here, not by the venue."""
        return {self.insurer: self.parameters.fund_capital}

    def fee_rate(self, role: Role) -> Decimal:
        """Of perpetuals (eth-perpetual-futures)."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """1 ÷ initial margin, a whole number; coins are paid in full."""
        return 1 if is_spot(symbol) else whole_leverage_of(self.parameters.terms(symbol).initial)

    def clearance_rate(self, symbol: str) -> Decimal:
        """The liquidation fee by tier (liquidation-fees)."""
        return ZERO if is_spot(symbol) else self.parameters.terms(symbol).liquidation_fee

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """1H = 8H ÷ 8 (perpetual-futures-funding-rate); none of coins and before launch."""
        if is_spot(symbol) or self.parameters.is_pre_launch(symbol):
            return ZERO
        return funding_8h(premium or ZERO, self.parameters) / 8

    def lends(self, symbol: str) -> bool:
        """Coins are deposited and taken out; none is lent, which `refuse` says."""
        return is_spot(symbol)

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """Coins that are no collateral, sold short, or bought with USDC that isn't there."""
        coins = spot_positions(pool)
        for position in coins:
            if self.parameters.coin(position.symbol) is None:
                known = ", ".join(each.asset for each in self.parameters.coins)
                return Refusal(f"{position.symbol} is no collateral on aevo", f"coins there: {known}")
            if position.size < 0:
                return Refusal(f"{position.symbol} is a coin, and aevo lends none", "short its perpetual")
        if coins and (money := quote_money(pool, collateral)) < -LARGEST_DEBT:
            short = plain(-round(money, 2))
            return Refusal(f"{short} USDC would be missing, beside coins", "sell some coins first, or a smaller size")
        return None

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """The account balance, coins at their ratios, against initial margin to open, and to take out USDC that is
        there; against maintenance to stay, where equality is not safe (liquidations: AB − OO − MM > 0). For a
        liquidation to end, against a stated share of the balance."""
        balance = self._balance(pool, collateral)
        if level not in ("order", "withdraw"):
            health = Health(balance, self.maintenance(pool), equal_is_safe=False)
            return health.scaled(self.parameters.compliant) if level == "liquidation_end" else health
        initial = self.initial(pool)
        if level == "withdraw" and spot_positions(pool):
            there = Sum("USDC, beside the initial margin", (Const("USDC", quote_money(pool, collateral)), initial))
            balance = Min("what can be taken out, beside the initial margin", (balance, there))
        return Health(balance, initial)

    def _balance(self, pool: Pool, collateral: Decimal) -> Formula:
        perps = Pool(pool.key, pool.owner, {position.key: position for position in perp_positions(pool)})
        money = perps.equity(collateral).children()
        return Sum("account balance", (*money, *(self._collateral(coin) for coin in spot_positions(pool))))

    def _collateral(self, position: Position) -> Formula:
        """Balance × price × collateral ratio, less the USDC that it was bought for."""
        coin = self.parameters.coin(position.symbol)
        ratio = coin.ratio if coin is not None else ZERO
        value = counted(weighed(position, Weights(ratio, ONE)))
        return Sum(f"{position.name} as collateral", (value, Const("less the USDC paid for it", -position.cost)))

    def initial(self, pool: Pool) -> Formula:
        """Notional ÷ leverage, at least the market's initial margin (standard margin)."""
        terms = self.parameters.terms
        margins = (initial_at_fraction(position, terms(position.symbol).initial) for position in perp_positions(pool))
        return Sum("initial margin", tuple(margins))

    def maintenance(self, pool: Pool) -> Formula:
        """A share of each notional at the mark (standard margin)."""
        return Sum("maintenance margin", tuple(self._maintenance(position) for position in perp_positions(pool)))

    def _maintenance(self, position: Position) -> Formula:
        return on_notional(f"{position.name} maintenance", position, self.parameters.terms(position.symbol).maintenance)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """Of a position by itself; a coin's price."""
        if is_spot(position.symbol):
            return position.notional(mark)
        return self.initial(Pool("", "", {position.key: position})).exact({position.symbol: mark})

    def next_step(self, failing: Failing) -> Step | None:
        """Cancel the orders, top up USDC from coins, an order every 2 s for 30 s, then the fund (liquidations)."""
        pool, own, marks = failing.pool, self.parameters, failing.marks
        under_way = bool(failing.done or failing.phase)
        level: Level = "liquidation_end" if under_way else "maintenance"
        stands = self.health(pool, failing.collateral, level).safe(marks)
        if stands and not under_way:
            return None
        if failing.has_orders:
            return CancelOrders()
        if (conversion := self._conversion(failing)) is not None:
            return conversion
        if stands:
            return None
        perps = sorted(perp_positions(pool), key=lambda each: -self._maintenance(each).exact(marks))
        number, orders = (failing.time - failing.since) // own.order_interval, own.orders_for // own.order_interval
        if number >= orders or not perps:
            return self._to_the_fund(failing, perps)
        equity = pool.equity(failing.collateral).exact(marks)
        tried = {step.position for step in failing.done if isinstance(step, Reduce)}
        for position in perps if equity > 0 else ():
            if position.key not in tried and position.symbol in failing.trading:
                limit = self._limit(position, marks[position.symbol], equity)
                return Reduce(position.key, divide(ONE, Decimal(orders - number)), limit=limit)
        return Wait(failing.since + (number + 1) * own.order_interval, "orders")

    def _conversion(self, failing: Failing) -> HandOver | None:
        """The first coin to be sold for USDC that is missing."""
        missing = -quote_money(failing.pool, failing.collateral)
        stock = (self.holding(coin, failing.marks[coin.symbol]) for coin in spot_positions(failing.pool))
        first = next(conversions(missing, (each for each in stock if each is not None), LARGEST_DEBT), None)
        return None if first is None else HandOver(first.key, first.amount, first.price, taker=CONVERSION)

    def holding(self, position: Position, mark: Decimal) -> Holding | None:
        """A coin of an account, as what can be converted; None for what is no collateral."""
        coin = self.parameters.coin(position.symbol)
        if coin is None or position.size <= 0:
            return None
        return Holding(position.key, self.parameters.coins.index(coin), position.size, mark, coin.fee)

    def _to_the_fund(self, failing: Failing, perps: list[Position]) -> Step:
        """Trades with the insurance fund at a markup, and the fee. Where nothing would be left the fund takes the whole
        account; where it couldn't pay for that, others are closed first, at the mark (liquidations)."""
        own, marks = self.parameters, failing.marks
        equity = failing.pool.equity(failing.collateral).exact(marks)
        costs = (own.markup + self.clearance_rate(each.symbol) for each in perps)
        values = [each.notional(marks[each.symbol]) for each in perps]
        if perps and equity >= sum(map(EXACT.multiply, costs, values), ZERO):
            first = perps[0]
            fee = Charge(self.insurer, EXACT.multiply(self.clearance_rate(first.symbol), values[0]))
            price = self._funds_price(first, marks[first.symbol])
            return HandOver(first.key, abs(first.size), price, (fee,), self.insurer)
        tried = {step.position for step in failing.done if isinstance(step, Deleverage)}
        for position in perps if failing.insurance + equity < 0 else ():
            if position.key not in tried and not own.exempt(position.symbol):
                return Deleverage(position.key, marks[position.symbol])
        return TakeOver(self.insurer, {key: marks[each.symbol] for key, each in failing.pool.positions.items()})

    def _limit(self, position: Position, mark: Decimal, equity: Decimal) -> Decimal:
        """No worse than what the fund gives, nor than what leaves nothing of the account."""
        bankrupt, price = mark - divide(equity, position.size), self._funds_price(position, mark)
        return max(bankrupt, price) if position.side > 0 else min(bankrupt, price)

    def _funds_price(self, position: Position, mark: Decimal) -> Decimal:
        return EXACT.multiply(mark, ONE - position.side * self.parameters.markup)

    def adl_order(
        self, symbol: str, candidates: tuple[Exposure, ...], mark: Decimal
    ) -> tuple[tuple[Exposure, Decimal], ...]:
        """Winners by score, the highest first; nobody on majors (auto-deleveraging-adl)."""
        return () if self.parameters.exempt(symbol) else super().adl_order(symbol, candidates, mark)

    def adl_rank(self, symbol: str, exposure: Exposure, mark: Decimal) -> Decimal:
        """The score, maintenance being the standard one."""
        profit = EXACT.multiply(mark - exposure.entry_price, exposure.size)
        maintenance = EXACT.multiply(exposure.notional, self.parameters.terms(symbol).maintenance)
        return adl_score(profit, exposure.account_value - profit, maintenance)


class AevoPortfolio(Aevo):
    """The same in portfolio margin: the worst of the scenarios, plus the floor margin (portfolio-margin)."""

    margin_by_leverage = False

    def initial(self, pool: Pool) -> Formula:
        """The largest loss of an underlying's perpetuals and coins in the scenarios, plus a share of each notional."""
        return self._portfolio("portfolio margin", pool, ONE)

    def maintenance(self, pool: Pool) -> Formula:
        """The same with a stated share of the moves and of the floor: that share of it."""
        return self._portfolio("portfolio maintenance", pool, self.parameters.portfolio_maintenance)

    def _portfolio(self, label: str, pool: Pool, share: Decimal) -> Formula:
        own, groups = self.parameters, dict[str, list[Position]]()
        for _, position in sorted(pool.positions.items()):
            name = underlying(position.symbol)
            if name not in tables.STABLE:
                groups.setdefault("all" if own.underlyings == "together" else name, []).append(position)
        moves = [EXACT.multiply(part, EXACT.multiply(share, own.spot_move)) for part in tables.SPOT_MOVES]
        rate = EXACT.multiply(share, own.floor)
        floors = tuple(on_notional(f"{each.name} floor margin", each, rate) for each in perp_positions(pool))
        return Sum(label, (*(_worst(positions, moves) for positions in groups.values()), *floors))


def _worst(positions: list[Position], moves: list[Decimal]) -> Formula:
    symbols = [position.symbol for position in positions]
    return worst_scenario(positions, {f"spot {plain(100 * move)}%": dict.fromkeys(symbols, move) for move in moves})


def on_notional(label: str, position: Position, rate: Decimal) -> Formula:
    """A share of a position's notional at the mark."""
    size = abs(position.size)
    return Charged(label, EXACT.multiply(rate, size), Price(position.symbol), position.symbol, size, rate)


def adl_score(profit: Decimal, balance: Decimal, maintenance: Decimal) -> Decimal:
    """PNL % × margin ratio: profit ÷ max(1, balance), times maintenance ÷ (balance + profit); nothing without a profit.
    `balance` is without the profit. Source: auto-deleveraging-adl."""
    if profit <= 0 or balance + profit <= 0:
        return ZERO
    return EXACT.multiply(divide(profit, max(ONE, balance)), divide(maintenance, balance + profit))


def funding_8h(premium: Decimal, parameters: Parameters) -> Decimal:
    """8H = premium + clamp(0.01 % − premium, ±0.05 %), capped where that is set (perpetual-futures-funding-rate)."""
    rate, cap = premium_and_interest(premium, parameters.interest_8h, parameters.funding_clamp), parameters.funding_cap
    return rate if cap is None else max(-cap, min(cap, rate))


def _choice_setter(name: str, *choices: str) -> Setter[Parameters]:
    """A setter of one of some words: `set NAME CHOICE`."""

    def setter(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
        example = f"set {name} {choices[-1]}"
        only(words, 1, example)
        if words[0] not in choices:
            raise SetupError(f"{name} is {' or '.join(choices)}, not “{words[0][:32]}”", example)
        chosen: dict[str, Any] = {name: words[0]}
        return replace(parameters, **chosen)

    return setter


def _set_initial(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set initial ETH 10%`."""
    example = "set initial ETH 10%"
    only(words, 2, example)
    market, rate = named(words[0], example), fraction(words[1], "initial ETH")
    if rate == 0:
        raise SetupError("initial must be more than zero", example)
    terms = replace(parameters.terms(market), initial=rate)
    return replace(parameters, markets=MappingProxyType({**parameters.markets, market: terms}))


def _set_pre_launch(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set pre-launch MEME`."""
    symbols = {named(word, "set pre-launch MEME") for word in words}
    return replace(parameters, pre_launch=parameters.pre_launch | symbols)


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "margin": _choice_setter("margin", "standard", "portfolio"),
        "underlyings": _choice_setter("underlyings", "apart", "together"),
        "initial": _set_initial,
        "maintenance": set_flat_maintenance,
        "pre-launch": _set_pre_launch,
        "spot-move": rate_setter("spot-move", "spot_move"),
        "floor": rate_setter("floor", "floor"),
        "portfolio-maintenance": rate_setter("portfolio-maintenance", "portfolio_maintenance"),
        "compliant": rate_setter("compliant", "compliant"),
        "markup": rate_setter("markup", "markup"),
        "insurance-fund": capital_setter("insurance-fund", "fund_capital"),
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
        "interest": rate_setter("interest", "interest_8h"),
        "funding-cap": rate_setter("funding-cap", "funding_cap"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> Aevo:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    parameters = overridden(Parameters(), OVERRIDES, overrides, "aevo")
    return (AevoPortfolio if parameters.margin == "portfolio" else Aevo)(parameters)
