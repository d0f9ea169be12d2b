"""Draws a chart on a canvas: candles, then what lies behind and around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from tui.themes import Palette
from tui.widgets.candles import Candles, CandleSeries
from tui.widgets.canvas import BLOCKS, SPACE, Canvas, codes_of
from tui.widgets.chart_lines import LINE_STYLES, ChartLine, draw_lines, draw_tags
from tui.widgets.chart_scale import Scale, StickyScale, fitted, labels_of
from tui.widgets.chart_time import draw_times
from tui.widgets.figures import price_places

NARROWEST_WITH_AXIS = 20
LOWEST_WITH_TIMES = 4
LABEL_ROWS = 4
QUIET_COLUMNS = 2
"""Missing candles that are left blank; more are a hole, drawn as one column."""

# Upper and lower half of a cell: 0 nothing, 1 wick, 2 body. A rising body is hollow, a falling one solid: the
# direction can be seen without colours.
_FALLING = codes_of(" ╷╻╵│╽╹╿┃")
_RISING = codes_of(" ╷╻╵│╽╹╿║")
_FLAT = {(False, False): "─", (True, False): "┴", (False, True): "┬", (True, True): "┼"}
_HOLE = "┊"

STYLES = (
    *("text", "up", "down", "faint", "dim", "up*", "down*", "text*", "key"),
    *(f"{name}{badge}" for name in sorted(set(LINE_STYLES.values())) for badge in ("", "*")),
)
"""Names of palette styles by number; `*` is the badge of it."""

_PLACE = {name: place for place, name in reversed(list(enumerate(STYLES)))}


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Something that happened at a time (ms UTC) and a price, drawn on its candle."""

    time: int
    price: Decimal
    kind: Literal["buy", "sell", "liquidation"]


_MARKS = {"buy": ("▲", 1), "sell": ("▼", -1), "liquidation": ("✕", 1)}


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a chart shows."""

    series: CandleSeries
    step: int
    time: int
    tick: Decimal
    lines: Sequence[ChartLine]
    marks: Sequence[ChartMark]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand: candles in `columns` × `rows`, then `volume` rows, then a row of times; the axis at right."""

    columns: int
    rows: int
    volume: int
    times: int
    axis: int


def styles_of(palette: Palette) -> tuple[Style, ...]:
    """The table of styles that a chart's canvas is drawn with."""
    return tuple(palette.badge(name[:-1]) if name.endswith("*") else palette.style(name) for name in STYLES)


def number_of(style: str) -> int:
    """The number of a style in the table."""
    return _PLACE[style]


def draw(scene: Scene, width: int, height: int, sticky: StickyScale) -> Canvas:
    """The chart on a canvas of that size."""
    canvas = Canvas(width, height)
    times = 1 if height >= LOWEST_WITH_TIMES else 0
    volume = (2 if height >= 18 else 1 if height >= 10 else 0) if scene.series.has_volume else 0
    # Candles for the whole width: how wide the axis is, is known only with the scale.
    candles = scene.series.window(scene.step, width)
    if not len(candles):
        canvas.write(height // 2, 1, "no trading yet", number_of("dim"))
        return canvas
    tick = float(scene.tick)
    rows = height - times - volume
    scale = _scale(scene, candles, rows, tick, sticky)
    axis = _axis_width(scale, scene, width)
    layout = Layout(width - axis, rows, volume, times, axis)
    shown, places, holes = placed(candles, layout.columns)
    _draw_candles(canvas, shown, places, scale, tick)
    _draw_marks(canvas, scene, shown, places, scale, tick)
    _draw_volume(canvas, shown, places, layout)
    for column in holes:
        canvas.letters[:rows, column], canvas.styles[:rows, column] = ord(_HOLE), number_of("faint")
    _draw_axis(canvas, scene, shown, scale, layout, tick)
    if times:
        starts = shown.bucket * (scene.series.seconds * 1000)
        draw_times(canvas, height - 1, starts, places, layout.columns, scene.series.seconds, number_of("dim"))
    return canvas


def placed(candles: Candles, columns: int) -> tuple[Candles, NDArray[np.int64], list[int]]:
    """The candles that fit, their columns, and the columns of holes. A long time without anything takes one column."""
    missing = np.diff(candles.bucket, prepend=candles.bucket[0] - 1) - 1
    gaps = np.where(missing > QUIET_COLUMNS, 1, missing)
    places = np.cumsum(gaps + 1) - 1
    places -= max(int(places[-1]) + 1 - columns, 0)
    holes = (places - 1)[(missing > QUIET_COLUMNS) & (places >= 1)]
    fits = int(np.searchsorted(places, 0))
    return candles.part(fits), places[fits:], holes.tolist()


def _scale(scene: Scene, candles: Candles, rows: int, tick: float, sticky: StickyScale) -> Scale:
    low, high = float(candles.low.min()) * tick, float(candles.high.max()) * tick
    return sticky.fit(low, high, [float(line.price) for line in scene.lines], max(rows, 1), tick)


def _axis_width(scale: Scale, scene: Scene, width: int) -> int:
    """From the scale, not from the last price: the axis stands still with it."""
    if width < NARROWEST_WITH_AXIS:
        return 0
    places = price_places(scene.tick)
    longest = max(len(fitted(price, places, 14)) for price in (scale.low, scale.high))
    return min(longest + 4, width // 2)


def _draw_candles(canvas: Canvas, candles: Candles, places: NDArray[np.int64], scale: Scale, tick: float) -> None:
    tops, bottoms, opens, closes = (
        _halves(prices * tick, scale) for prices in (candles.high, candles.low, candles.open, candles.close)
    )
    rises = candles.close >= candles.open
    halves = np.arange(scale.rows * 2)[:, None]
    upper, lower = np.minimum(opens, closes), np.maximum(opens, closes)
    # A rising body has at least one whole cell: half of one could not be seen to be hollow.
    small = rises & (((upper + 1) // 2) * 2 + 1 > lower)
    upper, lower = np.where(small, upper - upper % 2, upper), np.where(small, lower | 1, lower)
    weight = ((halves >= tops) & (halves <= bottoms)).astype(np.uint8)
    weight[(halves >= upper) & (halves <= lower)] = 2
    codes = weight[0::2] * 3 + weight[1::2]
    letters = np.where(rises, _RISING[codes], _FALLING[codes])
    _draw_flat(letters, candles, closes)
    canvas.letters[: scale.rows, places] = letters
    styles = np.where(rises, number_of("up"), number_of("down")).astype(np.uint8)
    canvas.styles[: scale.rows, places] = np.where(letters == SPACE, 0, styles)


def _draw_flat(letters: NDArray[np.uint32], candles: Candles, closes: NDArray[np.int64]) -> None:
    """A candle that closed where it opened has no body: a dash stands for it."""
    for place in np.flatnonzero(candles.close == candles.open).tolist():
        row = int(closes[place]) // 2
        above, below = candles.high[place] > candles.close[place], candles.low[place] < candles.close[place]
        letters[row, place] = ord(_FLAT[bool(above), bool(below)])


def _halves(prices: NDArray[np.float64], scale: Scale) -> NDArray[np.int64]:
    shares = (scale.high - prices) / (scale.high - scale.low)
    return np.clip(np.floor(shares * scale.rows * 2), 0, scale.rows * 2 - 1).astype(np.int64)


def _draw_marks(
    canvas: Canvas, scene: Scene, candles: Candles, places: NDArray[np.int64], scale: Scale, tick: float
) -> None:
    """Purchases under their candle, sales above it. Those after the time reached are nobody's business yet."""
    length = scene.series.seconds * 1000
    begin = int(candles.bucket[0]) * length
    for mark in scene.marks:
        if not begin <= mark.time <= scene.time:
            continue
        at = int(np.searchsorted(candles.bucket, mark.time // length, side="right")) - 1
        letter, side = _MARKS[mark.kind]
        edge = candles.low[at] if side > 0 else candles.high[at]
        row = min(max(scale.row(float(edge) * tick) + side, 0), scale.rows - 1)
        canvas.write(row, int(places[at]), letter, number_of("danger" if mark.kind == "liquidation" else "key"))


def _draw_volume(canvas: Canvas, candles: Candles, places: NDArray[np.int64], layout: Layout) -> None:
    most = float(candles.volume.max()) if layout.volume else 0.0
    if not most > 0:
        return
    eighths = np.rint(np.nan_to_num(candles.volume) / most * layout.volume * 8).astype(np.int64)
    for row in range(layout.volume):
        cells = np.clip(eighths - 8 * (layout.volume - 1 - row), 0, 8)
        canvas.letters[layout.rows + row, places] = BLOCKS[cells]
        canvas.styles[layout.rows + row, places] = number_of("faint")


def _draw_axis(canvas: Canvas, scene: Scene, candles: Candles, scale: Scale, layout: Layout, tick: float) -> None:
    """Round labels, the player's lines, and the last price, in the order in which one covers the other."""
    places = price_places(scene.tick)
    apart = LABEL_ROWS if layout.rows >= 8 else 2
    draw_lines(canvas, scene.lines, scale, layout.columns, number_of)
    for row, price, decimals in labels_of(scale, apart, tick):
        canvas.fill_blank(row, 0, layout.columns, "┈", number_of("faint"))
        if layout.axis:
            label = fitted(price, min(decimals, places), layout.axis - 4).rjust(layout.axis - 3)
            canvas.write(row, layout.columns + 1, label, number_of("dim"))
    if not layout.axis:
        return
    canvas.letters[: layout.rows, layout.columns] = ord("│")
    canvas.styles[: layout.rows, layout.columns] = number_of("faint")
    taken = draw_tags(canvas, scene.lines, scale, layout.columns, layout.axis, places, number_of)
    last, begun = int(candles.close[-1]), int(candles.open[-1])
    row = min(max(scale.row(last * tick), 0), scale.rows - 1)
    tone, sign = ("up*", "▲") if last > begun else ("down*", "▼") if last < begun else ("text*", "◂")
    figure = fitted(last * tick, places, layout.axis - 4).rjust(layout.axis - 3)
    canvas.write(row, layout.columns, f"{sign}{figure}  ", number_of(tone))
    if row in taken:
        # A line lies where the price is: its own colour and letter stay at the edge.
        canvas.write(row, layout.columns + layout.axis - 1, taken[row][0], number_of(taken[row][1]))
