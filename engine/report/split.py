"""Net profit taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

from engine.numbers import ZERO

Part = Literal[
    "price",
    "slippage",
    "fees",
    "funding",
    "interest",
    "clearance",
    "penalties",
    "liquidators",
    "taken_over",
    "deleveraging",
    "paid_by_others",
    "rounding",
]


@dataclass(frozen=True, slots=True)
class Split:
    """What a net profit is made of, quote units, exact: below zero where it cost. The sum of all parts is `net`.

    Attributes:
        price: what prices did to what was held: of each trade from the price that it is measured from (the last price
            at that moment for a trade at the market, its own price for an order that waited, the mark for all that
            changes hands outside the book), of what is still open to the mark at the end.
        slippage: how much worse than the last price trades at the market were: half the spread and the impact.
        fees: trading fees, of liquidations' trades too; above zero where a venue pays makers.
        funding, interest: received (negative: paid); borrow fees are interest.
        clearance, penalties: what a liquidation paid to funds, keepers and the treasury.
        liquidators: what liquidators gained by taking over below the mark (above it: what was owed).
        taken_over: equity that a fund took together with the positions.
        deleveraging: what closing against other traders cost against the mark; above zero where it was better.
        paid_by_others: what funds and those who bear losses paid of what was below zero.
        rounding: the millionths of money that trades are rounded by, against the player.
    """

    price: Decimal = ZERO
    slippage: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    interest: Decimal = ZERO
    clearance: Decimal = ZERO
    penalties: Decimal = ZERO
    liquidators: Decimal = ZERO
    taken_over: Decimal = ZERO
    deleveraging: Decimal = ZERO
    paid_by_others: Decimal = ZERO
    rounding: Decimal = ZERO

    @classmethod
    def of(cls, parts: Mapping[Part, Decimal]) -> Split:
        """The split with these parts; the others are zero."""
        return cls(**{str(part): amount for part, amount in parts.items()})

    def parts(self) -> dict[Part, Decimal]:
        """Every part by name, in the order in which they are shown."""
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[misc]

    @property
    def net(self) -> Decimal:
        """The sum of all parts."""
        return sum(self.parts().values(), ZERO)

    @property
    def liquidation(self) -> Decimal:
        """What liquidations cost beside the price and trading fees."""
        return self.clearance + self.penalties + self.liquidators + self.taken_over + self.deleveraging

    @classmethod
    def total(cls, splits: Iterable[Split]) -> Split:
        """Several added up, part by part."""
        sums: dict[Part, Decimal] = cls().parts()
        for each in splits:
            for part, amount in each.parts().items():
                sums[part] += amount
        return cls.of(sums)
