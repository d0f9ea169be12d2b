"""The next vertex at which anything can happen.

Between two events nothing changes but prices, so a leap over quiet vertices is a search for the first one at which
an order fires, a pool fails or is called, or a timer is due. The search uses floats with a margin for safety and may
stop too early, never too late: the exact walk over the segment decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.formula import Arrays, Formula
from engine.tape import Path

FIRST_BLOCK = 64
LARGEST_BLOCK = 16_384
SAFETY = 1e-9
"""Relative error that float64 sums of prices, sizes and costs stay far below."""


@dataclass(slots=True)
class Watch:
    """What a session waits for.

    Attributes:
        below, above: by (symbol, kind), the highest price that a fall, and the lowest that a rise, has to reach.
        falling: formulas that must be noticed at or below zero; rising: at or above zero.
        until_time: ms UTC of the next timer; None when there is none.
    """

    below: dict[tuple[str, Literal["last", "mark"]], Decimal] = field(default_factory=dict)
    above: dict[tuple[str, Literal["last", "mark"]], Decimal] = field(default_factory=dict)
    falling: list[Formula] = field(default_factory=list)
    rising: list[Formula] = field(default_factory=list)
    until_time: int | None = None

    def price(self, symbol: str, kind: Literal["last", "mark"], price: Decimal, fires_below: bool) -> None:
        """Wait for a price, keeping only the nearest a side."""
        held = self.below if fires_below else self.above
        nearest = max if fires_below else min
        held[symbol, kind] = nearest(held.get((symbol, kind), price), price)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to wait for."""
        return not (self.below or self.above or self.falling or self.rising) and self.until_time is None


Test = Callable[[int, int], NDArray[np.bool_]]


def next_vertex(path: Path, watch: Watch, after: int, until: int) -> int:
    """The first vertex in (after, until] at which something watched may happen; `until` when none."""
    if watch.idle:
        return until
    timer = until
    if watch.until_time is not None:
        timer = min(until, int(np.searchsorted(path.tape.times, watch.until_time, side="left")))
    tests = list(_tests(path, watch))
    start, size = after, FIRST_BLOCK  # what is past at `after` already happens on the way out of it
    while tests and start <= timer:
        stop = min(start + size, timer + 1)
        hit = np.zeros(stop - start, dtype=np.bool_)
        for test in tests:
            hit |= test(start, stop)
        if hit.any():
            return max(start + int(hit.argmax()), after + 1)
        start, size = stop, min(size * 4, LARGEST_BLOCK)
    return max(timer, after + 1)


def _tests(path: Path, watch: Watch) -> Iterable[Test]:
    for (symbol, kind), price in watch.below.items():
        yield _price_test(path.floats(symbol, kind), float(price), -1)
    for (symbol, kind), price in watch.above.items():
        yield _price_test(path.floats(symbol, kind), float(price), 1)
    for formula in watch.falling:
        yield _formula_test(path, formula, -1)
    for formula in watch.rising:
        yield _formula_test(path, formula, 1)


def _price_test(column: NDArray[np.float64], price: float, direction: int) -> Test:
    slack = abs(price) * SAFETY
    if direction < 0:
        return lambda start, stop: column[start:stop] <= price + slack
    return lambda start, stop: column[start:stop] >= price - slack


def _formula_test(path: Path, formula: Formula, direction: int) -> Test:
    value = formula.compiled()
    slack = SAFETY * formula.magnitude({symbol: (0.0, path.highest(symbol)) for symbol in formula.symbols()})
    columns = {symbol: path.floats(symbol, "mark") for symbol in formula.symbols()}

    def test(start: int, stop: int) -> NDArray[np.bool_]:
        arrays: Arrays = {symbol: column[start:stop] for symbol, column in columns.items()}
        result = np.broadcast_to(value(arrays), stop - start)
        return result <= slack if direction < 0 else result >= -slack

    return test
