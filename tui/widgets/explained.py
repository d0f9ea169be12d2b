"""A figure as its formula: a tree of terms with their notional, rate and deduction, and what each comes to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from textual.strip import Strip

from engine.formula import Term
from engine.looking.views import Explanation
from engine.numbers import plain, to_grid
from engine.sentences import price as plain_price
from tui.themes import Palette
from tui.widgets.figures import MINUS, NONE, money, percent
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import Part, blank, harmless, strip_of

HEADINGS = ("notional", "rate", "deduction", "value")
GAP = 2
SHORTEST_LABEL = 16
FINEST = Decimal("0.000001")
MOST_PLACES = 12
TIER_LEADS = ("tier ", "from ")
LEAVES_OUT = ("deduction", "notional", "rate")
"""Columns that a narrow table does without, first to last; then the working says the same."""


def shown(value: Decimal | None, unit: str) -> str:
    """A value as its unit is written: money, price, size, share (a fraction) or times (a leverage)."""
    if value is None or not value.is_finite():
        return NONE
    match unit:
        case "price":
            return plain_price(to_grid(value, FINEST, ROUND_HALF_EVEN))
        case "share":
            return percent(value, 2)
        case "times":
            return f"{value:.1f}x"
        case "size":
            return plain(value).replace("-", MINUS)
    return money(value, _places(value))


def _places(amount: Decimal) -> int:
    """Two decimals, and of what is less than a cent as many as it takes to see it."""
    places = 2
    while amount and places < MOST_PLACES and not money(amount, places).strip(f"{MINUS}0."):
        places += 1
    return places


def explained_rows(explanation: Explanation, width: int, palette: Palette) -> list[Strip]:
    """The tree of one explanation, a row a term, with a heading."""
    cells = {id(term): _cells(term) for term in explanation.terms}
    columns = _columns(list(cells.values()), width)
    widths = [max(len(HEADINGS[place]), *(len(row[place]) for row in cells.values())) for place in columns]
    left = width - sum(each + GAP for each in widths)
    heading = [(" " * left, palette.dim), *_aligned([HEADINGS[place] for place in columns], widths, palette.dim)]
    chosen = [(term, [cells[id(term)][place] for place in columns]) for term in explanation.terms]
    marks = _marks(explanation.terms)
    rows = [_row(term, marks[id(term)], row, widths, left, width, palette) for term, row in chosen]
    return [strip_of(heading, width), *rows]


def _marks(terms: Sequence[Term]) -> dict[int, str]:
    """What stands before each term: of several of which only one applies, that one is marked."""
    marks, group = {id(term): "" for term in terms}, list[Term]()
    for term in terms:
        group = [term] if not group or term.depth != group[0].depth else [*group, term]
        if any(not each.applies for each in group):
            marks |= {id(each): "▸ " if each.applies else "  " for each in group}
    return marks


def _cells(term: Term) -> tuple[str, str, str, str]:
    return (
        "" if term.notional is None else money(term.notional),
        "" if term.rate is None else percent(term.rate, 3 if abs(term.rate) < Decimal("0.001") else 2),
        "" if not term.deduction else money(term.deduction),
        shown(term.value, term.unit),
    )


def _columns(table: Sequence[tuple[str, ...]], width: int) -> list[int]:
    """The columns that say anything, as many as leave room for the labels."""
    used = [place for place in range(len(HEADINGS)) if place == len(HEADINGS) - 1 or any(row[place] for row in table)]
    for name in LEAVES_OUT:
        wanted = sum(max(len(HEADINGS[place]), *(len(row[place]) for row in table)) + GAP for place in used)
        if width - wanted >= SHORTEST_LABEL:
            break
        used = [place for place in used if HEADINGS[place] != name]
    return used


def _row(term: Term, mark: str, cells: list[str], widths: list[int], left: int, width: int, palette: Palette) -> Strip:
    style = _style(term, palette)
    label = _label(term, mark, left)
    value = _aligned(cells, widths, style)
    if len(cells) > 1 and not any(cells[:-1]) and term.working:
        return _with_working(term, label, value, left, width, palette, style)
    return strip_of([(set_cell_size(_cut(label, left), left), style), *value], width)


def _label(term: Term, mark: str, room: int) -> str:
    """A term’s label, marked and set in. Where a tier’s has no room its first words go: a cut figure is a wrong one."""
    space, label = "  " * term.depth + mark, harmless(term.label)
    for lead in TIER_LEADS:
        if cell_len(space + label) > room:
            label = label.removeprefix(lead)
    return space + label


def _with_working(
    term: Term, label: str, value: list[Part], left: int, width: int, palette: Palette, style: Style
) -> Strip:
    """A row whose arithmetic stands where others have their notional and rate."""
    last = value[-1][0]
    room = width - cell_len(last)
    working = harmless(term.working).replace("-", MINUS)
    if cell_len(label) + 3 + cell_len(working) > room:
        # The label says what it is, the value what it comes to: the working is what can be left out.
        return strip_of([(set_cell_size(_cut(label, room), room), style), (last, style)], width)
    space = " " * (room - cell_len(label) - 3 - cell_len(working))
    return strip_of([(label, style), ("   ", style), (working, palette.dim), (space, style), (last, style)], width)


def _style(term: Term, palette: Palette) -> Style:
    if not term.applies:
        return palette.dim
    return palette.strong if term.depth == 0 else palette.text


def _aligned(cells: Sequence[str], widths: Sequence[int], style: Style) -> list[Part]:
    return [(" " * (GAP + room - len(cell)) + cell, style) for cell, room in zip(cells, widths, strict=True)]


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)) + "…"


class ExplainedFigure(ScrolledStrips):
    """One explanation as a table; the arrows scroll it."""

    DEFAULT_CSS = "ExplainedFigure { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._explanation: Explanation | None = None

    def show(self, explanation: Explanation) -> None:
        """Draw another explanation."""
        if explanation != self._explanation:
            self._explanation, self.top = explanation, 0
            self.redraw()

    def rows_of(self, width: int) -> list[Strip]:
        """Everything there is to draw."""
        return [] if self._explanation is None else explained_rows(self._explanation, width, self.palette)

    def build(self, width: int, height: int) -> list[Strip]:
        return self.window(self.rows_of(width) or [blank(width)], width, height)
