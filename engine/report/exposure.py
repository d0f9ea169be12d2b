"""How much was at stake through time: effective leverage, time in the market, time near liquidation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.events import FundingPaid, LiquidationStarted, MarginCalled
from engine.report.course import Course
from engine.report.drawdown import durations
from engine.report.played import Played, Stand
from engine.search.float_form import FloatForm, Values
from engine.session import Session

NEAR = 0.8
"""The share of its margin that a pool uses from which it counts as near liquidation."""

SMALL = 2_048
"""Vertices that are looked at one by one where their extremes don't say enough."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Figures over all vertices, weighed by how long each lasted.

    Attributes:
        mean_leverage: effective leverage, the value of all positions ÷ equity, while there were any; None without.
        largest_leverage: the most of it at a vertex; None without.
        in_market: ms with a position; `near_liquidation` ms in which a pool's gauge was at 80 % or more: from each
            vertex at which it was to the next, and from a call in between.
        length: ms in all.
    """

    mean_leverage: float | None
    largest_leverage: float | None
    in_market: int
    near_liquidation: int
    length: int


def exposure_of(course: Course, played: Played) -> Exposure:
    """What was at stake. Leverage without equity to carry it counts for nothing: there is none then."""
    waits, weighed, time, largest, held = course.waits, 0.0, 0, 0.0, 0
    for block in course.blocks():
        open_now = block.notional > 0
        carried = open_now & (block.equity > 0)
        leverage = np.divide(block.notional, block.equity, out=np.zeros(len(open_now)), where=carried)
        wait = waits[block.first : block.first + len(open_now)]
        weighed, time = weighed + float((leverage * wait)[carried].sum()), time + int(wait[carried].sum())
        largest, held = max(largest, float(leverage.max())), held + int(wait[open_now].sum())
    near = near_liquidation(played, course.until)
    between = sum(_until_next_vertex(played, near).values())
    return Exposure(
        mean_leverage=weighed / time if time else None,
        largest_leverage=largest or None,
        in_market=held,
        near_liquidation=durations(near, waits)[0] + between,
        length=int(waits.sum()),
    )


def near_liquidation(played: Played, until: int) -> NDArray[np.bool_]:
    """At each vertex, whether any pool's requirement is at least 80 % of its credit."""
    near = np.zeros(until + 1, dtype=np.bool_)
    by_pool = defaultdict[str, list[Stand]](list)
    for stand in played.stands:
        by_pool[stand.pool].append(stand)
    funding = _funding(played)
    for pool, stands in by_pool.items():
        paid = funding.get(pool, _NOTHING)
        for stand, following in zip(stands, [*stands[1:], None], strict=True):
            end = until + 1 if following is None else following.step
            if stand.credit is not None and stand.requirement is not None and end > stand.step:
                since = paid.between(stand, following)
                _mark(near, _Watched(played.session, stand.credit, stand.requirement, *since), stand.step, end)
    return near


def _until_next_vertex(played: Played, near: NDArray[np.bool_]) -> dict[int, int]:
    """By vertex, the ms before it that a pool was near liquidation from its call on, until it was liquidated or the
    vertex came: where it was not near at the vertex before, which counts until then."""
    times, found = played.session.tape.times, dict[int, int]()
    started = {(e.pool, e.step): e.time for e, _ in played.happened if isinstance(e, LiquidationStarted)}
    for event, _ in played.happened:
        if isinstance(event, MarginCalled) and float(event.level) >= NEAR and event.step and not near[event.step - 1]:
            end = started.get((event.pool, event.step), int(times[event.step]))
            found[event.step] = max(found.get(event.step, 0), end - event.time)
    return found


class _Paid(NamedTuple):
    """Funding payments of a pool: which event each was, its vertex, and the sums before each and after the last."""

    places: NDArray[np.int64]
    steps: NDArray[np.int64]
    sums: NDArray[np.float64]

    def between(self, stand: Stand, following: Stand | None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What was paid after a stand was seen and before the next was: vertices, and the sums up to each."""
        first = int(np.searchsorted(self.places, stand.after))
        last = int(np.searchsorted(self.places, following.after)) if following else len(self.places)
        return self.steps[first:last], self.sums[first : last + 1] - self.sums[first]


def _funding(played: Played) -> Mapping[str, _Paid]:
    """The payments by pool."""
    found = defaultdict[str, tuple[list[int], list[int], list[float]]](lambda: ([], [], [0.0]))
    for place, (event, _) in enumerate(played.happened):
        if isinstance(event, FundingPaid):
            places, steps, sums = found[event.pool]
            places.append(place)
            steps.append(event.step)
            sums.append(sums[-1] + float(event.amount))
    return {pool: _paid(*rows) for pool, rows in found.items()}


def _paid(places: list[int], steps: list[int], sums: list[float]) -> _Paid:
    return _Paid(np.array(places, dtype=np.int64), np.array(steps, dtype=np.int64), np.array(sums))


_NOTHING = _paid([], [], [0.0])


def _mark(near: NDArray[np.bool_], watched: _Watched, first: int, end: int) -> None:
    """Mark the vertices from `first` to before `end`: none where the extremes of a part cannot come near."""
    if watched.clear(first, end):
        return
    if end - first <= SMALL:
        near[first:end] |= watched.near(first, end)
        return
    middle = (first + end) // 2
    _mark(near, watched, first, middle)
    _mark(near, watched, middle, end)


@dataclass(frozen=True, slots=True)
class _Watched:
    """A pool while nothing of it changes but the funding that it pays: at which vertices, and the sums up to each."""

    session: Session
    credit: FloatForm
    requirement: FloatForm
    paid_at: NDArray[np.int64]
    paid: NDArray[np.float64]

    @property
    def _symbols(self) -> list[str]:
        symbols = self.credit.symbols | self.requirement.symbols
        return [symbol for symbol in self.session.tape.by_symbol if symbol in symbols]

    def clear(self, first: int, end: int) -> bool:
        """Whether it is certain that it is not near liquidation anywhere on the way."""
        path, lows, highs = self.session.path, dict[str, Values](), dict[str, Values]()
        for symbol in self._symbols:
            index, tick = path.index(symbol, "mark"), float(self.session.tape.by_symbol[symbol].tick_size)
            lows[symbol] = index.lowest(first, end - 1) * tick
            highs[symbol] = index.highest(first, end - 1) * tick
        paid = self._paid(np.array([first, end - 1]))
        least = float(self.paid[paid[0] : paid[1] + 1].min())
        credit = float(self.credit.lowest(lows, highs)) + least
        return float(self.requirement.highest(lows, highs)) < NEAR * credit * (1 - 1e-9)

    def near(self, first: int, end: int) -> NDArray[np.bool_]:
        """At each vertex, whether it is."""
        columns, markets = self.session.tape.columns, self.session.tape.by_symbol
        marks = dict[str, Values]()
        for symbol in self._symbols:
            column = columns[(symbol, "mark") if (symbol, "mark") in columns else (symbol, "last")]
            marks[symbol] = column[first:end].astype(np.float64) * float(markets[symbol].tick_size)
        requirement = self.requirement.values(marks)
        credit = self.credit.values(marks) + self.paid[self._paid(np.arange(first, end))]
        return np.asarray((requirement > 0) & (requirement >= NEAR * credit))

    def _paid(self, vertices: NDArray[np.int64]) -> NDArray[np.intp]:
        return np.searchsorted(self.paid_at, vertices, side="right")
