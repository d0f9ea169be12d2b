"""What a search tests prices for besides gauges: windows that they stay between, and trailing stops.

Tests take one vertex at a time, or a row of blocks: what every column stays within on each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.search.index import Index

SAFETY = 1e-9
"""Relative error that float64 sums of prices, sizes and costs stay far below."""

NEVER_LOW, NEVER_HIGH = 0, 1 << 62
"""Ticks that no price of a tape reaches."""

Mask = NDArray[np.bool_]
Ticks = NDArray[Any]
Vertices = NDArray[np.int64]
Ranges = dict[str, NDArray[Any]]
"""By the name of a column, one side of what it stays within, block by block: (blocks,) each."""


class Row(NamedTuple):
    """Blocks that follow one another.

    Attributes:
        edges: (blocks + 1,) the vertices between them.
        lows, highs: (columns, blocks) in ticks, what the columns stay within.
    """

    edges: Vertices
    lows: Ticks
    highs: Ticks

    def until(self, place: int) -> Row:
        """The blocks before number `place`."""
        return Row(self.edges[: place + 1], self.lows[:, :place], self.highs[:, :place])


class Near(NamedTuple):
    """A column at a vertex, and the two numbers of ticks strictly between which it is quiet."""

    item: Callable[[int], int]
    low: float
    high: float


class Windows:
    """Every column stays strictly between two numbers of ticks.

    Attributes:
        lows, highs: (columns, 1) the numbers.
        each: the same, column by column.
    """

    def __init__(self, columns: Sequence[Index], lows: Sequence[float], highs: Sequence[float]) -> None:
        self.lows, self.highs = np.array(lows)[:, np.newaxis], np.array(highs)[:, np.newaxis]
        self.each = [Near(*each) for each in zip((index.column.item for index in columns), lows, highs, strict=True)]

    def hold(self, vertex: int) -> bool:
        """Whether every column is inside at a vertex."""
        for item, low, high in self.each:  # noqa: SIM110 - `all` with a generator takes twice as long, at every vertex
            if not low < item(vertex) < high:
                return False
        return True

    def left(self, lows: Ticks, highs: Ticks) -> Mask:
        """(blocks,) on which any column may leave, from what they stay within: (columns, blocks) each."""
        left: Mask = (lows <= self.lows) | (highs >= self.highs)
        return left[0] if len(left) == 1 else np.asarray(left.any(axis=0))


@dataclass(frozen=True, slots=True)
class Trail:
    """A trailing stop: it fires once the mark is `share` behind its extreme since the vertex `since`.

    Attributes:
        falls: it waits for a fall from the highest mark; else for a rise from the lowest.
        extreme: ticks to trail from at least.
        share: fraction of the extreme.
    """

    symbol: str
    falls: bool
    since: int
    extreme: int
    share: float


@dataclass(slots=True)
class TrailTest:
    """A trailing stop with its extreme up to the vertex before `seen`. Its column is number `place` of a row."""

    trail: Trail
    index: Index
    place: int
    extreme: int
    seen: int

    def _run(self, vertex: int) -> None:
        """Take the extreme up to `vertex` into account."""
        if vertex >= self.seen:
            if self.trail.falls:
                self.extreme = max(self.extreme, self.index.highest(self.seen, vertex))
            else:
                self.extreme = min(self.extreme, self.index.lowest(self.seen, vertex))
            self.seen = vertex + 1

    def quiet(self, vertex: int) -> bool:
        """Whether the mark of a vertex, all before it having been passed, is nearer than the trail."""
        self._run(vertex)
        ticks = self.index.column.item(vertex)
        if self.trail.falls:
            return ticks > max(1.0, self.extreme * (1.0 - self.trail.share) * (1.0 + SAFETY))
        return ticks < self.extreme * (1.0 + self.trail.share) * (1.0 - SAFETY)

    def mark(self, hits: Mask, row: Row) -> None:
        """Add the blocks on which it may fire; all before the row has been passed."""
        self._run(int(row.edges[0]))
        lows, highs = row.lows[self.place], row.highs[self.place]
        if self.trail.falls:
            best = np.maximum(np.maximum.accumulate(highs), self.extreme)
            hits |= lows <= np.maximum(1.0, best * ((1.0 - self.trail.share) * (1.0 + SAFETY)))
            return
        best = np.minimum(np.minimum.accumulate(lows), self.extreme)
        hits |= highs >= best * ((1.0 + self.trail.share) * (1.0 - SAFETY))
