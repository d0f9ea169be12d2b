"""What a command would do, in either margin mode, tried on a copy of the session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.account import CROSS, Mode, isolated_key
from engine.commands.command import Close, Command, Leverage, Margin, Place, Protect, Reverse, SetMode, Size
from engine.events import Event, Filled
from engine.looking.observe import view_of
from engine.looking.risk import comes_first, fired, position_of
from engine.looking.views import Outcome, PositionView, Preview, View
from engine.numbers import ZERO, paid
from engine.orders import admission
from engine.orders.order import Order, PositionSide
from engine.orders.placing import position_side_of
from engine.rulebooks.base import Refusal
from engine.segment import Moment, at_vertex

if TYPE_CHECKING:
    from engine.session import Session

MODES: tuple[Mode, ...] = ("isolated", "cross")
FAR = 5
"""An order whose price is more than so many times the mark, or less than that part of it, is warned of."""


def previews(session: Session, command: Command) -> tuple[Preview, ...]:
    """One preview a margin mode for an order that opens, one for anything else.

    Where the venue keeps one mode a market and the position is open in the other, the mode that was not asked for
    supposes the whole position to be in it: what the same trade would be worth there.
    """
    if not isinstance(command, Place) or command.reduce_only or command.symbol not in session.tape.by_symbol:
        return (_preview(session, command, None),)
    command = _same_size(session, command)
    asked = admission.mode_for(session.exchange, session.account, command.symbol, command.mode)
    return tuple(_in_mode(session, replace(command, mode=mode), mode, asked) for mode in MODES)


def _in_mode(session: Session, command: Place, mode: Mode, asked: Mode) -> Preview:
    side = position_side_of(session.account, command.side, command.reduce_only)
    key = session.rulebook.pool_key(session.account, command.symbol, mode, side)
    held = session.account.positions_in(command.symbol)
    if mode == asked or not isinstance(key, Refusal) or not held or session.rulebook.isolated_only(command.symbol):
        return _preview(session, command, mode)
    return replace(_preview(session, command, mode, _supposed(session, command.symbol, mode)), supposed=True)


def _supposed(session: Session, symbol: str, mode: Mode) -> Session:
    """A copy of the session in which a market's positions and orders are in `mode`, with the margin they would have
    there."""
    trial = session.copy()
    account, world = trial.account, trial.world
    for pool, position in account.positions_in(symbol):
        if pool.mode == mode:
            continue
        del pool.positions[position.key]
        other = account.pool(_key(mode, position.key))
        mark = trial.path.price(symbol, "mark", trial.step)
        whole = world.balance(pool)
        world.move(pool, other, whole if pool.key != CROSS else paid(trial.rulebook.initial_margin(position, mark)))
        if pool.key != CROSS:
            del account.pools[pool.key]
        other.keep(position)
    for order in list(account.orders.values()):
        if order.symbol == symbol:
            account.orders[order.id] = replace(order, pool=_key(mode, order.position_key))
    return trial


def _key(mode: Mode, position: str) -> str:
    return CROSS if mode == "cross" else isolated_key(position)


def _same_size(session: Session, command: Place) -> Place:
    """The order with a percentage made a size, by the mode it would trade in: so that both modes show one trade."""
    if command.size.unit != "percent":
        return command
    preview = _preview(session, command, None)
    return command if preview.refusal else replace(command, size=Size(preview.size, "base"))


def _preview(session: Session, command: Command, mode: Mode | None, supposed: Session | None = None) -> Preview:
    trial, target = supposed or session.copy(), _target(session, command, mode)
    before, far = _outcome(session, target), _far(session, command)
    events = trial.do(command)
    if isinstance(events, Refusal):
        return Preview(mode, str(events), target.symbol, ZERO, None, ZERO, before, None, far=far)
    resting = next((order for order in trial.account.orders.values() if order.id == f"c{trial.commands}"), None)
    fills, at = [event for event in events if isinstance(event, Filled)], None
    waits, comes = resting is not None and not fills, True
    if resting is not None and waits:
        comes = not _never_comes(trial, resting)
        fills, at = _when_filled(trial, resting)
    shown = fills if not waits else []
    size = sum((fill.size for fill in shown), resting.size if resting else ZERO)
    price = shown[-1].price if shown else (resting.price if resting else None)
    side = fills[-1].side if fills else (resting.side if resting else None)
    held = target.held(view_of(trial, at))
    leverage = resting.leverage if resting and waits else (held.leverage if held else None)
    after = _outcome(trial, target, at) if comes else None
    return Preview(
        mode,
        None,
        target.symbol,
        size,
        price,
        sum((fill.fee for fill in fills), ZERO),
        before,
        after,
        side,
        leverage,
        margin=_margin(fills, before, after),
        waits=waits,
        far=far,
    )


def _when_filled(trial: Session, order: Order) -> tuple[list[Filled], Moment]:
    """The fills of an order that waits, once the price has come to it, and the moment of the last one."""
    events, moment = list[Event](), at_vertex(trial.path, trial.step)
    at = moment
    for _ in range(2):  # a stop with a limit rests twice: once for its trigger, once for its limit
        waiting = trial.account.orders.get(order.id)
        if waiting is not None:
            events += fired(trial, waiting, moment)
            there = {order.symbol: waiting.price}
            at = replace(moment, marks={**moment.marks, **there}, lasts={**moment.lasts, **there})
    return [event for event in events if isinstance(event, Filled)], at


def _never_comes(trial: Session, order: Order) -> bool:
    """Whether the position that an order closes is liquidated on the way to its price: there is no afterwards."""
    if not order.reduce_only:
        return False
    held = position_of(order, view_of(trial))
    return held is not None and comes_first(held.liquidation_price, held.size, order.price)


def _margin(fills: list[Filled], before: Outcome, after: Outcome | None) -> Decimal:
    """What opening posts to an isolated pool; else by how much the initial margin changes."""
    if after is None:
        return ZERO
    posted = sum((fill.posted for fill in fills if fill.posted > 0), ZERO)
    return posted or after.initial_margin - before.initial_margin


def _far(session: Session, command: Command) -> Decimal | None:
    """A price of an order that is absurdly far from the mark."""
    if not isinstance(command, Place | Protect) or command.symbol not in session.tape.by_symbol:
        return None
    mark = session.path.price(command.symbol, "mark", session.step)
    asked = (command.price, command.limit) if isinstance(command, Place) else ()
    prices = (*asked, command.take_profit, command.stop_loss)
    return next((each for each in prices if each is not None and (each > mark * FAR or each * FAR < mark)), None)


@dataclass(frozen=True, slots=True)
class _Target:
    """What a command is about: a market, and as far as it is known the mode and the side of its position.
    `one_mode`: the venue keeps the market in another mode, so that its position is the one there."""

    symbol: str | None
    mode: Mode | None = None
    position_side: PositionSide | None = None
    one_mode: bool = False

    def held(self, view: View) -> PositionView | None:
        """Its open position."""
        there = [p for p in view.positions if p.symbol == self.symbol and self._is_on_side(p)]
        meant = [p for p in there if self.mode in (None, p.mode)]
        return next(iter(meant or (there if self.one_mode else ())), None)

    def _is_on_side(self, position: PositionView) -> bool:
        return self.position_side in (None, "both") or position.side == self.position_side


def _target(session: Session, command: Command, mode: Mode | None) -> _Target:
    match command:
        case Place():
            side, mode = position_side_of(session.account, command.side, command.reduce_only), mode or command.mode
            elsewhere = mode is not None and isinstance(
                session.rulebook.pool_key(session.account, command.symbol, mode, side), Refusal
            )
            return _Target(command.symbol, mode, side, elsewhere)
        case Close() | Margin() | Reverse() | Protect():
            return _Target(command.symbol, command.mode, command.position_side)
        case Leverage() | SetMode():
            return _Target(command.symbol)
    return _Target(None)


def _outcome(session: Session, target: _Target, at: Moment | None = None) -> Outcome:
    view = view_of(session, at)
    held = target.held(view)
    key = held.pool if held else CROSS
    pool = next(pool for pool in view.pools if pool.key == key)
    return Outcome(
        equity=view.equity,
        wallet=view.wallet,
        free=view.free,
        initial_margin=held.initial_margin if held else ZERO,
        liquidation_price=held.liquidation_price if held else None,
        cushion=pool.cushion if held else None,
        gauge=pool.gauge,
        effective_leverage=pool.effective_leverage,
    )
