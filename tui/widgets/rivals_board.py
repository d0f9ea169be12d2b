"""The rivals' board: everybody on the tape by worth, you among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from engine.rivals import Row
from tui.themes import Palette
from tui.widgets.equity_line import YOU
from tui.widgets.figures import brief, date_and_time, percent
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import harmless, strip_of
from tui.widgets.table import Cell, Column, laid_out

COLUMNS = (
    Column("#"),
    Column("", "left"),
    Column("plays", "left", spare=2),
    Column("worth"),
    Column("change"),
    Column("did last", "left", spare=1),
)
LONGEST_NAME, LONGEST_ACT = 18, 22
ROOMY = 72
"""Columns from which two spaces lie between cells."""
NOBODY = "Nobody plays beside you."


class RivalsBoard(ScrolledStrips):
    """A heading where there is room, and a row for each. Enter or a click says more of a rival."""

    DEFAULT_CSS = "RivalsBoard { height: 1fr; }"
    BINDINGS = [
        Binding("up", "choose(-1)", "the rival above", show=False, id="rivals.up"),
        Binding("down", "choose(1)", "the rival below", show=False, id="rivals.down"),
        Binding("enter", "open", "what the rival does, and their trades", show=False, id="rivals.open"),
    ]

    @dataclass
    class Opened(Message):
        """More is to be said of a rival."""

        name: str

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._rows_of: Sequence[Row] = ()
        self._share, self._now = 1.0, 0
        self._at: str | None = None

    def show(self, rows: Sequence[Row], now: int, share: float = 1.0) -> None:
        """Show everybody; `now` is the time, ms UTC, and `share` how far the rivals have come behind you, 1 where they
        are where you are."""
        self._rows_of, self._now, self._share = rows, now, share
        self.redraw()

    @property
    def chosen(self) -> str | None:
        """Name of the rival that is chosen; None where nobody is there. You can't be chosen."""
        names = self._names()
        return self._at if self._at in names else next(iter(names), None)

    def title_text(self) -> str:
        """For the border's title: who you are among them."""
        place = next((row.rank for row in self._rows_of if row.is_player), None)
        if place is None or self._share < 1:
            return "Rivals"
        return f"Rivals   you are {_ordinal(place)} of {len(self._rows_of)}"

    def subtitle_text(self) -> str:
        """For the border's other end: that they are not here yet."""
        return f"on their way: {int(self._share * 100)} %" if self._share < 1 else "same tape, same rules"

    def build(self, width: int, height: int) -> list[Strip]:
        if not self._rows_of:
            return [strip_of([(NOBODY, self.palette.dim)], width)]
        heading, *rows = board_rows(
            self._rows_of, self.chosen if self.has_focus else None, self._now, width, self.palette
        )
        if len(rows) < height or height > len(rows):
            return [heading, *self.window(rows, width, height - 1)]
        if self.has_focus:
            at = next((place for place, row in enumerate(self._rows_of) if row.name == self.chosen), 0)
            self.top = min(max(self.top, at - height + 2), at)
        return self.window(rows, width, height)

    def action_choose(self, by: int) -> None:
        """Go `by` rivals down."""
        names = self._names()
        if names:
            at = names.index(self.chosen) if self.chosen in names else 0
            self._at = names[min(max(at + by, 0), len(names) - 1)]
            self.redraw()

    def action_open(self) -> None:
        """Say more of the rival that is chosen."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        headed = self.content_size.height > len(self._rows_of)
        place = -1 if at is None else at.y - 1 if headed else self.top + at.y
        if 0 <= place < len(self._rows_of) and not self._rows_of[place].is_player:
            self._at = self._rows_of[place].name
            self.action_open()

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def _names(self) -> list[str]:
        return [row.name for row in self._rows_of if not row.is_player]


def board_rows(rows: Sequence[Row], at: str | None, now: int, width: int, palette: Palette) -> list[Strip]:
    """A heading and a row for each: `▸` and reversed for the one that is chosen, `●` for you."""
    cells = [_cells(row, now, palette) for row in rows]
    heading, *lines = laid_out(COLUMNS, cells, max(width - 2, 0), palette.dim, gap=1 if width < ROOMY else 2)
    strips = [strip_of([("  ", palette.dim), *heading], width)]
    for row, line in zip(rows, lines, strict=True):
        chosen = at is not None and row.name == at and not row.is_player
        extra = Style(reverse=True) if chosen else Style()
        sign = (f"{YOU} ", palette.accent) if row.is_player else ("▸ " if chosen else "  ", palette.key)
        strips.append(strip_of([sign, *((text, style + extra) for text, style in line)], width))
    return strips


def _cells(row: Row, now: int, palette: Palette) -> list[Cell]:
    own = palette.strong if row.is_player else palette.text
    tone = palette.up if row.change > 0 else palette.down if row.change < 0 else palette.text
    return [
        (str(row.rank), palette.dim),
        (harmless(row.name, LONGEST_NAME), own),
        ("" if row.is_player else harmless(row.strategy, LONGEST_NAME), palette.dim),
        (brief(row.worth), own),
        (percent(row.change, sign=True), tone),
        _last(row, now, palette),
    ]


def _last(row: Row, now: int, palette: Palette) -> Cell:
    """How it stands, or what was done last and when: the time of day, or the day where it was another."""
    if row.state == "wiped out":
        return "✗ wiped out", palette.danger
    if row.last is None:
        times = row.liquidations
        told = f"✗ liquidated{f' {times} times' if times > 1 else ''}" if times else ""
        return (told, palette.danger) if told else ("", palette.dim)
    sign = "✗ " if row.last.text.startswith("liquidated") else ""
    tone = palette.danger if sign else palette.text
    day, time = (date_and_time(row.last.time)[5:]).split()
    when = time if date_and_time(now)[5:10] == day else day
    return f"{when} {sign}{harmless(row.last.text, LONGEST_ACT)}", tone


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"
