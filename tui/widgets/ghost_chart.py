"""Your equity and that of your ghosts in one chart, each drawn with a shape of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tui.widgets.canvas import Canvas, single
from tui.widgets.equity_line import LARGEST
from tui.widgets.figures import brief, date_and_time
from tui.widgets.strips import StripWidget, blank
from tui.words.plain import harmless

LABEL = 16
"""Cells at the right for what each is worth now."""
NARROWEST = 30
DIED = "✗"
TEXT, DIM, DANGER, FIRST = 0, 1, 2, 3
"""Places in the table of styles."""


@dataclass(frozen=True, slots=True)
class EquityPath:
    """One account's equity at the vertices that all share. `tone` is the palette's name of its colour, `liquidated`
    the vertex of its first liquidation."""

    name: str
    sign: str
    tone: str
    values: NDArray[np.float64]
    liquidated: int | None = None


class GhostChart(StripWidget):
    """Lines on one scale from the start until now. Where they meet, yours is on top."""

    DEFAULT_CSS = "GhostChart { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._steps: NDArray[np.int64] = np.zeros(0, np.int64)
        self._paths: Sequence[EquityPath] = ()
        self._span = (0, 0)

    def show(self, steps: NDArray[np.int64], paths: Sequence[EquityPath], span: tuple[int, int]) -> None:
        """Draw equity at these vertices, yours first; `span`: the times of the first and of the last, ms UTC."""
        self._steps, self._paths, self._span = steps, paths, span
        self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        if not len(self._steps) or width < NARROWEST or height < 2:
            return [blank(width)] * height
        palette = self.palette
        table = (palette.text, palette.dim, palette.danger, *(palette.style(each.tone) for each in self._paths))
        canvas = drawn(self._steps, self._paths, self._span, width, height)
        return [canvas.strip(row, table) for row in range(height)]


def drawn(
    steps: NDArray[np.int64], paths: Sequence[EquityPath], span: tuple[int, int], width: int, height: int
) -> Canvas:
    """The lines, what each is worth now beside it, and when it began and is now below."""
    canvas = Canvas(width, height)
    columns, rows = width - LABEL, height - 1
    values = [np.clip(np.nan_to_num(each.values), -LARGEST, LARGEST) for each in paths]
    low, high = _scale(values)
    places = _places(steps, columns)
    ends: list[int] = []
    for at in reversed(range(len(paths))):
        ends.insert(0, _draw(canvas, values[at][places], (low, high), rows, paths[at].sign, FIRST + at))
    for at, path in reversed(list(enumerate(paths))):
        if path.liquidated is not None:
            column = _column(path.liquidated, steps, columns)
            row = int(_rows(values[at][places][column : column + 1], (low, high), rows)[0])
            canvas.write(row, column, DIED, DANGER)
    _label(canvas, paths, values, ends, columns, rows)
    begin, end = (date_and_time(each) for each in span)
    canvas.write(rows, 0, begin, DIM)
    if columns >= len(begin) + len(end) + 2:
        canvas.write(rows, columns - len(end), end, DIM)
    return canvas


def _scale(values: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """A fiftieth of the equity at least: a flat line is not made to look like a storm."""
    low, high = min(float(each.min()) for each in values), max(float(each.max()) for each in values)
    short = max(max(abs(high), abs(low)) / 50 - (high - low), 1e-9) / 2
    return low - short, high + short


def _places(steps: NDArray[np.int64], columns: int) -> NDArray[np.int64]:
    """For each column the last sample that lies in it or before it."""
    first, last = int(steps[0]), int(steps[-1])
    ends = first + (np.arange(columns) + 1) * (last - first) / columns
    return np.maximum(np.searchsorted(steps, ends, "right") - 1, 0)


def _column(step: int, steps: NDArray[np.int64], columns: int) -> int:
    first, last = int(steps[0]), int(steps[-1])
    return min(max((step - first) * columns // max(last - first, 1), 0), columns - 1)


def _rows(values: NDArray[np.float64], scale: tuple[float, float], rows: int) -> NDArray[np.int64]:
    low, high = scale
    return np.rint((high - values) / (high - low) * (rows - 1)).astype(np.int64)


def _draw(
    canvas: Canvas, values: NDArray[np.float64], scale: tuple[float, float], rows: int, sign: str, style: int
) -> int:
    """A line, upright where it jumps; the row that it ends in."""
    at = _rows(values, scale, rows)
    before = np.concatenate([at[:1], at[:-1]])
    # What a column comes from belongs to the column before.
    top = np.minimum(at, np.where(before < at, before + 1, before))
    bottom = np.maximum(at, np.where(before > at, before - 1, before))
    row = np.arange(rows)[:, None]
    inked = (row >= top) & (row <= bottom)
    width = len(values)
    canvas.letters[:rows, :width][inked] = ord(sign)
    canvas.styles[:rows, :width][inked] = style
    return int(at[-1])


def _label(
    canvas: Canvas,
    paths: Sequence[EquityPath],
    values: Sequence[NDArray[np.float64]],
    ends: Sequence[int],
    columns: int,
    rows: int,
) -> None:
    """What each is worth, in the row in which it ends; those that would share one stand below each other."""
    order = sorted(range(len(paths)), key=lambda at: -float(values[at][-1]))
    row = -1
    for left, at in zip(range(len(order), 0, -1), order, strict=True):
        row = min(max(ends[at], row + 1), max(rows - left, row + 1))
        figure = brief(Decimal(repr(float(values[at][-1]))))
        canvas.write(row, columns + 1, single(harmless(f"{paths[at].sign} {figure}")), FIRST + at)
