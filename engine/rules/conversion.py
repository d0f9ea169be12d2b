"""Coins of an account that are sold for quote money which is missing, in a venue's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.numbers import EXACT, ONE, divide


@dataclass(frozen=True, slots=True)
class Holding:
    """Coins that can be converted: `place` in the venue's order, `price` in quote units, `fee` a share of what comes
    in."""

    key: str
    place: int
    amount: Decimal
    price: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Conversion:
    """`amount` of a coin sold at `price`, its fee taken off."""

    key: str
    amount: Decimal
    price: Decimal

    @property
    def proceeds(self) -> Decimal:
        """What comes in, quote units."""
        return EXACT.multiply(self.amount, self.price)


def conversions(missing: Decimal, holdings: Iterable[Holding], threshold: Decimal) -> Iterator[Conversion]:
    """What is sold, coin by coin, until nothing is `missing` any more or nothing is left; nothing where no more than
    `threshold` is missing, quote units.

    Source: docs.aevo.xyz cross-margin-collateral-framework.
    """
    if missing <= threshold:
        return
    for holding in sorted(holdings, key=lambda each: each.place):
        price = EXACT.multiply(holding.price, ONE - holding.fee)
        wanted = divide(missing, price)
        if wanted <= holding.amount:
            yield Conversion(holding.key, wanted, price)
            return
        sold = Conversion(holding.key, holding.amount, price)
        missing -= sold.proceeds
        yield sold
