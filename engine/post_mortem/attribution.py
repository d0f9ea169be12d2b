"""What took a pool's equity, and what was put in: parts that add up to its change, to the last millionth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.numbers import ZERO, divide, exactly

PartKind = Literal["price", "fees", "funding", "interest", "slippage", "liquidation", "rounding", "put in", "taken out"]
"""What a part is made of.

- price: what marks did to a market's positions, from the last price that each trade was made at (an order that waited:
  from its own price; a hand-over: from the mark);
- fees: what the pool itself paid for trades; funding, interest: received (negative: paid);
- slippage: half the spread and the impact of what was traded at the market;
- liquidation: clearance fees, penalties and liquidators' gains of liquidations before this one;
- rounding: millionths, against the player;
- put in, taken out: money that the player, or another pool of the player, moved in or out. No loss and no profit.
"""

MOVED: tuple[PartKind, ...] = ("put in", "taken out")


@dataclass(frozen=True, slots=True)
class Part:
    """One reason why equity changed: `amount` in quote units, below zero where it took; `position` says whose price it
    was (`ETH long`), None for the others."""

    kind: PartKind
    amount: Decimal
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """From when the pool last had no position to a moment. `before` + the sum of `parts` = `after`, exactly.

    Attributes:
        before, after: the pool's equity, quote units: what it had without a position, and at the moment.
        parts: prices by position, then the rest; parts of nothing are left out.
        fees_elsewhere: what the wallet paid in fees for trades of this pool, which is in no part: where a venue takes
            them from there.
        since: vertex of the fill that began it; `since_time` its time, ms UTC.
    """

    before: Decimal
    after: Decimal
    parts: tuple[Part, ...]
    fees_elsewhere: Decimal
    since: int
    since_time: int

    @property
    @exactly
    def moved(self) -> Decimal:
        """What was put in less what was taken out."""
        return sum((part.amount for part in self.parts if part.kind in MOVED), ZERO)

    @property
    @exactly
    def result(self) -> Decimal:
        """What was won (negative: lost) on what was there and what was put in."""
        return self.after - self.before - self.moved

    def shares(self) -> Iterator[tuple[Part, Decimal | None]]:
        """The parts that are a loss or a profit, each with its share of the result (below zero: it worked against it);
        None where they come to nothing."""
        result = self.result
        for part in self.parts:
            if part.kind not in MOVED:
                yield part, divide(part.amount, result) if result else None
