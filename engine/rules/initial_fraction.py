"""Initial margin as a fraction of the notional that the venue states, where a player may choose to give more."""

from __future__ import annotations

from decimal import Decimal

from engine.account import Position
from engine.formula import Price
from engine.margin import Charged
from engine.numbers import EXACT, ONE, divide, plain


def whole_leverage_of(fraction: Decimal) -> int:
    """The largest whole leverage that an initial margin fraction allows; at least 1."""
    return max(int(divide(ONE, fraction)), 1)


def initial_at_fraction(position: Position, fraction: Decimal) -> Charged:
    """|size| × mark × the larger of the venue's fraction and 1 ÷ the chosen leverage, in quote units."""
    chosen = divide(ONE, Decimal(position.leverage))
    own = fraction > chosen
    rate = fraction if own else chosen
    label = f"{position.name} initial at {f'{plain(rate * 100)} %' if own else f'{position.leverage}x'}"
    size = abs(position.size)
    return Charged(label, EXACT.multiply(rate, size), Price(position.symbol), position.symbol, size, rate)
