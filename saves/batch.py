"""What one transaction of a session’s store writes."""

from __future__ import annotations

from dataclasses import dataclass

from engine.setup import Setup
from engine.tape import Tape
from saves.records import RecordedCommand, RecordedEvent, Sample
from saves.tapes import Progress

KEPT_COMMANDS = 32
"""A snapshot is kept for good every so many commands; of those between, only the newest."""
KEPT_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a session has come.

    Attributes:
        step, time: the vertex reached and its time in ms UTC.
        equity: of all pools together, exact, as text.
        commands, events, calls, liquidations: counts since the start.
        snapshot: the engine's snapshot there; `hash` is its SHA-256.
    """

    step: int
    time: int
    equity: str
    state: str
    commands: int
    events: int
    calls: int
    liquidations: int
    hash: str
    snapshot: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes: the rows, oldest first, and how far they take the session."""

    mark: Mark
    commands: list[RecordedCommand]
    events: list[RecordedEvent]
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first transaction of a new session needs besides.

    Attributes:
        name: one that is taken by then gets a number; None: made up then.
        created: when, UTC, ISO 8601.
        program: the version of isocross that made it; None: this one.
        progress: told how much of the tape is written.
    """

    name: str | None
    created: str
    program: str | None
    setup: Setup
    tape: Tape
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The snapshots on disk that matter to the next one.

    Attributes:
        kept_commands, kept_events: counts at the last snapshot that stays for good.
        step, commands: key of the newest snapshot.
        is_kept: whether the newest is that one.
    """

    kept_commands: int
    kept_events: int
    step: int
    commands: int
    is_kept: bool

    def following(self, step: int, commands: int, events: int) -> Past:
        """The same once a snapshot of that place is the newest."""
        if commands - self.kept_commands >= KEPT_COMMANDS or events - self.kept_events >= KEPT_EVENTS:
            return Past(commands, events, step, commands, True)
        return Past(self.kept_commands, self.kept_events, step, commands, False)
