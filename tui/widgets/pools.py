"""The pools: every set of collateral as a bar that fills towards its liquidation."""

from __future__ import annotations

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

    def show(self, view: View) -> None:
        """Draw what the session looks like now."""
        self._gone = _remember(self._gone, self._view, view)
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


def _remember(gone: tuple[Gone, ...], before: View | None, now: View) -> tuple[Gone, ...]:
    """The liquidated pools to go on showing: a view has only those that live, and the player wants to see what died."""
    if before is None or now.step < before.step:
        return ()
    alive = {pool.key for pool in now.pools if pool.positions}
    kept = [each for each in gone if each.key not in alive]
    if now.liquidations > before.liquidations:
        lost = [pool for pool in before.pools if pool.positions and pool.key not in alive]
        kept += [Gone(pool.key, tuple(each.symbol for each in pool.positions), now.time) for pool in lost]
    return tuple(kept[-REMEMBERED:])
