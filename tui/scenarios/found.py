"""Which scenarios there are: those that come with the program, the day's, the player's own, and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from engine.scenarios.daily import DAILY, daily_of, daily_scenario, day_of
from engine.scenarios.errors import ScenarioError
from engine.scenarios.reader import read_scenario
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import shipped_challenges, shipped_lessons
from engine.script.recipes import PricesRecipe, SyntheticRecipe
from engine.tape import Tape
from saves.home import home_folder
from tui.prices.source import SourceError, make_tape, read_file, text_of
from tui.words.plain import harmless

LARGEST_FILE = 1024 * 1024
OWN_FOLDER = "scenarios"
"""The folder in the player's home that is looked through for more of them."""

Group = Literal["lesson", "challenge", "daily", "own"]
Wrong = ScenarioError | SourceError
"""What is wrong with a scenario's file, or with opening it."""

KINDS: dict[Group, str] = {"lesson": "lesson", "challenge": "challenge", "daily": "daily", "own": "scenario of yours"}
"""What one of a group is called."""


class NotFound(ValueError):
    """There is no such scenario. `near`: what is called nearly so, or the first of its group; empty for nothing."""

    def __init__(self, message: str, near: str) -> None:
        super().__init__(message)
        self.near = near


@dataclass(frozen=True, slots=True)
class Found:
    """A scenario.

    Attributes:
        name: what it is called in a list: its number, the date of a daily, “own”, or the file that was asked for.
        scenario: what it says.
        folder: what its price files are relative to.
        group: what sort it is.
    """

    name: str
    scenario: Scenario
    folder: Path
    group: Group

    @property
    def tape(self) -> Tape:
        """Its prices. Raises ScenarioError and SourceError."""

        def opened(recipe: PricesRecipe) -> Tape:
            return make_tape(recipe, self.folder)

        return self.scenario.tape(opened)

    @property
    def title(self) -> str:
        """What its sessions are called: “Lesson 3: …”."""
        numbered = self.group in ("lesson", "challenge")
        return f"{self.group.capitalize()} {self.name}: {self.scenario.title}" if numbered else self.scenario.title

    @property
    def untold(self) -> bool:
        """Whether where its prices come from would tell which way they go: so with a challenge’s made-up ones."""
        return self.group == "challenge" and isinstance(self.scenario.prices, SyntheticRecipe)

    def described(self, description: str) -> str:
        """Where its prices come from, as their tape describes it."""
        return f"made up from a seed: {' '.join(self.scenario.markets)}" if self.untold else description


def lessons() -> list[Found]:
    """The lessons that come with the program, called by their numbers."""
    return _numbered(shipped_lessons(), "lesson")


def challenges() -> list[Found]:
    """The challenges that come with the program, called by their numbers."""
    return _numbered(shipped_challenges(), "challenge")


def _numbered(scenarios: Sequence[Scenario], group: Group) -> list[Found]:
    return [Found(str(number), each, Path(), group) for number, each in enumerate(scenarios, 1)]


def daily(day: date) -> Found:
    """The daily of a UTC date. Raises DailyError where there is none."""
    return Found(day.isoformat(), daily_scenario(daily_of(day)), Path(), "daily")


def own_scenarios() -> tuple[list[Found], list[Wrong]]:
    """The scenarios in the player's own folder, and what is wrong with others there."""
    found, wrong = list[Found](), list[Wrong]()
    folder = home_folder() / OWN_FOLDER
    for file in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            found.append(Found("own", scenario_of(file), folder, "own"))
        except (ScenarioError, SourceError) as error:
            wrong.append(error)
    return found, wrong + list(_ids_at_fault(found))


def every_scenario() -> list[Found]:
    """All that can be listed: lessons, challenges, and the player's own. A daily is asked for by its date."""
    return [*lessons(), *challenges(), *own_scenarios()[0]]


def find(group: Group, name: str) -> Found:
    """A scenario by its number, its id, or the name of a file; a daily by its date.

    A lesson or a challenge may be one of the player's own, too.

    Raises:
        NotFound: when there is none; DailyError when there is no daily on that date.
        SourceError, ScenarioError: when the file can't be read.
    """
    if name.endswith(".toml"):
        return Found(name, scenario_of(Path(name)), Path(name).parent, "own")
    wanted = name.lower()
    if group == "daily":
        return daily(_day(wanted.removeprefix(DAILY)))
    of_group = {"lesson": lessons, "challenge": challenges}
    shipped = of_group[group]() if group in of_group else []
    known = [*shipped, *own_scenarios()[0]]
    for found in known:
        if wanted == found.scenario.id or (wanted == found.name and found.group != "own"):
            return found
    close = get_close_matches(wanted, [each.scenario.id for each in known], n=1, cutoff=0.4)
    near = close[0] if close else known[0].name if shipped else ""
    raise NotFound(f"there is no {KINDS[group]} “{harmless(name, 40)}”", near)


def with_id(identity: str) -> Found | None:
    """The scenario that a save remembers by its id; None where there is none any more."""
    if (day := day_of(identity)) is not None:
        return daily(day)
    for group in (lessons, challenges, lambda: own_scenarios()[0]):  # each read only if it was in none before
        if found := next((each for each in group() if each.scenario.id == identity), None):
            return found
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(f"“{harmless(text, 40)}” is not a date", "2026-11-22") from None


def _ids_at_fault(own: Sequence[Found]) -> Iterator[ScenarioError]:
    """Own scenarios that are called as another one is, or need one that there isn't."""
    if not own:
        return
    taken = _shipped_ids()
    there = taken | {each.scenario.id for each in own}
    for scenario in (each.scenario for each in own):
        if scenario.id in taken or scenario.id.startswith(DAILY):
            yield _taken_id(scenario)
        taken.add(scenario.id)
        for place, need in enumerate(scenario.needs):
            if need not in there:
                close = get_close_matches(need, sorted(there), n=1)
                yield scenario.error(("needs", place), f"there is no scenario “{need}”", close[0] if close else "none")


def check_id(found: Found) -> None:
    """Refuse a file that is called as a shipped scenario or a daily is: its stars would be theirs. Raises
    ScenarioError."""
    identity = found.scenario.id
    if found.group == "own" and (identity in _shipped_ids() or identity.startswith(DAILY)):
        raise _taken_id(found.scenario)


def _shipped_ids() -> set[str]:
    return {each.id for each in (*shipped_lessons(), *shipped_challenges())}


def _taken_id(scenario: Scenario) -> ScenarioError:
    identity = scenario.id
    return scenario.error(("id",), f"another scenario is called “{identity}”", _free_id(identity))


def _free_id(identity: str) -> str:
    return f"my-{identity}" if identity.startswith(DAILY) else f"{identity}-2"


def scenario_of(file: Path) -> Scenario:
    """The scenario in a file. Raises SourceError and ScenarioError."""
    shown = harmless(str(file), 120)
    return read_scenario(shown, text_of(read_file(file, LARGEST_FILE), shown))
