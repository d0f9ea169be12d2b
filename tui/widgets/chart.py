"""The candle chart: prices of one market up to now, and the lines that matter to the player."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Offset
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.theme import Theme

from engine.tape import Tape
from tui.widgets.candles import NAMES, first_timeframe
from tui.widgets.canvas import Canvas
from tui.widgets.chart_cursor import Crosshair, candle_at, draw_crosshair, moved, place_of, price_at
from tui.widgets.chart_draw import ChartPainter, Drawing, Scene
from tui.widgets.chart_lines import ChartLine
from tui.widgets.chart_marks import ChartMark, MarkTable
from tui.widgets.chart_styles import styles_of
from tui.widgets.chart_view import ChartView
from tui.widgets.figures import moment
from tui.widgets.strips import StripWidget, harmless

AXIS_GUESS = 12
"""Columns taken for the price axis when the first candle length is chosen."""
WHEEL = 4
"""Candles that a turn of the wheel scrolls."""


class CandleChart(StripWidget, can_focus=True):
    """Candles of one market. It knows nothing after the step that it was shown."""

    DEFAULT_CSS = "CandleChart { height: 1fr; }"
    BINDINGS = [
        Binding("left", "point(-1, 0)", "crosshair: the candle before", show=False, id="chart.left"),
        Binding("right", "point(1, 0)", "crosshair: the next candle", show=False, id="chart.right"),
        Binding("up", "point(0, -1)", "crosshair: a higher price", show=False, id="chart.up"),
        Binding("down", "point(0, 1)", "crosshair: a lower price", show=False, id="chart.down"),
    ]

    class Moved(Message):
        """Another part of the tape is shown: the border has to say so."""

    timeframe: reactive[int] = reactive(0, repaint=False)
    """Length of a candle in seconds; 0 until something is shown."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.view: ChartView | None = None
        self.crosshair: Crosshair | None = None
        self.untold = False
        """Whether where the prices come from would tell which way they go."""
        self._step = 0
        self._lines: tuple[ChartLine, ...] = ()
        self._marks: Sequence[ChartMark] = ()
        self._table = MarkTable(())
        self._painter = ChartPainter()
        self._drawing: Drawing | None = None
        self._canvas: Canvas | None = None
        self._sized = False
        self._strips: list[Strip] = []
        self._styles: tuple[Style, ...] = ()
        self._drag: tuple[int, bool] | None = None

    # -- what is shown

    def show(
        self, tape: Tape, symbol: str, step: int, lines: Sequence[ChartLine] = (), marks: Sequence[ChartMark] = ()
    ) -> None:
        """Draw market `symbol` up to and including vertex `step`. Marks after it are left out."""
        anew = self.view is None or tape is not self.view.tape
        if self.view is None or tape is not self.view.tape:
            self._begin(tape, symbol)
        elif symbol != self.view.symbol:
            self.view.change(symbol, self.timeframe)
            self.crosshair, anew = None, True
            self._painter.forget()
        if marks is not self._marks:
            if list(marks) != list(self._marks):
                self._table, anew = MarkTable(marks), True
            self._marks = marks
        shown = (step, tuple(lines))
        if step < self._step:
            self._go_back(step)
        if anew or shown != (self._step, self._lines):
            self._step, self._lines = shown
            self.view.step = min(max(step, 0), len(tape) - 1)
            self.redraw()

    def _go_back(self, step: int) -> None:
        """Time went back: the scale of what is still to come would tell of it."""
        self._painter.forget()
        if self.crosshair is not None and self.crosshair.vertex > step:
            self.crosshair = None
        if self.view is not None and self.view.held is not None and self.view.held >= step:
            self.view.to_now()
            self._has_moved()

    def _begin(self, tape: Tape, symbol: str) -> None:
        """Another tape: nothing of the one before is kept."""
        columns = max(self.content_size.width, 40) - AXIS_GUESS
        seconds = first_timeframe(tape, columns)
        self.view, self.crosshair = ChartView(tape, symbol, seconds), None
        self._painter.forget()
        self.set_reactive(CandleChart.timeframe, seconds)

    def title_text(self) -> str:
        """For the border's title: `ETH  5m`, and how far behind the present it is scrolled."""
        if self.view is None:
            return ""
        said = f"{harmless(self.view.symbol, 24)}  {NAMES.get(self.timeframe, '')}".strip()
        if self.view.follows:
            return said
        when = moment(int(self.view.tape.times[self.view.end]))
        return f"{said}  ◀◀ back at {when.day} {when:%b %H:%M}, End: now"

    def subtitle_text(self) -> str:
        """For the border's other end: what kind of prices these are, and from where."""
        if self.view is None:
            return ""
        origin = self.view.tape.origin
        if self.untold:
            return origin.kind
        said = harmless(origin.description, 60)
        return said if said.startswith(origin.kind) else f"{origin.kind} · {said}"

    # -- moving about

    def zoom(self, by: int) -> None:
        """Longer candles (positive) or shorter, down to the tape's own bars."""
        if self.view is not None:
            self.timeframe = self.view.length_at(by)
            self._has_moved()

    def scroll_candles(self, candles: int) -> None:
        """Go so many candles back (positive) or forth, no further than now."""
        if self.view is not None and self.view.scroll(candles, self._columns):
            self.redraw()
            self._has_moved()

    def scroll_screens(self, screens: int) -> None:
        """Go almost a screen back (positive) or forth."""
        self.scroll_candles(screens * max(self._columns - 4, 1))

    def to_start(self) -> None:
        """Go to the first candle."""
        if self.view is not None:
            self.scroll_candles(len(self.view.tape))

    def to_now(self) -> None:
        """Follow the present again."""
        if self.view is not None and not self.view.follows:
            self.view.to_now()
            self.redraw()
            self._has_moved()

    def _has_moved(self) -> None:
        self.set_class(self.view is not None and not self.view.follows, "-behind")
        self.post_message(self.Moved())

    @property
    def _columns(self) -> int:
        return max(self._drawing.layout.columns if self._drawing else self.content_size.width - AXIS_GUESS, 1)

    # -- the crosshair

    def toggle_crosshair(self) -> None:
        """Put the crosshair on the last candle's close, or away."""
        drawing = self._drawing
        if self.crosshair is not None or drawing is None or not len(drawing.candles):
            self.end_crosshair()
            return
        self.crosshair = Crosshair(int(drawing.candles.first[-1]), int(drawing.candles.close[-1]))
        self.redraw()

    def end_crosshair(self) -> None:
        """Put the crosshair away."""
        if self.crosshair is not None:
            self.crosshair = None
            self.redraw()

    def action_point(self, candles: int, rows: int) -> None:
        """Move the crosshair; beyond the edge the chart scrolls. Without it the arrows scroll."""
        drawing = self._drawing
        if drawing is None or self.view is None or not len(drawing.candles):
            return
        if self.crosshair is None:
            self.scroll_candles(-candles)
            return
        place = place_of(self.crosshair, drawing.candles) + candles
        if not 0 <= place < len(drawing.candles):
            self.scroll_candles(-candles)
            drawing = self._drawing
        self.crosshair = moved(self.crosshair, drawing, self._tick, candles, rows)
        self.redraw()

    def _point_at(self, at: Offset) -> None:
        drawing = self._drawing
        if drawing is None or not len(drawing.candles):
            return
        row = min(at.y, drawing.scale.rows - 1)
        vertex = int(drawing.candles.first[candle_at(at.x, drawing)])
        self.crosshair = Crosshair(vertex, price_at(row, drawing.scale, self._tick))
        self.redraw()

    @property
    def _tick(self) -> float:
        assert self.view is not None
        return float(self.view.tape.by_symbol[self.view.symbol].tick_size)

    # -- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1:
            self.capture_mouse()
            self._drag = (event.x, False)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        at = event.get_content_offset(self)
        if self._drag is not None:
            begun, _ = self._drag
            if event.x != begun:
                self._drag = (event.x, True)
                self.scroll_candles(event.x - begun)
        elif self.crosshair is not None and at is not None:
            self._point_at(at)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._drag is None:
            return
        self.release_mouse()
        dragged, self._drag = self._drag[1], None
        at = event.get_content_offset(self)
        if not dragged and at is not None:
            self._point_at(at)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._wheel(-1, shift=event.shift)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._wheel(1, shift=event.shift)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self._wheel(-1, shift=True)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self._wheel(1, shift=True)

    def _wheel(self, by: int, *, shift: bool) -> None:
        if shift:
            self.scroll_candles(-by * WHEEL)
        else:
            self.zoom(by)

    # -- drawing

    def build(self, width: int, height: int) -> list[Strip]:
        if self.view is None:
            return []
        view = self.view
        scene = Scene(
            series=view.series,
            end=view.end,
            tick=view.tape.by_symbol[view.symbol].tick_size,
            lines=self._lines,
            marks=self._table,
            now=int(view.tape.columns[view.symbol, "last"][view.step]),
            follows=view.follows,
        )
        self._drawing = self._painter.draw(scene, width, height)
        if self.crosshair is not None and len(self._drawing.candles):
            draw_crosshair(self._drawing, self.crosshair, scene.tick, view.seconds)
        return self._strips_of(self._drawing.canvas)

    def _strips_of(self, canvas: Canvas) -> list[Strip]:
        """The canvas's rows; those that didn't change are the strips of last time."""
        if not self._styles:
            self._styles = styles_of(self.palette)
        changed = canvas.changed(self._canvas if len(self._strips) == canvas.height else None)
        self._strips = [
            canvas.strip(row, self._styles) if new else self._strips[row] for row, new in enumerate(changed.tolist())
        ]
        self._canvas = canvas
        return list(self._strips)

    def on_resize(self, event: events.Resize) -> None:
        if not self._sized and self.view is not None:
            # Shown before it had a size: only now can the first length be chosen well.
            seconds = first_timeframe(self.view.tape, event.size.width - AXIS_GUESS)
            self.view.change(self.view.symbol, seconds)
            self.set_reactive(CandleChart.timeframe, seconds)
        self._sized = True
        super().on_resize(event)

    def watch_timeframe(self) -> None:
        """Another length: other candles, on another scale."""
        if self.view is not None:
            self.view.change(self.view.symbol, self.timeframe)
        self._painter.forget()
        self._sized = True
        self.redraw()

    def _theme_changed(self, theme: Theme) -> None:
        self._styles, self._strips, self._canvas = (), [], None
        super()._theme_changed(theme)


__all__ = ["CandleChart", "ChartLine", "ChartMark"]
