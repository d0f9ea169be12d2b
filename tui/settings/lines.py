"""A TOML file as statements with their lines, so that one that is wrong costs only itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 200
"""Lines that one statement may take."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A key and its value, or what is none.

    Attributes:
        first, last: its lines, from 0; `last` is the one behind it.
        path: the names that lead to the value: `("keys", "desk.buy")` is `("keys", "desk", "buy")`.
        value: what is set; None where the statement is a table's heading.
        wrong: why it can't be read; then there is neither path nor value.
    """

    first: int
    last: int
    path: tuple[str, ...] = ()
    value: Any = None
    wrong: str | None = None


def statements(text: str) -> Iterator[Statement]:
    """Every statement of a TOML text in order; blank lines and comments are none."""
    lines = text.splitlines()
    table: tuple[str, ...] = ()
    place = 0
    while place < len(lines):
        end, read = _longest_that_reads(lines, place)
        if isinstance(read, str):
            yield Statement(place, place + 1, wrong=read)
        elif lines[place].lstrip().startswith("["):
            table = _heading(read)
            yield Statement(place, end, table)
        else:
            yield from (Statement(place, end, (*table, *path), value) for path, value in _values(read))
        place = end


def _longest_that_reads(lines: Sequence[str], first: int) -> tuple[int, dict[str, Any] | str]:
    """The line behind the statement that begins at `first` and what it says, or why it can't be read."""
    why = ""
    for end in range(first + 1, min(len(lines), first + LONGEST) + 1):
        try:
            return end, tomllib.loads("\n".join(lines[first:end]))
        except tomllib.TOMLDecodeError as error:
            why = why or str(error).partition(" (at ")[0]
    return first + 1, why


def _heading(read: dict[str, Any]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    while isinstance(read, dict) and len(read) == 1:
        ((name, read),) = read.items()
        path = (*path, name)
    return path


def _values(read: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in read.items():
        if isinstance(value, dict) and value:
            yield from _values(value, (*path, name))
        else:
            yield (*path, name), value


def comment_behind(line: str) -> str:
    """The comment at the end of a one-line statement, with the spaces before it; empty where there is none."""
    for place, letter in enumerate(line):
        if letter != "#":
            continue
        try:
            if tomllib.loads(line[:place]) == tomllib.loads(line):
                return line[len(line[:place].rstrip()) :]
        except tomllib.TOMLDecodeError:
            continue
    return ""
