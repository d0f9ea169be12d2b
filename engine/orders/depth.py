"""How much a market takes between two prices, as the stated square-root impact of `frictions` has it.

Stated, not measured: an order at the market of notional N trades half the spread and 1 % · √(N ÷ depth) away from the
last price. Turned round, what trades up to a distance d beyond the spread is depth · (d ÷ 1 %)².
"""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import EXACT, ONE, ZERO, divide, exactly
from engine.orders.frictions import ONE_PERCENT, friction_of


@exactly
def notional_up_to(symbol: str, last: Decimal, price: Decimal) -> Decimal:
    """The notional, in quote units, of the order at the market that trades at `price`; 0 inside the spread.

    Args:
        symbol: the market, whose stated depth is taken.
        last: its last price, above zero.
        price: above or below it: to buy or to sell.
    """
    friction = friction_of(symbol)
    beyond = abs(divide(price, last) - ONE) - friction.half_spread
    return EXACT.multiply(friction.depth, divide(beyond, ONE_PERCENT) ** 2) if beyond > 0 else ZERO


@exactly
def notional_between(symbol: str, last: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """The notional, in quote units, that the market takes from price `low` to `high`, on both sides of the last one."""
    above = notional_up_to(symbol, last, max(high, last)) - notional_up_to(symbol, last, max(low, last))
    below = notional_up_to(symbol, last, min(low, last)) - notional_up_to(symbol, last, min(high, last))
    return above + below
