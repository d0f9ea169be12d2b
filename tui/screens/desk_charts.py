"""The desk's charts and what stands beside them: one or two charts, the watch list, the depth ladder, and the panes of
a narrow screen.
"""

from __future__ import annotations

from abc import abstractmethod

from textual import events
from textual.app import ComposeResult

from tui.keys.texts import key_for
from tui.screens.session_screen import SessionScreen
from tui.widgets.chart import CandleChart
from tui.widgets.depth_ladder import DepthLadder
from tui.widgets.kept_lines import Across
from tui.widgets.watch_list import WatchList

NARROW = 120
"""Columns below which one panel is seen at a time, beside the chart."""
TWO_CHARTS = 150
"""Columns that two charts need."""
TWO_AND_DEPTH = 190
"""Columns that two charts and the depth ladder need."""
WATCH_ROWS = 36
"""Rows of a screen on which the watch list is shown without being asked for."""
LONGER = 3
"""How many lengths longer the second chart's candles are where there is only one market."""
SCROLLED = 8
"""Candles that a key scrolls."""


class DeskCharts(SessionScreen):
    """Actions on charts and panes, of the desk and of the replay. Orders go to the market of the chart that was last in
    focus."""

    _pane = "desk"

    @abstractmethod
    def draw_charts(self) -> None:
        """Draw the charts as they are now, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._symbols = ["", ""]
        self._active = 0
        self._split = False
        self._depth = False
        self._watch: bool | None = None

    @property
    def symbol(self) -> str:
        """The market that orders go to: that of the chart in focus."""
        return self._symbols[self._active]

    @symbol.setter
    def symbol(self, symbol: str) -> None:
        self._symbols[self._active] = symbol

    def compose_charts(self) -> ComposeResult:
        """The charts and the ladder, side by side."""
        with Across(id="desk-charts"):
            yield CandleChart(id="desk-chart")
            yield CandleChart(id="desk-second")
            yield DepthLadder(id="desk-depth")

    def charts(self) -> list[tuple[CandleChart, str]]:
        """The charts that are shown, each with its market."""
        places = ("#desk-chart", "#desk-second")[: 1 + self._split]
        return [(self.query_one(place, CandleChart), self._symbols[at]) for at, place in enumerate(places)]

    @property
    def chart(self) -> CandleChart:
        """The chart that the chart's keys act on."""
        return self.charts()[self._active][0]

    # -- keys

    def action_zoom(self, by: int) -> None:
        self.chart.zoom(by)

    def action_scroll_chart(self, by: int) -> None:
        self.chart.scroll_candles(by * SCROLLED)

    def action_scroll_chart_screens(self, by: int) -> None:
        self.chart.scroll_screens(by)

    def action_chart_start(self) -> None:
        self.chart.to_start()

    def action_chart_now(self) -> None:
        self.chart.to_now()

    def action_crosshair(self) -> None:
        """On: arrows move it, so the chart takes the focus. Where it isn't seen, its pane is shown first."""
        if self._narrow and self._pane not in ("desk", "chart"):
            self._to_pane("chart")
            self.call_after_refresh(self.action_crosshair)
            return
        chart = self.chart
        chart.toggle_crosshair()
        if chart.crosshair is not None:
            self.set_focus(chart)
            self.say(f"Arrows or the mouse move the crosshair, {key_for(self, 'desk.quiet')} puts it away.")
        else:
            self.say("")

    def action_quiet(self) -> None:
        crossed = [chart for chart, _ in self.charts() if chart.crosshair is not None]
        for chart in crossed:
            chart.end_crosshair()
        if not crossed:
            super().action_quiet()

    def action_two_charts(self) -> None:
        if self._split:
            self._one_chart()
        elif self.size.width < TWO_CHARTS:
            self.say(f"Two charts need {TWO_CHARTS} columns; here are {self.size.width}.", "warning")
            return
        else:
            self._depth = self._depth and self.size.width >= TWO_AND_DEPTH
            self._split = True
            key = key_for(self, "desk.pane")
            self.say(f"Two charts: {key} or a click chooses the one that keys and orders are for.")
        self._arrange()
        self.call_after_refresh(self._begin_second)

    def _one_chart(self) -> None:
        self._activate(0)
        self._split = False
        self.say("")

    def _begin_second(self) -> None:
        """The first time: another market with candles as long, or longer candles where there is no other."""
        begins = self._split and not self._symbols[1]
        if begins:
            symbols = list(self.tape.by_symbol)
            self._symbols[1] = symbols[(symbols.index(self._symbols[0]) + 1) % len(symbols)]
        self.draw()
        view = self.chart.view
        if begins and view is not None:
            longer = LONGER if self._symbols[0] == self._symbols[1] else 0
            self.query_one("#desk-second", CandleChart).timeframe = view.length_at(longer)
            self.draw()

    def action_watch(self) -> None:
        if self._narrow:
            self._to_pane("desk" if self._pane == "watch" else "watch")
        else:
            self._watch = not self._watches
            self._arrange()
            self.call_after_refresh(self.draw)

    def action_depth(self) -> None:
        if self._narrow:
            self._to_pane("desk" if self._pane == "depth" else "depth")
            return
        self._depth = not self._depth
        if self._depth and self._split and self.size.width < TWO_AND_DEPTH:
            self._one_chart()
            self.say(f"One chart again: with the ladder, two need {TWO_AND_DEPTH} columns.")
        self._arrange()
        self.call_after_refresh(self.draw)

    # -- panes

    def panes(self) -> tuple[str, ...]:
        """What Tab goes through: on a narrow screen the panels seen one at a time, on a wide one those shown."""
        if self._narrow:
            watch = ("watch",) if len(self.tape.by_symbol) > 1 else ()
            return ("desk", "chart", "pools", "positions", "events", *watch, "depth")
        second = ("second",) if self._split else ()
        watch = ("watch",) if self._watches else ()
        depth = ("depth",) if self._depth else ()
        return ("desk", *second, *depth, *watch, "pools", "positions", "events")

    def action_pane(self, by: int) -> None:
        """The next panel: shown instead of this one on a narrow screen, focused on a wide one."""
        panes = self.panes()
        at = panes.index(self._pane) if self._pane in panes else 0
        self._to_pane(panes[(at + by) % len(panes)])

    def _to_pane(self, pane: str) -> None:
        self.remove_class(f"-pane-{self._pane}")
        self._pane = pane
        self.add_class(f"-pane-{pane}")
        if pane == "desk":
            self._activate(0)
        self.set_focus(None if pane == "desk" else self.query_one(f"#desk-{pane}"))
        self.call_after_refresh(self.draw)

    @property
    def _narrow(self) -> bool:
        return self.size.width < NARROW

    @property
    def _watches(self) -> bool:
        if self._watch is not None:
            return self._watch
        return len(self.tape.by_symbol) > 1 and self.app.size.height >= WATCH_ROWS

    def _arrange(self) -> None:
        """Show what was asked for, as far as there is room for it."""
        if self._split and self.size.width < TWO_CHARTS:
            self._one_chart()
        self.set_class(self._split, "-two")
        self.set_class(self._split and self._active == 1, "-second")
        self.set_class(self._depth, "-depth")
        self.set_class(self._watches, "-watch")
        if self._pane not in self.panes():
            self._to_pane("desk")

    def _activate(self, place: int) -> None:
        """Keys and orders are for this chart."""
        if place != self._active:
            self._active = place
            self._arrange()
            self.draw()

    # -- what the panels tell

    def on_resize(self) -> None:
        self._arrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, CandleChart):
            self._activate(int(event.widget.id == "desk-second" and self._split))

    def on_candle_chart_moved(self, message: CandleChart.Moved) -> None:
        self.draw_charts()

    def on_watch_list_selected(self, message: WatchList.Selected) -> None:
        self.choose_market(message.symbol)
