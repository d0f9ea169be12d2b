"""Candles from a tape's vertices, up to the vertex reached and not one further.

A candle of [t, t + length] is what the price travelled in that time. A vertex exactly on its end belongs to it when the
price travelled there (the close of a bar), and to the next candle when it jumped there (the next bar's open). A candle
opens where the one before it ended, unless its first vertex was a jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tape import Tape

NAMES = {
    1: "1s",
    5: "5s",
    15: "15s",
    30: "30s",
    60: "1m",
    180: "3m",
    300: "5m",
    900: "15m",
    1_800: "30m",
    3_600: "1h",
    7_200: "2h",
    14_400: "4h",
    21_600: "6h",
    43_200: "12h",
    86_400: "1d",
}
"""Lengths of a candle in seconds, the shortest first, and what each is called."""

TIMEFRAMES = tuple(NAMES)

FIRST_TIMEFRAMES = (1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400)
"""The lengths that a chart may begin with: those that traders look at most."""

SCREENS = 8
"""How many screens of candles a whole tape makes at first, at most."""

LONGEST_AT_FIRST = 900
BARS_AT_FIRST = 15


@dataclass(frozen=True, eq=False)
class Candles:
    """Candles that hold something, oldest first: prices in ticks, volume in base units.

    `bucket` is the candle's start divided by its length, `first` its first vertex.
    """

    bucket: NDArray[np.int64]
    first: NDArray[np.int64]
    open: NDArray[np.int64]
    high: NDArray[np.int64]
    low: NDArray[np.int64]
    close: NDArray[np.int64]
    volume: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.bucket)

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """Every column, in the order of the fields."""
        return (self.bucket, self.first, self.open, self.high, self.low, self.close, self.volume)

    def part(self, start: int | None, end: int | None = None) -> Candles:
        """The candles of that slice."""
        return Candles(*(array[start:end] for array in self.arrays()))  # type: ignore[arg-type]


_NO = np.zeros(0, np.int64)
_EMPTY = Candles(_NO, _NO, _NO, _NO, _NO, _NO, np.zeros(0))


def joined(pieces: list[Candles]) -> Candles:
    """Pieces one behind the other."""
    if len(pieces) == 1:
        return pieces[0]
    columns = zip(*(piece.arrays() for piece in pieces), strict=True)
    return Candles(*(np.concatenate(column) for column in columns)) if pieces else _EMPTY


class CandleSeries:
    """The candles of one market at one length. Only the window asked for is ever computed, and what is new in it."""

    def __init__(self, tape: Tape, symbol: str, seconds: int) -> None:
        self.seconds = seconds
        self._length = seconds * 1000
        self._times, self._gapped = tape.times, tape.gapped
        self._prices = tape.columns[symbol, "last"]
        self._volume = tape.columns.get((symbol, "volume"))
        self._trading = _trading(tape, symbol)
        self._held = _EMPTY
        self._reach = -1
        self._wanted = 0

    @property
    def has_volume(self) -> bool:
        """Whether the tape says what was traded."""
        return self._volume is not None

    def window(self, step: int, count: int) -> Candles:
        """The last `count` candles of what happened up to and including vertex `step`."""
        step = min(max(step, 0), len(self._times) - 1)
        if self._can_go_on(step, count):
            grown = self._grown(step)
            self._held = grown.part(-count) if len(grown) > count else grown
        elif step != self._reach or count != self._wanted or not len(self._held):
            self._held = self._backwards(step, count)
        self._reach, self._wanted = step, count
        return self._held

    def end_of(self, vertex: int) -> int:
        """The last vertex of the candle that holds `vertex`."""
        return max(self._first_vertex(self._bucket_of(vertex) + 1) - 1, vertex)

    def back(self, vertex: int, count: int, kept: int) -> int:
        """The vertex that ends the candle `count` before the one that ends with `vertex`; fewer where less than `kept`
        candles would be left up to there."""
        candles = self._backwards(vertex, count + max(kept, 1))
        place = max(len(candles) - 1 - count, min(kept, len(candles)) - 1)
        return vertex if place >= len(candles) - 1 else self._traded_before(int(candles.first[place + 1]))

    def forth(self, vertex: int, count: int, step: int) -> int | None:
        """The vertex that ends the candle `count` behind the one that ends with `vertex`; None where that is the
        candle of vertex `step`, the last one that is known."""
        start, reach = vertex + 1, count + 1
        while start <= step:
            end = min(self._first_vertex(self._bucket_of(start) + reach), step + 1)
            candles = self._aggregate(start, max(end, start + 1))
            if len(candles) > count:
                return self._traded_before(int(candles.first[count]))
            if end > step:
                break
            reach *= 2
        return None

    def _traded_before(self, vertex: int) -> int:
        """The last vertex before `vertex` at which the market traded."""
        if self._trading is None:
            return vertex - 1
        return vertex - 1 - int(self._trading[:vertex][::-1].argmax())

    def _can_go_on(self, step: int, count: int) -> bool:
        """Whether what is held is the beginning of what is wanted, and most of it stays."""
        if count != self._wanted or step <= self._reach or not len(self._held):
            return False
        return self._bucket_of(step) - int(self._held.bucket[-1]) < count

    def _grown(self, step: int) -> Candles:
        """What is held and the vertices after it: only those are read, and the last candle takes in what is its own."""
        held = self._held
        new = self._aggregate(self._reach + 1, step + 1, int(held.bucket[-1]))
        if not len(new):
            return held
        if new.bucket[0] != held.bucket[-1]:
            return joined([held, new])
        open_, high, low = (
            held.open[-1:],
            np.maximum(held.high[-1:], new.high[:1]),
            np.minimum(held.low[-1:], new.low[:1]),
        )
        volume = held.volume[-1:] + new.volume[:1]
        last = Candles(held.bucket[-1:], held.first[-1:], open_, high, low, new.close[:1], volume)
        return joined([held.part(0, -1), last, new.part(1)])

    def _backwards(self, step: int, count: int) -> Candles:
        """The window made from its end, so that what lies before it is never read."""
        pieces: list[Candles] = []
        end, found, reach = step + 1, 0, count
        while found < count and end > 0:
            first_bucket = self._bucket_of(end - 1) - reach + 1
            start = min(self._first_vertex(first_bucket), end - 1)
            piece = self._aggregate(start, end)
            # Nothing for a whole window: look twice as far back next time.
            reach = reach * 2 if not len(piece) else max(count - found - len(piece), 1)
            pieces.append(piece)
            end, found = start, found + len(piece)
        return joined(pieces[::-1]).part(-count)

    def _opened(self, vertex: int) -> bool:
        """Whether the price jumped to this vertex, or the market came back there."""
        if vertex == 0 or self._gapped[vertex]:
            return True
        return self._trading is not None and not self._trading[vertex - 1]

    def _bucket_of(self, vertex: int) -> int:
        time = int(self._times[vertex])
        if time % self._length:
            return time // self._length
        first = int(np.searchsorted(self._times, time, side="left"))
        jumped = any(self._opened(each) for each in range(first, vertex + 1))
        return time // self._length - (not jumped)

    def _first_vertex(self, bucket: int) -> int:
        """The first vertex of a bucket, or of the first one after it that has any."""
        time = bucket * self._length
        vertex = int(np.searchsorted(self._times, time, side="left"))
        while vertex < len(self._times) and self._times[vertex] == time and not self._opened(vertex):
            vertex += 1
        return vertex

    def _aggregate(self, start: int, end: int, least: int = 0) -> Candles:
        """The candles of vertices `start` to `end` (excluded). The first begins a candle, or belongs to bucket `least`,
        before which none of them lies."""
        opened = self._gapped[start:end].copy()
        opened[0] = self._opened(start)
        times, prices = self._times[start:end], self._prices[start:end].astype(np.int64, copy=False)
        volume = None if self._volume is None else self._volume[start:end]
        vertices = np.arange(start, end)
        if self._trading is not None:
            trades = self._trading[start:end]
            opened[1:] |= ~trades[:-1]
            times, prices, opened, vertices = times[trades], prices[trades], opened[trades], vertices[trades]
            volume = None if volume is None else volume[trades]
        if not len(times):
            return _EMPTY
        bucket = np.maximum(np.maximum.accumulate((times - ~opened) // self._length), least)
        first = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
        last = np.append(first[1:], len(times)) - 1
        before = self._prices[np.maximum(vertices[first] - 1, 0)]
        opens = np.where(opened[first], prices[first], before).astype(np.int64)
        return Candles(
            bucket=bucket[first],
            first=vertices[first],
            open=opens,
            high=np.maximum(np.maximum.reduceat(prices, first), opens),
            low=np.minimum(np.minimum.reduceat(prices, first), opens),
            close=prices[last],
            volume=np.zeros(len(first)) if volume is None else np.add.reduceat(volume.astype(np.float64), first),
        )


def finest(tape: Tape) -> int:
    """The shortest candle that says something true, in seconds: one bar where the tape is made of bars, since nobody
    knows when in a bar its prices were; else one that shows more than single vertices."""
    if tape.origin.bar_seconds:
        spacing: float = tape.origin.bar_seconds
    else:
        steps = np.diff(tape.times[:2000])
        steps = steps[steps > 0]
        spacing = float(np.median(steps)) / 1000 if len(steps) else 1.0
    return next((seconds for seconds in TIMEFRAMES if seconds >= spacing), TIMEFRAMES[-1])


def first_timeframe(tape: Tape, columns: int) -> int:
    """The candle to begin with: the whole tape in about eight screens, but no candle too long to play by."""
    shortest = finest(tape)
    longest = max(LONGEST_AT_FIRST, tape.origin.bar_seconds * BARS_AT_FIRST, shortest)
    span = int(tape.times[-1] - tape.times[0]) / 1000
    for seconds in FIRST_TIMEFRAMES:
        if seconds >= shortest and (span <= seconds * max(columns, 1) * SCREENS or seconds >= longest):
            return seconds
    return TIMEFRAMES[-1]


def _trading(tape: Tape, symbol: str) -> NDArray[np.bool_] | None:
    if tape.trading is None:
        return None
    place = [market.symbol for market in tape.markets].index(symbol)
    return tape.trading[:, place]
