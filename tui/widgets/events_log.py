"""What happened, in plain sentences, the newest on top."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from time import monotonic

from textual.strip import Strip
from textual.timer import Timer

from engine.events import Event
from engine.sentences import label, sentence, tone
from tui.themes import Palette
from tui.widgets.figures import clock
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import harmless, strip_of

KEPT = 500
SHORTEST_PAUSE = 0.1
"""Seconds between two paints: a liquidation storm must not take the frame's time."""

LABEL_WIDTH = 6
TONES = {"plain": "dim", "good": "up", "warning": "down", "danger": "danger"}
FIRM = ("FILL", "LIQ", "CALL")
"""Labels whose sentences are bright even where nothing is wrong: they changed what you hold."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the log: time in ms UTC, a short label, a sentence, and one of the tones of `engine.sentences`."""

    time: int
    label: str
    text: str
    tone: str = "plain"
    ghost: bool = False


class EventsLog(ScrolledStrips):
    """The last 500 events."""

    DEFAULT_CSS = "EventsLog { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._count = 0
        self._painted = 0.0
        self._waiting: Timer | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Put events on top, in the order in which they happened."""
        self.add_lines(line_of(event) for event in events)

    def add_lines(self, lines: Iterable[Line]) -> None:
        """Put lines on top that are no session's events (`saved`, `a ghost follows`)."""
        before = self._count
        for line in lines:
            self._lines.appendleft(line)
            self._count += 1
        if self._count != before:
            if self.top:
                # Whoever has scrolled down goes on reading the same lines.
                self.top += self._count - before
            self._paint_soon()

    def clear(self) -> None:
        """Forget everything: another session, or another place in this one."""
        self._lines.clear()
        self._count, self.top = 0, 0
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return f"Events {self._count}" if self._count else "Events"

    def build(self, width: int, height: int) -> list[Strip]:
        self.top = min(max(self.top, 0), max(len(self._lines) - height, 0))
        return [line_row(line, width, self.palette) for line in islice(self._lines, self.top, self.top + height)]

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
    return Line(event.time, label(event), sentence(event), tone(event), event.actor != "you")


def line_row(line: Line, width: int, palette: Palette) -> Strip:
    """One line as a row."""
    name = "ghost" if line.ghost else TONES.get(line.tone, "text")
    quiet = name == "dim" and line.label not in FIRM
    said = palette.style(name) if name != "dim" or quiet else palette.text
    lead = clock(line.time) if width >= 48 else clock(line.time)[:5]
    return strip_of(
        [
            (f"{lead}  ", palette.dim),
            (harmless(line.label, LABEL_WIDTH).ljust(LABEL_WIDTH) + " ", said + palette.strong_only),
            (harmless(line.text), said),
        ],
        width,
    )
