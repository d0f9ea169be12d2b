"""What commands came to: a size in percent and a leverage that was left open depend on the account that they were
given in. Played in another one, they are those that they came to there, so that everywhere the same is traded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.commands.command import Close, Command, Place, Size
from engine.events import Event, Filled, OrderCancelled, OrderPlaced
from engine.numbers import ZERO
from engine.orders import admission
from engine.record import Given
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape

CHUNK = 20_000
"""Vertices after which it is asked whether to stop."""

WHOLE = Decimal(100)


def given(session: Session, answer: Sequence[Event] | Refusal, command: Command) -> Given:
    """A command that `session` has just answered, with the size and leverage that it came to, and its number.

    A refused one stays as it was typed: another account may allow it.
    """
    if isinstance(answer, Refusal):
        return Given(session.step, command)
    number = session.commands
    match command:
        case Place():
            own = [each for each in answer if isinstance(each, Filled | OrderPlaced) and each.order == f"c{number}"]
            leverage = _leverage(session, command, own)
            resolved = replace(command, size=_placed(command, own, answer), leverage=leverage)
            return Given(session.step, resolved, number, open_leverage=command.leverage != leverage)
        case Close(size=Size(unit="percent") as size) if size.amount != WHOLE:
            closed = sum(
                (each.size for each in answer if isinstance(each, Filled) and each.order == f"c{number}"), ZERO
            )
            return Given(session.step, replace(command, size=Size(closed, "base") if closed else size), number)
        case _:
            return Given(session.step, command, number)


def _placed(command: Place, own: Sequence[Filled | OrderPlaced], answer: Sequence[Event]) -> Size:
    if command.size.unit != "percent" or not own:
        return command.size
    size = sum((each.size for each in own), ZERO)
    if command.time_in_force == "ioc":
        # What could not be had is part of what was asked for.
        left = (each for each in answer if isinstance(each, OrderCancelled) and each.order == own[0].order)
        size += sum((each.size or ZERO for each in left), ZERO)
    return Size(size, "base")


def _leverage(session: Session, command: Place, own: Sequence[Filled | OrderPlaced]) -> int | None:
    """What the order was opened at; None where it opens nothing."""
    if command.leverage is not None or command.reduce_only:
        return command.leverage
    account, sign = session.account, 1 if command.side == "buy" else -1
    for each in own:
        if each.order in account.orders:
            return account.orders[each.order].leverage
        for position in account.pools[each.pool].held(command.symbol) if each.pool in account.pools else ():
            if position.side == sign:
                return position.leverage
    return admission.leverage_for(session.exchange, account, command.symbol, None, command.mode)


def resolving(session: Session, commands: Iterable[Given], until: int, chunk: int = CHUNK) -> Iterator[Given | None]:
    """Commands as they come out of a session at its start, and then on to vertex `until`; None after every `chunk` of
    vertices, so that something else can be done meanwhile."""
    for each in commands:
        yield from _on(session, each.step, chunk)
        yield given(session, session.do(each.command, each.number or None), each.command)
    yield from _on(session, until, chunk)


def _on(session: Session, until: int, chunk: int) -> Iterator[None]:
    while session.step < until and session.state != "ended":
        session.advance(min(until, session.step + chunk))
        yield None


def given_again(setup: Setup, tape: Tape, commands: Iterable[Given]) -> tuple[Given, ...]:
    """Commands as they were typed, with the sizes and leverages that they come to in a session of that set-up."""
    return tuple(each for each in resolving(Session(setup, tape), commands, 0) if each is not None)
