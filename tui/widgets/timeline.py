"""The timeline of a replay: the whole session as a bar, what happened in it as marks, and the moment that is shown.

A click or a drag on it seeks. It tells where landmarks are, also those that are still to come: the chapters of a film.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.widgets.figures import date_and_time
from tui.widgets.strips import StripWidget
from tui.widgets.timeline_rows import SIGNS, Moment, Places, columns_of, timeline_rows

if TYPE_CHECKING:
    from saves.replay import Landmark

HINTS = 60
"""Letters of a landmark under the pointer."""


class Timeline(StripWidget):
    """The bar. It knows no session: it is told what to mark, and asks the screen to seek."""

    DEFAULT_CSS = "Timeline { height: 3; }"

    @dataclass
    class Sought(Message):
        """A moment is wanted: vertex `step`, or that of a landmark."""

        step: int
        landmark: Landmark | None = None

        def can_replace(self, message: Message) -> bool:
            """A pointer moves faster than a session can be drawn: only its last place counts."""
            return isinstance(message, Timeline.Sought)

    @dataclass
    class Turned(Message):
        """The wheel was turned: a little on (positive) or back."""

        by: int

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._end = 0
        self._marks: Sequence[Landmark] = ()
        self._time_of: Callable[[int], int] = lambda step: 0
        self._moment: Moment | None = None
        self._places: Places | None = None
        self._dragged: int | None = None
        self._pointed: int | None = None

    def begin(self, end: int, marks: Sequence[Landmark], time_of: Callable[[int], int]) -> None:
        """Another session: it goes to vertex `end`, and has those marks in order; `time_of` answers the time of a
        vertex, ms UTC."""
        self._end, self._marks, self._time_of = end, marks, time_of
        self._places, self._pointed = None, None
        self.redraw()

    def show(self, moment: Moment) -> None:
        """Draw the moment shown."""
        self._moment = moment
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return "Replay"

    def subtitle_text(self) -> str:
        """For the border's other end: what the marks are."""
        return "   ".join(f"{sign.letter} {name}" for name, sign in SIGNS.items())

    def build(self, width: int, height: int) -> list[Strip]:
        if self._moment is None:
            return []
        if self._places is None or self._places.width != width:
            self._places = columns_of(self._marks, self._end, width)
        return timeline_rows(self._places, self._moment, self._hint(), width, height, self.palette)

    def _hint(self) -> str | None:
        """What is under the pointer: the time there, and the landmark."""
        if self._pointed is None or self._places is None:
            return None
        mark = self._places.mark_at(self._pointed)
        step = mark.point.step if mark is not None else self._places.step_at(self._pointed)
        said = f"→ {date_and_time(self._time_of(step))} UTC"
        return said if mark is None else f"{said}  {SIGNS[mark.kind].letter} {mark.text[:HINTS]}"

    # -- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1:
            self.capture_mouse()
            self._point_at(None)
            self._seek(self._column(event))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        column = self._column(event)
        if self._dragged is None:
            self._point_at(column)
        elif column != self._dragged:
            self._seek(column)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def on_leave(self, event: events.Leave) -> None:
        self._point_at(None)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Turned(-1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Turned(1))

    def _seek(self, column: int) -> None:
        """Ask for the moment of a cell: a landmark there is meant, where there is one."""
        self._dragged = column
        if self._places is None:
            return
        mark = self._places.mark_at(column)
        self.post_message(self.Sought(self._places.step_at(column) if mark is None else mark.point.step, mark))

    def _point_at(self, column: int | None) -> None:
        if column != self._pointed:
            self._pointed = column
            self.redraw()

    def _column(self, event: events.MouseEvent) -> int:
        """The cell under the pointer, or the nearest where a drag has left the bar."""
        return min(max(event.x - self.gutter.left, 0), max(self.content_size.width - 1, 0))


__all__ = ["Moment", "Timeline"]
