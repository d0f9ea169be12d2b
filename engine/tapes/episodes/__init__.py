"""Famous crashes rebuilt from their turning points: a time and a price each, up to 72 a market.

The turning points are facts; what the price did between two of them is not known here. A tape that is made from them is
a reconstruction, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.numbers import divide, exact, to_grid
from engine.package_data import text_in
from engine.script.words import parse_time, time_text
from engine.tape import Origin, Tape
from engine.tapes.anchors import Anchor, AnchoredPath, AnchoredSetup, anchored_tape

STEP_SECONDS = 60
LARGEST_TICK = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Episode:
    """A crash: its title, what happened, and the prices that its turning points were taken from."""

    title: str
    story: str
    source: str


EPISODES: Mapping[str, Episode] = MappingProxyType(
    {
        "black-thursday": Episode("Black Thursday, March 2020", "BTC lost 51 % and ETH 54 % in a day", "Kraken, 1 h"),
        "may-19": Episode("19 May 2021", "BTC fell to 30,000, ETH lost 45 %, SOL 54 %", "Binance spot, 5 min"),
        "luna": Episode("Luna and UST, May 2022", "LUNA fell from 68.5 to 0.0003", "Binance spot, 1 min and 1 h"),
        "june-2022": Episode("June 2022", "BTC fell to 17,622 and ETH to 881", "Binance spot, 1 h"),
        "ftx": Episode("FTX, November 2022", "FTT fell from 25.5 to 2.0, SOL lost 67 %", "Binance spot, 1 h"),
        "yen-unwind": Episode("5 August 2024", "BTC fell from 61,098 to 49,000, ETH lost 28 %", "Binance spot, 1 min"),
        "october-10": Episode(
            "10 October 2025", "BTC fell to 101,516, WIF lost 82 %, FARTCOIN 86 %", "Binance USD-M, 5 min and 1 h"
        ),
    }
)
"""Every episode by name."""


class EpisodeError(ValueError):
    """There is no such episode, market or time: `message` says why, `would_work` what there is; `part` is the field."""

    def __init__(self, message: str, would_work: str, part: str) -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work, self.part = message, would_work, part


@dataclass(frozen=True, slots=True)
class EpisodeSetup:
    """What is played of an episode.

    Attributes:
        name: the episode's.
        markets: symbols, in order; none for all of them.
        start_ms, end_ms: leave out what is before and after, ms UTC; None for all.
        wiggle: how far prices may wander off the straight line between two turning points, a fraction.
    """

    name: str
    markets: tuple[str, ...] = ()
    start_ms: int | None = None
    end_ms: int | None = None
    wiggle: Decimal = Decimal(0)


def episode_tape(setup: EpisodeSetup) -> Tape:
    """The reconstruction, a price a minute.

    Raises:
        EpisodeError: for an unknown name or market, and times outside the episode.
    """
    points = _points(setup.name)
    markets = setup.markets or tuple(points)
    for symbol in markets:
        if symbol not in points:
            raise EpisodeError(f"{setup.name} has no {symbol}", ", ".join(points), "markets")
    first = min(time for symbol in points for time, _ in points[symbol])
    last = max(time for symbol in points for time, _ in points[symbol])
    start, end = _window(setup, first, last)
    paths = tuple(_path(symbol, points[symbol], start, end) for symbol in markets)
    count = sum(1 for symbol in markets for time, _ in points[symbol] if start <= time <= end)
    return anchored_tape(AnchoredSetup(paths, STEP_SECONDS, start, setup.wiggle), _origin(setup, markets, count))


def _points(name: str) -> dict[str, list[tuple[int, Decimal]]]:
    """Time (ms UTC) and price of every turning point, by market."""
    if name not in EPISODES:
        raise EpisodeError(f"there is no episode “{name}”", ", ".join(EPISODES), "episode")
    found: dict[str, list[tuple[int, Decimal]]] = {}
    for row in text_in("engine.tapes.episodes", f"{name}.csv").splitlines()[1:]:
        time, symbol, price = row.split(",")
        found.setdefault(symbol, []).append((parse_time(time), exact(price)))
    return found


def _window(setup: EpisodeSetup, first: int, last: int) -> tuple[int, int]:
    start = first if setup.start_ms is None else setup.start_ms
    end = last if setup.end_ms is None else setup.end_ms
    there = f"{time_text(first)} to {time_text(last)}"
    if not first <= start <= last:
        raise EpisodeError(f"{setup.name} has no prices of {time_text(start)}", there, "from")
    if not start < end <= last:
        raise EpisodeError(f"{time_text(end)} is not between the start and the last price", there, "to")
    return start, end


def _path(symbol: str, points: list[tuple[int, Decimal]], start: int, end: int) -> AnchoredPath:
    """The turning points in a window; its two ends lie on the straight line between two of them."""
    finest = min(int(price.as_tuple().exponent) for _, price in points)
    tick = min(Decimal((0, (1,), finest)), LARGEST_TICK)
    inside = [(time, price) for time, price in points if start < time < end]
    anchors = [(start, _between(points, start, tick)), *inside, (end, _between(points, end, tick))]
    return AnchoredPath(symbol, tuple(Anchor((time - start) // 1000, price) for time, price in anchors), tick_size=tick)


def _between(points: list[tuple[int, Decimal]], time: int, tick: Decimal) -> Decimal:
    """The price at a time on the straight line, on the grid; before the first and after the last one theirs."""
    before = max((each for each in points if each[0] <= time), default=points[0])
    after = min((each for each in points if each[0] >= time), default=points[-1])
    if before[0] >= after[0]:
        return before[1]
    share = divide(Decimal(time - before[0]), Decimal(after[0] - before[0]))
    return to_grid(before[1] + (after[1] - before[1]) * share, tick)


def _origin(setup: EpisodeSetup, markets: tuple[str, ...], count: int) -> Origin:
    episode = EPISODES[setup.name]
    description = f"{episode.title}: {' '.join(markets)}, reconstruction from {count} historical prices"
    lines = "straight lines" if not setup.wiggle else "lines with a made-up wiggle"
    note = f"Between two turning points ({episode.source}) prices travel in {lines}: the real path is not known."
    return Origin("reconstruction", description, notes=(note,))
