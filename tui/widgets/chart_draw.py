"""Draws a chart on a canvas. What stands still from frame to frame is drawn once and kept: all but the last candle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tui.widgets.candles import Candles, CandleSeries
from tui.widgets.canvas import SPACE, Canvas, codes_of
from tui.widgets.chart_candles import candle_letters, draw_volume, placed, rounded_up, traded
from tui.widgets.chart_lines import DOTS, ChartLine, Tag, draw_lines, draw_tags
from tui.widgets.chart_marks import MarkTable
from tui.widgets.chart_scale import Scale, StickyScale, fitted, labels_of
from tui.widgets.chart_styles import number_of
from tui.widgets.chart_time import draw_times
from tui.widgets.figures import price_places

NARROWEST_WITH_AXIS = 20
LOWEST_WITH_TIMES = 4
LABEL_ROWS = 4
HOLE = "┊"
GRID = "┈"

# By letter: whether candles and the crosshair may cover it.
_BEHIND = np.zeros(0x10000, np.bool_)
_BEHIND[[SPACE, *codes_of("".join({GRID, HOLE, *DOTS.values()}))]] = True


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a chart shows, but for the crosshair: candles up to vertex `end`. `now` is the price reached, in ticks,
    which is not the last candle's where `end` lies behind."""

    series: CandleSeries
    end: int
    tick: Decimal
    lines: Sequence[ChartLine]
    marks: MarkTable
    now: int
    follows: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand: candles in `columns` × `rows`, then `volume` rows, then a row of times; the axis at right."""

    columns: int
    rows: int
    volume: int
    times: int
    axis: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn chart, and where on it things are. `candles` is empty where nothing has traded yet."""

    canvas: Canvas
    layout: Layout
    scale: Scale
    candles: Candles
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is drawn for many frames, and for which scene it is good."""

    key: tuple[object, ...]
    canvas: Canvas
    layout: Layout
    first: int
    places: NDArray[np.int64]
    tags: dict[int, Tag]


class ChartPainter:
    """Draws scenes of one chart, and remembers its scale and its ground."""

    def __init__(self) -> None:
        self._sticky = StickyScale()
        self._ground: _Ground | None = None

    def forget(self) -> None:
        """Other candles come: choose the scale anew."""
        self._sticky.forget()
        self._ground = None

    def draw(self, scene: Scene, width: int, height: int) -> Drawing:
        """The chart on a canvas of that size."""
        times = 1 if height >= LOWEST_WITH_TIMES else 0
        volume = (2 if height >= 18 else 1 if height >= 10 else 0) if scene.series.has_volume else 0
        rows = height - times - volume
        # Candles for the whole width: how wide the axis is, is known only with the scale.
        candles = scene.series.window(scene.end, width)
        if not len(candles):
            return _nothing(width, height, candles)
        tick = float(scene.tick)
        scale = _scale(scene.lines, candles, rows, tick, self._sticky)
        axis = _axis_width(scale, scene.tick, width)
        layout = Layout(width - axis, rows, volume, times, axis)
        most = rounded_up(float(traded(candles).max())) if volume else 0.0
        ground = self._ground_of(scene, candles, scale, layout, most, height)
        shown = candles.part(ground.first)
        canvas = ground.canvas.copy()
        _draw_last(canvas, scene, shown, ground, scale, most, tick)
        if axis:
            _draw_price(canvas, scene, shown, ground, scale, tick)
        return Drawing(canvas, layout, scale, shown, ground.places)

    def _ground_of(
        self, scene: Scene, candles: Candles, scale: Scale, layout: Layout, most: float, height: int
    ) -> _Ground:
        span = (len(candles), int(candles.bucket[0]), int(candles.bucket[-1]))
        key = (scene.series, scene.tick, tuple(scene.lines), scene.marks, span, scale, layout, most, height)
        if self._ground is None or self._ground.key != key:
            self._ground = _ground(key, scene, candles, scale, layout, most, height)
        return self._ground


def _nothing(width: int, height: int, candles: Candles) -> Drawing:
    canvas = Canvas(width, height)
    canvas.write(height // 2, 1, "no trading yet", number_of("dim"))
    return Drawing(canvas, Layout(width, height, 0, 0, 0), Scale(0.0, 1.0, height), candles, candles.bucket)


def _scale(lines: Sequence[ChartLine], candles: Candles, rows: int, tick: float, sticky: StickyScale) -> Scale:
    low, high = float(candles.low.min()) * tick, float(candles.high.max()) * tick
    prices = [float(line.price) for line in lines if line.kind != "bankruptcy"]
    return sticky.fit(low, high, prices, max(rows, 1), tick)


def _axis_width(scale: Scale, tick: Decimal, width: int) -> int:
    """From the scale, not from the last price: the axis stands still with it."""
    if width < NARROWEST_WITH_AXIS:
        return 0
    places = price_places(tick)
    longest = max(len(fitted(price, places, 14)) for price in (scale.low, scale.high))
    return min(longest + 4, width // 2)


def _ground(
    key: tuple[object, ...], scene: Scene, candles: Candles, scale: Scale, layout: Layout, most: float, height: int
) -> _Ground:
    """Everything but the last candle and the price."""
    canvas = Canvas(layout.columns + layout.axis, height)
    tick = float(scene.tick)
    shown, places, holes = placed(candles, layout.columns)
    done, columns = shown.part(0, -1), places[:-1]
    canvas.letters[: scale.rows, columns], canvas.styles[: scale.rows, columns] = candle_letters(done, scale, tick)
    scene.marks.draw(canvas, done, columns, int(shown.first[-1]) - 1, scale, tick)
    draw_volume(canvas, done, columns, layout.rows, layout.volume, most)
    for column in holes:
        canvas.letters[: layout.rows, column] = ord(HOLE)
        canvas.styles[: layout.rows, column] = number_of("faint")
    draw_lines(canvas, scene.lines, scale, scene.tick, layout.columns, number_of, int(places[-1]))
    tags = _draw_axis(canvas, scene, scale, layout)
    if layout.times:
        starts = shown.bucket * (scene.series.seconds * 1000)
        draw_times(canvas, height - 1, starts, places, layout.columns, scene.series.seconds, number_of("dim"))
    return _Ground(key, canvas, layout, len(candles) - len(shown), places, tags)


def _draw_axis(canvas: Canvas, scene: Scene, scale: Scale, layout: Layout) -> dict[int, Tag]:
    """Round labels and the prices of the player's lines, which are returned by row."""
    places, apart = price_places(scene.tick), LABEL_ROWS if layout.rows >= 8 else 2
    for row, price, decimals in labels_of(scale, apart, float(scene.tick)):
        canvas.fill_blank(row, 0, layout.columns, GRID, number_of("faint"))
        if layout.axis:
            label = fitted(price, min(decimals, places), layout.axis - 4).rjust(layout.axis - 3)
            canvas.write(row, layout.columns + 1, label, number_of("dim"))
    if not layout.axis:
        return {}
    canvas.letters[: layout.rows, layout.columns] = ord("│")
    canvas.styles[: layout.rows, layout.columns] = number_of("faint")
    return draw_tags(canvas, scene.lines, scale, layout.columns, layout.axis, places, number_of)


def _draw_last(
    canvas: Canvas, scene: Scene, shown: Candles, ground: _Ground, scale: Scale, most: float, tick: float
) -> None:
    """The candle that still grows, its volume and its marks."""
    last, column = shown.part(-1), int(ground.places[-1])
    letters, styles = (each[:, 0] for each in candle_letters(last, scale, tick))
    cells = canvas.letters[: scale.rows, column]
    drawn = (letters != SPACE) & behind(cells)
    cells[drawn] = letters[drawn]
    canvas.styles[: scale.rows, column][drawn] = styles[drawn]
    draw_volume(canvas, last, ground.places[-1:], ground.layout.rows, ground.layout.volume, most)
    scene.marks.draw(canvas, last, ground.places[-1:], scene.end, scale, tick)


def _draw_price(canvas: Canvas, scene: Scene, shown: Candles, ground: _Ground, scale: Scale, tick: float) -> None:
    """The price reached, on the axis. Where the chart is behind, only if it is on the scale."""
    layout, now = ground.layout, scene.now
    begun = int(shown.open[-1])
    tone, sign = ("up*", "▲") if now > begun else ("down*", "▼") if now < begun else ("text*", "◂")
    if not scene.follows:
        if not scale.holds(now * tick):
            return
        tone, sign = "text*", "◂"
    row = min(max(scale.row(now * tick), 0), scale.rows - 1)
    figure = fitted(now * tick, price_places(scene.tick), layout.axis - 4).rjust(layout.axis - 3)
    canvas.write(row, layout.columns, f"{sign}{figure}  ", number_of(tone))
    if row in ground.tags:
        _move_tag(canvas, layout, ground.tags, row, now * tick)


def _move_tag(canvas: Canvas, layout: Layout, tags: dict[int, Tag], row: int, price: float) -> None:
    """A line lies in the row of the price reached: its own price stands beside, on the side it is on if there is room.

    Its letter alone would look as if it said what the price reached is.
    """
    tag = tags[row]
    sides = (row - 1, row + 1) if tag.price > price else (row + 1, row - 1)
    free = next((each for each in sides if 0 <= each < layout.rows and each not in tags), None)
    if free is not None:
        canvas.write(free, layout.columns, tag.text, number_of(tag.style))


def behind(letters: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which cells hold nothing but the grid, a dotted line or a hole."""
    return _BEHIND[np.minimum(letters, 0xFFFF)]
