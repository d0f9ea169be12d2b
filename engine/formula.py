"""A venue's formula as a small labelled tree.

A rule is written once, with ordinary operators, and then evaluated exactly, folded for searching (`float_form.py`),
solved for where a straight piece of tape crosses zero, and shown term by term.

    equity = const("collateral", balance) + Scaled("ETH", size, price) - const("cost", cost)

Prices enter as `Price(symbol)` leaves; everything else is a constant known when the tree is built.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any, ClassVar, Literal

from engine.numbers import EXACT, ONE, ZERO, to_grid

Prices = Mapping[str, Decimal]
Curvature = Literal["linear", "convex", "concave", "neither"]
BendKind = Literal["max", "min", "floor", "average"]
Unit = Literal["money", "price", "size", "share", "times"]

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
    """One row of a formula as it is shown: how deep it stands, what it is called, what it comes to.

    `notional`, `rate` and `deduction` are columns of what is charged on a notional; `applies` is False for a line of a
    maximum that is not the one in force; `unit` says how `value` is meant.
    """

    depth: int
    label: str
    value: Decimal
    working: str
    notional: Decimal | None = None
    rate: Decimal | None = None
    deduction: Decimal | None = None
    applies: bool = True
    unit: Unit = "money"


@dataclass(slots=True)
class Folded:
    """A tree added up: one constant, one slope a price, and the nodes that bend.

    Attributes:
        slopes: by symbol, the change of the value a unit of its price.
    """

    constant: Decimal = ZERO
    slopes: dict[str, Decimal] = field(default_factory=dict)
    bends: list[Bend] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bend:
    """`weight` times the largest or smallest of `parts`, or times the first of them rounded down to `unit`, or
    (`average`) times the second with the first ÷ second rounded down to `unit`."""

    weight: Decimal
    kind: BendKind
    parts: tuple[Folded, ...]
    unit: Decimal = ZERO


def folded(formula: Formula) -> Folded:
    """A formula added up."""
    total = Folded()
    formula.fold(total, ONE)
    return total


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
    def fold(self, into: Folded, factor: Decimal) -> None:
        """Add `factor` times this node to a sum of linear and bent terms: the first half of the way to float64."""

    @abstractmethod
    def symbols(self) -> frozenset[str]:
        """The markets whose price the value depends on."""

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

    def fold(self, into: Folded, factor: Decimal) -> None:
        into.constant = EXACT.add(into.constant, EXACT.multiply(factor, self.number))

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

    def fold(self, into: Folded, factor: Decimal) -> None:
        into.slopes[self.symbol] = EXACT.add(into.slopes.get(self.symbol, ZERO), factor)

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

    def fold(self, into: Folded, factor: Decimal) -> None:
        self.of.fold(into, EXACT.multiply(factor, self.factor))

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

    def fold(self, into: Folded, factor: Decimal) -> None:
        for part in self.parts:
            part.fold(into, factor)

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
    kind: ClassVar[BendKind]
    bends: ClassVar[Curvature]
    words: ClassVar[str]

    def exact(self, prices: Prices) -> Decimal:
        return self.pick(part.exact(prices) for part in self.parts)  # type: ignore[no-any-return]

    def along(self, prices: Prices, moves: Prices) -> Line:
        lines = [part.along(prices, moves) for part in self.parts]
        return self.pick(lines, key=lambda line: (line.value, line.slope))  # type: ignore[no-any-return]

    def fold(self, into: Folded, factor: Decimal) -> None:
        if len(self.parts) == 1:
            self.parts[0].fold(into, factor)
        else:
            into.bends.append(Bend(factor, self.kind, tuple(folded(part) for part in self.parts)))

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
    kind = "max"
    bends = "convex"
    words = "the largest of"


class Min(_Extreme):
    """The smallest of its parts."""

    __slots__ = ()
    pick = staticmethod(min)
    kind = "min"
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

    def fold(self, into: Folded, factor: Decimal) -> None:
        into.bends.append(Bend(factor, "floor", (folded(self.of),), self.unit))

    def symbols(self) -> frozenset[str]:
        return self.of.symbols()

    @property
    def curvature(self) -> Curvature:
        return "neither"

    def working(self, prices: Prices) -> str:
        return f"rounded down to {self.unit}"

    def children(self) -> tuple[Formula, ...]:
        return (self.of,)
