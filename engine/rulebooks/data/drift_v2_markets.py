"""Drift's markets by base asset: margin ratios and fees of perpetuals, weights of coins.

The venue's own table of perpetuals loads when it is looked at and was not found. BTC and ETH: a set-up script; SOL and
WIF: copies of a front-end's settings (third party); others: initial ratio of the SDK's default, 20 %. Not found and
chosen: maintenance of others, size factors, tiers, the liquidator's fee, ratios of high-leverage mode. The insurance
fee is the SDK's default. Coins: docs.drift.trade cross-collateral for SOL and WIF; others are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from engine.rules.weights import MarketWeights, Weights

Tier = Literal["a", "b", "c", "speculative"]


@dataclass(frozen=True, slots=True)
class Perp:
    """A perpetual; ratios, factors and fees are fractions.

    Attributes:
        factor: what the square root of the size (base units) adds to the ratio (`imf_factor`).
        high: initial and maintenance ratio of high-leverage mode, where the market has it.
    """

    initial: Decimal
    maintenance: Decimal
    factor: Decimal
    tier: Tier
    high: tuple[Decimal, Decimal] | None = None
    liquidator_fee: Decimal = Decimal("0.01")
    insurance_fee: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin that counts as collateral or can be borrowed; `factor` as for perpetuals."""

    weights: MarketWeights
    factor: Decimal = Decimal(0)
    liquidator_fee: Decimal = Decimal("0.05")


def _perp(initial: str, maintenance: str, factor: str, tier: Tier, high: tuple[str, str] | None = None) -> Perp:
    ratios = (Decimal(high[0]), Decimal(high[1])) if high else None
    return Perp(Decimal(initial), Decimal(maintenance), Decimal(factor), tier, ratios)


def _coin(weights: str) -> Coin:
    """A coin from its weights: asset initial and maintenance, liability initial and maintenance."""
    first, second, third, fourth = (Decimal(each) for each in weights.split())
    return Coin(MarketWeights(Weights(first, third), Weights(second, fourth)))


_HIGH = ("0.01", "0.006")
PERPS: Mapping[str, Perp] = MappingProxyType(
    {
        "BTC": _perp("0.1", "0.05", "0.00045", "a", _HIGH),
        "ETH": _perp("0.1", "0.05", "0.0003", "a", _HIGH),
        "SOL": _perp("0.1", "0.05", "0.0002", "a", _HIGH),
        "WIF": _perp("0.25", "0.125", "0.0002", "speculative"),
    }
)
OTHER_PERP = _perp("0.2", "0.1", "0.0002", "c")

COINS: Mapping[str, Coin] = MappingProxyType(
    {
        "SOL": _coin("0.8 0.9 1.2 1.1"),
        "BTC": _coin("0.8 0.9 1.2 1.1"),
        "ETH": _coin("0.8 0.9 1.2 1.1"),
        "WIF": _coin("0.25 0.5 1.75 1.5"),
    }
)
OTHER_COIN = _coin("0.25 0.5 1.75 1.5")

INSURED: Mapping[Tier, Decimal] = MappingProxyType(
    {"a": Decimal(100_000_000), "b": Decimal(1_000_000), "c": Decimal(100_000), "speculative": Decimal(0)}
)
"""What a market of a tier may draw from insurance at most (constants.rs)."""

FUNDING_CAPS: Mapping[Tier, int] = MappingProxyType({"a": 33, "b": 33, "c": 20, "speculative": 10})
"""A day's funding is at most one part in so many (perp_market.rs)."""

RISE: tuple[tuple[Decimal, Decimal], ...] = tuple(
    (Decimal(until), Decimal(share))
    for until, share in (
        ("0.85", "0.05"),
        ("0.9", "0.15"),
        ("0.95", "0.3"),
        ("0.99", "0.5"),
        ("0.995", "0.75"),
        ("1", "1"),
    )
)
"""How far above the optimal utilisation the borrow rate has risen from the optimal to the largest (constants.rs)."""
