"""What a session still has to put on disk. When the disk refuses, it waits here, in order, and is tried again."""

from __future__ import annotations

from collections.abc import Collection

from engine.events import Event
from engine.ghost import Kind
from saves.batch import Batch, Mark, Snapshot
from saves.errors import DISK_ERRORS, SaveError, plainly
from saves.records import RecordedCommand, RecordedEvent, Sample
from saves.rivals import Cast
from saves.store import UNWRITTEN, Store

LONGEST_WAIT = 512
"""Calls between two tries while the disk refuses; about a quarter of a minute at 30 calls a second."""

_REFUSED = (*DISK_ERRORS, SaveError)


class Journal:
    """The rows that wait, and their way to the store.

    Attributes:
        held: while True, nothing is written.
        trouble: why the last try failed, in plain words; None while everything that was tried is on disk.
    """

    def __init__(self, store: Store, held: bool = False) -> None:
        self.store, self.held = store, held
        self.trouble: str | None = None
        self._commands: list[RecordedCommand] = []
        self._events: list[RecordedEvent] = []
        self._samples: list[Sample] = []
        self._kept: list[Snapshot] = []
        self._ghosts: tuple[Kind, ...] | None = None
        self._rivals: Cast | None = None
        self._failures = self._wait = 0

    def take(
        self,
        commands: Collection[RecordedCommand] = (),
        events: Collection[RecordedEvent] = (),
        samples: Collection[Sample] = (),
        kept: Collection[Snapshot] = (),
    ) -> None:
        """Keep rows for the next flush; each kind comes in its order."""
        self._kept += kept
        self._commands += commands
        self._events += events
        self._samples += samples

    def take_ghosts(self, kinds: tuple[Kind, ...]) -> None:
        """Keep for the next flush which ghosts the session has."""
        self._ghosts = kinds

    def take_rivals(self, cast: Cast) -> None:
        """Keep for the next flush who plays beside the session."""
        self._rivals = cast

    def may_try(self) -> bool:
        """Whether to flush now. After a failure the answer is no for a number of calls that doubles each time."""
        self._wait -= 1
        return self._wait < 0

    def flush(self, mark: Mark) -> None:
        """Put all that waits on disk. No error of the disk comes out of here: `trouble` says what is wrong."""
        try:
            kept, others = tuple(self._kept), (self._ghosts, self._rivals)
            self.store.write(Batch(mark, self._commands, self._events, self._samples, kept, *others))
        except _REFUSED as error:
            self._failed(error)
            return
        self._commands, self._events, self._samples, self._kept = [], [], [], []
        self._ghosts = self._rivals = None
        self._failures, self._wait, self.trouble = 0, 0, None

    def _failed(self, error: Exception) -> None:
        self.trouble = plainly(error).reason
        self._wait = min(2**self._failures, LONGEST_WAIT)
        self._failures += 1
        self.store.hurry()  # the screen that showed it is gone by the next try
        self.store.disconnect()  # which opens the file afresh: the folder may have come back

    def events(self, kinds: Collection[str] | None, last: int | None) -> list[Event]:
        """Events on disk and waiting, oldest first. A disk that can't be read gives what waits in memory.

        Raises:
            SaveError: when one on disk is damaged.
        """
        waiting = [each.event for each in self._events if kinds is None or each.event.kind in kinds]
        missing = None if last is None else max(last - len(waiting), 0)
        before = self._events[0].number if self._events else UNWRITTEN
        try:
            stored = self.store.events(kinds, missing, before)
        except DISK_ERRORS:
            stored = []
        return stored + (waiting if last is None else waiting[len(waiting) - min(last, len(waiting)) :])

    def commands(self) -> list[RecordedCommand]:
        """Accepted commands on disk and waiting, oldest first. A disk that can't be read gives what waits in memory."""
        before = self._commands[0].number if self._commands else UNWRITTEN
        try:
            stored = self.store.commands(before)
        except _REFUSED:
            stored = []
        return stored + self._commands

    def close(self) -> None:
        """Let others have the session. What still waits is lost."""
        self.store.close()
