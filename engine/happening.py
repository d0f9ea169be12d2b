"""One thing that happens on a segment, and what comes before what."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.account import Pool
from engine.orders.order import Order

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
