"""Numbers as price files write them, and prices from binary floating point to whole ticks without error."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import nan

import numpy as np
from numpy.typing import NDArray

from engine.tapes.price_files.source import Floats

MOST_DECIMALS = 12
EXACT_LIMIT = 1e15
"""Below this many ticks a price of at most 15 significant digits survives binary floating point (see `ticks_of`)."""

LARGEST_PRICE = 1e12
ABSENT = frozenset(("", "-", "nan", "null", "none", "n/a", "na", "nat", "#n/a", "."))
UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})*,\d+|[+-]?\d+,\d+", re.ASCII)


def number(text: str, decimal_comma: bool = False) -> float | None:
    """The number that a cell spells: NaN for an empty cell or a dash, None where it is no number.

    Takes `28,420.3`, `57.32K`, `$1.20` and, where the file uses it, the decimal comma.
    """
    cell = text.strip().strip("\"'").replace("\u00a0", "")
    if _PLAIN.fullmatch(cell):
        return float(cell)
    if cell.casefold() in ABSENT:
        return nan
    cell = cell.lstrip("$€£").strip()
    factor = UNITS.get(cell[-1:].upper(), 1.0)
    if factor != 1.0:
        cell = cell[:-1].strip()
    if decimal_comma and _COMMA.fullmatch(cell):
        cell = cell.replace(".", "").replace(",", ".")
    elif _GROUPED.fullmatch(cell):
        cell = cell.replace(",", "")
    if _PLAIN.fullmatch(cell):
        return float(cell) * factor
    return None


@dataclass(frozen=True, slots=True)
class Decimals:
    """The grid that prices are written on.

    Attributes:
        most: the fewest decimals that write every price, at most 12.
        rounded: how many prices have more decimals than that.
        noisy: (n,) int64, places of the prices that are no decimal of 15 digits.
    """

    most: int
    rounded: int
    noisy: NDArray[np.int64]


def decimals_of(values: Floats) -> Decimals:
    """How many decimals prices are written with.

    A value has k decimals when it is the double nearest to some whole number over 10^k. Values such as
    0.30000000000000004 are what binary arithmetic leaves of a shorter number: those are taken at 15 digits.
    """
    flat = values.ravel()
    # Nearly always a few rows show the grid, and all the others need one look.
    first = _decimals_from(flat[:: 1 + flat.size // 2000], 0)
    return _decimals_from(flat, 0 if len(first.noisy) else first.most)


def _decimals_from(values: Floats, first: int) -> Decimals:
    """`decimals_of`, trying `first` decimals and more."""
    most = 0
    left = np.arange(values.size, dtype=np.int64)
    for decimals in range(first, MOST_DECIMALS + 1):
        tried = values[left]
        scaled = np.rint(tried * 10.0**decimals)
        fits = (scaled / 10.0**decimals == tried) & (scaled < EXACT_LIMIT)
        if fits.any():
            most = decimals
        left = left[~fits]
        if len(left) == 0:
            return Decimals(most, 0, left)
    places = [_places(Decimal(f"{value:.15g}")) for value in values[left].tolist()]
    rounded = sum(place > MOST_DECIMALS for place in places)
    return Decimals(max(most, *(min(place, MOST_DECIMALS) for place in places)), rounded, left)


def says_more(text: str, value: float) -> bool:
    """Whether a cell of more than 15 digits says more than the double that was read from it."""
    cell = text.strip().strip("\"'")
    try:
        written = Decimal(cell)
    except InvalidOperation:
        return False
    return written.is_finite() and len(written.as_tuple().digits) > 15 and repr(value) != cell


def ticks_of(values: Floats, decimals: int) -> NDArray[np.int64] | None:
    """Prices as whole numbers of 10^-decimals; None where binary floating point cannot be trusted to give them.

    A double is within a relative 2^-53 of the decimal it was read from, and the product with 10^decimals adds as
    much again. Below 10^15 ticks that is less than a quarter of a tick, so rounding gives exactly the number written.
    """
    scaled = values * 10.0**decimals
    if scaled.size and float(scaled.max()) >= EXACT_LIMIT:
        return None
    return np.rint(scaled).astype(np.int64)


def exact_ticks(values: NDArray[np.float64], cells: Callable[[], list[str]]) -> tuple[NDArray[np.int64], int, int]:
    """Prices of more than 15 digits as ticks, from their text.

    Returns:
        the ticks, the decimals they count, and how many values had to be rounded to that.
    """
    exact = [_as_written(text, value) for text, value in zip(cells(), values.tolist(), strict=True)]
    whole = max(0, max(value.adjusted() for value in exact) + 1)
    # 17 digits leave room in an int64 for what a rulebook multiplies a price by when it marks it up.
    decimals = max(0, min(MOST_DECIMALS, 17 - whole, max(map(_places, exact))))
    rounded = sum(_places(value) > decimals for value in exact)
    ticks = np.array([int(value.scaleb(decimals).to_integral_value()) for value in exact], np.int64)
    return ticks, decimals, rounded


def _as_written(text: str, value: float) -> Decimal:
    """The Decimal of a cell; one that says no more than its double is taken at 15 digits."""
    return Decimal(text.strip().strip("\"'")) if says_more(text, value) else Decimal(f"{value:.15g}")


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
