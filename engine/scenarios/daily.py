"""The daily: one tape a UTC day, the same for everybody; one ranked attempt, practice without limit.

The engine has no clock: who asks says the date. Number 1 was on 2026-01-01, so that 2026-11-22 is #326. The seed is the
first eight bytes of SHA-256 of `isocross daily YYYY-MM-DD`, the regime the next byte's: neither says anything of the
next day's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from engine.events import Event, LiquidationStarted, MarginCalled, TakenOver, WipedOut
from engine.looking.views import View
from engine.numbers import divide
from engine.record import Record
from engine.scenarios.attempt import margin_in_use
from engine.scenarios.stars import forced_closes
from engine.script.recipes import SyntheticRecipe
from engine.session import ANY_EVENT, Session
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.synthetic.setup import SyntheticSetup

FIRST = date(2026, 1, 1)
LAST = date(2126, 12, 31)
REGIMES = ("calm", "trend", "bleed", "choppy", "euphoria", "squeeze", "crash", "flash", "capitulation")
MARKETS = ("BTC", "ETH", "SOL")
PARTS = 5
PAR = Decimal("0.5")
"""Of the balance: the margin that may stand behind positions for the third star."""

ROSE, FELL, HURT, SAME = "▲", "▼", "✖", "■"
ASCII = str.maketrans({ROSE: "^", FELL: "v", HURT: "x", SAME: "=", "★": "*", "☆": "-"})


class DailyError(ValueError):
    """There is no daily on that date; the text says which dates have one."""


@dataclass(frozen=True, slots=True)
class Daily:
    """A day's set-up and prices. `number` counts from 1 on 2026-01-01."""

    day: date
    number: int
    setup: Setup
    recipe: SyntheticRecipe

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
    if not FIRST <= day <= LAST:
        raise DailyError(f"there is no daily on {day}: the first was on {FIRST}, the last is on {LAST}")
    digest = sha256(f"isocross daily {day.isoformat()}".encode()).digest()
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
    made = SyntheticSetup(
        regime=REGIMES[digest[8] % len(REGIMES)],
        seed=int.from_bytes(digest[:8], "big") % 1_000_000_000,
        markets=MARKETS,
        days=Decimal(1),
        step_seconds=60,
        start_ms=start,
    )
    return Daily(day, (day - FIRST).days + 1, Setup(balance=Decimal(10_000)), SyntheticRecipe(made))


def is_ranked(day: date, earlier: Iterable[DailyRun]) -> bool:
    """Whether an attempt at `day` that begins now is the ranked one: none was before it."""
    return not any(run.day == day and run.ranked for run in earlier)


def run_of(daily: Daily, record: Record, session: str = "", ranked: bool = False) -> DailyRun:
    """What an attempt came to: its record is played once. Parts of the tape that were not reached are `■`.

    Raises:
        ValueError: when it is a record of another tape or under other rules.
        SetupError: when it can't be played.
    """
    if record.setup != daily.setup or record.tape.digest != daily.tape().digest:
        raise ValueError(f"this is no attempt at the daily of {daily.day}")
    watched = _Watched(record)
    view = watched.session.view()
    stars = _stars(view, watched.events, watched.margin, daily.setup.balance, watched.ended)
    return DailyRun(
        daily.day,
        daily.number,
        session,
        ranked,
        "".join(_signs(watched.worths, watched.events, len(record.tape))),
        view.calls,
        view.liquidations,
        watched.leverage,
        stars,
    )


class _Watched:
    """A record played once, looked at after every command and event, and at the ends of the five parts."""

    def __init__(self, record: Record) -> None:
        self.session: Session = record.start()
        self.events, self.worths = list[Event](), [Decimal(0)]
        self.leverage, self.margin = Decimal(0), Decimal(0)
        self._ends = ends_of(len(record.tape))
        for given in record.commands:
            self._advance(given.step)
            answer = self.session.do(given.command, given.number or None)
            if isinstance(answer, tuple):
                self._look(answer)
        self._advance(record.until)
        self.ended = self.session.step == len(record.tape) - 1 or self.session.state == "ended"
        if len(self.worths) <= PARTS and self.worths[-1] != worth(self.session.view()):
            self.worths.append(worth(self.session.view()))

    def _advance(self, until: int) -> None:
        session = self.session
        while session.step < until and session.state != "ended":
            end = next((each for each in self._ends if each > session.step), until)
            self._look(session.advance(min(until, end), frozenset((ANY_EVENT,))))
            while len(self.worths) <= PARTS and session.step >= self._ends[len(self.worths) - 1]:
                self.worths.append(worth(session.view()))

    def _look(self, events: Sequence[Event]) -> None:
        self.events += events
        view = self.session.view()
        self.margin = max(self.margin, margin_in_use(view))
        notional = sum((each.notional for each in view.positions), Decimal(0))
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


def _stars(view: View, events: Sequence[Event], margin: Decimal, balance: Decimal, ended: bool) -> int:
    """Solvent; at the end of the tape with a profit; and that with margin of at most half of the balance, and without a
    forced close."""
    solvent = view.equity > 0 and not any(isinstance(event, WipedOut) for event in events)
    met = solvent and ended and worth(view) > 0
    clean = met and margin <= PAR * balance and not forced_closes(events)
    return solvent + met + clean
