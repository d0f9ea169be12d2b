"""A session in which a lesson is played: its goals are judged after every command and step of the tape."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands.command import Command
from engine.events import Event
from engine.rulebooks.base import Refusal
from engine.scenarios.attempt import Attempt
from engine.scenarios.stars import Stars
from engine.session import ANY_EVENT
from saves import Recorder, SaveError
from saves.landmarks import Point
from tui.playing.pausing import gravest
from tui.playing.play import Frame, Play


class ScenarioPlay(Play):
    """As `Play`; time stops when a step is done.

    Args:
        attempt: the session's, as far as it has come.
        earned: told of the stars, once, when every step is done.

    Attributes:
        checkpoint: the moment that the player may go back to.
        unkept: why stars could not be kept; None where they were.
    """

    def __init__(
        self,
        recorder: Recorder,
        fault: Callable[[Exception], str],
        clock: Callable[[], float],
        attempt: Attempt,
        earned: Callable[[Stars], None],
    ) -> None:
        super().__init__(recorder, fault, clock)
        self.attempt, self._earned = attempt, earned
        self.checkpoint: Point | None = None
        self.unkept: str | None = None
        self._told = attempt.result is not None

    @property
    def here(self) -> Point:
        """The moment that the session is at."""
        commands = self.recorder.commands()
        return Point(self.session.step, commands[-1].number if commands else 0)

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Give a command, and judge the goal. Raises Fault."""
        result = super().do(command)
        if not self.broken:
            done = self.attempt.done
            self._guarded(lambda: self.attempt.answered(command, result), changes=False)
            self._stop_after(done)
        return result

    def _advance(self, until: int, stop_on: frozenset[str], late: Callable[[], bool] | None = None) -> Frame:
        """As far as `until`, looking at every vertex where the goal depends on prices, else where something happens."""
        attempt, begun, done = self.attempt, self.session.step, self.attempt.done
        happened: list[Event] = []
        while True:
            before = self.session.step
            at = min(before + 1, until) if attempt.waits else until
            events = self._guarded(
                lambda at=at: self.recorder.advance(at, frozenset({ANY_EVENT}), late),  # type: ignore[misc]
                changes=True,
            )
            self._guarded(lambda events=events: attempt.saw(events), changes=False)  # type: ignore[misc]
            happened += events
            step = self.session.step
            if gravest(events, stop_on) is not None or attempt.done > done or step == before or step >= until:
                break
            if self.session.state != "running" or (late is not None and late()):
                break
        self.ghosts.follow()
        stopped, moved = gravest(tuple(happened), stop_on), self.session.step > begun
        finished = self.at_end or not moved or self.session.state != "running"
        if stopped is not None or finished:
            self.stop()
        self._stop_after(done)
        return Frame(tuple(happened), moved, stopped, finished)

    def _stop_after(self, done: int) -> None:
        """Let time stand still where a step was just done; keep the stars where it was the last."""
        if self.attempt.done > done:
            self.stop()
        result = self.attempt.result
        if result is None or self._told:
            return
        self._told = True
        try:
            self._earned(result)
        except SaveError as error:
            self.unkept = str(error)
