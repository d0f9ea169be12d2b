"""Prices written down by hand: a few vertices a market, as a script or a lesson spells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.market import Market, lot_for, valid_symbol
from engine.numbers import EXACT, divide, exact, plain
from engine.tape import PREMIUM_UNIT, Kind, Origin, Tape, TapeTooLarge, check_size

Part = Literal["path", "mark", "premium", "tick"]

LONGEST_STEP = 366 * 86_400
"""Longest time between two vertices, in seconds."""

LATEST_TIME = 253_402_300_799_000
"""The last second of the year 9999, in ms UTC: later ones have no calendar."""

LARGEST_PRICE = Decimal("1e12")
SMALLEST_PRICE = Decimal("1e-12")
LARGEST_PREMIUM = Decimal(1)
MOST_TICKS = 10**15
"""Above this many ticks a price would lose its last digits where it is searched in floats."""

MOST_MARKETS = 100

LEAST_DECIMALS = 2
SMALL_PRICE_DIGITS = 5
"""Digits that the tick leaves a price below 1: 0.02 is quoted to 0.000001."""

EXAMPLE = "path ETH 1m 2000 1950 !1700"


class InlineError(ValueError):
    """These paths are no tape.

    Attributes:
        message: what is wrong.
        would_work: a line that would do.
        symbol: the market at fault.
        part: which of the market's columns is at fault.
    """

    def __init__(self, message: str, would_work: str = EXAMPLE, symbol: str = "", part: Part = "path") -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work, self.symbol, self.part = message, would_work, symbol, part


@dataclass(frozen=True, slots=True)
class InlinePath:
    """The prices of one market, a vertex every step.

    Attributes:
        symbol: the market, upper case.
        step_seconds: time from one vertex to the next.
        prices: last prices in quote units, > 0, at least one.
        gaps: places in `prices` that were jumped to; all others were travelled to.
        marks: mark prices, as many as `prices`; None where mark is last.
        premiums: premium of the perpetual over its index as fractions, as many as `prices` or one for all of them;
            None where the tape carries none.
        tick_size: the price grid in quote units; None to take the one that the prices need.
    """

    symbol: str
    step_seconds: int
    prices: tuple[Decimal, ...]
    gaps: frozenset[int] = frozenset()
    marks: tuple[Decimal, ...] | None = None
    premiums: tuple[Decimal, ...] | None = None
    tick_size: Decimal | None = None

    @property
    def tick(self) -> Decimal:
        """The price grid in quote units: as chosen, else the coarsest that holds every price and is fine enough."""
        if self.tick_size is not None:
            return self.tick_size
        prices = self.prices + (self.marks or ())
        least, needed = min(prices), max(decimals(price) for price in prices)
        wanted = LEAST_DECIMALS if least >= 1 else SMALL_PRICE_DIGITS - 1 - least.adjusted()
        return Decimal((0, (1,), -max(needed, wanted)))

    def lines(self) -> list[str]:
        """The path as lines of a script."""
        step = f"{self.step_seconds}s"
        prices = [("!" if place in self.gaps else "") + plain(price) for place, price in enumerate(self.prices)]
        rows = [" ".join(["path", self.symbol, step, *prices])]
        if self.marks is not None:
            rows.append(" ".join(["mark", self.symbol, *map(plain, self.marks)]))
        if self.premiums is not None:
            rows.append(" ".join(["premium", self.symbol, *(f"{plain(rate * 100)}%" for rate in self.premiums)]))
        if self.tick_size is not None:
            rows.append(f"tick {self.symbol} {self.tick_size:f}")  # 0.10 and 0.1 are two grids to a tape's digest
        return rows


def decimals(number: Decimal) -> int:
    """How many decimals `number` needs; 0 for a whole one."""
    return max(0, -exact(plain(number)).as_tuple().exponent)  # type: ignore[operator]


def check_paths(paths: Sequence[InlinePath], start_ms: int) -> None:
    """Refuse paths that no tape can be made from.

    Raises:
        InlineError: no path, a market twice, steps that differ, prices out of range or off the tick grid, columns of
            another length, times after the year 9999, or more than 20 million vertex-markets.
    """
    if not paths:
        raise InlineError("there is no path")
    if len(paths) > MOST_MARKETS:
        raise InlineError(f"there are {len(paths)} markets", f"at most {MOST_MARKETS}", paths[-1].symbol)
    symbols = [path.symbol for path in paths]
    for place, path in enumerate(paths):
        if path.symbol in symbols[:place]:
            raise InlineError(f"{path.symbol} has a path already", f"one path line for {path.symbol}", path.symbol)
        _check_path(path)
        if path.step_seconds != paths[0].step_seconds:
            raise InlineError(
                f"{path.symbol} has a step of {path.step_seconds} s and {paths[0].symbol} of {paths[0].step_seconds} s",
                f"path {path.symbol} {paths[0].step_seconds}s …",
                path.symbol,
            )
    longest = max(paths, key=lambda path: len(path.prices))
    if start_ms + (len(longest.prices) - 1) * longest.step_seconds * 1000 > LATEST_TIME:
        raise InlineError("the path runs past the year 9999", "an earlier start or a shorter step", longest.symbol)
    try:
        check_size(len(longest.prices), len(paths))
    except TapeTooLarge as error:
        raise InlineError(str(error), "fewer prices or fewer markets", longest.symbol) from error


def inline_tape(paths: Sequence[InlinePath], start_ms: int) -> Tape:
    """One tape of the paths: vertex i at `start_ms` + i · step, travelled to unless some path marks a gap there.

    A shorter path holds its last price, mark and premium to the end, and a note says so. A gap in any path is a gap
    of all markets: between two vertices all prices travelled, or all jumped.

    Args:
        paths: a market each, all with the same step.
        start_ms: time of the first vertex, ms UTC.

    Raises:
        InlineError: as `check_paths` says.
    """
    check_paths(paths, start_ms)
    vertices = max(len(path.prices) for path in paths)
    gapped = np.zeros(vertices, np.bool_)
    gapped[[0, *(place for path in paths for place in path.gaps)]] = True
    columns: dict[tuple[str, Kind], NDArray[np.generic]] = {}
    for path in paths:
        columns[path.symbol, "last"] = _column(path.prices, path.tick, vertices)
        if path.marks is not None:
            columns[path.symbol, "mark"] = _column(path.marks, path.tick, vertices)
        if path.premiums is not None:
            columns[path.symbol, "premium"] = _column(path.premiums, PREMIUM_UNIT, vertices)
    return Tape(
        markets=tuple(Market(path.symbol, path.tick, lot_for(path.prices[0])) for path in paths),
        times=start_ms + np.arange(vertices, dtype=np.int64) * (paths[0].step_seconds * 1000),
        gapped=gapped,
        columns=columns,
        trading=None,
        origin=Origin("inline", _description(paths, vertices), notes=_notes(paths, vertices)),
    )


def _check_path(path: InlinePath) -> None:
    if not valid_symbol(path.symbol):
        raise InlineError(f"{path.symbol!r} is no symbol", symbol=path.symbol)
    if not 1 <= path.step_seconds <= LONGEST_STEP:
        raise InlineError(f"a step of {path.step_seconds} s is out of range", "1s to 366d", path.symbol)
    if not path.prices:
        raise InlineError(f"{path.symbol}'s path has no prices", f"path {path.symbol} 1m 2000 1950", path.symbol)
    if not all(0 < place < len(path.prices) for place in path.gaps):
        raise InlineError(
            "there is nothing before the first price to jump from", "a “!” before a later price", path.symbol
        )
    _check_tick(path)
    # All ranges before any grid: an absurd exponent would make an absurd tick.
    _check_range(path, path.prices, "path")
    if path.marks is not None:
        _check_length(path, path.marks, "mark")
        _check_range(path, path.marks, "mark")
        _check_grid(path, path.marks, "mark")
    _check_grid(path, path.prices, "path")
    if path.premiums is not None:
        _check_premiums(path, path.premiums)


def _check_tick(path: InlinePath) -> None:
    if path.tick_size is not None and not SMALLEST_PRICE <= path.tick_size <= LARGEST_PRICE:
        raise InlineError("the tick size is out of range", f"tick {path.symbol} 0.01", path.symbol, "tick")


def _check_range(path: InlinePath, prices: tuple[Decimal, ...], part: Part) -> None:
    for price in prices:
        if not SMALLEST_PRICE <= price <= LARGEST_PRICE:
            raise InlineError(
                f"a price of {price:.6g} is out of range",
                f"prices from {plain(SMALLEST_PRICE)} to {plain(LARGEST_PRICE)}",
                path.symbol,
                part,
            )


def _check_grid(path: InlinePath, prices: tuple[Decimal, ...], part: Part) -> None:
    tick = path.tick
    for price in prices:
        count = divide(price, tick)
        if count != count.to_integral_value():
            raise InlineError(
                f"{plain(price)} is not on {path.symbol}'s tick of {plain(tick)}",
                f"tick {path.symbol} {plain(Decimal((0, (1,), -decimals(price))))}",
                path.symbol,
                part,
            )
        if count > MOST_TICKS:
            raise InlineError(
                f"a price of {plain(price)} has too many digits for a tick of {plain(tick)}",
                f"fewer decimals, or a path of its own for what costs {plain(min(prices))}",
                path.symbol,
                part,
            )


def _check_length(path: InlinePath, column: tuple[Decimal, ...], part: Part) -> None:
    if len(column) != len(path.prices):
        raise InlineError(
            f"{path.symbol} has {len(path.prices)} prices and {len(column)} entries on its {part} line",
            f"{part} {path.symbol} with {len(path.prices)}",
            path.symbol,
            part,
        )


def _check_premiums(path: InlinePath, premiums: tuple[Decimal, ...]) -> None:
    if len(premiums) != 1:
        _check_length(path, premiums, "premium")
    for rate in premiums:
        if abs(rate) > LARGEST_PREMIUM or rate.as_tuple().exponent < -18:  # type: ignore[operator]
            raise InlineError(
                "a premium is out of range", f"premium {path.symbol} 0.01%, up to 100%", path.symbol, "premium"
            )
        if decimals(rate) > decimals(PREMIUM_UNIT):
            raise InlineError(
                f"a premium of {plain(rate * 100)}% is finer than 0.0000001%",
                f"premium {path.symbol} 0.01%",
                path.symbol,
                "premium",
            )


def _column(values: tuple[Decimal, ...], unit: Decimal, vertices: int) -> NDArray[np.int64]:
    """(vertices,) int64: `values` in whole units, the last one held to the end."""
    counts = [int(EXACT.divide(value, unit)) for value in values]
    return np.array(counts + counts[-1:] * (vertices - len(counts)), np.int64)


def _description(paths: Sequence[InlinePath], vertices: int) -> str:
    symbols = " ".join(path.symbol for path in paths)
    return f"inline {symbols}, {vertices:,} vertices of {paths[0].step_seconds} s"


def _notes(paths: Sequence[InlinePath], vertices: int) -> tuple[str, ...]:
    return tuple(
        f"{path.symbol} has {len(path.prices):,} of {vertices:,} prices: the last, {plain(path.prices[-1])}, is held."
        for path in paths
        if len(path.prices) < vertices
    )
