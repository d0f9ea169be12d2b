"""The pools: every set of collateral as a bar that fills towards its liquidation."""

from __future__ import annotations

from collections.abc import Iterable

from textual.strip import Strip

from engine.views import View
from tui.widgets.figures import brief
from tui.widgets.pool_rows import Gone, panel_rows
from tui.widgets.scrolled import ScrolledStrips

REMEMBERED = 3
"""Liquidated pools that stay on the panel."""


class PoolsPanel(ScrolledStrips):
    """Every pool of a view, the positions that it backs, and the wallet."""

    DEFAULT_CSS = "PoolsPanel { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._view: View | None = None
        self._gone: tuple[Gone, ...] = ()

    def show(self, view: View, gone: Iterable[Gone] = ()) -> None:
        """Draw what the session looks like now, and the pools in `gone` that do not live."""
        alive = {pool.key for pool in view.pools if pool.positions}
        self._gone = tuple(each for each in gone if each.key not in alive)[-REMEMBERED:]
        self._view = view
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return "Pools"

    def subtitle_text(self) -> str:
        """For the border's other end: what all pools together are worth."""
        return "" if self._view is None else f"equity {brief(self._view.equity)}"

    def build(self, width: int, height: int) -> list[Strip]:
        if self._view is None:
            return []
        return self.window(panel_rows(self._view, self._gone, width, height, self.palette), width, height)
