"""The equity curve: even samples of the tape's time, and the returns between them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.numbers import ONE, ZERO, divide
from engine.report.course import Course, growth

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
PERIODS = tuple(SECOND * each for each in (1, 5, 15, 60, 300, 900, 1_800, 3_600))
"""Lengths of a sample, ms: the longest of which there are enough, so that from five days on it is an hour."""
LONG_PERIODS = (4 * HOUR, DAY)
ENOUGH, MOST = 100, 50_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The account at one time.

    Attributes:
        time, step: ms UTC, and the last vertex that is not later.
        equity, profit: quote units; profit is equity less all that was put in by then.
        growth: what 1 had grown to, time-weighted.
        leverage: the value of all positions ÷ equity; None without equity.
    """

    time: int
    step: int
    equity: Decimal
    profit: Decimal
    growth: float
    leverage: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Samples every `period` ms, the first before the first command, the last where the session ends.

    Attributes:
        returns: of each period, time-weighted; left out where nothing was there to earn or lose one. The last, shorter
            period counts as a whole one.
        total: the time-weighted return of it all; None where there is no return.
    """

    period: int
    samples: tuple[Sample, ...]
    returns: tuple[float, ...]
    total: Decimal | None


def curve_of(course: Course) -> Curve:
    """The curve of an account through time.

    A return is time-weighted: it is multiplied from one deposit or withdrawal to the next, each part on what was there
    when it began, so that money put in is no profit (CFA Institute, Global Investment Performance Standards).
    """
    times = course.session.tape.times
    start, end = int(times[0]), int(times[course.until])
    period = period_of(end - start, _spacing(course))
    at = [*range(start, end, period), end] if end > start else [start]
    steps = [0, *(min(course.session.tape.step_at(time), course.until) for time in at[1:])]
    grown = _growths(course, steps)
    returns, index, samples = list[float](), ONE, [_first(course, at[0])]
    total: Decimal | None = None
    for time, step, each in zip(at[1:], steps[1:], grown, strict=True):
        if each is not None:
            index = index * each
            total = index - ONE
            returns.append(float(each) - 1.0)
        samples.append(_sample(course, time, step, float(index)))
    return Curve(period, tuple(samples), tuple(returns), total)


def period_of(length: int, spacing: int) -> int:
    """How far apart samples of a session of `length` ms are, whose prices are `spacing` ms apart."""
    if length // HOUR > MOST:
        return next((each for each in LONG_PERIODS if length // each <= MOST), LONG_PERIODS[-1])
    usable = [each for each in PERIODS if each >= min(spacing, HOUR)] or [HOUR]
    return next((each for each in reversed(usable) if length // each >= ENOUGH), usable[0])


def _spacing(course: Course) -> int:
    """The usual time between two prices, ms: a bar's length, where the tape is made of bars."""
    tape = course.session.tape
    if tape.origin.bar_seconds:
        return tape.origin.bar_seconds * SECOND
    length = int(tape.times[-1] - tape.times[0])
    return max(1, length // max(1, len(tape) - 1))


def _growths(course: Course, steps: list[int]) -> list[Decimal | None]:
    """By period, what 1 grew to in it; None where nothing was there all the time."""
    bases, found = course.bases[1:], list[Decimal | None]()
    base, place = course.bases[0].after, 0
    for step in steps[1:]:
        grown: Decimal | None = None
        while place < len(bases) and bases[place].step <= step:
            grown = _times(grown, growth(base, bases[place].before))
            base, place = bases[place].after, place + 1
        last = course.equity_at(step)
        grown = _times(grown, growth(base, last))
        base = last
        found.append(grown)
    return found


def _times(grown: Decimal | None, more: Decimal | None) -> Decimal | None:
    if grown is None or more is None:
        return more if grown is None else grown
    return grown * more


def _first(course: Course, time: int) -> Sample:
    """Before the first command."""
    return Sample(time, 0, course.bases[0].after, ZERO, 1.0, 0.0)


def _sample(course: Course, time: int, step: int, index: float) -> Sample:
    state, equity = course.state_at(step), course.equity_at(step)
    leverage = float(divide(course.notional_at(step), equity)) if equity > 0 else None
    return Sample(time, step, equity, equity - state.put_in, index, leverage)
