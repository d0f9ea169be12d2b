"""Who can be deleveraged, where a venue closes winners for what nobody else pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from engine.numbers import EXACT, ZERO, divide
from engine.rulebooks.base import Exposure

Who = TypeVar("Who")


def in_profit(candidates: Iterable[Exposure], mark: Decimal) -> list[Exposure]:
    """Those who have something to lose and a profit at `mark`."""
    return [each for each in candidates if each.account_value > 0 and (mark - each.entry_price) * each.size > 0]


def leveraged_return(mark_value: Decimal, entry_value: Decimal, bankruptcy_value: Decimal) -> Decimal:
    """A rank by profit and effective leverage: return × leverage in profit, return ÷ leverage at a loss.

    Values are size × price, below zero for a short, in the unit of the margin. Return = (mark value − entry value) ÷
    |entry value|; effective leverage = |mark value| ÷ (mark value − bankruptcy value). Bybit ranks by leveraged return
    too. Source: BitMEX support, auto-deleveraging (18589621443357).

    Raises:
        ValueError: for a position that isn't there, or that is bankrupt at its mark.
    """
    left = mark_value - bankruptcy_value
    if not entry_value or not mark_value or left <= 0:
        raise ValueError("only an open position that is not bankrupt has a rank")
    gained, leverage = divide(mark_value - entry_value, abs(entry_value)), divide(abs(mark_value), left)
    return EXACT.multiply(gained, leverage) if gained > 0 else divide(gained, leverage)


def queue(ranked: Iterable[tuple[Who, Decimal]]) -> list[tuple[Who, Decimal]]:
    """Candidates with their ranks, the highest rank first; those of one rank stay in the order they came in."""
    return sorted(ranked, key=lambda pair: -pair[1])


def in_turn(size: Decimal, holdings: Iterable[tuple[Who, Decimal]]) -> Iterator[tuple[Who, Decimal]]:
    """How much each of a queue is closed until `size` is used up: everyone whole, but the last (BitMEX, the same)."""
    left = size
    for who, held in holdings:
        part = min(left, abs(held))
        if part > ZERO:
            yield who, part
        left -= part
