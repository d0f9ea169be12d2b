"""The fields of a scenario file, taken one by one; what doesn't fit is refused with its file, line and name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from engine.commands.command import CommandError
from engine.commands.grammar import EXAMPLES, parse
from engine.scenarios.conditions.parser import parse_condition
from engine.scenarios.conditions.tokens import ConditionError
from engine.scenarios.conditions.values import Condition
from engine.scenarios.errors import ScenarioError
from engine.scenarios.places import (
    MOST_KEY_PARTS,
    FieldPath,
    Place,
    line_of_deep_key,
    name_of,
    place_of,
    places_in,
)
from engine.scenarios.proposals import FIELD_EXAMPLES, SYNTAX_EXAMPLE, syntax_error
from engine.scenarios.texts import Text, parse_text
from engine.script.lines import check_printable, lines_of
from engine.script.moves import parse_move
from engine.script.reader import ScriptLine
from engine.script.words import WordsError, short

LARGEST_FILE = 256 * 1024
"""Characters."""

Section = TypeVar("Section")

_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.+?)`(?: - at `\$(.*)`)?")
_UNKNOWN = re.compile(r"Object contains unknown field `(.+?)`(?: - at `\$(.*)`)?")
_WRONG = re.compile(r"(.+?)(?: - at `\$\.?(.*)`)?")
_DIGITS = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_KINDS = {
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "array": "a list in brackets",
    "object": "a table",
    "null": "nothing",
}


class Fields:
    """A scenario file's text as nested tables, with the place of every field. All methods raise ScenarioError.

    Args:
        file: what errors call it.
        text: TOML.

    Attributes:
        others: names that a table may have besides those of its section, for errors.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.places: dict[FieldPath, Place] = {}
        self.others: dict[FieldPath, Sequence[str]] = {}
        if len(text) > LARGEST_FILE:
            raise ScenarioError(file, 1, "", f"it has more than {LARGEST_FILE:,} characters", "a shorter one")
        if line := line_of_deep_key(text):
            reason = f"a key here has more than {MOST_KEY_PARTS} parts"
            raise ScenarioError(file, line, "", reason, "[tape.prices], and nothing deeper")
        self.data = self._parsed(text.removeprefix("\ufeff"))
        self.places = places_in(text.removeprefix("\ufeff"))

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text, parse_float=_number)
        except tomllib.TOMLDecodeError as error:
            found = _SYNTAX.fullmatch(str(error))
            reason, line = (found[1], found[2]) if found else (str(error), None)
            at = int(line) if line else text.count("\n") + 1
            rows = text.split("\n")
            wrong, would_work = syntax_error(reason, rows[at - 1] if at <= len(rows) else "")
            raise ScenarioError(self.file, at, "", wrong, would_work) from None
        except (RecursionError, ValueError):
            raise ScenarioError(self.file, 1, "", "this is no TOML that can be read", SYNTAX_EXAMPLE) from None

    def error(self, path: FieldPath, reason: str, would_work: str = "", line: int = 0) -> ScenarioError:
        """The refusal of a field."""
        at = line or place_of(self.places, path).line
        return ScenarioError(self.file, at, name_of(path), reason, would_work)

    def section(self, path: FieldPath, data: object, kind: type[Section], example: str) -> Section:
        """A table as its typed section, refusing what is missing, unknown, or of another type."""
        if not isinstance(data, Mapping):
            raise self.error(path, "this is not a table", example)
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            raise self._misfit(path, str(error), kind, example) from None

    def _misfit(self, path: FieldPath, said: str, kind: Any, example: str) -> ScenarioError:
        if found := _MISSING.fullmatch(said):
            return self.error((*path, *_steps(found[2])), f"“{found[1]}” is missing", example)
        if found := _UNKNOWN.fullmatch(said):
            known = ", ".join([*_names_of(kind, self._tag(path)), *self.others.get(path, ())])
            return self.error((*path, found[1]), f"there is no field “{short(found[1])}” here", known or example)
        found = _WRONG.fullmatch(said)
        reason, where = (found[1], found[2]) if found else (said, None)
        place = (*path, *_steps(where))
        field = next((str(key) for key in place[len(path) :] if isinstance(key, str)), "")
        return self.error(place, _in_words(reason), FIELD_EXAMPLES.get(field, example))

    def _tag(self, path: FieldPath) -> object:
        """Which of several kinds a table says that it is, if it does."""
        table = self.value(path)
        return table.get("kind") if isinstance(table, Mapping) else None

    @contextmanager
    def at(self, path: FieldPath) -> Iterator[None]:
        """Refusals of words and conditions inside become refusals of this field."""
        try:
            yield
        except WordsError as error:
            raise self.error(path, error.message, error.would_work) from None

    def line(self, path: FieldPath, most: int) -> str:
        """A field that is one line of text, as it is."""
        text = str(self.value(path))
        self.printable(path, text)
        if not text.strip() or "\n" in text:
            raise self.error(path, "this is one line of text, and not empty", "a few words")
        if len(text) > most:
            raise self.error(path, f"this has {len(text)} characters", f"at most {most}")
        return text.strip()

    def text(self, path: FieldPath, most: int = 2_000) -> Text:
        """A field that is a text with figures in it."""
        text = str(self.value(path))
        self.printable(path, text)
        if not text.strip() or len(text) > most:
            raise self.error(path, f"this text has {len(text.strip()):,} characters", f"1 to {most:,}")
        return self._read(path, text, parse_text)

    def condition(self, path: FieldPath) -> Condition:
        """A field that is a condition."""
        text = str(self.value(path))
        self.printable(path, text)
        return self._read(path, text, parse_condition)

    def script(self, path: FieldPath) -> tuple[ScriptLine, ...]:
        """A field that is commands and moves of time, a line each."""
        text, place = str(self.value(path)), place_of(self.places, path)
        self.printable(path, text)
        found = []
        for number, bare in lines_of(text):
            line = place.line_of(number)
            try:
                check_printable(bare)
                action = parse_move(bare) if bare.startswith("@") else parse(_verb(bare))
            except (CommandError, WordsError) as error:
                raise self.error(path, f"“{short(bare)}”: {error.message}", error.would_work, line) from None
            found.append(ScriptLine(line, bare, action))
        if not found:
            raise self.error(path, "there is no command here", "buy $1000 ETH 2x")
        return tuple(found)

    def value(self, path: FieldPath) -> Any:
        """What stands in a field that is there."""
        value: Any = self.data
        for key in path:
            value = value[key]
        return value

    def numbers(self, names: Sequence[str]) -> frozenset[Decimal]:
        """Every number, without its sign, that stands in fields and sections of these names."""
        return frozenset(_numbers(self.data, frozenset(names), False))

    def printable(self, path: FieldPath, text: str) -> None:
        """Refuse what can't be seen, such as escape sequences."""
        for character in text:
            if not character.isprintable() and character != "\n":
                raise self.error(path, f"the character U+{ord(character):04X} can’t be seen", "plain text")

    def _read(self, path: FieldPath, text: str, read: Callable[[str], Section]) -> Section:
        try:
            return read(text)
        except ConditionError as error:
            before = text[: error.place - 1]
            line = place_of(self.places, path).line_of(before.count("\n") + 1)
            place = len(before) - before.rfind("\n")
            where = f"at character {place}" + (" of that line" if "\n" in text else "")
            raise self.error(path, f"{where}: {error.message}", error.would_work, line) from None


def _numbers(value: Any, names: frozenset[str], counts: bool) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, names, counts or key in names)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, names, counts)
    elif counts and not isinstance(value, bool):
        yield from (Decimal(found.replace(",", "")) for found in _DIGITS.findall(str(value)))


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # no exponent may be so large: the field's own check refuses it by its name and line
        return Decimal("-Infinity" if text.startswith("-") else "Infinity")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _verb(bare: str) -> str:
    verb = bare.split(maxsplit=1)[0].lower()
    if verb not in EXAMPLES:
        raise WordsError(f"“{short(verb)}” is no command", ", ".join([*EXAMPLES, "@ +30m"]))
    return bare


def _steps(where: str | None) -> Sequence[str]:
    """The keys of a path as msgspec says it; it does not say the place in a list."""
    return [key for key in re.split(r"[.\[\]]+", where or "") if key]


def _names_of(kind: Any, tag: object) -> list[str]:
    kinds = getattr(kind, "__args__", (kind,))
    kinds = [each for each in kinds if each.__struct_config__.tag == tag] or kinds
    return list(dict.fromkeys(name for each in kinds for name in getattr(each, "__struct_encode_fields__", ())))


def _in_words(said: str) -> str:
    """msgspec's words for a wrong type in ours."""
    if found := re.fullmatch(r"Expected `(.+?)`, got `(.+?)`", said):
        wanted = " or ".join(_KINDS.get(each, each) for each in found[1].split(" | ") if each != "null")
        return f"this must be {wanted}, not {_KINDS.get(found[2], found[2])}"
    if said.startswith("Invalid decimal"):
        return "this is no number"
    if found := re.fullmatch(r"Invalid enum value (.+)", said):
        return f"{found[1]} is none of those that there are"
    if found := re.fullmatch(r"Invalid value (.+)", said):
        return f"{found[1]} is none of those that there are"
    return _lower(said)
