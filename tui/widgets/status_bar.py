"""One row on top: what is traded, at which price, under which rules, and whether time runs and the save holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from textual.strip import Strip

from engine.looking.views import MarketView, View
from engine.numbers import divide
from engine.sentences import funding_rate
from tui.themes import Palette
from tui.widgets.figures import countdown, date_and_time, percent, price
from tui.widgets.strips import Part, StripWidget, cells_of, harmless, spread


@dataclass(frozen=True, slots=True)
class Status:
    """What the status row says besides a view's figures.

    Attributes:
        venue: the rulebook's name.
        mode: margin mode of the next order, `isolated` or `cross`.
        clock: how time runs (`▶ ×60`); `running`: whether it does.
        saved: whether everything that happened is on the disk.
        opening: the market's last price at the start of the session; None where no change is to be shown.
        armed: whether single keys trade at once.
        seen_again: whether it is a replay: there is nothing to be saved.
    """

    venue: str
    mode: str
    clock: str = "❚❚ ×60"
    running: bool = False
    saved: bool = True
    opening: Decimal | None = None
    armed: bool = False
    seen_again: bool = False


BRIEF = 100
"""Columns below which a moment has no year, and signs alone say what is paused and saved: the venue needs room."""


class StatusBar(StripWidget):
    """The status row."""

    DEFAULT_CSS = "StatusBar { height: 1; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._shown: tuple[View, MarketView, Status] | None = None

    def show(self, view: View, symbol: str, status: Status) -> None:
        """Draw the state of the session, and of its market `symbol`."""
        self._shown = (view, view.market(symbol), status)
        self.redraw()

    def show_price(self, last: Decimal, mark: Decimal) -> None:
        """Draw other prices of the same market, and leave all other figures as they are."""
        if self._shown is None:
            return
        view, market, status = self._shown
        if (market.last, market.mark) != (last, mark):
            self._shown = (view, replace(market, last=last, mark=mark), status)
            self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        if self._shown is None:
            return []
        return [status_row(*self._shown, width, self.palette)]


def status_row(view: View, market: MarketView, status: Status, width: int, palette: Palette) -> Strip:
    """The row. What is least needed goes first where the room is short."""
    left = _left(view, market, status, palette)
    right = _right(view, status, palette, brief=width < BRIEF)
    while _cells(left, right) > width and (droppable := [part for part in left + right if part[0] > 0]):
        first = max(droppable, key=lambda part: part[0])
        left = [part for part in left if part is not first]
        right = [part for part in right if part is not first]
    return spread(_joined(left), _joined(right), width)


Ranked = tuple[int, list[Part]]
"""Parts, and how early they are left out (0: never)."""


def _left(view: View, market: MarketView, status: Status, palette: Palette) -> list[Ranked]:
    last = price(market.last, market.tick_size)
    tone = palette.text
    parts: list[Ranked] = [
        (8, [("isocross", palette.bold("key"))]),
        (0, [(harmless(market.symbol, 24), palette.strong)]),
    ]
    change = divide(market.last - status.opening, status.opening) if status.opening else None
    if change is not None:
        tone = palette.up if change > 0 else palette.down if change < 0 else palette.text
    parts.append((0, [(last, tone + palette.strong_only)]))
    if change is not None:
        arrow = "▲" if change > 0 else "▼" if change < 0 else "="
        parts.append((5, [(f"{arrow} {percent(change, sign=True)}", tone)]))
    if market.mark != market.last:
        parts.append((7, [(f"mark {price(market.mark, market.tick_size)}", palette.dim)]))
    if not market.trades:
        parts.append((0, [(" NO TRADING ", palette.badge("warning"))]))
    if view.next_funding is not None:
        rate = f"funding {funding_rate(market.funding_rate)}"
        parts.append((9, [(f"{rate} in {countdown(view.next_funding - view.time)}", palette.dim)]))
    return parts


def _right(view: View, status: Status, palette: Palette, brief: bool) -> list[Ranked]:
    parts: list[Ranked] = [(6, [(harmless(status.venue, 24), palette.text)])]
    parts.append((0, [(f" {harmless(status.mode, 12).upper()} ", palette.badge("accent"))]))
    if status.armed:
        parts.append((0, [(" ARMED ", palette.badge("danger"))]))
    if view.modified:
        parts.append((2, [(" modified ", palette.badge("warning"))]))
    if view.state != "running":
        parts.append((0, [(f" {harmless(view.state, 12).upper()} ", palette.badge("danger"))]))
    at_end = view.step >= view.steps - 1 and not status.seen_again
    parts.append((0, _clock(status, palette, at_end=at_end, brief=brief)))
    now = date_and_time(view.time)
    parts.append((3, [(now[len("2024-") :] if brief else f"{now} UTC", palette.text)]))
    if status.seen_again:
        return [(0, [(" REPLAY ", palette.badge("key"))]), *parts]
    saved = ("●" if brief else "● saved", palette.dim) if status.saved else ("○ NOT SAVED", palette.bold("danger"))
    parts.append((4 if status.saved else 0, [saved]))
    return parts


def _clock(status: Status, palette: Palette, *, at_end: bool, brief: bool) -> list[Part]:
    if at_end:
        return [("■ end of tape", palette.bold("warning"))]
    if status.running:
        return [(harmless(status.clock, 16), palette.bold("key"))]
    return [(harmless(status.clock, 16), palette.dim), *([] if brief else [(" paused", palette.text)])]


def _joined(parts: list[Ranked]) -> list[Part]:
    joined: list[Part] = []
    for _, each in parts:
        joined += [("  ", each[0][1])] if joined and not _is_badge(each) else [(" ", each[0][1])] if joined else []
        joined += each
    return joined


def _is_badge(parts: list[Part]) -> bool:
    return bool(parts[0][1].reverse)


def _cells(left: list[Ranked], right: list[Ranked]) -> int:
    return cells_of(_joined(left)) + cells_of(_joined(right)) + 1
