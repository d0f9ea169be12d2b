"""Liquidation in parts that grow with time: how much a liquidator takes, and what it costs.

Source of every formula: drift-labs/protocol-v2 programs/drift/src/math/liquidation.rs @0ae3e3b1, unless
it names another.
"""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import EXACT, ONE, ZERO, divide

GRACE = 1500
"""Slots during which the liquidator's fee doesn't rise."""

RISE_A_SLOT = Decimal("0.000001")
LARGEST_MULTIPLE = 3
"""How many times its base the liquidator's fee can become (MAX_LIQUIDATION_MULTIPLIER)."""

SMALL = Decimal(50)
"""Quote units: a smaller shortage is freed at once, a position of no more goes whole."""

KEPT = Decimal("0.95")
"""The share of what is left that insurance may take, so that its fee doesn't bankrupt the account."""


def base_to_cover(
    shortage: Decimal,
    ratio: Decimal,
    liquidator_fee: Decimal,
    insurance_fee: Decimal,
    oracle: Decimal,
    quote_oracle: Decimal = ONE,
) -> Decimal | None:
    """Base units that free `shortage`: shortage ÷ (price × quote × (ratio − fee) − price × insurance fee); None where
    no size would. `ratio` is maintenance with the buffer."""
    freed = EXACT.multiply(EXACT.multiply(oracle, quote_oracle), ratio - liquidator_fee)
    a_unit = EXACT.subtract(freed, EXACT.multiply(oracle, insurance_fee))
    return divide(shortage, a_unit) if ratio > liquidator_fee and a_unit > 0 else None


def insurance_fee(
    shortage: Decimal, size: Decimal, ratio: Decimal, liquidator_fee: Decimal, price: Decimal, most: Decimal
) -> Decimal:
    """What insurance takes of the value: min(most, 0.95 × (ratio − fee − shortage ÷ (size × price))), at least 0."""
    if size == 0 or price == 0:
        return ZERO
    left = ratio - liquidator_fee - divide(shortage, EXACT.multiply(size, price))
    return max(ZERO, min(most, EXACT.multiply(left, KEPT)))


def liquidator_fee(base: Decimal, most: Decimal, slots: int) -> Decimal:
    """The base fee for 1500 slots; then base + a millionth for every slot since the beginning, up to `most`."""
    return base if slots < GRACE else min(most, base + RISE_A_SLOT * slots)


def share_to_free(shortage: Decimal, freed: Decimal, slots: int, begins_with: Decimal, duration: int) -> Decimal:
    """The share of `shortage` (quote units) that may be freed now: all that was and is short × (slots ÷ duration + what
    it begins with), less what was freed. All of a shortage below $50."""
    if shortage < SMALL:
        return ONE
    part = min(ONE, divide(Decimal(slots), Decimal(duration)) + begins_with) if duration else ONE
    return max(ZERO, divide(EXACT.multiply(shortage + freed, part) - freed, shortage))


def requirement_with_buffer(requirement: Decimal, liability: Decimal, buffer: Decimal) -> Decimal:
    """What ends a liquidation: requirement + buffer × liability (state/margin_calculation.rs). The liability is what is
    owed at its value in the program, at its weight in the SDK."""
    return EXACT.add(requirement, EXACT.multiply(buffer, liability))


def socialised_funding(loss: Decimal, longs: Decimal, shorts: Decimal) -> Decimal:
    """What a base unit of either side pays for a loss: |loss| ÷ (longs + |shorts|)."""
    return divide(abs(loss), longs + abs(shorts))
