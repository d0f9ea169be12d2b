"""dYdX v3’s margin fractions and the position sizes from which the initial one grows, by base asset.

Sources: help article 5232637 (2022) for sizes; API snapshot of 2022-02-11 for fractions; CELO as of 2023,
without sizes. LINK’s incremental fraction was not noted there: it has the 2 % of the other 10x markets, chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MarketRisk:
    """Initial and maintenance margin fractions. Above `baseline` (base units) each whole `step` of size adds
    `increment` to the initial fraction, up to the `largest` size; a step of 0 means that it never grows."""

    initial: Decimal
    maintenance: Decimal
    baseline: Decimal = Decimal(0)
    step: Decimal = Decimal(0)
    largest: Decimal = Decimal(0)
    increment: Decimal = Decimal(0)


def _risk(numbers: str) -> MarketRisk:
    return MarketRisk(*(Decimal(number) for number in numbers.split()))


MARKETS: Mapping[str, MarketRisk] = MappingProxyType(
    {
        "BTC": _risk("0.05 0.03 9 1.5 170 0.01"),
        "ETH": _risk("0.05 0.03 140 28 2820 0.01"),
        "SOL": _risk("0.1 0.05 3400 700 34900 0.02"),
        "DOGE": _risk("0.1 0.05 2180000 400000 22000000 0.02"),
        "LINK": _risk("0.1 0.05 20000 3900 200000 0.02"),
        "CELO": _risk("0.2 0.05"),
    }
)

UNLISTED = _risk("0.1 0.05")
"""Other markets: 10x, without sizes, which would depend on the price. Chosen here."""
