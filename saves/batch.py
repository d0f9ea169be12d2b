"""What one transaction of a session’s store writes."""

from __future__ import annotations

from dataclasses import dataclass

from engine.ghost import Kind
from engine.setup import Setup
from engine.tape import Tape
from saves.records import RecordedCommand, RecordedEvent, Sample
from saves.rivals import Cast
from saves.tapes import Progress

KEPT_COMMANDS = 32
"""A snapshot is kept for good every so many commands; of those between, only the newest."""
KEPT_EVENTS = 500
"""Events: a tenth of the time that a seek may take."""


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
class Snapshot:
    """The engine's snapshot at a place of the session; `hash` is its SHA-256."""

    step: int
    commands: int
    events: int
    hash: str
    state: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes: the rows, oldest first, and how far they take the session."""

    mark: Mark
    commands: list[RecordedCommand]
    events: list[RecordedEvent]
    samples: list[Sample]
    kept: tuple[Snapshot, ...] = ()
    """Snapshots to keep from places before `mark`."""
    ghosts: tuple[Kind, ...] | None = None
    """All ghosts that the session has now; None where they are as before."""
    rivals: Cast | None = None
    """All its rivals, likewise."""


@dataclass(frozen=True, slots=True)
class ForkOf:
    """Which session another was forked from, where, and what was changed there, in words."""

    parent: str
    step: int
    commands: int
    time: str
    change: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first transaction of a new session needs besides.

    Attributes:
        name: one that is taken by then gets a number; None: made up then.
        created: when, UTC, ISO 8601.
        program: the version of isocross that made it; None: this one.
        progress: told how much of the tape is written.
        fork_of: where it was forked from; None where it is no fork.
    """

    name: str | None
    created: str
    program: str | None
    setup: Setup
    tape: Tape
    progress: Progress | None = None
    fork_of: ForkOf | None = None


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
        if self.is_kept and (step, commands) == (self.step, self.commands):
            return self
        if commands - self.kept_commands >= KEPT_COMMANDS or events - self.kept_events >= KEPT_EVENTS:
            return Past(commands, events, step, commands, True)
        return Past(self.kept_commands, self.kept_events, step, commands, False)
