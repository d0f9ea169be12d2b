"""Drawing the desk: which figures go to which panel, and only to those that are seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from textual.widget import Widget

from engine.events import Event
from engine.views import View
from tui.chart_lines import lines_of, marks_of
from tui.lost_pools import LostPools
from tui.plain import harmless
from tui.widgets.chart import CandleChart, ChartLine, ChartMark
from tui.widgets.equity_line import EquityLine
from tui.widgets.events_log import EventsLog
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.status_bar import Status, StatusBar

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

KEPT_EVENTS = 1_000
"""Events whose marks the chart may show."""
FIGURES_EVERY = 0.15
"""Seconds between two looks at the figures while time runs: nobody reads thirty a second. Candles move every frame."""
FIGURES_LATEST = 0.3
"""Seconds after which they are looked at without a further step: one repaint with the candles' costs less than two."""
EQUITY_EVERY = 4
"""Looks at the figures between two looks at the equity line: all of it is drawn anew."""
EQUITY_SAMPLES = 400
LONGEST_NAME = 40
"""Letters of the session's name in the chart's title."""


class DeskDrawing:
    """Shows a desk's session in its panels."""

    def __init__(self, desk: DeskScreen) -> None:
        self._desk = desk
        self._events: list[Event] = []
        self._lost = LostPools()
        self._lines: list[ChartLine] = []
        self._marks: list[ChartMark] = []
        self._marked = ""
        self._looks = 0
        self._age = 0.0
        self._stale = False

    def happened(self, events: Iterable[Event]) -> None:
        """Tell the log and the chart's marks what happened."""
        events = list(events)
        if events:
            self._events = [*self._events, *events][-KEPT_EVENTS:]
            self._lost.happened(events)
            self._marked = ""
            self._desk.query_one(EventsLog).add(events)
            self._looks = 0

    def frame(self, seconds: float, moved: bool) -> None:
        """Show a frame in which at most time went on: the candles now, the figures when they are old enough."""
        self._age += seconds
        self._stale = self._stale or moved
        if self._stale and self._age >= (FIGURES_EVERY if moved else FIGURES_LATEST):
            self.draw()
        elif moved:
            self._chart()

    def draw(self) -> None:
        """Show the session as it is now."""
        desk = self._desk
        view = desk.play.view()
        desk.query_one(StatusBar).show(view, desk.symbol, self._status(view))
        pools, positions, log = desk.query_one(PoolsPanel), desk.query_one(PositionsPanel), desk.query_one(EventsLog)
        self._lines = lines_of(view, desk.symbol)
        self._chart()
        if _seen(pools):
            pools.show(view if desk.has_class("-wide") else _worst_first(view), self._lost.gone())
        if _seen(positions):
            positions.show(view)
        self._equity(view)
        self._looks += 1
        self._age, self._stale = 0.0, False
        pools.caption(pools.title_text(), pools.subtitle_text())
        positions.caption(positions.title_text())
        log.caption(log.title_text())

    def _chart(self) -> None:
        desk = self._desk
        chart = desk.query_one(CandleChart)
        if not _seen(chart):
            return
        if self._marked != desk.symbol:
            self._marked, self._marks = desk.symbol, marks_of(self._events, desk.symbol)
        chart.show(desk.tape, desk.symbol, desk.play.session.step, self._lines, self._marks)
        name = harmless(desk.play.recorder.name, LONGEST_NAME) if desk.has_class("-wide") else ""
        chart.caption(f"{chart.title_text()}   {name}".rstrip(), chart.subtitle_text())

    def _equity(self, view: View) -> None:
        equity = self._desk.query_one(EquityLine)
        if _seen(equity) and (self._looks % EQUITY_EVERY == 0 or not self._desk.play.running):
            samples = self._desk.play.recorder.equity_samples(EQUITY_SAMPLES)
            equity.show(np.append(samples.equity, float(view.equity)))
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
        )


def _worst_first(view: View) -> View:
    """The same with the pool nearest to liquidation on top: a narrow screen shows one or two."""
    return replace(view, pools=tuple(sorted(view.pools, key=lambda pool: -(pool.gauge or 0))))


def _seen(widget: Widget) -> bool:
    return bool(widget.display) and widget.size.width > 0 and widget.size.height > 0
