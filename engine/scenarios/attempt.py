"""An attempt at a scenario: a session, and how far its steps have come. Re-checked after every command and step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import CROSS
from engine.commands.command import Command
from engine.events import AssetMoved, Event, Filled, FundingPaid, LeverageSet, MarginMoved
from engine.ghost import Ghost, play_ghost
from engine.looking.observe import with_prices_of
from engine.looking.views import View
from engine.numbers import ZERO, exactly
from engine.record import Given, Record
from engine.resolving import given
from engine.rulebooks.base import Refusal
from engine.scenarios.challenge import take_book, with_verdict
from engine.scenarios.conditions.judge import (
    Part,
    asks_for_the_end,
    bears_funding,
    figures_of,
    holds,
    narrowed,
    out_of_reach,
    parts_of,
    reads_prices_only,
)
from engine.scenarios.conditions.situation import Refused, Situation
from engine.scenarios.conditions.values import Condition, Figure
from engine.scenarios.prop_desk import PropDesk, Verdict
from engine.scenarios.scenario import Scenario
from engine.scenarios.stars import Stars, stars_of
from engine.session import ANY_EVENT, Session
from engine.tape import Tape

HINTS = 3
NOTED = Figure("noted")


@dataclass(frozen=True, slots=True)
class Progress:
    """The step that an attempt is at.

    Attributes:
        number, count: of the step, from 1, and how many there are.
        text, do: what it is about and what to do, with the figures of the moment at which it began.
        parts: the parts of its goal, as they are now.
        hints: those that were asked for, in order.
        done: every step is done: `number` is the last one's.
        over: nothing that is played any more changes the stars.
        stars: what is earned so far, and once it is over for good.
    """

    number: int
    count: int
    text: str
    do: str
    parts: tuple[Part, ...]
    hints: tuple[str, ...]
    done: bool
    over: bool
    stars: Stars


@dataclass(frozen=True, slots=True)
class RefusedCommand:
    """A command that was refused: after which accepted one, by its number, and at which vertex."""

    step: int
    after: int
    command: Command


class Attempt:
    """A session of a scenario, with its progress.

    It is over when every step is done; when the account is wiped out or the session was ended; when a prop desk takes
    its account back; and at the end of the tape, unless a command can still bring about the goal there.

    Args:
        scenario: what is attempted. Its given book is not taken yet: `challenge.take_book` does.
        tape: its prices.
        session: the session to watch, at its beginning; a new one otherwise. Who plays it says what happened with
            `answered` and `saw`, and goes no further at once than to `next_look`.

    Attributes:
        events, refusals, commands: of the session so far, in order.
        done: how many steps are.
        begun: the situation in which each step began.
        hints: how many were asked for, a number a step.
        result: the stars, once it is over; what is played after that does not change them.
        end: the vertex at which it was over, and how many `commands` were given by then; None before.

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
        self.hints = [0] * len(scenario.steps)
        self.result: Stars | None = None
        self.end: tuple[int, int] | None = None
        self._told = list(self.events)
        self._desk = None if scenario.prop_desk is None else PropDesk(scenario.prop_desk, self.session)
        self._margin_used = ZERO
        self._left: Condition | bool = True
        self._seen = self.session.view()
        self.begun = [self.situation(self._seen)]
        self._check()

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
            events = session.advance(self.next_look(until), frozenset((ANY_EVENT,)))
            self.saw(events)
            happened += events
            if any(event.kind in stop_on or ANY_EVENT in stop_on for event in events):
                break
            if pause and self.done > before:
                break
        return tuple(happened)

    def next_look(self, until: int) -> int:
        """The vertex on the way to `until` that has to be looked at next, even if nothing happens before."""
        if self.result is not None:
            return until
        if self._desk is not None:
            until = min(until, self._desk.next_look)
        return min(until, self.session.step + 1) if self.waits else until

    @property
    def asks_for_a_note(self) -> bool:
        """Whether the step waits for a number that the player writes down, and not for the market."""
        return self.result is None and NOTED in figures_of(self.scenario.steps[self.done].goal)

    @property
    def waits(self) -> bool:
        """Whether the step may be done at any vertex, and not only where something happens or the tape ends."""
        return self.result is None and self._left is not False

    @classmethod
    def replayed(cls, scenario: Scenario, record: Record, refused: Sequence[RefusedCommand] = ()) -> Attempt:
        """The attempt that a saved session is: its commands again, and those that were refused, on its tape, up to
        where it came. Its given book is among its commands."""
        attempt, waiting = cls(scenario, record.tape), list(refused)

        def give_refused(before: int) -> None:
            while waiting and waiting[0].after < before:
                attempt.advance(waiting[0].step)
                attempt.do(waiting.pop(0).command)

        for number, each in enumerate(record.commands, 1):
            give_refused(each.number or number)
            attempt.advance(each.step)
            attempt.do(each.command, each.number or None)
        give_refused(attempt.session.commands + 1)
        attempt.advance(record.until)
        return attempt

    def take_over(self, session: Session) -> None:
        """Go on with another session in the same state."""
        self.session = session
        if self._desk is not None:
            self._desk.session = session

    # -- watching a session that somebody else plays

    def answered(self, command: Command, answer: Sequence[Event] | Refusal) -> None:
        """A command was just given to the session, and this is its answer."""
        self.commands.append(given(self.session, answer, command))
        if isinstance(answer, Refusal):
            self.refusals.append(Refused(getattr(command, "symbol", None), str(answer)))
            self._look(())
        else:
            if self._desk is not None and self.result is None:
                self._desk.look(answer)
            self._look(answer)
        if self.done == 0 and len(self.commands) <= len(self.scenario.book):
            self.begun[0] = self.situation()  # the first step begins when the given book is taken

    def saw(self, events: Sequence[Event]) -> None:
        """The session has come so far, and this happened on the way."""
        session, desk = self.session, self._desk
        if self.result is None and desk is not None and (events or session.step >= desk.next_look):
            desk.look(events)
        if self._is_moment(events):
            self._look(events)
        else:
            self.events += events

    def _is_moment(self, events: Sequence[Event]) -> bool:
        """Whether all has to be looked at. Between events only prices move, and on most goals they don't bear."""
        if self.result is not None:
            return False
        if self.session.step == len(self.tape) - 1 or any(not isinstance(each, FundingPaid) for each in events):
            return True
        if events and bears_funding(self.scenario.steps[self.done].goal):
            return True
        if self._desk is not None and self._desk.broken:
            return True
        if isinstance(self._left, bool):
            return self._left
        return holds(self._left, self._glance(self._left))

    def _glance(self, left: Condition) -> Situation:
        """The situation, with as little looked at as the condition needs."""
        if reads_prices_only(left):
            return self.situation(_prices_now(self.session, self._seen))
        return self.situation()

    def _look(self, events: Sequence[Event]) -> None:
        self.events += events
        if self.result is not None:
            return
        self._told += (event for event in events if not isinstance(event, FundingPaid))
        self._seen = self.session.view()
        if any(isinstance(each, Filled | MarginMoved | LeverageSet | AssetMoved) for each in events):
            self._margin_used = max(self._margin_used, margin_in_use(self._seen))
        self._check()

    def _check(self) -> None:
        """Pass the step that is done, and those after it that are done already; see whether it is over."""
        steps, now = self.scenario.steps, self.situation(self._seen)
        while self.done < len(steps) and holds(steps[self.done].goal, now):
            self.done += 1
            if self.done < len(steps):
                self.begun.append(now)
        if self._ends(now):
            self.result, self.end = self._stars(now), (self.session.step, len(self.commands))
        else:
            self._left = narrowed(steps[self.done].goal, now)

    def _ends(self, now: Situation) -> bool:
        if self.done == len(self.scenario.steps) or self.session.state != "running":
            return True
        if self._desk is not None and self._desk.broken:
            return True
        goal = self.scenario.steps[self.done].goal
        return now.view.step == now.view.steps - 1 and (asks_for_the_end(goal) or out_of_reach(goal, now))

    # -- looking

    def situation(self, view: View | None = None) -> Situation:
        """What conditions and texts are judged by now."""
        return Situation(view or self.session.view(), self._told, self.refusals, self._margin_used)

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
            hints=self._hints_of(place)[: self.hints[place]],
            done=self.done == len(steps),
            over=self.result is not None,
            stars=self.result or self._stars(now),
        )

    def hint(self) -> str | None:
        """Ask for the next hint of the step: a nudge, the formula, the exact keys; None when there is no other."""
        if self.result is not None or self.hints[self.done] == HINTS:
            return None
        self.hints[self.done] += 1
        return self._hints_of(self.done)[self.hints[self.done] - 1]

    def stars(self) -> Stars:
        """What is earned: for good once it is over, else as it would be if it ended now."""
        return self.result or self._stars(self.situation())

    @property
    def verdict(self) -> Verdict | None:
        """What the prop desk says now; None where there is none."""
        return None if self._desk is None else self._desk.verdict()

    def _stars(self, now: Situation) -> Stars:
        stars = stars_of(self.scenario.stars, self.done, len(self.scenario.steps), now)
        return stars if self._desk is None else with_verdict(stars, self._desk.verdict())

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

    def closing(self, both: Situation | None = None) -> tuple[str, str]:
        """What to look at in the other account, and the sentence to take along, with the figures of both: `both` as
        `beside_ghost` gives them, where they are at hand. Raises SetupError."""
        both, closing = both or self.beside_ghost(), self.scenario.closing
        return closing.look_at.render(both), closing.sentence.render(both)

    def beside_ghost(self) -> Situation:
        """The situation now, with the other account beside it. Raises SetupError."""
        return replace(self.situation(), ghost=self.ghost().session.view())

    def again(self) -> Attempt:
        """A new attempt at the same scenario, its given book taken."""
        attempt = Attempt(self.scenario, self.tape)
        for _ in take_book(attempt):
            pass  # what is refused is the proof's to tell
        return attempt

    def copy(self) -> Attempt:
        """A checkpoint: an attempt of its own in the same state."""
        twin = Attempt.__new__(Attempt)
        twin.__dict__.update(self.__dict__)
        twin.session = self.session.copy()
        twin.events, twin.refusals, twin.commands = list(self.events), list(self.refusals), list(self.commands)
        twin._told, twin.begun, twin.hints = list(self._told), list(self.begun), list(self.hints)
        twin._desk = None if self._desk is None else self._desk.copy(twin.session)
        return twin


@exactly
def _prices_now(session: Session, before: View) -> View:
    return with_prices_of(session, before)


def margin_in_use(view: View) -> Decimal:
    """The margin behind positions, in quote units: what isolated pools hold, and in cross what it takes to open."""
    isolated = sum((max(pool.balance, ZERO) for pool in view.pools if pool.key != CROSS and pool.positions), ZERO)
    cross = sum((each.initial_margin for each in view.positions if each.pool == CROSS), ZERO)
    return isolated + cross
