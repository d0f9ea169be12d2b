"""A record played once, with what its report needs: every event, and how near to liquidation each pool stood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from engine.account import Position
from engine.commands.command import Place
from engine.events import Event, FundingPaid
from engine.formula import folded
from engine.margin import Health
from engine.record import Given, Record
from engine.rulebooks.base import Refusal
from engine.search.float_form import FloatForm, float_form
from engine.session import Session

CHUNK = 20_000
"""Vertices after which progress is told and it is asked whether to stop."""


class Stopped(Exception):
    """The report was not wanted any more."""


class NotPlayed(ValueError):
    """A command of the record is refused now: the record was made by another engine, or altered."""


class Happened(NamedTuple):
    """An event; `given` where it is a command's, told at its vertex, and not on the way into it."""

    event: Event
    given: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """A pool from a vertex on, until its next stand: credit and requirement at maintenance as forms of the marks.

    `None` for both once it backs nothing. `after` is how many events had been told: funding that is paid later moves
    the credit one for one.
    """

    pool: str
    step: int
    after: int
    credit: FloatForm | None
    requirement: FloatForm | None


@dataclass(slots=True)
class Played:
    """What was seen while the record was played. `session` is where it ended."""

    record: Record
    session: Session
    happened: list[Happened] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)


Tell = Callable[[float], None]
"""Hears which part of the work, from 0 to 1, is done."""


def played(record: Record, tell: Tell = lambda _: None, stopped: Callable[[], bool] = lambda: False) -> Played:
    """Play a record from its start to its end.

    Raises:
        SetupError: when its set-up can't be played.
        NotPlayed: when a command is refused.
        Stopped: once `stopped` says so.
    """
    player = _Player(record, tell, stopped)
    for given in record.commands:
        player.advance(given.step)
        player.give(given)
    player.advance(record.until)
    return player.seen


class _Player:
    """A record on its way."""

    def __init__(self, record: Record, tell: Tell, stopped: Callable[[], bool]) -> None:
        session = record.start()
        self.seen = Played(record, session, [Happened(event, given=True) for event in session.opening])
        self._tell, self._stopped = tell, stopped
        self._known: dict[str, tuple[Decimal, tuple[Position, ...], Health]] = {}

    def advance(self, until: int) -> None:
        """Go on to a vertex, stopping wherever something besides funding happens."""
        session, kinds = self.seen.session, _stopping()
        while session.step < until:
            chunk, before = min(until, session.step + CHUNK), session.step
            while session.step < chunk:
                self._note(session.advance(chunk, kinds), given=False)
                if session.step == before:  # it has ended
                    return
                before = session.step
            if self._stopped():
                raise Stopped
            self._tell(session.step / max(1, self.seen.record.until))

    def give(self, given: Given) -> None:
        session = self.seen.session
        if session.step != given.step:
            raise NotPlayed(f"the session ends at step {session.step}, and a command is of step {given.step}")
        command = given.command
        if isinstance(command, Place) and given.open_leverage:
            command = replace(command, leverage=None)
        answer = session.do(command, given.number or None)
        if isinstance(answer, Refusal):
            raise NotPlayed(f"“{given.command}” is refused now: {answer.reason}")
        self._note(answer, given=True)

    def _note(self, events: tuple[Event, ...], given: bool) -> None:
        self.seen.happened += [Happened(event, given) for event in events]
        if events:
            self._note_pools()

    def _note_pools(self) -> None:
        """Every pool that is another one than when it was last seen."""
        session, seen = self.seen.session, self.seen
        backing = {key: pool for key, pool in session.account.pools.items() if pool.positions}
        for key in self._known.keys() - backing.keys():
            del self._known[key]
            seen.stands.append(Stand(key, session.step, len(seen.happened), None, None))
        for key, pool in backing.items():
            balance, positions = session.world.balance(pool), tuple(pool.positions.values())
            health = session.exchange.health(pool, "maintenance")
            if self._known.get(key) == (balance, positions, health):
                continue
            self._known[key] = balance, positions, health
            sides = (float_form(folded(side)) for side in (health.credit, health.requirement))
            seen.stands.append(Stand(key, session.step, len(seen.happened), *sides))


def _stopping() -> frozenset[str]:
    """Every kind of event but funding, which is followed without a stop."""
    return frozenset(kind.kind for kind in Event.__subclasses__()) - {FundingPaid.kind}
