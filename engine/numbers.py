"""Exact numbers: one Decimal context, the tick and lot grids, and rounding that never favours the player.

Money is a Decimal posted in the asset's smallest unit. Prices are whole numbers of ticks on a tape and
Decimals everywhere else; sizes are Decimals on the lot grid.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    InvalidOperation,
    localcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

# Wide enough that no product of a price, a size and a rate is ever rounded by accident.
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def exactly(work: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run a function with `EXACT` as its context, so that plain `+` and `*` are exact too, whoever calls it."""

    @wraps(work)
    def in_context(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with localcontext(EXACT):
            return work(*args, **kwargs)

    return in_context


ZERO = Decimal(0)
ONE = Decimal(1)

MONEY_UNIT = Decimal("0.000001")
"""Smallest unit in which quote money is posted (USDC has six decimals)."""


def exact(value: str | int | Decimal) -> Decimal:
    """The Decimal that `value` spells, never through binary floating point.

    Raises:
        ValueError: when `value` is not a finite number.
    """
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError) as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def paid(amount: Decimal, unit: Decimal = MONEY_UNIT) -> Decimal:
    """`amount` that the player pays (a cost, a fee), rounded up to the asset's smallest unit."""
    return to_grid(amount, unit, ROUND_CEILING)


def received(amount: Decimal, unit: Decimal = MONEY_UNIT) -> Decimal:
    """`amount` that the player gets (a proceeds, a release), rounded down to the asset's smallest unit."""
    return to_grid(amount, unit, ROUND_FLOOR)


def to_grid(amount: Decimal, unit: Decimal, rounding: str = ROUND_DOWN) -> Decimal:
    """`amount` on the grid of `unit`; the result carries the unit's own number of decimals."""
    count = EXACT.divide(amount, unit).to_integral_value(rounding=rounding, context=EXACT)
    return EXACT.multiply(count, unit)


def divide(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A quotient to the context's 60 digits."""
    return EXACT.divide(numerator, denominator)


def plain(number: Decimal) -> str:
    """`number` as text without an exponent and without trailing zeros: the form used in saves and JSON."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
