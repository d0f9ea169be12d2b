"""Collateral at its average weight, where a venue rounds the average down before it uses it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.formula import Bend, Curvature, Folded, Formula, Line, Prices, folded
from engine.numbers import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class FlooredAverage(Formula):
    """`of` times its average weight, where a venue rounds that down to a grid: of × floor(weighted ÷ of).

    At most `unit` × of below `weighted`. Along a path only its vertices define the truth.
    """

    label: str
    weighted: Formula
    of: Formula
    unit: Decimal

    def average(self, prices: Prices) -> Decimal:
        """weighted ÷ of, rounded down to the unit; zero where there is nothing to average over."""
        whole = self.of.exact(prices)
        if whole <= 0:
            return ZERO
        return EXACT.multiply(
            EXACT.divide_int(self.weighted.exact(prices), EXACT.multiply(whole, self.unit)), self.unit
        )

    def exact(self, prices: Prices) -> Decimal:
        return EXACT.multiply(self.average(prices), self.of.exact(prices))

    def along(self, prices: Prices, moves: Prices) -> Line:
        """The slope is that of the average as it is, so that one can go by it further than to the next rounding."""
        return Line(self.exact(prices), self.weighted.along(prices, moves).slope)

    def fold(self, into: Folded, factor: Decimal) -> None:
        into.bends.append(Bend(factor, "average", (folded(self.weighted), folded(self.of)), self.unit))

    def symbols(self) -> frozenset[str]:
        return self.weighted.symbols() | self.of.symbols()

    @property
    def curvature(self) -> Curvature:
        return "neither"

    def working(self, prices: Prices) -> str:
        return f"{self.average(prices):f} × {self.of.exact(prices):f}"

    def children(self) -> tuple[Formula, ...]:
        return (self.weighted, self.of)
