"""What every reader hands on: a table whose columns can be sampled and loaded, whatever it was stored as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.tapes.price_files.report import Repair

Progress = Callable[[float], None]
"""Called with the share of a file that has been read, 0 to 1."""

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Texts = NDArray[np.bytes_]

TEXT_WIDTH = 48
"""Characters kept of a cell of text: more than any way to write a time."""

SAMPLE_ROWS = 400


@dataclass
class Loaded:
    """Columns of a table, read.

    Attributes:
        numbers: by column, (rows,) float64; NaN where a cell is empty or says that it has no value.
        texts: by column, (rows,) bytes of at most 48 characters.
        places: (rows,) int64, the line or row of the file that each row stands in, from 1.
        repairs: what was left out while reading.
    """

    numbers: dict[int, Floats]
    texts: dict[int, Texts]
    places: NDArray[np.int64]
    repairs: list[Repair] = field(default_factory=list)


class Source(Protocol):
    """A table in a file.

    Attributes:
        words: what it is stored as (`CSV`).
        unit: what its rows are counted in, `line` or `row`.
        header: the names of its columns; None where it has none.
        header_line: the line they stand in, where they stand in one.
        hint: text in the file that may name the market, besides its rows; may be empty.
        notes: warnings that came up while opening it.
    """

    words: str
    unit: str
    header: list[str] | None
    header_line: int | None
    hint: str
    notes: list[str]

    def sample(self) -> list[list[str]]:
        """The first rows (400 at most), every cell as text."""
        ...

    def load(self, numeric: Sequence[int], text: Sequence[int], progress: Progress | None) -> Loaded:
        """Read the columns `numeric` as numbers and `text` as texts."""
        ...

    def cells(self, column: int, places: Sequence[int]) -> list[str]:
        """The cells of a column as they are written, in the rows at `places`."""
        ...


def as_bytes(texts: Sequence[str]) -> Texts:
    """Texts as an array of bytes; what is not ASCII becomes `?`, which no reader of times accepts."""
    cut = [text[:TEXT_WIDTH].encode("ascii", "replace") for text in texts]
    return np.array(cut, dtype=f"S{TEXT_WIDTH}")
