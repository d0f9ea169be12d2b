"""A grid of single cells, drawn on as a whole and turned into strips only where a row changed."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.words.plain import INSTEAD, harmless

SPACE = ord(" ")
FIRM_SPACE = "\N{NO-BREAK SPACE}"
"""A space that counts as taken: what is drawn behind leaves it alone. Painted as an ordinary one."""


class Canvas:
    """Letters and the style of each, by its number in a table of styles."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.letters: NDArray[np.uint32] = np.full((height, width), SPACE, np.uint32)
        self.styles: NDArray[np.uint8] = np.zeros((height, width), np.uint8)

    def copy(self) -> Canvas:
        """The same once more, to be drawn on."""
        other = object.__new__(Canvas)
        other.width, other.height = self.width, self.height
        other.letters, other.styles = self.letters.copy(), self.styles.copy()
        return other

    def write(self, row: int, column: int, text: str, style: int) -> None:
        """Text from a cell on; what is outside the canvas is cut off."""
        if not 0 <= row < self.height:
            return
        text = text[max(-column, 0) : max(self.width - column, 0)]
        start = max(column, 0)
        if text:
            self.letters[row, start : start + len(text)] = codes_of(text)
            self.styles[row, start : start + len(text)] = style

    def fill_blank(self, row: int, start: int, end: int, letter: str, style: int) -> None:
        """Put `letter` into the cells of a row that are still empty."""
        if not 0 <= row < self.height:
            return
        empty = self.letters[row, start:end] == SPACE
        self.letters[row, start:end][empty] = ord(letter)
        self.styles[row, start:end][empty] = style

    def strip(self, row: int, table: tuple[Style, ...]) -> Strip:
        """A row as a strip: one segment for every run of one style."""
        letters, styles = self.letters[row], self.styles[row]
        text = text_of(letters).replace(FIRM_SPACE, " ")
        # Empty cells go on in the style before them, which nobody sees: fewer segments, less to paint.
        seen = np.where((letters != SPACE) | (styles != 0), np.arange(self.width), 0)
        styles = styles[np.maximum.accumulate(seen)]
        edges = [0, *(np.flatnonzero(styles[1:] != styles[:-1]) + 1).tolist(), self.width]
        return Strip([Segment(text[a:b], table[styles[a]]) for a, b in pairwise(edges) if b > a], self.width)

    def changed(self, before: Canvas | None) -> NDArray[np.bool_]:
        """Which rows differ from `before`; all where the size does."""
        if before is None or before.letters.shape != self.letters.shape:
            return np.ones(self.height, np.bool_)
        return ((self.letters != before.letters) | (self.styles != before.styles)).any(axis=1)


def single(text: str) -> str:
    """`text` in letters that take one cell each, so that it can stand on a canvas."""
    shown = harmless(text)
    if shown.isascii():
        return shown
    return "".join(letter if cell_len(letter) == 1 else INSTEAD for letter in shown)


def codes_of(text: str) -> NDArray[np.uint32]:
    """The letters of a text as numbers."""
    return np.frombuffer(text.encode(_CODEC), np.uint32)


def text_of(codes: NDArray[np.uint32]) -> str:
    """Numbers as the letters they stand for."""
    return codes.tobytes().decode(_CODEC)


_CODEC = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"

BLOCKS = codes_of(" ▁▂▃▄▅▆▇█")
"""A cell filled from below, by eighths."""
