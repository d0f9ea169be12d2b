"""The player's own lines on a chart: where they entered, what would close them, and where it all ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from tui.widgets.canvas import FIRM_SPACE, SPACE, Canvas, single
from tui.widgets.chart_scale import Scale, fitted
from tui.widgets.figures import price as price_text

LineKind = Literal["entry", "stop", "target", "limit", "liquidation", "bankruptcy"]

LINE_STYLES = {
    "liquidation": "danger",
    "stop": "warning",
    "target": "up",
    "entry": "entry",
    "limit": "dim",
    "bankruptcy": "dim",
}
"""The palette's style of each kind, what matters most first: it covers the others where they share a row."""

DOTS = {"liquidation": "╍", "bankruptcy": "·", "stop": "╌", "target": "╌", "entry": "┄", "limit": "┈"}
"""What a line of each kind is drawn with."""

_LETTERS = {"liquidation": "L", "bankruptcy": "B", "stop": "S", "target": "T", "entry": "E", "limit": "O"}
INDENT = 3


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A horizontal line: what it says (`ENTRY long 4.1350`), its price and what it is."""

    label: str
    price: Decimal
    kind: LineKind


@dataclass(frozen=True, slots=True)
class Tag:
    """A line's price on the axis, with the letter of what it is: the text that is written, and its style."""

    price: float
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class _Label:
    """What is written on a line: an arrow before and the price behind it where the line is off the scale."""

    line: ChartLine
    before: str = ""
    behind: str = ""

    @property
    def text(self) -> str:
        return f" {self.before}{single(self.line.label)}{self.behind} "

    @property
    def brief(self) -> str:
        """With nothing but the label's first word."""
        return f" {self.before}{single(self.line.label).partition(' ')[0]}{self.behind} "


def draw_lines(
    canvas: Canvas,
    lines: Sequence[ChartLine],
    scale: Scale,
    tick: Decimal,
    columns: int,
    number: Callable[[str], int],
    kept: int = -1,
) -> None:
    """Dotted lines behind the candles, with labels. A line off the scale is an arrow at the edge, with its price, but
    for bankruptcy: liquidation comes before it. No label is put into column `kept` where it can stand elsewhere."""
    labels: dict[int, list[_Label]] = {}
    dotted: dict[int, ChartLine] = {}
    for line in _by_weight(lines):
        price = float(line.price)
        if scale.holds(price):
            row = min(scale.row(price), scale.rows - 1)
            dotted.setdefault(row, line)
            labels.setdefault(row, []).append(_Label(line))
        elif line.kind != "bankruptcy":
            row, arrow = (0, "▲ ") if price > scale.high else (scale.rows - 1, "▼ ")
            labels.setdefault(row, []).append(_Label(line, arrow, f" {_price(line, tick)}"))
    for row, held in labels.items():
        _write(canvas, row, held, columns, number, kept)
    for row, line in dotted.items():
        canvas.fill_blank(row, 0, columns, DOTS[line.kind], number(LINE_STYLES[line.kind]))


def draw_tags(
    canvas: Canvas,
    lines: Sequence[ChartLine],
    scale: Scale,
    start: int,
    width: int,
    places: int,
    number: Callable[[str], int],
) -> dict[int, Tag]:
    """The lines' prices on the axis, by row."""
    taken: dict[int, Tag] = {}
    for line in _by_weight(lines):
        price = float(line.price)
        row = min(scale.row(price), scale.rows - 1)
        if not scale.holds(price) or row in taken:
            continue
        style = f"{LINE_STYLES[line.kind]}*"
        figure = fitted(price, places, width - 4).rjust(width - 3)
        tag = Tag(price, f"◂{figure} {_LETTERS[line.kind]}", style)
        canvas.write(row, start, tag.text, number(style))
        taken[row] = tag
    return taken


def _by_weight(lines: Sequence[ChartLine]) -> list[ChartLine]:
    weights = list(LINE_STYLES)
    return sorted(lines, key=lambda line: weights.index(line.kind))


def _write(
    canvas: Canvas, row: int, labels: Sequence[_Label], columns: int, number: Callable[[str], int], kept: int
) -> None:
    """The labels of a row's lines, one behind the other, where no candle is in the way if there is such a place."""
    texts = [label.text for label in labels]
    if sum(len(text) for text in texts) > columns - INDENT:
        texts = [label.brief for label in labels]
    at = _free_place(canvas, row, sum(len(text) for text in texts), columns, kept)
    for text, label in zip(texts, labels, strict=True):
        text = text[: max(columns - at, 0)]
        canvas.write(row, at, text.replace(" ", FIRM_SPACE), number(LINE_STYLES[label.line.kind]))
        at += len(text)


def _price(line: ChartLine, tick: Decimal) -> str:
    return price_text(line.price, tick) if abs(line.price) < 1e12 else f"{line.price:.3e}"


def _free_place(canvas: Canvas, row: int, length: int, columns: int, kept: int) -> int:
    indent = INDENT if columns > length + INDENT else 0
    free = canvas.letters[row, :columns] == SPACE
    free[kept : kept + 1] = False
    if length > columns - indent:
        return indent
    # Free cells in every stretch of `length`, from a running count.
    count = np.concatenate([[0], np.cumsum(free)])
    stretches = np.flatnonzero(count[indent + length :] - count[indent : len(count) - length] == length)
    return indent + int(stretches[0]) if len(stretches) else indent
