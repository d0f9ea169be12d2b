"""What funding has taken from one unit of each market since the tape began, as a search sees it beside prices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.funding.schedule import FundingSchedule
from engine.search.gauges import funding_name


class FundingColumns:
    """What one unit has paid, quote units, and how far a search has come.

    Args:
        settled: how many due times have been passed.
        names: what the forms depend on; `symbols` are the markets.
    """

    def __init__(self, schedule: FundingSchedule, settled: int, names: Iterable[str], symbols: Iterable[str]) -> None:
        wanted = frozenset(names)
        self._schedule = schedule
        self._charges = {funding_name(each): schedule.charges(each) for each in symbols if funding_name(each) in wanted}
        self._symbols = [symbol for symbol in symbols if funding_name(symbol) in wanted]
        self._place = settled
        self.next_due = schedule.vertex_of(settled)
        self.known = -1
        self._refresh()
        self.paid = self._paid(settled)

    def reach(self, vertex: int) -> bool:
        """Know the funding up to a vertex; whether `known`, the number of due times, is more than before."""
        self._schedule.reach(vertex)
        return self._refresh()

    def _refresh(self) -> bool:
        more, self.known = len(self._schedule.times) > self.known, len(self._schedule.times)
        if more:
            for symbol in self._symbols:
                self._schedule.charges(symbol)
        return more

    def go_to(self, vertex: int) -> None:
        """Pass what is due up to a vertex that has been reached."""
        self._place = self._schedule.passed(vertex)
        self.next_due = self._schedule.vertex_of(self._place)
        self._refresh()
        self.paid = self._paid(self._place)

    def _paid(self, place: int) -> dict[str, float]:
        return {name: charges.paid(place) for name, charges in self._charges.items()}

    def paid_at(self, vertex: int) -> dict[str, float]:
        """What one unit has paid at a vertex that has been reached."""
        if vertex < self.next_due:
            return self.paid
        return self._paid(self._schedule.passed(vertex))

    def passed(self, vertex: int) -> int:
        """How many due times are not later than a vertex that has been reached."""
        return self._place if vertex < self.next_due else self._schedule.passed(vertex)

    def turnover(self, start: int, stop: int) -> dict[str, float]:
        """The most that `paid` can change between two vertices that have been reached."""
        first, last = self._schedule.passed(start), self._schedule.passed(stop)
        return {name: charges.turnover(first, last) for name, charges in self._charges.items()}

    def vertex_after(self, dues: int) -> int:
        """The vertex before which no more than `dues` further fundings are due."""
        vertex = self._schedule.vertex_of(self._place + dues)
        self._refresh()
        return vertex

    def largest(self) -> dict[str, float]:
        """More than what one unit can have paid, or been paid, as far as the schedule has been reached."""
        return {name: charges.turnover(0, -1) for name, charges in self._charges.items()}

    def ways(self, start: int, stop: int) -> NDArray[np.int64] | None:
        """Which of the segments into start + 1 to stop have funding due on them, counted from 0; None for none."""
        first, last = self._schedule.passed(start), self._schedule.passed(stop)
        return np.unique(self._schedule.steps[first:last]) - (start + 1) if last > first else None

    def add(self, edges: NDArray[np.int64], lows: dict[str, NDArray[Any]], highs: dict[str, NDArray[Any]]) -> None:
        """Add what is paid on the segments between neighbouring edges: from before the first payment on it on."""
        counts = np.searchsorted(self._schedule.steps, edges, side="right")
        for name, charges in self._charges.items():
            charged, returned = charges.charged[counts], charges.returned[counts]
            paid = (charged - returned)[:-1]
            lows[name] = paid - (returned[1:] - returned[:-1])
            highs[name] = paid + (charged[1:] - charged[:-1])
