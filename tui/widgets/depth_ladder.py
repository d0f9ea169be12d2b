"""The depth ladder: price levels around the last price, what each takes, and the player's own prices among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from textual import events
from textual.binding import Binding
from textual.strip import Strip

from engine.market import Market
from engine.numbers import divide
from engine.orders.depth import notional_between
from tui.themes import Palette
from tui.widgets.bars import EIGHTHS
from tui.widgets.chart_lines import LINE_STYLES, ChartLine
from tui.widgets.figures import percent, price, short
from tui.widgets.strips import Part, StripWidget, cells_of, fitting, harmless, strip_of

FIRST_SHARE = Decimal("0.0005")
"""Of the last price, about how far levels are apart at first."""
WIDTHS = range(-4, 8)
"""How far the levels can be pulled together or apart, in doublings."""
EDGE = 4
"""A part of the rows: what lies off the ladder takes no more of them at each end, and the last price keeps as far from
them before the ladder moves."""
NOTIONAL = 6
"""Cells of a notional."""


@dataclass(frozen=True, slots=True)
class Depth:
    """What the ladder shows: a market, its last price in ticks, whether trades move it, and the player's lines."""

    market: Market
    last: int
    slippage: bool
    lines: tuple[ChartLine, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One row, in ticks. Over the last price (`side` +1) it is what lies above `low` up to `high`, under it (−1) what
    lies from `low` to below `high`; 0 is the last price itself."""

    side: int
    low: int
    high: int
    notional: Decimal
    lines: tuple[ChartLine, ...] = ()

    @property
    def label(self) -> int:
        """The price that the row is called by: the far end as seen from the last price."""
        return self.high if self.side > 0 else self.low

    def holds(self, ticks: Decimal, last: int) -> bool:
        """Whether a price belongs here."""
        if not self.side:
            return ticks == last
        return max(self.low, last) < ticks <= self.high if self.side > 0 else self.low <= ticks < min(self.high, last)


class DepthLadder(StripWidget, can_focus=True):
    """Sells above, the last price, purchases below. Stands still until the price comes near an end."""

    DEFAULT_CSS = "DepthLadder { height: 1fr; }"
    BINDINGS = [
        Binding("up", "spread(-1)", "levels closer together", show=False, id="ladder.closer"),
        Binding("down", "spread(1)", "levels further apart", show=False, id="ladder.wider"),
    ]

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._depth: Depth | None = None
        self._doublings = 0
        self._apart = 1
        self._top: int | None = None

    def show(self, depth: Depth) -> None:
        """Draw the levels of a market."""
        if self._depth is None or self._depth.market != depth.market:
            self._depth = depth
            self._measure()
        self._depth = depth
        self.redraw()

    def title_text(self) -> str:
        """For the border's title."""
        return "Depth" if self._depth is None else f"Depth {harmless(self._depth.market.symbol, 24)}"

    def subtitle_text(self) -> str:
        """For the border's other end: where the figures come from."""
        if self._depth is None:
            return ""
        if not self._depth.slippage:
            return "slippage off: no impact"
        return "stated, not measured"

    def action_spread(self, by: int) -> None:
        """Levels further apart (positive) or closer together."""
        self._doublings = min(max(self._doublings + by, WIDTHS.start), WIDTHS.stop - 1)
        self._measure()
        self.redraw()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_spread(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_spread(1)

    def build(self, width: int, height: int) -> list[Strip]:
        depth = self._depth
        if depth is None:
            return []
        at = depth.last // self._apart
        edge = height // EDGE
        if self._top is None or not edge <= self._top - at < max(height - edge, edge + 1):
            self._top = at + height // 2
        levels = levels_of(depth, self._apart, self._top, height)
        return ladder_rows(depth, levels, width, height, self.palette)

    def _measure(self) -> None:
        """How far levels are apart: 1, 2 or 5 times a power of ten ticks."""
        if self._depth is not None:
            self._apart = round_ticks(self._depth.last * FIRST_SHARE * Decimal(2) ** self._doublings)
            self._top = None


def round_ticks(wanted: Decimal) -> int:
    """The first of 1, 2, 5, 10, 20, 50 … ticks that is not below `wanted`."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if power * factor >= wanted:
                return power * factor
        power *= 10


def levels_of(depth: Depth, apart: int, top: int, height: int) -> list[Level]:
    """The rows from the top; the last price has one of its own, between what is above and what is below. Prices below
    a tick have no row."""
    at = depth.last // apart
    spans = [(1, level * apart - apart, level * apart) for level in range(top, at, -1)]
    spans.append((0, depth.last, depth.last))
    spans += [(-1, level * apart, level * apart + apart) for level in range(at, -1, -1)]
    return [_level(depth, *span) for span in spans[:height]]


def _level(depth: Depth, side: int, low: int, high: int) -> Level:
    tick, last, notional = depth.market.tick_size, depth.last, Decimal(0)
    if side and depth.slippage:
        ends = (max(low, last), high) if side > 0 else (low, min(high, last))
        notional = notional_between(depth.market.symbol, tick * last, tick * ends[0], tick * ends[1])
    level = Level(side, low, high, notional)
    return replace(level, lines=tuple(line for line in depth.lines if level.holds(line.price / tick, last)))


def ladder_rows(depth: Depth, levels: Sequence[Level], width: int, height: int, palette: Palette) -> list[Strip]:
    """The rows, with what lies off the ladder at its ends and how far away it is, the furthest outermost."""
    tick = depth.market.tick_size
    last, room = tick * depth.last, height // EDGE
    top = bottom = 0
    while True:
        shown = {id(line) for level in levels[top : height - bottom] for line in level.lines}
        off = [line for line in depth.lines if id(line) not in shown]
        above, below = [line for line in off if line.price > last], [line for line in off if line.price <= last]
        taken = min(len(above), room), min(len(below), room)
        if taken == (top, bottom):
            break
        # What stood in the rows that they take is off the ladder too.
        top, bottom = max(taken[0], top), max(taken[1], bottom)
    figure = max((len(price(tick * level.label, tick)) for level in levels), default=0)
    most = max((level.notional for level in levels), default=Decimal(0))
    rows = [_row(depth, level, figure, most, width, palette) for level in levels]
    rows += [strip_of([], width)] * (height - len(rows))
    rows[:top] = _edge(above, "▲", last, tick, top, width, palette)
    rows[height - bottom :] = reversed(_edge(below, "▼", last, tick, bottom, width, palette))
    return rows


def _row(depth: Depth, level: Level, figure: int, most: Decimal, width: int, palette: Palette) -> Strip:
    tick = depth.market.tick_size
    label = price(tick * level.label, tick).rjust(figure)
    if not level.side:
        said = "".join(f" {harmless(line.label, 40)}" for line in _by_weight(level.lines))
        return strip_of([(f"▸{label} ◂ last{said}".ljust(width), palette.badge("text"))], width)
    notional = f"{short(level.notional).rjust(NOTIONAL)} " if depth.slippage else ""
    if level.lines:
        return strip_of(_lined(level, f" {label} ", notional, tick, width, palette), width)
    parts = [(f" {label} ", palette.dim), (notional, palette.text)]
    bar = _bar(level.notional, most, width - cells_of(parts))
    return strip_of([*parts, (bar, palette.down if level.side > 0 else palette.up)], width)


def _lined(level: Level, label: str, notional: str, tick: Decimal, width: int, palette: Palette) -> Sequence[Part]:
    """A row with the player's own lines: their exact prices and the notional are left out where the room is short."""
    lines = _by_weight(level.lines)
    style = palette.style(LINE_STYLES[lines[0].kind])
    brief = "  ".join(harmless(line.label, 40) for line in lines)
    exact = "  ".join(f"{harmless(line.label, 40)} @ {price(line.price, tick)}" for line in lines)
    head: Part = (label, style + palette.strong_only)
    return fitting(
        [[head, (notional, palette.text), (said, head[1])] for said in (exact, brief)] + [[head, (brief, head[1])]],
        width,
    )


def _bar(notional: Decimal, most: Decimal, room: int) -> str:
    if most <= 0 or room <= 0:
        return ""
    eighths = int(divide(notional, most) * room * 8)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (EIGHTHS[part] if part else "")


def _edge(
    lines: Sequence[ChartLine], arrow: str, last: Decimal, tick: Decimal, room: int, width: int, palette: Palette
) -> list[Strip]:
    """A row for each line, the furthest first. Of too many the gravest are told, and the others counted."""
    if not room:
        return []
    kept = _by_weight(lines)[: room if len(lines) <= room else room - 1]
    rows = []
    for line in sorted(kept, key=lambda line: -abs(line.price - last)):
        style, name = palette.style(LINE_STYLES[line.kind]), harmless(line.label, 40)
        word, away = name.partition(" ")[0], percent(divide(line.price - last, last), 1, sign=True)
        figures = f" {price(line.price, tick)} {away}"
        choices = [(name, figures), (word, figures), (word, f" {away}")]
        bold = style + palette.strong_only
        rows.append(
            strip_of(fitting([[(f"{arrow} {said}", bold), (rest, style)] for said, rest in choices], width), width)
        )
    if len(lines) > room:
        rows.insert(0, strip_of([(f"{arrow} {len(lines) - len(kept)} more", palette.dim)], width))
    return rows


def _by_weight(lines: Sequence[ChartLine]) -> list[ChartLine]:
    weights = list(LINE_STYLES)
    return sorted(lines, key=lambda line: weights.index(line.kind))
