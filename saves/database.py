"""A connection to a library, set so that what was committed stays."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Imported with the first connection: a new game is on the screen before it needs one.
    from sqlite_utils import Database

PATIENCE = 5.0
"""Seconds to wait for another program that is writing. Writers hold the lock for milliseconds."""

FRAME_PATIENCE = 0.2
"""The same while a game is on the screen: it goes on unsaved, and the next frames try again."""

BETWEEN_TRIES = 0.02
"""Seconds between two tries where SQLite doesn't wait by itself."""

LARGEST_VALUE = 64_000_000
"""Bytes of the largest text or blob that is read; ours stay far below."""


def connect(path: Path, patience: float | None = None) -> Database:
    """A connection for reading and writing; makes the file where there is none, and writes nothing to it yet.

    One thread at a time may use it; it may move from one to another. It waits `patience` seconds (PATIENCE without
    one) for another program that is writing.

    Raises:
        sqlite3.Error: when the file can't be opened.
    """
    wait = PATIENCE if patience is None else patience
    return _guarded(sqlite3.connect(path, timeout=wait, check_same_thread=False))


def be_patient(db: Database, patience: float) -> None:
    """Wait so many seconds for another program that is writing, from now on."""
    db.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")


def connect_read_only(path: Path, immutable: bool = False) -> Database:
    """A connection that can't write. `immutable` takes no lock and looks at no log beside the file.

    Raises:
        sqlite3.Error: when the file can't be opened.
    """
    mode = "mode=ro&immutable=1" if immutable else "mode=ro"
    uri = f"{path.absolute().as_uri()}?{mode}"
    return _guarded(sqlite3.connect(uri, uri=True, timeout=PATIENCE, check_same_thread=False))


def _guarded(connection: sqlite3.Connection) -> Database:
    """No plugins, no trust in what a file's schema says, no huge values; whole rows of children go with a session."""
    from sqlite_utils import Database

    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def make_durable(db: Database, patience: float | None = None) -> None:
    """Write ahead, and wait for the disk at every commit.

    In WAL mode `synchronous = NORMAL` already survives a killed program, but a power cut can take back the last
    commits: a command that the screen showed as done. FULL costs a disk flush a command; a player gives one a
    second. Where the file system can't do WAL, SQLite stays with its rollback journal, which is as safe.

    Raises:
        sqlite3.Error: when the disk refuses.
    """
    tries = round((PATIENCE if patience is None else patience) / BETWEEN_TRIES) + 1
    for tries_left in reversed(range(tries)):
        try:
            db.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:  # for this one statement SQLite doesn't wait by itself
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not tries_left:
                raise
            time.sleep(BETWEEN_TRIES)
    db.execute("PRAGMA synchronous = FULL")


@contextmanager
def reading(db: Database) -> Iterator[None]:
    """One moment of the library, whoever writes to it meanwhile. Within a transaction, that transaction’s."""
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.execute("ROLLBACK")


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """A transaction that holds the write lock from its first moment: all of the block is on disk after it, or nothing.

    `Database.atomic()` begins a deferred transaction, which SQLite refuses at once, without waiting, when it has read
    before its first write and another program has written in between.

    Raises:
        sqlite3.Error: when the disk refuses, or another program doesn't let go for as long as the connection waits.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise
