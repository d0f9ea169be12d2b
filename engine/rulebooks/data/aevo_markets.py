"""Aevo's markets, coins and scenarios, as collected on 2026-11-22 from docs.aevo.xyz. Rates are fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.assets import base_asset
from engine.rules.spot_and_perp import SPOT_ENDING


@dataclass(frozen=True, slots=True)
class Terms:
    """What a perpetual asks for: initial and maintenance margin of the notional, and the fee for liquidating it."""

    initial: Decimal
    maintenance: Decimal
    liquidation_fee: Decimal


MAJOR = Terms(Decimal("0.05"), Decimal("0.03"), Decimal("0.01"))
"""perpetuals-specifications/eth-perpetual-futures; fees/liquidation-fees, tier 1."""

OTHER = Terms(Decimal("0.1"), Decimal("0.06"), Decimal("0.03"))
"""Margins chosen here, none was found; fees/liquidation-fees, tier 2."""

PRE_LAUNCH = Terms(Decimal("0.5"), Decimal("0.48"), Decimal("0.05"))
"""perpetuals-specifications/pre-launch-token-futures; fees/liquidation-fees."""

MARKETS: Mapping[str, Terms] = MappingProxyType(dict.fromkeys(("BTC", "ETH", "SOL"), MAJOR))
"""ETH from its page; BTC and SOL assumed alike, from memory."""


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin that counts as collateral: `ratio` of its value, and the fee for converting it."""

    asset: str
    ratio: Decimal
    fee: Decimal


COINS: tuple[Coin, ...] = (
    Coin("USDT", Decimal("0.99"), Decimal("0.0001")),
    Coin("AEUSD", Decimal(1), Decimal(0)),
    Coin("ETH", Decimal("0.9"), Decimal("0.001")),
    Coin("WBTC", Decimal("0.9"), Decimal("0.001")),
)
"""cross-margin-collateral-framework, in the order in which they are converted."""

WRAPPED: Mapping[str, str] = MappingProxyType({"WBTC": "BTC"})
"""Coins by what they stand for."""

STABLE = frozenset({"USDT", "AEUSD"})
"""Coins that stand for dollars, which no scenario moves."""

SPOT_MOVES = (Decimal(1), Decimal("0.5"), Decimal("-0.5"), Decimal(-1))
"""options-specifications/portfolio-margin: shares of the largest spot movement. Its 15 scenarios are these and none,
each with implied volatility up, unchanged and down, which perpetuals and coins don't feel."""


def stands_for(asset: str) -> str:
    """BTC for WBTC, else itself."""
    return WRAPPED.get(asset, asset)


def underlying(symbol: str) -> str:
    """What a market's price is that of: BTC for BTC, WBTC-SPOT and BTC-SPOT."""
    coin = symbol.removesuffix(SPOT_ENDING)
    return stands_for(coin if coin in STABLE else base_asset(symbol))
