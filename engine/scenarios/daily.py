"""The daily: one tape a UTC day, the same for everybody; one ranked attempt, practice without limit.

The engine has no clock: who asks says the date. Number 1 was on 2026-01-01, so that 2026-11-22 is #326. The tape itself
is `engine.tapes.daily`'s. It is played as any other scenario: `daily_scenario` has one step, to end the day with a
profit, and neither its texts nor what its tape says of itself tell what the prices will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.account import Mode
from engine.account_kind import Kind
from engine.events import Event, LiquidationStarted, MarginCalled, TakenOver
from engine.looking.views import View
from engine.numbers import ZERO, divide
from engine.record import Record
from engine.scenarios.attempt import Attempt
from engine.scenarios.conditions.parser import parse_condition
from engine.scenarios.scenario import Closing, Scenario, StarRules, Step
from engine.scenarios.texts import parse_text
from engine.script.moves import parse_move
from engine.script.reader import ScriptLine
from engine.script.recipes import DailyRecipe
from engine.session import ANY_EVENT
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.daily import MARKETS, DailyError, number_of

__all__ = ["DAILY", "Daily", "DailyError", "DailyRun", "daily_of", "daily_scenario", "day_of", "run_of"]

DAILY = "daily-"
"""What the id of a daily begins with; its date follows."""
PARTS = 5
PAR = Decimal("0.5")
"""Of the balance: the margin that may stand behind positions for the third star."""

ROSE, FELL, HURT, SAME = "▲", "▼", "✖", "■"
ASCII = str.maketrans({ROSE: "^", FELL: "v", HURT: "x", SAME: "=", "★": "*", "☆": "-"})

_TEXT = """
One UTC day of {markets}, a price a minute, the same for everybody who plays it. Nobody says what it will do.

You begin with {{wallet}} dollars. The first attempt at a day is ranked; all others are practice.
"""
_NUDGE = "What may this day cost you at the most? That decides the size, and not how sure you are."
_FORMULA = (
    "A position of {wallet} dollars that falls by {2%} costs {wallet * 2% as money}, whatever its leverage; "
    "margin of more than {wallet * 50% as money} costs the third star."
)
_KEYS = "@ +1h"
_LOOK_AT = "The same commands in {mode} mode end with {{ghost equity}} dollars; yours end with {{equity}}."
_SENTENCE = "Nobody told me what the day would do, and I decided beforehand what it could cost me."
_THOUGHT = "If I do nothing, nothing can happen to me."


@dataclass(frozen=True, slots=True)
class Daily:
    """A day's set-up and prices. `number` counts from 1 on 2026-01-01."""

    day: date
    number: int
    setup: Setup
    recipe: DailyRecipe

    def tape(self) -> Tape:
        """Its prices."""
        return self.recipe.tape()

    def lines(self) -> list[str]:
        """The head of a script that plays it."""
        return [*self.setup.lines(), *self.recipe.lines()]


@dataclass(frozen=True, slots=True)
class DailyRun:
    """A finished attempt at a daily, as it is kept: all that a list of runs or a share line needs.

    Attributes:
        day, number: of the daily.
        session: id of the saved session; empty where it was not saved.
        ranked: whether it is the day's one ranked attempt; all others are practice.
        parts: the five signs of the share line.
        calls, liquidations, stars: counts, stars 0 to 3.
        leverage: the highest of the run, of all positions together.
    """

    day: date
    number: int
    session: str
    ranked: bool
    parts: str
    calls: int
    liquidations: int
    leverage: Decimal
    stars: int

    def share_line(self, ascii_only: bool = False) -> str:
        """`isocross #326 ▲▲▼✖▲ 1 call 0 liq 3.1x ★★☆`: nothing of it says what the prices did."""
        calls = f"{self.calls} call{'' if self.calls == 1 else 's'}"
        stars = "★" * self.stars + "☆" * (3 - self.stars)
        line = f"isocross #{self.number} {self.parts} {calls} {self.liquidations} liq {self.leverage:.1f}x {stars}"
        return line.translate(ASCII) if ascii_only else line


def daily_of(day: date) -> Daily:
    """The daily of a UTC date. Raises DailyError before 2026-01-01 and after 2126-12-31."""
    return Daily(day, number_of(day), Setup(balance=Decimal(10_000)), DailyRecipe(day))


def daily_scenario(daily: Daily) -> Scenario:
    """The daily as a scenario of one step: the day ends with a profit. Its solution is nobody's to say."""
    setup = daily.setup
    other: Mode = "cross" if setup.mode == "isolated" else "isolated"
    step = Step(
        text=parse_text(_TEXT.format(markets=", ".join(MARKETS))),
        do=parse_text("End the day with a profit."),
        goal=parse_condition("(end of tape or ended) and profit > 0"),
        nudge=parse_text(_NUDGE),
        formula=parse_text(_FORMULA),
        keys=_lines(_KEYS),
    )
    return Scenario(
        file=f"the daily of {daily.day}",
        id=f"{DAILY}{daily.day}",
        title=f"Daily #{daily.number}: {daily.day}",
        teaches="A day that nobody has seen, the same for everybody: end it with a profit, and without a forced close.",
        needs=(),
        setup=setup,
        prices=daily.recipe,
        markets=MARKETS,
        steps=(step,),
        solution=(),
        thought=parse_text(_THOUGHT),
        naive=_lines("@ end"),
        stars=StarRules(PAR * setup.balance),
        closing=Closing(Kind(setup.venue, other), parse_text(_LOOK_AT.format(mode=other)), parse_text(_SENTENCE)),
        stated=frozenset(),
        places={},
    )


def _lines(text: str) -> tuple[ScriptLine, ...]:
    return (ScriptLine(1, text, parse_move(text)),)


def day_of(identity: str) -> date | None:
    """The day of a daily's id; None where it is the id of something else."""
    try:
        day = date.fromisoformat(identity.removeprefix(DAILY)) if identity.startswith(DAILY) else None
        return None if day is None else daily_of(day).day
    except ValueError:
        return None


def run_of(daily: Daily, record: Record, session: str = "", ranked: bool = False) -> DailyRun:
    """What an attempt came to: its record is played once. Parts of the tape that were not reached are `■`.

    Raises:
        ValueError: when it is a record of another tape or under other rules.
        SetupError: when it can't be played.
    """
    if record.setup != daily.setup or record.tape.digest != daily.tape().digest:
        raise ValueError(f"this is no attempt at the daily of {daily.day}")
    watched = _Watched(daily, record)
    attempt, view = watched.attempt, watched.attempt.session.view()
    return DailyRun(
        daily.day,
        daily.number,
        session,
        ranked,
        "".join(_signs(watched.worths, attempt.events, len(record.tape))),
        view.calls,
        view.liquidations,
        watched.leverage,
        attempt.stars().count,
    )


class _Watched:
    """A record played once as an attempt, looked at after every command and event, and at the ends of the five parts.

    Attributes:
        worths: profit at the beginning, and at the end of each part as far as it came.
        leverage: the highest.
    """

    def __init__(self, daily: Daily, record: Record) -> None:
        self.attempt = Attempt(daily_scenario(daily), record.tape)
        self.worths, self.leverage = [ZERO], ZERO
        self._ends = ends_of(len(record.tape))
        for given in record.commands:
            self._advance(given.step)
            self.attempt.do(given.command, given.number or None)
            self._look()
        self._advance(record.until)
        last = worth(self.attempt.session.view())
        if len(self.worths) <= PARTS and self.worths[-1] != last:
            self.worths.append(last)

    def _advance(self, until: int) -> None:
        session = self.attempt.session
        while session.step < until and session.state != "ended":
            end = next((each for each in self._ends if each > session.step), until)
            self.attempt.advance(min(until, end), frozenset((ANY_EVENT,)))
            self._look()
            while len(self.worths) <= PARTS and session.step >= self._ends[len(self.worths) - 1]:
                self.worths.append(worth(session.view()))

    def _look(self) -> None:
        view = self.attempt.session.view()
        notional = sum((each.notional for each in view.positions), ZERO)
        if view.equity > 0:
            self.leverage = max(self.leverage, divide(notional, view.equity))


def ends_of(vertices: int) -> tuple[int, ...]:
    """The last vertex of each of the five equal parts of a tape."""
    return tuple((vertices - 1) * part // PARTS for part in range(1, PARTS + 1))


def worth(view: View) -> Decimal:
    """Profit since the start: equity and what was cashed out, less later deposits, in quote units."""
    return view.equity + view.withdrawals - view.deposits


def _signs(worths: Sequence[Decimal], events: Sequence[Event], vertices: int) -> Iterable[str]:
    ends = ends_of(vertices)
    bad = [e.step for e in events if isinstance(e, MarginCalled | LiquidationStarted | TakenOver)]
    for part in range(PARTS):
        first = ends[part - 1] if part else -1
        if any(first < step <= ends[part] for step in bad):
            yield HURT
        elif part + 1 >= len(worths) or worths[part + 1] == worths[part]:
            yield SAME
        else:
            yield ROSE if worths[part + 1] > worths[part] else FELL
