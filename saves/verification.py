"""Whether a save is what it says: the session is played again from its start, without a screen and without a snapshot,
and everything that was recorded of it is compared: every event, every state hash, every equity sample."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.events import Event, iso
from engine.numbers import plain
from engine.rulebooks.base import Refusal
from engine.state.snapshots import digest
from saves.database import reading
from saves.differences import Differs, event_differs, shortened, states_differ
from saves.errors import SaveError, printable
from saves.landmarks import Point
from saves.names import cleaned_name
from saves.records import RecordedCommand, event_text, resolved_size
from saves.resume import Recording, SnapshotRow, recording, rows, started, unpacked
from saves.tapes import Progress

if TYPE_CHECKING:
    from sqlite_utils import Database

STRIDES = 500
"""Parts of the tape in which it is played again, to tell how far it is."""

IMPOSSIBLE = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError)
"""What arithmetic on prices that no market has may raise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which the replay is not what was recorded.

    Attributes:
        step: vertex; None where the save can't even be played.
        time: on the tape, ISO 8601; empty where there is no step.
        what: what differs, in words: `event 57, a fill: price`, `state after command 3`.
        recorded, replayed: the two values; empty where there is none.
    """

    step: int | None
    time: str
    what: str
    recorded: str
    replayed: str

    def __str__(self) -> str:
        where = "" if self.step is None else f" at step {self.step:,}"
        values = f" (recorded {self.recorded}, replayed {self.replayed})" if self.recorded and self.replayed else ""
        return f"{self.what}{values}{where}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a verification: how much was compared, and the first difference.

    Attributes:
        name: of the session.
        hash: state hash at the end of the replay, or where it stopped being the same.
        difference: None: identical.
    """

    name: str
    commands: int
    events: int
    snapshots: int
    samples: int
    hash: str
    difference: Difference | None

    @property
    def identical(self) -> bool:
        """Whether everything that was recorded came out again."""
        return self.difference is None


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class _SampleRow:
    """A row of `equity` without its session."""

    step: int
    time: str
    equity: str


def verify(db: Database, session: str, progress: Progress | None = None) -> Verdict:
    """Play a session again from its start, and compare all that was recorded of it.

    Args:
        db: a library, or a file of one session.
        session: its id.
        progress: told how much is done, 0 to 1.

    Raises:
        SaveError: when there is no such session.
        DISK_ERRORS: when the file can't be read.
    """
    with reading(db):
        found = db.execute("SELECT name FROM sessions WHERE id = ?", [session]).fetchone()
        if found is None:
            raise SaveError("this session is not in the library any more", "see the list of saves")
        try:
            return compared(db, recording(db, session), progress)
        except SaveError as error:
            damaged = Difference(None, "", error.reason, "", "")
            return Verdict(cleaned_name(str(found[0])), 0, 0, 0, 0, "", damaged)


def compared(db: Database, recorded: Recording, progress: Progress | None = None) -> Verdict:
    """Play a recording again, and compare all else that `db` has of it.

    Raises:
        SaveError: when it can't even begin.
        DISK_ERRORS: when the file can't be read.
    """
    return _Comparison(db, recorded, progress).verdict()


class _Comparison:
    """A replay beside its record."""

    def __init__(self, db: Database, recorded: Recording, progress: Progress | None) -> None:
        self._recorded, self._progress = recorded, progress
        self._session = started(recorded)
        query = "SELECT number, kind, step, time, command, figures FROM events WHERE session = ? ORDER BY number"
        self._events: sqlite3.Cursor = db.execute(query, [recorded.row.id])
        query = "SELECT step, commands, events, hash, state FROM snapshots WHERE session = ? ORDER BY step, commands"
        self._snapshots = _Waiting(rows(db, SnapshotRow, query, recorded.row.id))
        query = "SELECT step, time, equity FROM equity WHERE session = ? ORDER BY step"
        self._samples = _Waiting(rows(db, _SampleRow, query, recorded.row.id))
        self._event_count = self._command_count = self._snapshot_count = self._sample_count = 0

    def verdict(self) -> Verdict:
        """Play, and compare until something differs."""
        difference = None
        try:
            self._play()
        except Differs as found:
            difference = self._difference(found)
        except SaveError as error:
            difference = self._difference(Differs(error.reason))
        except IMPOSSIBLE as error:
            difference = self._difference(Differs(f"the session can’t be played further ({type(error).__name__})"))
        return Verdict(
            name=cleaned_name(self._recorded.row.name),
            commands=self._command_count,
            events=self._event_count,
            snapshots=self._snapshot_count,
            samples=self._sample_count,
            hash=self._session.state_hash(),
            difference=difference,
        )

    def _difference(self, found: Differs) -> Difference:
        recorded, replayed = shortened(found.recorded), shortened(found.replayed)
        return Difference(self._session.step, iso(self._session.time), found.what, recorded, replayed)

    def _play(self) -> None:
        self._compare_events(self._session.opening, None)
        self._arrive()
        for each in self._recorded.commands:
            self._reach(each.step)
            self._give(each)
        self._reach(self._recorded.row.step)
        self._compare_end()

    # -- playing

    def _reach(self, step: int) -> None:
        """Go on to a vertex; at each that something was recorded of, it is compared."""
        session, last = self._session, len(self._session.tape)
        if step < session.step:
            raise Differs("a command is out of order", f"step {step}", f"step {session.step}")
        stride = -(-last // STRIDES)
        while session.step < step:
            following = (each for each in (self._next_snapshot, self._next_sample) if each > session.step)
            target = min(step, session.step + stride, *following)
            self._leave()
            self._compare_events(session.advance(target), None)
            if session.step != target:
                raise Differs("the session stops before", f"step {target}", f"step {session.step}")
            self._arrive()
            if self._progress is not None:
                self._progress(session.step / last)

    @property
    def _next_snapshot(self) -> int:
        first = self._snapshots.first
        return first.step if first else len(self._session.tape)

    @property
    def _next_sample(self) -> int:
        first = self._samples.first
        return first.step if first else len(self._session.tape)

    def _give(self, each: RecordedCommand) -> None:
        number = each.number
        if each.time != iso(self._session.time):
            raise Differs(f"command {number}: time", each.time, iso(self._session.time))
        try:
            answer = self._session.do(parse(each.text), number)
        except CommandError as error:
            raise Differs(f"command {number} is none ({error.message})", each.text) from error
        if isinstance(answer, Refusal):
            raise Differs(f"command {number} is refused: {answer.reason}", each.text)
        self._compare_events(answer, number)
        if each.size != resolved_size(number, answer):
            raise Differs(f"command {number}: size", each.size, resolved_size(number, answer))
        self._command_count += 1
        self._arrive()
        self._compare_hash(each.hash, f"state after command {number}")

    # -- comparing

    def _arrive(self) -> None:
        """Compare what was recorded of this very moment."""
        here = Point(self._session.step, self._session.commands)
        while (row := self._snapshots.first) is not None and Point(row.step, row.commands) <= here:
            if Point(row.step, row.commands) < here:
                raise Differs(f"a snapshot of step {row.step} after {row.commands} commands: there is no such moment")
            self._compare_snapshot(row)
            self._snapshots.drop()
        while (sample := self._samples.first) is not None and sample.step <= here.step:
            # It may be of before or after any command of its vertex.
            now = _SampleRow(here.step, iso(self._session.time), plain(self._session.view().equity))
            if sample != now:
                return
            self._sample_count += 1
            self._samples.drop()

    def _leave(self) -> None:
        """Time goes on: what was recorded of this vertex and has not come is missing."""
        sample = self._samples.first
        if sample is not None and sample.step <= self._session.step:
            raise Differs(f"equity sample of step {sample.step}", sample.equity, plain(self._session.view().equity))

    def _compare_events(self, events: Iterable[Event], command: int | None) -> None:
        for event in events:
            row = self._events.fetchone()
            number = self._event_count + 1
            if row is None:
                raise Differs(f"event {number}, a {event.kind}", "nothing", event_text(event))
            if (differs := event_differs(row, event, number, command)) is not None:
                raise differs
            self._event_count += 1

    def _compare_snapshot(self, row: SnapshotRow) -> None:
        state = self._session.snapshot()
        where = f"snapshot at step {row.step} after {row.commands} commands"
        if row.hash == digest(state) and unpacked(row.state) == state and row.events == self._event_count:
            self._snapshot_count += 1
            return
        if row.events != self._event_count:
            raise Differs(f"{where}: number of events", row.events, self._event_count)
        stored = unpacked(row.state)
        if stored is None:
            raise Differs(f"{where}: its state can’t be unpacked")
        raise states_differ(where, stored, state, row.hash)

    def _compare_hash(self, stored: str, where: str) -> None:
        state = self._session.snapshot()
        if stored != digest(state):
            raise self._explained(where, stored, state)

    def _explained(self, where: str, stored: str, state: bytes) -> Differs:
        """A hash alone says little: where the next snapshot stands at this very moment, it says what differs."""
        row = self._snapshots.first
        here = Point(self._session.step, self._session.commands)
        if row is not None and Point(row.step, row.commands) == here and (other := unpacked(row.state)) is not None:
            return states_differ(where, other, state, stored)
        return Differs(f"{where}: hash", stored, digest(state))

    def _compare_end(self) -> None:
        self._leave()
        row, view = self._recorded.row, self._session.view()
        if (spare := self._events.fetchone()) is not None:
            raise Differs(f"event {spare[0]}, a {printable(str(spare[1]))}", spare[5], "nothing")
        if (snapshot := self._snapshots.first) is not None:
            raise Differs(f"a snapshot of step {snapshot.step}, after the end")
        if (sample := self._samples.first) is not None:
            raise Differs(f"an equity sample of step {sample.step}, after the end", sample.equity)
        self._compare_hash(row.hash, "state at the end")
        figures: Sequence[tuple[str, object, object]] = (
            ("time", row.time, iso(view.time)),
            ("equity", row.equity, plain(view.equity)),
            ("state", row.state, view.state),
            ("number of events", row.events, self._event_count),
            ("number of calls", row.calls, view.calls),
            ("number of liquidations", row.liquidations, view.liquidations),
        )
        for name, stored, replayed in figures:
            if stored != replayed:
                raise Differs(f"{name} at the end", stored, replayed)


class _Waiting(Generic[Row]):
    """Rows, oldest first, of which only the first is looked at; None where no more come."""

    def __init__(self, found: Iterator[Row]) -> None:
        self._rows = found
        self.first: Row | None = next(found, None)

    def drop(self) -> None:
        self.first = next(self._rows, None)
