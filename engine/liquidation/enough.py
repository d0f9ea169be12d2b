"""How much more collateral a liquidated pool would have needed: to stand there and then, and to go on standing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np
from numpy.typing import NDArray

from engine.formula import Prices, folded
from engine.liquidation.held import Held
from engine.margin import Health
from engine.numbers import ZERO, to_grid
from engine.rulebooks.base import Rulebook
from engine.search.float_form import Values, float_form
from engine.tape import Path

CENT = Decimal("0.01")
HOUR = 3_600_000
MOST_HOURS = 24
ROUNDS = 12
"""Tries to find the lowest point of a stretch: with more collateral, where debts become deposits, it may be another."""


def health_with(rulebook: Rulebook, held: Held, more: Decimal = ZERO) -> Health:
    """Of the pool with `more` collateral, at maintenance."""
    return rulebook.health(held.pool, held.balance + more, "maintenance")


def enough(rulebook: Rulebook, held: Held, marks: Prices, at_least: Decimal = ZERO) -> Decimal | None:
    """The least collateral more, in whole cents from `at_least` on, with which the pool stands at `marks`; None where
    no amount does it."""

    def stands(cents: int) -> bool:
        return health_with(rulebook, held, cents * CENT).safe(marks)

    low = int(to_grid(at_least, CENT, ROUND_CEILING) / CENT)
    if stands(low):
        return low * CENT
    step = 1
    while not stands(low + step):
        low, step = low + step, step * 2
        if step.bit_length() > 60:
            return None
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if stands(middle) else (middle, high)
    return high * CENT


@dataclass(frozen=True, slots=True)
class KeptFor:
    """The least collateral more that would have kept a pool standing for so many hours after its liquidation, by the
    prices alone: without funding, interest or anything that the player did."""

    amount: Decimal
    hours: int


def kept_for(rulebook: Rulebook, held: Held, path: Path, since: int, step: int, reached: int) -> KeptFor | None:
    """Through the whole hours from `since` (ms UTC, on the way to vertex `step`) to vertex `reached`, 24 at most; None
    where less than an hour has passed, or no amount would have done it."""
    times = path.tape.times
    hours = min((int(times[reached]) - since) // HOUR, MOST_HOURS)
    if hours < 1:
        return None
    last = min(path.tape.first_step(since + hours * HOUR), reached)
    amount = enough(rulebook, held, held.marks)
    for _ in range(ROUNDS):
        if amount is None:
            return None
        lowest = _lowest(health_with(rulebook, held, amount), path, step, last)
        if health_with(rulebook, held, amount).safe(path.marks(lowest)):
            return KeptFor(amount, hours)
        amount = enough(rulebook, held, path.marks(lowest), amount)
    return None


def _lowest(health: Health, path: Path, first: int, last: int) -> int:
    """The vertex from `first` to `last` at which the margin is lowest: between vertices it has no dip."""
    form = float_form(folded(health.margin))
    values = form.values({symbol: _floats(path, symbol, first, last) for symbol in form.symbols})
    spread: NDArray[np.float64] = np.broadcast_to(np.asarray(values, np.float64), last - first + 1)
    return first + int(spread.argmin())


def _floats(path: Path, symbol: str, first: int, last: int) -> Values:
    kind = "mark" if path.has(symbol, "mark") else "last"
    ticks = path.tape.columns[symbol, kind][first : last + 1]  # type: ignore[index]
    return ticks.astype(np.float64) * float(path.tape.by_symbol[symbol].tick_size)
