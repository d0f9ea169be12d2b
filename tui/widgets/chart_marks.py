"""What happened, drawn on the candle in which it did: fills, margin calls, liquidations and what followed of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui.widgets.candles import Candles
from tui.widgets.canvas import Canvas
from tui.widgets.chart_scale import Scale
from tui.widgets.chart_styles import number_of

MarkKind = Literal["liquidation", "handover", "socialised", "call", "sell", "buy"]


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Something that happened on the way to vertex `step`. A liquidation and a hand-over have a price."""

    step: int
    price: Decimal | None
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class _Shape:
    """A letter and its style; `side` is +1 where it stands under its candle, −1 above it, 0 at its price."""

    letter: str
    style: str
    side: int


SHAPES: dict[MarkKind, _Shape] = {
    "liquidation": _Shape("✕", "danger", 0),
    "handover": _Shape("◆", "danger", 0),
    "socialised": _Shape("Σ", "danger", -1),
    "call": _Shape("!", "warning", -1),
    "sell": _Shape("▼", "key", -1),
    "buy": _Shape("▲", "key", 1),
}
"""Told apart by their shapes alone; the gravest first, which takes the best place."""

_KINDS = list(SHAPES)
_SIDES = np.array([shape.side for shape in SHAPES.values()])


class MarkTable:
    """Marks in the order of their steps, ready to be looked up."""

    def __init__(self, marks: Sequence[ChartMark]) -> None:
        ordered = sorted(marks, key=lambda mark: mark.step)
        self._steps = np.array([mark.step for mark in ordered], np.int64)
        self._kinds = np.array([_KINDS.index(mark.kind) for mark in ordered], np.int64)
        self._prices = np.array([float(mark.price or 0) for mark in ordered])

    def draw(
        self, canvas: Canvas, candles: Candles, places: NDArray[np.int64], end: int, scale: Scale, tick: float
    ) -> None:
        """Draw those from the first of `candles` up to vertex `end`, which is the last that is known. Equal ones on one
        candle are one."""
        if not len(self._steps) or not len(candles):
            return
        seen = slice(
            int(np.searchsorted(self._steps, candles.first[0])), int(np.searchsorted(self._steps, end, side="right"))
        )
        if seen.start >= seen.stop:
            return
        at = np.searchsorted(candles.first, self._steps[seen], side="right") - 1
        rows = self._rows(candles, at, seen, scale, tick)
        taken: set[tuple[int, int]] = set()
        # A set of Python's: on the few marks of a frame it is much quicker than NumPy's.
        for place, kind, row in sorted(set(zip(at.tolist(), self._kinds[seen].tolist(), rows.tolist(), strict=True))):
            shape, column = SHAPES[_KINDS[kind]], int(places[place])
            free = _free_row(row, shape.side, column, scale.rows, taken)
            if free is None:
                # Graver ones have the whole column.
                continue
            taken.add((column, free))
            canvas.write(free, column, shape.letter, number_of(shape.style))

    def _rows(
        self, candles: Candles, at: NDArray[np.int64], seen: slice, scale: Scale, tick: float
    ) -> NDArray[np.int64]:
        """Under or above the candle, or at the price, as near as the scale has it."""
        sides = _SIDES[self._kinds[seen]]
        edges = np.where(sides > 0, candles.low[at], candles.high[at]) * tick
        prices = np.where(sides == 0, self._prices[seen], edges)
        shares = np.clip((scale.high - prices) / (scale.high - scale.low), -1.0, 2.0)
        return np.clip(np.floor(shares * scale.rows).astype(np.int64) + sides, 0, scale.rows - 1)


def _free_row(row: int, side: int, column: int, rows: int, taken: set[tuple[int, int]]) -> int | None:
    """The next row outwards without a mark, else inwards; None where the whole column is full."""
    for way in (side or 1, -(side or 1)):
        wanted = row
        while 0 <= wanted < rows and (column, wanted) in taken:
            wanted += way
        if 0 <= wanted < rows:
            return wanted
    return None
