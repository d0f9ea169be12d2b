"""What a trade at the market costs besides fees: half the spread, and the impact of its size.

Stated, not measured: half-spreads, and the depth of each market's book: the notional that moves it by 1 %. Markets are
in classes of liquidity, in the order of magnitude of the large venues' perpetuals. The impact grows with the square
root of size, the usual empirical law (Almgren, Thum, Hauptmann and Li 2005; Tóth et al. 2011):

    price = last × (1 ± (half spread + 1 % × √(size × last ÷ depth)))

One price holds for the whole size of an order, and a limit is held against it. The book forgets: what one order took is
there again for the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.assets import of_market
from engine.market import Market
from engine.numbers import EXACT, ONE, ZERO, divide

if TYPE_CHECKING:
    from engine.events import Filled

ONE_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Friction:
    """`half_spread` is a fraction of the price; `depth` the notional, in quote units, that moves it by 1 %."""

    half_spread: Decimal
    depth: Decimal


LARGE = Friction(Decimal("0.0001"), Decimal(12_000_000))
MIDDLE = Friction(Decimal("0.0002"), Decimal(6_000_000))
OTHER_MARKETS = Friction(Decimal("0.0005"), Decimal(2_000_000))

FRICTIONS: Mapping[str, Friction] = MappingProxyType(
    {
        "BTC": Friction(Decimal("0.00005"), Decimal(100_000_000)),
        "ETH": Friction(Decimal("0.00005"), Decimal(60_000_000)),
        "SOL": Friction(Decimal("0.0001"), Decimal(25_000_000)),
        **dict.fromkeys(("XRP", "DOGE", "BNB", "HYPE"), LARGE),
        **dict.fromkeys(("ADA", "AVAX", "LINK", "LTC", "BCH", "SUI", "DOT", "TRX", "TON", "NEAR"), MIDDLE),
    }
)


def friction_of(symbol: str) -> Friction:
    """The figures of a market, by its base asset; those of other markets if unknown."""
    return of_market(FRICTIONS, symbol) or OTHER_MARKETS


def market_price(market: Market, sign: int, size: Decimal, last: Decimal, slippage: bool) -> Decimal:
    """The price that an order at the market gets: buying (`sign` +1) above the last price, selling below it.

    Rounded to the tick against the trader; never below one tick.
    """
    if not slippage:
        return last
    raw = raw_market_price(market, sign, size, last)
    return market.price_up(raw) if sign > 0 else max(market.price_down(raw), market.tick_size)


def raw_market_price(market: Market, sign: int, size: Decimal, last: Decimal) -> Decimal:
    """What `market_price` rounds: off the tick grid, and below zero for sales that no book would take."""
    friction = friction_of(market.symbol)
    relative_size = divide(EXACT.multiply(size, last), friction.depth)
    away = friction.half_spread + ONE_PERCENT * relative_size.sqrt(EXACT)
    return EXACT.multiply(last, ONE + sign * away)


def size_within(market: Market, sign: int, limit: Decimal, last: Decimal, slippage: bool) -> Decimal | None:
    """The largest size on the lot grid that `market_price` trades at `limit` or better; None where any size does.

    Exact: that size gets its price, one lot more does not.
    """
    best = market_price(market, sign, market.lot_size, last, slippage)
    if sign * (limit - best) < 0:
        return ZERO
    if not slippage or (sign < 0 and limit <= market.tick_size):
        return None
    limit = market.price_down(limit) if sign > 0 else market.price_up(limit)
    friction = friction_of(market.symbol)
    room = divide(sign * (divide(limit, last) - ONE) - friction.half_spread, ONE_PERCENT)
    size = market.size_down(divide(EXACT.multiply(friction.depth, max(room, ZERO) ** 2), last))
    while sign * (limit - market_price(market, sign, size, last, slippage)) < 0:
        size -= market.lot_size  # the square root is rounded at its 60th digit
    while sign * (limit - market_price(market, sign, size + market.lot_size, last, slippage)) >= 0:
        size += market.lot_size
    return size


def slippage_of(fill: Filled) -> Decimal:
    """What a trade at the market paid for being one, quote units: its size × how far its price was from the last one at
    that moment. Zero for an order that waited for its own price, and for an event that was read from a save.
    """
    if fill.last is None:
        return ZERO
    away = EXACT.subtract(fill.price, fill.last)
    return EXACT.multiply(fill.size, away if fill.side == "buy" else -away)
