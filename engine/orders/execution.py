"""How an order becomes trades: reducing first, then opening, then its attached legs."""

from __future__ import annotations

from decimal import Decimal

from engine.account import CROSS, Account, Mode, Pool
from engine.events import FillReason, OrderTriggered
from engine.exchange import Deal, Exchange
from engine.numbers import ZERO
from engine.orders.admission import refuse_opening
from engine.orders.frictions import size_within
from engine.orders.legs import attach_legs, cancel_partners
from engine.orders.order import Order
from engine.orders.resting import as_large_as_its_position, describe, rest
from engine.rulebooks.base import Refusal, Role
from engine.segment import Moment


def execute(
    exchange: Exchange, account: Account, order: Order, price: Decimal, role: Role, reason: FillReason, at: Moment
) -> Refusal | None:
    """Trade an order at `price`. A refusal means that its opening part was not done (the reducing part may be)."""
    pool = account.pool(order.pool)
    closing = closing_part(account, order)
    opening = ZERO if order.reduce_only else order.size - closing
    if order.reduce_only and not closing:
        drop_empty(account, pool)
        return Refusal(f"there is no position in {order.symbol} that it would reduce", f"close {order.symbol} ends one")
    if opening and (refusal := _refuse_pool(exchange, account, order)):
        drop_empty(account, pool)
        return refusal
    account.orders.pop(order.id, None)
    cancel_partners(exchange, account, order, at)
    if closing:
        exchange.close(account, pool, Deal(order, closing, price, role, reason, at))
    if not opening:
        return None
    pool = account.pool(order.pool)
    if refusal := refuse_opening(exchange, account, pool, order, opening, price, role, at):
        drop_empty(account, pool)
        return refusal
    exchange.open(account, pool, Deal(order, opening, price, role, reason, at))
    attach_legs(exchange, account, order, opening, price, at)
    return None


def closing_part(account: Account, order: Order) -> Decimal:
    """How much of an order's size would close, base units: what is open against it."""
    pool = account.pools.get(order.pool)
    held = pool.positions.get(order.position_key) if pool else None
    return min(order.size, abs(held.size)) if held and held.side * order.sign < 0 else ZERO


def _refuse_pool(exchange: Exchange, account: Account, order: Order) -> Refusal | None:
    """A resting order's pool may no longer be the one that its market trades in."""
    key = exchange.rulebook.pool_key(account, order.symbol, _mode_of(order), order.position_side)
    return key if isinstance(key, Refusal) else None


def _mode_of(order: Order) -> Mode:
    return "cross" if order.pool == CROSS else "isolated"


def drop_empty(account: Account, pool: Pool) -> None:
    """Forget an isolated pool that backs nothing."""
    if pool.key != CROSS and not pool.positions:
        account.pools.pop(pool.key, None)


def fire(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    """A resting order's price was reached: trade it, or cancel what its margin no longer allows."""
    if order.limit is not None:
        _trigger(exchange, account, order, at)
        return
    order = as_large_as_its_position(account, order)
    price = order.price if order.kind == "limit" else exchange.taker_price(order, order.size, at)
    role: Role = "maker" if order.kind == "limit" else "taker"
    refusal = execute(exchange, account, order, price, role, order.kind, at)
    if refusal is not None:
        exchange.cancel(account, order, refusal.reason, at)


def _trigger(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    """A stop-limit is a limit order from here on: it takes what it can get, and rests with what is left."""
    limit_order = order.triggered.at_rest(at.lasts[order.symbol])
    account.orders[order.id] = limit_order
    exchange.tell(
        OrderTriggered(
            **at.stamp(account.name),
            symbol=order.symbol,
            pool=order.pool,
            order=order.id,
            side=order.side,
            size=order.size,
            price=limit_order.price,
            trigger=order.price,
            text=describe(limit_order),
        )
    )
    taken = takeable(exchange, account, limit_order, at)
    if not taken:
        return
    price = exchange.taker_price(limit_order, taken, at)
    refusal = execute(exchange, account, limit_order.sized(taken), price, "taker", "limit", at)
    if refusal is not None:
        exchange.cancel(account, limit_order, refusal.reason, at)
    elif (left := left_of(account, limit_order, taken)) is not None:
        rest(exchange, account, left, at)


def takeable(exchange: Exchange, account: Account, order: Order, at: Moment) -> Decimal:
    """How much of a limit order can be had at its limit or better right now, base units (≥ 0)."""
    wanted = closing_part(account, order) if order.reduce_only else order.size
    market, last = exchange.markets[order.symbol], at.lasts[order.symbol]
    most = size_within(market, order.sign, order.price, last, exchange.slippage)
    return wanted if most is None else min(wanted, most)


def left_of(account: Account, order: Order, taken: Decimal) -> Order | None:
    """What is left to rest of an order after `taken` of it was traded; None where nothing is, or nothing to reduce."""
    left = order.sized(order.size - taken)
    if not left.size or (order.reduce_only and not closing_part(account, left)):
        return None
    return left
