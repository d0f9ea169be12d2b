"""Which scenarios there are: those that come with the program, the player's own, and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from engine.scenarios.errors import ScenarioError
from engine.scenarios.reader import read_scenario
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import shipped_lessons
from engine.script.recipes import PricesRecipe
from engine.tape import Tape
from saves.home import home_folder
from tui.prices.source import SourceError, make_tape, read_file, text_of
from tui.words.plain import harmless

LARGEST_FILE = 1024 * 1024
OWN_FOLDER = "scenarios"
"""The folder in the player's home that is looked through for more of them."""

Wrong = ScenarioError | SourceError
"""What is wrong with a scenario's file, or with opening it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A scenario, what it is called in a list, and the folder that its price files are relative to."""

    name: str
    scenario: Scenario
    folder: Path

    @property
    def tape(self) -> Tape:
        """Its prices. Raises ScenarioError and SourceError."""

        def opened(recipe: PricesRecipe) -> Tape:
            return make_tape(recipe, self.folder)

        return self.scenario.tape(opened)


def shipped() -> list[Found]:
    """The lessons that come with the program, called by their numbers."""
    return [Found(str(number), lesson, Path()) for number, lesson in enumerate(shipped_lessons(), 1)]


def own_scenarios() -> tuple[list[Found], list[Wrong]]:
    """The scenarios in the player's own folder, and what is wrong with others there."""
    found, wrong = list[Found](), list[Wrong]()
    folder = home_folder() / OWN_FOLDER
    for file in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            found.append(Found("own", scenario_of(file), folder))
        except (ScenarioError, SourceError) as error:
            wrong.append(error)
    return found, wrong + list(_ids_at_fault(found))


def _ids_at_fault(own: Sequence[Found]) -> Iterator[ScenarioError]:
    """Own scenarios that are called as another one is, or need one that there isn't."""
    taken = {lesson.id for lesson in shipped_lessons()}
    there = taken | {each.scenario.id for each in own}
    for scenario in (each.scenario for each in own):
        if scenario.id in taken:
            yield scenario.error(("id",), f"another scenario is called “{scenario.id}”", f"{scenario.id}-2")
        taken.add(scenario.id)
        for place, need in enumerate(scenario.needs):
            if need not in there:
                close = get_close_matches(need, sorted(there), n=1)
                yield scenario.error(("needs", place), f"there is no scenario “{need}”", close[0] if close else "none")


def scenario_of(file: Path) -> Scenario:
    """The scenario in a file. Raises SourceError and ScenarioError."""
    shown = harmless(str(file), 120)
    return read_scenario(shown, text_of(read_file(file, LARGEST_FILE), shown))
