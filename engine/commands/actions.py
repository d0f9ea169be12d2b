"""What each command does, at a vertex of the tape. A command that is refused raises `Refused`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.account import CROSS, Pool, Position
from engine.commands.command import (
    Cancel,
    CashOut,
    Close,
    Command,
    Deposit,
    End,
    Flatten,
    Hedge,
    Lend,
    Leverage,
    Margin,
    Note,
    Place,
    Protect,
    Reverse,
    SetMode,
)
from engine.commands.lending import INWARD, coin_market, lend, newly_refused
from engine.commands.turn import Refused, Turn
from engine.events import CashedOut, Deposited, Ended, FillReason, HedgeSet, LeverageSet, MarginMoved, ModeSet, Noted
from engine.ledger import OUTSIDE
from engine.numbers import MONEY_UNIT, ZERO, paid, plain, received
from engine.orders import admission
from engine.orders.entering import trade_now
from engine.orders.order import Order, PositionSide
from engine.orders.placing import place, reverse, with_a_size_that_fits
from engine.orders.protecting import protect
from engine.orders.sizing import closing_size
from engine.rulebooks.base import Refusal

CENT = Decimal("0.01")


def carry_out(turn: Turn, command: Command) -> None:
    """Do what `command` says.

    Raises:
        Refused: with the reason and what would work.
    """
    _ACTIONS[type(command)](turn, command)


def answer(turn: Turn, command: Command, refusal: Refusal) -> Refusal:
    """What to say of a command that was refused, once all that it had begun is undone."""
    if isinstance(command, Place) and isinstance(refusal, admission.Shortage):
        return with_a_size_that_fits(turn, command, refusal)
    return refusal


def puts_in(command: Command) -> bool:
    """Whether a command brings something in to trade with."""
    return isinstance(command, Deposit) or (isinstance(command, Lend) and command.action in INWARD)


def _close(turn: Turn, command: Close) -> None:
    market = turn.trading_market(command.symbol)
    pool, position = turn.open_position(command.symbol, command.mode, command.position_side)
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
        position_side=position.position_side,
    )
    trade_now(turn, order, reason)


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
    elif command.target.lower() in orders and command.target not in turn.exchange.markets:
        chosen = [orders[command.target.lower()]]
    else:
        chosen = [order for order in orders.values() if order.symbol == command.target.upper()]
    if not chosen:
        there = ", ".join(orders) or "none"
        raise Refused(f"no resting order answers to “{command.target}”", f"resting orders: {there}")
    for order in chosen:
        turn.exchange.cancel(turn.account, order, "by your command", turn.at)


def _margin(turn: Turn, command: Margin) -> None:
    account, exchange, pool = turn.account, turn.exchange, _isolated_pool(turn, command)
    rulebook = exchange.rulebook
    if command.amount < 0 and "cross" in rulebook.modes and rulebook.isolated_only(command.symbol):
        raise Refused(f"{command.symbol} is isolated-only: margin can’t be taken out by hand", "close a part of it")
    giver, taker, amount = account.wallet, pool, received(abs(command.amount))
    if command.amount < 0:
        giver, taker = pool, account.wallet
    most = exchange.movable(giver, turn.at)
    if amount > most or amount < MONEY_UNIT:
        source = "the wallet" if command.amount > 0 else f"the {command.symbol} pool"
        fits = received(most, CENT)
        signed = fits if command.amount > 0 else -fits
        hint = f"try {replace(command, amount=signed)}" if fits > 0 else "close something, or deposit"
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


def _isolated_pool(turn: Turn, command: Margin) -> Pool:
    """The pool that is meant. Only an isolated one can be, so a cross position beside it needs no selector."""
    held = turn.account.positions_in(command.symbol)
    mode = command.mode
    if mode is None and any(pool.key != CROSS for pool, _ in held):
        mode = "isolated"
    pool, _ = turn.open_position(command.symbol, mode, command.position_side)
    if pool.key == CROSS:
        raise Refused(f"{command.symbol} is in cross mode and shares the wallet", "deposit adds margin to all of it")
    return pool


def _leverage(turn: Turn, command: Leverage) -> None:
    """One leverage a market: of its open positions, of what waits to open more in hedge mode, and of what comes."""
    turn.market(command.symbol)
    mark, account = turn.at.marks[command.symbol], turn.account
    held = account.positions_in(command.symbol)
    for pool, position in held:
        _check_leverage(turn, command, position.notional(mark))
        pool.positions[position.key] = replace(position, leverage=command.leverage)
    for pool, position in held:
        if command.leverage < position.leverage:
            _check_margin(turn, command, pool, position)
    _check_leverage(turn, command, ZERO)
    account.leverages[command.symbol] = command.leverage
    for order in account.orders.values() if account.hedged else ():
        if order.symbol == command.symbol:
            account.orders[order.id] = replace(order, leverage=command.leverage)
    turn.exchange.tell(LeverageSet(**turn.stamp, symbol=command.symbol, leverage=command.leverage))


def _check_margin(turn: Turn, command: Leverage, pool: Pool, position: Position) -> None:
    """Less leverage wants more margin, which the pool must have already."""
    missing = paid(-turn.exchange.health(pool, "order").margin.exact(turn.at.marks), CENT)
    if missing <= 0:
        return
    side: PositionSide | None = position.position_side if position.position_side != "both" else None
    first = Margin(command.symbol, missing, position_side=side)
    way = f"{first} first" if pool.key != CROSS else f"deposit {plain(missing)}"
    raise Refused(f"at {command.leverage}x the pool would need {missing:,} more", f"try {way}")


def _check_leverage(turn: Turn, command: Leverage, notional: Decimal) -> None:
    if refusal := admission.refuse_leverage(turn.exchange, command.symbol, command.leverage, notional):
        raise Refused(refusal.reason, refusal.would_work)


def _mode(turn: Turn, command: SetMode) -> None:
    turn.market(command.symbol)
    side: PositionSide = "long" if turn.account.hedged else "both"
    key = turn.exchange.rulebook.pool_key(turn.account, command.symbol, command.mode, side)
    if isinstance(key, Refusal):
        raise Refused(key.reason, key.would_work)
    turn.account.modes[command.symbol] = command.mode
    turn.exchange.tell(ModeSet(**turn.stamp, symbol=command.symbol, mode=command.mode))


def _hedge(turn: Turn, command: Hedge) -> None:
    account, card = turn.account, turn.exchange.rulebook.card
    if not turn.exchange.rulebook.hedge_mode:
        raise Refused(f"{card.name} has no hedge mode", "trade one way, or start a session on a venue that has it")
    if not account.flat or account.orders:
        way = "flatten closes them" if not account.flat else "cancel all takes them off"
        raise Refused("hedge mode changes only without positions and orders", way)
    account.hedged = command.on
    turn.exchange.tell(HedgeSet(**turn.stamp, on=command.on))


def _deposit(turn: Turn, command: Deposit) -> None:
    asset = turn.exchange.world.asset
    if command.asset not in (None, asset) and coin_market(turn, command.asset or "") is not None:
        lend(turn, Lend("supply", command.amount, command.asset or ""))
        return
    amount = _money(command.amount)
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
        fits = received(most, CENT)
        hint = f"try {CashOut(fits)}" if fits > 0 else "close something first"
        raise Refused(f"the wallet can spare {fits:,} at most", hint)
    wallet = turn.account.wallet
    if refusal := newly_refused(turn, wallet, turn.exchange.world.balance(wallet) - amount):
        raise Refused(refusal.reason, refusal.would_work)
    turn.exchange.world.move(wallet, OUTSIDE, amount)
    turn.exchange.tell(CashedOut(**turn.stamp, amount=amount))


def _note(turn: Turn, command: Note) -> None:
    turn.exchange.tell(Noted(**turn.stamp, text=command.text))


def _end(turn: Turn, command: End) -> None:
    equity = sum((turn.exchange.equity(pool, turn.at) for pool in turn.account.pools.values()), ZERO)
    turn.exchange.tell(Ended(**turn.stamp, reason="by your command", equity=equity))


_ACTIONS: dict[type, Callable[[Turn, Any], None]] = {
    Place: place,
    Close: _close,
    Reverse: reverse,
    Protect: protect,
    Flatten: _flatten,
    Cancel: _cancel,
    Margin: _margin,
    Leverage: _leverage,
    SetMode: _mode,
    Hedge: _hedge,
    Deposit: _deposit,
    CashOut: _cash_out,
    Lend: lend,
    Note: _note,
    End: _end,
}
