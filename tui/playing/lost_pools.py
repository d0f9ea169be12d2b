"""The pools that were liquidated, gathered from events: a view has only those that live."""

from __future__ import annotations

from collections.abc import Iterable

from engine.events import (
    AssetMoved,
    CashedOut,
    Deleveraged,
    Deposited,
    Event,
    Filled,
    HandedOver,
    HedgeSet,
    LeverageSet,
    LiquidationStarted,
    MarginMoved,
    MarginRestored,
    ModeSet,
    Noted,
    OrderPlaced,
    TakenOver,
)
from tui.widgets.pool_rows import Gone

ACTS = (AssetMoved, CashedOut, Deposited, HedgeSet, LeverageSet, MarginMoved, ModeSet, Noted, OrderPlaced)
"""What only happens because the player, or an order that comes with another's fill, says so."""
AT_ONCE = ("market", "close", "reverse", "flatten", "by your command")
"""Reasons of trades and cancellations that the player gives."""


class LostPools:
    """Liquidated pools, the one that was lost last at the end. A pool that trades again, or is saved, is forgotten, and
    all of them are once the player acts: who goes on has seen it."""

    def __init__(self) -> None:
        self._gone: dict[str, Gone] = {}

    def happened(self, events: Iterable[Event]) -> None:
        """Take in what happened, oldest first."""
        for event in events:
            if isinstance(event, Deleveraged) and event.realised is not None and event.pool is not None:
                self._lose(event.pool, event.symbol, event.time)
            if event.actor != "you":
                continue
            if isinstance(event, LiquidationStarted):
                self._gone.pop(event.pool, None)
                self._lose(event.pool, event.symbol, event.time)
            elif isinstance(event, TakenOver | HandedOver) or (
                isinstance(event, Filled) and event.reason == "liquidation"
            ):
                self._lose(event.pool, event.symbol, event.time)
            elif isinstance(event, ACTS) or getattr(event, "reason", None) in AT_ONCE:
                self._gone.clear()
            elif isinstance(event, MarginRestored | Filled):
                self._gone.pop(event.pool, None)

    def _lose(self, pool: str, symbol: str | None, time: int) -> None:
        before = self._gone.get(pool, Gone(pool, (), time))
        more = (symbol,) if symbol is not None and symbol not in before.symbols else ()
        self._gone[pool] = Gone(pool, (*before.symbols, *more), before.time)

    def gone(self) -> tuple[Gone, ...]:
        """Those lost by now."""
        return tuple(self._gone.values())
