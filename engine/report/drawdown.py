"""How far an account fell below its best, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.numbers import ZERO
from engine.report.course import Course

EQUAL = 1e-12
"""What floats of the same growth may differ by."""


@dataclass(frozen=True, slots=True)
class Fall:
    """The largest fall: from the best before it to the worst, times in ms UTC."""

    peak: int
    trough: int


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Falls at every vertex of the tape, not only at samples.

    Attributes:
        share: the largest fall of the time-weighted growth from its best, as a fraction; zero where it never fell.
        fall: its times; None where it never fell.
        money: the largest fall of profit from its best, quote units, exact: another one may be the largest in money.
        money_fall: its times.
        under_water: ms for which growth was below its best, in all; `longest` at a time.
        recovered: whether it is at its best at the end.
    """

    share: float
    fall: Fall | None
    money: Decimal
    money_fall: Fall | None
    under_water: int
    longest: int
    recovered: bool


class _Falls:
    """The largest fall of values that come block by block. The first value stands before the first block."""

    def __init__(self, first: float) -> None:
        self._best, self._best_at = first, 0
        self.largest, self.peak, self.trough = 0.0, 0, 0

    def follow(self, first: int, values: NDArray[np.float64], relative: bool) -> NDArray[np.float64]:
        """Look at a block; the best so far at each of its vertices."""
        best = np.maximum(np.maximum.accumulate(values), self._best)
        falls = best - values
        if relative:
            falls = falls / np.where(best > 0, best, 1.0)
        place = int(np.argmax(falls))
        if falls[place] > self.largest + EQUAL * (1.0 if relative else max(1.0, abs(float(best[place])))):
            self.largest, self.trough = float(falls[place]), first + place
            before = int(np.argmax(values[: place + 1]))
            inside = values[before] > self._best
            self.peak = first + before if inside else self._best_at
        highest = int(np.argmax(values))
        if values[highest] > self._best:
            self._best, self._best_at = float(values[highest]), first + highest
        return best


def drawdown_of(course: Course, tell: Callable[[float], None] = lambda _: None) -> Drawdown:
    """The largest falls of an account, and its time under water.

    A fall is measured from the best before it: (best − value) ÷ best (Magdon-Ismail and Atiya, “Maximum Drawdown”,
    2004).
    """
    share, money = _Falls(1.0), _Falls(0.0)
    below = np.zeros(course.until + 1, dtype=np.bool_)
    for block in course.blocks():
        best = share.follow(block.first, block.growth, relative=True)
        money.follow(block.first, block.profit, relative=False)
        below[block.first : block.first + len(best)] = block.growth < best * (1 - EQUAL)
        tell((block.first + len(best)) / len(below))
    total, longest = durations(below, course.waits)
    times = course.session.tape.times

    def fall(of: _Falls) -> Fall | None:
        return Fall(int(times[of.peak]), int(times[of.trough])) if of.largest else None

    lost = ZERO
    if money.largest:
        best_profit = course.profit_at(money.peak) if money.peak else max(ZERO, course.profit_at(0))
        lost = best_profit - course.profit_at(money.trough)
    return Drawdown(
        share=share.largest,
        fall=fall(share),
        money=lost,
        money_fall=fall(money),
        under_water=total,
        longest=longest,
        recovered=not bool(below[-1]),
    )


def durations(holds: NDArray[np.bool_], waits: NDArray[np.int64]) -> tuple[int, int]:
    """For how many ms something held in all, and at most at a time; `waits` is how long each vertex lasts."""
    if not holds.any():
        return 0, 0
    passed = np.concatenate(([0], np.cumsum(np.where(holds, waits, 0))))
    edges = np.diff(np.concatenate(([False], holds, [False])).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return int(passed[-1]), int((passed[ends] - passed[starts]).max())
