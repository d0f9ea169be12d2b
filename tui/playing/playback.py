"""A saved session that is seen again: time and looks, with no screen. The replay screen draws what this returns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from engine.commands.grammar import parse
from engine.events import Event
from engine.looking.views import View
from engine.session import Session
from saves import SaveError
from tui.playing.frame_clock import SPEEDS, FrameClock
from tui.playing.pausing import CHOSEN
from tui.playing.play import Fault
from tui.playing.runs import Goal, Run
from tui.screens.desk_draw import KEPT
from tui.words.notice import spoken

if TYPE_CHECKING:
    from saves.replay import Landmark, Point, Replay

T = TypeVar("T")

SHOWN_EVENTS = 200
"""Events before a moment that is sought: what a log of them needs, and of those that are kept, a chart."""
SHARES = 100
"""The session in so many parts: a key seeks one of them."""
KEPT_LANDMARKS = 256
"""Landmarks for which is known what is kept."""
FILM_SECONDS = 120
"""About how long the whole session takes at the speed that a replay begins with."""
LANDMARKS = ("command", "fill", "call", "liquidation")
"""The kinds of landmarks."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the way to another moment brought.

    Attributes:
        events: what happened on the way; with `anew`, what happened last before the moment.
        kept: with `anew`, the last of those that a chart and the pools go on showing (`desk_draw.KEPT`).
        anew: whether what was shown is no beginning of what is to be shown: the way was back, or long.
        moved: whether the moment is another one.
        landmark: what stopped time, or was sought.
        finished: whether the session goes no further.
    """

    events: tuple[Event, ...] = ()
    kept: tuple[Event, ...] = ()
    anew: bool = False
    moved: bool = False
    landmark: Landmark | None = None
    finished: bool = False


STILL = Passage()


class Playback:
    """A session that is seen again.

    Attributes:
        recorder: the replay: what can be read of the record up to the moment shown.
        pausing: kinds of landmarks that stop time.
        holds: what is open and needs thought; time stands still meanwhile.

    Args:
        replay: the session, at any moment.
        fault: told of an internal error; answers with a sentence for the player.
        clock: real seconds, to keep a frame short.
    """

    def __init__(self, replay: Replay, fault: Callable[[Exception], str], clock: Callable[[], float]) -> None:
        self.recorder, self._fault, self._now = replay, fault, clock
        self.clock = FrameClock(replay.session.tape)
        self.clock.speed = _speed_of_a_film(replay)
        self.pausing: frozenset[str] = CHOSEN
        self.holds: set[str] = set()
        self._run: Run | None = None
        self._points = [each.point for each in replay.landmarks]
        self._kept: dict[int, tuple[Event, ...]] = {}

    @property
    def session(self) -> Session:
        """The session at the moment shown, to read from."""
        return self.recorder.session

    @property
    def point(self) -> Point:
        """The moment shown."""
        return self.recorder.point

    @property
    def end(self) -> Point:
        """As far as the session was played."""
        return self.recorder.end

    @property
    def at_end(self) -> bool:
        """Whether nothing was played after this moment."""
        return self.point >= self.end

    @property
    def goal(self) -> Goal | None:
        """A replay is sought, not run to a goal."""
        return None

    @property
    def running(self) -> bool:
        """Whether time passes: it does not while something that needs thought is open."""
        return self.clock.running and not self.holds

    @property
    def flat_out(self) -> bool:
        """Whether time passes as fast as the machine goes: too fast to show every frame."""
        return self.running and self.clock.flat_out

    def view(self) -> View:
        """The session at this moment; Raises Fault."""
        return self._guarded(self.recorder.view)

    def ask(self, question: Callable[[Session], T]) -> T:
        """Ask the session something that changes nothing. Raises Fault."""
        return self._guarded(lambda: question(self.session))

    # -- through time

    def run(self) -> None:
        """Let time pass; from the end, from the start again."""
        self._run = None
        self.clock.run()

    def stop(self) -> None:
        """Let time stand still."""
        self.clock.pause()
        self._run = None

    def frame(self, seconds: float) -> Passage:
        """Let `seconds` of real time pass; it stops at landmarks of kinds in `pausing` and at the end. Raises Fault."""
        if not self.running:
            return STILL
        if self.flat_out:
            until = self._chunk()
        else:
            self._run = None
            until = min(self.clock.due(self.point.step, seconds), self.end.step)
        if until <= self.point.step and self.point.step < self.end.step:
            return STILL
        landmark = self.recorder.next(self.pausing) if self.pausing else None
        if landmark is not None and landmark.point.step <= until:
            self.stop()
            return self._to(landmark.point.step, landmark.point.commands, landmark)
        passage = self._to(until)
        if self._run is not None:
            self._run.learn()
        if passage.finished:
            self.stop()
        return passage

    def _chunk(self) -> int:
        """The vertex that a frame at the highest speed goes to."""
        if self._run is None:
            self._run = Run(Goal(self.end.step), self.point.step, self._now)
        return min(self._run.next_chunk(self.point.step), self.end.step)

    def step(self, by: int) -> Passage:
        """Go `by` vertices on or back. Raises Fault."""
        self.stop()
        return self.seek(self.point.step + by)

    def seek(self, step: int, commands: int | None = None) -> Passage:
        """Go to vertex `step`, or as near as the session has it; `commands` says after how many commands, where
        several were given there. Time goes on passing where it did. Raises Fault."""
        self._run = None
        return self._to(min(max(step, 0), self.end.step), commands)

    def seek_shares(self, by: int) -> Passage:
        """Go `by` hundredths of the session on or back, a vertex at least. Raises Fault."""
        return self.seek(self.point.step + by * max(self.end.step // SHARES, 1))

    def jump(self, kinds: Collection[str], by: int) -> Passage:
        """Go to the next landmark of those kinds, or to the one before. Raises Fault."""
        self.stop()
        landmark = self.recorder.next(kinds) if by > 0 else self.recorder.previous(kinds)
        return STILL if landmark is None else self.go_to(landmark)

    def go_to(self, landmark: Landmark) -> Passage:
        """Go to a landmark. Raises Fault."""
        self._run = None
        return self._to(landmark.point.step, landmark.point.commands, landmark)

    def market_of(self, landmark: Landmark) -> str | None:
        """The market that a landmark, at which the replay stands, is about; None where it is none or several."""
        if landmark.kind == "command":
            found: object = parse(landmark.text)
        else:
            found = next(iter(self._guarded(lambda: self.recorder.events({landmark.kind}, 1))), None)
        symbol = getattr(found, "symbol", None)
        return symbol if symbol in self.session.tape.by_symbol else None

    def _to(self, step: int, commands: int | None = None, landmark: Landmark | None = None) -> Passage:
        replay, before, count = self.recorder, self.recorder.point, self.recorder.event_count
        self._guarded(lambda: replay.seek(step, commands))
        new = replay.event_count - count
        moved = replay.point != before
        if replay.point < before or new > SHOWN_EVENTS:
            return replace(self.anew(), moved=moved, landmark=landmark, finished=self.at_end)
        events = self._guarded(lambda: replay.events(last=new)) if new else ()
        return Passage(events, moved=moved, landmark=landmark, finished=self.at_end)

    def anew(self) -> Passage:
        """What there is to show at this moment, whatever was shown before. Raises Fault."""
        recent = self._guarded(lambda: self.recorder.events(last=SHOWN_EVENTS))
        return Passage(recent, self._kept_of(recent), anew=True)

    def _kept_of(self, recent: tuple[Event, ...]) -> tuple[Event, ...]:
        """What is kept at this moment. Up to the last landmark it is read once: where only funding was paid since, the
        way back to anything else is long."""
        if self.recorder.event_count <= len(recent):
            return recent
        place = bisect_right(self._points, self.point)
        step = self._points[place - 1].step if place else 0
        if place not in self._kept:
            if len(self._kept) >= KEPT_LANDMARKS:
                self._kept.clear()
            found = self._guarded(lambda: self.recorder.events(KEPT, SHOWN_EVENTS))
            self._kept[place] = tuple(event for event in found if event.step <= step)
        return (*self._kept[place], *(event for event in recent if event.step > step))

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except SaveError as error:
            self.stop()
            raise Fault(spoken(str(error))) from error
        except Exception as error:
            self.stop()
            raise Fault(self._fault(error)) from error


def _speed_of_a_film(replay: Replay) -> float:
    times = replay.session.tape.times
    length = int(times[replay.end.step] - times[0]) / 1000
    return next(speed for speed in SPEEDS if speed >= length / FILM_SECONDS)
