"""Aave V3 reserves: one complete listing, of the Linea activation of 2025-01-21.

Source: bgd-labs/aave-proposals-v3 diffs/AaveV3Linea_AaveV3LineaActivation_20250121. A complete current table of the
Ethereum market was not found. Coins that are not listed there get the stand-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.rules.curves import KinkedCurve, curve_by_rise


@dataclass(frozen=True, slots=True)
class Reserve:
    """One asset's parameters, all fractions.

    Attributes:
        ltv: what a unit of value lets one borrow; `threshold` what it covers before liquidation.
        bonus: what a liquidator gets on top; `protocol_fee` the treasury's share of that.
        reserve_factor: the treasury's share of the interest; `unit` the smallest amount of the asset.
    """

    ltv: Decimal
    threshold: Decimal
    bonus: Decimal
    protocol_fee: Decimal
    reserve_factor: Decimal
    curve: KinkedCurve
    unit: Decimal = Decimal("1e-18")


def _reserve(ltv: str, threshold: str, bonus: str, factor: str, curve: tuple[str, str, str], decimals: int) -> Reserve:
    optimal, slope1, slope2 = (Decimal(each) for each in curve)
    return Reserve(
        ltv=Decimal(ltv),
        threshold=Decimal(threshold),
        bonus=Decimal(bonus),
        protocol_fee=Decimal("0.1"),
        reserve_factor=Decimal(factor),
        curve=curve_by_rise(Decimal(0), slope1, slope2, optimal),
        unit=Decimal(1).scaleb(-decimals),
    )


_WETH = _reserve("0.80", "0.83", "0.06", "0.15", ("0.90", "0.027", "0.80"), 18)
_WBTC = _reserve("0.73", "0.78", "0.07", "0.20", ("0.45", "0.07", "3.00"), 8)
_WSTETH = _reserve("0.75", "0.79", "0.07", "0.05", ("0.45", "0.07", "3.00"), 18)

RESERVES: Mapping[str, Reserve] = MappingProxyType(
    {"ETH": _WETH, "WETH": _WETH, "BTC": _WBTC, "WBTC": _WBTC, "WSTETH": _WSTETH, "STETH": _WSTETH}
)
"""By coin. BTC and ETH are their wrapped coins; STETH is played as wstETH."""

QUOTE_RESERVE = _reserve("0.75", "0.78", "0.05", "0.10", ("0.90", "0.055", "0.60"), 6)
"""USDC."""

UNLISTED = _reserve("0.65", "0.70", "0.10", "0.20", ("0.45", "0.07", "3.00"), 18)
"""Chosen here: a coin that the listing doesn't have."""


@dataclass(frozen=True, slots=True)
class EMode:
    """A category of assets that move together: its collateral gets these parameters, its borrowable coins may be
    owed."""

    name: str
    ltv: Decimal
    threshold: Decimal
    bonus: Decimal
    collateral: frozenset[str]
    borrowable: frozenset[str]


ETH_CORRELATED = EMode(
    name="ETH correlated",
    ltv=Decimal("0.935"),
    threshold=Decimal("0.955"),
    bonus=Decimal("0.01"),
    collateral=frozenset({"WSTETH", "STETH", "ETH", "WETH"}),
    borrowable=frozenset({"ETH", "WETH"}),
)
"""Linea: wstETH as collateral, WETH borrowed; WETH itself is collateral of the category on Ethereum."""
