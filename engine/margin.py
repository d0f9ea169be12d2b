"""What rulebooks share: brackets as formulas, health, and the prices at which a pool fails.

Brackets are convex, so a tiered requirement is a maximum of lines: max over tiers of rate × notional − deduction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from engine.account import Pool, Position
from engine.formula import Const, Formula, Line, Max, Price, Prices, Scaled, Sum, Term
from engine.market import Market
from engine.numbers import EXACT, ONE, ZERO, divide, plain, to_grid


@dataclass(frozen=True, slots=True, eq=False)  # told apart by identity: they are looked up at every step
class Bracket:
    """One tier: from `lower_bound` of notional (quote units) the requirement is rate × notional − deduction."""

    lower_bound: Decimal
    rate: Decimal
    deduction: Decimal


def brackets(tiers: Iterable[tuple[Decimal, Decimal]]) -> tuple[Bracket, ...]:
    """Brackets from (lower bound, rate) pairs, with the deductions that make the requirement continuous:
    deduction(n) = deduction(n−1) + lower bound(n) × (rate(n) − rate(n−1)).

    Source: hyperliquid-docs trading/margin-tiers; other venues publish the same as `cum`.
    """
    result: list[Bracket] = []
    for lower, rate in tiers:
        before = result[-1] if result else Bracket(ZERO, rate, ZERO)
        result.append(Bracket(lower, rate, before.deduction + EXACT.multiply(lower, rate - before.rate)))
    return tuple(result)


def bracket_requirement(position: Position, tiers: tuple[Bracket, ...]) -> Formula:
    """max over tiers of rate × |size| × mark − deduction, in quote units."""
    return _bracket_requirement(position.name, position.symbol, abs(position.size), tiers)


@dataclass(frozen=True, slots=True)
class Tiered(Max):
    """The largest of a position's tiers: max over tiers of rate × notional − deduction."""

    symbol: str
    size: Decimal
    tiers: tuple[Bracket, ...]

    def exact(self, prices: Prices) -> Decimal:
        return self._in_force(prices, rising=True).exact(prices)

    def along(self, prices: Prices, moves: Prices) -> Line:
        return self._in_force(prices, moves.get(self.symbol, ZERO) >= 0).along(prices, moves)

    def _in_force(self, prices: Prices, rising: bool) -> Formula:
        """The line of the tier that the notional falls into; where two meet, the one that it is going to."""
        notional, place = EXACT.multiply(self.size, prices[self.symbol]), 0
        for tier in self.tiers[1:]:
            if notional < tier.lower_bound or (notional == tier.lower_bound and not rising):
                break
            place += 1
        return self.parts[place]

    def terms(self, prices: Prices, depth: int = 0) -> list[Term]:
        """The tier in force, and the others under it."""
        notional, values = EXACT.multiply(self.size, prices[self.symbol]), [part.exact(prices) for part in self.parts]
        most = values.index(max(values))
        rows = [
            Term(
                depth=depth + 1,
                label=_tier_label(tier),
                value=value,
                working=f"{plain(tier.rate * 100)}% × {plain(notional)} − {plain(tier.deduction)}",
                notional=notional,
                rate=tier.rate,
                deduction=tier.deduction,
                applies=place == most,
            )
            for place, (tier, value) in enumerate(zip(self.tiers, values, strict=True))
        ]
        if len(rows) == 1:
            return [replace(rows[0], depth=depth, label=self.label)]
        return [replace(rows[most], depth=depth, label=f"{self.label}: the largest tier"), *rows]


@dataclass(frozen=True, slots=True)
class Charged(Scaled):
    """A rate on a position's notional."""

    symbol: str
    size: Decimal
    rate: Decimal

    def terms(self, prices: Prices, depth: int = 0) -> list[Term]:
        """One row with its notional and rate."""
        notional = EXACT.multiply(self.size, prices[self.symbol])
        return [Term(depth, self.label, self.exact(prices), "", notional, self.rate)]


def _tier_label(tier: Bracket) -> str:
    return f"tier from {tier.lower_bound:,f}"


@lru_cache(maxsize=4096)  # asked for at every step of a position that doesn't change
def _bracket_requirement(name: str, symbol: str, size: Decimal, tiers: tuple[Bracket, ...]) -> Formula:
    mark = Price(symbol)
    lines: list[Formula] = []
    for tier in tiers:
        percent = plain(tier.rate * 100)
        charged = Scaled(f"{percent}% of {plain(size)} × mark", EXACT.multiply(tier.rate, size), mark)
        parts = (charged, Const("less the deduction", -tier.deduction)) if tier.deduction else (charged,)
        lines.append(Sum(_tier_label(tier), parts) if len(tiers) > 1 else charged)
    return Tiered(f"{name} maintenance", tuple(lines), symbol, size, tiers)


def initial_requirement(position: Position) -> Formula:
    """|size| × mark ÷ leverage, in quote units."""
    return _initial_requirement(position.name, position.symbol, abs(position.size), position.leverage)


@lru_cache(maxsize=4096)  # the same of every position but the one that is traded
def _initial_requirement(name: str, symbol: str, size: Decimal, leverage: int) -> Formula:
    label, whole = f"{name} initial at {leverage}x", Decimal(leverage)
    return Charged(label, divide(size, whole), Price(symbol), symbol, size, divide(ONE, whole))


@dataclass(frozen=True, slots=True)
class Health:
    """What a pool counts as having, and what it must have, at one level. Safe while credit ≥ requirement
    (or >, where a venue liquidates at equality)."""

    credit: Formula
    requirement: Formula
    equal_is_safe: bool = True

    @property
    def margin(self) -> Formula:
        """Credit − requirement: what is left to lose, in quote units."""
        return self.credit - self.requirement

    def safe(self, prices: Prices) -> bool:
        """Whether the pool stands at `prices`."""
        return self.covers(self.credit.exact(prices), self.requirement.exact(prices))

    def clears(self, level: Decimal | None, prices: Prices) -> bool:
        """Whether the pool stands at `prices`, also with `level` of its credit, where a level is given."""
        credit, requirement = self.credit.exact(prices), self.requirement.exact(prices)
        if not self.covers(credit, requirement):
            return False
        return level is None or self.covers(EXACT.multiply(level, credit), requirement)

    def covers(self, credit: Decimal, requirement: Decimal) -> bool:
        """Whether so much credit is enough for that requirement."""
        return credit > requirement or (credit == requirement and self.equal_is_safe)

    def gauge(self, prices: Prices) -> Decimal | None:
        """Requirement ÷ credit, 1 = liquidation; None when nothing is required; a large stand-in without credit."""
        required = self.requirement.exact(prices)
        if required <= 0:
            return None
        credit = self.credit.exact(prices)
        return divide(required, credit) if credit > 0 else GAUGE_WITHOUT_CREDIT

    def scaled(self, share: Decimal) -> Health:
        """The health at which the gauge reaches `share`: credit × share against the same requirement."""
        return Health(Scaled(f"{plain(share)} × credit", share, self.credit), self.requirement, self.equal_is_safe)


GAUGE_WITHOUT_CREDIT = Decimal(9999)
"""What the gauge shows of a pool that requires margin and has none."""


@dataclass(frozen=True, slots=True)
class FailingPrice:
    """The first price on the tick grid at which a pool fails, and the exact crossing before it."""

    price: Decimal
    raw: Decimal


def failing_price(
    health: Health, position: Position, market: Market, prices: Prices, margin: Formula | None = None
) -> FailingPrice | None:
    """The price of `position`'s market that makes its pool fail, all other prices standing still.

    Looks down for a long and up for a short. None where no price above zero does it. For a pool that fails already
    it is the price as it is. `margin` stands in for the health's own where it is the same along this market.
    """
    here = prices[position.symbol]
    margin = health.margin if margin is None else margin

    def safe(price: Decimal) -> bool:
        left = margin.exact({**prices, position.symbol: price})
        return left > 0 or (left == 0 and health.equal_is_safe)

    if not safe(here):
        return FailingPrice(here, here)
    raw = raw_failing_price(margin, position.symbol, -position.side, prices)
    if raw is None:
        return None
    price = to_grid(raw, market.tick_size, ROUND_FLOOR if position.side > 0 else ROUND_CEILING)
    while price > 0 and safe(price):
        price -= position.side * market.tick_size
    return FailingPrice(price, raw) if price > 0 else None


def raw_failing_price(margin: Formula, symbol: str, direction: int, prices: Prices) -> Decimal | None:
    """Where `margin` crosses zero when the price of `symbol` alone goes up (+1) or down (−1); None if it never does.

    `margin` is concave, so Newton's method from beyond the crossing walks over its straight pieces to the exact
    point: from price zero when looking down; from the slope far away when looking up.
    """
    moves = {symbol: ONE}
    at = ZERO if direction < 0 else _beyond(margin, symbol, prices)
    if at is None:
        return None
    line = margin.along({**prices, symbol: at}, moves)
    if line.value >= 0:
        return None
    while line.value < 0:
        if line.slope == 0 or (line.slope > 0) != (direction < 0):
            return None
        nearer = EXACT.subtract(at, divide(line.value, line.slope))
        if (nearer - at) * -direction <= 0:
            break
        at = nearer
        line = margin.along({**prices, symbol: at}, moves)
    return at


def _beyond(margin: Formula, symbol: str, prices: Prices) -> Decimal | None:
    """A price above the present one at which `margin` is below zero, found by doubling; None up to 2⁶⁴ times."""
    at = prices[symbol]
    for _ in range(64):
        at *= 2
        if margin.exact({**prices, symbol: at}) < 0:
            return at
    return None


class ByMarket:
    """A formula at certain prices, taken apart once, to be asked along one market after the other."""

    def __init__(self, formula: Formula, prices: Prices) -> None:
        self._parts = [
            (Scaled("", factor, part) if factor != ONE else part, part.symbols(), EXACT.multiply(factor, value))
            for part, factor in _flat(formula, ONE)
            for value in [part.exact(prices)]
        ]
        self.value = sum((value for _, _, value in self._parts), ZERO)

    def along(self, symbol: str) -> Formula:
        """The same value as the whole formula while only the price of `symbol` changes."""
        own = [(part, value) for part, symbols, value in self._parts if symbol in symbols]
        others = self.value - sum((value for _, value in own), ZERO)
        return Sum("along one market", (*(part for part, _ in own), Const("the others", others)))


def _flat(formula: Formula, factor: Decimal) -> Iterator[tuple[Formula, Decimal]]:
    """The addends of sums in sums, each with what it is multiplied by."""
    if isinstance(formula, Sum):
        for part in formula.parts:
            yield from _flat(part, factor)
    elif isinstance(formula, Scaled) and isinstance(formula.of, Sum):
        yield from _flat(formula.of, EXACT.multiply(factor, formula.factor))
    else:
        yield formula, factor


def bankruptcy_price(
    pool: Pool, collateral: Decimal, position: Position, prices: Prices, equity: Formula | None = None
) -> Decimal | None:
    """The raw price of `position`'s market at which its pool's equity is zero, other prices standing still.

    `equity` stands in for the pool's own where it is the same along this market.
    """
    equity = pool.equity(collateral) if equity is None else equity
    if equity.exact(prices) <= 0:
        return prices[position.symbol]
    return raw_failing_price(equity, position.symbol, -position.side, prices)


def crossing(formula: Formula, start: Prices, end: Prices) -> Decimal | None:
    """The fraction of the way from `start` to `end` after which a concave formula is below zero.

    `formula` must be concave along the way and below zero at `end`; Newton's method from there walks down over its
    straight pieces and ends exactly (to 60 digits) on the last point at which it is not below zero. Returns ZERO
    when it is below zero all the way, None when it is not below zero at `end`.
    """
    moves = {symbol: end[symbol] - start[symbol] for symbol in formula.symbols()}
    at = ONE
    while True:
        here = {symbol: EXACT.add(start[symbol], EXACT.multiply(at, move)) for symbol, move in moves.items()}
        line = formula.along(here, moves)
        if line.value >= 0:
            return None if at == ONE else at
        if line.slope >= 0:
            return ZERO
        nearer = EXACT.subtract(at, EXACT.divide(line.value, line.slope))
        if nearer <= 0:
            return ZERO
        if nearer >= at:
            return at
        at = nearer
