"""The ladder: every scenario with what came of it so far, in the groups in which it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.scenarios.daily import DailyError, DailyRun, daily_of, day_of
from saves import Library, SavedSession, SaveError
from saves.attempts import MOST_STARS, Attempted, Attempts, Best
from tui.scenarios.found import Found, Wrong, challenges, daily, lessons, own_scenarios

GOAL_MET = 2
"""Stars from which a scenario is done: every goal was met."""

EARLIER_DAILIES = 7
"""Days that were played before today, the last ones first."""

NONE_OF_YOUR_OWN = "none yet: TOML files in the folder “scenarios” beside your saves"


@dataclass(frozen=True, slots=True)
class Need:
    """A scenario to play before: what it is called, and whether it is done."""

    title: str
    number: str
    done: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """A scenario in the list.

    Attributes:
        found: the scenario.
        needs: those to play before. Nothing is locked: they are advice.
        best: the best finished attempt; None for none.
        attempts: all of them, the first begun first.
        unfinished: the session that `under_way` gives.
        best_session: the session of the best one; None where it is deleted.
        run: of a daily its ranked attempt, once it is over; None elsewhere.
    """

    found: Found
    needs: tuple[Need, ...] = ()
    best: Best | None = None
    attempts: tuple[Attempted, ...] = ()
    unfinished: SavedSession | None = None
    best_session: SavedSession | None = None
    run: DailyRun | None = None

    @property
    def stars(self) -> int:
        """The most that were earned."""
        return 0 if self.best is None else self.best.stars

    @property
    def done(self) -> bool:
        """Whether every goal was met."""
        return self.stars >= GOAL_MET

    @property
    def ready(self) -> bool:
        """Whether all that it needs is done."""
        return all(need.done for need in self.needs)

    @property
    def ranked_begun(self) -> bool:
        """Whether the ranked attempt was begun."""
        return any(each.ranked for each in self.attempts)


@dataclass(frozen=True, slots=True)
class Group:
    """Rungs under one heading.

    Attributes:
        title: the heading.
        rungs: in order.
        wrong: what is wrong with files that can't be played.
        counted: whether it is said how many are done.
        empty: said where there is nothing.
    """

    title: str
    rungs: tuple[Rung, ...]
    wrong: tuple[Wrong, ...] = ()
    counted: bool = True
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Everything that is listed.

    Attributes:
        groups: the lessons first.
        today: the UTC date of the daily.
        trouble: why nothing is known of what was played; None where all is.
    """

    groups: tuple[Group, ...]
    today: date
    trouble: str | None = None

    @property
    def lessons(self) -> tuple[Rung, ...]:
        """The lessons, in order."""
        return self.groups[0].rungs

    @property
    def done(self) -> int:
        """How many lessons are done."""
        return sum(each.done for each in self.lessons)

    @property
    def stars(self) -> tuple[int, int]:
        """The lessons’ stars, and how many there are to earn."""
        return sum(each.stars for each in self.lessons), MOST_STARS * len(self.lessons)

    @property
    def next(self) -> Rung | None:
        """The first lesson that is not done; None when all are."""
        return next((each for each in self.lessons if not each.done), None)


def ladder(library: Library) -> Ladder:
    """The ladder as it stands. What the library can’t say is left open, and `trouble` says why."""
    today, trouble = library.attempts.today(), library.trouble
    own, wrong = own_scenarios()
    shipped = [*lessons(), *challenges()]
    known, sessions = _Known({}, {}), dict[str, SavedSession]()
    try:
        sessions = {each.id: each for each in library.sessions()}
        known = _known(library.attempts)
    except SaveError as error:
        trouble = str(error)
    titles = {each.scenario.id: each for each in [*shipped, *own]}

    def rungs(found: Sequence[Found]) -> tuple[Rung, ...]:
        return tuple(_rung(each, titles, known, sessions) for each in found)

    days = [today, *known.days(today)]
    groups = (
        Group("Lessons", rungs([each for each in shipped if each.group == "lesson"])),
        Group("Challenges", rungs([each for each in shipped if each.group == "challenge"])),
        Group("Daily", rungs([found for day in days if (found := _daily(day)) is not None]), counted=False),
        Group("Your own", rungs(own), tuple(wrong), counted=False, empty=NONE_OF_YOUR_OWN),
    )
    return Ladder(groups, today, trouble)


def ranked_run(attempts: Attempts, day: date) -> DailyRun | None:
    """The ranked attempt at a day’s daily; None as long as it is not over. Raises SaveError."""
    found = _daily(day)
    return None if found is None else _run(day, attempts.of_scenario(found.scenario.id))


def under_way(attempts: Sequence[Attempted], sessions: Mapping[str, SavedSession]) -> SavedSession | None:
    """The session of the attempt to go on with: the ranked one if it is not over, else the last one that isn’t.

    Args:
        attempts: at a scenario, the first begun first.
        sessions: those that are there, by id.
    """
    left = [each for each in attempts if each.outcome is None and each.session in sessions]
    left = [each for each in left if sessions[each.session].state != "damaged"]
    chosen = max(enumerate(left), key=lambda each: (each[1].ranked, each[0]), default=None)
    return None if chosen is None else sessions[chosen[1].session]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library remembers, by scenario id."""

    best: dict[str, Best]
    attempts: dict[str, tuple[Attempted, ...]]

    def days(self, today: date) -> list[date]:
        """The last days before today whose daily was played, the last first."""
        days = (day_of(scenario) for scenario in self.attempts)
        return sorted({day for day in days if day is not None and day < today}, reverse=True)[:EARLIER_DAILIES]


def _known(attempts: Attempts) -> _Known:
    by_scenario = dict[str, list[Attempted]]()
    for each in attempts.every():
        by_scenario.setdefault(each.scenario, []).append(each)
    return _Known(attempts.best(), {scenario: tuple(each) for scenario, each in by_scenario.items()})


def _daily(day: date) -> Found | None:
    try:
        return daily(day)
    except DailyError:
        return None


def _rung(found: Found, titles: dict[str, Found], known: _Known, sessions: dict[str, SavedSession]) -> Rung:
    identity = found.scenario.id
    best, attempts = known.best.get(identity), known.attempts.get(identity, ())
    day = day_of(identity)
    return Rung(
        found,
        tuple(_needs(found, titles, known)),
        best,
        attempts,
        under_way(attempts, sessions),
        None if best is None else sessions.get(best.session),
        None if day is None else _run(day, attempts),
    )


def _needs(found: Found, titles: dict[str, Found], known: _Known) -> Iterator[Need]:
    for need in found.scenario.needs:
        best, other = known.best.get(need), titles.get(need)
        done = best is not None and best.stars >= GOAL_MET
        title, number = (need, "") if other is None else (other.scenario.title, other.name)
        yield Need(title, number if number.isdigit() else "", done)


def _run(day: date, attempts: Sequence[Attempted]) -> DailyRun | None:
    over = (each for each in attempts if each.ranked and each.outcome is not None)
    for each in over:
        outcome = each.outcome
        if outcome is not None and (summary := outcome.summary) is not None:
            counts = (summary.parts, summary.calls, summary.liquidations, summary.leverage, outcome.stars)
            return DailyRun(day, daily_of(day).number, each.session, True, *counts)
    return None
