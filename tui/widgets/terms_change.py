"""The terms of a pool's equity and requirement at two moments, side by side, with the change of each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from textual.strip import Strip

from engine.post_mortem import TermChange
from tui.themes import Palette
from tui.widgets.explained import shown
from tui.widgets.figures import MINUS, NONE
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import Part, blank, harmless, strip_of

GAP = 2
SHORTEST_LABEL = 14


class TermsChange(ScrolledStrips):
    """A table: a term a row, what it came to before and after, and the change."""

    DEFAULT_CSS = "TermsChange { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._terms: Sequence[TermChange] = ()
        self._headings = ("", "", "change")

    def show(self, terms: Sequence[TermChange], before: str, after: str) -> None:
        """Draw other terms; `before` and `after` head the two columns."""
        self._terms, self._headings, self.top = terms, (before, after, "change"), 0
        self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        rows = term_rows(self._terms, self._headings, width, self.palette)
        if len(rows) <= 1:
            return [blank(width)]
        # The heading stays while the rest is scrolled.
        return [rows[0], *self.window(rows[1:], width, height - 1)]


def term_rows(terms: Sequence[TermChange], headings: Sequence[str], width: int, palette: Palette) -> list[Strip]:
    """A heading, and a row a term."""
    table = [term_cells(term) for term in terms]
    widths = [max(cell_len(headings[place]), *(cell_len(row[place]) for row in table), 0) for place in range(3)]
    shown_columns = [0, 1, 2]
    if width - sum(widths) - 3 * GAP < SHORTEST_LABEL:
        shown_columns = [1, 2]  # the change says what it was before
    left = width - sum(widths[place] + GAP for place in shown_columns)
    heading: list[Part] = [(" " * left, palette.dim)]
    heading += [(" " * GAP + headings[place].rjust(widths[place]), palette.dim) for place in shown_columns]
    rows = [strip_of(heading, width)]
    for term, cells in zip(terms, table, strict=True):
        style = palette.strong if term.depth == 0 else palette.text if term.depth == 1 else palette.dim
        label = harmless("  " * term.depth + term.label)
        label = label if cell_len(label) <= left else set_cell_size(label, left - 1) + "…"
        parts: list[Part] = [(set_cell_size(label, left), style)]
        for place in shown_columns:
            tone = _tone(term, palette) if place == 2 else style
            parts.append((" " * GAP + cells[place].rjust(widths[place]), tone))
        rows.append(strip_of(parts, width))
    return rows


def term_cells(term: TermChange) -> tuple[str, str, str]:
    """What it was, what it is, and the change; a dash where it was not there."""
    change = _shown(term.change, term)
    if term.change > 0:
        change = f"+{change}"
    nothing = not change.strip(f"+0.,{MINUS}")
    return (_value(term.before, term), _value(term.after, term), "" if nothing else change)


def _value(value: Decimal | None, term: TermChange) -> str:
    return NONE if value is None else _shown(value, term)


def _shown(value: Decimal, term: TermChange) -> str:
    return shown(value, term.unit).replace("-", MINUS)


def _tone(term: TermChange, palette: Palette) -> Style:
    """A change that takes from what is left to lose stands out."""
    if term.depth:
        return palette.dim
    if term.side == "price":
        return palette.text
    worse = term.change > 0 if term.side == "requirement" else term.change < 0
    return palette.down if worse else palette.up if term.change else palette.dim
