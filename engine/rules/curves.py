"""What borrowing costs and supplying earns: rates a year from the utilisation of a lending pool.

A kinked curve is two straight lines that meet at the kink. Venues write it down in three ways, each with its own
constructor; the curve is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from engine.numbers import EXACT, ONE, ZERO, divide

YEAR = 31_536_000
"""Seconds of 365 days, the year that every lending venue reckons with."""


@dataclass(frozen=True, slots=True)
class KinkedCurve:
    """A rate a year that rises with utilisation, more steeply above the kink.

    Attributes:
        base: the rate at no utilisation, as a fraction.
        low, high: what the rate rises a unit of utilisation below and above the kink.
        kink: the utilisation, a fraction, at which the slope changes.
    """

    base: Decimal
    low: Decimal
    high: Decimal
    kink: Decimal

    def rate(self, utilisation: Decimal) -> Decimal:
        """base + low × min(U, kink) + high × max(U − kink, 0), a fraction a year.

        Sources: compound-finance/comet Comet.sol getSupplyRate, getBorrowRate; compound-protocol
        BaseJumpRateModelV2.sol.
        """
        below = EXACT.multiply(self.low, min(utilisation, self.kink))
        above = EXACT.multiply(self.high, max(utilisation - self.kink, ZERO))
        return EXACT.add(EXACT.add(self.base, below), above)


def curve_by_rise(base: Decimal, slope1: Decimal, slope2: Decimal, optimal: Decimal) -> KinkedCurve:
    """The curve that rises by `slope1` until the optimal utilisation, and by `slope2` from there to 100 %.

    Source: aave-v3-core DefaultReserveInterestRateStrategy.sol: base + slope1 × U ÷ Uopt, and above it
    base + slope1 + slope2 × (U − Uopt) ÷ (1 − Uopt).
    """
    low = divide(slope1, optimal) if optimal else ZERO
    high = divide(slope2, ONE - optimal) if optimal < ONE else ZERO
    return KinkedCurve(base, low, high, optimal)


def rate_through_points(points: Iterable[tuple[Decimal, Decimal]], utilisation: Decimal) -> Decimal:
    """The rate on straight lines through (utilisation, rate) pairs, rising in utilisation; flat outside of them."""
    known = list(points)
    if utilisation <= known[0][0]:
        return known[0][1]
    for (left, low), (right, high) in pairwise(known):
        if utilisation <= right:
            way = divide(utilisation - left, right - left)
            return EXACT.add(low, EXACT.multiply(way, high - low))
    return known[-1][1]


def points_of_curve(
    zero: Decimal, points: Iterable[tuple[Decimal, Decimal]], hundred: Decimal
) -> tuple[tuple[Decimal, Decimal], ...]:
    """(utilisation, rate) pairs of a curve that is stated at 0 %, at some utilisations between, and at 100 %.

    Source: marginfi-v2 programs/marginfi/src/state/interest_rate.rs: five points between; its older curve is the one of
    a plateau rate at the optimal utilisation, and a largest rate.
    """
    return ((ZERO, zero), *points, (ONE, hundred))


def utilisation_of(borrowed: Decimal, available: Decimal, reserves: Decimal = ZERO) -> Decimal:
    """Borrowed ÷ (available + borrowed − reserves), a fraction; zero where nothing is borrowed.

    Sources: aave-v3-core DefaultReserveInterestRateStrategy.sol (no reserves); compound-protocol JumpRateModel.sol.
    """
    return divide(borrowed, available + borrowed - reserves) if borrowed else ZERO


def supply_rate(borrow_rate: Decimal, utilisation: Decimal, reserve_factor: Decimal) -> Decimal:
    """What suppliers earn a year: borrow rate × utilisation × (1 − reserve factor).

    Sources: aave-v3-core DefaultReserveInterestRateStrategy.sol; compound-protocol BaseJumpRateModelV2.sol.
    """
    return EXACT.multiply(EXACT.multiply(borrow_rate, utilisation), ONE - reserve_factor)


def simple_growth(rate: Decimal, seconds: int) -> Decimal:
    """What a unit has grown by, at `rate` a year without interest on interest: rate × seconds ÷ year."""
    return divide(EXACT.multiply(rate, Decimal(seconds)), Decimal(YEAR))


def compounded_growth(rate: Decimal, seconds: int) -> Decimal:
    """What a unit of debt has grown by, at `rate` a year compounded each second, by three terms of the binomial:
    r·t + t(t−1)/2·r² + t(t−1)(t−2)/6·r³ with r a second.

    Source: aave-v3-core MathUtils.sol calculateCompoundedInterest.
    """
    if seconds <= 0:
        return ZERO
    second, time = divide(rate, Decimal(YEAR)), Decimal(seconds)
    twice = divide(time * (time - 1), Decimal(2))
    thrice = divide(time * (time - 1) * max(ZERO, time - 2), Decimal(6))
    square = EXACT.multiply(second, second)
    return EXACT.add(
        EXACT.multiply(second, time),
        EXACT.add(EXACT.multiply(twice, square), EXACT.multiply(thrice, EXACT.multiply(square, second))),
    )
