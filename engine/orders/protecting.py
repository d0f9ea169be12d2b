"""Legs on a position that is open: they close all of it, whatever its size by the time that one fires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from engine.account import Pool, Position
from engine.commands.command import Protect
from engine.commands.turn import Refused, Turn
from engine.market import Market
from engine.numbers import plain
from engine.orders.entering import check_room
from engine.orders.legs import KINDS, leg_price, legs_like, partners
from engine.orders.order import Order
from engine.orders.placing import trailing
from engine.orders.prices import check_grid, check_trigger
from engine.orders.resting import rest


def protect(turn: Turn, command: Protect) -> None:
    """Put a take profit, a stop or a trailing stop on a position; each replaces the one of its kind.

    Raises:
        Refused: with the reason and what would work.
    """
    market = turn.trading_market(command.symbol)
    pool, position = turn.open_position(command.symbol, command.mode, command.position_side)
    check_grid(market, (command.take_profit, command.stop_loss))
    legs = partners(list(_legs(turn, command, market, pool, position)))
    for leg in legs:
        _check_leg(turn, leg, market)
    for leg in legs:
        for old in legs_like(turn.account.orders.values(), leg):
            turn.exchange.cancel(turn.account, old, f"replaced by {leg.id}", turn.at)
    check_room(turn, len(legs))
    for leg in legs:
        rest(turn.exchange, turn.account, leg, turn.at)


def _legs(turn: Turn, command: Protect, market: Market, pool: Pool, position: Position) -> Iterator[Order]:
    long = position.side > 0
    blank = Order(
        id="",
        kind="market",
        side="sell" if long else "buy",
        size=abs(position.size),
        symbol=command.symbol,
        price=turn.at.marks[command.symbol],
        pool=pool.key,
        leverage=position.leverage,
        reduce_only=True,
        position_side=position.position_side,
        whole=True,
    )
    for name, price, share, above in (
        ("tp", command.take_profit, command.take_profit_share, long),
        ("sl", command.stop_loss, command.stop_loss_share, not long),
    ):
        if share is not None:
            price = leg_price(market, position.entry_price, share, above)
        if price is not None:
            yield _named(turn, blank, name, price)
    if command.trail is not None:
        yield trailing(turn, _named(turn, blank, "trail", blank.price), command.trail, market)


def _named(turn: Turn, leg: Order, name: str, price: Decimal) -> Order:
    return replace(leg, id=f"c{turn.number}.{name}", kind=KINDS[name], price=price)


def _check_leg(turn: Turn, leg: Order, market: Market) -> None:
    mark = turn.at.marks[leg.symbol]
    if leg.trail is None and leg.fires_at(mark, market.tick_size):
        name, side = leg.id.partition(".")[2], "below" if leg.fires_below else "above"
        raise Refused(
            f"the mark is {plain(mark)}, so a {name} of {plain(leg.price)} would fire at once",
            f"choose a price {side} {plain(mark)}",
        )
    check_trigger(leg, mark, market)
