"""Files that hold prices but no bars: what each of them is, and what would work instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.tapes.price_files.errors import PriceFileError, quoted
from engine.tapes.price_files.figures import number
from engine.tapes.price_files.source import Source

OHLC = ("open", "high", "low", "close")
BARS_WOULD_WORK = "bars (klines, candles, OHLC) of the same market would work"
MAKE_BARS = "make bars of a fixed length from it first, or download the bars"
TRADE_WORDS = frozenset(("buy", "sell", "true", "false", "bid", "ask"))
SIZE_KEYS = frozenset(("side", "qty", "quantity", "amount", "size", "isbuyermaker", "volume", "cost", "tradeid"))


def refuse_headed(name: str, source: Source, keys: list[str], columns: Sequence[int | None]) -> None:
    """Refuse a table whose column names say that it has no bars.

    Args:
        name: the file.
        source: the table.
        keys: its column names as they are compared.
        columns: its columns of open, high, low and close, None for each that it has not.

    Raises:
        PriceFileError: always, unless there are columns of open, high, low and close.
    """
    if None in columns:
        reason, would_work = _no_bars(source, keys, columns)
        raise PriceFileError(name, reason, would_work, source.header_line)


def _no_bars(source: Source, keys: list[str], columns: Sequence[int | None]) -> tuple[str, str]:
    """What a table without all four prices is, and what would work instead."""
    found = set(keys)
    numeric = _numeric(source.sample())
    no_open = columns[0] is None
    if any("funding" in key for key in keys):
        return "this is a table of funding rates, not of prices", BARS_WOULD_WORK
    if no_open and any("openinterest" in key for key in keys):
        return "this is a table of open interest, not of prices", BARS_WOULD_WORK
    if no_open and any("bid" in key for key in keys) and any("ask" in key for key in keys):
        return "this is a table of bid and ask quotes, not of bars", MAKE_BARS
    if no_open and found & {"price", "px"} and found & SIZE_KEYS:
        return "this is a list of trades, not of bars", MAKE_BARS
    if list(columns[:3]) == [None] * 3 and columns[3] is not None and numeric < 4:
        return "it has one price a row, not open, high, low and close", BARS_WOULD_WORK
    if no_open and columns[1] is None and numeric >= 2:
        listed = ", ".join(quoted(cell) for cell in (source.header or [])[1:4])
        return (
            f"this is a table of one number a column ({listed}…), perhaps closes of several markets",
            f"a file for each market would work: {BARS_WOULD_WORK}",
        )
    missing = ", ".join(word for word, column in zip(OHLC, columns, strict=True) if column is None)
    return f"no column for {missing}", f"name the columns {', '.join(OHLC)} in the first line"


def refuse_unlabelled(name: str, sample: list[list[str]], width: int, unit: str) -> None:
    """Refuse a table without column names that cannot be bars.

    Args:
        name: the file.
        sample: its first rows.
        width: cells in a row, date and time of day counted as one.
        unit: what its rows are counted in.

    Raises:
        PriceFileError: trades, quotes, or fewer than five cells a row.
    """
    trades = any(cell.casefold() in TRADE_WORDS for cell in sample[0])
    if trades or (width == 3 and _all_numbers(sample)):
        raise PriceFileError(name, "this is a list of trades, not of bars", MAKE_BARS, 1, unit)
    if width == 4 and re.fullmatch(r"\d{8} \d{9}", sample[0][0]):
        raise PriceFileError(name, "these are HistData ticks (bid and ask quotes), not bars", MAKE_BARS, 1, unit)
    if width < 5:
        raise PriceFileError(
            name,
            f"only {width} cells in a row: a bar needs time, open, high, low and close",
            BARS_WOULD_WORK,
            1,
            unit,
        )


def _numeric(sample: list[list[str]]) -> int:
    """How many columns of the first row are numbers, the first column aside."""
    return sum(number(cell) is not None for cell in sample[0][1:])


def _all_numbers(sample: list[list[str]]) -> bool:
    return all(number(cell) is not None for row in sample[:20] for cell in row)
