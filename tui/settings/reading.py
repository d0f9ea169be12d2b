"""Reads settings.toml. What is wrong is told in words; all the rest counts."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from tui.settings import DEFAULTS, FIELDS, Settings
from tui.themes import THEMES
from tui.words.plain import harmless

FILE = "settings.toml"
TYPES = get_type_hints(Settings)
LARGEST = 1 << 20
"""Bytes; what is larger was not written by hand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in the file: where, and what would work. `line` is counted from 1; None: the file as a whole."""

    file: Path
    line: int | None
    field: str
    reason: str
    would_work: str

    def __str__(self) -> str:
        where = self.file.name + (f", line {self.line}" if self.line is not None else "")
        field = f", {harmless(self.field, 60)}" if self.field else ""
        return f"{where}{field}: {harmless(self.reason, 200)}; try: {harmless(self.would_work, 200)}"


class Read(NamedTuple):
    """The settings, and what could not be taken from the file."""

    settings: Settings
    problems: tuple[Problem, ...] = ()


def settings_file(home: Path) -> Path:
    """Where the settings of the player's folder are."""
    return home / FILE


def read_settings(home: Path) -> Read:
    """The settings in the folder `home`; the defaults where there are none. Raises nothing."""
    file = settings_file(home)
    text = text_of(file)
    if isinstance(text, Problem):
        return Read(DEFAULTS, (text,))
    return taken(file, text)


def text_of(file: Path) -> str | Problem:
    """What the file says, empty where there is none; or why it can't be read."""
    try:
        if file.is_file() and file.stat().st_size > LARGEST:
            return Problem(file, None, "", "it is too large for settings", "move it away")
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        return Problem(file, None, "", "it is not UTF-8 text", "save it as UTF-8, or move it away")
    except OSError as error:
        return Problem(file, None, "", error.strerror or str(error), "give it back its rights, or move it away")


def taken(file: Path, text: str) -> Read:
    """What can be taken of a file's text, statement by statement."""
    if not text:
        return Read(DEFAULTS)
    # Most players have no such file: without one, they need not wait for this.
    from tui.keys.map import checked_map
    from tui.settings.lines import statements

    values: dict[str, Any] = {}
    keys: dict[str, str] = {}
    lines: dict[tuple[str, ...], int] = {}
    problems: list[Problem] = []
    for each in statements(text):
        field, line = ".".join(each.path), each.first + 1
        try:
            if each.wrong is not None:
                raise Untaken(each.wrong, 'a line such as  theme = "isocross-dark"')
            if each.value is None or (each.path == ("keys",) and not each.value):
                _check_heading(each.path)
                continue
            if each.path in lines:
                raise Untaken(f"line {lines[each.path]} sets it already", "keep one of the two")
            lines[each.path] = line
            if each.path[0] == "keys":
                keys[".".join(each.path[1:])] = _text(each.value)
            else:
                values[field] = checked(field, each.value)
        except Untaken as error:
            problems.append(Problem(file, line, field, error.reason, error.would_work))
    values["keys"], refused = checked_map(keys) if keys else ({}, {})
    for binding, wrong in refused.items():
        line = next(line for path, line in lines.items() if ".".join(path) == f"keys.{binding}")
        problems.append(Problem(file, line, f"keys.{binding}", wrong.reason, wrong.would_work))
    return Read(Settings(**values), tuple(sorted(problems, key=lambda each: each.line or 0)))


class Untaken(ValueError):
    """A value that can't be taken: why, and what would work."""

    def __init__(self, reason: str, would_work: str) -> None:
        super().__init__(f"{reason}; try: {would_work}")
        self.reason, self.would_work = reason, would_work


def checked(field: str, value: object) -> Any:
    """`value` as the setting `field` has it. Raises Untaken."""
    if field not in FIELDS or field == "keys":
        raise Untaken("there is no setting of that name", _closest(field))
    try:
        taken = msgspec.convert(value, TYPES[field])
    except msgspec.ValidationError:
        raise Untaken(f"{_written(value)} is none of its values", f"{field} = {_values(field)}") from None
    check = CHECKS.get(field)
    if check is not None:
        check(taken)
    return taken


def _check_heading(path: tuple[str, ...]) -> None:
    if not path or path[0] != "keys":
        raise Untaken(f"there is no table [{'.'.join(path)}]", "[keys]")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Untaken(f"{_written(value)} names no key", '"k", "ctrl+k", or "plus,k" for two')
    return value


def _closest(field: str) -> str:
    close = get_close_matches(field, FIELDS, n=1)
    return f"{close[0]} = …" if close else ", ".join(FIELDS)


def _written(value: object) -> str:
    """A value as TOML writes it, near enough."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"“{value}”" if isinstance(value, str) else str(value)


def _values(field: str) -> str:
    """What a setting may be, in words."""
    kind = TYPES[field]
    if kind is bool:
        return "true or false"
    if kind is str:
        return _examples(field)
    options = get_args(kind)
    if isinstance(kind, types.GenericAlias):
        return "a list of " + ", ".join(f'"{each}"' for each in get_args(options[0]))
    return " or ".join(f'"{each}"' for each in options)


def _examples(field: str) -> str:
    return " or ".join(f'"{theme.name}"' for theme in THEMES) if field == "theme" else '"10%"'


def _check_theme(name: str) -> None:
    names = [theme.name for theme in THEMES]
    if name not in names:
        close = get_close_matches(name, names, n=1, cutoff=0.3)
        raise Untaken(f"there is no theme “{name}”", f'theme = "{(close or names)[0]}"')


def _check_size(size: str) -> None:
    from engine.commands.command import CommandError
    from engine.commands.grammar import parse

    try:
        parse(f"buy {size} ETH")
    except CommandError:
        raise Untaken(f"“{size}” is no size", '"10%", "$1000" or "0.5"') from None
    if len(size.split()) != 1:
        raise Untaken(f"“{size}” is no size", '"10%", "$1000" or "0.5"')


CHECKS: Mapping[str, Any] = {"theme": _check_theme, "one_key_size": _check_size}
