"""How much: from the size that was asked to base units on the lot grid."""

from __future__ import annotations

from decimal import Decimal

from engine.account import Position
from engine.commands.command import Size
from engine.commands.turn import Refused, Turn
from engine.market import Market
from engine.numbers import EXACT, divide, paid, plain
from engine.orders.capacity import largest_size, refuse
from engine.orders.order import Order


def opening_size(turn: Turn, order: Order, size: Size, market: Market) -> Decimal:
    """The size of an order in base units, from what was asked: base units, dollars, or a share of what could be opened.

    Raises:
        Refused: when that is less than a lot.
    """
    if size.unit == "percent" and order.reduce_only:
        pool = turn.account.pools.get(order.pool)
        if pool is None or order.position_key not in pool.positions:
            raise Refused(
                f"there is no position in {order.symbol} that it would reduce", "leave “reduce” out to open one"
            )
        return closing_size(pool.positions[order.position_key], size, market, order.price)
    if size.unit == "percent":
        most = largest_size(turn, order)
        if not most:
            refuse(turn, order.sized(market.lot_size))
        return _on_lots(EXACT.multiply(most, size.amount / 100), market, order.price)
    raw = size.amount if size.unit == "base" else divide(size.amount, order.triggered.price)
    return _on_lots(raw, market, order.triggered.price)


def closing_size(position: Position, size: Size | None, market: Market, price: Decimal) -> Decimal:
    """How much of a position to close, in base units; all of it when nothing is said.

    Raises:
        Refused: when that is more than is open, or less than a lot.
    """
    whole = abs(position.size)
    if size is None or (size.unit == "percent" and size.amount == 100):
        return whole
    raw = {
        "percent": EXACT.multiply(whole, size.amount / 100),
        "base": size.amount,
        "quote": divide(size.amount, price),
    }[size.unit]
    if raw > whole:
        raise Refused(
            f"only {plain(whole)} {position.symbol} is open", f"close {position.symbol}, or close {position.symbol} 50%"
        )
    return _on_lots(raw, market, price)


def _on_lots(raw: Decimal, market: Market, price: Decimal) -> Decimal:
    size = market.size_down(raw)
    if size <= 0:
        worth = plain(paid(market.lot_size * price, Decimal("0.01")))
        raise Refused(
            f"that is less than the smallest size of {market.symbol}, {plain(market.lot_size)}",
            f"try at least ${worth}, or free some margin",
        )
    return size
