"""The price at which a coin counts to open, once all deposits or borrows of it on the venue have grown too large."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.formula import Curvature, Folded, Formula, Line, Prices
from engine.numbers import EXACT, divide, plain


@dataclass(frozen=True, slots=True)
class ScaledPrice(Formula):
    """Of a coin held low × start ÷ (amount × high) where that is less than low; of one owed high × amount × high ÷
    start where that is more than high. Source: mango-v4@1303a4a state/bank.rs scaled_init_asset_weight, …_liab_weight.

    A quotient or a product of two prices, never searched for: only what is opened or moved is judged by it.

    Attributes:
        low, high: the lower and the higher of oracle and stable price.
        amount: all deposits of the coin where it is held, all borrows where it is `owed`, in coins.
        start: quote units of them from which the price is scaled.
    """

    label: str
    low: Formula
    high: Formula
    amount: Decimal
    start: Decimal
    owed: bool

    def exact(self, prices: Prices) -> Decimal:
        low, high = self.low.exact(prices), self.high.exact(prices)
        value = EXACT.multiply(self.amount, high)
        if value <= self.start:
            return high if self.owed else low
        return divide(EXACT.multiply(high, value), self.start) if self.owed else divide(low * self.start, value)

    def along(self, prices: Prices, moves: Prices) -> Line:
        low, high = self.low.along(prices, moves), self.high.along(prices, moves)
        if EXACT.multiply(self.amount, high.value) <= self.start:
            return high if self.owed else low
        value = self.exact(prices)
        if self.owed:
            return Line(value, divide(2 * value * high.slope, high.value))
        return Line(value, EXACT.multiply(value, divide(low.slope, low.value) - divide(high.slope, high.value)))

    def fold(self, into: Folded, factor: Decimal) -> None:
        """No sum of lines.

        Raises:
            TypeError: always.
        """
        raise TypeError("a scaled price is judged where something is opened, and can't be searched for")

    def symbols(self) -> frozenset[str]:
        return self.low.symbols() | self.high.symbols()

    @property
    def curvature(self) -> Curvature:
        return "neither"

    def working(self, prices: Prices) -> str:
        value = EXACT.multiply(self.amount, self.high.exact(prices))
        if value <= self.start:
            return f"{plain(value)} of it, scaled from {plain(self.start)}: as it is"
        return f"× {plain(value)} ÷ {plain(self.start)}" if self.owed else f"× {plain(self.start)} ÷ {plain(value)}"

    def children(self) -> tuple[Formula, ...]:
        return (self.low, self.high)
