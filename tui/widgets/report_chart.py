"""A curve through time in braille dots, with its largest and smallest figure at the side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual.strip import Strip

from tui.themes import Palette
from tui.widgets.canvas import text_of
from tui.widgets.strips import Part, StripWidget, blank, strip_of

BRAILLE = 0x2800
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)
"""The bits of a cell's dots, by row and column."""
FIGURES = 11
NARROWEST = 30
"""Cells below which the figures at the side are left out."""


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A sign at a place of the curve, from 0 to 1, with the palette's name of its colour."""

    place: float
    sign: str
    tone: str


def dots(values: NDArray[np.float64], columns: int, rows: int, low: float, high: float, filled: bool) -> list[str]:
    """A curve in `rows` lines of braille, a sample's whole way within each dot column joined; `filled` from the top, as
    what hangs from zero is drawn. Samples that are no numbers are left out."""
    wide, tall = columns * 2, rows * 4
    cells = np.zeros((rows, columns), dtype=np.uint32)
    edges = np.linspace(0, len(values), wide + 1)
    before: int | None = None
    for column in range(wide):
        first, last = int(edges[column]), max(int(np.ceil(edges[column + 1])), int(edges[column]) + 1)
        part = values[first:last]
        part = part[np.isfinite(part)]
        if not len(part):
            before = None
            continue
        ends = [_row(float(each), low, high, tall) for each in (part.max(), part.min())]
        last_row = _row(float(part[-1]), low, high, tall)
        top, bottom = ends if before is None else (min(ends[0], before), max(ends[1], before))
        for row in range(0 if filled else top, bottom + 1):
            cells[row // 4, column // 2] |= DOTS[row % 4, column % 2]
        before = last_row
    return [text_of(line + np.uint32(BRAILLE)) for line in cells]


def _row(value: float, low: float, high: float, tall: int) -> int:
    share = (high - value) / (high - low) if high > low else 0.5
    return min(tall - 1, max(0, round(share * (tall - 1))))


def chart_rows(
    values: Sequence[float | None],
    width: int,
    height: int,
    written: Callable[[float], str],
    styles: tuple[Style, Style],
    *,
    hanging: bool = False,
    marks: Sequence[ChartMark] = (),
    palette: Palette | None = None,
) -> list[Strip]:
    """A chart with its highest figure at the top, its lowest at the bottom and, where there is room, the last between.

    Args:
        written: how a value is written.
        styles: of the curve and of the figures.
        hanging: whether the curve hangs from zero.
        marks: drawn in a row of their own, below.
    """
    array = np.array([np.nan if each is None else each for each in values], dtype=np.float64)
    known = array[np.isfinite(array)]
    if not len(known) or height <= 0:
        return [blank(width)] * height
    below = 1 if marks and height > 2 and palette is not None else 0
    figures = FIGURES if width >= NARROWEST else 0
    rows, columns = height - below, width - figures - (1 if figures else 0)
    low, high = float(known.min()), 0.0 if hanging else float(known.max())
    lines = dots(array, columns, rows, low, high if high > low else low + 1e-9, hanging and low < 0)
    said = {0: written(high), rows - 1: written(low)} if rows > 1 and high > low else {0: written(high)}
    strips = []
    for place, line in enumerate(lines):
        parts: list[Part] = [(line, styles[0])]
        if figures:
            parts += [(" ", styles[1]), (said.get(place, "").rjust(figures), styles[1])]
        strips.append(strip_of(parts, width))
    if below and palette is not None:
        strips.append(_marks(marks, columns, width, palette))
    return strips


def _marks(marks: Sequence[ChartMark], columns: int, width: int, palette: Palette) -> Strip:
    cells: list[Part] = [(" ", palette.dim)] * columns
    for mark in marks:
        cells[min(columns - 1, max(0, int(mark.place * columns)))] = (mark.sign, palette.style(mark.tone))
    return strip_of(cells, width)


class ReportChart(StripWidget):
    """A curve of a report."""

    DEFAULT_CSS = "ReportChart { height: 1fr; }"

    def __init__(self, written: Callable[[float], str], tone: str, *, hanging: bool = False, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._written, self._tone, self._hanging = written, tone, hanging
        self._values: Sequence[float | None] = ()
        self._marks: Sequence[ChartMark] = ()

    def show(self, values: Sequence[float | None], marks: Sequence[ChartMark] = ()) -> None:
        """Draw evenly spaced values."""
        self._values, self._marks = values, marks
        self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        palette = self.palette
        styles = palette.style(self._tone), palette.dim
        return chart_rows(
            self._values,
            width,
            height,
            self._written,
            styles,
            hanging=self._hanging,
            marks=self._marks,
            palette=palette,
        )
