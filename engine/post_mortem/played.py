"""A session played again from its record, to be looked at: what happened, and how it stood right before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.account import YOU
from engine.events import Event, LiquidationStarted
from engine.record import Given, Record
from engine.resolving import given
from engine.rulebooks.base import Refusal
from engine.session import Session

CHUNK = 20_000
"""Vertices after which it is asked whether to stop."""


class Stopped(Exception):
    """Whoever asked wants no answer any more."""


class CannotFollow(ValueError):
    """A record whose command is refused when it is played: it is not of this engine, or damaged."""


def never() -> bool:
    """Asked whether to stop: no."""
    return False


@dataclass(frozen=True, slots=True)
class Played:
    """A record, the session at its end, and all that happened on the way; `commands` with the sizes and leverages that
    they came to."""

    record: Record
    session: Session
    events: tuple[Event, ...]
    commands: tuple[Given, ...]

    @property
    def liquidations(self) -> tuple[LiquidationStarted, ...]:
        """Those of the player, oldest first."""
        return tuple(each for each in self.events if isinstance(each, LiquidationStarted) and each.actor == YOU)


def play(record: Record, stopped: Callable[[], bool] = never) -> Played:
    """The record played to its end.

    Raises:
        CannotFollow: when a command is refused.
        Stopped: when `stopped` says so.
    """
    session, commands = record.start(), list[Given]()
    events = list(session.opening)
    for happened in _parts(record, session, record.until, stopped, commands):
        events += happened
    return Played(record, session, tuple(events), tuple(commands))


def at_vertex_of(record: Record, step: int, stopped: Callable[[], bool] = never) -> Session:
    """The session at a vertex, with all commands that were given there.

    Raises:
        CannotFollow, Stopped: as `play`.
    """
    session = record.start()
    for _ in _parts(record, session, step, stopped):
        pass
    return session


def eve(record: Record, event: LiquidationStarted, stopped: Callable[[], bool] = never) -> Session:
    """The session as it stood right before that liquidation: at the vertex before it, or, where a command brought it
    about, before that command.

    Raises:
        CannotFollow, Stopped: as `play`.
    """
    session = at_vertex_of(record, event.step - 1, stopped) if event.step else record.start()
    before = session.copy()
    if _begins(session.advance(event.step), event):
        return before
    for each in record.commands:
        if each.step != event.step:
            continue
        before = session.copy()
        answer = session.do(each.command, each.number or None)
        if isinstance(answer, Refusal) or _begins(answer, event):
            break
    return before


def _begins(events: Sequence[Event], event: LiquidationStarted) -> bool:
    return any(isinstance(each, LiquidationStarted) and each.pool == event.pool for each in events)


def _parts(
    record: Record, session: Session, until: int, stopped: Callable[[], bool], resolved: list[Given] | None = None
) -> Iterator[Sequence[Event]]:
    for each in record.commands:
        if each.step > until:
            break
        yield from _way(session, each.step, stopped)
        answer = session.do(each.command, each.number or None)
        if isinstance(answer, Refusal):
            raise CannotFollow(f"“{each.command}” at step {each.step} is refused: {answer.reason}")
        if resolved is not None:
            resolved.append(given(session, answer, each.command))
        yield answer
    yield from _way(session, until, stopped)


def _way(session: Session, until: int, stopped: Callable[[], bool]) -> Iterator[Sequence[Event]]:
    while session.step < until and session.state != "ended":
        if stopped():
            raise Stopped
        yield session.advance(min(until, session.step + CHUNK))
