"""Orders that wait: put where they wait, and said in the command grammar's words."""

from __future__ import annotations

from engine.account import Account
from engine.commands.command import percentage
from engine.events import OrderPlaced
from engine.exchange import Exchange
from engine.numbers import plain
from engine.orders.order import Order
from engine.segment import Moment
from engine.tape import Path

_LEGS = {"take": "tp", "stop": "sl"}


def rest(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    """Put an order where it waits for its price."""
    order = order.at_rest(at.lasts[order.symbol])
    account.orders[order.id] = order
    exchange.tell(
        OrderPlaced(
            **at.stamp(account.name),
            symbol=order.symbol,
            pool=order.pool,
            order=order.id,
            side=order.side,
            size=order.size,
            price=order.price,
            text=describe(order),
            met=order.extreme if order.kind == "limit" else None,
        )
    )


def describe(order: Order) -> str:
    """A resting order in the command grammar's words."""
    trail = f"trail {percentage(order.trail)}" if order.trail is not None else ""
    if order.whole:
        return f"protect {order.symbol} {trail or f'{_LEGS[order.kind]} {plain(order.price)}'}"
    words = {"limit": "at", "stop": "stop", "take": "take", "market": "about", "trail": "trail"}[order.kind]
    text = f"{order.side} {plain(order.size)} {order.symbol} {trail or f'{words} {plain(order.price)}'}"
    text += f" limit {plain(order.limit)}" if order.limit is not None else ""
    return text + (" reduce" if order.reduce_only else "")


def as_large_as_its_position(account: Account, order: Order) -> Order:
    """A leg that covers the whole position, with the size that the position has now."""
    pool = account.pools.get(order.pool)
    if not order.whole or pool is None or order.position_key not in pool.positions:
        return order
    return order.sized(abs(pool.positions[order.position_key].size))


def as_it_stands(account: Account, order: Order, path: Path, step: int) -> Order:
    """A resting order as screens show it at vertex `step`: a trailing stop with its present trigger, a leg of a whole
    position with the size of that position."""
    order = as_large_as_its_position(account, order)
    if order.trail is None:
        return order
    extreme = path.extreme(order.symbol, "mark", order.since, step, highest=order.fires_below)
    return order.trailed(extreme, path.tape.by_symbol[order.symbol].tick_size)
