"""Positions and waiting orders as a table; up and down choose one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from engine.commands.command import MODE_WORDS
from engine.looking.views import PositionView, View
from engine.numbers import EXACT, divide
from engine.orders.order import Order
from tui.messages import CommandWanted
from tui.themes import Palette
from tui.widgets.figures import money, percent, price, reachable, signed, size
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import Part, harmless, strip_of
from tui.widgets.table import Cell, Column, laid_out

META = "choice"
POSITION_COLUMNS = (
    Column("position", "left"),
    Column("mode", "left", spare=2),
    Column("size"),
    Column("entry", spare=4),
    Column("mark", spare=8),
    Column("profit"),
    Column("R", spare=5),
    Column("liquidation", spare=1),
    Column("stop", spare=3),
    Column("target", spare=6),
    Column("lev", spare=7),
    Column("margin", spare=9),
    Column("funding", spare=10),
    Column("fees", spare=11),
)
ORDER_COLUMNS = (
    Column("order", "left"),
    Column("market", "left"),
    Column("side", "left"),
    Column("size", spare=1),
    Column("kind", "left"),
    Column("price"),
    Column("away", spare=2),
    Column("", "left", spare=3),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a row stands for: a position, by its key in its pool, or an order by its id."""

    symbol: str
    pool: str
    order: str | None = None
    key: str = ""


class PositionsPanel(ScrolledStrips):
    """Positions first, then orders. Scrolls with the chosen row, and types commands about it."""

    DEFAULT_CSS = "PositionsPanel { height: 1fr; }"

    BINDINGS = [
        Binding("up", "choose(-1)", "up", show=False, id="positions.before"),
        Binding("down", "choose(1)", "down", show=False, id="positions.next"),
        Binding("home", "choose(-100000)", "first", show=False, id="positions.first"),
        Binding("end", "choose(100000)", "last", show=False, id="positions.last"),
        Binding("enter", "select", "show its market", show=False, id="positions.select"),
        Binding("c", "type_for('close')", "close it (types it for you)", show=False, id="positions.close"),
        Binding("v", "type_for('reverse')", "reverse it (types it for you)", show=False, id="positions.reverse"),
        Binding("p", "type_for('protect')", "protect it: stop and target", show=False, id="positions.protect"),
        Binding("x", "type_for('cancel')", "cancel the order, or its orders", show=False, id="positions.cancel"),
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

    def action_select(self) -> None:
        """Tell the screen again what is chosen; the first row where none is."""
        if self.chosen is None:
            self.action_choose(1)
        else:
            self._choose(self.chosen)

    def action_type_for(self, verb: str) -> None:
        """Have a command about the chosen row typed at the `:` line; about the first one where none is chosen."""
        if self._view is None or not (choices := choices_of(self._view)):
            return
        chosen = self.chosen or choices[0]
        text = command_for(verb, chosen, self._view)
        if text is None:
            self.app.bell()
        else:
            self.post_message(CommandWanted(text))

    def on_click(self, event: events.Click) -> None:
        chosen = event.style.meta.get(META)
        if chosen is not None:
            self._choose(Choice(*chosen))

    def _choose(self, choice: Choice) -> None:
        self.chosen = choice
        self.redraw()
        self.post_message(self.Selected(choice.symbol, choice.pool, choice.order))


def choices_of(view: View) -> list[Choice]:
    """Every row that can be chosen, from the top."""
    positions = [Choice(position.symbol, position.pool, key=position.key) for position in view.positions]
    return positions + [Choice(order.symbol, order.pool, order.id) for order in view.orders]


def command_for(verb: str, choice: Choice, view: View) -> str | None:
    """The beginning of a command about a row; None where there is none of that kind.

    What tells the position from others of its market is said where there are others.
    """
    if verb == "cancel":
        return f"cancel {choice.order or choice.symbol}"
    held = [each for each in view.positions if each.pool == choice.pool and (each.key == choice.key or choice.order)]
    one = next((each for each in held if each.symbol == choice.symbol), None)
    if one is None:
        return None
    others = [each for each in view.positions if each.symbol == one.symbol and each is not one]
    mode = MODE_WORDS[one.mode] if any(each.mode != one.mode for each in others) else ""
    side = one.side if any(each.mode == one.mode for each in others) else ""
    which = " ".join(word for word in (mode, side) if word)
    # The selector comes last, but what protects is still to be written before it: a stop at two per cent begins it.
    words = [verb, one.symbol, *(["sl 2%"] if verb == "protect" else []), which]
    return " ".join(word for word in words if word)


def table_rows(
    view: View, chosen: Choice | None, width: int, palette: Palette
) -> tuple[list[Strip], dict[Choice | None, int]]:
    """The rows of both tables, and in which row each choice stands."""
    ticks = {market.symbol: market.tick_size for market in view.markets}
    last = {market.symbol: market.last for market in view.markets}
    choices = choices_of(view)
    tables: list[list[list[Part]]] = []
    if view.positions:
        cells = [_position_cells(each, view.orders, ticks[each.symbol], palette) for each in view.positions]
        tables.append(_table(POSITION_COLUMNS, cells, width, palette))
    if view.orders:
        cells = [_order_cells(each, ticks[each.symbol], last[each.symbol], palette) for each in view.orders]
        tables.append(_table(ORDER_COLUMNS, cells, width, palette))
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
            rows.append(_line(line, choice, choice == chosen, width, palette))
    return rows, places


def _table(columns: Sequence[Column], cells: list[list[Cell]], width: int, palette: Palette) -> list[list[Part]]:
    """As many of the columns that say anything as fit."""
    used = [place for place, column in enumerate(columns) if not column.spare or any(row[place][0] for row in cells)]
    rows = [[row[place] for place in used] for row in cells]
    return laid_out([columns[place] for place in used], rows, max(width - 1, 0), palette.dim)


def _line(parts: list[Part], choice: Choice, chosen: bool, width: int, palette: Palette) -> Strip:
    mark = Style(meta={META: (choice.symbol, choice.pool, choice.order, choice.key)})
    if not chosen:
        return strip_of([(" ", palette.dim), *((text, style + mark) for text, style in parts)], width)
    # In one colour: reversed, those of the cells would be a patchwork. Signs say what is a loss.
    row = palette.text + Style(reverse=True) + mark
    return strip_of([("▸", palette.key), *((text, row) for text, _ in parts)], width)


def protection_of(position: PositionView, orders: Iterable[Order]) -> tuple[Order | None, Order | None]:
    """The stop and the target that wait for a position: of several the ones that would close it first."""
    closing = [
        order
        for order in orders
        if order.reduce_only and order.pool == position.pool and order.position_key == position.key
    ]
    stops = [order for order in closing if order.kind in ("stop", "trail")]
    targets = [order for order in closing if order.kind in ("take", "limit")]

    def away(order: Order) -> Decimal:
        return abs(order.price - position.mark)

    return min(stops, key=away, default=None), min(targets, key=away, default=None)


def in_risks(position: PositionView, stop: Order | None) -> Decimal | None:
    """The position's profit in R, the money between its entry and its stop; None where the stop locks in a profit."""
    if stop is None:
        return None
    sign = 1 if position.size > 0 else -1
    at_risk = EXACT.multiply(abs(position.size), EXACT.multiply(sign, position.entry_price - stop.price))
    return divide(position.unrealised, at_risk) if at_risk > 0 else None


def _position_cells(position: PositionView, orders: Sequence[Order], tick: Decimal, palette: Palette) -> list[Cell]:
    text, gain = palette.text, palette.up if position.unrealised >= 0 else palette.down
    stop, target = protection_of(position, orders)
    risks, liquidation = in_risks(position, stop), reachable(position.liquidation_price, position.mark)
    return [
        (harmless(position.symbol, 24), palette.strong),
        ("iso" if position.mode == "isolated" else "cross", palette.dim),
        (f"{'long' if position.size > 0 else 'short'} {size(position.size)}", text),
        (price(position.entry_price, tick), text),
        (price(position.mark, tick), text),
        (signed(position.unrealised), gain),
        ("" if risks is None else signed(risks), gain),
        (price(liquidation, tick) if liquidation is not None else "none", text),
        ("" if stop is None else price(stop.price, tick), palette.warning),
        ("" if target is None else price(target.price, tick), palette.up),
        (f"{position.leverage}x", palette.dim),
        (money(position.initial_margin), palette.dim),
        (signed(position.funding), palette.dim),
        (money(position.fees), palette.dim),
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
        (_terms(order, tick), palette.dim),
    ]


def _terms(order: Order, tick: Decimal) -> str:
    """What else there is to say about an order."""
    parts = ["reduce" if order.reduce_only and not order.whole else "", "closes all" if order.whole else ""]
    parts += [f"limit {price(order.limit, tick)}"] if order.limit is not None else []
    parts += [f"trails {percent(order.trail, 2)}"] if order.trail is not None else []
    legs = (
        ("tp", order.take_profit, order.take_profit_share),
        ("sl", order.stop_loss, order.stop_loss_share),
    )
    parts += [f"{name} {price(at, tick)}" for name, at, _ in legs if at is not None]
    parts += [f"{name} {percent(share, 2)}" for name, at, share in legs if at is None and share is not None]
    return " ".join(part for part in parts if part)
