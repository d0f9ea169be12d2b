"""Positions and waiting orders as a table; up and down choose one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rich.style import Style
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from engine.numbers import divide
from engine.orders import Order
from engine.views import PositionView, View
from tui.themes import Palette
from tui.widgets.figures import money, percent, price, signed, size
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import Part, harmless, strip_of
from tui.widgets.table import Cell, Column, laid_out

POSITION_COLUMNS = (
    Column("position", "left"),
    Column("mode", "left", spare=2),
    Column("size"),
    Column("entry", spare=3),
    Column("mark", spare=6),
    Column("profit"),
    Column("liquidation", spare=1),
    Column("lev", spare=5),
    Column("margin", spare=7),
    Column("funding", spare=8),
)
ORDER_COLUMNS = (
    Column("order", "left"),
    Column("market", "left"),
    Column("side", "left"),
    Column("size", spare=2),
    Column("kind", "left", spare=3),
    Column("price"),
    Column("away", spare=1),
    Column("", "left", spare=4),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a row stands for: a position, or an order with its id."""

    symbol: str
    pool: str
    order: str | None = None


class PositionsPanel(ScrolledStrips):
    """Positions first, then orders. Scrolls with the chosen row."""

    DEFAULT_CSS = "PositionsPanel { height: 1fr; }"

    BINDINGS = [
        Binding("up", "choose(-1)", "up", show=False),
        Binding("down", "choose(1)", "down", show=False),
        Binding("home", "choose(-100000)", "first", show=False),
        Binding("end", "choose(100000)", "last", show=False),
    ]

    @dataclass
    class Selected(Message):
        """A row was chosen: the market, its pool, and the order's id where the row is an order."""

        symbol: str
        pool: str = ""
        order: str | None = None

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._view: View | None = None
        self.chosen: Choice | None = None

    def show(self, view: View) -> None:
        """Draw what the session looks like now."""
        self._view = view
        if self.chosen not in choices_of(view):
            self.chosen = None
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        if self._view is None:
            return "Positions"
        return f"Positions {len(self._view.positions)}   Orders {len(self._view.orders)}"

    def build(self, width: int, height: int) -> list[Strip]:
        if self._view is None:
            return []
        rows, places = table_rows(self._view, self.chosen, width, self.palette)
        at = places.get(self.chosen) if self.chosen else None
        if at is not None:
            # One row is kept below it, where the panel says how many more there are.
            self.top = min(max(self.top, at - height + 2), at)
        return self.window(rows, width, height)

    def action_choose(self, by: int) -> None:
        """Choose the row `by` rows further down, and tell the screen."""
        choices = choices_of(self._view) if self._view else []
        if not choices:
            return
        at = choices.index(self.chosen) + by if self.chosen in choices else (0 if by > 0 else -1)
        self._choose(choices[min(max(at, -1 if by < 0 and self.chosen is None else 0), len(choices) - 1)])

    def _choose(self, choice: Choice) -> None:
        self.chosen = choice
        self.redraw()
        self.post_message(self.Selected(choice.symbol, choice.pool, choice.order))


def choices_of(view: View) -> list[Choice]:
    """Every row that can be chosen, from the top."""
    positions = [Choice(position.symbol, position.pool) for position in view.positions]
    return positions + [Choice(order.symbol, order.pool, order.id) for order in view.orders]


def table_rows(
    view: View, chosen: Choice | None, width: int, palette: Palette
) -> tuple[list[Strip], dict[Choice | None, int]]:
    """The rows of both tables, and in which row each choice stands."""
    ticks = {market.symbol: market.tick_size for market in view.markets}
    last = {market.symbol: market.last for market in view.markets}
    choices = choices_of(view)
    tables: list[list[list[Part]]] = []
    if view.positions:
        cells = [_position_cells(each, ticks[each.symbol], palette) for each in view.positions]
        tables.append(laid_out(POSITION_COLUMNS, cells, max(width - 1, 0), palette.dim))
    if view.orders:
        cells = [_order_cells(each, ticks[each.symbol], last[each.symbol], palette) for each in view.orders]
        tables.append(laid_out(ORDER_COLUMNS, cells, max(width - 1, 0), palette.dim))
    if not tables:
        return [strip_of([(" no positions and no orders", palette.dim)], width)], {}
    rows: list[Strip] = []
    places: dict[Choice | None, int] = {}
    left = iter(choices)
    for heading, *lines in tables:
        rows.append(strip_of([(" ", palette.dim), *heading], width))
        for line in lines:
            choice = next(left)
            places[choice] = len(rows)
            rows.append(_line(line, choice == chosen, width, palette))
    return rows, places


def _line(parts: list[Part], chosen: bool, width: int, palette: Palette) -> Strip:
    if not chosen:
        return strip_of([(" ", palette.dim), *parts], width)
    underlined = Style(reverse=True)
    return strip_of([("▸", palette.key), *((text, style + underlined) for text, style in parts)], width)


def _position_cells(position: PositionView, tick: Decimal, palette: Palette) -> list[Cell]:
    text, gain = palette.text, palette.up if position.unrealised >= 0 else palette.down
    return [
        (harmless(position.symbol, 24), palette.strong),
        ("iso" if position.mode == "isolated" else "cross", palette.dim),
        (f"{'long' if position.size > 0 else 'short'} {size(position.size)}", text),
        (price(position.entry_price, tick), text),
        (price(position.mark, tick), text),
        (signed(position.unrealised), gain),
        (price(position.liquidation_price, tick), text),
        (f"{position.leverage}x", palette.dim),
        (money(position.initial_margin), palette.dim),
        (signed(position.funding), palette.dim),
    ]


def _order_cells(order: Order, tick: Decimal, last: Decimal, palette: Palette) -> list[Cell]:
    away = percent(divide(order.price - last, last), 2, sign=True) if last else ""
    return [
        (harmless(order.id, 12), palette.dim),
        (harmless(order.symbol, 24), palette.strong),
        (order.side, palette.up if order.side == "buy" else palette.down),
        (size(order.size)[1:], palette.text),
        (order.kind, palette.text),
        (price(order.price, tick), palette.text),
        (away, palette.text),
        ("reduce" if order.reduce_only else "", palette.dim),
    ]
