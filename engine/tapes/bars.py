"""Bars of one market, and how bars of several markets become one tape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.market import Market, lot_for, valid_symbol
from engine.tape import Kind, Origin, Tape, check_size

PAINLESS_SECONDS = 3600
"""From this length on a bar hides what a crash did to a margin account."""

VERTICES = 4
"""Vertices of a bar: open, two extremes, close."""


class BarsError(ValueError):
    """These bars cannot become one tape; the text says why and what would work."""


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars of one market, oldest first, each time once.

    Attributes:
        symbol: the market's symbol.
        seconds: length of a bar, in seconds.
        times: (bars,) int64, ms UTC of each bar's open, rising.
        open, high, low, close: (bars,) int64, in ticks; low ≤ open, close ≤ high.
        volume: (bars,) float64 in base units, or None where the source has none.
        tick_size: the price grid, in quote units.
    """

    symbol: str
    seconds: int
    times: NDArray[np.int64]
    open: NDArray[np.int64]
    high: NDArray[np.int64]
    low: NDArray[np.int64]
    close: NDArray[np.int64]
    volume: NDArray[np.float64] | None
    tick_size: Decimal

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, eq=False)
class _Laid:
    """One market's bars laid on the tape's grid.

    Attributes:
        bars: the bars they come from.
        prices: open, high, low, close, (grid,) int64 each, in ticks; flat at the last close where there is no bar.
        volume: (grid,) float64 in base units, 0 where there is no bar; None where the source has none.
        has: (grid,) bool, whether the market has a bar there.
    """

    bars: Bars
    prices: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
    volume: NDArray[np.float64] | None
    has: NDArray[np.bool_]


def tape_from_bars(
    bars: Sequence[Bars],
    *,
    start: int | None = None,
    end: int | None = None,
    description: str,
    notes: Sequence[str] = (),
    recipe: Sequence[str] = (),
) -> Tape:
    """One tape of the bars of one or more markets, four vertices a bar: open, two extremes, close.

    The vertices stand at t, t + L/3, t + 2L/3 and t + L of a bar of length L. The order of the extremes is one for
    all markets of a bar: that of the first market in `bars` that has the bar (up or flat: low first; down: high
    first). Every open is gapped. The tape runs from the latest first bar to the earliest last bar. Where a market
    has no bar, its price is carried flat at its last close and it does not trade; where none has, time jumps.

    Args:
        bars: a market each; finer bars are made into the coarsest ones, and a note says so.
        start: leave out bars that open before this time, in ms UTC.
        end: leave out bars that close after this time, in ms UTC.
        description: the origin's one line.
        notes: sentences for the origin, before those about bar length and holes.
        recipe: lines of a script that make the tape again.

    Raises:
        BarsError: no bars, a symbol twice, lengths or grids that do not fit, or nothing left in common.
        TapeTooLarge: more than 20 million vertex-markets.
    """
    _check(bars)
    bars, resampled = _same_length(bars)
    _check_grid(bars)
    seconds = bars[0].seconds
    grid = _grid(bars, start, end)
    check_size(len(grid) * VERTICES, len(bars))
    laid = [_lay(market, grid) for market in bars]
    low_first = _low_first(laid)
    columns: dict[tuple[str, Kind], NDArray[np.generic]] = {}
    for part in laid:
        columns[part.bars.symbol, "last"] = _path(part, low_first)
        if part.volume is not None:
            columns[part.bars.symbol, "volume"] = _on_close(part.volume)
    has = np.stack([part.has for part in laid], axis=1)
    origin_notes = (*notes, *resampled, *_length_note(seconds), *_hole_notes(laid, grid, seconds))
    return Tape(
        markets=tuple(_market(part) for part in laid),
        times=_times(grid, seconds),
        gapped=np.tile(np.array([True, False, False, False]), len(grid)),
        columns=columns,
        trading=None if has.all() else np.repeat(has, VERTICES, axis=0),
        origin=Origin("real bars", description, seconds, origin_notes, tuple(recipe)),
    )


def resample(bars: Bars, seconds: int, phase: int = 0) -> Bars:
    """`bars` made into bars of `seconds`, a whole multiple of their length.

    Args:
        bars: the finer bars.
        seconds: length of the result's bars.
        phase: ms since 1970 UTC of the open of any bar of the wanted grid.

    Raises:
        BarsError: when `seconds` is no multiple of the bars' length.
    """
    if seconds % bars.seconds:
        raise BarsError(
            f"bars of {length_text(bars.seconds)} cannot be made into bars of {length_text(seconds)}; "
            f"a multiple of {length_text(bars.seconds)} would work"
        )
    length = seconds * 1000
    slot = (bars.times - phase) // length
    first = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1)) if len(slot) else np.zeros(0, np.int64)
    last = np.append(first[1:], len(slot)) - 1
    return Bars(
        symbol=bars.symbol,
        seconds=seconds,
        times=slot[first] * length + phase,
        open=bars.open[first],
        high=np.maximum.reduceat(bars.high, first),
        low=np.minimum.reduceat(bars.low, first),
        close=bars.close[last],
        volume=None if bars.volume is None else np.add.reduceat(bars.volume, first),
        tick_size=bars.tick_size,
    )


def length_text(seconds: int) -> str:
    """A length in words: `90 s`, `5 min`, `1 h`, `3 days 4 h`; two units at most."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{days} day" + "s" * (days != 1)] * bool(days)
    parts += [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes) + [f"{left} s"] * bool(left)
    return " ".join(parts[:2]) or "0 s"


def iso(time: int) -> str:
    """A time in ms UTC as text to the minute, `2022-05-12T00:25Z`; with seconds where it has any."""
    moment = datetime.fromtimestamp(time // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if moment.second else "%Y-%m-%dT%H:%MZ")


def _check(bars: Sequence[Bars]) -> None:
    if not bars:
        raise BarsError("a tape needs the bars of at least one market")
    seen: set[str] = set()
    for market in bars:
        if not valid_symbol(market.symbol):
            raise BarsError(f"{market.symbol!r} is no symbol; 1–24 letters, digits, dots or dashes would work")
        if market.symbol in seen:
            raise BarsError(f"{market.symbol} is there twice; give one of the two another symbol")
        seen.add(market.symbol)
        if len(market) == 0:
            raise BarsError(f"{market.symbol} has no bars")
        if int(market.low.min()) < 1:
            raise BarsError(f"{market.symbol} has a price of zero or below; leave those bars out")


def _same_length(bars: Sequence[Bars]) -> tuple[list[Bars], list[str]]:
    """The bars at the coarsest of their lengths, and a note for each market that was made coarser."""
    coarsest = max(bars, key=lambda market: market.seconds)
    result, notes = [], []
    for market in bars:
        if market.seconds == coarsest.seconds:
            result.append(market)
            continue
        if coarsest.seconds % market.seconds:
            raise BarsError(
                f"{market.symbol} has bars of {length_text(market.seconds)} and {coarsest.symbol} of "
                f"{length_text(coarsest.seconds)}, and neither fits into the other; files with one bar length "
                "would work"
            )
        result.append(resample(market, coarsest.seconds, int(coarsest.times[0])))
        notes.append(
            f"{market.symbol}: bars of {length_text(market.seconds)} made into {length_text(coarsest.seconds)}, "
            f"the length of {coarsest.symbol}'s."
        )
    return result, notes


def _check_grid(bars: Sequence[Bars]) -> None:
    """Refuse bars of one length that open at different moments: they would overlap in time."""
    lead, length = bars[0], bars[0].seconds * 1000
    for market in bars:
        if np.any((market.times - int(lead.times[0])) % length):
            raise BarsError(
                f"the bars of {market.symbol} and {lead.symbol} open at different moments "
                f"({iso(int(market.times[0]))} and {iso(int(lead.times[0]))}, every {length_text(lead.seconds)}); "
                "files with the same opening times would work"
            )


def _grid(bars: Sequence[Bars], start: int | None, end: int | None) -> NDArray[np.int64]:
    """Opens of the tape's bars in ms: the union of the markets' bars from the latest first to the earliest last."""
    length = bars[0].seconds * 1000
    first = max(int(market.times[0]) for market in bars)
    last = min(int(market.times[-1]) for market in bars)
    spans = "; ".join(
        f"{market.symbol} {iso(int(market.times[0]))} to {iso(int(market.times[-1]) + length)}" for market in bars
    )
    if first > last:
        raise BarsError(f"these markets have no time in common: {spans}; files of the same days would work")
    first = first if start is None else max(first, start)
    last = last if end is None else min(last, end - length)
    inside = [market.times[(market.times >= first) & (market.times <= last)] for market in bars]
    # One market needs no union, and sorting half a million times is not free.
    grid = inside[0] if len(bars) == 1 else np.unique(np.concatenate(inside))
    if len(grid) == 0:
        raise BarsError(f"no bar lies wholly in the time asked for; the bars are {spans}")
    return grid


def _lay(bars: Bars, grid: NDArray[np.int64]) -> _Laid:
    """One market's bars on `grid`, which does not start before them."""
    first = int(np.searchsorted(bars.times, grid[0]))
    whole = slice(first, first + len(grid))
    if np.array_equal(bars.times[whole], grid):  # the usual case, and several times faster
        volume = None if bars.volume is None else bars.volume[whole]
        prices = (bars.open[whole], bars.high[whole], bars.low[whole], bars.close[whole])
        return _Laid(bars, prices, volume, np.ones(len(grid), np.bool_))
    place = np.searchsorted(bars.times, grid, side="right") - 1
    has = bars.times[place] == grid
    close = bars.close[place]
    open_, high, low = (np.where(has, column[place], close) for column in (bars.open, bars.high, bars.low))
    volume = None if bars.volume is None else np.where(has, bars.volume[place], 0.0)
    return _Laid(bars, (open_, high, low, close), volume, has)


def _low_first(laid: Sequence[_Laid]) -> NDArray[np.bool_]:
    """(grid,) bool: whether a bar's lows come before its highs, by the first market that has the bar."""
    low_first = np.ones(len(laid[0].has), np.bool_)
    for part in reversed(laid):
        open_, _, _, close = part.prices
        low_first = np.where(part.has, close >= open_, low_first)
    return low_first


def _path(part: _Laid, low_first: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(4 × grid,) int64: the prices at the vertices, in ticks."""
    open_, high, low, close = part.prices
    path = np.empty((len(open_), VERTICES), np.int64)
    path[:, 0] = open_
    path[:, 1] = np.where(low_first, low, high)
    path[:, 2] = np.where(low_first, high, low)
    path[:, 3] = close
    return path.ravel()


def _on_close(volume: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4 × grid,) float64: a bar's volume on its close, where what was traded ends."""
    path = np.zeros((len(volume), VERTICES))
    path[:, 3] = volume
    return path.ravel()


def _times(grid: NDArray[np.int64], seconds: int) -> NDArray[np.int64]:
    """(4 × grid,) int64: the times of the vertices, in ms."""
    length = seconds * 1000
    times = np.empty((len(grid), VERTICES), np.int64)
    for vertex in range(VERTICES):
        times[:, vertex] = grid + (length * vertex // 3)
    return times.ravel()


def _market(part: _Laid) -> Market:
    tick_size = part.bars.tick_size
    return Market(part.bars.symbol, tick_size, lot_for(tick_size * int(part.prices[0][0])))


def _length_note(seconds: int) -> list[str]:
    if seconds < PAINLESS_SECONDS:
        return []
    return [
        f"Bars of {length_text(seconds)}: the way inside a bar is not known, and a crash looks painless. "
        "Minute bars show what it did."
    ]


def _hole_notes(laid: Sequence[_Laid], grid: NDArray[np.int64], seconds: int) -> list[str]:
    """A sentence about the time that all markets lack, and one for each market that lacks bars of its own."""
    notes = []
    steps = np.diff(grid) // 1000
    holes = steps[steps > seconds]
    if len(holes):
        at = iso(int(grid[int(np.argmax(steps))]) + seconds * 1000)
        many = f"{len(holes)} holes, the longest" if len(holes) > 1 else "1 hole,"
        notes.append(f"{many} {length_text(int(holes.max()) - seconds)} from {at}: time jumps there.")
    for part in laid:
        absent = len(grid) - int(part.has.sum())
        if absent:
            bars = "1 bar" if absent == 1 else f"{absent:,} bars"
            notes.append(f"{part.bars.symbol} does not trade in {bars} of {len(grid):,}: its last close is carried.")
    return notes
