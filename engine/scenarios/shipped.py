"""The lessons and challenges that come with the program, in the order of their numbers."""

from __future__ import annotations

from functools import cache

from engine.package_data import names_in, text_in
from engine.scenarios.reader import read_scenario
from engine.scenarios.scenario import Scenario

LESSONS = "engine.scenarios.lessons"
CHALLENGES = "engine.scenarios.challenges"


@cache
def shipped_lessons() -> tuple[Scenario, ...]:
    """Every lesson, by the number that its file's name begins with."""
    return tuple(read_scenario(name, text_in(LESSONS, name)) for name in names_in(LESSONS, ".toml"))


@cache
def shipped_challenges() -> tuple[Scenario, ...]:
    """Every challenge: survival of the seven crashes by date, then the prop desks."""
    return tuple(read_scenario(name, text_in(CHALLENGES, name)) for name in names_in(CHALLENGES, ".toml"))
