"""Vertex’s weights a market, by base asset, of perpetuals and of coins.

BTC: Nado’s documents (BTC spot 0.9 initial, 0.95 maintenance; BTC-PERP 0.95 and 0.97), which runs the same product
and weight interface; that it runs the same engine is an inference. Weights of shorts mirror those of longs there (1.1
for 0.9). The full table of the venue was not found: every other market here is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from engine.rules.weights import MarketWeights, mirrored


def _row(initial: str, maintenance: str) -> MarketWeights:
    return mirrored(Decimal(initial), Decimal(maintenance))


_MAJOR_ALTS = "SOL XRP BNB ARB AVAX LINK DOGE LTC BCH ADA MATIC OP SUI"

PERP: Mapping[str, MarketWeights] = MappingProxyType(
    {
        "BTC": _row("0.95", "0.97"),
        "ETH": _row("0.95", "0.97"),
        **{symbol: _row("0.9", "0.95") for symbol in _MAJOR_ALTS.split()},
    }
)
SPOT: Mapping[str, MarketWeights] = MappingProxyType(
    {
        "BTC": _row("0.9", "0.95"),
        "ETH": _row("0.9", "0.95"),
        **{symbol: _row("0.8", "0.9") for symbol in _MAJOR_ALTS.split()},
    }
)
OTHER_PERP = _row("0.8", "0.9")
OTHER_SPOT = _row("0.6", "0.75")
