"""One session as a file of its own, and back. The file is a library with one session in it.

Who made a file is not known, so nothing in it is believed: its tables must be exactly ours, the tape must have the
digest that it states, and the session is played again from its commands. Every state hash, event and sample must come
out as stated; those that go into the library are the replay's.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from engine.events import iso
from engine.ghost import Kind
from saves.batch import ForkOf, Opening
from saves.database import connect, connect_read_only, reading, writing
from saves.errors import SaveError, printable, quoted, told
from saves.ghosts import ghosts_of
from saves.journal import Journal
from saves.names import cleaned_name
from saves.recorder import Recorder
from saves.resume import Recording, recording, replay, session_row, started
from saves.rivals import Cast, rivals_of
from saves.rows import milliseconds
from saves.schema import MIGRATIONS, VERSION, migrate, version_of
from saves.store import Store
from saves.tapes import Progress
from saves.verification import IMPOSSIBLE, Verdict, compared, verify

LARGEST_FILE = 1 << 30
"""Bytes: a tape of 20 million prices takes about a tenth of it."""
LARGEST_PLAY = 200_000
"""Most commands that an imported session may have."""

LARGEST_NUMBER = 999_999_999
"""Largest number of a command: what a script can say of it."""
LONGEST_CHANGE = 400
"""Letters of what was changed in a fork."""

_OWN = (
    ("tapes", "digest = :tape"),
    ("tape_chunks", "tape = :tape"),
    ("sessions", "id = :session"),
    *((table, "session = :session") for table in ("commands", "events", "equity", "snapshots", "ghosts", "rivals")),
)

_ANOTHER = "ask for another copy"
_ODD = f"nothing was imported; {_ANOTHER}"


def export_session(db: Database, session: str, path: Path) -> None:
    """Write a session with its tape into a new file.

    Raises:
        SaveError: when the file exists or can't be written, or the session isn't in the library.
    """
    with told(f"{quoted(str(path))} can’t be written"):
        row = session_row(db, session)
        if path.exists():
            raise SaveError(f"{quoted(str(path))} exists already", "choose another name; nothing was overwritten")
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".isocross-", suffix=".part")
        os.close(descriptor)
        part = Path(name)
        try:
            _copy(db, part, {"session": session, "tape": row.tape})
            part.chmod(0o644)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _copy(db: Database, part: Path, which: dict[str, str]) -> None:
    with closing(connect(part)) as target:
        migrate(target)
        with writing(target), reading(db):
            for table, condition in _OWN:
                _copy_rows(db.execute(f"SELECT * FROM {table} WHERE {condition}", which), target, table)


def _copy_rows(found: sqlite3.Cursor, target: Database, table: str) -> None:
    marks = ", ".join("?" * len(found.description))
    target.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", found)


def import_session(path: Path, home: Path, clock: Callable[[], int], progress: Progress | None = None) -> Recorder:
    """Take the session in a file into the library of `home`, under a new id and, where its name is taken, a new name.

    Raises:
        SaveError: when the file is no save, is damaged or altered, or the disk refuses; then nothing was taken.
    """
    with told(f"{quoted(str(path))} can’t be imported", _ODD):
        recorded, ghosts, rivals = _read(path, progress)
    row = recorded.row
    name, created, program = cleaned_name(row.name), _moment(row.created), printable(row.program)[:40]
    opening = Opening(name, created, program, recorded.setup, recorded.tape, fork_of=_fork_of(recorded))
    journal = Journal(Store(home, secrets.token_hex(6), clock, opening=opening), held=True)
    try:
        recorder = Recorder(started(recorded), journal, clock)
        recorder.begin()
        _replayed(recorder, recorded)
        recorder.set_ghosts(ghosts)
        recorder.set_rivals(rivals)
        journal.held = False
        if not recorder.save():
            raise SaveError(str(recorder.trouble))
    except BaseException:
        journal.close()
        raise
    return recorder


def verify_file(path: Path, progress: Progress | None = None) -> Verdict:
    """Play the session in a file again, and compare all that was recorded of it. Nothing is written.

    Raises:
        SaveError: when the file is no save.
    """
    with told(f"{quoted(str(path))} can’t be verified", _ANOTHER), one_session(path) as (db, session):
        return verify(db, session, progress)


def _fork_of(recorded: Recording) -> ForkOf | None:
    """Where it was forked: the parent stays in its own library, so its id is but a name here."""
    row = recorded.row
    if row.parent is None:
        return None
    step, commands = min(max(row.forked_step or 0, 0), row.step), min(max(row.forked_commands or 0, 0), row.commands)
    change = None if row.change is None else printable(row.change[:LONGEST_CHANGE])
    return ForkOf(printable(row.parent[:12]), step, commands, iso(int(recorded.tape.times[step])), change)


def _read(path: Path, progress: Progress | None) -> tuple[Recording, tuple[Kind, ...], Cast]:
    """The one session of a file, all that it says of itself compared with a replay, its ghosts and its rivals."""
    with one_session(path) as (db, session):
        played = db.execute("SELECT count(*) FROM (SELECT 1 FROM commands LIMIT ?)", [LARGEST_PLAY + 1]).fetchone()[0]
        if played > LARGEST_PLAY:
            raise SaveError(f"the file holds more than {LARGEST_PLAY:,} commands", _ODD)
        recorded = recording(db, session)
        if recorded.row.commands > LARGEST_NUMBER:
            raise SaveError(f"its commands go up to number {recorded.row.commands:,}", _ODD)
        verdict = compared(db, recorded, progress)
        if verdict.difference is not None:
            raise SaveError(f"the file was altered or damaged: {verdict.difference}", _ODD)
        return recorded, ghosts_of(db, session), rivals_of(db, session)


@contextmanager
def one_session(path: Path) -> Iterator[tuple[Database, str]]:
    """The library in a file that `export_session` wrote, its tables checked, and the id of its session.

    Raises:
        SaveError: when it is no such file.
        DISK_ERRORS: when it can't be read.
    """
    if not path.is_file():
        raise SaveError("there is no such file")
    if path.stat().st_size > LARGEST_FILE:
        raise SaveError("the file is larger than any save", _ODD)
    with closing(_own_tables(connect_read_only(path, immutable=True))) as db:
        ids: list[Any] = [found[0] for found in db.execute("SELECT id FROM sessions LIMIT 2")]
        if len(ids) != 1:
            held = "several sessions" if ids else "no session"
            raise SaveError(f"the file holds {held}", "export one session from its library")
        yield db, ids[0]


def _own_tables(db: Database) -> Database:
    """The connection itself, or to a copy in memory that was brought to the newest version, once its tables are known
    to be exactly those of its version: no view, trigger or check that somebody put there will run."""
    try:
        version = version_of(db)
        if version == 0:
            raise SaveError("the file is empty", _ODD)
        if _tables(db) != _tables(_blank(version)):
            raise SaveError("the file’s tables are not those of a save", _ODD)
        if version == VERSION:
            return db
        newer = Database(memory=True)
        db.conn.backup(newer.conn)
        migrate(newer)
    except BaseException:
        db.close()
        raise
    db.close()
    return newer


def _blank(version: int) -> Database:
    """An empty library of that version, in memory."""
    db = Database(memory=True)
    for step in MIGRATIONS[:version]:
        step(db)
    return db


def _tables(db: Database) -> set[tuple[str, str, str]]:
    return set(db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())


def _moment(text: str) -> str:
    """A time that somebody else wrote, in our own spelling; the start of 1970 where it is none."""
    try:
        return iso(milliseconds(text))
    except (ValueError, OverflowError):
        return iso(0)


def _replayed(recorder: Recorder, recorded: Recording) -> None:
    """Play the recording into the recorder. Prices that no market has may break the arithmetic: that is no save."""
    try:
        replay(recorder.session, recorded, recorder.advance, recorder.do)
    except SaveError:
        raise
    except IMPOSSIBLE as error:
        raise SaveError(f"the session can’t be played again: {error}", _ODD) from error
