"""The live session and its record: what a call returns is on disk, or `trouble` says that it is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from engine.commands.command import Command, CommandError
from engine.commands.grammar import parse
from engine.events import Event, iso
from engine.ghost import Kind
from engine.looking.views import View
from engine.numbers import plain
from engine.rulebooks.base import Refusal
from engine.session import ANY_EVENT, Session
from engine.state.snapshots import digest
from saves.batch import KEPT_COMMANDS, KEPT_EVENTS, Mark, Snapshot
from saves.journal import Journal
from saves.records import RecordedCommand, RecordedEvent, Sample, resolved_size
from saves.rivals import Cast
from saves.watching import Watch

Late = Callable[[], bool]

SAMPLES = 2_000
"""Most equity samples of a session: the tape is divided into so many cells, and each gets one."""

SAMPLES_A_LEAP = 200
"""Most samples that one `advance` takes; a look at the equity costs about a millisecond."""

CELLS_A_FRAME = 4
"""A call that passes no more cells than this is a frame of a running tape: a sample every other frame is enough."""

QUIET_CALLS = 60
QUIET_MS = 1_000
"""A quiet stretch is written after so many calls or so many ms, whichever comes first."""


@dataclass(frozen=True, slots=True)
class EquityLine:
    """Equity samples, oldest first: vertices, times in ms UTC, and equity in quote units as floats, for drawing."""

    step: NDArray[np.int64]
    time: NDArray[np.int64]
    equity: NDArray[np.float64]


class Recorder:
    """A session that is saved as it is played. One thread at a time may use it.

    What `do` returns is on disk, and so is every event that `advance` returns; quiet progress follows within a
    second. When the disk refuses, the game goes on: `saved` is False, `trouble` says why, and all that is missing is
    kept in memory and written, in order, as soon as the disk takes it.

    Attributes:
        session: the engine's session, to look at; change it through the recorder only.
        id: the session's id in the library.

    Args:
        session: at the place that the journal's store has reached.
        journal: where it is written.
        clock: ms, for the rhythm of writing.
        events: how many events are recorded already.
        samples: the equity samples taken already.
        name: what a session that was in the library before is called.
        ghosts, rivals: which it has already.
    """

    def __init__(
        self,
        session: Session,
        journal: Journal,
        clock: Callable[[], int],
        *,
        events: int = 0,
        samples: Collection[Sample] = (),
        name: str | None = None,
        ghosts: tuple[Kind, ...] = (),
        rivals: Cast = (),
    ) -> None:
        self.session, self.id = session, journal.store.session
        self._journal, self._clock, self._name = journal, clock, name
        self._event_count = events
        self._samples, self._ghosts, self._rivals = list(samples), ghosts, rivals
        self._cell = -(-len(session.tape) // SAMPLES)
        self._quiet_calls, self._committed_at = 0, clock()
        self._kept = session.commands, events
        self._committed_step: int | None = session.step
        self._closed = False
        self._view: View | None = None

    @property
    def name(self) -> str:
        """What the session is called; empty for a new one that gets a name when it is first written."""
        return self._journal.store.name or self._name or ""

    @property
    def saved(self) -> bool:
        """Whether the disk has taken all that it was given."""
        return self._journal.trouble is None

    @property
    def unwritten(self) -> bool:
        """Whether a new session has not been given to the disk yet."""
        return self._committed_step is None and not self._journal.held

    @property
    def trouble(self) -> str | None:
        """Why the session is not saved, in plain words; None while it is."""
        return self._journal.trouble

    @property
    def event_count(self) -> int:
        """How many events there are so far."""
        return self._event_count

    def view(self) -> View:
        """The session now; made at most once a change: the screen, the samples and the disk look at the same."""
        if self._view is None:
            self._view = self.session.view()
        return self._view

    def begin(self, write: bool = True) -> None:
        """Write a new session: its set-up, its tape, the events of its start and its first snapshot.

        Args:
            write: False: not yet, but with what comes next, be it a command, a second of the tape, `save` or `close`.
        """
        self._note(self.session.opening, None)
        self._take_sample()
        self._committed_step = None
        if write:
            self._commit()

    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """Give a command. Its events, the command itself and the state after it are on disk when this returns.

        A refused command changes nothing and is not recorded. Without `number` it gets the next one.
        """
        if not _repeatable(command):
            return Refusal("this command can’t be written down in one line", "type it at the “:” line")
        with self._unbroken():
            return self._done(command, number or self.session.commands + 1)

    def _done(self, command: Command, number: int) -> tuple[Event, ...] | Refusal:
        self._view = None
        result = self.session.do(command, number)
        if isinstance(result, Refusal):
            return result
        self._note(result, number)
        snapshot = self.session.snapshot()
        self._journal.take(
            commands=[
                RecordedCommand(
                    number=number,
                    step=self.session.step,
                    time=iso(self.session.time),
                    text=str(command),
                    size=resolved_size(number, result),
                    hash=digest(snapshot),
                )
            ]
        )
        self._keep_snapshot(self._event_count)
        self._commit(snapshot)
        return result

    def advance(
        self,
        until: int,
        stop_on: frozenset[str] = frozenset(),
        late: Callable[[], bool] | None = None,
        watch: Watch | None = None,
    ) -> tuple[Event, ...]:
        """Let time pass up to vertex `until`, or to the first vertex with an event whose kind is in `stop_on`.

        Events are on disk when this returns; progress without events, within a second or 60 calls.

        Args:
            until: vertex.
            stop_on: kinds of events.
            late: asked wherever something happened whether it is enough; the rest is left to the next call.
            watch: told there, and may stop it.
        """
        with self._unbroken():
            return self._advanced(until, stop_on, late or _never, watch)

    def _advanced(self, until: int, stop_on: frozenset[str], late: Late, watch: Watch | None) -> tuple[Event, ...]:
        happened: list[Event] = []
        until = min(until, len(self.session.tape) - 1)
        vertices = until - self.session.step
        cells = vertices // self._cell
        leaps = cells > CELLS_A_FRAME
        spared = -(-cells // SAMPLES_A_LEAP) - 1 if leaps else cells if vertices > 1 else 0
        for target in self._stations(until):
            came = self._reach(target, stop_on, late, watch, happened)
            if leaps and (target == until or not came):
                spared = 0
            if self.session.step // self._cell - self._sampled_cell > spared:
                self._take_sample()
            self._keep_snapshot(self._event_count + len(happened))
            if not came or late():
                break
        self._note(happened, None)
        self._commit_in_time(bool(happened))
        return tuple(happened)

    def _keep_snapshot(self, events: int) -> None:
        """Keep a snapshot for good where much has happened since the last: one leap may be a year."""
        step, commands = self.session.step, self.session.commands
        if events - self._kept[1] >= KEPT_EVENTS or commands - self._kept[0] >= KEPT_COMMANDS:
            snapshot, self._kept = self.session.snapshot(), (commands, events)
            self._journal.take(kept=[Snapshot(step, commands, events, digest(snapshot), snapshot)])

    def _reach(
        self, target: int, stop_on: frozenset[str], late: Late, watch: Watch | None, happened: list[Event]
    ) -> bool:
        """Go to vertex `target`; False when something stopped that. What happened on the way is added."""
        stops = stop_on if late is _never and watch is None else stop_on | {ANY_EVENT}
        while True:
            self._view = None
            look = target if watch is None else watch.next_look(target)
            events = self.session.advance(look, stops)
            happened += events
            enough = watch is not None and watch.saw(events)
            if enough or any(_stops(event, stop_on) for event in events):
                return False
            if self.session.step >= target:
                return True
            if (not events and self.session.step < look) or late():
                return False

    def _stations(self, until: int) -> Iterator[int]:
        """The first vertices of the cells on the way, and `until`."""
        step = self.session.step
        if (until - step) // self._cell > CELLS_A_FRAME:
            yield from range((step // self._cell + 1) * self._cell, until, self._cell)
        yield until

    @property
    def _sampled_cell(self) -> int:
        return self._samples[-1].step // self._cell if self._samples else -1

    def _take_sample(self) -> None:
        sample = Sample(self.session.step, self.session.time, self.view().equity)
        self._samples.append(sample)
        self._journal.take(samples=[sample])

    def _note(self, events: Collection[Event], command: int | None) -> None:
        first = self._event_count + 1
        self._event_count += len(events)
        self._journal.take(events=[RecordedEvent(number, event, command) for number, event in enumerate(events, first)])

    def _commit_in_time(self, urgent: bool) -> None:
        if not urgent and self.session.step == self._committed_step and self.saved:
            return
        self._quiet_calls += 1
        quiet = self._quiet_calls < QUIET_CALLS and abs(self._clock() - self._committed_at) < QUIET_MS
        if self.saved and not urgent and quiet:
            return
        if self.saved or self._journal.may_try():
            self._commit()

    def _commit(self, snapshot: bytes | None = None) -> None:
        if self._journal.held:
            return
        snapshot = self.session.snapshot() if snapshot is None else snapshot
        view = self.view()
        self._journal.flush(
            Mark(
                step=view.step,
                time=view.time,
                equity=plain(view.equity),
                state=view.state,
                commands=self.session.commands,
                events=self._event_count,
                calls=view.calls,
                liquidations=view.liquidations,
                hash=digest(snapshot),
                snapshot=snapshot,
            )
        )
        self._quiet_calls, self._committed_at, self._committed_step = 0, self._clock(), self.session.step

    @property
    def ghosts(self) -> tuple[Kind, ...]:
        """Which ghosts the session has: the kinds of account in which its commands are played too."""
        return self._ghosts

    def set_ghosts(self, kinds: tuple[Kind, ...]) -> None:
        """Remember which ghosts the session has from now on."""
        self._ghosts = kinds
        self._journal.take_ghosts(kinds)
        self._commit()

    @property
    def rivals(self) -> Cast:
        """Who plays the same tape beside the session: names and strategies."""
        return self._rivals

    def set_rivals(self, cast: Cast) -> None:
        """Remember who plays beside the session from now on."""
        self._rivals = cast
        self._journal.take_rivals(cast)
        self._commit()

    def save(self) -> bool:
        """Write everything now, quiet progress too; whether it is on disk."""
        self._commit()
        return self.saved

    def retry(self) -> bool:
        """Try again what the disk refused: to be called once a frame while time stands still, for nothing else does
        it then. Whether it was tried; the tries grow rarer."""
        tried = not self.saved and not self._journal.held and self._journal.may_try()
        if tried:
            self._commit()
        return tried

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        """What an error or an interrupt leaves half done must not reach the save, not even when it is closed."""
        try:
            yield
        except BaseException:
            self.hold()
            raise

    def hold(self) -> None:
        """Write nothing any more: the session broke inside, and what it holds now may be half a change."""
        self._journal.held = True

    def events(self, kinds: Collection[str] | None = None, last: int | None = None) -> tuple[Event, ...]:
        """The events so far, oldest first, read back from disk; only those of `kinds`, only the `last` so many.

        Raises:
            SaveError: when one on disk is damaged.
        """
        return tuple(self._journal.events(kinds, last))

    def commands(self) -> tuple[RecordedCommand, ...]:
        """The commands accepted so far, oldest first, read back from disk."""
        return tuple(self._journal.commands())

    def equity_samples(self, limit: int = SAMPLES) -> EquityLine:
        """At most `limit` samples of the equity, evenly chosen, the first and the newest among them."""
        samples = self._samples
        if len(samples) > limit:
            places = np.linspace(0, len(samples) - 1, limit).round().astype(int)
            samples = [samples[place] for place in places]
        return EquityLine(
            np.array([each.step for each in samples], np.int64),
            np.array([each.time for each in samples], np.int64),
            np.array([float(each.equity) for each in samples], np.float64),
        )

    def close(self) -> None:
        """Write what is left and let others have the session. Doing so twice is harmless."""
        if not self._closed:
            self._closed = True
            self._journal.store.take_time()
            if not self.saved or self.session.step != self._committed_step:
                self._commit()
            self._journal.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _stops(event: Event, stop_on: frozenset[str]) -> bool:
    return event.kind in stop_on or ANY_EVENT in stop_on


def _never() -> bool:
    return False


def _repeatable(command: Command) -> bool:
    """Whether the text of a command spells the same command again."""
    try:
        return parse(str(command)) == command
    except CommandError:
        return False
