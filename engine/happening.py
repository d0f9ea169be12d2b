"""One thing that happens on a segment, and what comes before what."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.account import Pool
from engine.orders.order import Order
from engine.segment import START, Segment
from engine.tape import Path

ORDER, FAIL, CALL, TIMER = range(4)
"""Ranks of what happens at one place of a segment."""


@dataclass(frozen=True, slots=True)
class Happening:
    """The next thing on a segment: where, in which order at one place, and what."""

    fraction: Fraction
    rank: int
    key: str
    what: Order | Pool | int

    def sooner(self) -> tuple[Fraction, int, str]:
        """What happenings are put in order by."""
        return self.fraction, self.rank, self.key


def fires(path: Path, segment: Segment, order: Order, at: Fraction) -> Fraction | None:
    """The fraction of a segment at which a resting order's price is reached, from `at` on; None if it isn't."""
    if order.kind != "trail" or order.extreme is None:
        tick = path.tape.by_symbol[order.symbol].tick_size
        return segment.reaches(order.symbol, order.watches, order.firing_price(tick), order.fires_below, at)
    extreme = order.extreme
    if order.since < segment.step:
        since = path.extreme(order.symbol, "mark", order.since, segment.step - 1, order.fires_below)
        extreme = max(extreme, since) if order.fires_below else min(extreme, since)
    return segment.trails(order, extreme, at)


def later(fraction: Fraction, at: Fraction) -> Fraction:
    """The later of two fractions of a segment; nothing is before its start."""
    return fraction if at is START else max(fraction, at)
