"""A saved session to look at, at any of its moments: nothing that is later can be seen through it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.events import Event
from engine.looking.views import View
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.tape import Tape
from saves.database import reading
from saves.errors import SaveError, printable, told
from saves.landmarks import KINDS, EventPlaces, Landmark, Point, event_places, landmarks_of
from saves.recorder import SAMPLES, EquityLine
from saves.records import RecordedCommand, Sample, event_from
from saves.resume import Recording, SnapshotRow, recording, restored, rows, samples_of, started
from saves.tapes import Progress

if TYPE_CHECKING:
    from sqlite_utils import Database

CHECKPOINTS = 256
"""How many moments are kept in memory, those that were used last: going back to one of them costs nothing."""
CHECKPOINT_COMMANDS, CHECKPOINT_EVENTS, STRIDES = 8, 500, 64
"""On a long way, one is kept every so many commands, about as many events, and at so many places of the tape."""

_POINT = attrgetter("point")
_COPY = "the save was left as it is; take another copy if you have one"

__all__ = ["Landmark", "Point", "Replay", "open_replay"]


class Replay:
    """A session at one of its moments. It reads as a recorder does, and changes nothing.

    Attributes:
        session: the engine's session at that moment, to look at.
        id: the session's id in the library.
        name: what it is called.
        point: the moment.
        end: the last moment that was recorded.
        landmarks: all commands, fills, margin calls and liquidations, in order.
        saved, trouble: as a recorder's: everything is on disk.
    """

    saved = True
    trouble: str | None = None

    def __init__(
        self,
        db: Database,
        recorded: Recording,
        snapshots: Sequence[SnapshotRow],
        samples: Sequence[Sample],
        places: EventPlaces,
        landmarks: tuple[Landmark, ...],
    ) -> None:
        self._db, self._recorded, self._samples, self._places = db, recorded, samples, places
        row = recorded.row
        self.id, self.name = row.id, printable(row.name)
        self.end = Point(row.step, row.commands)
        self.landmarks = landmarks
        self._snapshots = {Point(each.step, each.commands): each for each in snapshots}
        self._stored = sorted(self._snapshots)
        self._checkpoints: OrderedDict[Point, Session] = OrderedDict()
        self._steps = [each.step for each in recorded.commands]
        self._numbers = [0, *(each.number for each in recorded.commands)]
        self._of_kind: dict[str, list[Landmark]] = {}
        for each in landmarks:
            self._of_kind.setdefault(each.kind, []).append(each)
        self._view: View | None = None
        self.session = self._beginning.copy()
        self.point = Point(0, 0)

    @property
    def tape(self) -> Tape:
        """The prices, all of them."""
        return self._recorded.tape

    @property
    def recorded_commands(self) -> tuple[RecordedCommand, ...]:
        """Every command of the session, those too that come later."""
        return self._recorded.commands

    # -- moving

    def seek(self, step: int, commands: int | None = None) -> None:
        """Go to a moment; beyond an end, to that end.

        Args:
            step: vertex.
            commands: number of the last command given there; None: all that were given at that vertex.

        Raises:
            SaveError: when the way there leads to another state than was recorded.
        """
        target = min(max(self.point_at(step, commands), Point(0, 0)), self.end)
        if target == self.point:
            return
        self._view = None
        try:
            self._go_near(target)
            self._play(self.session, self.point, target)
        except BaseException:
            self.session, self.point = self._beginning.copy(), Point(0, 0)
            raise
        self.point = target

    def point_at(self, step: int, commands: int | None = None) -> Point:
        """The moment that `seek` understands: at a vertex there are no fewer commands than were given before it, nor
        more than were given by it."""
        least = self._numbers[bisect_left(self._steps, step)]
        most = self._numbers[bisect_right(self._steps, step)]
        return Point(step, most if commands is None else min(max(commands, least), most))

    def _before(self, target: Point) -> Point | None:
        """The last moment up to `target` that is stored or kept."""
        place = bisect_right(self._stored, target)
        stored = self._stored[place - 1 : place]
        return max([*stored, *(point for point in self._checkpoints if point <= target)], default=None)

    @cached_property
    def _beginning(self) -> Session:
        return started(self._recorded)

    def _go_near(self, target: Point) -> None:
        """Go to the last stored or kept moment before `target`, unless this one is nearer."""
        while (nearest := self._before(target)) is not None:
            if nearest <= self.point <= target:
                return
            kept = self._checkpoints.get(nearest) or self._restored(nearest)
            if kept is not None:
                self._keep(nearest, kept)
                self.session, self.point = kept.copy(), nearest
                return
        if self.point > target:
            self.session, self.point = self._beginning.copy(), Point(0, 0)

    def _restored(self, point: Point) -> Session | None:
        """The session of a stored snapshot; None where it can't be restored, which is not tried again."""
        session = restored(self._recorded, self._snapshots[point])
        if session is None:
            del self._snapshots[point]
            self._stored.remove(point)
        return session

    def _keep(self, point: Point, session: Session) -> None:
        self._checkpoints[point] = session
        self._checkpoints.move_to_end(point)
        if len(self._checkpoints) > CHECKPOINTS:
            self._checkpoints.popitem(last=False)

    def _play(self, session: Session, start: Point, target: Point) -> None:
        """Play what was recorded between two moments."""
        first, last = bisect_right(self._numbers, start.commands) - 1, bisect_right(self._numbers, target.commands) - 1
        for count, each in enumerate(self._recorded.commands[first:last], 1):
            self._reach(session, each.step)
            _give(session, each)
            if count % CHECKPOINT_COMMANDS == 0:
                self._keep(Point(each.step, each.number), session.copy())
        self._reach(session, target.step)

    def _reach(self, session: Session, step: int) -> None:
        """Go to a vertex; moments on the way are kept, more of them where much happens."""
        longest = stride = -(-len(session.tape) // STRIDES)
        while session.step < step:
            before = session.step
            happened = len(session.advance(min(step, (before // stride + 1) * stride)))
            if session.step == before:
                break
            if session.step < step:
                self._keep(Point(session.step, session.commands), session.copy())
            if happened > CHECKPOINT_EVENTS:
                stride = max(stride * CHECKPOINT_EVENTS // happened, 1)
            elif 4 * happened < CHECKPOINT_EVENTS:
                stride = min(2 * stride, longest)
        if session.step != step:
            raise SaveError(f"replayed, the session stops at step {session.step} and not at {step}", _COPY)

    # -- what there is to find

    def next(self, kinds: Collection[str]) -> Landmark | None:
        """The first landmark of `kinds` after this moment."""
        return min(self._nearest(kinds, by=1), key=_POINT, default=None)

    def previous(self, kinds: Collection[str]) -> Landmark | None:
        """The last landmark of `kinds` before this moment."""
        return max(reversed([*self._nearest(kinds, by=-1)]), key=_POINT, default=None)

    def _nearest(self, kinds: Collection[str], by: Literal[1, -1]) -> Iterator[Landmark]:
        """Of each kind the first landmark after this moment, or the last before it; the kinds in their order."""
        for kind in (each for each in KINDS if each in kinds):
            there = self._of_kind.get(kind, [])
            if by > 0:
                place = bisect_right(there, self.point, key=_POINT)
            else:
                place = bisect_left(there, self.point, key=_POINT) - 1
            if 0 <= place < len(there):
                yield there[place]

    # -- reading, as a recorder is read

    def view(self) -> View:
        """The session at this moment."""
        if self._view is None:
            self._view = self.session.view()
        return self._view

    @property
    def event_count(self) -> int:
        """How many events there were by then."""
        return self._places.count(self.point)

    def events(self, kinds: Collection[str] | None = None, last: int | None = None) -> tuple[Event, ...]:
        """The events up to this moment, oldest first; only those of `kinds`, only the `last` so many.

        Raises:
            SaveError: when one is damaged or the library can't be read.
        """
        query = "SELECT kind, step, time, figures FROM events WHERE session = ? AND number <= ?"
        if kinds is not None:
            query += f" AND kind IN ({', '.join('?' * len(kinds))})"
        values = [self.id, self.event_count, *(kinds or ()), -1 if last is None else last]
        with told("the events can’t be read"):
            found = self._db.execute(f"{query} ORDER BY number DESC LIMIT ?", values).fetchall()
        return tuple(event_from(*each) for each in reversed(found))

    def commands(self) -> tuple[RecordedCommand, ...]:
        """The commands given by then, oldest first."""
        return self._recorded.commands[: bisect_right(self._numbers, self.point.commands) - 1]

    def equity_samples(self, limit: int = SAMPLES) -> EquityLine:
        """At most `limit` samples of the equity up to this moment, evenly chosen, which itself is the last of them."""
        place = bisect_left(self._samples, self.point.step, key=lambda each: each.step)
        samples = [*self._samples[:place], Sample(self.point.step, self.session.time, self.view().equity)]
        if len(samples) > limit:
            samples = [samples[each] for each in np.linspace(0, len(samples) - 1, limit).round().astype(int)]
        return EquityLine(
            np.array([each.step for each in samples], np.int64),
            np.array([each.time for each in samples], np.int64),
            np.array([float(each.equity) for each in samples], np.float64),
        )


def open_replay(db: Database, session: str, progress: Progress | None = None) -> Replay:
    """A replay of a session, at its end.

    Raises:
        SaveError: when it is damaged or gone.
        DISK_ERRORS: when the file can't be read.
    """
    with reading(db):
        recorded = recording(db, session, progress)
        query = "SELECT step, commands, events, hash, state FROM snapshots WHERE session = ?"
        snapshots = [each for each in rows(db, SnapshotRow, query, session) if _is_within(each, recorded)]
        samples = samples_of(db, session)
        try:
            places = event_places(db, session)
            landmarks = landmarks_of(db, session, recorded.commands)
        except (ValueError, TypeError, OverflowError) as error:
            raise SaveError(f"the save is damaged: an event has no place or time ({error})", _COPY) from error
    replay = Replay(db, recorded, snapshots, samples, places, landmarks)
    _look_ahead(replay, db)
    replay.seek(replay.end.step)
    return replay


def _look_ahead(replay: Replay, db: Database) -> None:
    """Pass the last funding: what the engine works out of the tape for it is there then, and no seek waits for it."""
    query = "SELECT step FROM events WHERE session = ? AND kind = 'funding' ORDER BY number DESC LIMIT 1"
    with suppress(SaveError):  # which a seek to there will say again
        for (step,) in db.execute(query, [replay.id]):
            replay.seek(int(step) - 1)
            replay.seek(int(step))


def _is_within(snapshot: SnapshotRow, recorded: Recording) -> bool:
    row = recorded.row
    return 0 <= snapshot.step <= row.step and 0 <= snapshot.commands <= row.commands


def _give(session: Session, each: RecordedCommand) -> None:
    try:
        answer = session.do(parse(each.text), each.number)
    except (CommandError, ArithmeticError) as error:
        raise SaveError(f"the save is damaged: command {each.number} is none ({error})", _COPY) from error
    if isinstance(answer, Refusal):
        raise SaveError(f"command {each.number} of the save is refused: {answer.reason}", _COPY)
