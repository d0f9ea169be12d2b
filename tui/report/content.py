"""The figures of a report as coloured text for the screen: in as many columns as fit, or two sessions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from engine.report import Report
from tui.report.rows import Row, Section, sections
from tui.report.text import side_by_side
from tui.words.plain import harmless

COLUMN, GAP, WIDEST = 40, 4, 72
"""Cells: the narrowest of two columns, what is between them, and the widest that an eye follows to its figure."""
LONGEST_NAME = 24
Spans = list[tuple[str, str]]
"""A line as pieces of text, each with its style."""


def sections_content(report: Report, width: int) -> Content:
    """Every section, in one or in two columns."""
    found = sections(report)
    if width < 2 * COLUMN + GAP:
        return _content([line for section in found for line in (*_lines(section, min(width, WIDEST)), [])])
    room = min(WIDEST, (width - GAP) // 2)
    first = [line for section in found[:3] for line in (*_lines(section, room), [])]
    second = [line for section in found[3:] for line in (*_lines(section, room), [])]
    lines = []
    for left, right in zip_longest(first, second, fillvalue=list[tuple[str, str]]()):
        used = sum(cell_len(text) for text, _ in left)
        lines.append([*left, (" " * (room + GAP - used), ""), *right])
    return _content(lines)


def _lines(section: Section, width: int) -> list[Spans]:
    return [[(section.title, "bold $iso-key")], *(_line(row, width) for row in section.rows)]


def _line(row: Row, width: int) -> Spans:
    gap = " " * max(1, width - cell_len(row.label) - cell_len(row.value))
    bold = "bold " if row.sum else ""
    return [(row.label, "$iso-dim"), (gap, ""), (row.value, f"{bold}$iso-{row.tone}")]


def beside_content(names: Sequence[str], reports: Sequence[Report], width: int) -> Content:
    """Two reports, row by row."""
    rows = side_by_side(reports)
    label = max(cell_len(text) for text, _ in rows)
    room = max(10, min(LONGEST_NAME, (width - label) // len(reports) - 2))
    shown = [harmless(name, room) for name in names]
    lines: list[Spans] = [[(" " * label, ""), (_right(shown, room), "bold $iso-text")]]
    for text, cells in rows:
        title = cells is None
        style = "bold $iso-key" if title else "$iso-dim"
        lines.append([(set_cell_size(text, label), style), (_right(cells or [], room), "$iso-text")])
    return _content(lines)


def _right(cells: Sequence[str], room: int) -> str:
    return "".join("  " + " " * (room - cell_len(cell)) + cell for cell in cells)


def _content(lines: Sequence[Spans]) -> Content:
    return Content("\n").join(Content.assemble(*line) if line else Content("") for line in lines)
