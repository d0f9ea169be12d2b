"""Forks: a new session that begins as another one did, up to one of its moments, and goes on in its own way."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.commands.command import Command, CommandError
from engine.commands.grammar import parse
from engine.events import iso
from engine.numbers import plain
from engine.rulebooks.base import Refusal
from engine.state.snapshots import digest
from saves.database import writing
from saves.errors import SaveError
from saves.landmarks import Point
from saves.names import LONGEST_NAME, cleaned_name, free_name
from saves.program import program_version
from saves.records import RecordedCommand
from saves.replay import Replay

if TYPE_CHECKING:
    from sqlite_utils import Database

    from saves.recorder import Recorder

FORK = ", fork"
"""What a fork is called after its parent's name."""
STRIDES = 100
"""Parts in which the rest of a changed session plays out, to tell how far it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a fork does otherwise: command `number` is `text` instead; None: it is left out."""

    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A command of the parent that could not be given in the fork, and why. `time` is ISO 8601."""

    number: int
    step: int
    time: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Forked:
    """A fork: its id, the moment up to which it is as its parent, and what it could not follow after a change."""

    id: str
    point: Point
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Fork:
    """A wish for a fork.

    Attributes:
        point: from where on it goes its own way; with a change, it is the change that says where.
        name: one that is free; None: “NAME, fork”.
        change: what is done otherwise.
        clock: ms UTC.
    """

    point: Point
    name: str | None
    change: Change | None
    clock: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that can be made: where, what is given there instead (None: nothing), and what follows."""

    point: Point
    command: Command | None
    number: int
    words: str
    rest: tuple[RecordedCommand, ...]


def fork(
    db: Database,
    replay: Replay,
    wish: Fork,
    resume: Callable[[str], Recorder],
    delete: Callable[[str], None],
    progress: Callable[[float], None] | None = None,
) -> Forked:
    """Make a fork of the session that is replayed; with a change, play out what followed it in the parent.

    Args:
        db: the library.
        replay: the session.
        wish: from where, and what is changed.
        resume, delete: the library's own.
        progress: told how much of the rest has played out, 0 to 1.

    Raises:
        SaveError: when the change can't be made, or the disk refuses; then there is no fork.
        DISK_ERRORS: when the disk refuses to begin.
    """
    change = None if wish.change is None else changed(replay, wish.change)
    if change is None:
        replay.seek(wish.point.step, wish.point.commands)
    point, until = replay.point, replay.end.step
    name = wish.name or cleaned_name(f"{replay.name[: LONGEST_NAME - len(FORK)]}{FORK}")
    identity = copy_until(db, replay, name, wish.clock, None if change is None else change.words)
    if change is None:
        return Forked(identity, point)
    try:
        with resume(identity) as recorder:
            left_out = tuple(play_out(recorder, change, until, progress))
            if not recorder.save():
                raise SaveError(str(recorder.trouble))
    except BaseException:
        delete(identity)
        raise
    return Forked(identity, point, left_out)


def changed(replay: Replay, change: Change) -> Changed:
    """A change checked; the replay stands right before it afterwards.

    Raises:
        SaveError: when there is no such command, or the other one is none or is refused there.
    """
    every = replay.recorded_commands
    place = next((place for place, each in enumerate(every) if each.number == change.number), None)
    if place is None:
        raise SaveError(f"there is no command {change.number} in this session", _numbers_of(every))
    old = every[place]
    replay.seek(old.step, every[place - 1].number if place else 0)
    command = None if change.text is None else _checked(replay, change.text, change.number)
    words = f"without “{old.text}”" if command is None else f"“{old.text}” → “{command}”"
    return Changed(replay.point, command, change.number, words, every[place + 1 :])


def _checked(replay: Replay, text: str, number: int) -> Command:
    try:
        command = parse(text)
    except CommandError as error:
        raise SaveError(error.message, error.would_work) from error
    answer = replay.session.copy().do(command, number)
    if isinstance(answer, Refusal):
        raise SaveError(f"“{command}” is refused there: {answer.reason}", answer.would_work)
    return command


def _numbers_of(commands: Sequence[RecordedCommand]) -> str:
    return f"a number from {commands[0].number} to {commands[-1].number}" if commands else "nothing: it has none"


def copy_until(db: Database, replay: Replay, name: str, clock: Callable[[], int], words: str | None) -> str:
    """Copy a session up to the moment of `replay` into a new one of the same library; its id.

    Raises:
        SaveError: when the session is gone.
        DISK_ERRORS: when the disk refuses; then nothing was copied.
    """
    identity, point, parent = secrets.token_hex(6), replay.point, replay.id
    snapshot, view, events = replay.session.snapshot(), replay.view(), replay.event_count
    now = iso(clock())

    def taken(name: str) -> bool:
        return db.execute("SELECT 1 FROM sessions WHERE name = ?", [name]).fetchone() is not None

    with writing(db):
        row = next(db.query("SELECT * FROM sessions WHERE id = ?", [parent]), None)
        if row is None:
            raise SaveError("this session is not in the library any more", "see the list of saves")
        row |= {
            "id": identity,
            "name": free_name(name, taken),
            "created": now,
            "played": now,
            "program": program_version(),
            "step": point.step,
            "time": iso(view.time),
            "equity": plain(view.equity),
            "state": view.state,
            "commands": point.commands,
            "events": events,
            "calls": view.calls,
            "liquidations": view.liquidations,
            "hash": digest(snapshot),
            "parent": parent,
            "change": words,
            "forked_step": point.step,
            "forked_commands": point.commands,
            "forked_time": iso(view.time),
        }
        db.table("sessions").insert(row)
        _copy_rows(db, parent, identity, point, events)
        db.execute(
            "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
            [identity, point.step, point.commands, events, digest(snapshot), zlib.compress(snapshot, 1)],
        )
    return identity


def _copy_rows(db: Database, parent: str, identity: str, point: Point, events: int) -> None:
    step, commands = point.step, point.commands
    for table, columns, condition, values in (
        ("commands", "number, step, time, text, size, hash", "number <= ?", [commands]),
        ("events", "number, step, time, kind, command, figures", "number <= ?", [events]),
        ("equity", "step, time, equity", "step < ?", [step]),
        ("snapshots", "step, commands, events, hash, state", "(step, commands) <= (?, ?)", [step, commands]),
        ("ghosts", "number, kind", "1", []),
        ("rivals", "number, name, strategy", "1", []),
    ):
        found = f"SELECT ?, {columns} FROM {table} WHERE session = ? AND {condition}"
        db.execute(f"INSERT INTO {table} (session, {columns}) {found}", [identity, parent, *values])


def play_out(
    recorder: Recorder, change: Changed, until: int, progress: Callable[[float], None] | None = None
) -> Iterator[LeftOut]:
    """Give the changed command, then all that followed it in the parent, at the same vertices, up to vertex `until`;
    what could not be given."""
    if change.command is not None:
        answer = recorder.do(change.command, change.number)
        if isinstance(answer, Refusal):
            raise SaveError(f"“{change.command}” is refused: {answer.reason}", answer.would_work)
    begun = recorder.session.step
    for each in change.rest:
        _advance(recorder, each.step, begun, until, progress)
        answer = recorder.do(parse(each.text), each.number)
        if isinstance(answer, Refusal):
            yield LeftOut(each.number, each.step, each.time, each.text, answer.reason)
    _advance(recorder, until, begun, until, progress)


def _advance(recorder: Recorder, target: int, begun: int, until: int, progress: Callable[[float], None] | None) -> None:
    stride = max((until - begun) // STRIDES, 1)
    while recorder.session.step < target and recorder.session.state != "ended":
        recorder.advance(min(target, recorder.session.step + stride))
        if progress is not None:
            progress((recorder.session.step - begun) / max(until - begun, 1))
