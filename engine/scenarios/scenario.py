"""A scenario, read and found to make sense: rules, prices, steps with goals and hints, stars, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.account_kind import Kind
from engine.scenarios.conditions.values import Condition
from engine.scenarios.errors import ScenarioError
from engine.scenarios.places import FieldPath, Place, name_of, place_of
from engine.scenarios.prop_desk import PropDeskRules
from engine.scenarios.texts import Text
from engine.script.reader import ScriptLine
from engine.script.recipes import DailyRecipe, PricesRecipe, SyntheticRecipe
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.anchors import AnchoredSetup, anchored_tape
from engine.tapes.episodes import EpisodeSetup, episode_tape

Prices = AnchoredSetup | EpisodeSetup | SyntheticRecipe | DailyRecipe | PricesRecipe
OpenFiles = Callable[[PricesRecipe], Tape]
"""Makes a tape of the player's price files, which the engine does not open."""

NEEDS_FILES = "its prices are in files, which have to be opened first"


@dataclass(frozen=True, slots=True)
class Step:
    """One idea.

    Attributes:
        text: what it is about; figures in it are those of the moment at which the step begins.
        do: what to do, in a sentence.
        goal: when it is done.
        nudge, formula: hints, the first without a number, the second with the working.
        keys: the last hint: the very commands and moves of time that do it.
    """

    text: Text
    do: Text
    goal: Condition
    nudge: Text
    formula: Text
    keys: tuple[ScriptLine, ...]


@dataclass(frozen=True, slots=True)
class StarRules:
    """What the third star asks for besides the goals.

    Attributes:
        par: the most margin that may stand behind positions at any time, quote units.
        forced_close: markets whose liquidation is part of the lesson.
        also: what else must hold in the end; None for nothing.
    """

    par: Decimal
    forced_close: frozenset[str] = frozenset()
    also: Condition | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a scenario ends: the same commands in another kind of account, what to look at there (its figures are
    `ghost …`), and the sentence that the player could not have written before."""

    ghost: Kind
    look_at: Text
    sentence: Text


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario.

    Attributes:
        file: name of its file, as errors say it.
        id: what others call it in `needs`, and saves remember it by.
        title, teaches: what it is called, and what it teaches in a sentence.
        needs: ids of those to play before.
        setup, prices: the rules, and where the prices come from.
        markets: the symbols of its tape.
        steps: in order, at least one.
        solution: commands and moves that earn three stars; those of the steps' last hints where the file has none.
        thought, naive: what somebody thinks who has not learnt it yet, and does.
        stated: the numbers of its rules, prices, goals and commands: what a text may say without computing it.
        places: where its fields stand in the file, for errors that only playing it brings out.
        book: commands that are given before the player may do anything: the positions of a given book.
        prop_desk: the rules of a prop desk, judged by `engine.scenarios.prop_desk`; None where there are none.
    """

    file: str
    id: str
    title: str
    teaches: str
    needs: tuple[str, ...]
    setup: Setup
    prices: Prices
    markets: tuple[str, ...]
    steps: tuple[Step, ...]
    solution: tuple[ScriptLine, ...]
    thought: Text
    naive: tuple[ScriptLine, ...]
    stars: StarRules
    closing: Closing
    stated: frozenset[Decimal]
    places: dict[FieldPath, Place]
    book: tuple[ScriptLine, ...] = ()
    prop_desk: PropDeskRules | None = None

    def tape(self, open_files: OpenFiles | None = None) -> Tape:
        """Its prices.

        Args:
            open_files: makes the tape of a scenario whose prices are in files.

        Raises:
            ScenarioError: when they are in files and `open_files` is missing.
        """
        if isinstance(self.prices, AnchoredSetup):
            return anchored_tape(self.prices)
        if isinstance(self.prices, EpisodeSetup):
            return episode_tape(self.prices)
        if isinstance(self.prices, SyntheticRecipe | DailyRecipe):
            return self.prices.tape()
        if open_files is None:
            raise self.error(("tape", "files"), NEEDS_FILES, "isocross lessons test FILE, beside them")
        return open_files(self.prices)

    def error(self, path: FieldPath, reason: str, would_work: str, line: int = 0) -> ScenarioError:
        """A refusal that names this file and a field of it; `line` where it is not the field's own."""
        return ScenarioError(self.file, line or place_of(self.places, path).line, name_of(path), reason, would_work)
