"""The lowest and the highest value of every block of a column: what a search reads instead of the column.

A block is a number of *segments*, the ways between neighbouring vertices, so it covers the vertices at both of its
ends and shares them with its neighbours: nothing that happens on the way is outside of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCKS = 64, 512
"""Segments of the blocks of the two levels. The larger is a multiple of the smaller."""

Whole = NDArray[np.integer]


class Level(NamedTuple):
    """Blocks of one size: block k covers the vertices k·size to (k + 1)·size, as far as there are any.

    Attributes:
        size: segments a block.
        lows, highs: (blocks,) extremes of each; (columns, blocks) where several columns are stacked.
    """

    size: int
    lows: Whole
    highs: Whole


class Index:
    """The two levels of one column of whole numbers, built once.

    Args:
        column: (vertices,) at least one; kept as `column`. `top` is the largest of it.
        blocks: the sizes of the small and the large blocks.
    """

    def __init__(self, column: Whole, blocks: tuple[int, int] = BLOCKS) -> None:
        small, large = blocks
        if small < 1 or large % small:
            raise ValueError(f"blocks of {large} do not consist of blocks of {small}")
        self.column = column
        lows, highs = (_folded(column, small, pick) for pick in (np.minimum, np.maximum))
        self.small = Level(small, _closed(lows, column, small, np.minimum), _closed(highs, column, small, np.maximum))
        share = large // small
        lows, highs = _folded(lows, share, np.minimum), _folded(highs, share, np.maximum)
        self.large = Level(large, _closed(lows, column, large, np.minimum), _closed(highs, column, large, np.maximum))
        self.top = int(self.large.highs.max())

    def lowest(self, first: int, last: int) -> int:
        """The least value over the vertices `first` to `last`, both counted."""
        return min(int(part.min()) for part in self._parts(first, last, "lows"))

    def highest(self, first: int, last: int) -> int:
        """The largest value over the vertices `first` to `last`, both counted."""
        return max(int(part.max()) for part in self._parts(first, last, "highs"))

    def _parts(self, first: int, last: int, side: str) -> list[Whole]:
        """Slices that cover the vertices together and nothing else: both ends of the column, whole blocks between."""
        small, large = self.small, self.large
        begin, end = -(-first // small.size), last // small.size
        if begin >= end:
            return [self.column[first : last + 1]]
        lows: Whole = getattr(small, side)
        share = large.size // small.size
        outer, inner = -(-begin // share), end // share
        if outer < inner:
            whole: Whole = getattr(large, side)
            middle = [lows[begin : outer * share], whole[outer:inner], lows[inner * share : end]]
        else:
            middle = [lows[begin:end]]
        parts = [self.column[first : begin * small.size + 1], *middle, self.column[end * small.size : last + 1]]
        return [part for part in parts if len(part)]


def stacked(indexes: Sequence[Index]) -> tuple[Level, Level]:
    """The small and the large blocks of several columns side by side, (columns, blocks) each."""
    return _stacked([index.small for index in indexes]), _stacked([index.large for index in indexes])


def _stacked(levels: Sequence[Level]) -> Level:
    if len(levels) == 1:
        return Level(levels[0].size, levels[0].lows[np.newaxis], levels[0].highs[np.newaxis])
    lows, highs = np.stack([level.lows for level in levels]), np.stack([level.highs for level in levels])
    return Level(levels[0].size, lows, highs)


def _folded(values: Whole, size: int, pick: np.ufunc) -> Whole:
    """(n,) to (⌈n ÷ size⌉,): each `size` values to their extreme."""
    whole = len(values) // size * size
    parts = [pick.reduce(values[:whole].reshape(-1, size), axis=1)] if whole else []
    if whole < len(values):
        parts.append(pick.reduce(values[whole:])[np.newaxis])
    return np.concatenate(parts)


def _closed(extremes: Whole, column: Whole, size: int, pick: np.ufunc) -> Whole:
    """Blocks that also cover the vertex at their end, the next block's first."""
    ends = column[size::size]
    closed = extremes.copy()
    closed[: len(ends)] = pick(extremes[: len(ends)], ends)
    return closed
