"""The largest size of an order that its margin and its leverage allow.

An estimate in closed form is tried out on a copy of the account, and corrected until it is the largest that is allowed.
So what a percentage comes to, and what a refusal proposes, is what the same order is granted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from engine.account import OTHER, World
from engine.commands.turn import Refused, Turn
from engine.exchange import Exchange
from engine.numbers import ZERO
from engine.orders.admission import most_that_opens
from engine.orders.entering import trade_now, wait
from engine.orders.execution import left_of, takeable
from engine.orders.frictions import size_within
from engine.orders.order import Order
from engine.orders.prices import as_if_reached


def largest_size(turn: Turn, order: Order) -> Decimal:
    """The largest size of `order` that would be granted now, in base units on the lot grid; whatever its own size is.

    What it would close of a position counts into it. Zero where not even a lot would be granted.
    """
    lot = turn.exchange.markets[order.symbol].lot_size
    guess, firm = _estimate(turn, order)
    most = _most_lots(int(guess / lot), lambda lots: _granted(turn, order.sized(lot * lots)), grows=not firm)
    return lot * most


def refuse(turn: Turn, order: Order) -> None:
    """Raise the refusal of an order that would not be granted; nothing is changed, and legs are not asked about."""
    _try_out(_on_a_copy(turn), order)


def _granted(turn: Turn, order: Order) -> bool:
    try:
        refuse(turn, order)
    except Refused:
        return False
    return True


def _on_a_copy(turn: Turn) -> Turn:
    """A turn whose account may be changed. The other traders are not copied: no command reaches them."""
    exchange, world = turn.exchange, turn.exchange.world
    accounts = {name: each if name.startswith(OTHER) else each.copy() for name, each in world.accounts.items()}
    copy = World(world.asset, world.ledger.copy(), accounts)
    trial = Exchange(copy, exchange.rulebook, exchange.setup, exchange.markets)
    return replace(turn, exchange=trial, account=copy.account(turn.account.name))


def _try_out(turn: Turn, order: Order) -> None:
    """Everything that an order needs margin for. Raises Refused."""
    order = replace(order, take_profit=None, stop_loss=None, take_profit_share=None, stop_loss_share=None)
    if order.kind == "market":
        trade_now(turn, order, "market")
        return
    if order.kind != "limit":
        wait(turn, order)
        if order.limit is None:
            trade_now(replace(turn, at=as_if_reached(turn.at, order)), order, order.kind)
        return
    taken = takeable(turn.exchange, turn.account, order, turn.at)
    if taken:
        trade_now(turn, order.sized(taken), "limit")
    if (left := left_of(turn.account, order, taken)) is not None:
        wait(turn, left)


def _estimate(turn: Turn, order: Order) -> tuple[Decimal, bool]:
    """About how much is granted, and whether it is known not to be more.

    It may be more where the market meets only a part of a limit, and where the order touches what is open: closes it,
    or changes its leverage.
    """
    exchange, account, at = turn.exchange, turn.account, turn.at
    pool = account.pools.get(order.pool)
    held = pool.positions.get(order.position_key) if pool else None
    untouched = held is None or (held.side == order.sign and held.leverage == order.leverage)
    untouched = untouched and exchange.rulebook.margin_by_leverage
    if order.kind == "market":
        return most_that_opens(exchange, account, order, at), untouched
    then = as_if_reached(at, order)
    if order.kind != "limit":
        ways = (order.at_its_price,) if order.limit is not None else (order.at_its_price, order)
        return min(most_that_opens(exchange, account, way, then) for way in ways), untouched
    market, last = exchange.markets[order.symbol], at.lasts[order.symbol]
    met = size_within(market, order.sign, order.price, last, exchange.slippage)
    if met == ZERO:
        return most_that_opens(exchange, account, order, then), untouched
    taken = most_that_opens(exchange, account, replace(order, kind="market"), at)
    return taken if met is None else min(taken, met), untouched and met is None


def _most_lots(guess: int, granted: Callable[[int], bool], grows: bool) -> int:
    """The largest number of lots that is granted, looked for around a guess; not above it unless it `grows`.

    Strides double away from the guess, and the last is halved. It is as good as `granted` is monotone; what is returned
    is granted, or zero.
    """
    stride, low = 1, max(guess, 1)
    if granted(low):
        if not grows:
            return low
        while granted(low + stride):
            low, stride = low + stride, stride * 2
        high = low + stride
    else:
        high = low
        while (low := max(high - stride, 0)) and not granted(low):
            high, stride = low, stride * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if granted(middle) else (low, middle)
    return low
