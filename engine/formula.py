"""A venue's formula as a small labelled tree.

A rule is written once, with ordinary operators, and then evaluated exactly, compiled for arrays, bounded over a
block of prices, solved for where a straight piece of tape crosses zero, and shown term by term.

    equity = const("collateral", balance) + Scaled("ETH", size, price) - const("cost", cost)

Prices enter as `Price(symbol)` leaves; everything else is a constant known when the tree is built.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.numbers import EXACT, ONE, ZERO, to_grid

Prices = Mapping[str, Decimal]
Arrays = Mapping[str, NDArray[np.float64]]
Bounds = Mapping[str, tuple[float, float]]
Curvature = Literal["linear", "convex", "concave", "neither"]

_OPPOSITE: dict[Curvature, Curvature] = {
    "linear": "linear",
    "convex": "concave",
    "concave": "convex",
    "neither": "neither",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A value and how fast it changes along a straight path of prices."""

    value: Decimal
    slope: Decimal


@dataclass(frozen=True, slots=True)
class Term:
    """One row of a formula as it is shown: how deep it stands, what it is called, what it comes to."""

    depth: int
    label: str
    value: Decimal
    working: str


class Formula(ABC):
    """A node of the tree. Values are in quote units unless the label says otherwise."""

    label: str

    @abstractmethod
    def exact(self, prices: Prices) -> Decimal:
        """The value at `prices`, without rounding."""

    @abstractmethod
    def along(self, prices: Prices, moves: Prices) -> Line:
        """Value and slope at `prices` when each price changes by `moves[symbol]` a unit of the way."""

    @abstractmethod
    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        """A float64 function of price arrays of any one shape. For searching; decisions are made by `exact`."""

    @abstractmethod
    def bounds(self, over: Bounds) -> tuple[float, float]:
        """Numbers that the value cannot leave while every price stays within its (low, high)."""

    @abstractmethod
    def symbols(self) -> frozenset[str]:
        """The markets whose price the value depends on."""

    def magnitude(self, over: Bounds) -> float:
        """Sum of the sizes of all terms over `over`: what the float error of `compiled` is relative to."""
        return sum(child.magnitude(over) for child in self.children())

    @property
    @abstractmethod
    def curvature(self) -> Curvature:
        """How the value bends along straight paths: decides where its minimum can lie."""

    @abstractmethod
    def working(self, prices: Prices) -> str:
        """The node's own arithmetic in one line, with numbers."""

    def children(self) -> tuple[Formula, ...]:
        """The nodes that this one is made of, for showing."""
        return ()

    def terms(self, prices: Prices, depth: int = 0) -> list[Term]:
        """The tree as rows, top down: what the screen shows when a figure is opened."""
        rows = [Term(depth, self.label, self.exact(prices), self.working(prices))]
        for child in self.children():
            rows += child.terms(prices, depth + 1)
        return rows

    def __add__(self, other: Formula) -> Formula:
        return Sum("sum", (self, other))

    def __sub__(self, other: Formula) -> Formula:
        return Sum("difference", (self, Scaled(other.label, -ONE, other)))


@dataclass(frozen=True, slots=True)
class Const(Formula):
    """A number known when the tree is built."""

    label: str
    number: Decimal

    def exact(self, prices: Prices) -> Decimal:
        return self.number

    def along(self, prices: Prices, moves: Prices) -> Line:
        return Line(self.number, ZERO)

    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        number = np.asarray(float(self.number))
        return lambda arrays: number

    def bounds(self, over: Bounds) -> tuple[float, float]:
        return float(self.number), float(self.number)

    def magnitude(self, over: Bounds) -> float:
        return abs(float(self.number))

    def symbols(self) -> frozenset[str]:
        return frozenset()

    @property
    def curvature(self) -> Curvature:
        return "linear"

    def working(self, prices: Prices) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Price(Formula):
    """The price that margin is judged by in one market."""

    symbol: str

    @property
    def label(self) -> str:  # type: ignore[override]
        return f"{self.symbol} mark"

    def exact(self, prices: Prices) -> Decimal:
        return prices[self.symbol]

    def along(self, prices: Prices, moves: Prices) -> Line:
        return Line(prices[self.symbol], moves.get(self.symbol, ZERO))

    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        symbol = self.symbol
        return lambda arrays: arrays[symbol]

    def bounds(self, over: Bounds) -> tuple[float, float]:
        return over[self.symbol]

    def magnitude(self, over: Bounds) -> float:
        return max(abs(bound) for bound in over[self.symbol])

    def symbols(self) -> frozenset[str]:
        return frozenset((self.symbol,))

    @property
    def curvature(self) -> Curvature:
        return "linear"

    def working(self, prices: Prices) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Scaled(Formula):
    """A constant times another node."""

    label: str
    factor: Decimal
    of: Formula

    def exact(self, prices: Prices) -> Decimal:
        return EXACT.multiply(self.factor, self.of.exact(prices))

    def along(self, prices: Prices, moves: Prices) -> Line:
        line = self.of.along(prices, moves)
        return Line(EXACT.multiply(self.factor, line.value), EXACT.multiply(self.factor, line.slope))

    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        factor, inner = np.float64(self.factor), self.of.compiled()
        return lambda arrays: factor * inner(arrays)

    def bounds(self, over: Bounds) -> tuple[float, float]:
        low, high = (float(self.factor) * bound for bound in self.of.bounds(over))
        return min(low, high), max(low, high)

    def magnitude(self, over: Bounds) -> float:
        return abs(float(self.factor)) * self.of.magnitude(over)

    def symbols(self) -> frozenset[str]:
        return self.of.symbols()

    @property
    def curvature(self) -> Curvature:
        return self.of.curvature if self.factor >= 0 else _OPPOSITE[self.of.curvature]

    def working(self, prices: Prices) -> str:
        if self.factor == -ONE:
            return "subtracted"
        return f"{self.factor:f} × {self.of.exact(prices):f}"

    def children(self) -> tuple[Formula, ...]:
        return self.of.children() if self.factor == -ONE else ()


@dataclass(frozen=True, slots=True)
class Sum(Formula):
    """The sum of its parts."""

    label: str
    parts: tuple[Formula, ...]

    def exact(self, prices: Prices) -> Decimal:
        total = ZERO
        for part in self.parts:
            total = EXACT.add(total, part.exact(prices))
        return total

    def along(self, prices: Prices, moves: Prices) -> Line:
        value = slope = ZERO
        for part in self.parts:
            line = part.along(prices, moves)
            value, slope = EXACT.add(value, line.value), EXACT.add(slope, line.slope)
        return Line(value, slope)

    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        inner = [part.compiled() for part in self.parts]

        def total(arrays: Arrays) -> NDArray[np.float64]:
            result = np.zeros(())
            for part in inner:
                result = result + part(arrays)
            return result

        return total

    def bounds(self, over: Bounds) -> tuple[float, float]:
        each = [part.bounds(over) for part in self.parts]
        return sum(low for low, _ in each), sum(high for _, high in each)

    def symbols(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.symbols() for part in self.parts))

    @property
    def curvature(self) -> Curvature:
        bends = {part.curvature for part in self.parts} - {"linear"}
        if not bends:
            return "linear"
        return bends.pop() if len(bends) == 1 else "neither"

    def working(self, prices: Prices) -> str:
        return ""

    def children(self) -> tuple[Formula, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class _Extreme(Formula):
    """The largest, or the smallest, of its parts."""

    label: str
    parts: tuple[Formula, ...]

    pick: ClassVar[Callable[..., Any]]
    pick_arrays: ClassVar[Callable[..., Any]]
    bends: ClassVar[Curvature]
    words: ClassVar[str]

    def exact(self, prices: Prices) -> Decimal:
        return self.pick(part.exact(prices) for part in self.parts)  # type: ignore[no-any-return]

    def along(self, prices: Prices, moves: Prices) -> Line:
        lines = [part.along(prices, moves) for part in self.parts]
        return self.pick(lines, key=lambda line: (line.value, line.slope))  # type: ignore[no-any-return]

    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        inner, pick = [part.compiled() for part in self.parts], self.pick_arrays

        def extreme(arrays: Arrays) -> NDArray[np.float64]:
            result = inner[0](arrays)
            for part in inner[1:]:
                result = pick(result, part(arrays))
            return result

        return extreme

    def bounds(self, over: Bounds) -> tuple[float, float]:
        each = [part.bounds(over) for part in self.parts]
        return self.pick(low for low, _ in each), self.pick(high for _, high in each)

    def magnitude(self, over: Bounds) -> float:
        return sum(part.magnitude(over) for part in self.parts)

    def symbols(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.symbols() for part in self.parts))

    @property
    def curvature(self) -> Curvature:
        bends = {part.curvature for part in self.parts}
        if len(self.parts) == 1:
            return bends.pop()
        return self.bends if bends <= {"linear", self.bends} else "neither"

    def working(self, prices: Prices) -> str:
        return self.parts[0].working(prices) if len(self.parts) == 1 else self.words

    def children(self) -> tuple[Formula, ...]:
        return self.parts if len(self.parts) > 1 else self.parts[0].children()


class Max(_Extreme):
    """The largest of its parts. Brackets are one: max over tiers of rate × notional − deduction."""

    __slots__ = ()
    pick = staticmethod(max)
    pick_arrays = staticmethod(np.maximum)
    bends = "convex"
    words = "the largest of"


class Min(_Extreme):
    """The smallest of its parts."""

    __slots__ = ()
    pick = staticmethod(min)
    pick_arrays = staticmethod(np.minimum)
    bends = "concave"
    words = "the smallest of"


@dataclass(frozen=True, slots=True)
class Floor(Formula):
    """Another node rounded down to a grid, where a venue rounds. Along a path only its vertices define the truth."""

    label: str
    of: Formula
    unit: Decimal

    def exact(self, prices: Prices) -> Decimal:
        return to_grid(self.of.exact(prices), self.unit, ROUND_FLOOR)

    def along(self, prices: Prices, moves: Prices) -> Line:
        return Line(self.exact(prices), self.of.along(prices, moves).slope)

    def compiled(self) -> Callable[[Arrays], NDArray[np.float64]]:
        unit, inner = np.float64(self.unit), self.of.compiled()
        return lambda arrays: np.floor(inner(arrays) / unit) * unit

    def bounds(self, over: Bounds) -> tuple[float, float]:
        low, high = self.of.bounds(over)
        return low - float(self.unit), high

    def symbols(self) -> frozenset[str]:
        return self.of.symbols()

    @property
    def curvature(self) -> Curvature:
        return "neither"

    def working(self, prices: Prices) -> str:
        return f"rounded down to {self.unit}"

    def children(self) -> tuple[Formula, ...]:
        return (self.of,)
