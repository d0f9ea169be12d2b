"""One row that says how far a run is: the share done, the time reached, how fast, and how long it will take."""

from __future__ import annotations

from textual.strip import Strip

from tui.keys.texts import key_for
from tui.playing.runs import Progress
from tui.themes import Palette
from tui.widgets.bars import bar
from tui.widgets.figures import date_and_time
from tui.widgets.strips import Part, StripWidget, cells_of, strip_of

LONGEST_BAR = 40
SHORTEST_BAR = 8


class RunRow(StripWidget):
    """The row; it is there only while a run is."""

    DEFAULT_CSS = "RunRow { height: 1; padding: 0 1; display: none; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._shown: tuple[Progress, int] | None = None

    def show(self, progress: Progress | None, time: int) -> None:
        """Show how far a run is, at `time` (ms UTC); without one, the row goes."""
        self._shown = None if progress is None else (progress, time)
        self.display = progress is not None
        self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        return [] if self._shown is None else [run_row(*self._shown, width, self.palette, key_for(self, "desk.quiet"))]


def run_row(progress: Progress, time: int, width: int, palette: Palette, stop_key: str = "Esc") -> Strip:
    """The row; `stop_key` ends the run. What is least needed is left out where the room is short."""
    share = f"{100 * min(progress.share, 1):.0f} %".rjust(5)
    said: list[Part] = [(f"  {date_and_time(time)} UTC", palette.text)]
    if progress.left is not None:
        said.append((f"  {_span(progress.left)} left", palette.text))
    stop: list[Part] = [(f"   {stop_key}", palette.bold("key")), (" stops", palette.dim)]
    rate: list[Part] = [] if progress.rate is None else [(f"  {_rate(progress.rate)} steps/s", palette.dim)]
    lead: list[Part] = [("▶▶ ", palette.bold("key")), (share, palette.strong), (" ", palette.text)]
    room = width - cells_of([*lead, *said, *stop])
    if room - cells_of(rate) >= SHORTEST_BAR:
        room -= cells_of(rate)
        said += rate
    cells = min(room, LONGEST_BAR) if room >= SHORTEST_BAR else 0
    return strip_of([*lead, *bar(progress.share, cells, palette.bold("key"), palette.faint), *said, *stop], width)


def _span(seconds: float) -> str:
    """A length of real time, roughly: nobody needs more."""
    if seconds < 1.5:
        return "1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.0f} h"


def _rate(rate: float) -> str:
    for unit, word in ((1_000_000, " M"), (1_000, " k")):
        if rate >= unit:
            return f"{rate / unit:.3g}{word}"
    return f"{rate:.0f}"
