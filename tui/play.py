"""One session being played: time, commands and looks, with no screen. The desk draws what this returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.commands import Command
from engine.events import Event
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.views import Preview, View
from saves import Recorder
from tui.frame_clock import FrameClock

T = TypeVar("T")

PAUSING = frozenset({"call", "liquidation", "wiped_out", "end"})
"""Kinds of events that stop a running tape, unless the player said otherwise."""
DECISIVE = frozenset({"liquidation", "wiped_out", "end"})
"""Kinds of events that stop every run, whatever it was for."""
REPORTED = PAUSING | {"fill", "order", "cancel", "restored", "takeover", "adl", "shortfall"}
"""Kinds of events that a run to the next event stops at: all but the hourly funding."""

SEVERITY = {"call": 1, "takeover": 2, "liquidation": 3, "wiped_out": 4, "end": 5}
"""Which of several events at once is the one to tell: the gravest, and of equals the first."""

FIRST_CHUNK = 256
LARGEST_CHUNK = 1 << 20
CHUNK_SECONDS = 0.012
"""A run is cut into parts of about this length, so that the screen stays alive."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a run stops: at vertex `until`, or at the first event whose kind is in `stop_on`."""

    until: int
    stop_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame brought: the events, whether anything moved, and the event that paused the tape."""

    events: tuple[Event, ...] = ()
    moved: bool = False
    paused_by: Event | None = None
    finished: bool = False


STILL = Frame()


class Fault(Exception):
    """The program failed inside; the save is as it was before. The text is for the player."""


class Play:
    """A session that is being played.

    Args:
        recorder: keeps the session; what it returns is on disk.
        fault: told of an internal error; answers with a sentence for the player.
        clock: real seconds, to keep a frame short.
    """

    def __init__(self, recorder: Recorder, fault: Callable[[Exception], str], clock: Callable[[], float]) -> None:
        self.recorder, self._fault, self._now = recorder, fault, clock
        self.clock = FrameClock(recorder.session.tape)
        self.goal: Goal | None = None
        self.pauses = True
        self.holds: set[str] = set()
        self.broken = False
        self._chunk = FIRST_CHUNK
        self._seen: View | None = None

    @property
    def session(self) -> Session:
        """The session itself, to read from."""
        return self.recorder.session

    @property
    def at_end(self) -> bool:
        """Whether the tape has no further vertex."""
        return self.session.step >= len(self.session.tape) - 1

    @property
    def running(self) -> bool:
        """Whether time passes: it does not while something that needs thought is open."""
        return (self.clock.running or self.goal is not None) and not self.holds

    def view(self) -> View:
        """The session now; the last good look at it once the program failed inside. Raises Fault when it fails."""
        if self._seen is None or not self.broken:
            self._seen = self._guarded(self.recorder.view, changes=True)
        return self._seen

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Give a command. Raises Fault."""
        if self.broken:
            return Refusal("the program failed inside", "go home with q and continue from the save")
        return self._guarded(lambda: self.recorder.do(command), changes=True)

    def preview(self, command: Command) -> tuple[Preview, ...]:
        """What a command would do. Raises Fault."""
        return self._guarded(lambda: self.session.preview(command), changes=False)

    def stop(self) -> None:
        """Let time stand still."""
        self.clock.pause()
        self.goal = None

    def frame(self, seconds: float) -> Frame:
        """Let `seconds` of real time pass. Raises Fault."""
        if not self.running or self.broken:
            return STILL
        if self.goal is not None:
            return self._towards(self.goal)
        step = self.session.step
        until = self.clock.due(step, seconds)
        return self._advance(until, PAUSING if self.pauses else DECISIVE) if until > step else STILL

    def step(self) -> Frame:
        """Pass one vertex, whether time runs or not. Raises Fault."""
        self.stop()
        return STILL if self.at_end or self.broken else self._advance(self.session.step + 1, frozenset())

    def _towards(self, goal: Goal) -> Frame:
        """A part of the way to `goal`, as long as a frame bears."""
        started = self._now()
        until = min(goal.until, self.session.step + self._chunk)
        frame = self._advance(until, goal.stop_on | DECISIVE)
        fast = self._now() - started < CHUNK_SECONDS
        self._chunk = min(self._chunk * 2, LARGEST_CHUNK) if fast else max(self._chunk // 2, 1)
        if self.session.step >= goal.until:
            self.stop()
        return frame

    def _advance(self, until: int, stop_on: frozenset[str]) -> Frame:
        before = self.session.step
        events = self._guarded(lambda: self.recorder.advance(until, stop_on), changes=True)
        stopping = [event for event in events if event.kind in stop_on]
        stopped = max(stopping, key=lambda event: SEVERITY.get(event.kind, 0), default=None)
        moved = self.session.step > before
        finished = self.at_end or not moved or self.session.state != "running"
        if stopped is not None or finished:
            self.stop()
        return Frame(events, moved, stopped, finished)

    def _guarded(self, work: Callable[[], T], *, changes: bool) -> T:
        try:
            return work()
        except Exception as error:
            self.stop()
            if changes:
                # What the session holds now may be half a change: it must not reach the save.
                self.broken = True
                self.recorder.hold()
            raise Fault(self._fault(error)) from error
