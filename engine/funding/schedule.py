"""When funding is due on a tape, and what a position of one unit pays then.

Made as far as time has come, once for a tape and a venue's parameters. Settling uses its exact marks and rates,
searching its cumulative float64 sums: what has been paid for one unit, in quote units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.numbers import EXACT, exactly
from engine.tape import PREMIUM_UNIT, Path

FIRST_DUES = 64
"""How many due times are looked up at least; then as many again as there are."""


class FundingRules(Protocol):
    """What a rulebook says about funding."""

    def next_funding(self, after: int) -> int:
        """The first time (ms UTC) later than `after` at which funding is charged."""

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """The rate charged, from the mean premium since the last."""

    def funding_period(self) -> int:
        """Time between two fundings, in ms."""


class Charges:
    """What one market charges at each due time, in the schedule's order.

    Attributes:
        marks: price on the tape at that very time, exact.
        rates: fraction of the notional, paid by longs when positive, exact.
        charged, returned: (dues + 1,) what one unit held long has paid, and has been paid, before each due time;
            both rise. The difference is what it has paid on balance.
    """

    def __init__(self) -> None:
        self.marks: list[Decimal] = []
        self.rates: list[Decimal] = []
        self.charged = np.zeros(1)
        self.returned = np.zeros(1)

    def add(self, marks: list[Decimal], rates: list[Decimal]) -> None:
        """Append due times."""
        self.marks += marks
        self.rates += rates
        payments = np.array(list(map(float, marks))) * np.array(list(map(float, rates)))
        self.charged = _extended(self.charged, np.maximum(payments, 0.0))
        self.returned = _extended(self.returned, np.maximum(-payments, 0.0))

    def paid(self, place: int) -> float:
        """What one unit held long has paid on balance before due time number `place`."""
        return float(self.charged[place] - self.returned[place])

    def turnover(self, first: int, last: int) -> float:
        """What one unit pays and is paid together from before due time `first` to before `last`."""
        charged, returned = self.charged, self.returned
        return float(charged[last] - charged[first] + returned[last] - returned[first])


def _extended(sums: NDArray[np.float64], amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate((sums, sums[-1] + np.cumsum(amounts)))


class FundingSchedule:
    """The due times of a tape, in order, as far as they have been asked for.

    Attributes:
        times: ms UTC.
        vertices: the vertex whose segment contains each: the first that is not before it. `steps` are the same.
    """

    def __init__(self, path: Path, rules: FundingRules) -> None:
        self._path, self._rules = path, rules
        self._charges: dict[str, Charges] = {}
        self._last = int(path.tape.times[-1])
        self._next = rules.next_funding(int(path.tape.times[0]))
        self.times: list[int] = []
        self.vertices: list[int] = []
        self.steps = np.zeros(0, dtype=np.int64)

    def reach(self, vertex: int) -> bool:
        """Know every due time up to `vertex`; whether that took looking any up."""
        if self._next > self._last or self._next > self._path.tape.times.item(vertex):
            return False
        self._look_up(int(self._path.tape.times[vertex]))
        return True

    def _look_up(self, until: int) -> None:
        found: list[int] = []
        enough = max(FIRST_DUES, len(self.times))
        while self._next <= self._last and (self._next <= until or len(found) < enough):
            found.append(self._next)
            self._next = self._rules.next_funding(self._next)
        steps = np.searchsorted(self._path.tape.times, np.array(found, dtype=np.int64), side="left")
        self.times += found
        self.vertices += steps.tolist()
        self.steps = np.concatenate((self.steps, steps))

    def settled(self, time: int) -> int:
        """How many due times are not later than `time`, which must have been reached."""
        return bisect_right(self.times, time)

    def passed(self, vertex: int) -> int:
        """How many due times are not later than `vertex`, which must have been reached."""
        return bisect_right(self.vertices, vertex)

    def vertex_of(self, place: int) -> int:
        """The vertex of due time number `place`; one past the tape when there are not so many."""
        while place >= len(self.vertices):
            if self._next > self._last:
                return len(self._path.tape)
            self._look_up(self._next)
        return self.vertices[place]

    def charges(self, symbol: str) -> Charges:
        """What a market charges at every due time that has been reached."""
        charges = self._charges.get(symbol)
        if charges is None:
            charges = self._charges[symbol] = Charges()
        if len(charges.marks) < len(self.times):
            self._charge(symbol, charges, len(charges.marks))
        return charges

    @exactly
    def _charge(self, symbol: str, charges: Charges, first: int) -> None:
        dues, steps = np.array(self.times[first:], dtype=np.int64), self.steps[first:]
        market = self._path.tape.by_symbol[symbol]
        marks = [market.price(ticks) for ticks in self._ticks(symbol, dues, steps)]
        charges.add(marks, self._rates(symbol, dues, steps))

    def _ticks(self, symbol: str, dues: NDArray[np.int64], steps: NDArray[np.int64]) -> list[int]:
        """The mark at each due time: of the vertex that comes at that time, else as the way into it shows it."""
        tape, column = self._path.tape, self._path.index(symbol, "mark").column
        ticks: list[int] = column[steps].tolist()
        for place in np.flatnonzero(tape.times[steps] != dues).tolist():
            step = int(steps[place])
            start, end = int(column[step - 1]), int(column[step])
            from_time, to_time = int(tape.times[step - 1]), int(tape.times[step])
            way = -(-abs(end - start) * (int(dues[place]) - from_time) // (to_time - from_time))
            ticks[place] = start if tape.gapped[step] else start + (way if end > start else -way)
        return ticks

    def _rates(self, symbol: str, dues: NDArray[np.int64], steps: NDArray[np.int64]) -> list[Decimal]:
        """The rate of each: `Path.mean_premium` for many due times at once."""
        tape = self._path.tape
        premium = tape.columns.get((symbol, "premium"))
        if premium is None:
            return [self._rules.funding_rate(symbol, None)] * len(dues)
        last = np.minimum(np.searchsorted(tape.times, dues, side="right") - 1, steps)
        since = np.searchsorted(tape.times, dues - self._rules.funding_period(), side="right")
        first = np.minimum(since, last)
        begin, end = int(first.min()), int(last.max())
        sums = np.concatenate(([0], np.cumsum(premium[begin : end + 1], dtype=np.int64)))
        totals = (sums[last - begin + 1] - sums[first - begin]).tolist()
        counts = (last - first + 1).tolist()
        return [
            self._rules.funding_rate(symbol, EXACT.divide(PREMIUM_UNIT * total, Decimal(count)))
            for total, count in zip(totals, counts, strict=True)
        ]


def funding_schedule(path: Path, rules: FundingRules, terms: Hashable) -> FundingSchedule:
    """The schedule of a tape under the rules that `terms` names, made once and kept with the tape."""
    kept = path.tape.derived
    schedule = kept.get(("funding", terms))
    if not isinstance(schedule, FundingSchedule):
        schedule = kept["funding", terms] = FundingSchedule(path, rules)
    return schedule
