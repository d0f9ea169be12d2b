"""What a trade stands to lose and to win: its stop and its target carried out on a copy of the session.

R is a trade's money at risk: size × |entry − stop|, and the fees of both trades. All other figures are told in it, as
Van Tharp does (Trade Your Way to Financial Freedom, 1998). The copy trades with the engine's own spread, impact and
fees, so a stop that is reached costs to the cent what was said, unless the price jumps over it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.commands.command import Command, Place, Protect, Size
from engine.events import Event, Filled
from engine.looking.exits import opening_fees
from engine.looking.views import PositionView, View
from engine.numbers import EXACT, ONE, ZERO, divide, exactly
from engine.orders.execution import fire
from engine.orders.order import Order
from engine.rulebooks.base import Refusal
from engine.segment import Moment, at_vertex

if TYPE_CHECKING:
    from engine.session import Session

ROUNDS = 6
"""Tries to find a size: the impact of a size on its price makes the loss not quite proportional to it."""


@dataclass(frozen=True, slots=True)
class Exit:
    """One leg of a trade carried out: its trigger, the price it got, and the profit of the trade less both fees."""

    trigger: Decimal
    price: Decimal
    profit: Decimal


@dataclass(frozen=True, slots=True)
class Risk:
    """A trade that has been opened on a copy, and what its legs would make of it.

    Attributes:
        size: signed, base units: all that the order opens, now and later; `entry`: the average price it opens at.
        equity: of the whole account before it, quote units.
        liquidation: where the position would be liquidated once it is open; None where no price does.
        stop, target: what the legs come to; None where there is none.
    """

    symbol: str
    size: Decimal
    entry: Decimal
    equity: Decimal
    liquidation: Decimal | None
    stop: Exit | None
    target: Exit | None

    @property
    def at_risk(self) -> Decimal | None:
        """R: the money that the stop loses, > 0; None without a stop, or where it would lock in a profit."""
        return -self.stop.profit if self.stop is not None and self.stop.profit < 0 else None

    @property
    def share(self) -> Decimal | None:
        """R as a fraction of equity."""
        return divide(self.at_risk, self.equity) if self.at_risk is not None and self.equity > 0 else None

    @property
    def reward(self) -> Decimal | None:
        """What the target wins, in R."""
        if self.at_risk is None or self.target is None:
            return None
        return divide(self.target.profit, self.at_risk)

    @property
    def liquidated_first(self) -> bool:
        """Whether the price liquidates the position on its way to the stop."""
        return self.stop is not None and comes_first(self.liquidation, self.size, self.stop.trigger)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What legs close: `size` signed, at `price` on average, for `fee` in all."""

    symbol: str
    pool: str
    size: Decimal
    price: Decimal
    fee: Decimal


@exactly
def trade_risk(session: Session, command: Command) -> Risk | None:
    """What `command` would put at risk; None where it neither opens nor protects anything. The session is not changed.

    It is the risk of the whole order: what waits, or is left to wait, is taken as filled at its price. An order that
    waits and only reduces is a stop or a target of what it would close.
    """
    if not isinstance(command, Place | Protect) or command.symbol not in session.tape.by_symbol:
        return None
    reduces = isinstance(command, Place) and command.reduce_only
    trial = session.copy()
    told = trial.do(command)
    if isinstance(told, Refusal):
        return None
    order_id, moment = f"c{trial.commands}", at_vertex(trial.path, trial.step)
    if reduces:
        closing = _reduced(trial, order_id)
        return None if closing is None else _risk(session, trial, order_id, closing, moment)
    events = list(told)
    for _ in range(2):  # a stop with a limit rests twice: once for its trigger, once for its limit
        if order_id in trial.account.orders:
            events += fired(trial, trial.account.orders[order_id], moment)
    opened = _opened_by(events, order_id) if isinstance(command, Place) else _protected(trial, order_id)
    return None if opened is None else _risk(session, trial, order_id, opened, moment)


def _opened_by(events: list[Event], order_id: str) -> _Opened | None:
    """All fills that opened something; those that only closed what was open before are left out."""
    fills = [event for event in events if isinstance(event, Filled) and event.order == order_id and _opens(event)]
    if not fills:
        return None
    size, value, fee = ZERO, ZERO, ZERO
    for fill in fills:
        size, value, fee = size + fill.size, value + EXACT.multiply(fill.size, fill.price), fee + fill.fee
    signed = size if fills[0].side == "buy" else -size
    return _Opened(fills[0].symbol, fills[0].pool, signed, divide(value, size), fee)


def _opens(fill: Filled) -> bool:
    return fill.position > 0 if fill.side == "buy" else fill.position < 0


def _protected(trial: Session, order_id: str) -> _Opened | None:
    """The position that the legs of an order were put on."""
    legs = [order for order in trial.account.orders.values() if order.id.startswith(f"{order_id}.")]
    for held in trial.view().positions:
        if legs and held.pool == legs[0].pool and held.key == legs[0].position_key:
            return _Opened(held.symbol, held.pool, held.size, held.entry_price, opening_fees(trial.exchange, held))
    return None


def _reduced(trial: Session, order_id: str) -> _Opened | None:
    """What an order that waits and only reduces would close of its position."""
    order = trial.account.orders.get(order_id)
    held = None if order is None else position_of(order, trial.view())
    if order is None or held is None or not held.size:
        return None
    closed = min(order.size, abs(held.size))
    fee = divide(EXACT.multiply(opening_fees(trial.exchange, held), closed), abs(held.size))
    return _Opened(held.symbol, held.pool, closed if held.size > 0 else -closed, held.entry_price, fee)


def position_of(order: Order, view: View) -> PositionView | None:
    """The open position that an order is about."""
    about = (each for each in view.positions if (each.pool, each.key) == (order.pool, order.position_key))
    return next(about, None)


def comes_first(liquidation: Decimal | None, size: Decimal, price: Decimal) -> bool:
    """Whether a position of signed `size` is liquidated before the mark comes to `price`, on its losing side."""
    if liquidation is None:
        return False
    # At one tick the stop fires first: a moment lasts until the next tick shows.
    return liquidation > price if size > 0 else liquidation < price


def _risk(session: Session, trial: Session, order_id: str, opened: _Opened, moment: Moment) -> Risk:
    held = [
        each
        for each in trial.view().positions
        if each.pool == opened.pool and each.symbol == opened.symbol and each.size * opened.size > 0
    ]
    orders = trial.account.orders
    itself = orders.get(order_id)  # left there only where it is a stop or a target itself
    stops, targets = [f"{order_id}.sl", f"{order_id}.trail"], [f"{order_id}.tp"]
    if itself is not None and itself.reduce_only:
        (stops if itself.kind in ("stop", "trail") else targets).append(order_id)
    stop, target = (next((orders[each] for each in ids if each in orders), None) for ids in (stops, targets))
    return Risk(
        symbol=opened.symbol,
        size=opened.size,
        entry=opened.price,
        equity=session.view().equity,
        liquidation=held[0].liquidation_price if held else None,
        stop=_exit(trial, stop, opened, moment),
        target=_exit(trial, target, opened, moment),
    )


def _exit(trial: Session, leg: Order | None, opened: _Opened, moment: Moment) -> Exit | None:
    if leg is None:
        return None
    copy = trial.copy()
    fills = [event for event in fired(copy, copy.account.orders[leg.id], moment) if isinstance(event, Filled)]
    if not fills:
        return None
    fill, sign = fills[-1], 1 if opened.size > 0 else -1
    gain = EXACT.multiply(sign * fill.size, fill.price - opened.price)
    return Exit(leg.price, fill.price, gain - opened.fee - fill.fee)


def fired(trial: Session, order: Order, moment: Moment) -> tuple[Event, ...]:
    """What happens when the price reaches `order`, on a session that may be changed."""
    price = order.firing_price(trial.tape.by_symbol[order.symbol].tick_size)
    there = {order.symbol: price}
    at = replace(moment, marks={**moment.marks, **there}, lasts={**moment.lasts, **there})
    fire(trial.exchange, trial.account, order, at)
    return trial.exchange.told()


@exactly
def size_at_risk(session: Session, command: Place, share: Decimal) -> Decimal | None:
    """The largest size, base units on the lot grid, whose stop costs at most `share` (a fraction) of equity.

    None where the order has no stop on its losing side. Whether the margin allows it is not asked.
    """
    market = session.tape.by_symbol[command.symbol]
    allowed = EXACT.multiply(session.view().equity, share)
    size = _first_guess(session, command, allowed)
    if size is None:
        return None
    for _ in range(ROUNDS):
        size = max(market.size_down(size), market.lot_size)
        risk = trade_risk(session, replace(command, size=Size(size, "base")))
        if risk is None or risk.at_risk is None:
            return size
        if risk.at_risk <= allowed and allowed - risk.at_risk <= divide(risk.at_risk * market.lot_size, size):
            return size
        size = divide(EXACT.multiply(size, allowed), risk.at_risk)
    return max(market.size_down(size) - market.lot_size, market.lot_size)


def _first_guess(session: Session, command: Place, allowed: Decimal) -> Decimal | None:
    """The size before spread and impact: the money, by what a unit loses and pays in fees."""
    entry = command.price if command.price is not None else session.view().market(command.symbol).last
    sign = 1 if command.side == "buy" else -1
    stop = command.stop_loss
    if command.stop_loss_share is not None:
        stop = EXACT.multiply(entry, ONE - sign * command.stop_loss_share)
    if stop is None or (entry - stop) * sign <= 0:
        return None
    rate = session.rulebook.fee_rate("taker") if session.setup.fees else ZERO
    return divide(allowed, abs(entry - stop) + EXACT.multiply(rate, entry + stop))
