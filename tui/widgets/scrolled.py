"""A strip widget with more rows than it may have to show: arrows, page keys and the wheel move it."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.strip import Strip

from tui.widgets.strips import StripWidget, strip_of


class ScrolledStrips(StripWidget, can_focus=True):
    """Rows of which a window is seen. The last row seen says how many more there are below."""

    BINDINGS = [
        Binding("up", "scroll_rows(-1)", "up", show=False, id="panel.up"),
        Binding("down", "scroll_rows(1)", "down", show=False, id="panel.down"),
        Binding("pageup", "scroll_pages(-1)", "page up", show=False, id="panel.page_up"),
        Binding("pagedown", "scroll_pages(1)", "page down", show=False, id="panel.page_down"),
        Binding("home", "scroll_rows(-100000)", "top", show=False, id="panel.top"),
        Binding("end", "scroll_rows(100000)", "bottom", show=False, id="panel.bottom"),
    ]

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.top = 0
        self._total = 0

    def window(self, rows: list[Strip], width: int, height: int) -> list[Strip]:
        """The rows that are seen of all `rows`."""
        self._total = len(rows)
        self.top = min(max(self.top, 0), max(self._total - height, 0))
        seen = rows[self.top : self.top + height]
        hidden = self._total - self.top - height
        if hidden > 0 and height > 1:
            seen[-1] = strip_of([(f"▼ {hidden + 1} more rows", self.palette.dim)], width)
        return seen

    def action_scroll_rows(self, rows: int) -> None:
        """Move the window by `rows`, down when positive."""
        self.top = max(self.top + rows, 0)
        self.redraw()

    def action_scroll_pages(self, pages: int) -> None:
        """Move the window by almost its height."""
        self.action_scroll_rows(pages * max(self.content_size.height - 2, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_rows(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_rows(-2)
