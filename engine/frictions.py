"""What a trade at the market costs besides fees: half the spread, and the impact of its size.

Stated, not measured: half-spreads in basis points, and the notional that moves a market by 1 %. The impact grows with
the square root of size, the usual empirical law (Almgren, Thum, Hauptmann and Li 2005; Tóth et al. 2011).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.market import Market
from engine.numbers import EXACT, ONE, divide

ONE_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Friction:
    """`half_spread` is a fraction of the price; `depth` the notional, in quote units, that moves it by 1 %."""

    half_spread: Decimal
    depth: Decimal


FRICTIONS: Mapping[str, Friction] = MappingProxyType(
    {
        "BTC": Friction(Decimal("0.00005"), Decimal(100_000_000)),
        "ETH": Friction(Decimal("0.00005"), Decimal(60_000_000)),
        "SOL": Friction(Decimal("0.0001"), Decimal(25_000_000)),
    }
)
OTHER_MARKETS = Friction(Decimal("0.0005"), Decimal(2_000_000))


def market_price(market: Market, sign: int, size: Decimal, last: Decimal, slippage: bool) -> Decimal:
    """The price that an order at the market gets: buying (`sign` +1) above the last price, selling below it.

    Rounded to the tick against the trader; never below one tick.
    """
    if not slippage:
        return last
    friction = FRICTIONS.get(market.symbol, OTHER_MARKETS)
    relative_size = divide(EXACT.multiply(size, last), friction.depth)
    away = friction.half_spread + ONE_PERCENT * relative_size.sqrt(EXACT)
    raw = EXACT.multiply(last, ONE + sign * away)
    return market.price_up(raw) if sign > 0 else max(market.price_down(raw), market.tick_size)
