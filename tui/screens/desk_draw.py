"""Drawing a session in the desk's panels: which figures go to which panel, and only to those that are seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from textual.widget import Widget

from engine.events import Event
from engine.looking.exits import exit_profit
from engine.looking.views import PositionView, View
from engine.orders.order import Order
from engine.script.moves import EVENT_KINDS
from tui.playing.chart_lines import lines_of, marks_of
from tui.playing.lost_pools import LostPools
from tui.widgets.chart import ChartLine, ChartMark
from tui.widgets.depth_ladder import Depth, DepthLadder
from tui.widgets.equity_line import EquityLine
from tui.widgets.events_log import EventsLog
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.status_bar import Status, StatusBar
from tui.widgets.watch_list import WatchList, watched
from tui.words.plain import harmless

if TYPE_CHECKING:
    from tui.screens.desk_charts import DeskCharts

KEPT = (EVENT_KINDS | {"end"}) - {"funding", "interest"}
"""Kinds of events that leave something on the chart or in the pools: all but what comes every hour."""
KEPT_EVENTS = 1_000
"""So many of them."""
FIGURES_EVERY = 0.2
"""Seconds between two looks at the figures while time runs: nobody reads thirty a second. Candles move every frame."""
FIGURES_LATEST = 0.3
"""Seconds after which they are looked at without a further step: one repaint with the candles' costs less than two."""
EQUITY_EVERY = 4
"""Looks at the figures between two looks at the equity line: all of it is drawn anew."""
EQUITY_SAMPLES = 400
LONGEST_NAME = 40
"""Letters of the session's name in the chart's title."""


class DeskDrawing:
    """Shows a session in the panels of the desk, or of the replay."""

    def __init__(self, desk: DeskCharts) -> None:
        self._desk = desk
        self._events: list[Event] = []
        self._lost = LostPools()
        self._lines: dict[str, list[ChartLine]] = {}
        self._marks: dict[str, list[ChartMark]] = {}
        self._exits: dict[tuple[str, str], Decimal] = {}
        self._exits_of: dict[str, tuple[object, ...]] = {}
        self._looks = 0
        self._age = 0.0
        self._stale = False

    def happened(self, events: Iterable[Event]) -> None:
        """Tell the log and the chart's marks what happened."""
        events = list(events)
        if events:
            self._keep([*self._events, *events])
            self._lost.happened(events)
            self._marks.clear()
            self._desk.query_one(EventsLog).add(events)
            self._looks = 0

    def begin_anew(self, events: Iterable[Event], kept: Iterable[Event]) -> None:
        """Forget what happened: the session is at another moment; `events` are the last before it, and `kept` the last
        of the kinds that are."""
        self._keep(kept)
        self._lost = LostPools()
        self._lost.happened(self._events)
        self._marks.clear()
        self._desk.query_one(EventsLog).show_anew(events)
        self._looks = 0

    def _keep(self, events: Iterable[Event]) -> None:
        self._events = [event for event in events if event.kind in KEPT][-KEPT_EVENTS:]

    def frame(self, seconds: float, moved: bool) -> None:
        """Show a frame in which at most time went on: the candles now, the figures when they are old enough."""
        self._age += seconds
        self._stale = self._stale or moved
        if self._stale and self._age >= (FIGURES_EVERY if moved else FIGURES_LATEST):
            self.draw()
        elif moved and not self._desk.play.flat_out:
            self._price()
            self.charts()

    def _price(self) -> None:
        """The last price on top goes with the candles: two prices side by side that differ look wrong."""
        desk, session = self._desk, self._desk.play.session
        last, mark = (session.path.price(desk.symbol, each, session.step) for each in ("last", "mark"))
        desk.query_one(StatusBar).show_price(last, mark)

    def draw(self) -> None:
        """Show the session as it is now."""
        desk = self._desk
        view = desk.play.view()
        desk.query_one(StatusBar).show(view, desk.symbol, self._status(view))
        pools, positions, log = desk.query_one(PoolsPanel), desk.query_one(PositionsPanel), desk.query_one(EventsLog)
        self._lines = {symbol: self._lines_of(view, symbol) for _, symbol in desk.charts()}
        self.charts()
        self._watch(view)
        self._depth(view)
        if _seen(pools):
            pools.show(view if desk.has_class("-wide") else _worst_first(view), self._lost.gone())
        if _seen(positions):
            positions.show(view)
        self._equity(view)
        desk.draw_beside(view)
        self._looks += 1
        self._age, self._stale = 0.0, False
        pools.caption(pools.title_text(), pools.subtitle_text())
        positions.caption(positions.title_text())
        log.caption(log.title_text())

    def _lines_of(self, view: View, symbol: str) -> list[ChartLine]:
        """A market's lines, made anew only when its positions or orders changed: exits take a root to work out."""
        made_of = (
            symbol,
            tuple(each for each in view.orders if each.symbol == symbol),
            tuple((p.key, p.pool, p.size, p.entry_price, p.fees) for p in view.positions if p.symbol == symbol),
        )
        exchange = self._desk.play.session.exchange
        if self._exits_of.get(symbol) != made_of:
            self._exits_of[symbol] = made_of
            self._exits = {key: profit for key, profit in self._exits.items() if key[0] != symbol}

        def profit(order: Order, position: PositionView) -> Decimal:
            key = (symbol, order.id)
            if key not in self._exits:
                self._exits[key] = exit_profit(exchange, order, position)
            return self._exits[key]

        return lines_of(view, symbol, profit)

    def charts(self) -> None:
        """Show the charts as they are now."""
        desk = self._desk
        shown = desk.charts()
        for chart, symbol in shown:
            if not _seen(chart):
                continue
            if symbol not in self._marks:
                self._marks[symbol] = marks_of(self._events, symbol)
            lines = self._lines.get(symbol, ())
            chart.show(desk.tape, symbol, desk.play.session.step, lines, self._marks[symbol])
            title = chart.title_text()
            if len(shown) > 1:
                title = f"▸ {title}" if chart is desk.chart else title
            elif desk.has_class("-wide"):
                title = f"{title}   {harmless(desk.play.recorder.name, LONGEST_NAME)}"
            chart.caption(title.rstrip(), chart.subtitle_text())

    def _watch(self, view: View) -> None:
        desk = self._desk
        panel = desk.query_one(WatchList)
        if _seen(panel):
            seconds = desk.chart.timeframe or 60
            panel.show(watched(view, desk.tape, seconds), desk.symbol, seconds)
            panel.caption(panel.title_text(), panel.subtitle_text())

    def _depth(self, view: View) -> None:
        desk = self._desk
        ladder = desk.query_one(DepthLadder)
        if _seen(ladder):
            market = desk.tape.by_symbol[desk.symbol]
            last = int(desk.tape.columns[desk.symbol, "last"][view.step])
            lines = tuple(self._lines.get(desk.symbol) or self._lines_of(view, desk.symbol))
            ladder.show(Depth(market, last, desk.play.session.exchange.slippage, lines))
            ladder.caption(ladder.title_text(), ladder.subtitle_text())

    def _equity(self, view: View) -> None:
        equity = self._desk.query_one(EquityLine)
        if _seen(equity) and (self._looks % EQUITY_EVERY == 0 or not self._desk.play.running):
            samples = self._desk.play.recorder.equity_samples(EQUITY_SAMPLES)
            yours, ghosts = np.append(samples.equity, float(view.equity)), self._desk.ghost_lines(view, samples.step)
            equity.show(yours, ghosts, liquidated=view.liquidations > 0)
            equity.caption(equity.title_text())

    def _status(self, view: View) -> Status:
        desk, play = self._desk, self._desk.play
        market = desk.tape.by_symbol[desk.symbol]
        opening = market.price(int(desk.tape.columns[desk.symbol, "last"][0]))
        return Status(
            venue=play.session.setup.venue,
            mode=view.market(desk.symbol).mode,
            clock=play.clock.text(play.running) if play.goal is None else "▶▶",
            running=play.running,
            saved=play.recorder.saved,
            opening=opening,
            armed=desk.armed,
            seen_again=desk.seen_again,
        )


def _worst_first(view: View) -> View:
    """The same with the pool nearest to liquidation on top: a narrow screen shows one or two."""
    return replace(view, pools=tuple(sorted(view.pools, key=lambda pool: -(pool.gauge or 0))))


def _seen(widget: Widget) -> bool:
    return bool(widget.display) and widget.size.width > 0 and widget.size.height > 0
