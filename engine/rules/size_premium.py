"""Margin that grows with the square root of a position's size.

Source of every formula: drift-labs/protocol-v2 programs/drift/src/math/margin.rs @0ae3e3b1. Sizes are in base units;
the program computes in whole numbers of its grids, and this does not.
"""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import EXACT, ONE, divide

FOUR_FIFTHS = Decimal("0.8")


def size_premium(size: Decimal, factor: Decimal, base: Decimal, bounded: bool = True) -> Decimal:
    """A ratio or liability weight at a size: max(base, 4/5 × base + factor × √size); without `bounded` the second alone
    (margin.rs calculate_size_premium_liability_weight)."""
    if not factor:
        return base
    grown = EXACT.add(EXACT.multiply(base, FOUR_FIFTHS), EXACT.multiply(factor, EXACT.sqrt(abs(size))))
    return max(base, grown) if bounded else grown


def size_discount(size: Decimal, factor: Decimal, weight: Decimal) -> Decimal:
    """An asset weight at a size: min(weight, 1.1 ÷ (1 + factor × √size)) (calculate_size_discount_asset_weight)."""
    if not factor:
        return weight
    return min(weight, divide(Decimal("1.1"), ONE + EXACT.multiply(factor, EXACT.sqrt(abs(size)))))


def high_leverage_ratio(ordinary: Decimal, adjusted: Decimal, high: Decimal) -> Decimal:
    """The initial ratio of high-leverage mode: `high` while the size-adjusted ordinary ratio is at its 4/5, rising to
    the ordinary one as that does (calc_high_leverage_mode_initial_margin_ratio_from_size)."""
    if adjusted >= ordinary:
        return high if adjusted == ordinary else adjusted
    share = ONE - divide(ordinary - adjusted, divide(ordinary, Decimal(5)))
    return high + EXACT.multiply(ordinary - high, share)


def leverage_of(ratio: Decimal) -> int:
    """The largest whole leverage that a margin ratio allows."""
    return int(divide(ONE, ratio))
