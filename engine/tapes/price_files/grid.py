"""The bar length of a file, its grid of opening times, and the holes in it."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from engine.tapes.bars import length_text
from engine.tapes.price_files.refusals import MAKE_BARS
from engine.tapes.price_files.report import HOLES_LISTED, Hole, counted
from engine.tapes.price_files.rows import Rows
from engine.tapes.price_files.source import Times

DAY = 86_400_000
LONGEST_BAR = 8 * DAY
SLACK = 0.05
"""How far from its grid, as a share of the bar length, a time counts as jitter."""

MOST_OFF = 0.05
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
WORDS = {"minute": 60, "minutes": 60, "hourly": 3600, "hour": 3600, "daily": 86_400, "day": 86_400, "weekly": 604_800}


def bar_length(rows: Rows, hint: int) -> int:
    """Seconds of a bar: the most common difference of times, or the largest length that all of them are multiples of.

    Args:
        rows: in order of time, each time once.
        hint: the length that the file's name tells, 0 where it tells none.

    Raises:
        PriceFileError: one row that does not tell its length, months, or times without a common length.
    """
    hint = rows.length_hint or hint
    if len(rows) == 1:
        if hint == 0:
            raise rows.refuse("one row does not tell how long a bar is", "two rows or more would work", 0)
        return hint
    # Jitter of some ms is common, and no bar is shorter than a second.
    steps = np.rint(np.diff(rows.times) / 1000).astype(np.int64)
    lengths, counts = np.unique(steps, return_counts=True)
    common = int(lengths[int(np.argmax(counts))])
    if common * 1000 > LONGEST_BAR and len(lengths) > 1:
        raise rows.refuse(
            f"bars of about {length_text(common)} (months?) are not all equally long", "days or shorter bars would work"
        )
    if common > 0 and _share_on(steps, common) >= 1 - MOST_OFF:
        return common
    shared = int(np.gcd.reduce(steps))
    if shared >= 60 and (shared == hint or (shared % 60 == 0 and len(rows) >= 3)):
        return shared
    raise _irregular(rows)


def _share_on(steps: NDArray[np.int64], length: int) -> float:
    """The share of differences that are a whole number of bars, jitter aside."""
    off = np.abs(steps - np.maximum(1, np.rint(steps / length)) * length)
    return float((off <= max(1.0, SLACK * length)).mean())


def _irregular(rows: Rows) -> Exception:
    flat = (rows.prices == rows.prices[:, :1]).all(axis=1).mean() > 0.9
    if flat:
        return rows.refuse(
            "open, high, low and close are equal at irregular times: these are trades, not bars", MAKE_BARS
        )
    return rows.refuse("the times are irregular: there is no common bar length", MAKE_BARS)


def snap(rows: Rows, seconds: int) -> None:
    """Round times to the grid that most of them stand on; of two rows that meet there the first is kept.

    Raises:
        PriceFileError: too many times stand far from any grid.
    """
    length = seconds * 1000
    phases, counts = np.unique(rows.times % length, return_counts=True)
    phase = int(phases[int(np.argmax(counts))])
    off = (rows.times - phase + length // 2) % length - length // 2
    moved = off != 0
    if not moved.any():
        return
    if (np.abs(off) > length // 4).mean() > MOST_OFF:
        raise _irregular(rows)
    count, furthest = int(moved.sum()), int(np.abs(off).max())
    what = f"{furthest} ms" if furthest < 1000 else length_text(furthest // 1000)
    rows.repaired(
        f"{counted(count, 'time')} off the grid of {length_text(seconds)} by up to {what}: rounded to it",
        count,
        int(np.argmax(moved)),
    )
    rows.times = rows.times - off
    met = np.concatenate([[False], np.diff(rows.times) == 0])
    if met.any():
        rows.repaired(
            f"{counted(int(met.sum()), 'bar')} met another there: the first was kept",
            int(met.sum()),
            int(np.argmax(met)),
        )
        rows.keep(~met)


def holes_in(times: Times, seconds: int) -> tuple[int, Hole | None, tuple[Hole, ...]]:
    """How many times without bars there are, the longest, and the first five."""
    steps = np.diff(times)
    where = np.flatnonzero(steps > seconds * 1000)
    if len(where) == 0:
        return 0, None, ()
    found = [_hole(times, int(place), seconds) for place in where[:HOLES_LISTED]]
    return len(where), _hole(times, int(np.argmax(steps)), seconds), tuple(found)


def _hole(times: Times, place: int, seconds: int) -> Hole:
    start = int(times[place]) + seconds * 1000
    return Hole(start, (int(times[place + 1]) - start) // 1000)


def length_in(name: str) -> int:
    """The bar length that a file's name tells (`-5m`, `_60`, `Hourly`, `M1`), in seconds; 0 where it tells none."""
    for word in re.split(r"[^a-z0-9]+", name.casefold()):
        found = re.fullmatch(r"(\d{1,3})(s|m|min|h|d|w)", word)
        if found:
            return int(found.group(1)) * UNITS[found.group(2)]
        found = re.fullmatch(r"(m|h|d)(\d{1,2})", word)
        if found:
            return int(found.group(2)) * UNITS[found.group(1)]
        if word in WORDS:
            return WORDS[word]
    minutes = re.search(r"_(1|5|15|30|60|240|720|1440)(?:\.|$)", name)
    return int(minutes.group(1)) * 60 if minutes else 0
