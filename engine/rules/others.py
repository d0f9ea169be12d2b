"""A small stated book of other traders, the same on every venue, so that deleveraging has somebody to act on."""

from __future__ import annotations

from decimal import Decimal

from engine.market import Market
from engine.numbers import divide
from engine.rulebooks.base import Exposure

_BOOK = ((2_000_000, "0.05", 3), (500_000, "0.02", 5), (100_000, "0", 10))
"""Notional in quote units, share of the price by which it is in profit, leverage."""


def stated_traders(market: Market, price: Decimal) -> tuple[Exposure, ...]:
    """Three longs and three shorts a market: 2 million, 500,000 and 100,000 quote units, entered 5 %, 2 % and 0 % in
    profit, at 3x, 5x and 10x."""
    return tuple(
        _trader(market, price, side, Decimal(notional), Decimal(ahead), leverage)
        for side in (1, -1)
        for notional, ahead, leverage in _BOOK
    )


def _trader(market: Market, price: Decimal, side: int, notional: Decimal, ahead: Decimal, leverage: int) -> Exposure:
    size = max(market.size_down(divide(notional, price)), market.lot_size)
    entry = max(market.price_down(price * (1 - side * ahead)), market.tick_size)
    who = f"{'long' if side > 0 else 'short'} {leverage}x {market.symbol}"
    return Exposure(who, side * size, entry, notional, divide(notional, Decimal(leverage)))
