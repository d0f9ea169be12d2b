"""What a command would do, in either margin mode, tried on a copy of the session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine import admission
from engine.account import CROSS, Mode, isolated_key
from engine.commands import Close, Command, Leverage, Margin, Place, SetMode, Size
from engine.events import Filled
from engine.numbers import ZERO, paid
from engine.observe import view_of
from engine.rulebooks.base import Refusal
from engine.views import Outcome, Preview

if TYPE_CHECKING:
    from engine.session import Session

MODES: tuple[Mode, ...] = ("isolated", "cross")


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
    key = session.rulebook.pool_key(session.account, command.symbol, mode)
    held = session.account.pools_with(command.symbol)
    if mode == asked or not isinstance(key, Refusal) or not held or session.rulebook.isolated_only(command.symbol):
        return _preview(session, command, mode)
    return replace(_preview(session, command, mode, _supposed(session, held[0].key, command.symbol)), supposed=True)


def _supposed(session: Session, key: str, symbol: str) -> Session:
    """A copy of the session in which the pool's position is in the other mode: with the margin it would have there."""
    trial = session.copy()
    account, world = trial.account, trial.world
    pool = account.pools[key]
    position = pool.positions.pop(symbol)
    if pool.key == CROSS:
        other = account.pool(isolated_key(symbol))
        mark = trial.path.price(symbol, "mark", trial.step)
        world.move(pool, other, paid(session.rulebook.initial_margin(position, mark)))
    else:
        other = account.wallet
        world.move(pool, other, world.balance(pool))
        del account.pools[key]
    other.keep(position)
    for order in list(account.orders.values()):
        if order.symbol == symbol:
            account.orders[order.id] = replace(order, pool=other.key)
    return trial


def _same_size(session: Session, command: Place) -> Place:
    """The order with a percentage made a size, by the mode it would trade in: so that both modes show one trade."""
    if command.size.unit != "percent":
        return command
    preview = _preview(session, command, None)
    return command if preview.refusal else replace(command, size=Size(preview.size, "base"))


def _preview(session: Session, command: Command, mode: Mode | None, supposed: Session | None = None) -> Preview:
    trial, symbol = supposed or session.copy(), _symbol(command)
    before = _outcome(session, symbol, mode)
    events = trial.do(command)
    if isinstance(events, Refusal):
        return Preview(mode, str(events), symbol, ZERO, None, ZERO, before, None)
    fills = [event for event in events if isinstance(event, Filled)]
    resting = [order for order in trial.account.orders.values() if order.id == f"c{trial.commands}"]
    size = sum((fill.size for fill in fills), ZERO) or sum((order.size for order in resting), ZERO)
    price = fills[-1].price if fills else (resting[0].price if resting else None)
    fee = sum((fill.fee for fill in fills), ZERO)
    side = fills[-1].side if fills else (resting[0].side if resting else None)
    held = [pool.positions[symbol] for pool in trial.account.pools_with(symbol)] if symbol else []
    leverage = resting[0].leverage if resting and not fills else (held[0].leverage if held else None)
    return Preview(mode, None, symbol, size, price, fee, before, _outcome(trial, symbol, mode), side, leverage)


def _symbol(command: Command) -> str | None:
    return command.symbol if isinstance(command, (Place, Close, Margin, Leverage, SetMode)) else None


def _outcome(session: Session, symbol: str | None, mode: Mode | None) -> Outcome:
    view = view_of(session)
    held = next((p for p in view.positions if p.symbol == symbol), None)
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
