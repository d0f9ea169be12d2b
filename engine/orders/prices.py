"""What the prices of an order may be: on the market's grid, and still ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.commands.command import Place, percentage
from engine.commands.turn import Refused, Turn
from engine.market import Market
from engine.numbers import plain
from engine.orders.execution import closing_part
from engine.orders.order import Order
from engine.segment import Moment


def check_grid(market: Market, prices: Iterable[Decimal | None]) -> None:
    """Refuse prices between two ticks."""
    for price in prices:
        if price is not None and market.price_down(price) != price:
            near = plain(max(market.price_down(price), market.tick_size))
            raise Refused(f"prices of {market.symbol} are multiples of {plain(market.tick_size)}", f"try {near}")


def check_ahead(turn: Turn, command: Place, market: Market, order: Order, taken: Decimal) -> None:
    """Refuse an order whose trigger or legs would fire at once. `taken` is how much of it trades now."""
    mark = turn.at.marks[order.symbol]
    legs = (order.take_profit, order.stop_loss, order.take_profit_share, order.stop_loss_share)
    if any(legs) and closing_part(turn.account, order) == order.size:
        raise Refused("this order only closes, so there would be nothing for tp and sl to protect", "leave them out")
    if order.kind in ("stop", "take", "trail"):
        check_trigger(order, mark, market)
    rests = taken < order.size and command.time_in_force in ("gtc", "post")
    entries = ([mark] if taken else []) + ([order.triggered.price] if rests else [])
    for name, price, ahead in (("tp", command.take_profit, 1), ("sl", command.stop_loss, -1)):
        for entry in entries:
            if price is not None and (price - entry) * order.sign * ahead <= 0:
                side = "above" if order.sign * ahead > 0 else "below"
                raise Refused(f"a {name} of {plain(price)} would fire at once", f"choose a price {side} {plain(entry)}")


def check_trigger(order: Order, mark: Decimal, market: Market) -> None:
    """Refuse an order that waits for the mark when the mark is there already."""
    if not order.fires_at(mark, market.tick_size):
        return
    if order.trail is not None:
        trail = percentage(order.trail)
        raise Refused(f"the price grid is too coarse to trail by {trail}", "choose a larger percentage")
    side = "below" if order.fires_below else "above"
    raise Refused(
        f"the mark is {plain(mark)} already, so this would fire at once", f"choose a price {side} {plain(mark)}"
    )


def check_attached(turn: Turn, order: Order, market: Market) -> None:
    """Refuse an order that traded at once if its legs, at their distance from the fill, would fire at once."""
    mark = turn.at.marks[order.symbol]
    for name, share in (("tp", order.take_profit_share), ("sl", order.stop_loss_share)):
        leg = turn.account.orders.get(f"{order.id}.{name}")
        if share is not None and leg is not None and leg.fires_at(mark, market.tick_size):
            raise Refused(
                f"a {name} {percentage(share)} from the fill is {plain(leg.price)}, and the mark is {plain(mark)} "
                "already, so it would fire at once",
                "choose a larger percentage, or a smaller size",
            )


def as_if_reached(at: Moment, order: Order) -> Moment:
    """The moment as it would be when a resting order trades: its market at its price."""
    prices = (order.price, order.triggered.price)  # a stop-limit trades at its limit, or earlier at its trigger
    price = min(prices) if order.sign > 0 else max(prices)
    there: Mapping[str, Decimal] = {order.symbol: price}
    return replace(at, marks={**at.marks, **there}, lasts={**at.lasts, **there})
