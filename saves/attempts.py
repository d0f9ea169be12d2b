"""Attempts at scenarios: a row for every session in which one is played. It stays when the session is deleted, so that
stars stay, and a daily has one ranked attempt whatever becomes of its session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from engine.events import iso
from saves.database import writing
from saves.errors import SaveError, printable, told

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_STARS = 3
LARGEST_LEVERAGE, LONGEST_PARTS = 1_000_000_000_000, 20
"""What a summary may say; more was written by somebody else."""

_COLUMNS = "session, scenario, begun, ranked, hints, stars, score, summary"
_BEST_FIRST = "stars DESC, score IS NULL, score DESC, rowid"
_UNREAD = "the attempts can’t be read"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a share line says of a run besides its stars.

    Attributes:
        parts: five signs, one for each part of the tape.
        calls, liquidations: how many.
        leverage: the highest, of all positions together.
    """

    parts: str
    calls: int
    liquidations: int
    leverage: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to: 0 to 3 stars, points (None where they can't be counted), and of a daily its summary."""

    stars: int
    score: float | None = None
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class RefusedThere:
    """A command that was refused: at which vertex, after which accepted command, and how it is spelled."""

    step: int
    commands: int
    text: str


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt as it is stored.

    Attributes:
        session: id of its session, which may be gone.
        scenario: id of the scenario.
        begun: UTC, ISO 8601.
        ranked: whether it is the one attempt at a daily that counts.
        hints: how many hints were asked for, a number a step; steps without any at the end may be missing.
        outcome: None until it is over.
    """

    session: str
    scenario: str
    begun: str
    ranked: bool
    hints: tuple[int, ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Best:
    """The best that was made of a scenario.

    Attributes:
        stars: 0 to 3.
        score: points; None where they could not be counted.
        session: id of the session in which they were earned; it may be gone.
    """

    stars: int
    score: float | None
    session: str


class Attempts:
    """Which session is an attempt at which scenario, and what came of it.

    Methods raise SaveError where the disk refuses.

    Args:
        db: the library.
        clock: ms UTC.
    """

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db, self._clock = db, clock

    def today(self) -> date:
        """The UTC date by the library's clock: the day of the daily."""
        return datetime.fromtimestamp(self._clock() / 1000, UTC).date()

    # -- an attempt under way

    def begin(self, session: str, scenario: str, ranked: bool = False, begun: str | None = None) -> bool:
        """A session is an attempt at a scenario from now on.

        Args:
            session: its id; the session itself may be written later.
            scenario: id of the scenario.
            ranked: whether it is to be the ranked attempt, if there is none yet.
            begun: UTC, ISO 8601; None: now.

        Returns:
            Whether it is the ranked one.
        """
        now = iso(self._clock()) if begun is None else begun
        with told("the attempt can’t be kept"), writing(self._db):
            rank = ranked and not self._has_ranked(scenario)
            query = f"INSERT OR IGNORE INTO attempts ({_COLUMNS}) VALUES (?, ?, ?, ?, '[]', NULL, NULL, NULL)"
            self._db.execute(query, [session, scenario, now, int(rank)])
        return rank

    def refused(self, session: str, step: int, commands: int, text: str) -> None:
        """A command was refused in an attempt, at vertex `step`, after accepted command number `commands`."""
        with told("the attempt can’t be kept"), writing(self._db):
            query = "SELECT coalesce(max(number), 0) + 1 FROM refusals WHERE session = ?"
            number = self._db.execute(query, [session]).fetchone()[0]
            self._db.execute("INSERT INTO refusals VALUES (?, ?, ?, ?, ?)", [session, number, step, commands, text])

    def hinted(self, session: str, hints: tuple[int, ...]) -> None:
        """So many hints were asked for in an attempt so far, a number a step."""
        with told("the attempt can’t be kept"), writing(self._db):
            row = [msgspec.json.encode(hints).decode(), session]
            self._db.execute("UPDATE attempts SET hints = ? WHERE session = ?", row)

    def finish(self, session: str, outcome: Outcome) -> None:
        """An attempt is over; what it came to once does not change.

        Raises:
            ValueError: for other than 0 to 3 stars.
        """
        if not 0 <= outcome.stars <= MOST_STARS:
            raise ValueError(f"{outcome.stars} stars: there are 0 to {MOST_STARS}")
        summary = None if outcome.summary is None else msgspec.json.encode(outcome.summary).decode()
        row = [outcome.stars, outcome.score, summary, session]
        query = "UPDATE attempts SET stars = ?, score = ?, summary = ? WHERE session = ? AND stars IS NULL"
        with told("the stars can’t be kept"), writing(self._db):
            self._db.execute(query, row)

    def forked(self, session: str, parent: str, refusals: int) -> None:
        """A session is a fork of an attempt: another one at the same scenario, which does not count, with the first so
        many of its refusals, and the hints that were seen."""
        with told("the attempt can’t be kept"), writing(self._db):
            self._db.execute(
                f"INSERT OR IGNORE INTO attempts ({_COLUMNS}) "
                "SELECT ?, scenario, ?, 0, hints, NULL, NULL, NULL FROM attempts WHERE session = ?",
                [session, iso(self._clock()), parent],
            )
            self._db.execute(
                "INSERT OR IGNORE INTO refusals SELECT ?, number, step, commands, text FROM refusals "
                "WHERE session = ? AND number <= ?",
                [session, parent, refusals],
            )

    def give_up(self, session: str) -> bool:
        """The player begins again: whether nobody needs the session of this attempt any more. The ranked one stays, and
        of those that are over the best, which can be a ghost. One that is not over is forgotten."""
        attempt = self.of(session)
        if attempt is None or attempt.ranked:
            return False
        if attempt.outcome is None:
            self._forget(session)
            return True
        best = self.best_of(attempt.scenario)
        return best is not None and best.session != session

    def _forget(self, session: str) -> None:
        with told("the attempt can’t be removed"), writing(self._db):
            self._db.execute("DELETE FROM attempts WHERE session = ?", [session])
            self._db.execute("DELETE FROM refusals WHERE session = ?", [session])

    # -- looking

    def of(self, session: str) -> Attempted | None:
        """The attempt that a session is; None where it is none."""
        return next(self._found("WHERE session = ?", session), None)

    def refusals(self, session: str) -> tuple[RefusedThere, ...]:
        """What was refused in an attempt, in order."""
        query = "SELECT step, commands, text FROM refusals WHERE session = ? ORDER BY number"
        with told(_UNREAD):
            rows = self._db.execute(query, [session]).fetchall()
        return tuple(RefusedThere(int(step), int(commands), str(text)) for step, commands, text in rows)

    def every(self) -> tuple[Attempted, ...]:
        """Every attempt, the first begun first."""
        return tuple(self._found("ORDER BY begun, rowid"))

    def of_scenario(self, scenario: str) -> tuple[Attempted, ...]:
        """Every attempt at a scenario, the first begun first."""
        return tuple(self._found("WHERE scenario = ? ORDER BY begun, rowid", scenario))

    def has_ranked(self, scenario: str) -> bool:
        """Whether the ranked attempt at a scenario was begun."""
        with told(_UNREAD):
            return self._has_ranked(scenario)

    def best(self) -> dict[str, Best]:
        """The best finished attempt at each scenario, by its id: most stars, then the higher score, then the first."""
        found = dict[str, Best]()
        for each in self._found(f"WHERE stars IS NOT NULL ORDER BY {_BEST_FIRST}"):
            if each.outcome is not None:
                found.setdefault(each.scenario, Best(each.outcome.stars, each.outcome.score, each.session))
        return found

    def best_of(self, scenario: str, besides: str = "") -> Best | None:
        """The best finished attempt at a scenario, but for the session `besides`; None without any."""
        condition = f"WHERE scenario = ? AND session != ? AND stars IS NOT NULL ORDER BY {_BEST_FIRST} LIMIT 1"
        found = next(self._found(condition, scenario, besides), None)
        if found is None or found.outcome is None:
            return None
        return Best(found.outcome.stars, found.outcome.score, found.session)

    def _has_ranked(self, scenario: str) -> bool:
        query = "SELECT 1 FROM attempts WHERE scenario = ? AND ranked LIMIT 1"
        return self._db.execute(query, [scenario]).fetchone() is not None

    def _found(self, condition: str, *values: str) -> Iterator[Attempted]:
        with told(_UNREAD):
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM attempts {condition}", list(values)).fetchall()
        for row in rows:
            yield _attempted(*row)


def _attempted(
    session: Any, scenario: Any, begun: Any, ranked: Any, hints: Any, stars: Any, score: Any, summary: Any
) -> Attempted:
    """A row as a value. Raises SaveError when somebody changed it by hand."""
    try:
        outcome = None
        if stars is not None:
            told_of = None if summary is None else _checked(msgspec.json.decode(summary, type=Summary))
            outcome = Outcome(min(max(int(stars), 0), MOST_STARS), None if score is None else float(score), told_of)
        asked = msgspec.json.decode(hints, type=tuple[int, ...])
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise SaveError(f"an attempt is damaged ({error})") from error
    identity, named, when = (printable(str(text)) for text in (session, scenario, begun))
    return Attempted(identity, named, when, bool(ranked), asked, outcome)


def _checked(summary: Summary) -> Summary:
    """A summary that can be shown. Raises ValueError when somebody changed it by hand."""
    if not summary.leverage.is_finite() or summary.leverage.copy_abs() > LARGEST_LEVERAGE:
        raise ValueError("its leverage is out of range")
    if len(summary.parts) > LONGEST_PARTS or not summary.parts.isprintable():
        raise ValueError("its signs can’t be shown")
    return summary
