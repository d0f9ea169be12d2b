"""From the library to a live session: the nearest snapshot, then the commands after it, to the last recorded step."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.events import Event
from engine.numbers import exact
from engine.record import Given, Record
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from saves.batch import Past
from saves.errors import SaveError
from saves.records import RecordedCommand, Sample
from saves.rows import SessionRow, milliseconds, setup_from
from saves.tapes import Progress, load_tape

if TYPE_CHECKING:
    from sqlite_utils import Database

LARGEST_SNAPSHOT = 16_000_000
"""Bytes of an unpacked snapshot; a real one has a few thousand."""

_COPY = "the save was left as it is; take another copy if you have one"
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A row of `snapshots` without its session."""

    step: int
    commands: int
    events: int
    hash: str
    state: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """All that determines a session, and where it stood when it was last written."""

    row: SessionRow
    setup: Setup
    tape: Tape
    commands: tuple[RecordedCommand, ...]

    def record(self) -> Record:
        """The session as its commands on its tape.

        Raises:
            SaveError: when one of the commands is none.
        """
        try:
            given = tuple(Given(each.step, parse(each.text), each.number) for each in self.commands)
        except (CommandError, ArithmeticError) as error:
            raise SaveError(f"the save is damaged: a command is none ({error})", _COPY) from error
        return Record(self.setup, self.tape, given, self.row.step)


def checked_row(kind: type[Row], values: Iterable[object], names: Iterable[str]) -> Row:
    """A row whose columns have the types that the schema gives them: SQLite itself does not insist.

    Raises:
        SaveError: when one has another.
    """
    try:
        return msgspec.convert(dict(zip(names, values, strict=True)), kind)
    except msgspec.ValidationError as error:
        raise SaveError(f"the save is damaged: a value has the wrong type ({error})", _COPY) from error


def rows(db: Database, kind: type[Row], query: str, *values: object) -> Iterator[Row]:
    """The rows that a query finds, each checked. Raises SaveError and `DISK_ERRORS`."""
    cursor = db.execute(query, list(values))
    names = [column[0] for column in cursor.description]
    for found in cursor:
        yield checked_row(kind, found, names)


def session_row(db: Database, session: str) -> SessionRow:
    """The row of a session. Raises SaveError when there is none."""
    for row in rows(db, SessionRow, "SELECT * FROM sessions WHERE id = ?", session):
        return row
    raise SaveError("this session is not in the library any more", "see the list of saves")


def recording(db: Database, session: str, progress: Progress | None = None) -> Recording:
    """Everything that was recorded of a session, checked value by value.

    Raises:
        SaveError: when something is missing or damaged.
        DISK_ERRORS: when the file can't be read.
    """
    row = session_row(db, session)
    tape = load_tape(db, row.tape, progress)
    commands = commands_of(db, session)
    if row.steps != len(tape) or not 0 <= row.step < len(tape):
        raise SaveError(f"the save is damaged: it states step {row.step} of {len(tape)}", _COPY)
    _check_numbers(row, [each.number for each in commands])
    return Recording(row, setup_from(row.setup), tape, commands)


def _check_numbers(row: SessionRow, numbers: list[int]) -> None:
    """Commands are numbered 1, 2, 3; in a fork that changed something, some may be missing."""
    rising = numbers == sorted({*numbers}) and (numbers or [0])[-1] == row.commands and min(numbers, default=1) >= 1
    if not rising or (row.parent is None and len(numbers) != row.commands):
        raise SaveError(f"the save is damaged: it states {row.commands} commands and holds {len(numbers)}", _COPY)


def commands_of(db: Database, session: str) -> tuple[RecordedCommand, ...]:
    """The accepted commands of a session, in order. Raises SaveError and `DISK_ERRORS`."""
    query = "SELECT number, step, time, text, size, hash FROM commands WHERE session = ? ORDER BY number"
    return tuple(rows(db, RecordedCommand, query, session))


def live_session(db: Database, recorded: Recording) -> Session:
    """The session at its last recorded step, in the state whose hash was recorded.

    Raises:
        SaveError: when no snapshot, nor a replay from the start, comes to that state.
        DISK_ERRORS: when the file can't be read.
    """
    query = (
        "SELECT step, commands, events, hash, state FROM snapshots WHERE session = ? AND step <= ? AND commands <= ? "
        "ORDER BY step DESC, commands DESC"
    )
    row = recorded.row
    for snapshot in rows(db, SnapshotRow, query, row.id, row.step, row.commands):
        session = restored(recorded, snapshot)
        if session is not None and _leads_there(session, recorded):
            return session
    session = started(recorded)
    replay(session, recorded)
    return session


def unpacked(stored: bytes) -> bytes | None:
    """The state of a stored snapshot; None where it is none, or larger than any."""
    reader = zlib.decompressobj()
    try:
        state = reader.decompress(stored, LARGEST_SNAPSHOT)
    except zlib.error:
        return None
    return state if reader.eof else None


def restored(recorded: Recording, snapshot: SnapshotRow) -> Session | None:
    """The session that a snapshot was taken of; None when this version can't read it or it is damaged."""
    state = unpacked(snapshot.state)
    if state is None:
        return None
    try:
        session = Session.restore(recorded.setup, recorded.tape, state)
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    right = session.step == snapshot.step and session.commands == snapshot.commands
    return session if right and session.state_hash() == snapshot.hash else None


def _leads_there(session: Session, recorded: Recording) -> bool:
    try:
        replay(session, recorded)
    except SaveError:
        return False
    return True


def started(recorded: Recording) -> Session:
    """The session at its beginning. Raises SaveError when this set-up can't be played."""
    try:
        return Session(recorded.setup, recorded.tape)
    except (ValueError, ArithmeticError) as error:
        raise SaveError(f"the session can’t be played: {error}", _COPY) from error


def replay(
    session: Session,
    recorded: Recording,
    advance: Callable[[int], object] | None = None,
    do: Callable[..., tuple[Event, ...] | Refusal] | None = None,
) -> None:
    """Play the recorded commands that `session` has not had yet, then move on to the last recorded step.

    The state hash is compared after every command and at the end.

    Args:
        session: the session, at any place of the recording.
        recorded: what was recorded.
        advance, do: how to play, where not by the session's own (a recorder's, to record it anew).

    Raises:
        SaveError: when a command is none, is refused, or leads to another state than was recorded.
    """
    advance, do = advance or session.advance, do or session.do
    for each in recorded.commands:
        if each.number <= session.commands:
            continue
        if not session.step <= each.step <= recorded.row.step:
            raise SaveError(f"the save is damaged: command {each.number} is out of order", _COPY)
        _reach(session, each.step, advance)
        try:
            result = do(parse(each.text), each.number)
        except (CommandError, ArithmeticError) as error:
            raise SaveError(f"the save is damaged: command {each.number} is none ({error})", _COPY) from error
        if isinstance(result, Refusal):
            raise SaveError(f"command {each.number} of the save is refused: {result.reason}", _COPY)
        _compare(session, each.hash, f"after command {each.number}")
    _reach(session, recorded.row.step, advance)
    _compare(session, recorded.row.hash, f"at step {recorded.row.step}")


def _reach(session: Session, step: int, advance: Callable[[int], object]) -> None:
    if step > session.step:
        advance(step)
    if session.step != step:
        raise SaveError(f"replayed, the session stops at step {session.step} and not at {step}", _COPY)


def _compare(session: Session, recorded: str, where: str) -> None:
    if session.state_hash() != recorded:
        another = f"replayed, the session comes to another state than was recorded, {where}"
        raise SaveError(another, f"{_COPY}; an older isocross that made it may still play it")


def past_of(db: Database, session: str) -> Past | None:
    """Which snapshots of a session are on disk: the newest, and the last one that is there to stay."""
    query = "SELECT step, commands, events FROM snapshots WHERE session = ? ORDER BY step DESC, commands DESC LIMIT 2"
    found: list[tuple[Any, ...]] = db.execute(query, [session]).fetchall()
    if not found:
        return None
    step, commands, events = found[0]
    if len(found) == 1:
        return Past(commands, events, step, commands, True)
    before = Past(found[1][1], found[1][2], found[1][0], found[1][1], True)
    return before.following(step, commands, events)


def samples_of(db: Database, session: str) -> list[Sample]:
    """The equity samples of a session, oldest first; those that can't be read are left out."""
    found = []
    for step, time, equity in db.execute(
        "SELECT step, time, equity FROM equity WHERE session = ? ORDER BY step", [session]
    ):
        try:
            found.append(Sample(int(step), milliseconds(time), exact(equity)))
        except (ValueError, TypeError, OverflowError):
            continue
    return found
