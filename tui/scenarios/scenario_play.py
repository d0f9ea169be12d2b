"""A session in which a scenario is played: its goals are judged after every command and step of the tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.commands.command import Command
from engine.events import Event
from engine.report.played import NotPlayed
from engine.rulebooks.base import Refusal, SetupError
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import record_of_attempt
from engine.scenarios.daily import DailyRun, daily_of, day_of, run_of
from engine.scenarios.prop_desk import Verdict
from engine.scenarios.score import Score, score_of_record
from engine.scenarios.stars import Stars
from saves import Recorder, SaveError
from saves.attempts import Attempted, Attempts, Best, Outcome, Summary
from saves.landmarks import Point
from tui.playing.pausing import gravest
from tui.playing.play import Frame, Play


@dataclass(frozen=True)
class _Judge:
    """Judges an attempt while time passes, and stops it where a step is done or the attempt is over."""

    attempt: Attempt

    def next_look(self, until: int) -> int:
        return self.attempt.next_look(until)

    def saw(self, events: Sequence[Event]) -> bool:
        before = self.attempt.done, self.attempt.result is None
        self.attempt.saw(events)
        return before != (self.attempt.done, self.attempt.result is None)


class ScenarioPlay(Play):
    """As `Play`; time stops when a step is done, and when the attempt is over.

    Args:
        recorder, fault, clock: as for `Play`.
        attempt: the session's, as far as it has come.
        attempts: where it is kept.
        stored: what is kept of it already.

    Attributes:
        previous_best: the best that was made of the scenario before, or in other sessions; None without any.
        unkept: why something of the attempt could not be kept; None where all was.
    """

    def __init__(
        self,
        recorder: Recorder,
        fault: Callable[[Exception], str],
        clock: Callable[[], float],
        attempt: Attempt,
        attempts: Attempts,
        stored: Attempted,
    ) -> None:
        super().__init__(recorder, fault, clock)
        self.attempt, self._attempts, self._stored = attempt, attempts, stored
        self._checkpoint: Point | None = None
        self.refusals_at_checkpoint = 0
        self.previous_best: Best | None = None
        self.unkept: str | None = None
        self._finished = stored.outcome is not None
        self._keep(self._look_up_best)
        self._stop_where_done(attempt.done)

    # -- what the screens show

    @property
    def over(self) -> bool:
        """Whether nothing that is played any more changes what was earned."""
        return self.attempt.result is not None

    @property
    def stars(self) -> Stars | None:
        """What was earned; None until it is over."""
        return self.attempt.result

    @property
    def score(self) -> Score | None:
        """The points and what they are made of; None until it is over, and where they can't be counted."""
        return self._score if self.over else None

    @property
    def ranked(self) -> bool:
        """Whether this is the one attempt at a daily that counts."""
        return self._stored.ranked

    @property
    def share_line(self) -> str | None:
        """What a player of the daily may show to others; None until it is over, and elsewhere."""
        return None if self.daily_run is None else self.daily_run.share_line()

    @property
    def daily_run(self) -> DailyRun | None:
        """What the attempt at a daily came to, to be shared; None until it is over, and elsewhere."""
        return self._daily_run if self.over else None

    @property
    def verdict(self) -> Verdict | None:
        """What the prop desk says now; None where there is none."""
        return self.attempt.verdict

    @property
    def here(self) -> Point:
        """The moment that the session is at."""
        return Point(self.session.step, self.session.commands)

    @property
    def checkpoint(self) -> Point | None:
        """The moment that the player may go back to; to be set to `here`. What was refused by then goes along."""
        return self._checkpoint

    @checkpoint.setter
    def checkpoint(self, point: Point | None) -> None:
        self._checkpoint, self.refusals_at_checkpoint = point, len(self.attempt.refusals)

    @cached_property
    def _score(self) -> Score | None:
        try:
            return score_of_record(record_of_attempt(self.attempt))
        except (SetupError, NotPlayed):
            return None

    @cached_property
    def _daily_run(self) -> DailyRun | None:
        day = day_of(self.attempt.scenario.id)
        if day is None:
            return None
        return run_of(daily_of(day), record_of_attempt(self.attempt), self.recorder.id, self.ranked)

    # -- playing

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Give a command, and judge the goal. Raises Fault."""
        result = super().do(command)
        if not self.broken:
            done = self.attempt.done
            self._guarded(lambda: self.attempt.answered(command, result), changes=False)
            if isinstance(result, Refusal):
                at = self.here
                self.recorder.save()  # what is kept of an attempt is never ahead of its session
                self._keep(lambda: self._attempts.refused(self.recorder.id, at.step, at.commands, str(command)))
            self._stop_where_done(done)
        return result

    def hint(self) -> str | None:
        """Ask for the next hint of the step; None when there is no other."""
        said = self.attempt.hint()
        if said is not None:
            self._keep(lambda: self._attempts.hinted(self.recorder.id, tuple(self.attempt.hints)))
        return said

    def _advance(self, until: int, stop_on: frozenset[str], late: Callable[[], bool] | None = None) -> Frame:
        """As far as `until`, or to where a step is done or the attempt is over."""
        begun, done = self.session.step, self.attempt.done
        events = self._guarded(lambda: self.recorder.advance(until, stop_on, late, _Judge(self.attempt)), changes=True)
        self.follow()
        stopped, moved = gravest(events, stop_on), self.session.step > begun
        finished = self.at_end or not moved or self.session.state != "running"
        if stopped is not None or finished:
            self.stop()
        self._stop_where_done(done)
        return Frame(events, moved, stopped, finished)

    # -- keeping

    def _stop_where_done(self, done: int) -> None:
        """Let time stand still where a step was just done, or the attempt is just over; keep what it came to, once."""
        if self.attempt.done > done:
            self.stop()
        if self._finished or not self.over:
            return
        self._finished = True
        self.stop()
        outcome = self._guarded(self._outcome, changes=False)
        self.recorder.save()
        self._keep(lambda: self._attempts.finish(self.recorder.id, outcome))

    def _outcome(self) -> Outcome:
        run, score, stars = self.daily_run, self.score, self.attempt.stars()
        summary = None if run is None else Summary(run.parts, run.calls, run.liquidations, run.leverage)
        return Outcome(stars.count, None if score is None else score.points, summary)

    def _look_up_best(self) -> None:
        self.previous_best = self._attempts.best_of(self._stored.scenario, self.recorder.id)

    def _keep(self, work: Callable[[], None]) -> None:
        try:
            work()
        except SaveError as error:
            self.unkept = str(error)
