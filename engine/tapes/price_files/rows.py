"""The rows of a price file as numbers, before they are mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.tapes.price_files.columns import Layout
from engine.tapes.price_files.errors import PriceFileError, quoted
from engine.tapes.price_files.figures import number
from engine.tapes.price_files.report import Repair
from engine.tapes.price_files.source import Floats, Loaded, Progress, Source, Texts, Times
from engine.tapes.price_files.times import BAD, dates, epochs

KNOWN_TIMES = "seconds, ms, µs or ns since 1970, or dates such as 2022-05-12 00:25:00 would work"
COMPACT = re.compile(r"(19|20)\d{6}(\d{4}(\d{2})?)?", re.ASCII)
SCIENTIFIC = re.compile(r"\d\.(\d*)[eE]\+?(\d{1,2})", re.ASCII)
NAIVE = "The times name no time zone: taken as UTC."


@dataclass
class Rows:
    """Rows as they stand in a file.

    Attributes:
        name: the file's name.
        times: (rows,) int64, ms UTC of each bar's open.
        prices: (rows, 4) float64: open, high, low, close; NaN where a cell is empty.
        volume, quote_volume: (rows,) float64, or None.
        places: (rows,) int64, the line or row of each.
        unit: `line` or `row`.
        cells: the texts of the prices in the rows at some places, four a row.
        repairs, warnings: what is known so far.
        length_hint: seconds of a bar as the file itself tells, 0 where it does not.
    """

    name: str
    times: Times
    prices: Floats
    volume: Floats | None
    quote_volume: Floats | None
    places: Times
    unit: str
    cells: Callable[[Sequence[int]], list[str]]
    repairs: list[Repair] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    length_hint: int = 0

    def __len__(self) -> int:
        return len(self.times)

    def keep(self, which: NDArray[np.bool_] | Times) -> None:
        """Keep the rows of a mask, or those of an array of indices in its order."""
        self.times, self.prices, self.places = self.times[which], self.prices[which], self.places[which]
        self.volume = None if self.volume is None else self.volume[which]
        self.quote_volume = None if self.quote_volume is None else self.quote_volume[which]

    def repaired(self, what: str, count: int, first: int | None = None) -> None:
        """Note a repair of `count` rows; `first` is the index of the first of them."""
        place = None if first is None else int(self.places[first])
        self.repairs.append(Repair(what, count, place, self.unit))

    def refuse(self, reason: str, would_work: str, index: int | None = None) -> PriceFileError:
        """The error that refuses this file, at the row `index`."""
        place = None if index is None else int(self.places[index])
        return PriceFileError(self.name, reason, would_work, place, self.unit)


def rows_of(name: str, source: Source, layout: Layout, progress: Progress | None) -> Rows:
    """Read the columns that `layout` names.

    Raises:
        PriceFileError: a cell that is no number or no time, with its line.
    """
    sample = source.sample()
    time, is_number = _time_column(name, source, layout, sample)
    close_time = layout.close_time if is_number else None
    numeric = [*layout.prices, *(c for c in (layout.volume, layout.quote_volume, close_time) if c is not None)]
    text = [] if is_number else [time]
    if layout.clock is not None:
        text = [time, layout.clock]
    elif is_number:
        numeric.append(time)
    text += [layout.symbol] if layout.symbol is not None else []
    loaded = source.load(sorted(set(numeric)), sorted(set(text)), progress)
    if layout.symbol is not None:
        _check_one_market(name, loaded.texts[layout.symbol], loaded, source.unit)
    rows = Rows(
        name=name,
        times=np.zeros(0, np.int64),
        prices=np.stack([loaded.numbers[column] for column in layout.prices], axis=1),
        volume=None if layout.volume is None else loaded.numbers[layout.volume],
        quote_volume=None if layout.quote_volume is None else loaded.numbers[layout.quote_volume],
        places=loaded.places,
        unit=source.unit,
        cells=lambda places: [
            cell
            for row in zip(*(source.cells(column, places) for column in layout.prices), strict=True)
            for cell in row
        ],
        repairs=list(loaded.repairs),
        warnings=[*layout.warnings, *source.notes],
    )
    rows.times = _times(rows, loaded, layout, time, is_number)
    if close_time is not None:
        rows.length_hint = _length_hint(rows.times, epochs(loaded.numbers[close_time]))
    _check_times(rows, source, time)
    return rows


def _time_column(name: str, source: Source, layout: Layout, sample: list[list[str]]) -> tuple[int, bool]:
    """The column to read times from, and whether it holds epochs: a lossy one is passed over for another."""
    lossy = None
    for column in layout.times:
        cells = [row[column] for row in sample if column < len(row) and row[column]]
        if not cells:
            continue
        if _is_shortened(cells):
            lossy = lossy or cells[0]
            continue
        is_compact = all(COMPACT.fullmatch(cell) for cell in cells)
        return column, not is_compact and layout.clock is None and all(number(cell) is not None for cell in cells[:5])
    if lossy is not None:
        raise PriceFileError(
            name,
            f"a spreadsheet has shortened the times to the like of {quoted(lossy)}, so that bars cannot be told apart",
            "the file as it was before it was opened and saved in a spreadsheet would work",
            1,
            source.unit,
        )
    raise PriceFileError(name, "the column of times is empty", KNOWN_TIMES)


def _is_shortened(cells: list[str]) -> bool:
    """Whether epochs are written like 1.61888E+12, with too few digits to tell 10 seconds from the next 10."""
    found = [SCIENTIFIC.fullmatch(cell) for cell in cells]
    steps = [int(match[2]) - len(match[1]) - (3 if int(match[2]) >= 11 else 0) for match in found if match]
    return len(steps) == len(cells) and min(steps) >= 1


def _times(rows: Rows, loaded: Loaded, layout: Layout, time: int, is_number: bool) -> Times:
    """The opens in ms; `BAD` where a cell is no time."""
    if is_number:
        return epochs(loaded.numbers[time])
    texts: Texts = loaded.texts[time]
    if layout.clock is not None:
        texts = np.char.add(np.char.add(texts, b" "), np.char.strip(loaded.texts[layout.clock]))
    read = dates(texts)
    if read.naive and not any("UTC" in warning for warning in rows.warnings):
        rows.warnings.append(NAIVE)
    if read.guessed_order:
        rows.warnings.append("Day and month cannot be told apart in this file's dates: the shorter span was taken.")
    return read.times


def _length_hint(opens: Times, closes: Times) -> int:
    """Seconds from the first bar's open to its close, which some exchanges put a millisecond early."""
    if len(opens) == 0 or opens[0] == BAD or closes[0] == BAD:
        return 0
    return max(0, round((int(closes[0]) - int(opens[0])) / 1000))


def _check_times(rows: Rows, source: Source, time: int) -> None:
    """Leave out a last row whose time was cut short; refuse any other that is no time."""
    bad = np.flatnonzero(rows.times == BAD)
    if len(bad) == 0:
        return
    last = len(rows) - 1
    if len(rows) > 1 and bad.tolist() == [last]:
        rows.repaired("1 half-written last line left out", 1, last)
        rows.keep(rows.times != BAD)
        return
    first = int(bad[0])
    cell = source.cells(time, [int(rows.places[first])])[0]
    raise rows.refuse(f"{quoted(cell)} is no time", KNOWN_TIMES, first)


def _check_one_market(name: str, symbols: Texts, loaded: Loaded, unit: str) -> None:
    """Refuse a table with rows of several markets."""
    if len(symbols) == 0:
        return
    other = symbols != symbols[0]
    if other.any():
        place = int(np.argmax(other))
        raise PriceFileError(
            name,
            f"rows of several markets: {quoted(symbols[0].decode())} and {quoted(symbols[place].decode())}",
            "a file for each market would work",
            int(loaded.places[place]),
            unit,
        )
