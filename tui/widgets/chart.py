"""The candle chart: prices of one market up to now, and the lines that matter to the player."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.reactive import reactive
from textual.strip import Strip
from textual.theme import Theme

from engine.tape import Tape
from tui.widgets.candles import NAMES, TIMEFRAMES, CandleSeries, finest, first_timeframe
from tui.widgets.canvas import Canvas
from tui.widgets.chart_draw import ChartMark, Scene, draw, styles_of
from tui.widgets.chart_lines import ChartLine
from tui.widgets.chart_scale import StickyScale
from tui.widgets.strips import StripWidget, harmless

AXIS_GUESS = 12
"""Columns taken for the price axis when the first candle length is chosen."""


class CandleChart(StripWidget):
    """Candles of one market. It knows nothing after the step that it was shown."""

    DEFAULT_CSS = "CandleChart { height: 1fr; }"

    timeframe: reactive[int] = reactive(0, repaint=False)
    """Length of a candle in seconds; 0 until something is shown."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._tape: Tape | None = None
        self._symbol = ""
        self._step = 0
        self._lines: tuple[ChartLine, ...] = ()
        self._marks: tuple[ChartMark, ...] = ()
        self._series: CandleSeries | None = None
        self._scale = StickyScale()
        self._canvas: Canvas | None = None
        self._sized = False
        self._strips: list[Strip] = []
        self._table: tuple[Style, ...] = ()

    def show(
        self, tape: Tape, symbol: str, step: int, lines: Sequence[ChartLine] = (), marks: Sequence[ChartMark] = ()
    ) -> None:
        """Draw market `symbol` up to and including vertex `step`. Marks after it are left out."""
        if tape is not self._tape or symbol != self._symbol:
            chosen = self.timeframe if tape is self._tape else 0
            self._tape, self._symbol, self._series = tape, symbol, None
            self._scale.forget()
            columns = max(self.content_size.width, 40) - AXIS_GUESS
            self.set_reactive(CandleChart.timeframe, chosen or first_timeframe(tape, columns))
        shown = (step, tuple(lines), tuple(marks))
        if shown != (self._step, self._lines, self._marks) or self._series is None:
            self._step, self._lines, self._marks = shown
            self.redraw()

    def zoom_in(self) -> None:
        """Shorter candles, down to a quarter of the tape's own bars."""
        self._zoom(-1)

    def zoom_out(self) -> None:
        """Longer candles."""
        self._zoom(1)

    def title_text(self) -> str:
        """For the border's title: `ETH  5m`."""
        return f"{harmless(self._symbol, 24)}  {NAMES.get(self.timeframe, '')}".strip()

    def subtitle_text(self) -> str:
        """For the border's other end: what kind of prices these are, and from where."""
        if self._tape is None:
            return ""
        origin = self._tape.origin
        said = harmless(origin.description, 60)
        return said if said.startswith(origin.kind) else f"{origin.kind} · {said}"

    def build(self, width: int, height: int) -> list[Strip]:
        if self._tape is None:
            return []
        if self._series is None:
            self._series = CandleSeries(self._tape, self._symbol, self.timeframe)
        scene = Scene(
            series=self._series,
            step=self._step,
            time=int(self._tape.times[min(max(self._step, 0), len(self._tape) - 1)]),
            tick=self._tape.by_symbol[self._symbol].tick_size,
            lines=self._lines,
            marks=self._marks,
        )
        canvas = draw(scene, width, height, self._scale)
        return self._strips_of(canvas)

    def _strips_of(self, canvas: Canvas) -> list[Strip]:
        """The canvas's rows; those that didn't change are the strips of last time."""
        if not self._table:
            self._table = styles_of(self.palette)
        changed = canvas.changed(self._canvas if len(self._strips) == canvas.height else None)
        self._strips = [
            canvas.strip(row, self._table) if new else self._strips[row] for row, new in enumerate(changed.tolist())
        ]
        self._canvas = canvas
        return list(self._strips)

    def on_resize(self, event: events.Resize) -> None:
        if not self._sized and self._tape is not None:
            # Shown before it had a size: only now can the first length be chosen well.
            self._series = None
            self.set_reactive(CandleChart.timeframe, first_timeframe(self._tape, event.size.width - AXIS_GUESS))
        self._sized = True
        super().on_resize(event)

    def watch_timeframe(self) -> None:
        """Another length: other candles, on another scale."""
        self._series = None
        self._scale.forget()
        self.redraw()

    def _zoom(self, by: int) -> None:
        if self._tape is None:
            return
        choices = [seconds for seconds in TIMEFRAMES if seconds >= finest(self._tape)]
        at = choices.index(self.timeframe) if self.timeframe in choices else 0
        self.timeframe = choices[min(max(at + by, 0), len(choices) - 1)]

    def _theme_changed(self, theme: Theme) -> None:
        self._table, self._strips, self._canvas = (), [], None
        super()._theme_changed(theme)


__all__ = ["CandleChart", "ChartLine", "ChartMark"]
