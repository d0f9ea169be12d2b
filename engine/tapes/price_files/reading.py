"""From the bytes of a price file to bars and a report."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from engine.market import valid_symbol
from engine.tapes.bars import Bars, iso
from engine.tapes.price_files import grid, repair
from engine.tapes.price_files.columns import Layout, layout_of
from engine.tapes.price_files.delimited import Delimited
from engine.tapes.price_files.errors import PriceFileError, base_name, quoted
from engine.tapes.price_files.figures import decimals_of, exact_ticks, says_more, ticks_of
from engine.tapes.price_files.frames import Frame, is_frame
from engine.tapes.price_files.records import Records
from engine.tapes.price_files.report import PriceFile, PriceReport
from engine.tapes.price_files.rows import Rows, rows_of
from engine.tapes.price_files.source import Floats, Progress, Source, Times
from engine.tapes.price_files.symbols import DOLLARS, Guess, guess
from engine.tapes.price_files.unpack import Unpacked, unpack

LOOKED_AT = 1000
"""How many odd prices are looked at in the file's text before all of it is believed to be noise."""


def read_prices(
    name: str, data: bytes, symbol: str | None = None, progress: Progress | None = None, since: int | None = None
) -> PriceFile:
    """Read a price file: recognise its format, mend what can be mended, and report both.

    Args:
        name: the file's name; it may tell the symbol and the bar length, and stands in messages without its folders.
        data: the file's bytes.
        symbol: what to call the market; None to take it from the file.
        progress: called with the share that has been read, 0 to 1.
        since: ignore rows before this time, in ms UTC; the way to the second coin of a ticker that was reused.

    Raises:
        PriceFileError: the file cannot be read as bars; it says where, why, and what would work.
    """
    if symbol is not None and not valid_symbol(symbol.upper()):
        raise PriceFileError(name, f"{quoted(symbol)} is no symbol", "1–24 letters, digits, dots or dashes would work")
    packed = unpack(name, data)
    source = _open(name, packed.data)
    layout = layout_of(name, source)
    rows = rows_of(name, source, layout, progress)
    read = len(rows)
    if read == 0:
        raise PriceFileError(name, "no row of data", "a file with one bar a row would work")
    market = _guess(name, packed, source, layout)
    seconds, duplicates = _mend(rows, since, grid.length_in(packed.name) or grid.length_in(base_name(name)))
    bars = _bars(rows, symbol.upper() if symbol else market.symbol, seconds)
    _warn_of_quote(rows, market, symbol)
    report = _report(name, packed, layout, rows, bars, market, symbol, read, duplicates)
    return PriceFile(bars, report)


def _open(name: str, data: bytes) -> Source:
    """The reader for these bytes, chosen by what is in them and never by the name."""
    if is_frame(data):
        return Frame(name, data)
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"[", b"{")):
        return Records(name, data)
    return Delimited(name, data)


def _mend(rows: Rows, since: int | None, hint: int) -> tuple[int, int]:
    """Mend the rows in place; seconds of a bar, and how many rows had another's time."""
    repair.drop_before(rows, since)
    repair.drop_worthless(rows)
    repair.sort(rows)
    duplicates = repair.drop_duplicates(rows)
    seconds = grid.bar_length(rows, hint)
    grid.snap(rows, seconds)
    repair.first_segment(rows)
    repair.widen(rows)
    repair.mend_volume(rows)
    return seconds, duplicates


def _bars(rows: Rows, symbol: str, seconds: int) -> Bars:
    """The rows as bars on the finest grid of prices that the file uses."""
    values = np.ascontiguousarray(rows.prices)
    found = decimals_of(values)
    decimals, rounded = found.most, found.rounded
    ticks: Times | None = None if _says_more(rows, values, found.noisy) else ticks_of(values, decimals)
    if ticks is None:
        flat, decimals, rounded = exact_ticks(values.ravel(), lambda: rows.cells(rows.places.tolist()))
        ticks = flat.reshape(values.shape)
    if rounded:
        rows.repaired(f"{rounded:,} prices with more than {decimals} decimals rounded", rounded)
    ticks = _above_zero(rows, ticks)
    # Widening was by the doubles; the text of a price beyond 15 digits can say otherwise by a tick.
    high, low = ticks.max(axis=1), ticks.min(axis=1)
    open_, close = np.ascontiguousarray(ticks[:, 0]), np.ascontiguousarray(ticks[:, 3])
    return Bars(symbol, seconds, rows.times, open_, high, low, close, rows.volume, Decimal((0, (1,), -decimals)))


def _says_more(rows: Rows, values: Floats, noisy: Times) -> bool:
    """Whether some of the prices that are no decimal of 15 digits have more digits in the file than in a double."""
    looked_at = noisy[:LOOKED_AT]
    which, column = np.divmod(looked_at, 4)
    cells = rows.cells(rows.places[which].tolist())
    return any(
        says_more(cells[4 * place + int(column[place])], float(values[which[place], column[place]]))
        for place in range(len(looked_at))
    )


def _above_zero(rows: Rows, ticks: Times) -> Times:
    """Refuse prices that are zero at the finest grid there is."""
    below = (ticks < 1).any(axis=1)
    if below.any():
        raise rows.refuse(
            "a price below 0.000000000001", "prices of a larger unit of the coin would work", int(np.argmax(below))
        )
    return ticks


def _guess(name: str, packed: Unpacked, source: Source, layout: Layout) -> Guess:
    contents = []
    if layout.symbol is not None:
        contents.append(source.sample()[0][layout.symbol])
    if source.hint and "http" not in source.hint:
        contents.append(source.hint)
    return guess(contents, [packed.name, base_name(name)])


def _warn_of_quote(rows: Rows, market: Guess, symbol: str | None) -> None:
    if market.quote and market.quote not in DOLLARS:
        rows.warnings.append(f"Prices are in {market.quote}: profits and margin are then in {market.quote} too.")
    if symbol is None and market.symbol == "PRICE":
        rows.warnings.append("Neither the file nor its name tells the market: it is called PRICE.")


def _report(
    name: str,
    packed: Unpacked,
    layout: Layout,
    rows: Rows,
    bars: Bars,
    market: Guess,
    symbol: str | None,
    read: int,
    duplicates: int,
) -> PriceReport:
    holes, longest, first = grid.holes_in(bars.times, bars.seconds)
    return PriceReport(
        file=base_name(name),
        format=layout.words + (f", in a {packed.packing}" if packed.packing == "zip" else ""),
        symbol=bars.symbol,
        symbol_from="what was asked for" if symbol else market.source,
        rows=read,
        bars=len(bars),
        start=iso(int(bars.times[0])),
        end=iso(int(bars.times[-1]) + bars.seconds * 1000),
        bar_seconds=bars.seconds,
        holes=holes,
        longest_hole=longest,
        first_holes=first,
        duplicates=duplicates,
        repairs=tuple(rows.repairs),
        warnings=tuple(rows.warnings),
    )
