"""Compound v3 (Comet) markets with a dollar as base asset.

Source: compound-finance/comet@d5a30b0 deployments/mainnet/usdc (2022-08) and arbitrum/usdc (2023-09)
configuration.json. These are the values at deployment; governance has changed live ones since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.rules.curves import KinkedCurve


@dataclass(frozen=True, slots=True)
class Collateral:
    """A coin's factors: what lets one borrow, what covers a debt, and what an absorption credits."""

    borrow_factor: Decimal
    liquidate_factor: Decimal
    liquidation_factor: Decimal


@dataclass(frozen=True, slots=True)
class Comet:
    """One market: its base asset is the quote asset, everything else is collateral only.

    Attributes:
        storefront: share of the liquidation penalty that is given away when absorbed collateral is sold.
        target_reserves: quote units; from there on absorbed collateral is kept.
    """

    name: str
    collaterals: Mapping[str, Collateral]
    storefront: Decimal
    supply: KinkedCurve
    borrow: KinkedCurve
    target_reserves: Decimal = Decimal(5_000_000)


def _table(**rows: tuple[str, str, str]) -> Mapping[str, Collateral]:
    table = {coin: Collateral(*(Decimal(each) for each in row)) for coin, row in rows.items()}
    wrapped = {"ETH": "WETH", "BTC": "WBTC"}
    return MappingProxyType({**table, **{coin: table[name] for coin, name in wrapped.items() if name in table}})


def _curve(*numbers: str) -> KinkedCurve:
    base, low, high, kink = (Decimal(each) for each in numbers)
    return KinkedCurve(base, low, high, kink)


_SUPPLY, _BORROW = _curve("0", "0.0325", "0.40", "0.8"), _curve("0.015", "0.035", "0.25", "0.8")

MAINNET_USDC = Comet(
    name="mainnet USDC",
    collaterals=_table(
        WETH=("0.825", "0.895", "0.95"),
        WBTC=("0.70", "0.77", "0.95"),
        COMP=("0.65", "0.70", "0.93"),
        UNI=("0.75", "0.81", "0.93"),
        LINK=("0.79", "0.85", "0.93"),
    ),
    storefront=Decimal("0.5"),
    supply=_SUPPLY,
    borrow=_BORROW,
)

ARBITRUM_USDC = Comet(
    name="arbitrum USDC",
    collaterals=_table(
        WETH=("0.78", "0.85", "0.95"),
        WBTC=("0.70", "0.77", "0.95"),
        ARB=("0.55", "0.60", "0.93"),
        GMX=("0.40", "0.45", "0.93"),
    ),
    storefront=Decimal("0.8"),
    supply=_SUPPLY,
    borrow=_BORROW,
)

MARKETS: Mapping[str, Comet] = MappingProxyType({"mainnet": MAINNET_USDC, "arbitrum": ARBITRUM_USDC})

UNLISTED = Collateral(Decimal("0.55"), Decimal("0.60"), Decimal("0.93"))
"""Chosen here: a coin that a market doesn't list has ARB's factors."""
