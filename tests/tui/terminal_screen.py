"""What a person sees in a real terminal: the program in a pseudo-terminal, and its screen as letters in rows.

Of the escapes, those are understood that Textual writes: where the next letter goes, and what is erased. Colours are
passed over.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.cells import cell_len

from tests.benchmarks.terminal import LONGEST_WAIT, Missing, Terminal

_TOKEN = re.compile(
    r"\x1b\[(?P<numbers>[0-9;]*)(?P<action>[A-Za-z])"
    r"|(?P<passed>\x1b(?:\[[0-9;?<>=$\"' ]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[()].|[=>78]))"
    r"|(?P<begun>\x1b.*)|(?P<letter>.)",
    re.DOTALL,
)
"""A move, what is passed over, an escape of which the end has not come yet, or a letter."""


class Screen:
    """Rows of letters. `feed` takes what a program writes."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._begun = ""

    def feed(self, text: str) -> None:
        """Show what was written."""
        text, self._begun = self._begun + text, ""
        for token in _TOKEN.finditer(text):
            if token["letter"] is not None:
                self._letter(token["letter"])
            elif token["begun"] is not None:
                self._begun = token["begun"]
            elif token["action"] is not None:
                self._act(token["action"], [int(each or 0) for each in token["numbers"].split(";")])

    def rows(self) -> list[str]:
        """The letters, row by row."""
        return ["".join(row).rstrip() for row in self._cells]

    def _letter(self, letter: str) -> None:
        if letter == "\r":
            self._column = 0
        elif letter == "\n":
            self._row = min(self._row + 1, len(self._cells) - 1)
        elif letter >= " " and self._column < self._columns:
            self._cells[self._row][self._column] = letter
            self._column += max(cell_len(letter), 1)

    def _act(self, action: str, numbers: list[int]) -> None:
        first = numbers[0]
        if action == "H":
            self._row = min(max(first, 1), len(self._cells)) - 1
            self._column = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self._columns) - 1
        elif action in "ABCD":
            rows, columns = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}[action]
            self._row = min(max(self._row + rows * max(first, 1), 0), len(self._cells) - 1)
            self._column = min(max(self._column + columns * max(first, 1), 0), self._columns - 1)
        elif action == "J" and first == 2:
            self._cells = [[" "] * self._columns for _ in self._cells]
        elif action == "K":
            self._cells[self._row][self._column :] = [" "] * (self._columns - self._column)


class SeenTerminal(Terminal):
    """A program in a pseudo-terminal, with the screen that a person would see."""

    def __init__(self, words: Sequence[str], home: Path, size: tuple[int, int]) -> None:
        self.screen = Screen(*size)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        super().__init__(words, home, size)

    def until_seen(self, wanted: Callable[[str], object], longest: float = LONGEST_WAIT) -> str:
        """Read until the screen is as `wanted` says; answers with its text. Raises Missing when it never is."""
        end = time.perf_counter() + longest
        while not wanted(text := "\n".join(self.screen.rows())):
            if not self._read(end):
                raise Missing(f"the screen never was as wanted; it is:\n{text}")
        return text

    def _read(self, end: float) -> bool:
        before = len(self._tail)
        found = super()._read(end)
        self.screen.feed(self._decoder.decode(self._tail[before:]))
        return found
