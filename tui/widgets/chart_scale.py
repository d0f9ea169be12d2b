"""The price scale: it stands still while the price moves inside it, so that a tick repaints a few rows and not all."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

ROOM = 0.12
"""Of the span, left free above and below."""

NEAR = 0.6
"""Spans beyond the candles within which a line is brought into the scale."""

SMALLEST_SHARE = 0.35
"""Of the scale that the prices must fill; below it the scale tightens."""

FLATTEST = 0.002
"""Of the price, the least that a scale spans: noise of a quiet market isn't blown up."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Prices `low` to `high` on `rows` rows, two half-cells each."""

    low: float
    high: float
    rows: int

    def half(self, price: float) -> int:
        """The half-cell from the top that holds a price; outside 0 … 2·rows − 1 where the price is outside."""
        share = (self.high - price) / (self.high - self.low)
        return math.floor(min(max(share, -1.0), 2.0) * self.rows * 2)

    def row(self, price: float) -> int:
        """The row from the top that holds a price."""
        return self.half(price) // 2

    def holds(self, price: float) -> bool:
        """Whether a price is on the scale."""
        return self.low <= price <= self.high


class StickyScale:
    """Chooses a scale, and keeps it for as long as it does."""

    def __init__(self) -> None:
        self._kept: Scale | None = None

    def forget(self) -> None:
        """Choose anew next time."""
        self._kept = None

    def fit(self, low: float, high: float, lines: Iterable[float], rows: int, tick: float) -> Scale:
        """The scale for candles between `low` and `high`, with the lines that are near them."""
        low, high = _widened(low, high, tick)
        near = _with_lines(low, high, lines)
        kept = self._kept
        if kept is None or kept.rows != rows or not _still_good(kept, near):
            room = (near[1] - near[0]) * ROOM
            kept = Scale(near[0] - room, near[1] + room, rows)
            self._kept = kept
        return kept


def _widened(low: float, high: float, tick: float) -> tuple[float, float]:
    """At least the flattest span, around the middle. A float this large or small still has two different ends."""
    least = max(abs(high) * FLATTEST, tick * 4)
    missing = least - (high - low)
    return (low - missing / 2, high + missing / 2) if missing > 0 else (low, high)


def _with_lines(low: float, high: float, lines: Iterable[float]) -> tuple[float, float]:
    reach = (high - low) * NEAR
    near = [price for price in lines if low - reach <= price <= high + reach]
    return min([low, *near]), max([high, *near])


def _still_good(scale: Scale, near: tuple[float, float]) -> bool:
    low, high = near
    return scale.low <= low and high <= scale.high and high - low >= SMALLEST_SHARE * (scale.high - scale.low)


def round_step(span: float, labels: float, tick: float) -> float:
    """A distance between labels that reads well (1, 2, 2.5 or 5 times a power of ten), for at most `labels` labels."""
    raw = max(span / max(labels, 1.0), tick)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10, 20) if power * factor >= raw * 0.999_999)


def places_of(step: float) -> int:
    """How many decimals a label at multiples of `step` needs."""
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    # 2.5, 0.25 … need one more.
    return places if abs(step * 10**places - round(step * 10**places)) < 1e-6 else places + 1


def labels_of(scale: Scale, rows_apart: int, tick: float) -> list[tuple[int, float, int]]:
    """Round prices on the scale: the row, the price and its decimals, the highest first."""
    step = round_step(scale.high - scale.low, scale.rows / max(rows_apart, 1), tick)
    places = places_of(step)
    first = math.ceil(scale.low / step)
    count = min(math.floor(scale.high / step) - first + 1, scale.rows)
    prices = [(first + place) * step for place in range(max(count, 0))]
    return [(scale.row(price), price, places) for price in reversed(prices) if 0 <= scale.row(price) < scale.rows]


def fitted(value: float, places: int, width: int) -> str:
    """A price with at most `places` decimals, fewer where the room is short, in scientific form where it must be."""
    for decimals in range(places, -1, -1):
        text = f"{value:,.{decimals}f}".replace("-", "−")
        if len(text) <= width and (decimals == places or abs(value) >= 10 ** (1 - decimals) or value == 0):
            return text
    for decimals in (4, 2, 1, 0):
        text = f"{value:.{decimals}e}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−")
        if len(text) <= width:
            return text
    return text[: max(width, 0)]
