"""Numbers as the screen writes them: thousands apart, a real minus, prices to the tick, never `nan` or `-0.00`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from engine.numbers import EXACT

MINUS = "−"
NONE = "–"
"""Stands where there is no figure."""
FARTHEST = 10
"""A liquidation price beyond so many times the mark is shown as none: it says nothing that a trader could use."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_000  # the last second of the year 9999, where Python's calendar ends
_SCALES = ((Decimal("1e12"), "T"), (Decimal("1e9"), "B"), (Decimal("1e6"), "M"))
_LARGEST = Decimal("1e30")


def money(amount: Decimal | None, places: int = 2) -> str:
    """`1,234.56`, `−0.50`."""
    if amount is None or not amount.is_finite():
        return NONE
    if abs(amount) >= _LARGEST:
        return f"{amount:.2e}".replace("-", MINUS)
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=EXACT)
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):,f}"


def signed(amount: Decimal | None, places: int = 2) -> str:
    """`+1,234.56`, `−0.50`, `0.00`: the sign always said."""
    text = money(amount, places)
    return f"+{text}" if amount is not None and text != NONE and _positive(text) else text


def brief(amount: Decimal) -> str:
    """`8,107.50`, and `12.40 M` from a million on."""
    if not amount.is_finite():
        return NONE
    for scale, letter in _SCALES:
        if abs(amount) >= scale:
            return f"{money(EXACT.divide(amount, scale))} {letter}"
    return money(amount)


def short(amount: Decimal) -> str:
    """Three digits of an amount that is not negative: `0`, `0.42`, `890`, `12.4k`, `1.24M`, `3.20B`."""
    for scale, letter in (("1e9", "B"), ("1e6", "M"), ("1e3", "k")):
        if amount.is_finite() and amount >= Decimal(scale):
            share = EXACT.divide(amount, Decimal(scale))
            return f"{money(share, 2 if share < 10 else 1 if share < 100 else 0)}{letter}"
    if 0 < amount < Decimal("0.01"):
        return "<0.01"
    return money(amount, 2 if 0 < amount < 10 else 0)


def percent(ratio: Decimal | None, places: int = 1, *, sign: bool = False) -> str:
    """A fraction of 1 as `−8.0 %`."""
    if ratio is None or not ratio.is_finite():
        return NONE
    hundreds = EXACT.multiply(ratio, Decimal(100))
    if abs(hundreds) >= 100_000:
        return f"{MINUS if ratio < 0 else '>'}99,999 %"
    return f"{(signed if sign else money)(hundreds, places)} %"


def price_places(tick: Decimal) -> int:
    """How many decimals a price on the grid of `tick` has."""
    exponent = tick.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price(amount: Decimal | None, tick: Decimal) -> str:
    """A price with the tick's own number of decimals: `2,226.13`."""
    return money(amount, price_places(tick))


def reachable(liquidation: Decimal | None, mark: Decimal) -> Decimal | None:
    """A liquidation price that is worth showing; None where there is none, or none within ten times the mark."""
    return liquidation if liquidation is not None and liquidation <= mark * FARTHEST else None


def size(amount: Decimal) -> str:
    """A signed size as it is, no zeros dropped or added: `+4.1350`."""
    if not amount.is_finite():
        return NONE
    text = f"{abs(amount):,f}"
    return f"{MINUS if amount < 0 else '+'}{text}"


def clock(time: int) -> str:
    """`06:24:05`, UTC, of ms since 1970."""
    return moment(time).strftime("%H:%M:%S")


def date_and_time(time: int) -> str:
    """`2024-08-05 06:24`, UTC, of ms since 1970."""
    return moment(time).strftime("%Y-%m-%d %H:%M")


def moment(time: int) -> datetime:
    """The moment of ms since 1970."""
    return _EPOCH + timedelta(milliseconds=min(max(time, 0), _LAST))


def countdown(milliseconds: int) -> str:
    """`35:41`, or `7:35:41` from an hour on."""
    seconds = max(0, milliseconds) // 1000
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes:02}:{seconds % 60:02}"


def _positive(text: str) -> bool:
    return not text.startswith(MINUS) and any(digit in "123456789" for digit in text)
