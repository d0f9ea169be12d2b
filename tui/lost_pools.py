"""The pools that were liquidated, gathered from events: a view has only those that live."""

from __future__ import annotations

from collections.abc import Iterable

from engine.events import Event, Filled, LiquidationStarted, MarginRestored, TakenOver
from tui.widgets.pool_rows import Gone


class LostPools:
    """Liquidated pools, the one that was lost last at the end. A pool that trades again, or is saved, is forgotten."""

    def __init__(self) -> None:
        self._gone: dict[str, Gone] = {}

    def happened(self, events: Iterable[Event]) -> None:
        """Take in what happened, oldest first."""
        for event in events:
            if event.actor != "you":
                continue
            if isinstance(event, LiquidationStarted):
                self._gone.pop(event.pool, None)
                self._lose(event.pool, event.symbol, event.time)
            elif isinstance(event, TakenOver) or (isinstance(event, Filled) and event.reason == "liquidation"):
                self._lose(event.pool, event.symbol, event.time)
            elif isinstance(event, MarginRestored | Filled):
                self._gone.pop(event.pool, None)

    def _lose(self, pool: str, symbol: str | None, time: int) -> None:
        before = self._gone.get(pool, Gone(pool, (), time))
        more = (symbol,) if symbol is not None and symbol not in before.symbols else ()
        self._gone[pool] = Gone(pool, (*before.symbols, *more), before.time)

    def gone(self) -> tuple[Gone, ...]:
        """Those lost by now."""
        return tuple(self._gone.values())
