"""Which part of a tape a chart shows: the market, the length of a candle, and whether it follows the present."""

from __future__ import annotations

from engine.tape import Tape
from tui.widgets.candles import NAMES, TIMEFRAMES, CandleSeries, finest


class ChartView:
    """A window on one market's candles. It knows how far time has come, and shows nothing after it.

    Attributes:
        tape, symbol: what is shown.
        seconds: the length of a candle.
        step: the vertex reached.
        held: a vertex of the last candle shown; None while the chart follows the present.
    """

    def __init__(self, tape: Tape, symbol: str, seconds: int) -> None:
        self.tape, self.symbol, self.seconds = tape, symbol, seconds
        self.step = 0
        self.held: int | None = None
        self.series = CandleSeries(tape, symbol, seconds)

    @property
    def follows(self) -> bool:
        """Whether the last candle shown is the present one. Once it isn't, it stays where it is until told."""
        return self.held is None

    @property
    def end(self) -> int:
        """The last vertex that is shown."""
        return self.step if self.held is None else min(self.series.end_of(min(self.held, self.step)), self.step)

    @property
    def name(self) -> str:
        """The length of a candle as traders say it: `5m`."""
        return NAMES[self.seconds]

    def scroll(self, candles: int, columns: int) -> bool:
        """Go `candles` back (positive) or forth; whether anything changed. The first candle stays in sight, and
        `columns` of candles if there are so many. Reaching the present is following it again."""
        before = self.held
        if candles > 0:
            end = self.end
            earlier = self.series.back(end, candles, columns)
            self.held = earlier if earlier < end else self.held
        elif self.held is not None:
            self.held = self.series.forth(self.end, -candles, self.step)
        return self.held != before

    def to_now(self) -> None:
        """Follow the present."""
        self.held = None

    def lengths(self) -> list[int]:
        """The lengths that make sense on this tape: none shorter than its bars."""
        return [seconds for seconds in TIMEFRAMES if seconds >= finest(self.tape)]

    def length_at(self, by: int) -> int:
        """The length so many places longer (positive) or shorter, as far as there are any."""
        choices = self.lengths()
        at = choices.index(self.seconds) if self.seconds in choices else 0
        return choices[min(max(at + by, 0), len(choices) - 1)]

    def change(self, symbol: str, seconds: int) -> None:
        """Show another market or length, at the same place in time."""
        self.symbol, self.seconds = symbol, seconds
        self.series = CandleSeries(self.tape, symbol, seconds)
