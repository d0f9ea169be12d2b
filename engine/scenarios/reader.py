"""Reading a scenario file: TOML text in, a typed and checked scenario out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.account_kind import Kind
from engine.rulebooks import VENUES, rulebook_of
from engine.scenarios.conditions.judge import symbols_of
from engine.scenarios.fields import Fields
from engine.scenarios.format import ClosingSection, HeadSection, NaiveSection, StarsSection, StepSection
from engine.scenarios.places import FieldPath
from engine.scenarios.prop_desk_section import read_prop_desk
from engine.scenarios.rules_and_prices import read_prices, read_rules
from engine.scenarios.scenario import Closing, Scenario, StarRules, Step
from engine.scenarios.texts import Text
from engine.script.reader import ScriptLine
from engine.script.words import positive, short
from engine.setup import Setup

MOST_STEPS = 20
LONGEST_TITLE, LONGEST_SENTENCE = 60, 200
SECTIONS = ("rules", "tape", "steps", "naive", "stars", "closing", "prop_desk")
OPTIONAL = ("rules", "prop_desk")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_STATING = ("rules", "tape", "book", "prop_desk", "solution", "goal", "keys", "script", "par")
"""Sections and fields whose numbers a text may repeat: what is given, not what follows from it."""

_EXAMPLES = {
    "head": 'id = "my-lesson", title = "…", teaches = "…"',
    "steps": "[[steps]] with text, do, goal, nudge, formula and keys",
    "naive": '[naive] with thought = "…" and script = """…"""',
    "stars": "[stars] with par = 1000",
    "closing": '[closing] with ghost = "cross", look_at = "…" and sentence = "…"',
}


def read_scenario(file: str, text: str) -> Scenario:
    """The scenario that `text` spells.

    Args:
        file: what errors call it.
        text: TOML; docs/write-a-scenario.md says what may stand in it.

    Raises:
        ScenarioError: for the first thing that is missing, unknown, of another type or without sense, with its line.
    """
    return _ScenarioReader(Fields(file, text)).read()


class _ScenarioReader:
    """The sections of one file, put together."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.markets: tuple[str, ...] = ()

    def read(self) -> Scenario:
        fields, data = self.fields, self.fields.data
        above = {key: value for key, value in data.items() if key not in SECTIONS}
        fields.others[()] = SECTIONS
        head = fields.section((), above, HeadSection, _EXAMPLES["head"])
        self._check_sections()
        setup = read_rules(fields)
        prices, self.markets = read_prices(fields)
        steps = tuple(self._steps())
        stars, naive = self._stars(), self._naive()
        solution = self._script(("solution",)) if head.solution is not None else ()
        return Scenario(
            file=fields.file,
            id=self._id(("id",), head.id),
            title=fields.line(("title",), LONGEST_TITLE),
            teaches=fields.line(("teaches",), LONGEST_SENTENCE),
            needs=tuple(self._id(("needs", place), each) for place, each in enumerate(head.needs)),
            setup=setup,
            prices=prices,
            markets=self.markets,
            steps=steps,
            solution=solution or tuple(line for step in steps for line in step.keys),
            thought=self._text(("naive", "thought")),
            naive=naive,
            stars=stars,
            closing=self._closing(setup),
            stated=fields.numbers(_STATING),
            places=fields.places,
            book=self._script(("book",)) if head.book is not None else (),
            prop_desk=read_prop_desk(fields),
        )

    def _check_sections(self) -> None:
        for name in SECTIONS:
            if name not in self.fields.data and name not in OPTIONAL:
                example = _EXAMPLES.get(name, '[tape] with kind = "anchors" and [tape.prices]')
                raise self.fields.error((), f"the section “{name}” is missing", example)

    def _id(self, path: FieldPath, text: str) -> str:
        if not _ID.fullmatch(text) or len(text) > LONGEST_TITLE:
            raise self.fields.error(
                path, f"“{short(text)}” is no id", "small letters, digits and dashes: isolated-margin"
            )
        return text

    def _steps(self) -> Iterator[Step]:
        rows = self.fields.data["steps"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_STEPS:
            raise self.fields.error(("steps",), f"there are 1 to {MOST_STEPS} steps", _EXAMPLES["steps"])
        for place, row in enumerate(rows):
            path: FieldPath = ("steps", place)
            self.fields.section(path, row, StepSection, _EXAMPLES["steps"])
            goal = self.fields.condition((*path, "goal"))
            self._check_markets((*path, "goal"), symbols_of(goal))
            yield Step(
                text=self._text((*path, "text")),
                do=self._text((*path, "do")),
                goal=goal,
                nudge=self._text((*path, "nudge")),
                formula=self._text((*path, "formula")),
                keys=self._script((*path, "keys")),
            )

    def _text(self, path: FieldPath) -> Text:
        text = self.fields.text(path)
        self._check_markets(path, text.markets)
        return text

    def _script(self, path: FieldPath) -> tuple[ScriptLine, ...]:
        lines = self.fields.script(path)
        for line in lines:
            symbol = getattr(line.action, "symbol", None)
            if symbol is not None and symbol not in self.markets:
                raise self.fields.error(path, f"“{line.text}”: {self._unknown(symbol)}", self._known(), line.number)
        return lines

    def _check_markets(self, path: FieldPath, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            if symbol not in self.markets:
                raise self.fields.error(path, self._unknown(symbol), self._known())

    def _unknown(self, symbol: str) -> str:
        return f"the tape has no market {symbol}"

    def _known(self) -> str:
        return ", ".join(self.markets)

    def _stars(self) -> StarRules:
        path: FieldPath = ("stars",)
        section = self.fields.section(path, self.fields.data["stars"], StarsSection, _EXAMPLES["stars"])
        with self.fields.at((*path, "par")):
            par = positive(format(section.par, "f") if section.par.is_finite() else "infinity", "a par", "par = 1000")
        self._check_markets((*path, "forced_close"), section.forced_close)
        also = None
        if section.also is not None:
            also = self.fields.condition((*path, "also"))
            self._check_markets((*path, "also"), symbols_of(also))
        return StarRules(par, frozenset(section.forced_close), also)

    def _naive(self) -> tuple[ScriptLine, ...]:
        self.fields.section(("naive",), self.fields.data["naive"], NaiveSection, _EXAMPLES["naive"])
        return self._script(("naive", "script"))

    def _closing(self, setup: Setup) -> Closing:
        path: FieldPath = ("closing",)
        section = self.fields.section(path, self.fields.data["closing"], ClosingSection, _EXAMPLES["closing"])
        ghost = self._ghost((*path, "ghost"), section.ghost, setup)
        return Closing(ghost, self._text((*path, "look_at")), self._text((*path, "sentence")))

    def _ghost(self, path: FieldPath, text: str, setup: Setup) -> Kind:
        """`cross`, or `binance cross`: the kind of account that the commands are played in again."""
        self.fields.printable(path, text)
        words = text.lower().split()
        venue, name = (setup.venue, words[0]) if len(words) == 1 else (words[0], words[-1]) if words else ("", "")
        if len(words) > 2 or venue not in VENUES:
            reason = f"“{short(text)}” is no kind of account"
            raise self.fields.error(path, reason, "cross, isolated, or a venue and one of them: binance cross")
        rulebook = rulebook_of(venue)
        for mode in rulebook.modes:
            if name == mode:
                return Kind(venue, mode)
        if name in rulebook.variants:
            return Kind(venue, rulebook.modes[0], name, rulebook.variants[name])
        known = ", ".join([*rulebook.modes, *rulebook.variants])
        raise self.fields.error(path, f"{venue} has no {short(name)} account", f"of {venue}: {known}")
