"""The next vertex at which anything can happen.

Between two events nothing changes but prices and what funding has taken, so a leap over quiet vertices is a search
for the first segment on which an order fires, a pool fails or is called. It reads the extremes of blocks, opens those
in which something may happen, and uses floats with a margin for safety: it may stop too early, never too late. The
exact walk over the segment decides.
"""

from __future__ import annotations

import numpy as np

from engine.funding.columns import FundingColumns
from engine.search.gauges import Gauge
from engine.search.triggers import NEVER_HIGH, NEVER_LOW, Mask, Ranges, Row, Ticks, Trail, TrailTest, Windows
from engine.search.watch import Side, Watch
from engine.tape import Path

PLAIN = 16
"""Vertices looked at one by one before blocks are read: right after an event the next one is often near."""

FIRST_BLOCKS, MOST_BLOCKS = 8, 1024
"""How many large blocks are read at once: four times more after each quiet reading."""

DUES_AHEAD = 64
"""How many fundings ahead the prices at which single vertices are quiet stay known."""


class Search:
    """Looks for what `watch` waits for. Good for as long as nothing of it changes but funding that was settled.

    Args:
        path: the prices.
        watch: what is waited for.
    """

    def __init__(self, path: Path, watch: Watch) -> None:
        self._path, self._watch = path, watch
        self._gauges = watch.gauges
        names = frozenset[str]().union(*(gauge.steepness for gauge in self._gauges))
        marks = [symbol for symbol in path.tape.by_symbol if symbol in names]
        trailed = [trail.symbol for trail in watch.trails]
        sides: dict[Side, None] = dict.fromkeys((symbol, "mark") for symbol in (*marks, *trailed))
        self._sides = tuple(sides | dict.fromkeys((*watch.below, *watch.above)))
        self._columns = [path.index(*side) for side in self._sides]
        self._marks = {symbol: self._sides.index((symbol, "mark")) for symbol in marks}
        self._items = {symbol: self._columns[place].column.item for symbol, place in self._marks.items()}
        if self._sides:
            self._small, self._large = path.stack(self._sides)
        lows = [watch.below.get(side, NEVER_LOW) for side in self._sides]
        highs = [watch.above.get(side, NEVER_HIGH) for side in self._sides]
        self._windows = Windows(self._columns, lows, highs)
        self._trails = [self._trail_test(trail) for trail in watch.trails]
        self._funding: FundingColumns | None = None
        if watch.schedule is not None:
            self._funding = FundingColumns(watch.schedule, watch.settled, names, path.tape.by_symbol)
        self._weigh()
        self._quiet_at = -1
        self._rooms, self._near, self._near_until = self._windows, self._windows, 0

    def _trail_test(self, trail: Trail) -> TrailTest:
        place = self._sides.index((trail.symbol, "mark"))
        return TrailTest(trail, self._columns[place], place, trail.extreme, trail.since)

    def _weigh(self) -> None:
        """How far off each form's floats can be."""
        version = self._funding.known if self._funding else 0
        if all(gauge.weighed == version for gauge in self._gauges):
            return
        largest = {symbol: float(self._columns[place].top) for symbol, place in self._marks.items()}
        if self._funding:
            largest |= self._funding.largest()
        for gauge in self._gauges:
            gauge.weigh(largest, version)

    @property
    def until(self) -> int:
        """The vertex from which on it is no longer good."""
        return self._watch.until

    @property
    def next_due(self) -> int:
        """The vertex of the next funding that has not been passed; past the tape when there is none."""
        return self._funding.next_due if self._funding else len(self._path.tape)

    def next(self, after: int, until: int) -> int | None:
        """The first vertex in (after, until] on whose segment something may happen; None when there is none.

        Funding that is due before it is passed over as paid.
        """
        if self._watch.idle:
            return None
        if self.next_due <= after or (self._quiet_at != after and not self._quiet(after)):
            return after + 1
        vertex = after
        while vertex < min(until, after + PLAIN):
            vertex += 1
            if not self._quiet_way(vertex):
                return vertex
            self._pass(vertex)
        blocks = FIRST_BLOCKS
        while vertex < until:
            stop, hit = self._leap(vertex, until, blocks)
            if hit is not None:
                self._pass(hit - 1)
                return hit
            vertex, blocks = stop, min(4 * blocks, MOST_BLOCKS)
            self._pass(vertex)
        return None

    def _pass(self, vertex: int) -> None:
        """All has been quiet up to `vertex`."""
        self._quiet_at = vertex
        if self._funding and vertex >= self._funding.next_due:
            self._reach(vertex)
            self._funding.go_to(vertex)

    def _reach(self, vertex: int) -> None:
        """Know the funding up to a vertex, and what it adds to the error of the floats."""
        if self._funding and self._funding.reach(min(vertex, len(self._path.tape) - 1)):
            self._weigh()

    # -- where gauges are quiet, as prices

    def _prices(self, vertex: int) -> dict[str, float]:
        """Marks in ticks at a vertex that has been reached, and what funding has taken by then."""
        prices: dict[str, float] = {symbol: item(vertex) for symbol, item in self._items.items()}
        return prices | self._funding.paid_at(vertex) if self._funding else prices

    def _due(self, vertex: int) -> int:
        """The number of the first due time after a vertex that has been reached."""
        return self._funding.passed(vertex) if self._funding else 0

    def _rooms_at(self, vertex: int, stop: int) -> Windows:
        """Around the marks of a quiet vertex, between which every gauge is quiet on the way to `stop`, whatever
        funding is due there: each price may take the same share of what is left."""
        prices, due = self._prices(vertex), self._due(stop)
        turnover = self._funding.turnover(vertex, stop) if self._funding else {}
        shares = dict.fromkeys(self._marks, 1.0)
        for gauge in self._gauges:
            room, total = gauge.room(prices, due) - gauge.jumps, 0.0
            for name, steep in gauge.steepness.items():
                if name in turnover:
                    room -= steep * turnover[name]
                else:
                    total += steep * prices[name]
            share = max(0.0, room / total if total else room)
            for name in gauge.steepness:
                if name in shares:
                    shares[name] = min(shares[name], share)
        lows: list[float] = [NEVER_LOW] * len(self._sides)
        highs: list[float] = [NEVER_HIGH] * len(self._sides)
        for symbol, share in shares.items():
            place = self._marks[symbol]
            lows[place], highs[place] = prices[symbol] * (1.0 - share), prices[symbol] * (1.0 + share)
        return Windows(self._columns, lows, highs)

    def _look_near(self, vertex: int) -> None:
        """Note between which prices all is quiet from a quiet vertex on, and until which vertex."""
        self._near_until = self._funding.vertex_after(DUES_AHEAD) if self._funding else len(self._path.tape)
        if not self._gauges:
            self._near = self._windows
            return
        rooms, windows = self._rooms_at(vertex, self._near_until - 1), self._windows
        lows = [max(room.low, window.low) for room, window in zip(rooms.each, windows.each, strict=True)]
        highs = [min(room.high, window.high) for room, window in zip(rooms.each, windows.each, strict=True)]
        self._rooms, self._near = rooms, Windows(self._columns, lows, highs)

    # -- one vertex

    def _quiet_way(self, vertex: int) -> bool:
        """Whether nothing happens on the way into a vertex from the quiet one before."""
        if vertex < self.next_due:
            return self._quiet(vertex)
        return self._is_near(vertex) or self._open(vertex - 1, vertex) is None

    def _is_near(self, vertex: int) -> bool:
        if vertex >= self._near_until or not self._near.hold(vertex):
            return False
        return all(trail.quiet(vertex) for trail in self._trails)

    def _quiet(self, vertex: int) -> bool:
        """Whether nothing happens at a vertex, if no funding was due on the way into it."""
        if self._is_near(vertex):
            return True
        if not self._windows.hold(vertex) or not all(trail.quiet(vertex) for trail in self._trails):
            return False
        if self._gauges:
            prices, due = self._prices(vertex), self._due(vertex)
            if any(gauge.room(prices, due) <= 0 for gauge in self._gauges):
                return False
        self._look_near(vertex)
        return True

    def quiet_gauges(self, vertex: int) -> dict[str, Gauge]:
        """By owner, the gauges that can't matter at any tick shown on the way into a vertex after a passed one."""
        if vertex >= self.next_due:
            return {}
        ends, due = (self._prices(vertex - 1), self._prices(vertex)), self._due(vertex)
        return {each.owner: each for each in self._gauges if all(each.room(prices, due) > each.tick for prices in ends)}

    # -- many

    def _leap(self, vertex: int, until: int, blocks: int) -> tuple[int, int | None]:
        """Look on from a quiet vertex: how far, and the first vertex on whose segment something may happen."""
        small, large = self._small.size, self._large.size
        if vertex % small:
            stop = min(until, vertex + small - vertex % small)
            around = slice(vertex // small, vertex // small + 1)
            quiet = self._stay_near(stop, self._small.lows[:, around], self._small.highs[:, around])
            return stop, None if quiet else self._open(vertex, stop)
        row = self._row(vertex, until, blocks)
        for place in np.flatnonzero(self._hits(row)).tolist():
            start, stop = int(row.edges[place]), min(int(row.edges[place + 1]), until)
            hit = self._open_large(start, stop) if start % large == 0 else self._open(start, stop)
            if hit is not None:
                return stop, hit
        return min(int(row.edges[-1]), until), None

    def _open_large(self, start: int, stop: int) -> int | None:
        """The first vertex in (start, stop] on whose segment something may happen, by way of the small blocks."""
        row = self._row(start, stop, 0)
        hits = np.flatnonzero(self._hits(row)).tolist()
        while hits:
            first = last = hits.pop(0)
            while hits and hits[0] == last + 1:
                last = hits.pop(0)
            hit = self._open(int(row.edges[first]), min(int(row.edges[last + 1]), stop))
            if hit is not None:
                return hit
        return None

    def _row(self, vertex: int, until: int, blocks: int) -> Row:
        """The next blocks: small ones up to the edge of a large one (or `until`), then up to `blocks` large ones."""
        small, large = self._small.size, self._large.size
        turn = -(-vertex // large) * large if blocks else until
        fine = -(-min(turn, until) // small) * small
        edges = np.arange(vertex, fine + 1, small)
        smalls = slice(vertex // small, fine // small)
        lows, highs = self._small.lows[:, smalls], self._small.highs[:, smalls]
        if until <= turn:
            return Row(edges, lows, highs)
        count = min(blocks, -(-(until - turn) // large))
        larges = slice(fine // large, fine // large + count)
        edges = np.concatenate((edges[:-1], np.arange(fine, fine + count * large + 1, large)))
        lows = np.concatenate((lows, self._large.lows[:, larges]), axis=1)
        return Row(edges, lows, np.concatenate((highs, self._large.highs[:, larges]), axis=1))

    def _open(self, start: int, stop: int) -> int | None:
        """The first vertex in (start, stop] on whose segment something may happen.

        The way between two quiet vertices is quiet, unless funding is due on it: that is looked at with all it shows.
        """
        values = np.stack([index.column[start : stop + 1] for index in self._columns])
        edges = np.arange(start, stop + 1)
        lows = highs = values[:, 1:]
        self._reach(stop)
        ways = self._funding.ways(start, stop) if self._funding else None
        if ways is not None:
            before, lows, highs = values[:, ways], lows.copy(), lows.copy()
            lows[:, ways], highs[:, ways] = np.minimum(before, lows[:, ways]), np.maximum(before, highs[:, ways])
        hits = self._hits(Row(edges, lows, highs))
        place = int(hits.argmax())
        return start + 1 + place if hits[place] else None

    def _hits(self, row: Row) -> Mask:
        """Where something may happen on the segments between neighbouring edges, the first of which was quiet."""
        start, stop = int(row.edges[0]), int(row.edges[-1])
        if self._stay_near(stop, row.lows, row.highs):
            return np.zeros(len(row.edges) - 1, dtype=np.bool_)
        hits = self._windows.left(row.lows, row.highs)
        for trail in self._trails:
            trail.mark(hits, row)
        if not self._gauges:
            return hits
        first = int(hits.argmax())
        if hits[first] and not self._trails:  # a price that is reached in a block is reached at a vertex of it
            row, stop = row.until(first + 1), int(row.edges[first + 1])
        self._reach(stop)
        if self._may_matter(start, stop, row):
            lows, highs = self._ranges(row)
            for gauge in self._gauges:
                gauge.mark(hits[: len(row.edges) - 1], lows, highs, self._due(stop))
        return hits

    def _may_matter(self, start: int, stop: int, row: Row) -> bool:
        """Whether prices of a row go far enough from those of its quiet start for any gauge to matter."""
        if stop < self._near_until and not self._rooms.left(row.lows, row.highs).any():
            return False
        return bool(self._rooms_at(start, stop).left(row.lows, row.highs).any())

    def _stay_near(self, stop: int, lows: Ticks, highs: Ticks) -> bool:
        """Whether columns that stay within lows and highs on the way to `stop` are quiet for that alone."""
        return stop < self._near_until and not self._trails and not self._near.left(lows, highs).any()

    def _ranges(self, row: Row) -> tuple[Ranges, Ranges]:
        """What forms see of a row, by name: marks, and funding from before the first payment of a block on."""
        lows, highs = ({name: side[place] for name, place in self._marks.items()} for side in (row.lows, row.highs))
        if self._funding:
            self._funding.add(row.edges, lows, highs)
        return lows, highs
