"""Opening the library’s file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from saves.database import connect, connect_read_only, make_durable
from saves.errors import DISK_ERRORS, SaveError
from saves.schema import VERSION, migrate, version_of

if TYPE_CHECKING:
    from sqlite_utils import Database


def opened(path: Path) -> Database:
    """The library for reading and writing, made where there is none, at the newest version.

    Raises:
        DISK_ERRORS: when it can't be opened.
        SaveError: when the file is no library of ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = connect(path)
    try:
        migrate(db)  # which writes nothing to a file of another program
        make_durable(db)
        db.execute("SELECT count(*) FROM sessions").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def opened_read_only(path: Path) -> Database | None:
    """The library for reading, where it can be read but not written; None where it can’t even be read."""
    log = path.with_name(f"{path.name}-wal")
    finished = not (log.exists() and log.stat().st_size)
    for immutable in (False, True) if finished else (False,):  # in a read-only folder WAL can be read only so
        db = connect_read_only(path, immutable)
        try:
            readable = version_of(db) == VERSION
        except (*DISK_ERRORS, SaveError):
            readable = False
        if readable:
            return db
        db.close()
    return None
