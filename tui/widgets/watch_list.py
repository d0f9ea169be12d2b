"""The watch list: every market of the tape in a row, and what the player holds there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from engine.looking.views import PositionView, View
from engine.numbers import divide
from engine.tape import Tape
from tui.themes import Palette
from tui.widgets.bars import band_of, bar
from tui.widgets.candles import NAMES
from tui.widgets.canvas import BLOCKS, text_of
from tui.widgets.figures import money, percent, price, signed
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import harmless, strip_of
from tui.widgets.table import Cell, Column, laid_out

TREND = 5
"""Cells of a trend."""
GAUGE = 4
"""Cells of a gauge."""
ROOMY = 70
"""Columns from which two spaces lie between cells."""
COLUMNS = (
    Column("", "left", spare=5),
    Column("", "left"),
    Column("last"),
    Column("change"),
    Column("trend", "left", spare=3),
    Column("position", spare=2),
    Column("", "left", spare=4),
    Column("used", "left", spare=1),
)


@dataclass(frozen=True, slots=True)
class Watched:
    """A market now.

    Attributes:
        last, tick: its last price and the grid of it; `change` since the start, a fraction.
        trend: prices at equal distances up to now, in ticks.
        side: `long`, `short`, `hedged` for both, or nothing; `unrealised` of all its positions, None without one.
        gauge: of its pool that is nearest to liquidation; None without a position.
    """

    symbol: str
    last: Decimal
    tick: Decimal
    change: Decimal
    trend: tuple[int, ...]
    side: str = ""
    unrealised: Decimal | None = None
    gauge: Decimal | None = None
    trades: bool = True


class WatchList(ScrolledStrips):
    """Click a row, or choose it with the arrows and Enter.

    Args:
        markets: how many there will be, for which it makes itself high enough where it may choose its height.
    """

    DEFAULT_CSS = "WatchList { height: 1fr; }"
    BINDINGS = [
        Binding("up", "choose(-1)", "the market above", show=False, id="watch.up"),
        Binding("down", "choose(1)", "the market below", show=False, id="watch.down"),
        Binding("enter", "select", "show the market", show=False, id="watch.select"),
    ]

    @dataclass
    class Selected(Message):
        """A market was chosen."""

        symbol: str

    def __init__(self, markets: int = 0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._markets = markets
        self._rows_of: tuple[Watched, ...] = ()
        self._shown = ""
        self._seconds = 60
        self._at: str | None = None

    def show(self, markets: Sequence[Watched], shown: str, seconds: int) -> None:
        """Draw the markets; `shown` is the one that orders go to, `seconds` lie between two prices of a trend."""
        self._rows_of, self._shown, self._seconds = tuple(markets), shown, seconds
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return "Watch list"

    def subtitle_text(self) -> str:
        """For the border's other end: what change and trend are about."""
        return f"change since the start · trend {TREND} × {NAMES.get(self._seconds, '')}"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A heading and a row for each market."""
        return self._markets + 1

    def build(self, width: int, height: int) -> list[Strip]:
        if not self._rows_of:
            return []
        rows = watch_rows(self._rows_of, self._shown, self._at if self.has_focus else None, width, self.palette)
        at = self._place() + 1
        if self.has_focus:
            self.top = min(max(self.top, at - height + 2), max(at - 1, 0))
        return self.window(rows, width, height)

    def action_choose(self, by: int) -> None:
        """Go `by` rows down."""
        if self._rows_of:
            place = min(max(self._place() + by, 0), len(self._rows_of) - 1)
            self._at = self._rows_of[place].symbol
            self.redraw()

    def action_select(self) -> None:
        """Show the market of the row."""
        if self._rows_of:
            self.post_message(self.Selected(self._rows_of[self._place()].symbol))

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        place = -1 if at is None else self.top + at.y - 1
        if 0 <= place < len(self._rows_of):
            self._at = self._rows_of[place].symbol
            self.action_select()

    def on_focus(self) -> None:
        self._at = self._shown
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def _place(self) -> int:
        symbols = [each.symbol for each in self._rows_of]
        wanted = self._at if self._at in symbols else self._shown
        return symbols.index(wanted) if wanted in symbols else 0


def watched(view: View, tape: Tape, seconds: int) -> list[Watched]:
    """Every market of a view, with trends of `seconds` from price to price."""
    return [_watched(view, tape, market.symbol, seconds) for market in view.markets]


def _watched(view: View, tape: Tape, symbol: str, seconds: int) -> Watched:
    market, prices = view.market(symbol), tape.columns[symbol, "last"]
    opening = tape.by_symbol[symbol].price(int(prices[0]))
    held = [position for position in view.positions if position.symbol == symbol]
    keys = {position.pool for position in held}
    gauges = [pool.gauge for pool in view.pools if pool.key in keys and pool.gauge is not None]
    return Watched(
        symbol=symbol,
        last=market.last,
        tick=market.tick_size,
        change=divide(market.last - opening, opening),
        trend=trend_of(tape, symbol, view.step, seconds),
        side=_side(held),
        unrealised=sum((position.unrealised for position in held), Decimal(0)) if held else None,
        gauge=max(gauges, default=None, key=_nearness) if held else None,
        trades=market.trades,
    )


def _side(held: Sequence[PositionView]) -> str:
    sides = {position.side for position in held}
    return "hedged" if len(sides) > 1 else next(iter(sides), "")


def _nearness(gauge: Decimal) -> Decimal:
    """Below zero credit a pool is past liquidation."""
    return Decimal("Infinity") if gauge < 0 or gauge.is_nan() else gauge


def trend_of(tape: Tape, symbol: str, step: int, seconds: int) -> tuple[int, ...]:
    """The prices at the last ends of candles of `seconds`, and the one at vertex `step`; in ticks, oldest first."""
    length = seconds * 1000
    edge = int(tape.times[step]) // length * length
    times = edge - length * np.arange(TREND - 2, -1, -1)
    steps = np.searchsorted(tape.times[: step + 1], times, side="right") - 1
    return (*tape.columns[symbol, "last"][steps[steps >= 0]].tolist(), int(tape.columns[symbol, "last"][step]))


def watch_rows(markets: Sequence[Watched], shown: str, at: str | None, width: int, palette: Palette) -> list[Strip]:
    """A heading, and a row for each market: `▸` for the one that is shown, reversed for the one to choose."""
    cells = [_cells(each, place, palette) for place, each in enumerate(markets, 1)]
    heading, *lines = laid_out(COLUMNS, cells, max(width - 1, 0), palette.dim, gap=1 if width < ROOMY else 2)
    rows = [strip_of([(" ", palette.dim), *heading], width)]
    for market, line in zip(markets, lines, strict=True):
        extra = Style(reverse=True) if market.symbol == at else Style()
        sign = ("▸", palette.key) if market.symbol == shown else (" ", palette.dim)
        rows.append(strip_of([sign, *((text, style + extra) for text, style in line)], width))
    return rows


def _cells(market: Watched, place: int, palette: Palette) -> list[Cell]:
    tone = palette.up if market.change > 0 else palette.down if market.change < 0 else palette.text
    gain = palette.text if market.unrealised is None else palette.up if market.unrealised >= 0 else palette.down
    return [
        (str(place) if place < 10 else "", palette.dim),
        (harmless(market.symbol, 12), palette.strong),
        (price(market.last, market.tick) if market.trades else "halted", palette.text),
        (percent(market.change, sign=True), tone),
        (spark(market.trend), tone),
        ("" if market.unrealised is None else f"{market.side} {signed(market.unrealised)}", gain),
        *_gauge(market, palette),
    ]


def _gauge(market: Watched, palette: Palette) -> tuple[Cell, Cell]:
    """A bar that fills towards liquidation, and the figure."""
    gauge = market.gauge
    if market.unrealised is None or gauge is None:
        return ("", palette.text), ("", palette.text)
    band, past = band_of(gauge), gauge.is_nan() or gauge < 0
    style = palette.style(band.tone)
    filled = bar(1.0 if past else float(min(gauge, Decimal(1))), GAUGE, style, style)
    used = ">900" if past or gauge > 9 else money(Decimal(int(gauge * 100)), 0)
    return ("".join(text for text, _ in filled), style), (f"{used} % {band.sign}".rstrip(), style)


def spark(trend: Sequence[int]) -> str:
    """Prices as blocks, from the lowest of them to the highest; a flat one in the middle."""
    prices = np.array(trend, np.float64)
    span = float(prices.max() - prices.min()) if len(prices) else 0.0
    eighths = np.full(len(prices), 4) if span == 0 else 1 + np.rint((prices - prices.min()) / span * 7)
    return text_of(BLOCKS[eighths.astype(np.int64)]).rjust(TREND)
