"""The lines and marks that a player's positions, orders and fills draw on the chart."""

from __future__ import annotations

from collections.abc import Iterable

from engine.events import Event, Filled, LiquidationStarted, TakenOver
from engine.orders import Order, OrderKind
from engine.views import PositionView, View
from tui.widgets.chart_draw import ChartMark
from tui.widgets.chart_lines import ChartLine, LineKind
from tui.widgets.figures import size

ORDERS: dict[OrderKind, tuple[str, LineKind]] = {
    "limit": ("LIMIT", "limit"),
    "stop": ("STOP", "stop"),
    "take": ("TAKE", "target"),
}


def lines_of(view: View, symbol: str) -> list[ChartLine]:
    """The entry and liquidation of every position in `symbol`, and its waiting orders."""
    lines: list[ChartLine] = []
    for position in view.positions:
        if position.symbol == symbol:
            lines += _position_lines(position)
    lines += [_order_line(order) for order in view.orders if order.symbol == symbol]
    return lines


def _position_lines(position: PositionView) -> list[ChartLine]:
    lines = [ChartLine(f"ENTRY {position.side} {size(abs(position.size))[1:]}", position.entry_price, "entry")]
    if position.liquidation_price is not None:
        lines.append(ChartLine(f"LIQ {position.mode}", position.liquidation_price, "liquidation"))
    return lines


def _order_line(order: Order) -> ChartLine:
    word, kind = ORDERS[order.kind]
    return ChartLine(f"{word} {order.side} {size(order.size)[1:]}", order.price, kind)


def marks_of(events: Iterable[Event], symbol: str) -> list[ChartMark]:
    """The player's fills and liquidations in `symbol`, where they happened."""
    marks: list[ChartMark] = []
    for event in events:
        if isinstance(event, Filled) and event.symbol == symbol and event.actor == "you":
            marks.append(
                ChartMark(event.time, event.price, "liquidation" if event.reason == "liquidation" else event.side)
            )
        elif isinstance(event, TakenOver | LiquidationStarted) and event.symbol == symbol and event.price is not None:
            marks.append(ChartMark(event.time, event.price, "liquidation"))
    return marks
