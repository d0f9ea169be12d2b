"""Your account and your ghosts side by side: what each is worth, how near to liquidation, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from engine.looking.views import View
from tui.widgets.bars import band_of, gauge_row, used
from tui.widgets.figures import NONE, date_and_time, money, signed
from tui.widgets.strips import Part, StripWidget, blank, cells_of, strip_of
from tui.words.plain import harmless

WIDE = 130
"""Cells from which an account takes one row instead of two."""
LONGEST_NAME = 26
COLUMNS = (30, 15, 15, 28, 20)
"""Cells of the name, equity, difference, gauge and first call, where it takes one row."""


@dataclass(frozen=True, slots=True)
class First:
    """A margin call or liquidation: ms UTC, and its price as a text; empty where several prices made it."""

    time: int
    price: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account.

    Attributes:
        sign, tone: how its line is drawn.
        equity, difference: quote units; None: it is yours, or not there yet.
        gauge: of the pool that is nearest to its liquidation.
        called, liquidated: the first of each; None without any.
        wiped_out: whether nothing was left.
        missed: how many commands it could not follow.
        joining: how far it has come, 0 to 1; None once it is there.
        over: the time at which it ended by itself, ms UTC; None while it goes on.
    """

    name: str
    sign: str
    tone: str
    equity: Decimal
    difference: Decimal | None = None
    gauge: Decimal | None = None
    called: First | None = None
    liquidated: First | None = None
    wiped_out: bool = False
    missed: int = 0
    joining: float | None = None
    over: int | None = None


def worst_gauge(view: View) -> Decimal | None:
    """The gauge of the pool nearest to its liquidation; past it where one is below zero."""
    gauges = [pool.gauge for pool in view.pools if pool.gauge is not None]
    past = [gauge for gauge in gauges if gauge.is_nan() or gauge < 0]
    return past[0] if past else max(gauges, default=None)


class GhostTable(StripWidget):
    """A row an account on a wide screen, two on a narrow one; yours first. One of the ghosts is chosen."""

    DEFAULT_CSS = "GhostTable { height: auto; }"

    class Chosen(Message):
        """A click chose another ghost."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._accounts: Sequence[AccountRow] = ()
        self._chosen = 0

    def show(self, accounts: Sequence[AccountRow], chosen: int) -> None:
        """Show accounts; `chosen` is the place of a ghost, 0 for the first of them."""
        grows = len(accounts) != len(self._accounts)
        self._accounts, self._chosen = accounts, chosen
        if grows:
            self.refresh(layout=True)
        self.redraw()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._accounts) + 1 if width >= WIDE else 2 * len(self._accounts)

    def build(self, width: int, height: int) -> list[Strip]:
        if width >= WIDE:
            rows = [self._heading(width)]
            rows += [self._one_row(place, width) for place in range(len(self._accounts))]
        else:
            rows = [row for place in range(len(self._accounts)) for row in self._two_rows(place, width)]
        return (rows + [blank(width)] * height)[:height]

    def _heading(self, width: int) -> Strip:
        name, equity, difference, gauge, call = COLUMNS
        text = "    account".ljust(name) + "equity".rjust(equity) + "difference".rjust(difference) + "   "
        text += "margin".ljust(gauge - 3) + "first call".ljust(call) + "first liquidation"
        return strip_of([(text, self.palette.dim)], width)

    def _one_row(self, place: int, width: int) -> Strip:
        each, palette = self._accounts[place], self.palette
        name, equity, difference, gauge, call = COLUMNS
        bar = gauge_row(each.gauge, gauge - 5, palette)
        parts = [
            *_padded(self._named(place), name),
            (money(each.equity).rjust(equity), palette.text),
            ((signed(each.difference) if each.difference is not None else "").rjust(difference), self._tone(each)),
            ("   ", palette.text),
            *_padded(bar, gauge - 3),
            (_call(each).ljust(call), palette.text),
            *self._fate(each),
        ]
        return strip_of(parts, width)

    def _two_rows(self, place: int, width: int) -> list[Strip]:
        each, palette = self._accounts[place], self.palette
        band = band_of(each.gauge)
        difference = signed(each.difference) if each.difference is not None else ""
        first = [
            *_padded(self._named(place), 4 + LONGEST_NAME),
            (money(each.equity).rjust(14), palette.text),
            (difference.rjust(15), self._tone(each)),
            (used(each.gauge).rjust(min(18, max(width - 59, 14))), palette.style(band.tone)),
        ]
        called = NONE if each.called is None else _day(each.called.time)
        second = [("    ", palette.dim), (f"called {called}   ", palette.dim), *self._fate(each)]
        return [strip_of(first, width), strip_of(second, width)]

    def _named(self, place: int) -> list[Part]:
        each, palette = self._accounts[place], self.palette
        chosen = place == self._chosen + 1
        style = palette.strong if chosen or not place else palette.text
        return [
            ("▸ " if chosen else "  ", palette.accent),
            (f"{each.sign} ", palette.style(each.tone)),
            (harmless(each.name, LONGEST_NAME), style),
        ]

    def _tone(self, each: AccountRow) -> Style:
        if not each.difference:
            return self.palette.text
        return self.palette.up if each.difference > 0 else self.palette.down

    def _fate(self, each: AccountRow) -> list[Part]:
        palette = self.palette
        if each.joining is not None:
            return [(f"on its way: {int(each.joining * 100)} %", palette.warning)]
        missed = f"   {each.missed} missed" if each.missed else ""
        if each.liquidated is None:
            alive = "alive" if each.over is None else f"over since {_day(each.over)}"
            return [(alive, palette.calm), (missed, palette.warning)]
        word = "wiped out" if each.wiped_out else "liquidated"
        price = f" at {each.liquidated.price}" if each.liquidated.price else ""
        said = f"✗ {word} {_day(each.liquidated.time)}{price}"
        return [(said, palette.danger), (missed, palette.warning)]

    def on_click(self, event: events.Click) -> None:
        event.stop()
        width = self.content_size.width
        row = event.y - self.gutter.top
        place = row - 1 if width >= WIDE else row // 2
        if 1 <= place < len(self._accounts):
            self.post_message(self.Chosen(place - 1))


def _call(each: AccountRow) -> str:
    return NONE if each.called is None else date_and_time(each.called.time)


def _day(time: int) -> str:
    """Without the year, for which there is no room."""
    return date_and_time(time)[5:]


def _padded(parts: Sequence[Part], width: int) -> list[Part]:
    return [*parts, (" " * max(width - cells_of(parts), 0), parts[-1][1])]
