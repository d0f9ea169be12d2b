"""From a command to an order: what it would trade in, and whether it trades now or waits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.account import Account, Mode
from engine.commands.command import Place, Reverse, TimeInForce
from engine.commands.turn import Refused, Turn
from engine.market import Market
from engine.numbers import ZERO, plain
from engine.orders import admission
from engine.orders.capacity import largest_size
from engine.orders.entering import trade_now, wait
from engine.orders.execution import closing_part, execute, left_of, takeable
from engine.orders.order import Order, PositionSide, Side
from engine.orders.prices import check_ahead, check_attached, check_grid
from engine.orders.sizing import opening_size
from engine.rulebooks.base import Refusal


def place(turn: Turn, command: Place) -> None:
    """Buy or sell: at once, or when the price is reached.

    Raises:
        Refused: with the reason and what would work.
    """
    if turn.wiped_out:
        raise Refused("nothing is left to trade with", "deposit 1000 goes on, end ends it")
    market = turn.trading_market(command.symbol)
    check_grid(market, (command.price, command.limit, command.take_profit, command.stop_loss))
    order = _unsized(turn, command, market)
    order = order.sized(opening_size(turn, order, command.size, market))
    taken = _taken_at_once(turn, order, command.time_in_force)
    check_ahead(turn, command, market, order, taken)
    if command.leverage is not None and not command.reduce_only:
        turn.account.leverages[command.symbol] = command.leverage
    if command.mode is not None and not command.reduce_only:
        turn.account.modes[command.symbol] = command.mode
    if not taken:
        wait(turn, order)
        return
    trade_now(turn, order.sized(taken), "limit" if order.kind == "limit" else "market")
    check_attached(turn, order, market)
    left = left_of(turn.account, order, taken)
    if left is not None and command.time_in_force == "gtc":
        wait(turn, left)
    elif left is not None:
        told = f"{plain(taken)} of {plain(order.size)} filled, no more could be had at {plain(order.price)} (ioc)"
        turn.exchange.cancel(turn.account, left, told, turn.at)


def _unsized(turn: Turn, command: Place, market: Market) -> Order:
    """The order that a command asks for, but for its size."""
    exchange, account, symbol = turn.exchange, turn.account, command.symbol
    position_side = position_side_of(account, command.side, command.reduce_only)
    mode = admission.mode_for(exchange, account, symbol, command.mode)
    if command.reduce_only and command.mode is None:
        mode = _mode_to_reduce(turn, command, position_side) or mode
    key = exchange.rulebook.pool_key(account, symbol, mode, position_side)
    if isinstance(key, Refusal):
        raise Refused(key.reason, key.would_work)
    leverage = admission.leverage_for(exchange, account, symbol, command.leverage, mode)
    if refusal := admission.refuse_leverage(exchange, symbol, leverage, ZERO):
        raise Refused(refusal.reason, refusal.would_work)
    order = Order(
        id=f"c{turn.number}",
        kind=command.kind,
        side=command.side,
        size=ZERO,
        symbol=symbol,
        price=command.price if command.price is not None else turn.at.lasts[symbol],
        pool=key,
        leverage=leverage,
        reduce_only=command.reduce_only,
        take_profit=command.take_profit,
        stop_loss=command.stop_loss,
        take_profit_share=command.take_profit_share,
        stop_loss_share=command.stop_loss_share,
        position_side=position_side,
        limit=command.limit,
    )
    return order if command.trail is None else trailing(turn, order, command.trail, market)


def with_a_size_that_fits(turn: Turn, command: Place, short: admission.Shortage) -> Refusal:
    """The refusal of a command for want of margin, once it is undone: with the largest size that would be granted."""
    order = _unsized(turn, command, turn.market(command.symbol))
    return short.proposing(order, largest_size(turn, order))


def trailing(turn: Turn, order: Order, trail: Decimal, market: Market) -> Order:
    """The order as a trailing stop that starts from the mark now."""
    mark = turn.at.marks[order.symbol]
    return replace(order, trail=trail, since=turn.at.step, extreme=mark).trailed(mark, market.tick_size)


def position_side_of(account: Account, side: Side, reduces: bool) -> PositionSide:
    """Which of a market's positions an order trades: in hedge mode buying opens the long and reduces the short."""
    if not account.hedged:
        return "both"
    return "long" if (side == "buy") != reduces else "short"


def _mode_to_reduce(turn: Turn, command: Place, position_side: PositionSide) -> Mode | None:
    """The mode of the position that an order can reduce; None where there is none. Raises Refused where two could
    be meant."""
    sign = 1 if command.side == "buy" else -1
    held = turn.account.positions_in(command.symbol)
    pools = [pool for pool, p in held if p.position_side == position_side and p.side == -sign]
    if len(pools) > 1:
        raise Refused(f"{command.symbol} is open in both margin modes", f"say iso or cross: {command} iso")
    return pools[0].mode if pools else None


def _taken_at_once(turn: Turn, order: Order, time_in_force: TimeInForce) -> Decimal:
    """How much of an order trades now, base units; zero where it waits. Refuses what its time in force rules out."""
    if order.kind != "limit":
        return order.size if order.kind == "market" else ZERO
    taken = takeable(turn.exchange, turn.account, order, turn.at)
    wanted = closing_part(turn.account, order) if order.reduce_only else order.size
    limit, lot = plain(order.price), turn.exchange.markets[order.symbol].lot_size
    touch = turn.exchange.taker_price(order, lot, turn.at)
    now = f"{plain(touch)} is {'asked' if order.sign > 0 else 'bid'} now"
    better = "lower" if order.sign > 0 else "higher"
    if time_in_force == "post" and taken:
        rests = touch - order.sign * turn.exchange.markets[order.symbol].tick_size
        hint = f"try at {plain(rests)} or {better}" if rests > 0 else "leave post out"
        raise Refused(f"at {limit} it would take at once: {now}", hint)
    if time_in_force == "ioc" and not taken and wanted:
        raise Refused(f"nothing can be had at {limit} or {better}: {now}", f"try at {plain(touch)}")
    if time_in_force == "fok" and taken < wanted:
        fits = min(taken, largest_size(turn, order)) if taken else taken
        part = f", or {order.side} {plain(fits)} {order.symbol} at {limit} fok" if fits else ""
        whole = plain(turn.exchange.taker_price(order, wanted, turn.at))
        had = f"only {plain(taken)} of {plain(wanted)}" if taken else "nothing"
        raise Refused(f"{had} can be had at {limit} or {better}: {now}", f"try at {whole}{part}")
    return taken


def reverse(turn: Turn, command: Reverse) -> None:
    """Close a position and open the same size the other way, at the price that both together get. Raises Refused."""
    exchange, account = turn.exchange, turn.account
    turn.trading_market(command.symbol)
    pool, position = turn.open_position(command.symbol, command.mode, command.position_side)
    side: Side = "sell" if position.side > 0 else "buy"
    opened: PositionSide = position_side_of(account, side, reduces=False)
    key = exchange.rulebook.pool_key(account, command.symbol, pool.mode, opened)
    if isinstance(key, Refusal):
        raise Refused(key.reason, key.would_work)
    closing = Order(
        id=f"c{turn.number}",
        kind="market",
        side=side,
        size=abs(position.size),
        symbol=command.symbol,
        price=turn.at.lasts[command.symbol],
        pool=pool.key,
        leverage=position.leverage,
        reduce_only=True,
        position_side=position.position_side,
    )
    opening = replace(closing, pool=key, reduce_only=False, position_side=opened)
    price = exchange.taker_price(closing, closing.size * 2, turn.at)
    for order in (closing, opening):
        refusal = execute(exchange, account, order, price, "taker", "reverse", turn.at)
        if isinstance(refusal, admission.Shortage):
            refusal = refusal.proposing(opening, largest_size(turn, opening))
        if refusal is not None:
            raise Refused(refusal.reason, f"close {command.symbol} first, then {refusal.would_work}")
