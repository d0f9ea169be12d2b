"""`isocross lessons play`, `challenges play` and `daily play`: which scenario is meant, and how its attempt begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from engine.scenarios.daily import DAILY, DailyError
from saves import Library
from tui.cli.options import UsageError, scenario_play_options
from tui.scenarios.found import Found, Group, NotFound, challenges, check_id, daily, find, lessons
from tui.scenarios.ladder import under_way
from tui.start import BeginScenario

GROUPS: dict[str, Group] = {"lessons": "lesson", "challenges": "challenge", "daily": "daily"}
"""What each command plays."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A scenario to play; `anew`: not to go on with an attempt that is not over."""

    found: Found
    anew: bool


def asked_for(command: str, words: Sequence[str]) -> AskedFor:
    """What `isocross COMMAND play` is asked to play.

    Raises:
        UsageError: when there is none such; ScenarioError and SourceError when it can't be read, or has no prices.
    """
    options = scenario_play_options(command, words)
    found = _todays(options.date) if command == "daily" else named(command, options.name, "play")
    check_id(found)
    _ = found.tape  # what is wrong with it is said before a screen is drawn
    return AskedFor(found, options.anew)


def attempt_at(library: Library, wanted: AskedFor) -> BeginScenario | str:
    """A new attempt, or the session of the last one that is not over. Raises SaveError."""
    if wanted.anew or library.trouble is not None:
        return BeginScenario(wanted.found)
    sessions = {each.id: each for each in library.sessions()}
    session = under_way(library.attempts.of_scenario(wanted.found.scenario.id), sessions)
    return BeginScenario(wanted.found) if session is None else session.id


def named(command: str, name: str, action: str) -> Found:
    """A lesson or a challenge by its number, its id, or its file.

    Raises:
        UsageError: when there is none, with one that is near; ScenarioError and SourceError when it can't be read.
    """
    try:
        return find(GROUPS[command], name)
    except NotFound as error:
        count = len(lessons() if command == "lessons" else challenges())
        elsewhere = _elsewhere(command, name.lower())
        near = (
            f"{elsewhere} {action} {name.lower()}" if elsewhere else f"{command} {action} {error.near}, of 1 to {count}"
        )
        raise UsageError(str(error), f"isocross {near}") from None


def _elsewhere(command: str, name: str) -> str:
    """The other command, where a scenario of that id is its."""
    other = {"lessons": challenges, "challenges": lessons}[command]()
    there = any(each.scenario.id == name for each in other)
    return {"lessons": "challenges", "challenges": "lessons"}[command] if there else ""


# -- the daily


def today() -> date:
    """The UTC date."""
    return datetime.now(UTC).date()


def day_named(text: str | None) -> date:
    """A date, today's for None. Raises UsageError."""
    if text is None:
        return today()
    try:
        return date.fromisoformat(text.lower().removeprefix(DAILY))
    except ValueError:
        raise UsageError(f"daily: “{text[:40]}” is no date", "isocross daily --date 2026-11-22") from None


def _todays(text: str | None) -> Found:
    day = day_named(text)
    try:
        found = daily(day)
    except DailyError as error:
        raise UsageError(f"daily: {error}", "isocross daily play") from None
    if day > today():
        raise UsageError(f"daily: the day of {day} has not come yet", "isocross daily play")
    return found
