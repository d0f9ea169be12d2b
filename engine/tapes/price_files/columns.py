"""Which column of a table is what: by name where the columns have names, by trying the known orders where not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.assets import MAJORS
from engine.tapes.price_files.errors import PriceFileError
from engine.tapes.price_files.figures import number
from engine.tapes.price_files.refusals import refuse_headed, refuse_unlabelled
from engine.tapes.price_files.source import Source

TIME_NAMES = (
    "unix", "unixtime", "unixtimestamp", "unixtimestampms", "opentime", "klineopentime", "opentimestamp", "timestamp",
    "timestampms", "timestamputc", "time", "ts", "t", "datetime", "datetimeutc", "timeutc", "dateutc", "utc", "start",
    "starttime", "startat", "timeperiodstart", "timeopen", "candletime", "begin", "gmttime", "localtime", "date", "day",
    "d", "index", "unnamed0", "",
)  # fmt: skip
PRICE_NAMES = (
    ("open", "o", "openprice", "priceopen", "1open", "first", "bidopen", "openbid"),
    ("high", "h", "highprice", "pricehigh", "2high", "max", "bidhigh", "highbid"),
    ("low", "l", "lowprice", "pricelow", "3low", "min", "bidlow", "lowbid"),
    ("close", "c", "closeprice", "priceclose", "4close", "closelast", "last", "price", "bidclose", "closebid"),
)
CLOSE_TIME_NAMES = ("closetime", "klineclosetime", "timeperiodend", "endtime", "timeclose")
SYMBOL_NAMES = ("symbol", "ticker", "coin", "pair", "market", "instrument", "s")
QUOTE_VOLUMES = (
    "usd", "usdt", "usdc", "busd", "eur", "gbp", "krw", "jpy", "tusd", "dai", "quote", "to", "notional", "fiat",
    "currency",
)  # fmt: skip
BASE_VOLUMES = ("", "traded", "from", "base", "crypto")
VOLUME_NAMES = ("v", "vol", "basevolume", "amount", "5volume", "6volume")

ORDERS = (
    ("open, high, low, close", (1, 2, 3, 4)),
    ("open, close, high, low", (1, 3, 4, 2)),  # Bitfinex
    ("low, high, open, close", (3, 2, 1, 4)),  # Coinbase Exchange
)
BARS_CLEAR = 0.9
"""Share of rows in which the high must be highest and the low lowest before an order of columns is believed."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table of bars.

    Attributes:
        words: the format in words.
        times: columns that tell a bar's open, best first.
        clock: a column with the time of day, where the date stands apart.
        prices: the columns of open, high, low and close.
        volume, quote_volume: traded in the base and in the quote asset; None where there is no such column.
        close_time: when a bar ended, if there is such a column.
        symbol: the column that names the market.
        order: how columns without names were told apart; empty where they have names.
        warnings: what the player should know.
    """

    words: str
    times: tuple[int, ...]
    prices: tuple[int, int, int, int]
    clock: int | None = None
    volume: int | None = None
    quote_volume: int | None = None
    close_time: int | None = None
    symbol: int | None = None
    order: str = ""
    warnings: tuple[str, ...] = ()


def key_of(name: str) -> str:
    """A column's name as it is compared: lower case, letters and digits only."""
    return "".join(mark for mark in name.casefold() if mark.isalnum())


def layout_of(name: str, source: Source) -> Layout:
    """The layout of a table.

    Raises:
        PriceFileError: the table cannot be bars, and what it is instead.
    """
    sample = source.sample()
    if not sample:
        raise PriceFileError(name, "no row of data", "a file with one bar a row would work")
    if source.header is None:
        return _unlabelled(name, source, sample)
    return _headed(name, source, source.header, sample)


def _headed(name: str, source: Source, header: list[str], sample: list[list[str]]) -> Layout:
    keys = [key_of(cell) for cell in header]
    columns = [_first(keys, names) for names in PRICE_NAMES]
    refuse_headed(name, source, keys, columns)
    open_, high, low, close = (column for column in columns if column is not None)
    times = _time_columns(keys, sample)
    if not times:
        raise PriceFileError(
            name,
            "no column of times",
            "a column called time, timestamp, date or open_time would work",
            source.header_line,
        )
    layout = Layout(
        words="",
        times=times,
        prices=(open_, high, low, close),
        close_time=_first(keys, CLOSE_TIME_NAMES),
        symbol=next((place for key in SYMBOL_NAMES for place in range(len(keys)) if keys[place] == key), None),
    )
    layout = _with_clock(layout, keys, sample)
    layout = _with_volume(layout, keys, sample, name)
    return replace(layout, words=f"{_format(header, keys)} ({source.words})", warnings=_warnings(header, keys, name))


def _first(keys: list[str], names: tuple[str, ...]) -> int | None:
    """The first column with the best of these names: exports repeat names, and the first is the price."""
    return next((keys.index(wanted) for wanted in names if wanted in keys), None)


def _time_columns(keys: list[str], sample: list[list[str]]) -> tuple[int, ...]:
    """Columns that can tell the time, best first, by name and by what is in them."""
    named = [keys.index(wanted) for wanted in TIME_NAMES if wanted in keys]
    filled = [place for place in named if any(_cell(row, place) for row in sample[:20])]
    return tuple(filled)


def _cell(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _with_clock(layout: Layout, keys: list[str], sample: list[list[str]]) -> Layout:
    """Join a date column with a time-of-day column beside it."""
    if "date" not in keys or "time" not in keys:
        return layout
    date, clock = keys.index("date"), keys.index("time")
    if re.fullmatch(r"\d{1,2}(:\d\d){1,2}(\.\d+)?|\d{3,6}|0", _cell(sample[0], clock)):
        return replace(layout, times=(date,), clock=clock)
    return layout


def _with_volume(layout: Layout, keys: list[str], sample: list[list[str]], name: str) -> Layout:
    """Find the volume in the base asset: `volume_btc` before `volume`, which may then be in dollars."""
    market = (_cell(sample[0], layout.symbol) if layout.symbol is not None else "") + name
    plain = base = quote = None
    for place, key in enumerate(keys):
        found = re.fullmatch(r"(?:volume|vol)(.*)", key)
        suffix = found.group(1) if found else None
        if suffix in QUOTE_VOLUMES or key in ("quotevolume", "quoteassetvolume", "volumequote"):
            quote = place if quote is None else quote
        elif suffix in BASE_VOLUMES or key in VOLUME_NAMES:
            plain = place if plain is None else plain
        elif suffix and len(suffix) > 1 and (suffix.upper() in MAJORS or suffix in key_of(market)):
            base = place if base is None else base
    if base is not None:
        return replace(layout, volume=base, quote_volume=plain if quote is None else quote)
    return replace(layout, volume=plain, quote_volume=quote)


def _format(header: list[str], keys: list[str]) -> str:
    """What wrote a table with these column names."""
    found = set(keys)
    if header[0].startswith("<"):
        return "Stooq bars" if "ticker" in found else "MetaTrader bars"
    if {"opentime", "closetime"} <= found and len(keys) >= 11:
        return "Binance klines"
    if "symbol" in found and ("unix" in found or {"date", "volume"} <= found):
        return "CryptoDataDownload bars"
    if "adjclose" in found:
        return "Yahoo Finance bars"
    if "price" in found and ("change" in found or "vol" in found):
        return "Investing.com bars"
    if "plot" in found or (keys[0] == "time" and len(found) < len(keys)):
        return "TradingView bars"
    return "bars with named columns"


def _warnings(header: list[str], keys: list[str], name: str) -> tuple[str, ...]:
    found = set(keys)
    words = set(re.split(r"[^a-z]+", name.casefold()))
    warnings = []
    if header[0].startswith("<") and "ticker" not in found:
        warnings.append("MetaTrader writes the broker's server time, often UTC+2 or +3: the times may be off by hours.")
    if "localtime" in found:
        warnings.append("The times are in the exporting computer's local time: they may be off by hours.")
    if ("open" not in found and found & {"bidopen", "openbid"}) or words & {"bid"}:
        warnings.append("These are bid prices only: what was paid was a spread higher.")
    elif words & {"ask"}:
        warnings.append("These are ask prices only: what was received was a spread lower.")
    if words & {"mark", "index", "premiumindex", "markprice", "indexprice"}:
        warnings.append("By its name this file holds mark or index prices, not trades.")
    return tuple(warnings)


def _unlabelled(name: str, source: Source, sample: list[list[str]]) -> Layout:
    """The layout of a table without column names, by trying the orders in which bars are written."""
    width = min(len(row) for row in sample)
    split_clock = width >= 6 and bool(re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", sample[0][1]))
    shift = int(split_clock)
    refuse_unlabelled(name, sample, width - shift, source.unit)
    rows = [[number(cell) for cell in row[shift : shift + 5]] for row in sample]
    order, prices, share = _best_order(rows)
    if share < BARS_CLEAR:
        raise PriceFileError(
            name,
            "the columns have no names, and no known order of open, high, low and close fits them",
            "put a first line such as time,open,high,low,close,volume",
            1,
            source.unit,
        )
    placed = (prices[0] + shift, prices[1] + shift, prices[2] + shift, prices[3] + shift)
    words, volume = _unlabelled_format(sample, width, shift, order)
    return Layout(
        words=f"{words} ({source.words}, no header)",
        times=(0,),
        clock=1 if split_clock else None,
        prices=placed,
        volume=volume,
        close_time=6 if words == "Binance klines" else None,
        order=order,
        warnings=_histdata(sample),
    )


def _best_order(rows: list[list[float | None]]) -> tuple[str, tuple[int, int, int, int], float]:
    """The first order of columns with the largest share of rows that are bars."""
    best = (*ORDERS[0], -1.0)
    for words, order in ORDERS:
        good = sum(_is_bar([row[place] for place in order]) for row in rows)
        if good / len(rows) > best[2]:
            best = (words, order, good / len(rows))
    return best


def _is_bar(prices: list[float | None]) -> bool:
    open_, high, low, close = prices
    if open_ is None or high is None or low is None or close is None:
        return False
    # NaN compares false with everything: a row without a price says nothing against an order.
    return not (high < max(open_, close, low) or low > min(open_, close, high))


def _unlabelled_format(sample: list[list[str]], width: int, shift: int, order: str) -> tuple[str, int | None]:
    """What wrote a table without names, and its column of volume."""
    volume = 5 + shift if width > 5 + shift else None
    first = sample[0]
    if width >= 11 and (number(first[6]) or 0) - (number(first[0]) or 0) > 0 and len(first[6]) >= 10:
        return "Binance klines", volume
    if order == ORDERS[1][0]:
        return "Bitfinex candles", volume
    if order == ORDERS[2][0]:
        return "Coinbase candles", volume
    if width == 7 and len(first[0]) == 10 and first[0].isdigit():
        return "Kraken OHLCVT", volume
    if width == 8 and _is_vwap(sample):
        return "Kraken OHLC", 6
    if width == 6 and _histdata(sample):
        return "HistData bars", volume
    if width == 6 and first[0].isdigit():
        return "ccxt or freqtrade candles", volume
    return "bars in the order time, open, high, low, close", volume


def _is_vwap(sample: list[list[str]]) -> bool:
    """Whether the column after the close lies between low and high, as Kraken's average price does."""
    between = 0
    for row in sample:
        high, low, average = number(row[2]), number(row[3]), number(row[5])
        between += None not in (high, low, average) and (low or 0) <= (average or 0) <= (high or 0)
    return between >= BARS_CLEAR * len(sample)


def _histdata(sample: list[list[str]]) -> tuple[str, ...]:
    if not re.fullmatch(r"\d{8} \d{6}(\d{3})?", sample[0][0]):
        return ()
    return ("HistData writes New York winter time all the year round: its times are 5 hours behind UTC.",)
