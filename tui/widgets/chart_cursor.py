"""The crosshair: one candle and one price, and what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.numbers import divide
from tui.widgets.candles import Candles
from tui.widgets.canvas import FIRM_SPACE, SPACE, Canvas
from tui.widgets.chart_candles import traded
from tui.widgets.chart_draw import Drawing, behind
from tui.widgets.chart_scale import Scale, fitted
from tui.widgets.chart_styles import number_of
from tui.widgets.figures import NONE, moment, percent, price, price_places, short


@dataclass(frozen=True, slots=True)
class Crosshair:
    """The candle that holds `vertex`, and a price in ticks."""

    vertex: int
    ticks: int


def place_of(crosshair: Crosshair, candles: Candles) -> int:
    """Which of `candles` it is on: the nearest where its own is out of sight."""
    return max(int(np.searchsorted(candles.first, crosshair.vertex, side="right")) - 1, 0)


def row_of(crosshair: Crosshair, scale: Scale, tick: float) -> int:
    """Its row: the nearest where its price is off the scale."""
    return min(max(scale.row(crosshair.ticks * tick), 0), scale.rows - 1)


def price_at(row: int, scale: Scale, tick: float) -> int:
    """The price in the middle of a row, in ticks."""
    return max(round((scale.high - (row + 0.5) / scale.rows * (scale.high - scale.low)) / tick), 1)


def candle_at(column: int, drawing: Drawing) -> int:
    """The candle nearest to a column."""
    places = drawing.places
    after = min(int(np.searchsorted(places, column)), len(places) - 1)
    before = max(after - 1, 0)
    return before if abs(int(places[before]) - column) < abs(int(places[after]) - column) else after


def moved(crosshair: Crosshair, drawing: Drawing, tick: float, candles: int, rows: int) -> Crosshair:
    """So many candles to the right and rows down, no further than what is drawn."""
    place = min(max(place_of(crosshair, drawing.candles) + candles, 0), len(drawing.candles) - 1)
    ticks = crosshair.ticks
    if rows:
        row = row_of(crosshair, drawing.scale, tick) + rows
        ticks = price_at(min(max(row, 0), drawing.scale.rows - 1), drawing.scale, tick)
    return Crosshair(int(drawing.candles.first[place]), ticks)


def draw_crosshair(drawing: Drawing, crosshair: Crosshair, tick: Decimal, seconds: int) -> None:
    """Its two lines behind the candles, its price on the axis, its time under the candles, and what the candle is."""
    canvas, layout, scale = drawing.canvas, drawing.layout, drawing.scale
    place, row = place_of(crosshair, drawing.candles), row_of(crosshair, scale, float(tick))
    column = int(drawing.places[place])
    for cells, styles, letter in (
        (canvas.letters[row, : layout.columns], canvas.styles[row, : layout.columns], "─"),
        (canvas.letters[: scale.rows, column], canvas.styles[: scale.rows, column], "│"),
    ):
        free = behind(cells)
        cells[free], styles[free] = ord(letter), number_of("text")
    if layout.axis:
        figure = fitted(crosshair.ticks * float(tick), price_places(tick), layout.axis - 4).rjust(layout.axis - 3)
        canvas.write(row, layout.columns, f"▸{figure}  ", number_of("text*"))
    if layout.times:
        time = f" {_time(drawing, place, seconds)} "
        start = min(max(column - len(time) // 2, 0), max(layout.columns - len(time), 0))
        _clear_words(canvas.letters[-1], start, start + len(time))
        _badge(canvas, canvas.height - 1, start, time[: layout.columns])
    _draw_readout(drawing, place, row, tick)


def figures_of(candles: Candles, place: int, tick: Decimal, volume: bool) -> list[str]:
    """What the candle is: open, high, low, close, the change from open to close, and what was traded."""
    columns = {"O": candles.open, "H": candles.high, "L": candles.low, "C": candles.close}
    said = [f"{name} {price(tick * int(column[place]), tick)}" for name, column in columns.items()]
    opened, closed = int(candles.open[place]), int(candles.close[place])
    sign = "▲" if closed > opened else "▼" if closed < opened else "="
    said.append(f"{sign} {percent(divide(Decimal(closed - opened), Decimal(opened)), 2, sign=True)}")
    if volume:
        amount = float(traded(candles)[place])
        # A bar's volume is known at its close: until then there is none, which is not a volume of nothing.
        said.append(f"V {short(Decimal(repr(amount)))}" if amount else f"V {NONE}")
    return said


def _time(drawing: Drawing, place: int, seconds: int) -> str:
    when = moment(int(drawing.candles.bucket[place]) * seconds * 1000)
    if seconds >= 86_400:
        return f"{when:%a} {when.day} {when:%b %Y}"
    return f"{when.day} {when:%b} {when:%H:%M:%S}" if seconds < 60 else f"{when.day} {when:%b} {when:%H:%M}"


def _badge(canvas: Canvas, row: int, column: int, text: str) -> None:
    canvas.write(row, column, text.replace(" ", FIRM_SPACE), number_of("text*"))
    end = column + len(text)
    if end < canvas.width and not canvas.styles[row, end]:
        # An empty cell goes on in the style before it, and of a badge that would be seen.
        canvas.styles[row, end] = number_of("dim")


def _clear_words(letters: NDArray[np.uint32], start: int, end: int) -> None:
    """Blank what touches a stretch of a row, so that no half of a label stays."""
    for way, at in ((-1, start - 1), (1, end)):
        spaces = 0
        while 0 <= at < len(letters) and spaces < 2:
            # A label has single spaces inside.
            spaces = spaces + 1 if letters[at] == SPACE else 0
            letters[at] = SPACE
            at += way


def _draw_readout(drawing: Drawing, place: int, row: int, tick: Decimal) -> None:
    """At the top, or at the bottom where the crosshair is at the top; in as many rows as it takes, but not over it."""
    canvas, layout = drawing.canvas, drawing.layout
    volume = bool(layout.volume) or bool(traded(drawing.candles).any())
    lines = list(_wrapped(figures_of(drawing.candles, place, tick, volume), layout.columns))
    room = max(layout.rows - 1, 0)
    lines = lines[: min(len(lines), room)]
    top = 0 if row >= len(lines) else layout.rows - len(lines)
    for offset, line in enumerate(lines):
        _badge(canvas, top + offset, 0, line)


def _wrapped(words: list[str], width: int) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + len(word) + 1 > width:
            yield line
            line = ""
        line = f"{line or ' '}{word} "
    if line:
        yield line[:width]
