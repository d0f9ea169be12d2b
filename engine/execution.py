"""How an order becomes trades: reducing first, then opening, then its attached legs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.account import CROSS, Account, Pool
from engine.admission import refuse_opening
from engine.events import FillReason, OrderPlaced
from engine.exchange import Deal, Exchange
from engine.numbers import ZERO, plain
from engine.orders import Order, OrderKind
from engine.rulebooks.base import Refusal, Role
from engine.segment import Moment


def execute(
    exchange: Exchange, account: Account, order: Order, price: Decimal, role: Role, reason: FillReason, at: Moment
) -> Refusal | None:
    """Trade an order at `price`. A refusal means that its opening part was not done (the reducing part may be)."""
    pool = account.pool(order.pool)
    held = pool.position(order.symbol)
    closing = min(order.size, abs(held.size)) if held.side * order.sign < 0 else ZERO
    opening = ZERO if order.reduce_only else order.size - closing
    if order.reduce_only and not closing:
        drop_empty(account, pool)
        return Refusal(f"there is no position in {order.symbol} that it would reduce", f"close {order.symbol} ends one")
    if opening and (refusal := _refuse_pool(exchange, account, order)):
        drop_empty(account, pool)
        return refusal
    account.orders.pop(order.id, None)
    _cancel_partner(exchange, account, order, at)
    if closing:
        exchange.close(account, pool, Deal(order, closing, price, role, reason, at))
    if not opening:
        return None
    pool = account.pool(order.pool)
    if refusal := refuse_opening(exchange, account, pool, order, opening, price, role, at):
        drop_empty(account, pool)
        return refusal
    exchange.open(account, pool, Deal(order, opening, price, role, reason, at))
    _attach_legs(exchange, account, order, opening, at)
    return None


def _refuse_pool(exchange: Exchange, account: Account, order: Order) -> Refusal | None:
    """A resting order's pool may no longer be the one that its market trades in."""
    key = exchange.rulebook.pool_key(account, order.symbol, "cross" if order.pool == CROSS else "isolated")
    return key if isinstance(key, Refusal) else None


def drop_empty(account: Account, pool: Pool) -> None:
    """Forget an isolated pool that backs nothing."""
    if pool.key != CROSS and not pool.positions:
        account.pools.pop(pool.key, None)


def fire(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    """A resting order's price was reached: trade it, or cancel what its margin no longer allows."""
    price = order.price if order.kind == "limit" else exchange.taker_price(order, order.size, at)
    role: Role = "maker" if order.kind == "limit" else "taker"
    refusal = execute(exchange, account, order, price, role, order.kind, at)
    if refusal is not None:
        exchange.cancel(account, order, refusal.reason, at)


def rest(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    """Put an order where it waits for its price."""
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
        )
    )


def describe(order: Order) -> str:
    """A resting order in the command grammar's words."""
    words = {"limit": "at", "stop": "stop", "take": "take", "market": "about"}[order.kind]
    text = f"{order.side} {plain(order.size)} {order.symbol} {words} {plain(order.price)}"
    return text + (" reduce" if order.reduce_only else "")


def _attach_legs(exchange: Exchange, account: Account, order: Order, size: Decimal, at: Moment) -> None:
    """Rest the take profit and the stop that the order carries; one cancels the other."""
    legs: tuple[tuple[str, OrderKind, Decimal | None], ...] = (
        ("tp", "take", order.take_profit),
        ("sl", "stop", order.stop_loss),
    )
    wanted = [(name, kind, price) for name, kind, price in legs if price is not None]
    for name, kind, price in wanted:
        other = next((f"{order.id}.{each}" for each, _, _ in wanted if each != name), None)
        leg = replace(
            order,
            id=f"{order.id}.{name}",
            kind=kind,
            side="sell" if order.side == "buy" else "buy",
            size=size,
            price=price,
            reduce_only=True,
            take_profit=None,
            stop_loss=None,
            partner=other,
        )
        rest(exchange, account, leg, at)


def _cancel_partner(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    partner = account.orders.get(order.partner or "")
    if partner is not None:
        exchange.cancel(account, partner, "the other leg filled", at)
