"""One session’s rows in the library: the connection, the lock, and the transaction that puts a batch on disk."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.events import Event, iso
from engine.numbers import plain
from saves import database
from saves.batch import Batch, Mark, Opening, Past, Snapshot
from saves.database import be_patient, connect, make_durable, writing
from saves.errors import SaveError
from saves.ghosts import write_ghosts
from saves.home import library_file, lock_file
from saves.lock import SessionLock
from saves.names import free_name, invented_name
from saves.program import program_version
from saves.records import RecordedCommand, RecordedEvent, event_from, event_text
from saves.rivals import write_rivals
from saves.rows import setup_text
from saves.schema import migrate
from saves.tapes import check_tape, store_tape

if TYPE_CHECKING:
    from sqlite_utils import Database

UNWRITTEN = 1 << 62
"""Above every number of a command or an event."""


class Store:
    """The place of one session in the library of `home`, opened when it is first needed.

    Args:
        home: the folder of the library.
        session: id of the session.
        clock: ms UTC, for the time of the last play.
        opening: what to write first for a new session; None for one that is in the library already.
        lock: the lock on the session where it is held already.
        past: the snapshots on disk of a session that is in the library already.
    """

    def __init__(
        self,
        home: Path,
        session: str,
        clock: Callable[[], int],
        *,
        opening: Opening | None = None,
        lock: SessionLock | None = None,
        past: Past | None = None,
    ) -> None:
        self.session = session
        self._home, self._clock, self._opening, self._lock, self._past = home, clock, opening, lock, past
        self._name = None if opening is None else opening.name
        self._db: Database | None = None
        self._file: tuple[int, int] | None = None
        self._closed, self._patient = False, opening is not None

    @property
    def name(self) -> str | None:
        """What a new session is called, once it is written; None for one that was in the library before."""
        return self._name

    def write(self, batch: Batch) -> None:
        """Put a batch on disk, wholly or not at all; for a new session the tape before it.

        Raises:
            DISK_ERRORS: when the disk refuses.
            SaveError: when the library or the session in it went away, or can't take this session.
        """
        opening = self._opening
        if opening is not None and self._name is None:
            self._name = invented_name(self.session, lambda name: False)  # which a disk that refuses has no say in
        db = self._connected()
        if opening is not None:
            check_tape(opening.tape)
            store_tape(db, opening.tape, opening.progress)
        mark, name = batch.mark, self._name
        past = self._past
        for each in batch.kept:
            past = Past(each.commands, each.events, each.step, each.commands, True)
        if past is None:
            past = Past(mark.commands, mark.events, mark.step, mark.commands, True)
        else:
            past = past.following(mark.step, mark.commands, mark.events)
        with writing(db):
            if opening is not None:
                name = _insert_session(db, self.session, opening, iso(self._clock()))
            self._update_session(db, mark)
            self._insert_rows(db, batch)
            self._replace_snapshot(db, batch)
            if batch.ghosts is not None:
                write_ghosts(db, self.session, batch.ghosts)
            if batch.rivals is not None:
                write_rivals(db, self.session, batch.rivals)
        self._past, self._opening, self._name = past, None, name
        if opening is not None:
            self.take_time(False)

    def _connected(self) -> Database:
        """The connection; a new one where there is none."""
        if self._closed:
            raise SaveError("the session was closed", "resume it")
        path = library_file(self._home)
        if self._opening is None and self._gone(path):
            raise SaveError("the library was moved or removed while the game ran")
        if self._db is None:
            self._db = self._connect(path)
            self._file = _identity(path)
        return self._db

    def _gone(self, path: Path) -> bool:
        """Whether the file under the connection has another place now: SQLite would go on writing to it all the same.
        Nor is a library that is gone made anew, without the session's beginning."""
        return not path.exists() or (self._db is not None and self._file != _identity(path))

    def _connect(self, path: Path) -> Database:
        if self._opening is not None:
            self._home.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = SessionLock(lock_file(self._home, self.session))
        db = connect(path, self._patience)
        try:
            migrate(db)
            make_durable(db, self._patience)
        except BaseException:
            db.close()
            raise
        return db

    @property
    def _patience(self) -> float:
        """Seconds to wait for other programs; read anew each time, so that a test can shorten them."""
        return database.PATIENCE if self._patient else min(database.FRAME_PATIENCE, database.PATIENCE)

    def take_time(self, patient: bool = True) -> None:
        """Wait for other programs as long as it takes, because nothing else is waiting for this; or no longer so."""
        self._patient = patient
        if self._db is not None:
            be_patient(self._db, self._patience)

    def _update_session(self, db: Database, mark: Mark) -> None:
        changed = db.execute(
            "UPDATE sessions SET played = ?, step = ?, time = ?, equity = ?, state = ?, commands = ?, events = ?, "
            "calls = ?, liquidations = ?, hash = ? WHERE id = ?",
            [
                *(iso(self._clock()), mark.step, iso(mark.time), mark.equity, mark.state, mark.commands, mark.events),
                *(mark.calls, mark.liquidations, mark.hash, self.session),
            ],
        )
        if changed.rowcount != 1:
            raise SaveError("the session was removed from the library while the game ran")

    def _insert_rows(self, db: Database, batch: Batch) -> None:
        me = self.session
        db.conn.executemany(
            "INSERT OR REPLACE INTO commands VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((me, each.number, each.step, each.time, each.text, each.size, each.hash) for each in batch.commands),
        )
        db.conn.executemany(
            "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
            (_event_row(me, each) for each in batch.events),
        )
        db.conn.executemany(
            "INSERT OR REPLACE INTO equity VALUES (?, ?, ?, ?)",
            ((me, each.step, iso(each.time), plain(each.equity)) for each in batch.samples),
        )

    def _replace_snapshot(self, db: Database, batch: Batch) -> None:
        """Put the newest snapshot, and those to keep, in the place of the one before, unless that is one to keep."""
        mark = batch.mark
        if self._past is not None and not self._past.is_kept:
            db.execute(
                "DELETE FROM snapshots WHERE session = ? AND step = ? AND commands = ?",
                [self.session, self._past.step, self._past.commands],
            )
        newest = Snapshot(mark.step, mark.commands, mark.events, mark.hash, mark.snapshot)
        db.conn.executemany(
            "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
            (
                (self.session, each.step, each.commands, each.events, each.hash, zlib.compress(each.state, 1))
                for each in (*batch.kept, newest)
            ),
        )

    def events(self, kinds: Collection[str] | None, last: int | None, before: int = UNWRITTEN) -> list[Event]:
        """Events on disk with a number below `before`, oldest first; only those of `kinds`, only the `last` so many.

        Raises:
            SaveError: when one is damaged.
            DISK_ERRORS: when the disk can't be read.
        """
        query = "SELECT kind, step, time, figures FROM events WHERE session = ? AND number < ?"
        if kinds is not None:
            query += f" AND kind IN ({', '.join('?' * len(kinds))})"
        values = [self.session, before, *(kinds or ()), -1 if last is None else last]
        rows = self._read(f"{query} ORDER BY number DESC LIMIT ?", values)
        return [event_from(*row) for row in reversed(rows)]

    def commands(self, before: int = UNWRITTEN) -> list[RecordedCommand]:
        """Accepted commands on disk with a number below `before`, oldest first.

        Raises:
            DISK_ERRORS, SaveError: when the disk can't be read.
        """
        columns = "number, step, time, text, size, hash"
        query = f"SELECT {columns} FROM commands WHERE session = ? AND number < ? ORDER BY number"
        return [RecordedCommand(*row) for row in self._read(query, [self.session, before])]

    def _read(self, query: str, values: list[object]) -> list[tuple[Any, ...]]:
        if self._opening is not None:
            return []
        return self._connected().execute(query, values).fetchall()

    def hurry(self) -> None:
        """The game goes on: tell nobody any more how much of the tape is written, and keep no frame waiting."""
        self._patient = False
        if self._opening is not None:
            self._opening = replace(self._opening, progress=None)

    def disconnect(self) -> None:
        """Close the file; the next use opens it afresh. The lock stays."""
        db, self._db, self._file = self._db, None, None
        if db is not None:
            try:
                db.close()
            except sqlite3.Error:
                return

    def close(self) -> None:
        """Close the file and let others have the session; there is no way back."""
        self._closed = True
        self.disconnect()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _insert_session(db: Database, session: str, opening: Opening, now: str) -> str:
    """The row of a new session, under a name that is free."""

    def taken(name: str) -> bool:
        return bool(db.execute("SELECT 1 FROM sessions WHERE name = ? AND id != ?", [name, session]).fetchone())

    name = invented_name(session, taken) if opening.name is None else free_name(opening.name, taken)
    row = {
        "id": session,
        "name": name,
        "created": opening.created,
        "played": now,
        "program": opening.program or program_version(),
        "setup": setup_text(opening.setup),
        "tape": opening.tape.digest,
        "step": 0,
        "steps": len(opening.tape),
        "time": now,
        "equity": "0",
        "state": "running",
        "commands": 0,
        "events": 0,
        "calls": 0,
        "liquidations": 0,
        "hash": "",
    }
    if (fork := opening.fork_of) is not None:
        row |= {"parent": fork.parent, "forked_step": fork.step, "forked_commands": fork.commands}
        row |= {"forked_time": fork.time, "change": fork.change}
    db.table("sessions").insert(row, replace=True)
    return name


def _event_row(session: str, each: RecordedEvent) -> tuple[str, int, int, str, str, int | None, str]:
    event = each.event
    return session, each.number, event.step, iso(event.time), event.kind, each.command, event_text(event)


def _identity(path: Path) -> tuple[int, int]:
    """Which file this is, whatever it is called."""
    status = path.stat()
    return status.st_dev, status.st_ino
