"""What happened, in plain sentences, the newest on top."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from textwrap import wrap
from time import monotonic

from rich.style import Style
from textual.binding import Binding
from textual.events import Click
from textual.strip import Strip
from textual.timer import Timer

from engine.events import Event, FundingPaid
from engine.sentences import label, sentence, tone
from tui.messages import LiquidationOpened
from tui.themes import Palette
from tui.widgets.figures import clock, moment, money, signed
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import harmless, strip_of

KEPT = 500
LIQUIDATION = "liquidation"
SHORTEST_PAUSE = 0.1
"""Seconds between two paints: a liquidation storm must not take the frame's time."""

LABEL_WIDTH = 6
TONES = {"plain": "dim", "good": "calm", "warning": "alarm", "danger": "danger"}
FIRM = ("FILL", "LIQ", "CALL")
"""Labels whose sentences are bright even where nothing is wrong: they changed what you hold."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the log: time in ms UTC, a short label, a sentence, and one of the tones of `engine.sentences`.

    `liquidation` is the vertex of the liquidation that it belongs to, which can be told again.
    """

    time: int
    label: str
    text: str
    tone: str = "plain"
    ghost: bool = False
    liquidation: int | None = None


class EventsLog(ScrolledStrips):
    """The last 500 events. A liquidation's rows open it again."""

    DEFAULT_CSS = "EventsLog { height: 1fr; }"
    BINDINGS = [
        Binding("enter", "open", "tell the topmost liquidation again", show=False, id="events.open"),
    ]

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._count = 0
        self._day: date | None = None
        self._painted = 0.0
        self._waiting: Timer | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Put events on top, in the order in which they happened."""
        self.add_lines(lines_of(events))

    def add_lines(self, lines: Iterable[Line]) -> None:
        """Put lines on top that are no session's events (`saved`, `a ghost follows`)."""
        rows = self._take(lines)
        if rows:
            if self.top:
                # Whoever has scrolled down goes on reading the same lines.
                self.top += rows
            self._paint_soon()

    def show_anew(self, events: Iterable[Event]) -> None:
        """Show the last events of another moment, painted at once and as a whole."""
        self._lines.clear()
        self.top, self._day = 0, None
        self._take(lines_of(events))
        self.redraw()

    def count(self, events: int) -> None:
        """Say in the title how many events there were, where those that are shown are only the last of them."""
        self._count = events

    def _take(self, lines: Iterable[Line]) -> int:
        """Put lines on top; how many rows they are, with those that begin a day."""
        rows = 0
        for line in lines:
            day = moment(line.time).date()
            if self._day not in (None, day):
                self._lines.appendleft(Line(line.time, "", f"{day} begins"))
                rows += 1
            self._day = day
            self._lines.appendleft(line)
            self._count += 1
            rows += 1
        return rows

    def action_open(self) -> None:
        """Tell the liquidation again that is nearest to the top of what is seen."""
        seen = islice(self._lines, self.top, self.top + max(self.content_size.height, 1))
        step = next((line.liquidation for line in seen if line.liquidation is not None), None)
        if step is None:
            self.app.bell()
        else:
            self.post_message(LiquidationOpened(step))

    def on_click(self, event: Click) -> None:
        step = event.style.meta.get(LIQUIDATION)
        if step is not None:
            self.post_message(LiquidationOpened(step))

    def clear(self) -> None:
        """Forget everything: another session, or another place in this one."""
        self._lines.clear()
        self._count, self.top, self._day = 0, 0, None
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return f"Events {self._count}" if self._count else "Events"

    def build(self, width: int, height: int) -> list[Strip]:
        self.top = min(max(self.top, 0), max(len(self._lines) - 1, 0))
        rows: list[Strip] = []
        for line in islice(self._lines, self.top, self.top + height):
            rows += line_rows(line, width, self.palette)
        return rows[:height]

    def redraw(self) -> None:
        self._painted = monotonic()
        super().redraw()

    def _paint_soon(self) -> None:
        if self._waiting is not None:
            return
        pause = self._painted + SHORTEST_PAUSE - monotonic()
        if pause <= 0 or not self.is_attached:
            self.redraw()
        else:
            self._waiting = self.set_timer(pause, self._paint_now)

    def _paint_now(self) -> None:
        self._waiting = None
        self.redraw()


def line_of(event: Event) -> Line:
    """An event as the log says it."""
    tag, others = label(event), event.actor != "you"
    return Line(
        event.time, tag, sentence(event), tone(event), others, event.step if tag == "LIQ" and not others else None
    )


def lines_of(events: Iterable[Event]) -> Iterable[Line]:
    """Events as the log says them; what several positions pay at one funding is one line."""
    for paid, group in groupby(events, key=lambda event: event.time if isinstance(event, FundingPaid) else None):
        happened = list(group)
        if paid is None or len(happened) == 1:
            yield from map(line_of, happened)
        else:
            yield _funding_line([event for event in happened if isinstance(event, FundingPaid)])


def _funding_line(paid: list[FundingPaid]) -> Line:
    total = sum((event.amount for event in paid), Decimal(0))
    each = ", ".join(f"{event.symbol} {signed(event.amount)}" for event in paid)
    return Line(paid[0].time, label(paid[0]), f"{'received' if total >= 0 else 'paid'} {money(abs(total))}: {each}")


def line_rows(line: Line, width: int, palette: Palette) -> list[Strip]:
    """One line as rows: what does not fit goes on below, under its own words."""
    name = "ghost" if line.ghost else TONES.get(line.tone, "text")
    quiet = name == "dim" and line.label not in FIRM
    said = palette.style(name) if name != "dim" or quiet else palette.text
    if line.liquidation is not None:
        said += Style(meta={LIQUIDATION: line.liquidation})
    lead = (clock(line.time) if width >= 48 else clock(line.time)[:5]) + "  "
    tag = harmless(line.label, LABEL_WIDTH).ljust(LABEL_WIDTH) + " "
    room = max(width - len(lead) - len(tag), 8)
    first, *rest = wrap(harmless(line.text), room) or [""]
    rows = [strip_of([(lead, palette.dim), (tag, said + palette.strong_only), (first, said)], width)]
    return rows + [strip_of([(" " * (width - room) + more, said)], width) for more in rest]
