"""Where in a TOML text its fields stand. tomllib says it only for what is no TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Key = str | int
FieldPath = tuple[Key, ...]
"""A field by its keys and, inside arrays, its place from 0: `("steps", 1, "goal")`."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL = re.compile(r"'([^'\n]*)'")
_LONG_BASIC = re.compile(r'"""((?:[^\\]|\\.)*?)"""(?P<more>"{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(.*?)'''(?P<more>'{0,2})", re.DOTALL)
_WORD = re.compile(r"[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?")  # a date and a time may have a space between them
MOST_KEY_PARTS = 16
"""Of a dotted key: `tape.prices.ETH` has three. tomllib takes minutes over one of a hundred thousand."""
_LEXEME = re.compile(
    r'''"""(?:[^\\]|\\.)*?""""{0,2}|'{3}.*?'{3}'{0,2}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[ \t]+|[A-Za-z0-9_-]+|.''',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field's value is: the line of its key, and of a long text the line on which its own first line stands.

    `whole`: the lines of the text are lines of the file, none of them joined by a backslash.
    """

    line: int
    text_line: int
    whole: bool = True

    def line_of(self, text_line: int) -> int:
        """The line in the file of a line of the text, from 1."""
        return self.text_line + text_line - 1 if self.whole else self.line


class _Reader:
    """Walks through a text that tomllib has read already, and so may trust it."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.found: dict[FieldPath, Place] = {}
        self._counts: dict[FieldPath, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", self.text)]

    def read(self) -> dict[FieldPath, Place]:
        table: FieldPath = ()
        while self._skip(_SPACE) < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _line(self, at: int) -> int:
        low, high = 0, len(self._newlines)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._newlines[middle] < at else (low, middle)
        return low + 1

    def _header(self) -> FieldPath:
        line, array = self._line(self.at), self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        *outer, last = self._keys()
        self.at += 2 if array else 1
        path = (*self._resolved(tuple(outer)), last)
        for length in range(1, len(path) + array):  # `[a.b]` makes `a`, too
            self.found.setdefault(path[:length], Place(line, line))
        if array:
            self._counts[path] = self._counts.get(path, -1) + 1
        if path in self._counts:
            path = (*path, self._counts[path])
        self.found[path] = Place(line, line)
        return path

    def _resolved(self, keys: FieldPath) -> FieldPath:
        """The keys, with the last place in each array of tables that they lead through."""
        path: FieldPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _keys(self) -> Iterator[str]:
        while True:
            self._skip(_BLANK)
            yield self._key()
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return
            self.at += 1

    def _key(self) -> str:
        for pattern in (_BARE_KEY, _BASIC, _LITERAL):
            if found := pattern.match(self.text, self.at):
                self.at = found.end()
                return found[0] if pattern is _BARE_KEY else _unescaped(found)
        raise ValueError("no key here")

    def _pair(self, table: FieldPath) -> None:
        start = self.at
        path = (*table, *self._keys())
        self._skip(_BLANK)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        for length in range(len(table) + 1, len(path)):
            self.found.setdefault(path[:length], Place(self._line(start), self._line(start)))
        self._value(path, self._line(start))

    def _value(self, path: FieldPath, line: int) -> None:
        for pattern in (_LONG_BASIC, _LONG_LITERAL):
            if found := pattern.match(self.text, self.at):
                begins = self._line(found.start()) + found[1].startswith("\n")
                joined = pattern is _LONG_BASIC and re.search(r"\\[ \t]*\n|\\n", found[1]) is not None
                self.found[path] = Place(line, begins, not joined)
                self.at = found.end()
                return
        self.found[path] = Place(line, self._line(self.at))
        if self.text.startswith("[", self.at):
            self._array(path)
        elif self.text.startswith("{", self.at):
            self._inline_table(path)
        else:
            for pattern in (_BASIC, _LITERAL, _WORD):
                if found := pattern.match(self.text, self.at):
                    self.at = found.end()
                    return
            raise ValueError("no value here")

    def _array(self, path: FieldPath) -> None:
        self.at += 1
        place = 0
        while not self._closed("]", _SPACE):
            self._value((*path, place), self._line(self.at))
            place += 1

    def _inline_table(self, path: FieldPath) -> None:
        self.at += 1
        while not self._closed("}", _SPACE):
            self._pair(path)

    def _closed(self, bracket: str, space: re.Pattern[str]) -> bool:
        self._skip(space)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(space)
        if self.at >= len(self.text):
            raise ValueError("it has no end")
        if self.text.startswith(bracket, self.at):
            self.at += 1
            return True
        return False


def _unescaped(found: re.Match[str]) -> str:
    if "\\" not in found[1] or found[0].startswith("'"):
        return found[1]
    import tomllib

    return next(iter(tomllib.loads(f"{found[0]} = 0")))


def places_in(text: str) -> dict[FieldPath, Place]:
    """The place of every field of a TOML text that `tomllib` reads; of those that it has found so far otherwise."""
    reader = _Reader(text)
    try:
        return reader.read()
    except (ValueError, RecursionError):
        return reader.found


def line_of_deep_key(text: str) -> int:
    """The line of the first key of more than `MOST_KEY_PARTS` parts; 0 where there is none before a quote that is never
    closed. It reads no TOML but its quotes and comments, so that it can be asked before anything else reads it."""
    parts = 0
    for lexeme in _LEXEME.finditer(text):
        word = lexeme[0]
        if word in ('"', "'") or (word in ('""', "''") and text.startswith(word[0], lexeme.end())):
            return 0  # never closed: tomllib stops here, too
        if word == ".":
            parts += 1
            if parts >= MOST_KEY_PARTS:
                return text.count("\n", 0, lexeme.start()) + 1
        elif word[0] in " \t":
            continue
        elif not (word[0] in "\"'-_" or word[0].isalnum()):
            parts = 0
    return 0


def place_of(places: dict[FieldPath, Place], path: FieldPath) -> Place:
    """The place of a field, or of the nearest thing around it; the first line where there is none."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return Place(1, 1)


def name_of(path: FieldPath) -> str:
    """A field as errors call it: `steps[2].goal`, steps counted from 1."""
    name = ""
    for key in path:
        name += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if name else key
    return name
