"""What rulebooks share: brackets as formulas, health, and the prices at which a pool fails.

Brackets are convex, so a tiered requirement is a maximum of lines: max over tiers of rate × notional − deduction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from engine.account import Pool, Position
from engine.formula import Const, Formula, Max, Price, Prices, Scaled, Sum
from engine.market import Market
from engine.numbers import EXACT, ONE, ZERO, divide, plain, to_grid


@dataclass(frozen=True, slots=True)
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
    return _bracket_requirement(position.symbol, abs(position.size), tiers)


@lru_cache(maxsize=4096)  # asked for at every step of a position that doesn't change
def _bracket_requirement(symbol: str, size: Decimal, tiers: tuple[Bracket, ...]) -> Formula:
    mark = Price(symbol)
    lines: list[Formula] = []
    for tier in tiers:
        percent = plain(tier.rate * 100)
        charged = Scaled(f"{percent}% of {plain(size)} × mark", EXACT.multiply(tier.rate, size), mark)
        parts = (charged, Const("less the deduction", -tier.deduction)) if tier.deduction else (charged,)
        lines.append(Sum(f"tier from {plain(tier.lower_bound)}", parts) if len(tiers) > 1 else charged)
    return Max(f"{symbol} maintenance", tuple(lines))


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
        left = EXACT.subtract(self.credit.exact(prices), self.requirement.exact(prices))
        return left > 0 or (left == 0 and self.equal_is_safe)

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


def failing_price(health: Health, position: Position, market: Market, prices: Prices) -> FailingPrice | None:
    """The price of `position`'s market that makes its pool fail, all other prices standing still.

    Looks down for a long and up for a short. None where no price above zero does it. For a pool that fails already
    it is the price as it is.
    """
    here = prices[position.symbol]
    if not health.safe(prices):
        return FailingPrice(here, here)
    raw = raw_failing_price(health.margin, position.symbol, -position.side, prices)
    if raw is None:
        return None
    rounding = ROUND_FLOOR if position.side > 0 else ROUND_CEILING
    price = to_grid(raw, market.tick_size, rounding)
    while price > 0 and health.safe({**prices, position.symbol: price}):
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


def bankruptcy_price(pool: Pool, collateral: Decimal, position: Position, prices: Prices) -> Decimal | None:
    """The raw price of `position`'s market at which its pool's equity is zero, other prices standing still."""
    equity = pool.equity(collateral)
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
