"""The lessons that come with the program, in the order of the ladder."""

from __future__ import annotations

from functools import cache

from engine.package_data import names_in, text_in
from engine.scenarios.reader import read_scenario
from engine.scenarios.scenario import Scenario

LESSONS = "engine.scenarios.lessons"


@cache
def shipped_lessons() -> tuple[Scenario, ...]:
    """Every lesson, by the number that its file's name begins with."""
    return tuple(read_scenario(name, text_in(LESSONS, name)) for name in names_in(LESSONS, ".toml"))
