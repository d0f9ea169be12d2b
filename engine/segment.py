"""One step of a tape: the way from a vertex to the next, and the moments on it.

Travelling, all prices move together in a straight line, from 0 to 1 of the way, and each shows the tick it has just
reached. Over a gap the old prices stand until the end, where the new ones are there at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypedDict

from engine.margin import Health, crossing
from engine.market import Market
from engine.numbers import divide
from engine.orders.order import Order
from engine.tape import Path

START, END = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in a session's time, with every price at it.

    Attributes:
        step: the vertex reached, or on the way to.
        fraction: how much of the way from the vertex before is done; 1 at the vertex.
        time: ms UTC.
        marks, lasts: prices by symbol, quote units.
        before: the marks at the vertex before: what the venue last knew.
        trading: symbols of the markets that trade.
    """

    step: int
    fraction: Fraction
    time: int
    marks: Mapping[str, Decimal]
    lasts: Mapping[str, Decimal]
    before: Mapping[str, Decimal]
    trading: frozenset[str]

    def stamp(self, actor: str) -> Stamp:
        """Step, time and actor of an event told now."""
        return {"step": self.step, "time": self.time, "actor": actor}


class Stamp(TypedDict):
    """What every event has."""

    step: int
    time: int
    actor: str


def at_vertex(path: Path, step: int) -> Moment:
    """The moment of a vertex itself, where commands act."""
    marks = path.marks(step)
    lasts = {symbol: path.price(symbol, "last", step) for symbol in path.tape.by_symbol} if path.has_marks else marks
    trading = path.trading(step)
    return Moment(step, END, int(path.tape.times[step]), marks, lasts, marks, trading)


class Segment:
    """The way into vertex `step` (≥ 1) from the one before."""

    def __init__(self, path: Path, step: int) -> None:
        tape = path.tape
        self.step = step
        self.travelled = not bool(tape.gapped[step])
        self._from_time, self._to_time = int(tape.times[step - 1]), int(tape.times[step])
        self._markets = tape.markets
        self._marks = _Leg(path, "mark", step)
        self._lasts = _Leg(path, "last", step) if path.has_marks else self._marks
        self._references = path.references(step - 1)
        self.before = {**self._marks.prices(START, self.travelled), **self._references}
        self._traded_before = path.trading(step - 1)
        self.trading = path.trading(step)
        self._start: Moment | None = None
        self._end: Moment | None = None

    def at(self, fraction: Fraction) -> Moment:
        """The moment at `fraction` of the way."""
        if fraction is END:
            self._end = self._end or self._moment(END)
            return self._end
        if fraction is START:
            self._start = self._start or self._moment(START)
            return self._start
        return self._moment(fraction)

    def _moment(self, fraction: Fraction) -> Moment:
        way = self._to_time - self._from_time
        time = self._from_time + way * fraction.numerator // fraction.denominator
        marks = self._marks.prices(fraction, self.travelled)
        if self._references:
            marks = {**marks, **self._references}
        lasts = marks if self._lasts is self._marks else self._lasts.prices(fraction, self.travelled)
        return Moment(self.step, fraction, time, marks, lasts, self.before, self.trading)

    def when(self, time: int) -> Fraction | None:
        """The fraction at which `time` (ms) comes; None when the segment ends before it."""
        if time > self._to_time:
            return None
        if time <= self._from_time:
            return START
        return Fraction(time - self._from_time, self._to_time - self._from_time)

    def reaches(
        self, symbol: str, kind: Literal["last", "mark"], price: Decimal, below: bool, after: Fraction = START
    ) -> Fraction | None:
        """The fraction at which that price falls (or rises) to `price`; 0 if it is there already, None if never.

        Of a market that stood still before a gap only the price after it counts. What begins to wait at `after` does
        not see a price that has been left behind by then.
        """
        leg = self._marks if kind == "mark" else self._lasts
        start, end = leg.ends[symbol]
        target = leg.markets[symbol].ticks(price)
        if self.travelled or symbol in self._traded_before:
            here = _reached(start, end, after) if after is not START and (self.travelled or after == END) else start
            if (start <= target) if below else (start >= target):
                return START if ((here <= target) if below else (here >= target)) else None
        if not ((end <= target) if below else (end >= target)):
            return None
        return Fraction(target - start, end - start) if self.travelled else END

    def trails(self, order: Order, extreme: Decimal, after: Fraction) -> Fraction | None:
        """The fraction at which a trailing stop fires whose mark has been as far as `extreme` before this segment.

        A price that moves in its favour takes the trigger along; one that moves against it meets the trigger where it
        stood at `after`. Over a gap the trigger stands where it was.
        """
        leg = self._marks
        start, end = leg.ends[order.symbol]
        market = leg.markets[order.symbol]
        here = market.price(_reached(start, end, after) if self.travelled else start)
        best = max(extreme, here) if order.fires_below else min(extreme, here)
        trigger = order.trailing_price(best, market.tick_size)
        return self.reaches(order.symbol, "mark", trigger, order.fires_below, after)

    def fails(self, health: Health, after: Fraction) -> Fraction | None:
        """The first fraction ≥ `after` at which a pool of this health is not safe; None if it stands to the end.

        Between the ends a concave margin has no dip, so a pool that is safe at both ends is safe all the way; of any
        other margin the vertices define the truth.
        """
        if not health.safe(self.at(after).marks):
            return after
        if health.safe(self.at(END).marks):
            return None
        margin = health.margin
        if not self.travelled or margin.curvature not in ("linear", "concave"):
            return END
        crossed = crossing(margin, self._marks.exact(after), self._marks.exact(END))
        fraction = after if crossed is None else after + (END - after) * Fraction(crossed)
        fraction = self._first_unsafe(health, min(max(fraction, after), END), margin.symbols())
        return max(after, self._marks.shown_until(fraction, margin.symbols()))

    def _first_unsafe(self, health: Health, fraction: Fraction, symbols: frozenset[str]) -> Fraction:
        """From an exact crossing to the first tick that shows it: usually the next one.

        Where a coarse tick in the pool's favour hides it for long, the finest market's ticks are bisected.
        """
        for _ in range(2):
            if not health.safe(self.at(fraction).marks):
                return fraction
            fraction = self._marks.next_tick(fraction, symbols)
        total = self._marks.most_ticks(symbols)
        low, high = math.floor(fraction * total), total
        while high - low > 1:
            middle = (low + high) // 2
            safe = health.safe(self.at(Fraction(middle, total)).marks)
            low, high = (middle, high) if safe else (low, middle)
        return Fraction(high, total)


class _Leg:
    """The ticks of one kind of price at both ends of a segment."""

    def __init__(self, path: Path, kind: Literal["last", "mark"], step: int) -> None:
        self.markets: Mapping[str, Market] = path.tape.by_symbol
        self.ends = {s: (path.ticks(s, kind, step - 1), path.ticks(s, kind, step)) for s in self.markets}

    def prices(self, fraction: Fraction, travelled: bool) -> dict[str, Decimal]:
        """Prices on the grid: the tick just reached, so rounded towards where the price is going."""
        at_end = fraction is END or fraction == END
        if at_end or not travelled or fraction is START:
            place = 1 if at_end else 0
            return {s: self.markets[s].price(ends[place]) for s, ends in self.ends.items()}
        return {s: self.markets[s].price(_reached(*ends, fraction)) for s, ends in self.ends.items()}

    def exact(self, fraction: Fraction) -> dict[str, Decimal]:
        """Prices off the grid, to 60 digits."""
        result = {}
        for symbol, (start, end) in self.ends.items():
            ticks = start + (end - start) * fraction
            result[symbol] = divide(self.markets[symbol].tick_size * ticks.numerator, Decimal(ticks.denominator))
        return result

    def most_ticks(self, symbols: frozenset[str]) -> int:
        """How many ticks the market of `symbols` that moves most goes through; at least 1."""
        return max([1, *(abs(end - start) for start, end in (self.ends[symbol] for symbol in symbols))])

    def shown_until(self, fraction: Fraction, symbols: frozenset[str]) -> Fraction:
        """The last fraction at which `symbols` show what they show at `fraction`: one has fully reached its tick."""
        latest = END
        for symbol in symbols:
            start, end = self.ends[symbol]
            if start != end:
                shown = abs(_reached(start, end, fraction) - start)
                latest = min(latest, Fraction(shown, abs(end - start)))
        return latest

    def next_tick(self, fraction: Fraction, symbols: frozenset[str]) -> Fraction:
        """The next fraction at which one of `symbols` shows another tick; 1 when none does before the end."""
        nearest = END
        for symbol in symbols:
            start, end = self.ends[symbol]
            if start != end:
                shown = abs(_reached(start, end, fraction) - start)
                nearest = min(nearest, Fraction(shown + 1, abs(end - start)))
        return nearest


def _reached(start: int, end: int, fraction: Fraction) -> int:
    """The tick shown at `fraction` of the way: rounded away from the start."""
    ticks = -(-abs(end - start) * fraction.numerator // fraction.denominator)
    return start + ticks if end >= start else start - ticks
