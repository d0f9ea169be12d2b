"""An attempt at a scenario: a session, and how far its steps have come. Re-checked after every command and step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import CROSS
from engine.commands.command import Command
from engine.events import AssetMoved, Event, Filled, LeverageSet, MarginMoved
from engine.ghost import Ghost, play_ghost
from engine.looking.views import View
from engine.numbers import ZERO
from engine.record import Given, Record
from engine.resolving import given
from engine.rulebooks.base import Refusal
from engine.scenarios.conditions.judge import Part, holds, moves_with_prices, parts_of
from engine.scenarios.conditions.situation import Refused, Situation
from engine.scenarios.scenario import Scenario
from engine.scenarios.stars import Stars, stars_of
from engine.session import ANY_EVENT, Session
from engine.tape import Tape

HINTS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """The step that an attempt is at.

    Attributes:
        number, count: of the step, from 1, and how many there are.
        text, do: what it is about and what to do, with the figures of the moment at which it began.
        parts: the parts of its goal, as they are now.
        hints: those that were asked for, in order.
        done: every step is done: `number` is the last one's.
        stars: what is earned so far, and once all is done for good.
    """

    number: int
    count: int
    text: str
    do: str
    parts: tuple[Part, ...]
    hints: tuple[str, ...]
    done: bool
    stars: Stars


class Attempt:
    """A session of a scenario, with its progress.

    Args:
        scenario: what is attempted.
        tape: its prices.
        session: the session to watch, at its beginning; a new one otherwise. Who plays it says what happened with
            `answered` and `saw`.

    Attributes:
        events, refusals, commands: of the session so far, in order.
        done: how many steps are.
        begun: the situation in which each step began.
        result: the stars, once every step is done; what is played after that does not change them.

    Raises:
        SetupError: when the scenario's rules can't be played on these prices.
    """

    def __init__(self, scenario: Scenario, tape: Tape, session: Session | None = None) -> None:
        self.scenario, self.tape = scenario, tape
        self.session = session or Session(scenario.setup, tape)
        self.events: list[Event] = list(self.session.opening)
        self.refusals: list[Refused] = []
        self.commands: list[Given] = []
        self.done = 0
        self.result: Stars | None = None
        self._margin_used, self._hints = ZERO, 0
        view = self.session.view()
        self.begun = [self.situation(view)]
        self._check(view)

    # -- playing

    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """Carry out a command, and see whether the step is done. A refused one counts for goals that wait for it.
        `number` as of `Session.do`."""
        answer = self.session.do(command, number)
        self.answered(command, answer)
        return answer

    def advance(self, until: int, stop_on: frozenset[str] = frozenset(), pause: bool = False) -> tuple[Event, ...]:
        """Move on to vertex `until`, or to the first event of a kind in `stop_on`; where `pause`, only as far as the
        vertex at which a step is done."""
        session, happened, before = self.session, list[Event](), self.done
        while session.step < min(until, len(self.tape) - 1) and session.state != "ended":
            at = session.step + 1 if self.waits else until
            events = session.advance(at, frozenset((ANY_EVENT,)))
            self.saw(events)
            happened += events
            if any(event.kind in stop_on or ANY_EVENT in stop_on for event in events):
                break
            if pause and self.done > before:
                break
        return tuple(happened)

    @property
    def waits(self) -> bool:
        """Whether every vertex has to be looked at, and not only those where something happens."""
        return self.result is None and moves_with_prices(self.scenario.steps[self.done].goal)

    @classmethod
    def replayed(cls, scenario: Scenario, record: Record) -> Attempt:
        """The attempt that a saved session is: its commands again, on its tape, up to where it came. A save keeps no
        refused commands: a step whose goal waits for one is asked for again."""
        attempt = cls(scenario, record.tape)
        for each in record.commands:
            attempt.advance(each.step)
            attempt.do(each.command, each.number or None)
        attempt.advance(record.until)
        return attempt

    # -- watching a session that somebody else plays

    def answered(self, command: Command, answer: Sequence[Event] | Refusal) -> None:
        """A command was just given to the session, and this is its answer."""
        self.commands.append(given(self.session, answer, command))
        if isinstance(answer, Refusal):
            self.refusals.append(Refused(getattr(command, "symbol", None), str(answer)))
            self.saw(())
        else:
            self.saw(tuple(answer))

    def saw(self, events: Sequence[Event], view: View | None = None) -> None:
        """The session has come so far, and this happened on the way; `view` is the session's, where it is at hand."""
        self.events += events
        if self.result is not None:
            return
        view = view or self.session.view()
        if any(isinstance(each, Filled | MarginMoved | LeverageSet | AssetMoved) for each in events):
            self._margin_used = max(self._margin_used, margin_in_use(view))
        self._check(view)

    def _check(self, view: View) -> None:
        """Pass the step that is done, and those after it that are done already."""
        steps = self.scenario.steps
        while self.result is None and holds(steps[self.done].goal, now := self.situation(view)):
            self.done += 1
            self._hints = 0
            if self.done == len(steps):
                self.result = self._stars(now)
            else:
                self.begun.append(now)

    # -- looking

    def situation(self, view: View | None = None) -> Situation:
        """What conditions and texts are judged by now."""
        return Situation(view or self.session.view(), self.events, self.refusals, self._margin_used)

    def progress(self) -> Progress:
        """The step, its goal's state, and the hints that were asked for."""
        steps, now = self.scenario.steps, self.situation()
        place = min(self.done, len(steps) - 1)
        step, then = steps[place], self.begun[place]
        return Progress(
            number=place + 1,
            count=len(steps),
            text=step.text.render(then),
            do=step.do.render(then),
            parts=parts_of(step.goal, now),
            hints=self._hints_of(place)[: self._hints],
            done=self.result is not None,
            stars=self.stars(),
        )

    def hint(self) -> str | None:
        """Ask for the next hint of the step: a nudge, the formula, the exact keys; None when there is no other."""
        if self._hints == HINTS or self.result is not None:
            return None
        self._hints += 1
        return self._hints_of(self.done)[self._hints - 1]

    def stars(self) -> Stars:
        """What is earned: for good once every step is done, else as it would be if it ended now."""
        return self.result or self._stars(self.situation())

    def _stars(self, now: Situation) -> Stars:
        return stars_of(self.scenario.stars, self.done, len(self.scenario.steps), now)

    def _hints_of(self, place: int) -> tuple[str, ...]:
        step, then = self.scenario.steps[place], self.begun[place]
        return step.nudge.render(then), step.formula.render(then), "\n".join(line.text for line in step.keys)

    # -- the end, and beginning again

    def ghost(self) -> Ghost:
        """The same commands in the other kind of account that the scenario looks at in the end, as it is there now.

        Raises:
            SetupError: when that can't be played on these prices.
        """
        ghost = Ghost(self.scenario.closing.ghost, self.scenario.setup, self.tape)
        for _ in play_ghost(ghost, self.commands, self.session.step):
            pass
        return ghost

    def closing(self) -> tuple[str, str]:
        """What to look at in the other account, and the sentence to take along, with the figures of both."""
        both, closing = self.beside_ghost(), self.scenario.closing
        return closing.look_at.render(both), closing.sentence.render(both)

    def beside_ghost(self) -> Situation:
        """The situation now, with the other account beside it. Raises SetupError."""
        return replace(self.situation(), ghost=self.ghost().session.view())

    def again(self) -> Attempt:
        """A new attempt at the same scenario."""
        return Attempt(self.scenario, self.tape)

    def copy(self) -> Attempt:
        """A checkpoint: an attempt of its own in the same state."""
        twin = Attempt.__new__(Attempt)
        twin.scenario, twin.tape, twin.session = self.scenario, self.tape, self.session.copy()
        twin.events, twin.refusals, twin.commands = list(self.events), list(self.refusals), list(self.commands)
        twin.done, twin.result = self.done, self.result
        twin._margin_used, twin._hints, twin.begun = self._margin_used, self._hints, list(self.begun)
        return twin


def margin_in_use(view: View) -> Decimal:
    """The margin behind positions, in quote units: what isolated pools hold, and in cross what it takes to open."""
    isolated = sum((max(pool.balance, ZERO) for pool in view.pools if pool.key != CROSS and pool.positions), ZERO)
    cross = sum((each.initial_margin for each in view.positions if each.pool == CROSS), ZERO)
    return isolated + cross
