"""What would have been, as rows of one table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.words.plain import harmless
from tui.words.post_mortem import HEADINGS, RunRow

GAP = 2
LONGEST_NAME = 44
LEAST_NOTE = 12
"""Columns that notes need behind a row: of what is cut shorter nothing can be read."""


def heading(rows: Sequence[RunRow], width: int) -> str:
    """The titles of the columns."""
    return set_cell_size(_line(HEADINGS, _widths(rows)), width)


def laid(row: RunRow, rows: Sequence[RunRow], width: int) -> Content:
    """One row in the widths of all of them, with its notes as far as there is room."""
    widths = _widths(rows)
    if row.rerun is not None and not row.rerun.possible:
        text = f"{_name(row.cells[0], widths[0])}{' ' * GAP}{row.notes}"
        return Content.styled(_cut(harmless(text), width), "$iso-dim")
    line = _line(row.cells, widths)
    if row.notes and width - cell_len(line) - GAP >= LEAST_NOTE:
        line = f"{line}{' ' * GAP}{row.notes}"
    content = Content(_cut(harmless(line), width))
    return content.stylize("bold") if row.rerun is None else content


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures = cells
    right = [cell.rjust(room) for cell, room in zip(figures, widths[1:], strict=True)]
    return (" " * GAP).join([_name(name, widths[0]), *right])


def _name(name: str, room: int) -> str:
    return set_cell_size(_cut(name, room), room)


def _widths(rows: Sequence[RunRow]) -> list[int]:
    table = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(cell_len(cells[place]) for cells in table) for place in range(len(HEADINGS))]
    return [min(widths[0], LONGEST_NAME), *widths[1:]]


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)) + "…"
