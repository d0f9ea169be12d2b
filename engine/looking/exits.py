"""What a waiting order that closes a position would make of the trade: the figure of tickets, labels and logs alike."""

from __future__ import annotations

from decimal import Decimal

from engine.exchange import Exchange
from engine.looking.views import PositionView
from engine.numbers import EXACT, ZERO, divide, exactly
from engine.orders.frictions import market_price
from engine.orders.order import Order
from engine.rulebooks.base import Role


@exactly
def exit_profit(exchange: Exchange, order: Order, position: PositionView) -> Decimal:
    """The profit on what `order` would close of `position` once its price is reached, quote units: with the spread and
    the impact of its size, its fee, and that part's share of the fees paid to open it. Funding apart.

    It is `Exit.profit` of the ticket that opened the position (`trade_risk`), without a copy of the session.
    """
    closed = abs(position.size) if order.whole else min(order.size, abs(position.size))
    if not closed:
        return ZERO
    fill, role = _fill(exchange, order, closed)
    sign = 1 if position.size > 0 else -1
    gain = EXACT.multiply(sign * closed, EXACT.subtract(fill, position.entry_price))
    opening = divide(EXACT.multiply(opening_fees(exchange, position), closed), abs(position.size))
    return gain - opening - exchange.fee(EXACT.multiply(closed, fill), role)


@exactly
def opening_fees(exchange: Exchange, position: PositionView) -> Decimal:
    """What opening the position as it is now has cost, quote units.

    `PositionView.fees` holds the fees of the parts that were closed, too, whose profit is realised already. A position
    doesn't remember which were which: what opened it cost at most a taker's fee on its entry price.
    """
    cost = EXACT.multiply(abs(position.size), position.entry_price)
    return min(position.fees, exchange.fee(cost, "taker"))


def _fill(exchange: Exchange, order: Order, size: Decimal) -> tuple[Decimal, Role]:
    """The price that closing `size` gets, and as what. A stop with a limit trades at the market where that is within
    its limit, else it waits there."""
    if order.kind == "limit":
        return order.price, "maker"
    market = exchange.markets[order.symbol]
    fill = market_price(market, order.sign, size, order.price, exchange.slippage)
    if order.limit is not None and (fill - order.limit) * order.sign > 0:
        return order.limit, "maker"
    return fill, "taker"
