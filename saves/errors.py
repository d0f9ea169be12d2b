"""What can go wrong with saves, told in plain words and without a character that a terminal would obey."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_QUOTE = 200

DISK_ERRORS = (sqlite3.Error, OSError, UnicodeDecodeError)
"""What reading and writing may raise; the last where SQLite quotes a damaged file in its own message."""


class SaveError(ValueError):
    """A save can't be read, written or found.

    Attributes:
        reason: what is wrong, one sentence without a full stop.
        would_work: what to do instead; empty where nothing can be advised.
    """

    def __init__(self, reason: str, would_work: str = "") -> None:
        self.reason, self.would_work = printable(reason), printable(would_work)
        super().__init__("; ".join(part for part in (self.reason, self.would_work) if part))


class SessionInUse(SaveError):
    """Another running program (or another window of this one) plays the session."""


def printable(text: str) -> str:
    """`text` with every control, bidirectional or otherwise unprintable character replaced by `�`."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "�" for each in text)


def quoted(text: str) -> str:
    """`text` between quotation marks, printable and not longer than 200 characters."""
    return f"“{printable(text[:LONGEST_QUOTE])}”" if len(text) <= LONGEST_QUOTE else f"“{printable(text[:199])}…”"


_ELSEWHERE = "make it writable, or choose another folder with ISOCROSS_HOME"
_UNTOUCHED = "it was left as it is: move it away, or choose another folder with ISOCROSS_HOME"

_ADVICE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space"),
    sqlite3.SQLITE_READONLY: ("the folder or the file is read-only", _ELSEWHERE),
    sqlite3.SQLITE_PERM: ("the file may not be opened", _ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("the file can’t be opened", _ELSEWHERE),
    sqlite3.SQLITE_BUSY: ("another program keeps the library busy", "close what else has it open"),
    sqlite3.SQLITE_LOCKED: ("another program keeps the library busy", "close what else has it open"),
    sqlite3.SQLITE_IOERR: ("the disk refuses", "look at its space and its health"),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged", _UNTOUCHED),
    sqlite3.SQLITE_NOTADB: ("the file is not a library of saves", _UNTOUCHED),
    sqlite3.SQLITE_TOOBIG: ("a value in the file is too large", ""),
    sqlite3.SQLITE_NOMEM: ("there is not enough memory", "close other programs"),
}  # fmt: skip

_DISK: dict[int, tuple[str, str]] = {
    errno.ENOSPC: _ADVICE[sqlite3.SQLITE_FULL],
    errno.EDQUOT: ("your share of the disk is used up", "free some space"),
    errno.EROFS: _ADVICE[sqlite3.SQLITE_READONLY],
    errno.EACCES: ("the folder may not be written", _ELSEWHERE),
    errno.EPERM: ("the folder may not be written", _ELSEWHERE),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "choose a folder with ISOCROSS_HOME"),
    errno.EEXIST: ("a file stands where a folder is needed", "choose a folder with ISOCROSS_HOME"),
    errno.ENOENT: ("there is no such file or folder", ""),
    errno.EISDIR: ("it is a folder, not a file", ""),
    errno.EFBIG: ("the file may not grow further", "free some space"),
}


def plainly(error: Exception) -> SaveError:
    """What an error of SQLite or of the operating system means to a player."""
    if isinstance(error, SaveError):
        return error
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _ADVICE:
            return SaveError(*_ADVICE[code & 0xFF])
        return SaveError(f"the file is damaged or not a library of saves ({error})", "it was left as it is")
    if isinstance(error, OSError):
        known = _DISK.get(error.errno or 0)
        return SaveError(*known) if known else SaveError(f"the disk refuses ({error.strerror or error})")
    return SaveError(*_ADVICE[sqlite3.SQLITE_CORRUPT])


_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL)


def is_unwritable(error: Exception) -> bool:
    """Whether what stands in the way of writing may still let one read."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (*_UNWRITABLE, sqlite3.SQLITE_IOERR)
    return isinstance(error, OSError)


@contextmanager
def told(what: str, damaged: str | None = None) -> Iterator[None]:
    """Turn errors of SQLite and of the operating system into a `SaveError` that begins with `what`. `damaged` says what
    to do where the file itself is wrong and is not the library.

    Raises:
        SaveError: for each of `DISK_ERRORS` inside the block.
    """
    try:
        yield
    except DISK_ERRORS as error:
        plain = plainly(error)
        would_work = damaged if damaged is not None and plain.would_work == _UNTOUCHED else plain.would_work
        raise SaveError(f"{what}: {plain.reason}", would_work) from error
