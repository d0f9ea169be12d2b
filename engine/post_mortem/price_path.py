"""The way that prices took: from the opening of a position to the moment that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.account import Position
from engine.formula import folded
from engine.margin import Health
from engine.numbers import ONE, divide
from engine.search.float_form import FloatForm, Values, float_form
from engine.tape import Path

MOST_POINTS = 240
"""Points of a thinned series: two a column of a chart of 120."""
HALF = Decimal("0.5")
"""The gauge from which on a pool is said to be on its way: half of its credit is required."""


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A mark at a vertex, ms UTC; or at the moment itself, on the way to it."""

    step: int
    time: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class PricePath:
    """What the mark of one market did while a position in it was open.

    Attributes:
        position: the position's name; `size` signed, as it was at the moment; `entry` its average price.
        start, end: the mark where it was opened (at that vertex), and at the moment.
        highest, lowest: of all marks between, both counted; the first of several.
        series: at most `MOST_POINTS` of these marks in order, each stretch's lowest and highest among them.
    """

    symbol: str
    position: str
    size: Decimal
    entry: Decimal
    start: PathPoint
    highest: PathPoint
    lowest: PathPoint
    end: PathPoint
    series: tuple[PathPoint, ...]

    @property
    def moved(self) -> Decimal:
        """From start to end, a fraction of the start."""
        return divide(self.end.price, self.start.price) - ONE

    @property
    def best(self) -> PathPoint:
        """Where it stood best for the position."""
        return self.highest if self.size > 0 else self.lowest

    @property
    def from_best(self) -> Decimal:
        """From where it stood best to the end, a fraction of that price."""
        return divide(self.end.price, self.best.price) - ONE

    @property
    def lasted(self) -> int:
        """From start to end, ms."""
        return self.end.time - self.start.time


def price_path(path: Path, position: Position, since: int, end: PathPoint) -> PricePath:
    """The marks of a position's market from vertex `since` to `end`: all vertices before it, then `end` itself."""
    symbol = position.symbol
    last = max(min(end.step - 1, len(path.tape) - 1), since)
    if path.tape.times[min(end.step, len(path.tape) - 1)] == end.time:
        last = max(end.step, since)  # the moment is that vertex: a command's, or a look at how it stands
    ticks = _ticks(path, symbol, since, last)
    market = path.tape.by_symbol[symbol]

    def point(place: int) -> PathPoint:
        step = since + place
        return PathPoint(step, int(path.tape.times[step]), market.price(int(ticks[place])))

    high, low = point(int(ticks.argmax())), point(int(ticks.argmin()))
    series = [point(place) for place in _thinned(ticks)]
    return PricePath(
        symbol=symbol,
        position=position.name,
        size=position.size,
        entry=position.entry_price,
        start=series[0],
        highest=max(high, end, key=lambda each: each.price),
        lowest=min(low, end, key=lambda each: each.price),
        end=end,
        series=(*series, end) if end != series[-1] else tuple(series),
    )


def _ticks(path: Path, symbol: str, first: int, last: int) -> NDArray[np.int64]:
    """The marks of the vertices `first` to `last`, both counted, in ticks."""
    kind = "mark" if path.has(symbol, "mark") else "last"
    column = path.tape.columns[symbol, kind]  # type: ignore[index]
    return column[first : last + 1].astype(np.int64)


def _thinned(ticks: NDArray[np.int64]) -> list[int]:
    """The places of the lowest and the highest of each of equal stretches, with the first and the last."""
    if len(ticks) <= MOST_POINTS - 2:
        return list(range(len(ticks)))
    edges = np.linspace(0, len(ticks), MOST_POINTS // 2, dtype=np.int64)
    places = {0, len(ticks) - 1}
    for first, last in pairwise(edges.tolist()):
        stretch = ticks[first:last]
        places |= {first + int(stretch.argmin()), first + int(stretch.argmax())}
    return sorted(places)


def last_below_half(health: Health, path: Path, first: int, last: int) -> int | None:
    """The last of the vertices `first` to `last` at which a pool of that health would have its gauge below 50 %; None
    where it has it at none, or where its venue judges by more than marks."""
    requirement, credit = (float_form(folded(each)) for each in (health.requirement, health.credit))
    symbols = requirement.symbols | credit.symbols
    if last < first or not symbols <= path.tape.by_symbol.keys():
        return None
    prices = {symbol: _floats(path, symbol, first, last) for symbol in symbols}
    required, counted = (_spread(form, prices, last - first + 1) for form in (requirement, credit))
    below = np.flatnonzero(required < float(HALF) * counted)
    return first + int(below[-1]) if len(below) else None


def _floats(path: Path, symbol: str, first: int, last: int) -> Values:
    return _ticks(path, symbol, first, last).astype(np.float64) * float(path.tape.by_symbol[symbol].tick_size)


def _spread(form: FloatForm, prices: dict[str, Values], vertices: int) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.broadcast_to(np.asarray(form.values(prices), np.float64), vertices)
    return values
