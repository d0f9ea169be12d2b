"""What each command does, at a vertex of the tape. A command that is refused raises `Refused`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine import admission
from engine.account import CROSS, Pool, Position
from engine.commands import (
    Cancel,
    CashOut,
    Close,
    Command,
    Deposit,
    End,
    Flatten,
    Leverage,
    Margin,
    Note,
    Place,
    SetMode,
)
from engine.events import CashedOut, Deposited, Ended, FillReason, LeverageSet, MarginMoved, ModeSet, Noted
from engine.execution import execute, rest
from engine.ledger import OUTSIDE
from engine.market import Market
from engine.numbers import MONEY_UNIT, ZERO, paid, plain, received
from engine.orders import Order
from engine.rulebooks.base import Refusal, Role
from engine.segment import Moment
from engine.sizing import closing_size, opening_size
from engine.turn import Refused, Turn

MOST_ORDERS = 200
"""How many orders may rest at a time."""


def carry_out(turn: Turn, command: Command) -> None:
    """Do what `command` says.

    Raises:
        Refused: with the reason and what would work.
    """
    _ACTIONS[type(command)](turn, command)


def _place(turn: Turn, command: Place) -> None:
    if turn.wiped_out:
        raise Refused("nothing is left to trade with", "deposit 1000 goes on, end ends it")
    market = turn.trading_market(command.symbol)
    order = _order(turn, command, market)
    _check_prices(turn, command, market, order)
    if command.leverage is not None:
        turn.account.leverages[command.symbol] = command.leverage
    if command.mode is not None:
        turn.account.modes[command.symbol] = command.mode
    if order.kind == "market":
        _now(turn, order, "market")
    elif _takes(turn, order):
        _now(turn, order, "limit")
    else:
        _wait(turn, order)


def _order(turn: Turn, command: Place, market: Market) -> Order:
    exchange, account, symbol = turn.exchange, turn.account, command.symbol
    mode = admission.mode_for(exchange, account, symbol, command.mode)
    if command.reduce_only and command.mode is None and account.pools_with(symbol):
        mode = account.pools_with(symbol)[0].mode
    key = exchange.rulebook.pool_key(account, symbol, mode)
    if isinstance(key, Refusal):
        raise Refused(key.reason, key.would_work)
    leverage = admission.leverage_for(exchange, account, symbol, command.leverage)
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
    )
    return replace(order, size=opening_size(turn, order, command.size, market))


def _check_prices(turn: Turn, command: Place, market: Market, order: Order) -> None:
    for price in (command.price, command.take_profit, command.stop_loss):
        if price is not None and market.price_down(price) != price:
            near = plain(max(market.price_down(price), market.tick_size))
            raise Refused(f"prices of {market.symbol} are multiples of {plain(market.tick_size)}", f"try {near}")
    mark = turn.at.marks[order.symbol]
    pool = turn.account.pools.get(order.pool)
    held = pool.position(order.symbol) if pool else Position(order.symbol)
    if (order.take_profit or order.stop_loss) and held.side * order.sign < 0 and order.size <= abs(held.size):
        raise Refused("this order only closes, so there would be nothing for tp and sl to protect", "leave them out")
    if order.kind in ("stop", "take") and order.fires_at(mark, market.tick_size):
        side = "below" if order.fires_below else "above"
        raise Refused(
            f"the mark is {plain(mark)} already, so this would fire at once", f"choose a price {side} {plain(mark)}"
        )
    entry = mark if order.kind == "market" or _takes(turn, order) else order.price
    for name, price, ahead in (("tp", command.take_profit, 1), ("sl", command.stop_loss, -1)):
        if price is not None and (price - entry) * order.sign * ahead <= 0:
            side = "above" if order.sign * ahead > 0 else "below"
            raise Refused(f"a {name} of {plain(price)} would fire at once", f"choose a price {side} {plain(entry)}")


def _takes(turn: Turn, order: Order) -> bool:
    """Whether a limit order is met by the market at once."""
    if order.kind != "limit":
        return False
    price = turn.exchange.taker_price(order, order.size, turn.at)
    return price <= order.price if order.side == "buy" else price >= order.price


def _now(turn: Turn, order: Order, reason: FillReason) -> None:
    price = turn.exchange.taker_price(order, order.size, turn.at)
    refusal = execute(turn.exchange, turn.account, order, price, "taker", reason, turn.at)
    if refusal is not None:
        raise Refused(refusal.reason, refusal.would_work)


def _wait(turn: Turn, order: Order) -> None:
    """Rest an order, if its margin would do at its price: the venue checks again when it fills."""
    if len(turn.account.orders) >= MOST_ORDERS:
        raise Refused(f"{MOST_ORDERS} orders rest already", "cancel some first: cancel all")
    pool = turn.account.pools.get(order.pool) or Pool(order.pool, f"{turn.account.name}/{order.pool}")
    held = pool.position(order.symbol)
    opening = order.size - (abs(held.size) if held.side * order.sign < 0 else ZERO)
    if not order.reduce_only and opening > 0:
        role: Role = "maker" if order.kind == "limit" else "taker"
        refusal = admission.refuse_opening(
            turn.exchange, turn.account, pool, order, opening, order.price, role, _filled(turn.at, order)
        )
        if refusal is not None:
            raise Refused(refusal.reason, refusal.would_work)
    if order.reduce_only and held.side * order.sign >= 0:
        raise Refused(f"there is no position in {order.symbol} that it would reduce", "leave “reduce” out to open one")
    rest(turn.exchange, turn.account, order, turn.at)


def _filled(at: Moment, order: Order) -> Moment:
    """The moment as it would be if the order filled: its market at its price."""
    there = {order.symbol: order.price}
    return replace(at, marks={**at.marks, **there}, lasts={**at.lasts, **there})


def _close(turn: Turn, command: Close) -> None:
    market, pool = turn.trading_market(command.symbol), turn.open_pool(command.symbol)
    position = pool.positions[command.symbol]
    size = closing_size(position, command.size, market, turn.at.lasts[command.symbol])
    _close_position(turn, pool, position, size, "close")


def _close_position(turn: Turn, pool: Pool, position: Position, size: Decimal, reason: FillReason) -> None:
    order = Order(
        id=f"c{turn.number}",
        kind="market",
        side="sell" if position.side > 0 else "buy",
        size=size,
        symbol=position.symbol,
        price=turn.at.lasts[position.symbol],
        pool=pool.key,
        leverage=position.leverage,
        reduce_only=True,
    )
    _now(turn, order, reason)


def _flatten(turn: Turn, command: Flatten) -> None:
    account = turn.account
    positions = [(pool, p) for _, pool in sorted(account.pools.items()) for _, p in sorted(pool.positions.items())]
    if not positions and not account.orders:
        raise Refused("there is no position and no order", "open one first: " + _example(turn))
    for _, position in positions:
        turn.trading_market(position.symbol)
    for order in list(account.orders.values()):
        turn.exchange.cancel(account, order, "flatten", turn.at)
    for pool, position in positions:
        _close_position(turn, pool, position, abs(position.size), "flatten")


def _example(turn: Turn) -> str:
    return f"buy $1000 {next(iter(turn.exchange.markets))}"


def _cancel(turn: Turn, command: Cancel) -> None:
    orders = turn.account.orders
    if command.target == "all":
        chosen = list(orders.values())
    elif command.target in orders:
        chosen = [orders[command.target]]
    else:
        chosen = [order for order in orders.values() if order.symbol == command.target]
    if not chosen:
        there = ", ".join(orders) or "none"
        raise Refused(f"no resting order answers to “{command.target}”", f"resting orders: {there}")
    for order in chosen:
        turn.exchange.cancel(turn.account, order, "by your command", turn.at)


def _margin(turn: Turn, command: Margin) -> None:
    account, exchange, pool = turn.account, turn.exchange, turn.open_pool(command.symbol)
    if pool.key == CROSS:
        raise Refused(f"{command.symbol} is in cross mode and shares the wallet", "deposit adds margin to all of it")
    if command.amount < 0 and exchange.rulebook.isolated_only(command.symbol):
        raise Refused(f"{command.symbol} is isolated-only: margin can’t be taken out by hand", "close a part of it")
    giver, taker, amount = account.wallet, pool, received(abs(command.amount))
    if command.amount < 0:
        giver, taker = pool, account.wallet
    most = exchange.movable(giver, turn.at)
    if amount > most or amount < MONEY_UNIT:
        source = "the wallet" if command.amount > 0 else f"the {command.symbol} pool"
        sign = "+" if command.amount > 0 else "-"
        fits = received(most, Decimal("0.01"))
        hint = f"try margin {command.symbol} {sign}{plain(fits)}" if fits > 0 else "close something, or deposit"
        raise Refused(f"{source} can spare {fits:,} at most", hint)
    exchange.world.move(giver, taker, amount)
    turn.exchange.tell(
        MarginMoved(
            **turn.stamp,
            symbol=command.symbol,
            pool=pool.key,
            amount=amount if command.amount > 0 else -amount,
            balance=exchange.world.balance(pool),
        )
    )


def _leverage(turn: Turn, command: Leverage) -> None:
    turn.market(command.symbol)
    mark, exchange = turn.at.marks[command.symbol], turn.exchange
    for pool in turn.account.pools_with(command.symbol):
        position = pool.positions[command.symbol]
        _check_leverage(turn, command, position.notional(mark))
        pool.positions[command.symbol] = replace(position, leverage=command.leverage)
        health = exchange.health(pool, "order")
        if command.leverage < position.leverage and not health.safe(turn.at.marks):
            missing = paid(-health.margin.exact(turn.at.marks), Decimal("0.01"))
            way = (
                f"margin {command.symbol} +{plain(missing)} first" if pool.key != CROSS else f"deposit {plain(missing)}"
            )
            raise Refused(f"at {command.leverage}x the pool would need {missing:,} more", f"try {way}")
    _check_leverage(turn, command, ZERO)
    turn.account.leverages[command.symbol] = command.leverage
    exchange.tell(LeverageSet(**turn.stamp, symbol=command.symbol, leverage=command.leverage))


def _check_leverage(turn: Turn, command: Leverage, notional: Decimal) -> None:
    if refusal := admission.refuse_leverage(turn.exchange, command.symbol, command.leverage, notional):
        raise Refused(refusal.reason, refusal.would_work)


def _mode(turn: Turn, command: SetMode) -> None:
    turn.market(command.symbol)
    key = turn.exchange.rulebook.pool_key(turn.account, command.symbol, command.mode)
    if isinstance(key, Refusal):
        raise Refused(key.reason, key.would_work)
    turn.account.modes[command.symbol] = command.mode
    turn.exchange.tell(ModeSet(**turn.stamp, symbol=command.symbol, mode=command.mode))


def _deposit(turn: Turn, command: Deposit) -> None:
    amount, asset = _money(command.amount), turn.exchange.world.asset
    if command.asset not in (None, asset):
        raise Refused(f"this venue’s margin is held in {asset}", f"deposit {plain(amount)} {asset}")
    turn.exchange.world.move(OUTSIDE, turn.account.wallet, amount)
    rescue = turn.rescues + 1 if turn.wiped_out else 0
    turn.exchange.tell(Deposited(**turn.stamp, amount=amount, rescue=rescue))


def _money(amount: Decimal) -> Decimal:
    money = received(amount)
    if money < MONEY_UNIT:
        raise Refused(f"the smallest amount is {plain(MONEY_UNIT)}", "try 100")
    return money


def _cash_out(turn: Turn, command: CashOut) -> None:
    amount, most = _money(command.amount), turn.exchange.movable(turn.account.wallet, turn.at)
    if amount > most:
        raise Refused(f"the wallet can spare {received(most, Decimal('0.01')):,} at most", "close something first")
    turn.exchange.world.move(turn.account.wallet, OUTSIDE, amount)
    turn.exchange.tell(CashedOut(**turn.stamp, amount=amount))


def _note(turn: Turn, command: Note) -> None:
    turn.exchange.tell(Noted(**turn.stamp, text=command.text))


def _end(turn: Turn, command: End) -> None:
    equity = sum((turn.exchange.equity(pool, turn.at) for pool in turn.account.pools.values()), ZERO)
    turn.exchange.tell(Ended(**turn.stamp, reason="by your command", equity=equity))


_ACTIONS: dict[type, Callable[[Turn, Any], None]] = {
    Place: _place,
    Close: _close,
    Flatten: _flatten,
    Cancel: _cancel,
    Margin: _margin,
    Leverage: _leverage,
    SetMode: _mode,
    Deposit: _deposit,
    CashOut: _cash_out,
    Note: _note,
    End: _end,
}
