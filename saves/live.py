"""Recorders for new sessions and for saved ones. Apart from the library, for these need the engine; a list does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.events import iso
from engine.session import Session
from saves.batch import Opening
from saves.database import reading
from saves.errors import printable
from saves.journal import Journal
from saves.lock import SessionLock
from saves.place import Place
from saves.recorder import Recorder
from saves.store import Store
from saves.tapes import Progress, check_tape

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["check_tape", "new_recorder", "resumed_recorder"]


def new_recorder(session: Session, place: Place, name: str | None, progress: Progress | None, write: bool) -> Recorder:
    """A recorder that has begun to write `session`, which stands at its start; without `write`, it will.

    When the disk refuses, the recorder says so (`saved` is False) and tries again while the game goes on.
    """
    opening = Opening(name, iso(place.clock()), None, session.setup, session.tape, progress)
    journal = Journal(Store(place.home, place.session, place.clock, opening=opening))
    recorder = Recorder(session, journal, place.clock)
    try:
        recorder.begin(write)
    except BaseException:
        journal.close()
        raise
    return recorder


def resumed_recorder(db: Database, place: Place, lock: SessionLock | None, progress: Progress | None) -> Recorder:
    """A recorder of a saved session, where it was last written.

    Raises:
        SaveError: when it is damaged or gone.
        DISK_ERRORS: when the file can't be read.
    """
    from saves.ghosts import ghosts_of
    from saves.resume import live_session, past_of, recording, samples_of
    from saves.rivals import rivals_of

    with reading(db):
        recorded = recording(db, place.session, progress)
        live = live_session(db, recorded)
        samples, past = samples_of(db, place.session), past_of(db, place.session)
        ghosts, rivals = ghosts_of(db, place.session), rivals_of(db, place.session)
    return Recorder(
        live,
        Journal(Store(place.home, place.session, place.clock, lock=lock, past=past)),
        place.clock,
        events=recorded.row.events,
        samples=samples,
        name=printable(recorded.row.name),
        ghosts=ghosts,
        rivals=rivals,
    )
