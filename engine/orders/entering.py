"""How an order enters the market: what trades now, and what waits."""

from __future__ import annotations

from engine.account import Pool
from engine.commands.turn import Refused, Turn
from engine.events import FillReason
from engine.orders import admission
from engine.orders.execution import closing_part, execute
from engine.orders.order import Order
from engine.orders.prices import as_if_reached
from engine.orders.resting import rest
from engine.rulebooks.base import Role

MOST_ORDERS = 200
"""How many orders may rest at a time."""


def trade_now(turn: Turn, order: Order, reason: FillReason) -> None:
    """Trade an order at the market. Raises Refused."""
    price = turn.exchange.taker_price(order, order.size, turn.at)
    refusal = execute(turn.exchange, turn.account, order, price, "taker", reason, turn.at)
    if refusal is not None:
        raise Refused.by(refusal)


def wait(turn: Turn, order: Order) -> None:
    """Rest an order, if its margin would do at its price: the venue checks again when it fills. Raises Refused."""
    check_room(turn, 1)
    pool = turn.account.pools.get(order.pool) or Pool(order.pool, f"{turn.account.name}/{order.pool}")
    closing = closing_part(turn.account, order)
    opening = order.size - closing
    if not order.reduce_only and opening > 0:
        role: Role = "maker" if order.kind == "limit" else "taker"
        then = as_if_reached(turn.at, order)
        refusal = admission.refuse_opening(
            turn.exchange, turn.account, pool, order.at_its_price, opening, order.triggered.price, role, then
        )
        if refusal is not None:
            raise Refused.by(refusal)
    if order.reduce_only and not closing:
        raise Refused(f"there is no position in {order.symbol} that it would reduce", "leave “reduce” out to open one")
    rest(turn.exchange, turn.account, order, turn.at)


def check_room(turn: Turn, more: int) -> None:
    """Refuse more resting orders than a venue keeps."""
    if len(turn.account.orders) + more > MOST_ORDERS:
        raise Refused(f"{len(turn.account.orders)} orders rest already", "cancel some first: cancel all")
