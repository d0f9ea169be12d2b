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
from tui.widgets.chart import CandleChart
from tui.widgets.equity_line import EquityLine
from tui.widgets.events_log import EventsLog
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.status_bar import Status, StatusBar

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

KEPT_EVENTS = 1_000
"""Events whose marks the chart may show."""
EQUITY_EVERY = 15
"""Frames between two looks at the equity line: all of it is drawn anew."""
EQUITY_SAMPLES = 400


class DeskDrawing:
    """Shows a desk's session in its panels."""

    def __init__(self, desk: DeskScreen) -> None:
        self._desk = desk
        self._events: list[Event] = []
        self._frames = 0

    def happened(self, events: Iterable[Event]) -> None:
        """Tell the log and the chart's marks what happened."""
        events = list(events)
        if events:
            self._events = [*self._events, *events][-KEPT_EVENTS:]
            self._desk.query_one(EventsLog).add(events)
            self._frames = 0

    def draw(self) -> None:
        """Show the session as it is now."""
        desk = self._desk
        view = desk.play.view()
        desk.query_one(StatusBar).show(view, desk.symbol, self._status(view))
        chart, pools = desk.query_one(CandleChart), desk.query_one(PoolsPanel)
        positions, equity = desk.query_one(PositionsPanel), desk.query_one(EquityLine)
        if _seen(chart):
            marks = marks_of(self._events, desk.symbol)
            chart.show(desk.tape, desk.symbol, view.step, lines_of(view, desk.symbol), marks)
        if _seen(pools):
            pools.show(view if desk.has_class("-wide") else _worst_first(view))
        if _seen(positions):
            positions.show(view)
        if _seen(equity) and (self._frames % EQUITY_EVERY == 0 or not desk.play.running):
            samples = desk.play.recorder.equity_samples(EQUITY_SAMPLES)
            equity.show(np.append(samples.equity, float(view.equity)))
        self._frames += 1
        self._title(chart, chart.title_text(), chart.subtitle_text())
        self._title(pools, pools.title_text(), pools.subtitle_text())
        self._title(positions, positions.title_text())
        self._title(equity, equity.title_text())
        self._title(desk.query_one(EventsLog), desk.query_one(EventsLog).title_text())

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

    @staticmethod
    def _title(widget: Widget, title: str, subtitle: str = "") -> None:
        # Setting a title repaints the border, so only when it changed. The text is no markup.
        shown = title.replace("[", "\\[")
        if widget.border_title != shown:
            widget.border_title = shown
        end = subtitle.replace("[", "\\[")
        if widget.border_subtitle != end:
            widget.border_subtitle = end


def _worst_first(view: View) -> View:
    """The same with the pool nearest to liquidation on top: a narrow screen shows one or two."""
    return replace(view, pools=tuple(sorted(view.pools, key=lambda pool: -(pool.gauge or 0))))


def _seen(widget: Widget) -> bool:
    return bool(widget.display) and widget.size.width > 0 and widget.size.height > 0
