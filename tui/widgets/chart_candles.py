"""Candles and volume as letters on a canvas."""

from __future__ import annotations

from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

from tui.widgets.candles import Candles
from tui.widgets.canvas import BLOCKS, SPACE, Canvas, codes_of
from tui.widgets.chart_scale import Scale
from tui.widgets.chart_styles import number_of

QUIET_COLUMNS = 2
"""Missing candles that are left blank; more are a hole, drawn as one column."""

VOLUME_STEPS = 4
"""Heights of the volume scale from one power of two to the next: the tallest bar fills at least 84 %."""

# Upper and lower half of a cell: 0 nothing, 1 wick, 2 body. A rising body is hollow, a falling one solid: the
# direction can be seen without colours.
_FALLING = codes_of(" ╷╻╵│╽╹╿┃")
_RISING = codes_of(" ╷╻╵│╽╹╿║")
_FLAT = {(False, False): "─", (True, False): "┴", (False, True): "┬", (True, True): "┼"}

Letters = tuple[NDArray[np.uint32], NDArray[np.uint8]]
"""Letters and styles of rows × candles."""


def placed(candles: Candles, columns: int) -> tuple[Candles, NDArray[np.int64], list[int]]:
    """The candles that fit, their columns, and the columns of holes. A long time without anything takes one column."""
    missing = np.diff(candles.bucket, prepend=candles.bucket[0] - 1) - 1
    gaps = np.where(missing > QUIET_COLUMNS, 1, missing)
    places = np.cumsum(gaps + 1) - 1
    places -= max(int(places[-1]) + 1 - columns, 0)
    holes = (places - 1)[(missing > QUIET_COLUMNS) & (places >= 1)]
    fits = int(np.searchsorted(places, 0))
    return candles.part(fits), places[fits:], holes.tolist()


def candle_letters(candles: Candles, scale: Scale, tick: float) -> Letters:
    """What candles look like on a scale, a column each."""
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
    styles = np.where(rises, number_of("up"), number_of("down")).astype(np.uint8)
    return letters, np.where(letters == SPACE, 0, styles).astype(np.uint8)


def traded(candles: Candles) -> NDArray[np.float64]:
    """The volume of each, 0 where a file has none."""
    volume = candles.volume
    return np.nan_to_num(volume) if np.isnan(volume).any() else volume


def rounded_up(most: float) -> float:
    """The next step of a ladder at or above `most`: other bars keep their height while the greatest still grows."""
    return float(2 ** (ceil(VOLUME_STEPS * log2(most)) / VOLUME_STEPS)) if most > 0 else 0.0


def draw_volume(canvas: Canvas, candles: Candles, places: NDArray[np.int64], top: int, rows: int, most: float) -> None:
    """Bars of what was traded, in `rows` rows from row `top` on; the tallest stands for `most`."""
    if not most > 0 or not rows:
        return
    eighths = np.rint(traded(candles) / most * rows * 8).astype(np.int64)
    for row in range(rows):
        cells = np.minimum(np.maximum(eighths - 8 * (rows - 1 - row), 0), 8)
        canvas.letters[top + row, places] = BLOCKS[cells]
        canvas.styles[top + row, places] = number_of("faint")


def _draw_flat(letters: NDArray[np.uint32], candles: Candles, closes: NDArray[np.int64]) -> None:
    """A candle that closed where it opened has no body: a dash stands for it."""
    for place in np.flatnonzero(candles.close == candles.open).tolist():
        row = int(closes[place]) // 2
        above, below = candles.high[place] > candles.close[place], candles.low[place] < candles.close[place]
        letters[row, place] = ord(_FLAT[bool(above), bool(below)])


def _halves(prices: NDArray[np.float64], scale: Scale) -> NDArray[np.int64]:
    shares = (scale.high - prices) / (scale.high - scale.low)
    return np.minimum(np.maximum(np.floor(shares * scale.rows * 2), 0), scale.rows * 2 - 1).astype(
        np.int64
    )  # quicker than clip
