"""A formula in float64, for searching: a constant, a slope a price, and what bends.

Everything linear is folded together in exact numbers before it becomes a float, so that no error of cancellation
hides in the constants. Decisions are never made here: `Formula.exact` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.formula import BendKind, Folded
from engine.numbers import EXACT, ONE

Values = float | NDArray[Any]
"""One number, or an array of any shape; the arrays that are given together have one shape."""


@dataclass(frozen=True, slots=True)
class FloatForm:
    """constant + Σ slope × price + Σ weight × bend.

    Attributes:
        slopes: (symbol, change of the value a unit of its price).
        bends: what is not linear.
    """

    constant: float
    slopes: tuple[tuple[str, float], ...]
    bends: tuple[FloatBend, ...]

    def number(self, prices: Mapping[str, float]) -> float:
        """The value at plain numbers."""
        total = self.constant
        for symbol, slope in self.slopes:
            total += slope * prices[symbol]
        for bend in self.bends:
            total += bend.weight * bend.number(prices)
        return total

    def values(self, prices: Mapping[str, Values]) -> Values:
        """The value at arrays of prices, element by element."""
        total: Values = self.constant
        for symbol, slope in self.slopes:
            total = total + slope * prices[symbol]
        for bend in self.bends:
            total = total + bend.weight * bend.values(prices)
        return total

    def lowest(self, lows: Mapping[str, Values], highs: Mapping[str, Values]) -> Values:
        """What the value cannot be below while each price is within its (low, high), element by element."""
        total: Values = self.constant
        for symbol, slope in self.slopes:
            total = total + slope * (lows if slope > 0 else highs)[symbol]
        for bend in self.bends:
            total = total + bend.weight * (bend.lowest(lows, highs) if bend.weight > 0 else bend.highest(lows, highs))
        return total

    def highest(self, lows: Mapping[str, Values], highs: Mapping[str, Values]) -> Values:
        """What the value cannot be above while each price is within its (low, high), element by element."""
        total: Values = self.constant
        for symbol, slope in self.slopes:
            total = total + slope * (highs if slope > 0 else lows)[symbol]
        for bend in self.bends:
            total = total + bend.weight * (bend.highest(lows, highs) if bend.weight > 0 else bend.lowest(lows, highs))
        return total

    def magnitude(self, largest: Mapping[str, float]) -> float:
        """Sum of the sizes of all terms while no |price| is above `largest`: what the float error is relative to."""
        total = abs(self.constant)
        for symbol, slope in self.slopes:
            total += abs(slope) * largest[symbol]
        for bend in self.bends:
            total += abs(bend.weight) * bend.magnitude(largest)
        return total

    def steepness(self) -> dict[str, float]:
        """By symbol, the most that the value can change a unit of its price, apart from `jumps`."""
        steepest = {symbol: abs(slope) for symbol, slope in self.slopes}
        for bend in self.bends:
            each = [part.steepness() for part in bend.followed]
            for symbol in {symbol: None for part in each for symbol in part}:
                most = max(part.get(symbol, 0.0) for part in each)
                steepest[symbol] = steepest.get(symbol, 0.0) + abs(bend.weight) * most
        return steepest

    def jumps(self) -> float:
        """The most that the value can change between two prices as near as one likes: where something is floored."""
        return sum(abs(bend.weight) * bend.jumps() for bend in self.bends)

    def blur(self, largest: Mapping[str, float]) -> float:
        """How far the exact value can be from `number` while no |price| is above `largest`: where an average is
        rounded down, the number is of the average as it is."""
        return sum(abs(bend.weight) * bend.blur(largest) for bend in self.bends)

    @property
    def symbols(self) -> frozenset[str]:
        """What the value depends on."""
        inner = (part.symbols for bend in self.bends for part in bend.parts)
        return frozenset(symbol for symbol, _ in self.slopes).union(*inner)


@dataclass(frozen=True, slots=True)
class FloatBend:
    """The largest or the smallest of several forms, or one of them rounded down to a unit, or (`average`) one that is
    at most a unit of the second above its exact value."""

    weight: float
    kind: BendKind
    parts: tuple[FloatForm, ...]
    unit: float

    def number(self, prices: Mapping[str, float]) -> float:
        """The value at plain numbers, without the weight."""
        if self.kind == "floor":
            return float(self._floored(self.parts[0].number(prices)))
        if self.kind == "average":
            return self.parts[0].number(prices)
        return (max if self.kind == "max" else min)([part.number(prices) for part in self.parts])

    def values(self, prices: Mapping[str, Values]) -> Values:
        """The value at arrays of prices, without the weight."""
        each = [part.values(prices) for part in self.followed]
        return self._floored(each[0]) if self.kind == "floor" else self._picked(each)

    def lowest(self, lows: Mapping[str, Values], highs: Mapping[str, Values]) -> Values:
        """What it cannot be below, without the weight."""
        each = [part.lowest(lows, highs) for part in self.followed]
        if self.kind == "average":
            return each[0] - self.unit * np.maximum(self.parts[1].highest(lows, highs), 0.0)
        return each[0] - self.unit if self.kind == "floor" else self._picked(each)

    def highest(self, lows: Mapping[str, Values], highs: Mapping[str, Values]) -> Values:
        """What it cannot be above, without the weight."""
        each = [part.highest(lows, highs) for part in self.followed]
        return each[0] if self.kind == "floor" else self._picked(each)

    def magnitude(self, largest: Mapping[str, float]) -> float:
        """Sum of the sizes of all terms."""
        return self.unit + sum(part.magnitude(largest) for part in self.parts)

    @property
    def followed(self) -> tuple[FloatForm, ...]:
        """The parts that its number is one of."""
        return self.parts[:1] if self.kind == "average" else self.parts

    def jumps(self) -> float:
        """The most that its number changes at once."""
        inner = sum(part.jumps() for part in self.followed)
        return inner if self.kind == "average" else self.unit + inner

    def blur(self, largest: Mapping[str, float]) -> float:
        """How far its exact value can be from its number."""
        inner = sum(part.blur(largest) for part in self.parts)
        return inner + self.unit * self.parts[1].magnitude(largest) if self.kind == "average" else inner

    def _picked(self, each: list[Values]) -> Values:
        pick: Callable[..., Values] = np.maximum if self.kind == "max" else np.minimum
        result = each[0]
        for values in each[1:]:
            result = pick(result, values)
        return result

    def _floored(self, value: Values) -> Values:
        return np.floor(value / self.unit) * self.unit


def float_form(folded: Folded, units: Mapping[str, Decimal] | None = None) -> FloatForm:
    """A folded formula in float64.

    Args:
        units: by symbol, what one of the numbers that will be given for its price is worth: the tick size where
            prices are given in ticks. Of a symbol that is not there, prices are given as they are.
    """
    return _floats(folded, units or {})


def _floats(folded: Folded, units: Mapping[str, Decimal]) -> FloatForm:
    slopes = tuple(
        (symbol, float(EXACT.multiply(slope, units.get(symbol, ONE)))) for symbol, slope in folded.slopes.items()
    )
    bends = tuple(
        FloatBend(float(bend.weight), bend.kind, tuple(_floats(part, units) for part in bend.parts), float(bend.unit))
        for bend in folded.bends
    )
    return FloatForm(float(folded.constant), slopes, bends)
