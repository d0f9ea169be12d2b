"""A time-weighted average of a market's price, as an oracle publishes it beside the price itself.

An exponential average: what is `span` seconds old counts for about a third of what is new. Over a step of dt seconds it
moves towards the price by dt ÷ (span + dt) of what is between: sums, products and quotients of doubles, the same
everywhere. A travelled step counts as the mean of its ends, a gap as the price before it.

Source: the exponential moving averages of Pyth's price feeds, which marginfi-v2 asks for as `OraclePriceType::
TimeWeighted` (programs/marginfi/src/state/price.rs); the span, about an hour, is from memory.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.tape import Path


def average_name(symbol: str) -> str:
    """What a market's average price is called in formulas."""
    return f"average {symbol}"


class AveragePrices:
    """A market's average price at the vertices of a tape, worked out as far as it is asked for; it begins at the first
    mark. Nothing later than a vertex tells on it."""

    def __init__(self, path: Path, symbol: str, span: int) -> None:
        tape = path.tape
        self._ticks = tape.columns[(symbol, "mark") if path.has(symbol, "mark") else (symbol, "last")]
        self._tick = float(tape.by_symbol[symbol].tick_size)
        self._times, self._gapped, self._span = tape.times, tape.gapped, span * 1000
        self._known: NDArray[np.float64] = np.full(len(tape), float(self._ticks[0]))
        self._reached = 0

    def at(self, step: int) -> Decimal:
        """The average at a vertex, to 12 digits, in quote units."""
        if self._reached < step:
            self._follow(step)
        return Decimal(f"{self._known[step] * self._tick:.12g}")

    def _follow(self, step: int) -> None:
        """Every step as far as the vertex `step`, in ticks."""
        start, known = self._reached, [float(self._known[self._reached])]
        ticks, times = self._ticks[start : step + 1].tolist(), self._times[start : step + 1].tolist()
        gapped = self._gapped[start : step + 1].tolist()
        for place in range(1, len(ticks)):
            passed = times[place] - times[place - 1]
            price = ticks[place - 1] if gapped[place] else (ticks[place - 1] + ticks[place]) / 2
            known.append(known[-1] + (price - known[-1]) * (passed / (self._span + passed)))
        self._known[start : step + 1] = known
        self._reached = step


def average_price(path: Path, symbol: str, step: int, span: int) -> Decimal:
    """A market's average price at a vertex, `span` in seconds; kept with the tape."""
    key, derived = ("average price", symbol, span), path.tape.derived
    prices = derived.get(key)
    if not isinstance(prices, AveragePrices):
        prices = derived[key] = AveragePrices(path, symbol, span)
    return prices.at(step)
