"""Which pool a new position belongs to, where a venue keeps one margin mode a market."""

from __future__ import annotations

from engine.account import CROSS, Account, Mode, isolated_key
from engine.orders.order import PositionSide, position_key
from engine.rulebooks.base import Refusal


def one_mode_key(
    account: Account, symbol: str, mode: Mode, position_side: PositionSide, venue: str, with_orders: bool = False
) -> str | Refusal:
    """The key of the pool, refused while the market is open in the other mode (`with_orders`: or has an order that
    waits in it)."""
    for pool in account.pools_with(symbol):
        if pool.mode != mode:
            return Refusal(
                f"{symbol} is open in {pool.mode} mode, and {venue} keeps one mode a market",
                f"trade it in {pool.mode} mode, or close {symbol} first",
            )
    for order in account.orders.values() if with_orders else ():
        if order.symbol == symbol and (order.pool == CROSS) != (mode == "cross"):
            other = "cross" if order.pool == CROSS else "isolated"
            return Refusal(
                f"order {order.id} waits in {other} mode, and {venue} keeps one mode a market",
                f"trade {symbol} in {other} mode, or cancel {order.id} first",
            )
    return CROSS if mode == "cross" else isolated_key(position_key(symbol, position_side))
