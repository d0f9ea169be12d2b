"""Charts of a report as SVG, drawn by hand: no script, no font and no picture from anywhere.

Colours are classes of the page's style sheet, so that one drawing is right on light and on dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from tui.widgets.figures import moment

WIDTH, LEFT, RIGHT = 960, 8, 84
PLOT = WIDTH - LEFT - RIGHT
GAP, AXIS = 14, 22
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TIME_STEPS = (
    *(MINUTE * each for each in (1, 5, 15, 30)),
    *(HOUR * each for each in (1, 3, 6, 12)),
    *(DAY * each for each in (1, 2, 7, 14, 30, 91, 182, 365)),
)
MOST_TICKS = 9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """Values at times (ms UTC), `css` its class; `filled` down to (or up from) `base`, where there is one."""

    times: NDArray[np.int64]
    values: Floats
    css: str
    base: float | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """Something at a time: at `value`, or over the whole height without one. `shape` is a class too: `buy`, `sell`,
    `call`, `liquidation` or `flow`; `text` is shown where the pointer rests on it."""

    time: int
    shape: str
    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Pane:
    """One of several drawings over the same time: lines and signs in `height` pixels."""

    title: str
    lines: Sequence[Line]
    height: int
    written: Callable[[float], str]
    signs: Sequence[Sign] = ()


def chart(label: str, panes: Sequence[Pane], start: int, end: int) -> str:
    """Panes one under the other over one axis of time. `label` says to those who can't see it what it is."""
    height = sum(pane.height + GAP + 16 for pane in panes) + AXIS
    x = _scale(start, max(end, start + 1), LEFT, LEFT + PLOT)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">',
    ]
    top = 16.0
    for pane in panes:
        parts += _pane(pane, x, top)
        top += pane.height + GAP + 16
    parts += _times(start, end, x, top - GAP - 2)
    return "\n".join([*parts, "</svg>"])


def _pane(pane: Pane, x: Callable[[float], float], top: float) -> list[str]:
    low, high = _extent(pane)
    y = _scale(high, low, top, top + pane.height)
    parts = [f'<text class="title" x="{LEFT}" y="{top - 5:.0f}">{escape(pane.title)}</text>']
    for value in _steps(low, high, max(2, pane.height // 45)):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + PLOT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT + PLOT + 6}" y="{y(value) + 4:.1f}">{pane.written(value)}</text>')
    parts += [_upright(sign, x(sign.time), top, pane.height) for sign in pane.signs if sign.value is None]
    for line in pane.lines:
        parts += _line(line, x, y)
    parts += [_shape(sign, x(sign.time), y(sign.value)) for sign in pane.signs if sign.value is not None]
    return parts


def _extent(pane: Pane) -> tuple[float, float]:
    values = [line.values[np.isfinite(line.values)] for line in pane.lines]
    known = np.concatenate([*values, [line.base for line in pane.lines if line.base is not None]])
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if high - low <= abs(high) * 1e-9:
        room = abs(high) * 0.01 or 1.0
        return low - room, high + room
    room = (high - low) * 0.04
    bases = [line.base for line in pane.lines if line.base is not None]
    return (low if low in bases else low - room), (high if high in bases else high + room)


def _line(line: Line, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    """A line in runs without holes: of all values that share a pixel, the highest and the lowest."""
    parts = []
    for times, values in _runs(*thinned(line.times, line.values)):
        points = " ".join(f"{x(time):.1f},{y(value):.1f}" for time, value in zip(times, values, strict=True))
        if line.base is not None:
            ends = f"{x(times[-1]):.1f},{y(line.base):.1f} {x(times[0]):.1f},{y(line.base):.1f}"
            parts.append(f'<polygon class="{line.css} area" points="{points} {ends}"/>')
        parts.append(f'<polyline class="{line.css}" points="{points}"/>')
    return parts


def thinned(times: NDArray[np.int64], values: Floats, most: int = PLOT) -> tuple[NDArray[np.int64], Floats]:
    """No more than four values in each of `most` equal lengths of time: the first, both extremes and the last."""
    if len(times) <= 4 * most or times[-1] <= times[0]:
        return times, values
    edges = np.searchsorted(times, np.linspace(int(times[0]), int(times[-1]), most + 1)[:-1], side="left")
    kept = set[int]()
    for first, last in zip(edges, [*edges[1:], len(times)], strict=True):
        part = values[first:last]
        if len(part):
            kept.update((int(first), int(last) - 1))
            if np.isfinite(part).any():
                kept.update((int(first + np.nanargmin(part)), int(first + np.nanargmax(part))))
    chosen = np.array(sorted(kept))
    return times[chosen], values[chosen]


def _runs(times: NDArray[np.int64], values: Floats) -> Iterable[tuple[NDArray[np.int64], Floats]]:
    """The parts between values that are none."""
    known = np.concatenate(([False], np.isfinite(values), [False]))
    edges = np.flatnonzero(known[1:] != known[:-1])
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield times[first:last], values[first:last]


def _upright(sign: Sign, x: float, top: float, height: int) -> str:
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{top + height:.1f}"/>'
    return f'<g class="{sign.shape} upright"><title>{escape(sign.text)}</title>{line}</g>'


def _shape(sign: Sign, x: float, y: float) -> str:
    shapes = {
        "buy": f"M{x:.1f} {y + 2:.1f}l5 9h-10z",
        "sell": f"M{x:.1f} {y - 2:.1f}l5 -9h-10z",
        "call": f"M{x:.1f} {y - 6:.1f}l6 11h-12z",
        "liquidation": f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10",
    }
    return f'<path class="{sign.shape}" d="{shapes[sign.shape]}"><title>{escape(sign.text)}</title></path>'


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (float(value) - low) / (high - low) * (end - start)


def _steps(low: float, high: float, most: int) -> list[float]:
    """Round values between two."""
    raw = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [count * step for count in range(first, math.floor(high / step + 1e-9) + 1)]


def _times(start: int, end: int, x: Callable[[float], float], top: float) -> list[str]:
    step = next((each for each in TIME_STEPS if (end - start) / each <= MOST_TICKS), TIME_STEPS[-1])
    form = "%H:%M" if step < DAY else "%d %b" if step < 365 * DAY else "%Y"
    parts = []
    for time in range(-(-start // step) * step, end + 1, step):
        at = x(time)
        written = moment(time).strftime("%d %b" if step < DAY and time % DAY == 0 else form).lstrip("0")
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{top:.1f}" y2="{top + 4:.1f}"/>')
        if LEFT + 16 < at < LEFT + PLOT - 16:
            parts.append(f'<text class="tick middle" x="{at:.1f}" y="{top + 16:.1f}">{written or "0"}</text>')
    return parts


def bars(label: str, amounts: Sequence[tuple[str, float, str]]) -> str:
    """Amounts as bars to the right and to the left of zero: name, value, and how the value is written."""
    row, middle, room = 24, 470, 300
    height = row * len(amounts) + 6
    most = max((abs(value) for _, value, _ in amounts), default=0.0) or 1.0
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">']
    for place, (name, value, written) in enumerate(amounts):
        length, top = abs(value) / most * room, place * row + 3
        left = middle if value >= 0 else middle - length
        css = "gain" if value >= 0 else "loss"
        parts.append(f'<text class="name" x="{LEFT}" y="{top + 14}">{escape(name)}</text>')
        parts.append(
            f'<rect class="{css}" x="{left:.1f}" y="{top}" width="{max(length, 0.5):.1f}" height="{row - 8}"/>'
        )
        parts.append(f'<text class="figure" x="{WIDTH - LEFT}" y="{top + 14}">{escape(written)}</text>')
    parts.append(f'<line class="zero" x1="{middle}" x2="{middle}" y1="0" y2="{height}"/>')
    return "\n".join([*parts, "</svg>"])
