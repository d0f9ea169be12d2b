"""The library of saved sessions: one SQLite database in the player’s data folder."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from saves.access import opened, opened_read_only
from saves.database import reading, writing
from saves.errors import DISK_ERRORS, SaveError, SessionInUse, is_unwritable, quoted, told
from saves.home import home_folder, library_file, lock_file
from saves.lock import SessionLock
from saves.names import checked_name
from saves.place import Clock, Place
from saves.schema import migrate

if TYPE_CHECKING:
    # Nothing that a session needs is imported before one is opened: the list of saves is to be there at once.
    from sqlite_utils import Database

    from engine.record import Record
    from engine.session import Session
    from saves.attempts import Attempts
    from saves.forks import Change, Forked
    from saves.landmarks import Point
    from saves.listing import SavedSession
    from saves.recorder import Recorder
    from saves.records import RecordedCommand
    from saves.replay import Replay
    from saves.tapes import Progress
    from saves.verification import Verdict

ID = re.compile(r"[0-9a-f]{12}")


def wall_clock() -> int:
    """Now, in ms UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class _Access:
    """The file of a library, once it is open: whether it can be written, or why there is none."""

    db: Database
    writable: bool
    trouble: str | None = None


class Library:
    """The saves in one folder. One thread at a time may use it; `open` and `attempt` make one.

    Attributes:
        home: the folder.
    """

    def __init__(self, home: Path, clock: Clock, access: Callable[[Path], _Access]) -> None:
        self.home, self._clock, self._opens = home, clock, access

    @cached_property
    def _access(self) -> _Access:
        return self._opens(self.home)

    @property
    def _db(self) -> Database:
        return self._access.db

    @property
    def writable(self) -> bool:
        """Whether sessions can be saved, and not only read."""
        return self._access.writable

    @property
    def trouble(self) -> str | None:
        """Why there is no library, in plain words; None where there is one."""
        return self._access.trouble

    @classmethod
    def open(cls, home: Path | None = None, now: Clock = wall_clock) -> Library:
        """The library in `home` (ISOCROSS_HOME or the platform's data folder without one), made where there is none.

        A library that can only be read is opened for reading. A file that is no library, or is damaged, or is of a
        newer isocross, is left untouched.

        Args:
            home: the folder.
            now: ms UTC, for the times of saves.

        Raises:
            SaveError: when it can't be opened, in plain words.
        """
        library = cls(home_folder() if home is None else home, now, _accessed)
        _ = library._access
        return library

    @classmethod
    def attempt(cls, home: Path | None = None, now: Clock = wall_clock) -> Library:
        """As `open`, but a player can play in any case: where the library can't be opened, `trouble` says why, the
        list is empty, and sessions wait in memory until the disk takes them. It is opened when it is first asked
        for something: a new game is on the screen before that."""
        return cls(home_folder() if home is None else home, now, _attempted)

    def close(self) -> None:
        """Close the file. Recorders go on: each has a connection of its own."""
        if "_access" in self.__dict__:
            self._db.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- looking

    def sessions(self) -> list[SavedSession]:
        """Every session, the last played first. Raises SaveError."""
        from saves.listing import saved_session

        query = (
            "SELECT sessions.*, tapes.header FROM sessions LEFT JOIN tapes ON digest = tape ORDER BY played DESC, id"
        )
        with told("the saves can’t be listed"):
            return [saved_session(row) for row in self._db.query(query)]

    def find(self, text: str) -> SavedSession:
        """The session with that name or id, or the only one whose name or id begins so.

        Raises:
            SaveError: when there is none, naming those that are near, or when several could be meant.
        """
        from saves.listing import found

        return found(text, self.sessions())

    def in_use(self, session: str) -> bool:
        """Whether a running program plays the session now."""
        try:
            SessionLock(lock_file(self.home, _checked_id(session))).release()
        except SessionInUse:
            return True
        except OSError:
            return False
        return False

    def commands(self, session: str) -> tuple[RecordedCommand, ...]:
        """The commands of a session in order, whether somebody plays it or not. Raises SaveError."""
        from saves.resume import commands_of, session_row

        with told("the session can’t be read"):
            return commands_of(self._db, session_row(self._db, session).id)

    def record(self, session: str, progress: Progress | None = None) -> Record:
        """A session as its commands on its tape, as far as it was written, whether somebody plays it or not.

        Args:
            session: its id.
            progress: told how much of the tape is read, 0 to 1.

        Raises:
            SaveError: when it is damaged or gone.
        """
        from saves.resume import recording

        with told("the session can’t be read"), reading(self._db):
            return recording(self._db, _checked_id(session), progress).record()

    def replay(self, session: str, progress: Progress | None = None) -> Replay:
        """A session to look at, at any of its moments, whether somebody plays it or not. It stands at its end.

        Args:
            session: its id.
            progress: told how much of the tape is read, 0 to 1.

        Raises:
            SaveError: when it is damaged or gone.
        """
        from saves.replay import open_replay

        with told("the session can’t be replayed"):
            return open_replay(self._db, _checked_id(session), progress)

    def verify(self, session: str, progress: Progress | None = None) -> Verdict:
        """Play a session again from its start, and compare all that was recorded of it.

        Args:
            session: its id; somebody may be playing it.
            progress: told how much is done, 0 to 1.

        Raises:
            SaveError: when it is gone or the library can't be read.
        """
        from saves.verification import verify

        with told("the session can’t be verified"):
            return verify(self._db, _checked_id(session), progress)

    @property
    def attempts(self) -> Attempts:
        """What came of lessons."""
        from saves.attempts import Attempts

        return Attempts(self._db, self._clock)

    # -- playing

    def create(
        self, session: Session, name: str | None = None, progress: Progress | None = None, write: bool = True
    ) -> Recorder:
        """Save a session from its start. An unnamed one gets a name of its own, such as “Amber Fjord”.

        When the disk refuses, the recorder says so (`saved` is False) and tries again while the game goes on.

        Args:
            session: at its start.
            name: up to 80 printable characters.
            progress: told how much of the tape is written, 0 to 1.
            write: False: nothing is written yet, but with the first command, second of the tape, `save` or `close`.

        Raises:
            SaveError: for an impossible or taken name, or a tape that can't be stored.
        """
        from saves.live import check_tape, new_recorder

        check_tape(session.tape)
        name = None if name is None else self._free(name)
        place = Place(self.home, secrets.token_hex(6), self._clock)
        return new_recorder(session, place, name, progress, write)

    def resume(self, session: str, progress: Progress | None = None) -> Recorder:
        """Go on with a session where it was last written.

        Args:
            session: its id.
            progress: told how much of the tape is read, 0 to 1.

        Raises:
            SessionInUse: when another running program plays it.
            SaveError: when it is damaged or gone; then it stays as it is.
        """
        with told("the session can’t be opened"):
            lock = SessionLock(lock_file(self.home, _checked_id(session))) if self.writable else None
            try:
                return self._resumed(session, lock, progress)
            except BaseException:
                if lock is not None:
                    lock.release()
                raise

    def _resumed(self, session: str, lock: SessionLock | None, progress: Progress | None) -> Recorder:
        from saves.live import resumed_recorder

        recorder = resumed_recorder(self._db, Place(self.home, session, self._clock), lock, progress)
        if not self.writable:
            recorder.save()
        return recorder

    def fork(
        self,
        session: str,
        point: Point,
        name: str | None = None,
        change: Change | None = None,
        progress: Progress | None = None,
    ) -> Forked:
        """A new session that is as this one up to a moment, and knows it as its parent. With a change, that moment is
        right before the command that is changed; the other one is given, and what followed in the parent plays out.

        Args:
            session: its id; somebody may be playing it.
            point: the moment; with a change, it is the change that says where.
            name: up to 80 printable characters; None: “NAME, fork”, with a number where that is taken.
            change: what is done otherwise.
            progress: told how much is done, 0 to 1.

        Raises:
            SaveError: for an impossible or taken name, a command that can't be changed so, or when the disk refuses.
        """
        from saves.forks import Fork, fork

        name = None if name is None else self._free(name)
        with told("the session can’t be forked"):
            replay = self.replay(session)
            return fork(self._db, replay, Fork(point, name, change, self._clock), self.resume, self.delete, progress)

    # -- keeping house

    def rename(self, session: str, name: str) -> None:
        """Call a session something else. Raises SaveError for an impossible or taken name."""
        name = self._free(name, session)
        with told("the session can’t be renamed"), writing(self._db):
            changed = self._db.execute("UPDATE sessions SET name = ? WHERE id = ?", [name, session])
            if changed.rowcount != 1:
                raise SaveError("there is no such session in the library", "see the list of saves")

    def delete(self, session: str) -> None:
        """Remove a session, and its tape where no other session is played on it.

        Raises:
            SessionInUse: when a running program plays it.
            SaveError: when it isn't there or the disk refuses; then nothing was removed.
        """
        path = lock_file(self.home, _checked_id(session))
        with told("the session can’t be deleted"):
            lock = SessionLock(path)
            try:
                with writing(self._db):
                    if self._db.execute("DELETE FROM sessions WHERE id = ?", [session]).rowcount != 1:
                        raise SaveError("there is no such session in the library", "see the list of saves")
                    self._db.execute("DELETE FROM tapes WHERE digest NOT IN (SELECT tape FROM sessions)")
                with suppress(sqlite3.Error):  # giving the space back can wait
                    self._db.conn.executescript("PRAGMA incremental_vacuum")  # `execute` would free one page
                path.unlink(missing_ok=True)
            finally:
                lock.release()

    def export(self, session: str, path: Path) -> None:
        """Write a session with its tape into one file of its own, which `import_file` reads on any machine.

        Raises:
            SaveError: when the file exists, or can't be written, or the session isn't there.
        """
        from saves.transfer import export_session

        export_session(self._db, session, path)

    def import_file(self, path: Path, progress: Progress | None = None) -> SavedSession:
        """Take a session from a file into the library, under a new id. It is played again on the way: every state
        must be the one that the file states.

        Args:
            path: a file that `export` wrote.
            progress: told how much is done, 0 to 1.

        Raises:
            SaveError: when the file is no save, or damaged, altered or too large; then nothing was taken.
        """
        from saves.transfer import import_session

        with import_session(path, self.home, self._clock, progress) as recorder:
            return self._by_id(recorder.id)

    def _by_id(self, session: str) -> SavedSession:
        return next(each for each in self.sessions() if each.id == session)

    def _free(self, name: str, session: str = "") -> str:
        name = checked_name(name)
        with told("the library can’t be read"):
            taken = self._is_taken(name, session)
        if taken:
            raise SaveError(f"there is a save called {quoted(name)} already", "choose another name, or resume that one")
        return name

    def _is_taken(self, name: str, session: str = "") -> bool:
        query = "SELECT 1 FROM sessions WHERE name = ? AND id != ?"
        return self._db.execute(query, [name, session]).fetchone() is not None


def _accessed(home: Path) -> _Access:
    """The library in `home`, made where there is none; for reading where it can't be written. Raises SaveError."""
    path = library_file(home)
    with told(f"the library of saves in {path} can’t be opened"):
        try:
            return _Access(opened(path), writable=True)
        except DISK_ERRORS as error:
            db = opened_read_only(path) if path.exists() and is_unwritable(error) else None
            if db is None:
                raise
            return _Access(db, writable=False)


def _attempted(home: Path) -> _Access:
    """The same; an empty one in memory, and why, where it can't be opened."""
    from sqlite_utils import Database

    try:
        return _accessed(home)
    except SaveError as error:
        db = Database(memory=True)
        migrate(db)
        return _Access(db, writable=False, trouble=str(error))


def _checked_id(session: str) -> str:
    """The id itself: it becomes part of a path. Raises SaveError."""
    if not ID.fullmatch(session):
        raise SaveError(f"{quoted(session)} is not the id of a save", "see the list of saves")
    return session
