"""One session being played: time, commands and looks, with no screen. The desk draws what this returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.commands.command import Command
from engine.events import Event
from engine.looking.views import Preview, View
from engine.rulebooks.base import Refusal
from engine.session import Session
from saves import Recorder
from saves.home import home_folder
from tui.faults import log_fault
from tui.playing.frame_clock import FrameClock
from tui.playing.ghosts import Ghosts
from tui.playing.pausing import ALWAYS, CHOICES, CHOSEN, gravest
from tui.playing.rivals import RivalsBeside
from tui.playing.runs import CHUNK_SECONDS, Goal, Passed, Progress, Run

T = TypeVar("T")

REPORTED = (
    CHOICES[0]
    | ALWAYS
    | {"trigger", "order", "cancel", "restored", "takeover", "handover", "adl", "shortfall", "socialised"}
)
"""Kinds of events that a run to the next event stops at: all but the hourly funding."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame brought.

    Attributes:
        events: what happened, in order.
        moved: whether any vertex was passed.
        paused_by: the event that stopped time.
        finished: whether no further frame can come: the tape or the session is at its end.
        arrived: whether the goal of a run was reached.
        passed: what happened during the run so far; None without one.
    """

    events: tuple[Event, ...] = ()
    moved: bool = False
    paused_by: Event | None = None
    finished: bool = False
    arrived: bool = False
    passed: Passed | None = None


STILL = Frame()


class Fault(Exception):
    """The program failed inside; the save is as it was before. The text is for the player."""


class Play:
    """A session that is being played.

    Attributes:
        pausing: kinds of events that stop time, of those that the player may choose from.
        holds: what is open and needs thought; time stands still meanwhile.
        ghosts: other accounts that follow the session; `rivals`: others who play the same tape.
        broken: whether the program failed inside.

    Args:
        recorder: keeps the session; what it returns is on disk.
        fault: told of an internal error; answers with a sentence for the player.
        clock: real seconds, to keep a frame short.
    """

    def __init__(self, recorder: Recorder, fault: Callable[[Exception], str], clock: Callable[[], float]) -> None:
        self.recorder, self._fault, self._now = recorder, fault, clock
        self.clock = FrameClock(recorder.session.tape)
        self.pausing = CHOSEN
        self.holds: set[str] = set()
        self.ghosts = Ghosts(recorder, _logged, clock)
        self.rivals = RivalsBeside(recorder, _logged, clock)
        self.broken = False
        self._run: Run | None = None
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
    def goal(self) -> Goal | None:
        """Where a run is going; None without one."""
        return None if self._run is None or self.clock.running else self._run.goal

    @property
    def progress(self) -> Progress | None:
        """How far the run to a goal is; None without one."""
        return None if self._run is None or self.goal is None else self._run.progress(self.session.step)

    @property
    def running(self) -> bool:
        """Whether time passes: it does not while something that needs thought is open."""
        return (self.clock.running or self.goal is not None) and not self.holds

    @property
    def flat_out(self) -> bool:
        """Whether time passes as fast as the machine goes: too fast to show every frame."""
        return self.running and (self.goal is not None or self.clock.flat_out)

    def view(self) -> View:
        """The session now; the last good look at it once the program failed inside. Raises Fault when it fails."""
        if self._seen is None or not self.broken:
            self._seen = self._guarded(self.recorder.view, changes=True)
        return self._seen

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Give a command. Raises Fault."""
        if self.broken:
            return Refusal("the program failed inside", "go home and continue from the save")
        result = self._guarded(lambda: self.recorder.do(command), changes=True)
        if self.session.state != "running":
            self.stop()
        if not isinstance(result, Refusal):
            self.ghosts.did(command, result)
        return result

    def preview(self, command: Command) -> tuple[Preview, ...]:
        """What a command would do. Raises Fault."""
        return self._guarded(lambda: self.session.preview(command), changes=False)

    def ask(self, question: Callable[[Session], T]) -> T:
        """Ask the session something that changes nothing. Raises Fault."""
        return self._guarded(lambda: question(self.session), changes=False)

    def run_to(self, goal: Goal) -> None:
        """Begin a run; the frames carry it on."""
        self.stop()
        self._run = Run(goal, self.session.step, self._now)

    def stop(self) -> None:
        """Let time stand still."""
        self.clock.pause()
        self._run = None

    def frame(self, seconds: float) -> Frame:
        """Let `seconds` of real time pass. Raises Fault."""
        if not self.running or self.broken:
            return STILL
        if self.flat_out:
            return self._towards(self._flat_out_run())
        step = self.session.step
        until = self.clock.due(step, seconds)
        return self._advance(until, self.pausing | ALWAYS) if until > step else STILL

    def step(self) -> Frame:
        """Pass one vertex, whether time runs or not. Raises Fault."""
        self.stop()
        return STILL if self.at_end or self.broken else self._advance(self.session.step + 1, frozenset())

    def _flat_out_run(self) -> Run:
        """The run to the goal, or to the tape's end at the highest speed of the clock."""
        if self._run is None:
            self._run = Run(Goal(len(self.session.tape) - 1), self.session.step, self._now)
        return self._run

    def _towards(self, run: Run) -> Frame:
        """A part of the way to a goal, as long as a frame bears."""
        goal, step = run.goal, self.session.step
        chosen = self.pausing & {"liquidation"} if goal.stop_on else self.pausing
        frame = self._advance(run.next_chunk(step), goal.stop_on | chosen | ALWAYS, self._late(run))
        run.learn()
        run.passed.take(frame.events)
        if self.session.step >= goal.until:
            self.stop()
            frame = replace(frame, arrived=True)
        return replace(frame, passed=run.passed)

    def _late(self, run: Run) -> Callable[[], bool]:
        """Whether the session has had its part of a chunk: its ghosts need as much each, for events are what takes
        long."""
        sessions = 1 + len(self.ghosts.following)
        if sessions == 1:
            return run.is_late
        end = self._now() + CHUNK_SECONDS / sessions
        return lambda: self._now() >= end

    def _advance(self, until: int, stop_on: frozenset[str], late: Callable[[], bool] | None = None) -> Frame:
        before = self.session.step
        events = self._guarded(lambda: self.recorder.advance(until, stop_on, late), changes=True)
        self.follow()
        stopped = gravest(events, stop_on)
        moved = self.session.step > before
        finished = self.at_end or not moved or self.session.state != "running"
        if stopped is not None or finished:
            self.stop()
        return Frame(events, moved, stopped, finished)

    def follow(self) -> None:
        """Let ghosts and rivals come to where the session is."""
        self.ghosts.follow()
        self.rivals.follow()

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


def _logged(error: Exception, when: str) -> str:
    return log_fault(home_folder(), error, when)
