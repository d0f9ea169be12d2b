"""A small table of strips: columns as wide as they need to be, the least important left out first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from tui.widgets.strips import Part

GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, where its cells are aligned, and how early it is left out (0: never)."""

    title: str
    align: Literal["left", "right"] = "right"
    spare: int = 0


Cell = tuple[str, Style]


def laid_out(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int, heading: Style, gap: int = GAP
) -> list[list[Part]]:
    """The heading and every row as parts, in as many of `columns` as fit in `width` with `gap` cells between them."""
    table = [[(column.title, heading) for column in columns], *rows]
    widths = [max(cell_len(row[place][0]) for row in table) for place in range(len(columns))]
    shown = _fitting_columns(columns, widths, width, gap)
    return [_row(row, columns, widths, shown, gap) for row in table]


def _fitting_columns(columns: Sequence[Column], widths: Sequence[int], width: int, gap: int) -> list[int]:
    shown = list(range(len(columns)))
    by_spare = sorted((place for place in shown if columns[place].spare), key=lambda place: -columns[place].spare)
    while by_spare and sum(widths[place] + gap for place in shown) - gap > width:
        shown.remove(by_spare.pop(0))
    return shown


def _row(
    row: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], shown: list[int], gap: int
) -> list[Part]:
    parts: list[Part] = []
    for place in shown:
        text, style = row[place]
        space = " " * (widths[place] - cell_len(text))
        padded = set_cell_size(text, widths[place]) if columns[place].align == "left" else space + text
        parts.append((padded if place == shown[-1] else padded + " " * gap, style))
    return parts
