"""Binance’s tables: leverage brackets and clearance fees a market, by base asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Tier:
    """A leverage bracket: up to `cap` of notional (quote units), its maintenance rate and its largest leverage."""

    cap: Decimal
    rate: Decimal
    leverage: int


def tiers(rows: str) -> tuple[Tier, ...]:
    """Brackets from `cap rate% leverage` rows between semicolons."""
    split = (row.split() for row in rows.split(";"))
    return tuple(Tier(Decimal(cap), Decimal(rate).scaleb(-2), int(leverage)) for cap, rate, leverage in split)


_MAJOR = "50e3 0.4 125; 600e3 0.5 100; 3e6 0.65 75; 12e6 1 50; "
PEPE = tiers(
    "20e3 0.65 75; 200e3 1 50; 300e3 1.5 40; 1.5e6 2 25; 3e6 2.5 20; 15e6 5 10; 30e6 10 5; 37.5e6 12.5 4; 75e6 25 2;"
    "150e6 50 1"
)
BRACKETS: Mapping[str, tuple[Tier, ...]] = MappingProxyType(
    {
        "BTC": tiers(
            _MAJOR + "70e6 2 25; 100e6 2.5 20; 230e6 5 10; 480e6 10 5; 600e6 12.5 4; 800e6 15 3; 1200e6 25 2;"
            "1800e6 50 1"
        ),
        "ETH": tiers(
            _MAJOR + "50e6 2 25; 65e6 2.5 20; 150e6 5 10; 320e6 10 5; 400e6 12.5 4; 530e6 15 3; 800e6 25 2; 1200e6 50 1"
        ),
        "SOL": tiers(
            "20e3 0.5 100; 100e3 0.65 75; 800e3 1 50; 4e6 2 25; 8e6 2.5 20; 40e6 5 10; 80e6 10 5; 100e6 12.5 4;"
            "200e6 25 2; 400e6 50 1"
        ),
        "1000PEPE": PEPE,
    }
)
"""The venue's leverage brackets of 2024-10-24 (freqtrade binance_leverage_tiers.json), USDT. They change over time."""

_CLEARANCE = {
    "BTC ETH XRP": "0.0125",
    "SOL BCH LTC AVAX WLD": "0.015",
    "UNI BAL CRV BLZ": "0.02",
    "YFI": "0.0175",
    "EOS RUNE SUSHI": "0.01",
}
CLEARANCE: Mapping[str, Decimal] = MappingProxyType(
    {symbol: Decimal(rate) for symbols, rate in _CLEARANCE.items() for symbol in symbols.split()}
)
"""`liquidationFee` of exchangeInfo, 2024-03-28."""
