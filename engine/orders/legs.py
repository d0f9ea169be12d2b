"""The take profit, the stop and the trailing stop of a position; one cancels the others."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.account import Account
from engine.exchange import Exchange
from engine.frozen import altered
from engine.market import Market
from engine.numbers import EXACT, ONE
from engine.orders.order import Order, OrderKind
from engine.orders.resting import rest
from engine.segment import Moment

KINDS: dict[str, OrderKind] = {"tp": "take", "sl": "stop", "trail": "trail"}
"""Kinds of legs by the word that asks for them, which also ends their ids (`c12.tp`)."""


def leg_price(market: Market, entry: Decimal, share: Decimal, above: bool) -> Decimal:
    """The price `share` (a fraction) above or below `entry`, rounded away from it; at least one tick."""
    if above:
        return market.price_up(EXACT.multiply(entry, ONE + share))
    return max(market.tick_size, market.price_down(EXACT.multiply(entry, ONE - share)))


def attach_legs(exchange: Exchange, account: Account, order: Order, size: Decimal, entry: Decimal, at: Moment) -> None:
    """Rest the take profit and the stop that an order carries, for the `size` that it opened at `entry`.

    Where an order opens in parts, its legs grow with each.
    """
    market, long = exchange.markets[order.symbol], order.sign > 0
    prices = {"tp": order.take_profit, "sl": order.stop_loss}
    if order.take_profit_share is not None:
        prices["tp"] = leg_price(market, entry, order.take_profit_share, above=long)
    if order.stop_loss_share is not None:
        prices["sl"] = leg_price(market, entry, order.stop_loss_share, above=not long)
    legs = [
        altered(
            order,
            id=f"{order.id}.{name}",
            kind=KINDS[name],
            side="sell" if long else "buy",
            size=size,
            price=price,
            reduce_only=True,
            take_profit=None,
            stop_loss=None,
            take_profit_share=None,
            stop_loss_share=None,
            trail=None,
            since=0,
            extreme=None,
        )
        for name, price in prices.items()
        if price is not None
    ]
    for leg in partners(legs):
        there = account.orders.get(leg.id)
        rest(exchange, account, leg if there is None else there.sized(there.size + size), at)


def partners(legs: list[Order]) -> list[Order]:
    """Legs of which each names the next as its partner: whichever fills, the others go."""
    ids = [leg.id for leg in legs]
    return [
        altered(leg, partner=following if following != leg.id else None)
        for leg, following in zip(legs, ids[1:] + ids[:1], strict=True)
    ]


def cancel_partners(exchange: Exchange, account: Account, order: Order, at: Moment) -> None:
    """Take off the other legs of an order that fills."""
    others = [each for each in account.orders.values() if each.id == order.partner or each.partner == order.id]
    for other in others:
        exchange.cancel(account, other, "the other leg filled", at)


def legs_like(orders: Iterable[Order], leg: Order) -> list[Order]:
    """The resting legs of the same kind on the same position."""
    return [
        each
        for each in orders
        if each.reduce_only
        and (each.pool, each.position_key, each.side) == (leg.pool, leg.position_key, leg.side)
        and each.id.partition(".")[2] == leg.id.partition(".")[2]
    ]
