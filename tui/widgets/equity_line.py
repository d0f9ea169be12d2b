"""Equity through time as a small filled line, yours and those of the ghosts on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual.strip import Strip

from tui.themes import Palette
from tui.widgets.canvas import BLOCKS, text_of
from tui.widgets.figures import brief, signed
from tui.widgets.strips import Part, StripWidget, blank, cells_of, harmless, strip_of

LARGEST = 1e15
FIGURE_WIDTH = 12
NARROWEST = 24
"""Cells below which the figure at the right is left out."""

NAMED = 44
"""Cells from which lines are told apart by name, not only by their order, sign and colour."""
LONGEST_NAME = 18

YOU, GHOST_SIGNS = "●", ("○", "▲", "■")
"""What stands for you, and for each ghost in the order of the list: four shapes, in ASCII too."""


@dataclass(frozen=True, slots=True)
class EquityMark:
    """Something that happened at sample `place`: a sign (`↑`, `⚠`, `✕`), a few words, and a palette name."""

    place: int
    sign: str
    text: str
    tone: str = "dim"


@dataclass(frozen=True, slots=True)
class GhostLine:
    """A ghost's equity at the same steps as yours. `difference` is what it has more than you now, quote units;
    `liquidated` whether it was, ever."""

    name: str
    sign: str
    values: NDArray[np.float64]
    difference: Decimal
    liquidated: bool = False

    @property
    def told(self) -> str:
        """For a caption: `○ cross −1,876.54 ✗`."""
        return f"{self.sign} {harmless(self.name, LONGEST_NAME)} {signed(self.difference)}{' ✗' * self.liquidated}"


class EquityLine(StripWidget):
    """The equity of a session at equal steps, newest at the right."""

    DEFAULT_CSS = "EquityLine { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._yours: NDArray[np.float64] = np.zeros(0)
        self._ghosts: Sequence[GhostLine] = ()
        self._marks: Sequence[EquityMark] = ()
        self._liquidated = False

    def show(
        self,
        yours: NDArray[np.float64],
        ghosts: Sequence[GhostLine] = (),
        marks: Sequence[EquityMark] = (),
        liquidated: bool = False,
    ) -> None:
        """Draw samples of equity, a step of time each; `liquidated`: whether you were, ever."""
        self._yours, self._ghosts, self._marks, self._liquidated = yours, ghosts, marks, liquidated
        self.redraw()

    def title_text(self) -> str:
        """For the border's title: with ghosts, what each has more or less than you."""
        return "   ".join(["Equity", *(each.told for each in self._ghosts)])

    def build(self, width: int, height: int) -> list[Strip]:
        return equity_rows(self._yours, self._ghosts, self._marks, width, height, self.palette, self._liquidated)


def equity_rows(
    yours: NDArray[np.float64],
    ghosts: Sequence[GhostLine],
    marks: Sequence[EquityMark],
    width: int,
    height: int,
    palette: Palette,
    liquidated: bool = False,
) -> list[Strip]:
    """The rows: a band for each line, and one for the marks where there is room."""
    named = bool(ghosts) and width >= NAMED
    lines = [(_named(YOU, "you", liquidated), _sound(yours), palette.accent)]
    lines += [(_named(each.sign, each.name, each.liquidated), _sound(each.values), palette.ghost) for each in ghosts]
    bands = height - 1 if marks and height > len(lines) else height
    figure = FIGURE_WIDTH if width >= NARROWEST else 0
    if named:
        figure += max(cells_of([(name, palette.text)]) for name, _, _ in lines) + 1
    low, high = _scale([values for _, values, _ in lines])
    rows: list[Strip] = []
    for place, (name, values, style) in enumerate(lines):
        share = bands // len(lines) + (place < bands % len(lines))
        rows += _band(values, low, high, width - figure, share, figure, f"{name} " if named else "", style)
    if len(rows) < height and marks:
        rows.append(_marks_row(marks, len(yours), width, width - figure, palette))
    return (rows + [blank(width)] * height)[:height]


def _named(sign: str, name: str, liquidated: bool) -> str:
    return f"{'✗ ' * liquidated}{sign} {harmless(name, LONGEST_NAME)}"


def samples_a_column(samples: int, columns: int) -> int:
    """How many samples share a column: a power of two, so that columns stand still while samples come in."""
    share = 1
    while samples > share * max(columns, 1):
        share *= 2
    return share


def _sound(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers that can be drawn, whatever the samples are."""
    return np.clip(np.nan_to_num(values), -LARGEST, LARGEST)


def _scale(lines: list[NDArray[np.float64]]) -> tuple[float, float]:
    values = np.concatenate(lines)
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    # A hundredth of the equity at least: a flat line is not made to look like a storm.
    room = max(high - low, abs(high) * 0.01, 1e-9)
    return low - 0.15 * room, low + 1.05 * room


def _band(
    values: NDArray[np.float64], low: float, high: float, columns: int, rows: int, figure: int, name: str, style: Style
) -> list[Strip]:
    width = columns + figure
    if rows <= 0:
        return []
    if not len(values) or columns <= 0:
        return [blank(width)] * rows
    share = samples_a_column(len(values), columns)
    ends = np.minimum(np.arange(share - 1, len(values) - 1 + share, share), len(values) - 1)
    ratios = np.clip((values[ends] - low) / (high - low), 0.0, 1.0)
    eighths = np.maximum(np.rint(ratios * rows * 8), 1).astype(np.int64)
    strips = []
    for row in range(rows):
        cells = np.clip(eighths - 8 * (rows - 1 - row), 0, 8)
        parts: list[Part] = [(text_of(BLOCKS[cells]).ljust(columns), style)]
        if figure:
            parts.append(
                ((name + _figure(values[-1])).rjust(figure) if row == (rows - 1) // 2 else " " * figure, style)
            )
        strips.append(strip_of(parts, width))
    return strips


def _figure(value: float) -> str:
    return brief(Decimal(repr(float(value))))


def _marks_row(marks: Sequence[EquityMark], samples: int, width: int, columns: int, palette: Palette) -> Strip:
    """The newest marks win the room: an old one is left out where its words would touch the next."""
    share = samples_a_column(samples, columns)
    kept: list[tuple[int, str, Style]] = []
    edge = width
    for mark in sorted(marks, key=lambda each: -each.place):
        text = f"{mark.sign} {harmless(mark.text, 24)}".strip()
        length = cells_of([(text, palette.dim)])
        at = min(max(mark.place // share, 0), max(width - length, 0))
        if at + length <= edge:
            kept.append((at, text, palette.style(mark.tone)))
            edge = at - 2
    parts: list[Part] = []
    for at, text, style in reversed(kept):
        parts += [(" " * (at - cells_of(parts)), style), (text, style)]
    return strip_of(parts, width)
