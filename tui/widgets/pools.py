"""The pools: every set of collateral as a bar that fills towards its liquidation. Every figure opens into its terms."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.strip import Strip

from engine.looking.views import View
from tui.keys.texts import spelled
from tui.messages import FigureOpened
from tui.widgets.figure_spots import Figure, figure_in, highlighted, moved, spots_of
from tui.widgets.figures import brief
from tui.widgets.pool_rows import Gone, panel_rows
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import blank, strip_of

REMEMBERED = 3
"""Liquidated pools that stay on the panel."""
CURSOR = Style(reverse=True)
HINT = "{pools.open} or a click on any figure opens its terms"


class PoolsPanel(ScrolledStrips):
    """Every pool of a view, the positions that it backs, and the wallet. The arrows go from figure to figure."""

    DEFAULT_CSS = "PoolsPanel { height: 1fr; }"
    BINDINGS = [
        Binding("up", "point(0, -1)", "figure above", show=False, id="pools.up"),
        Binding("down", "point(0, 1)", "figure below", show=False, id="pools.down"),
        Binding("left", "point(-1, 0)", "figure before", show=False, id="pools.left"),
        Binding("right", "point(1, 0)", "next figure", show=False, id="pools.right"),
        Binding("enter", "open", "open the figure into its terms", show=False, id="pools.open"),
    ]

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._view: View | None = None
        self._gone: tuple[Gone, ...] = ()
        self.cursor: Figure | None = None

    def show(self, view: View, gone: Iterable[Gone] = ()) -> None:
        """Draw what the session looks like now, and the pools in `gone` that do not live."""
        alive = {pool.key for pool in view.pools if pool.positions}
        self._gone = tuple(each for each in gone if each.key not in alive)[-REMEMBERED:]
        self._view = view
        self._place_cursor()
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return "Pools"

    def subtitle_text(self) -> str:
        """For the border's other end: what all pools together are worth."""
        return "" if self._view is None else f"equity {brief(self._view.equity)}"

    def build(self, width: int, height: int) -> list[Strip]:
        rows = self._all_rows(width, height)
        if self.has_focus and self.cursor is not None:
            rows = [highlighted(row, self.cursor, CURSOR) for row in rows]
        if rows and len(rows) + 1 < height and len(hint := spelled(self, HINT)) <= width:
            rows = [*rows, blank(width), strip_of([(hint, self.palette.dim)], width)]
        return self.window(rows, width, height)

    def _all_rows(self, width: int, height: int) -> list[Strip]:
        return [] if self._view is None else panel_rows(self._view, self._gone, width, height, self.palette)

    def _place_cursor(self) -> None:
        """Put the cursor on the first figure, where the one it was on is gone."""
        if self.has_focus:
            figures = [spot.figure for spot in spots_of(self._all_rows(*self.content_size))]
            if self.cursor not in figures:
                self.cursor = figures[0] if figures else None

    def on_focus(self) -> None:
        self._place_cursor()
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def action_point(self, columns: int, rows: int) -> None:
        """Move the cursor by figures, or by rows that have any. Where there is none further on, the panel scrolls."""
        width, height = self.content_size
        spots = spots_of(self._all_rows(width, height))
        before, self.cursor = self.cursor, moved(spots, self.cursor, columns, rows)
        if self.cursor == before:
            self.action_scroll_rows(rows)
            return
        row = next(spot.row for spot in spots if spot.figure == self.cursor)
        # One row is kept below it, where the panel says how many more there are.
        self.top = min(max(self.top, row - height + 2), row)
        self.redraw()

    def action_open(self) -> None:
        """Open the figure under the cursor."""
        if self.cursor is not None:
            self.post_message(FigureOpened(self.cursor.pool, self.cursor.name, self.cursor.position))

    def on_click(self, event: events.Click) -> None:
        figure = figure_in(event.style)
        if figure is not None:
            event.stop()
            self.cursor = figure
            self.redraw()
            self.action_open()
