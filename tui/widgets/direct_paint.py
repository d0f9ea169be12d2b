"""Rows that changed in a frame go straight to the terminal, all of them in one write.

Textual's way from a changed row to the terminal is a message to the widget, one to the screen, and a question to every
widget for all of its lines, each of which is cut at every border: twice the time that the row itself took. What a
frame changes is known here, and nothing lies over a desk's panels but other screens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.segment import Segment
from textual._compositor import CompositorUpdate
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Painted = tuple[int, int, Strip]
"""Column and row of the screen, and the piece of a row that begins there."""


class RowsUpdate(CompositorUpdate):
    """Pieces of rows for the terminal."""

    def __init__(self, pieces: Sequence[Painted]) -> None:
        self.pieces = pieces

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for x, y, strip in self.pieces:
            yield Control.move_to(x, y)
            yield from strip

    def render_segments(self, console: Console) -> str:
        """The escape sequences that paint them."""
        return "".join([f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for x, y, strip in self.pieces])


class DirectPainting(Screen[None]):
    """A screen whose panels paint a frame's changed rows without Textual's compositor.

    Attributes:
        pieces: what the frame that is being drawn has changed so far.
    """

    pieces: list[Painted]
    _in_frame = False

    @contextmanager
    def painting(self) -> Iterator[None]:
        """Draw a frame: what the panels hand over meanwhile is painted at its end."""
        if self._in_frame or not self._may_paint():
            yield
            return
        self.pieces, self._in_frame = [], True
        try:
            yield
        finally:
            self._in_frame = False
            if self.pieces:
                self.app._display(self, RowsUpdate(self.pieces))

    def _may_paint(self) -> bool:
        """Whether the screen is the one on top, painted once already, and every panel where it was then."""
        app = self.app
        moves = self._layout_required or self._scroll_required or app._batch_count
        return not moves and app.screen is self and not app._notifications

    def place_of(self, widget: Widget) -> Offset | None:
        """Where a panel's upper left corner is, while direct painting is possible and all of the panel is seen."""
        if not self._in_frame:
            return None
        try:
            there = self.find_widget(widget)
        except NoWidget:
            return None
        return there.region.offset if there.clip.contains_region(there.region) else None


def difference(before: Strip, after: Strip) -> tuple[int, Strip]:
    """The part of a row that is not as before, and the cell that it begins at. Segments that are equal at both ends are
    left out."""
    old, new = before._segments, after._segments
    start, end, least = 0, 0, min(len(old), len(new))
    while start < least and old[start] == new[start]:
        start += 1
    while end < least - start and old[-1 - end] == new[-1 - end]:
        end += 1
    offset = sum(segment.cell_length for segment in new[:start])
    return offset, Strip(new[start : len(new) - end] or [Segment("")])


__all__ = ["DirectPainting", "Painted", "RowsUpdate", "difference"]
