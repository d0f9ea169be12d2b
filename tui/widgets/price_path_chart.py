"""The way of one price from the opening of a position to its end, as a fine line, with the prices that mattered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from engine.post_mortem import PricePath
from tui.widgets.canvas import Canvas, single
from tui.widgets.chart_scale import Scale
from tui.widgets.figures import date_and_time, price
from tui.widgets.strips import StripWidget, blank

BRAILLE = 0x2800
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint32)
"""The bit of each dot of a cell, by row and column."""
DASH = "╌"
REACH = 0.6
"""Of the path's own span, how far a line may be from it to be brought into the scale."""
NEAR = 0.01
"""Of the price, how far it may be in any case."""


@dataclass(frozen=True, slots=True)
class PathLine:
    """A price with a name and the palette's name of its colour."""

    name: str
    price: Decimal
    tone: str


class PricePathChart(StripWidget):
    """A line of dots, four rows of them a cell, and named prices at the right."""

    DEFAULT_CSS = "PricePathChart { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._path: PricePath | None = None
        self._lines: Sequence[PathLine] = ()
        self._tick = Decimal("0.01")

    def show(self, path: PricePath, lines: Sequence[PathLine], tick: Decimal) -> None:
        """Draw another path, with those lines; prices have the decimals of `tick`."""
        self._path, self._lines, self._tick = path, lines, tick
        self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        if self._path is None or width < 20 or height < 3:
            return [blank(width)] * height
        palette = self.palette
        table = (palette.text, palette.dim, palette.accent, *(palette.style(each.tone) for each in self._lines))
        canvas = drawn(self._path, self._lines, self._tick, width, height)
        return [canvas.strip(row, table) for row in range(height)]


TEXT, DIM, PATH, FIRST_LINE = 0, 1, 2, 3
"""Places in the table of styles."""


def drawn(path: PricePath, lines: Sequence[PathLine], tick: Decimal, width: int, height: int) -> Canvas:
    """The whole chart: the line, the named prices beside it, and when it began and ended below."""
    canvas = Canvas(width, height)
    names = [single(f"{each.name} {price(each.price, tick)}") for each in lines]
    right = min(max([len(name) for name in names] + [len(price(path.highest.price, tick))]) + 2, width // 2)
    columns, rows = width - right, height - 1
    scale = _scale(path, lines, rows)
    _draw_dots(canvas, path, scale, columns, rows)
    _name_prices(canvas, path, lines, names, scale, columns, rows)
    begin, end = date_and_time(path.start.time), date_and_time(path.end.time)
    end = end if begin[:10] != end[:10] else end[11:]
    canvas.write(height - 1, 0, begin, DIM)
    if columns >= len(begin) + len(end) + 2:
        canvas.write(height - 1, columns - len(end), end, DIM)
    return canvas


def _scale(path: PricePath, lines: Sequence[PathLine], rows: int) -> Scale:
    """The path and the lines near it, with a little room."""
    low, high = float(path.lowest.price), float(path.highest.price)
    reach = max((high - low) * REACH, abs(high) * NEAR)
    near = [float(each.price) for each in lines if low - reach <= float(each.price) <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    room = max((high - low) * 0.04, abs(high) * 1e-6, 1e-12)
    return Scale(low - room, high + room, rows)


def _draw_dots(canvas: Canvas, path: PricePath, scale: Scale, columns: int, rows: int) -> None:
    """Each column of dots from the lowest to the highest price that falls into it, joined to the one before."""
    across, down = columns * 2, rows * 4
    times = np.array([each.time for each in path.series], np.float64)
    prices = np.array([float(each.price) for each in path.series], np.float64)
    span = max(times[-1] - times[0], 1.0)
    places = np.minimum(((times - times[0]) / span * (across - 1)).round().astype(np.int64), across - 1)
    levels = (
        np.clip((scale.high - prices) / (scale.high - scale.low) * (down - 1), 0, down - 1).round().astype(np.int64)
    )
    dots = np.zeros((down, across), np.bool_)
    for at in range(max(len(levels) - 1, 1)):
        after = min(at + 1, len(levels) - 1)
        _join(dots, int(places[at]), int(levels[at]), int(places[after]), int(levels[after]))
    cells = np.zeros((rows, columns), np.uint32)
    for row in range(4):
        for column in range(2):
            cells |= dots[row::4, column::2].astype(np.uint32) * DOTS[row, column]
    filled = cells > 0
    canvas.letters[:rows, :columns][filled] = (cells + BRAILLE)[filled]
    canvas.styles[:rows, :columns][filled] = PATH


def _join(dots: NDArray[np.bool_], x: int, y: int, to_x: int, to_y: int) -> None:
    steps = max(abs(to_x - x), abs(to_y - y), 1)
    for step in range(steps + 1):
        dots[y + round((to_y - y) * step / steps), x + round((to_x - x) * step / steps)] = True


def _name_prices(
    canvas: Canvas,
    path: PricePath,
    lines: Sequence[PathLine],
    names: Sequence[str],
    scale: Scale,
    columns: int,
    rows: int,
) -> None:
    """The lines, the first of them first; one whose row is taken by a name, or that is too far away, has no name."""
    taken = set[int]()
    for place, (each, name) in enumerate(zip(lines, names, strict=True)):
        value = float(each.price)
        if not scale.holds(value):
            continue
        row = min(max(scale.row(value), 0), rows - 1)
        canvas.fill_blank(row, 0, columns, DASH, FIRST_LINE + place)
        free = next((each for each in (row, row - 1, row + 1) if each not in taken and 0 <= each < rows), None)
        if free is not None:
            taken.add(free)
            canvas.write(free, columns + 1, name, FIRST_LINE + place)
