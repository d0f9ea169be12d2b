"""A report for the terminal: one, or two beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest

from rich.cells import cell_len

from engine.report import Report
from tui.report import curves
from tui.report.rows import LEFT, TRADE_TITLES, Row, Section, heading, sections, trade_cells
from tui.themes import DEFAULT_PALETTE
from tui.widgets.figures import money
from tui.widgets.report_chart import chart_rows

WIDEST, NARROWEST, TWO_COLUMNS = 160, 60, 108
MOST_TRADES = 30
GAP = "    "
CHART_ROWS = 6


def report_lines(name: str, report: Report, width: int) -> Iterator[str]:
    """One report."""
    yield name
    for line in heading(report):
        yield from textwrap.wrap(line, width)
    yield from _curves(report, width)
    blocks = [
        _block(section, (width - len(GAP)) // 2 if width >= TWO_COLUMNS else width) for section in sections(report)
    ]
    if width >= TWO_COLUMNS:
        blocks = [*_beside(blocks[:2]), *_beside(blocks[2:4]), blocks[4]]
    for block in blocks:
        yield ""
        yield from block
    yield from trade_lines(report, width)
    yield ""
    yield f"prices {report.record.tape.digest}"
    yield f"state  {report.hash}"


def _curves(report: Report, width: int) -> Iterator[str]:
    if len(report.curve.samples) < 3:
        return
    styles = DEFAULT_PALETTE.text, DEFAULT_PALETTE.dim
    marks = curves.marks(report)
    for title, values, rows, hanging, written in (
        ("equity", curves.equity(report), CHART_ROWS + bool(marks), False, written_money),
        ("below its best, at the samples", curves.below_best(report), 3, True, written_share),
    ):
        yield ""
        yield title
        shown = marks if not hanging else ()
        for strip in chart_rows(
            values, width, rows, written, styles, hanging=hanging, marks=shown, palette=DEFAULT_PALETTE
        ):
            yield strip.text.rstrip()


def written_money(value: float) -> str:
    """Money at the side of a chart."""
    return money(Decimal(repr(value)))


def written_times(value: float) -> str:
    """A leverage at the side of a chart."""
    return f"{value:,.1f}x"


def written_share(value: float) -> str:
    """A fraction at the side of a chart."""
    return f"{100 * value:.1f} %".replace("-", "−")


def _block(section: Section, width: int) -> list[str]:
    """A section with its figures at the right, no wider than reads well."""
    width = min(width, 60)
    return [section.title, *(_row(row, width) for row in section.rows)]


def _row(row: Row, width: int) -> str:
    room = max(1, width - 2 - cell_len(row.label) - cell_len(row.value))
    return f"  {row.label}{' ' * room}{row.value}"


def _beside(blocks: Sequence[list[str]]) -> list[list[str]]:
    """Two blocks as one."""
    width = max(map(cell_len, blocks[0]))
    pairs = zip_longest(*blocks, fillvalue="")
    return [[(left + " " * (width - cell_len(left)) + GAP + right).rstrip() for left, right in pairs]]


def trade_lines(report: Report, width: int) -> Iterator[str]:
    """The last trades as a table, with as many columns as fit."""
    if not report.trades:
        return
    first = max(0, len(report.trades) - MOST_TRADES)
    rows = [TRADE_TITLES, *(trade_cells(report, number) for number in range(first, len(report.trades)))]
    columns = fitting(rows, width)
    yield ""
    yield from laid(rows, columns)
    if first:
        yield f"the last {MOST_TRADES} of {len(report.trades)} trades; --csv writes them all"


DROPPED = ("MFE", "MAE", "exit", "entry", "R", "opened", "size")
"""Columns that are left out where the room is short, one after the other."""


def fitting(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns of a table of trades that fit."""
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(TRADE_TITLES))]
    columns = list(range(len(TRADE_TITLES)))
    for name in DROPPED:
        if sum(widths[each] + 2 for each in columns) - 2 <= width:
            break
        columns.remove(TRADE_TITLES.index(name))
    return columns


def laid(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> Iterator[str]:
    """Rows of a table: figures at the right of their column, words at the left."""
    widths = {place: max(cell_len(row[place]) for row in rows) for place in columns}
    for row in rows:
        cells = []
        for place in columns:
            room = " " * (widths[place] - cell_len(row[place]))
            cells.append(row[place] + room if TRADE_TITLES[place] in LEFT else room + row[place])
        yield "  ".join(cells).rstrip()


def beside_lines(named: Sequence[tuple[str, Report]], width: int) -> Iterator[str]:
    """Several reports in columns, row by row."""
    names, reports = [name for name, _ in named], [report for _, report in named]
    lines = side_by_side(reports)
    values = [list(names), *(row for _, row in lines if row is not None)]
    label = max(cell_len(label) for label, _ in lines) + 2
    room = [max(cell_len(row[place]) for row in values) for place in range(len(reports))]
    for name, report in named:
        yield from textwrap.wrap(f"{name}: {' · '.join(heading(report))}", width)
    yield ""
    yield _columns("", list(names), label, room)
    for text, row in lines:
        yield text if row is None else _columns(f"  {text}", row, label, room)


def side_by_side(reports: Sequence[Report]) -> list[tuple[str, list[str] | None]]:
    """The rows of several reports by their labels; of a section's title None. A row that one has not is blank there."""
    found: list[tuple[str, list[str] | None]] = []
    for together in zip(*(sections(report) for report in reports), strict=True):
        if found:
            found.append(("", None))
        found.append((together[0].title, None))
        labels = dict.fromkeys(_plain(row) for section in together for row in section.rows if not row.sum)
        labels |= dict.fromkeys(row.label for section in together for row in section.rows if row.sum)
        for label in labels:
            cells = [next((row.value for row in each.rows if _plain(row) == label), "") for each in together]
            found.append((label, cells))
    return found


def _plain(row: Row) -> str:
    """A label without what differs from session to session."""
    return row.label.partition(", of ")[0]


def _columns(label: str, cells: Sequence[str], width: int, room: Sequence[int]) -> str:
    laid = [" " * (each - cell_len(cell)) + cell for cell, each in zip(cells, room, strict=True)]
    return "  ".join([label + " " * (width - cell_len(label)), *laid]).rstrip()
