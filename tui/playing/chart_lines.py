"""The lines and marks that a player's positions, orders, fills, calls and liquidations draw on the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from engine.account import CROSS
from engine.events import (
    Deleveraged,
    Event,
    Filled,
    HandedOver,
    LiquidationStarted,
    LossSocialised,
    MarginCalled,
    TakenOver,
)
from engine.looking.views import PositionView, View
from engine.orders.order import Order
from tui.widgets.chart_lines import ChartLine, LineKind
from tui.widgets.chart_marks import ChartMark
from tui.widgets.figures import percent, reachable, signed, size

KINDS: dict[str, LineKind] = {"limit": "limit", "stop": "stop", "take": "target", "trail": "stop"}
CLOSING = {"stop": "SL", "take": "TP"}
"""What stops and take profits are called where they can only close."""


ExitProfit = Callable[[Order, PositionView], Decimal]
"""Answers what a waiting order would make of a position that it closes, with all costs."""


def lines_of(view: View, symbol: str, exit_profit: ExitProfit) -> list[ChartLine]:
    """The entry, liquidation and bankruptcy of every position in `symbol`, and its waiting orders."""
    positions = [position for position in view.positions if position.symbol == symbol]
    lines: list[ChartLine] = []
    for position in positions:
        lines += _position_lines(position, positions)
    lines += [_order_line(order, positions, exit_profit) for order in view.orders if order.symbol == symbol]
    return lines


def _position_lines(position: PositionView, every: Sequence[PositionView]) -> list[ChartLine]:
    of_mode = sum(each.mode == position.mode for each in every)
    mode = f"{position.mode} {position.side}" if of_mode > 1 else position.mode
    entry = f"ENTRY {position.side} {size(abs(position.size))[1:]}"
    lines = [ChartLine(entry if len(every) == 1 else f"{entry} {position.mode}", position.entry_price, "entry")]
    liquidation = reachable(position.liquidation_price, position.mark)
    if liquidation is not None:
        lines.append(ChartLine(f"LIQ {mode}", liquidation, "liquidation"))
    if position.bankruptcy_price is not None and position.bankruptcy_price > 0:
        lines.append(ChartLine(f"BANKRUPT {mode}", position.bankruptcy_price, "bankruptcy"))
    return lines


def _order_line(order: Order, positions: Sequence[PositionView], exit_profit: ExitProfit) -> ChartLine:
    """A waiting order, at its trigger. One that can only close a position says what the trade would come to then."""
    kind = KINDS.get(order.kind, "stop")
    held = [each for each in positions if each.pool == order.pool and each.key == order.position_key]
    if order.reduce_only and held:
        name = _named(order, CLOSING.get(order.kind, order.kind.upper()))
        which = f" {held[0].mode} {held[0].side}" if len(positions) > 1 else ""
        return ChartLine(f"{name}{which} {signed(exit_profit(order, held[0]))}", order.price, kind)
    return ChartLine(f"{_named(order, order.kind.upper())} {order.side} {size(order.size)[1:]}", order.price, kind)


def _named(order: Order, word: str) -> str:
    if order.trail is not None:
        return f"{word} {percent(order.trail, 2)}"
    return word if order.limit is None else f"{word} limit {order.limit:,f}"


def marks_of(events: Iterable[Event], symbol: str) -> list[ChartMark]:
    """The player's fills, calls and liquidations in `symbol`, where they happened, and what liquidators took and others
    had to bear. A call or a loss that concerns several markets is marked in each."""
    marks: list[ChartMark] = []
    for event in events:
        if isinstance(event, LossSocialised) and _in_market(event.pool, symbol):
            marks.append(ChartMark(event.step, None, "socialised"))
        elif isinstance(event, Deleveraged) and event.realised is not None and event.symbol == symbol:
            marks.append(ChartMark(event.step, event.price, "handover"))
        if event.actor != "you":
            continue
        if isinstance(event, HandedOver) and event.symbol == symbol:
            marks.append(ChartMark(event.step, event.price, "handover"))
        elif isinstance(event, Filled) and event.symbol == symbol:
            kind = "liquidation" if event.reason == "liquidation" else event.side
            marks.append(ChartMark(event.step, event.price, kind))
        elif isinstance(event, MarginCalled) and event.symbol in (symbol, None):
            marks.append(ChartMark(event.step, event.price, "call"))
        elif isinstance(event, TakenOver | LiquidationStarted) and event.symbol == symbol and event.price is not None:
            marks.append(ChartMark(event.step, event.price, "liquidation"))
    return marks


def _in_market(pool: str, symbol: str) -> bool:
    """Whether a pool may hold that market: the cross pool any, an isolated one its own."""
    return pool == CROSS or pool.split(":")[1:2] == [symbol]
