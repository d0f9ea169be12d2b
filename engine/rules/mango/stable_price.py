"""Mango's stable price: the oracle's price, followed slowly.

It moves by at most 0.03 % a second, and less the further it is from a price that is a day old: one of 24 hourly means
of the oracle's price, each within 6 % of the one before. So a price that is pushed up for some minutes lifts nothing
that can be borrowed against. Computed in doubles, as the venue does: sums, products and quotients, the same everywhere.

Source: blockworks-foundation/mango-v4@1303a4a programs/mango-v4/src/state/stable_price.rs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.tape import Path

HOURS = 24
SHORTEST, LONGEST = 10, 600
"""Seconds: no update comes sooner after the last, and none counts for more."""


@dataclass(frozen=True, slots=True)
class StablePriceLimits:
    """How slowly it moves: `interval` in seconds, growth limits as fractions, from mean to mean and a second."""

    interval: int = 3600
    delay_growth: float = 0.06
    stable_growth: float = 0.0003


@dataclass(slots=True)
class StablePrice:
    """The model, begun at a price that has stood for a day. Times in whole seconds."""

    price: float
    updated: int
    limits: StablePriceLimits = StablePriceLimits()
    delays: list[float] = field(default_factory=list)
    _sum: float = 0.0
    _time: int = 0
    _place: int = 0

    def __post_init__(self) -> None:
        self.delays = [self.price] * HOURS
        self._place = self._place_of(self.updated)

    def update(self, now: int, oracle: float) -> None:
        """Take in the oracle's price at a time; one that comes too soon is passed over."""
        passed = now - self.updated
        if passed < SHORTEST:
            return
        self.updated, counted = now, float(min(passed, LONGEST))
        self._time += passed
        self._sum += oracle * counted
        place = self._place_of(now)
        if place != self._place:
            self._next_mean(place, passed)
        delay, before = self.delays[place], self.price
        near = before / delay if delay >= before else delay / before
        self.price = _clamped(oracle, before, self.limits.stable_growth * near * near * counted)

    def _next_mean(self, place: int, passed: int) -> None:
        """Close the interval: its mean is kept for a day, also for intervals that were skipped."""
        mean = _clamped(self._sum / self._time, self.delays[self._place - 1], self.limits.delay_growth)
        skipped = HOURS if passed > HOURS * self.limits.interval else (place - self._place) % HOURS
        for each in range(skipped):
            self.delays[(self._place + each) % HOURS] = mean
        self._sum, self._time, self._place = 0.0, 0, place

    def _place_of(self, time: int) -> int:
        return time // self.limits.interval % HOURS


def _clamped(target: float, before: float, growth: float) -> float:
    return max(before * (1.0 - growth), min(before * (1.0 + growth), target))


KEEPER_SECONDS = 60
"""How often the venue's keepers update it here: each minute."""


class StablePrices:
    """A market's stable price at the vertices of a tape, worked out as far as it is asked for.

    It begins at the first mark. Each full minute takes in the mark then: on a travelled step that of the straight way,
    over a gap the one before it. Nothing later than a vertex tells on it.
    """

    def __init__(self, path: Path, symbol: str, limits: StablePriceLimits) -> None:
        tape = path.tape
        column = tape.columns[(symbol, "mark") if path.has(symbol, "mark") else (symbol, "last")]
        self._ticks, self._tick = column, float(tape.by_symbol[symbol].tick_size)
        self._times, self._gapped = tape.times, tape.gapped
        self._model = StablePrice(self._mark(0), int(tape.times[0]) // 1000, limits)
        self._known: NDArray[np.float64] = np.full(len(tape), self._model.price)
        self._reached = 0

    def at(self, step: int) -> Decimal:
        """The stable price at a vertex, to 12 digits, in quote units."""
        while self._reached < step:
            self._reached += 1
            self._follow(self._reached)
            self._known[self._reached] = self._model.price
        return Decimal(f"{self._known[step]:.12g}")

    def _mark(self, step: int) -> float:
        return float(self._ticks[step]) * self._tick

    def _follow(self, step: int) -> None:
        """Every update that is due on the way into a vertex."""
        end = int(self._times[step])
        due = (self._model.updated // KEEPER_SECONDS + 1) * KEEPER_SECONDS
        if due * 1000 > end:
            return
        start, before, after = int(self._times[step - 1]), self._mark(step - 1), self._mark(step)
        while due * 1000 <= end:
            share = 1.0 if due * 1000 == end else 0.0 if self._gapped[step] else (due * 1000 - start) / (end - start)
            self._model.update(due, before + (after - before) * share)
            due += KEEPER_SECONDS


def stable_price(path: Path, symbol: str, step: int, limits: StablePriceLimits) -> Decimal:
    """A market's stable price at a vertex; kept with the tape."""
    key, derived = ("stable price", symbol, limits), path.tape.derived
    prices = derived.get(key)
    if not isinstance(prices, StablePrices):
        prices = derived[key] = StablePrices(path, symbol, limits)
    return prices.at(step)
