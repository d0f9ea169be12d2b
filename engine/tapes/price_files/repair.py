"""Mending rows: what is wrong in real price files, put right where that is safe, reported always, refused else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.tapes.bars import iso, length_text
from engine.tapes.price_files.figures import LARGEST_PRICE
from engine.tapes.price_files.grid import DAY
from engine.tapes.price_files.refusals import BARS_WOULD_WORK
from engine.tapes.price_files.report import counted
from engine.tapes.price_files.rows import Rows

MOST_DROPPED = 0.05
MOST_WIDENED = 0.25
MOST_SHARED_TIMES = 0.2
REUSE_RATIO = 1000.0
REUSE_HOLE = DAY
"""After a hole of a day and a price a thousand times another, a ticker stands for another coin."""

OPEN, HIGH, LOW, CLOSE = range(4)


def drop_before(rows: Rows, since: int | None) -> None:
    """Leave out the rows before `since` (ms UTC)."""
    if since is None or not len(rows):
        return
    kept = rows.times >= since
    if not kept.any():
        raise rows.refuse(f"no row at or after {iso(since)}", f"the last row is of {iso(int(rows.times.max()))}")
    if not kept.all():
        left_out = int((~kept).sum())
        rows.warnings.append(f"{left_out:,} rows before {iso(since)} were left out, as asked.")
        rows.keep(kept)


def drop_worthless(rows: Rows) -> None:
    """Drop rows with an empty, zero or negative price; refuse impossible prices, and a file with too many.

    Raises:
        PriceFileError: a price that is no price, or more than 5 % of the rows without one.
    """
    prices = rows.prices
    empty = (prices[:, HIGH] == 0) & (prices[:, LOW] == 0) & (prices[:, CLOSE] == 0) & (prices[:, OPEN] != 0)
    if empty.mean() > 0.5:
        raise rows.refuse(
            "only the open is filled: this looks like a file of funding rates, not of prices", BARS_WOULD_WORK
        )
    _drop_empty(rows)
    prices = rows.prices
    huge = (np.abs(prices) > LARGEST_PRICE).any(axis=1)
    if huge.any():
        raise rows.refuse("a price too large to be one", "mend or delete the row", int(np.argmax(huge)))
    worthless = np.logical_not((prices > 0).all(axis=1))
    count = int(worthless.sum())
    if count == 0:
        return
    first = int(np.argmax(worthless))
    if count == len(rows) or count > max(1, MOST_DROPPED * len(rows)):
        raise rows.refuse(
            f"{count:,} of {len(rows):,} rows have an empty, zero or negative price", BARS_WOULD_WORK, first
        )
    rows.repaired(f"{counted(count, 'row')} with an empty, zero or negative price dropped", count, first)
    rows.keep(~worthless)


def _drop_empty(rows: Rows) -> None:
    """Leave out rows without any price: some archives keep a row for every minute, traded in or not."""
    empty = np.isnan(rows.prices).all(axis=1)
    count = int(empty.sum())
    if 0 < count < len(rows):
        rows.repaired(f"{counted(count, 'row')} without any price left out", count, int(np.argmax(empty)))
        rows.keep(np.logical_not(empty))


def sort(rows: Rows) -> None:
    """Put the rows in order of time; rows of one time stay in the file's order."""
    steps = np.diff(rows.times)
    if (steps >= 0).all():
        return
    if (steps <= 0).all():
        rows.repaired("rows were newest first: turned round", len(rows))
    else:
        back = np.flatnonzero(steps < 0)
        rows.repaired(f"rows were out of order in {counted(len(back), 'place')}: sorted", len(back), int(back[0]) + 1)
    rows.keep(np.argsort(rows.times, kind="stable").astype(np.int64))


def drop_duplicates(rows: Rows) -> int:
    """Keep the first row of each time, and return how many were dropped. The rows must be in order of time.

    Raises:
        PriceFileError: so many rows share a time that they are no bars.
    """
    again = np.concatenate([[False], np.diff(rows.times) == 0])
    count = int(again.sum())
    if count == 0:
        return 0
    if count > max(2, MOST_SHARED_TIMES * len(rows)) and not _mostly_equal(rows, again):
        raise rows.refuse(
            f"{count:,} of {len(rows):,} rows have the time of another: these are trades, or the times were shortened",
            "a file with one bar a row would work",
            int(np.argmax(again)),
        )
    first = np.flatnonzero(~again)[np.cumsum(~again) - 1]
    differs = again & ~_equal(rows, first)
    if (again & ~differs).any():
        equal = again & ~differs
        rows.repaired(f"{counted(int(equal.sum()), 'row')} repeated: dropped", int(equal.sum()), int(np.argmax(equal)))
    if differs.any():
        rows.repaired(
            f"{counted(int(differs.sum()), 'row')} with the time of another and other prices: the first was kept",
            int(differs.sum()),
            int(np.argmax(differs)),
        )
    rows.keep(~again)
    return count


def _equal(rows: Rows, other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each row has the prices and the volume of the row `other`."""
    same: NDArray[np.bool_] = (rows.prices == rows.prices[other]).all(axis=1)
    if rows.volume is not None:
        same &= (rows.volume == rows.volume[other]) | np.isnan(rows.volume)
    return same


def _mostly_equal(rows: Rows, again: NDArray[np.bool_]) -> bool:
    """Whether the rows of a time that was there before mostly say the same: a file pasted twice, not trades."""
    before = np.arange(len(rows)) - 1
    before[0] = 0
    return bool(_equal(rows, before)[again].mean() > 0.9)


def first_segment(rows: Rows) -> None:
    """Where a ticker was delisted and given to another coin, keep the coin that came first."""
    if len(rows) < 2:
        return
    holes = np.diff(rows.times) >= REUSE_HOLE
    ratio = rows.prices[1:, OPEN] / rows.prices[:-1, CLOSE]
    reused = np.flatnonzero(holes & ((ratio >= REUSE_RATIO) | (ratio <= 1 / REUSE_RATIO)))
    if len(reused) == 0:
        return
    last = int(reused[0])
    after = int(rows.times[last + 1])
    hole = (after - int(rows.times[last])) // 1000
    rows.warnings.append(
        f"After {length_text(hole)} without bars the price goes from {rows.prices[last, CLOSE]:g} to "
        f"{rows.prices[last + 1, OPEN]:g}: taken as a delisting, and another coin under the same ticker. "
        f"The {len(rows) - last - 1:,} bars from {iso(after)} on were left out; reading since {iso(after)} gives those."
    )
    rows.keep(np.arange(last + 1))


def widen(rows: Rows) -> None:
    """Make highs and lows contain the open and the close.

    Raises:
        PriceFileError: so many do not that the columns cannot be what they are called.
    """
    prices = rows.prices
    high, low = prices.max(axis=1), prices.min(axis=1)
    wrong = (high != prices[:, HIGH]) | (low != prices[:, LOW])
    count = int(wrong.sum())
    if count == 0:
        return
    first = int(np.argmax(wrong))
    if count > max(2, MOST_WIDENED * len(rows)):
        raise rows.refuse(
            f"in {count:,} of {len(rows):,} rows the high is not the highest price or the low not the lowest",
            "columns called open, high, low and close that are these would work",
            first,
        )
    rows.repaired(f"{counted(count, 'row')} whose high or low did not contain the others: widened", count, first)
    rows.prices = np.stack([prices[:, OPEN], high, low, prices[:, CLOSE]], axis=1)


def mend_volume(rows: Rows) -> None:
    """Volumes in the base asset: those swapped with the quote volume put back, impossible ones made 0."""
    if rows.volume is None:
        return
    if rows.quote_volume is not None:
        _swap_volumes(rows, rows.volume, rows.quote_volume)
    bad = ~(rows.volume >= 0) | np.isinf(rows.volume)
    if bad.any():
        count = int(bad.sum())
        rows.repaired(f"{counted(count, 'row')} without a volume: taken as 0", count, int(np.argmax(bad)))
        rows.volume = np.where(bad, 0.0, rows.volume)
    if not rows.volume.any():
        rows.warnings.append("The volume is 0 throughout: taken as not known.")
        rows.volume = None


def _swap_volumes(rows: Rows, base: NDArray[np.float64], quote: NDArray[np.float64]) -> None:
    """CryptoDataDownload's older rows have the two volumes the other way round; their ratio is the price."""
    close = rows.prices[:, CLOSE]
    with np.errstate(divide="ignore", invalid="ignore"):
        straight = np.abs(np.log(quote / base / close))
        swapped = np.abs(np.log(base / quote / close))
        wrong = (swapped < 0.5) & (straight > 1.0) & (base > 0) & (quote > 0)
    if wrong.any():
        count = int(wrong.sum())
        rows.repaired(
            f"{counted(count, 'row')} with base and quote volume the wrong way round: put right",
            count,
            int(np.argmax(wrong)),
        )
        rows.volume = np.where(wrong, quote, base)
