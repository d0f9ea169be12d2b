"""What is mended in a price file, and that it is said; what is not, and why."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tapes.price_files import PriceFile, PriceFileError, read_prices
from engine.tapes.price_files.figures import decimals_of, exact_ticks, number, ticks_of
from engine.tapes.price_files.symbols import guess
from tests.tapes.test_price_files import T0, csv, row

HEADER = "time,open,high,low,close,volume"
DAY = 86_400


def read(rows: list[str], since: int | None = None) -> PriceFile:
    return read_prices("BTCUSDT-1m.csv", csv(rows, HEADER), since=since)


def many(count: int = 60) -> list[str]:
    return [row(place) for place in range(count)]


def test_equal_rows_are_dropped_and_of_unequal_ones_the_first_is_kept() -> None:
    rows = many()
    report = read([*rows[:5], rows[4], row(4, (1, 2, 1, 2)), *rows[5:]]).report
    assert (report.duplicates, report.bars, report.rows) == (2, 60, 62)
    assert [str(repair) for repair in report.repairs] == [
        "1 row repeated: dropped (first: line 7)",
        "1 row with the time of another and other prices: the first was kept (first: line 8)",
    ]
    assert report.lines()[4] == "repaired: 1 row repeated: dropped (first: line 7)"
    assert report.notes()[0] == "BTC: 1 row repeated: dropped (first: line 7)."
    assert read(rows + rows).report.duplicates == 60  # a file pasted twice


def test_highs_and_lows_are_widened() -> None:
    rows = many()
    rows[3] = row(3, (100, 99, 98, 97.5))
    result = read(rows)
    bar = [int(column[3]) for column in (result.bars.open, result.bars.high, result.bars.low, result.bars.close)]
    assert bar == [10_000, 10_000, 9_750, 9_750]
    assert "1 row whose high or low did not contain the others: widened (first: line 5)" in str(
        result.report.repairs[0]
    )
    swapped = [row(place, (100, 98, 102, 101)) for place in range(60)]
    with pytest.raises(PriceFileError, match="in 60 of 60 rows the high is not the highest"):
        read(swapped)


@pytest.mark.parametrize("cell", ["", "nan", "0", "-5", "null", "-"])
def test_rows_without_a_price_are_dropped(cell: str) -> None:
    rows = many()
    rows[9] = row(9).replace("101.25", cell)
    report = read(rows).report
    assert (report.bars, report.holes) == (59, 1)
    assert "1 row with an empty, zero or negative price dropped (first: line 11)" in str(report.repairs[0])
    with pytest.raises(PriceFileError, match=r"line 2: 30 of 60 rows have an empty, zero or negative price"):
        read([line.replace("101.25", cell) if place % 2 == 0 else line for place, line in enumerate(many())])


def test_minutes_without_trades_that_have_a_row_all_the_same() -> None:
    header = "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price"
    rows = [f"{T0 + 60 * n}," + ("NaN,NaN,NaN,NaN,NaN,NaN,NaN" if n % 2 else "1,2,1,2,5,7.5,1.5") for n in range(9)]
    rows += [f"{T0 + 60 * n},1,2,1,2,5,7.5,1.5" for n in range(9, 20)]
    result = read_prices("x.csv", csv(rows, header))
    assert (result.report.bars, result.report.holes, result.report.bar_seconds) == (16, 4, 60)
    assert "4 rows without any price left out (first: line 3)" in str(result.report.repairs[0])
    assert result.bars.volume is not None
    assert result.bars.volume[0] == 5


@pytest.mark.parametrize("torn", ["1650003600,100.5", "1650003600,100.5,101,10", "16500", '1650003600,"100'])
def test_a_half_written_last_line_is_left_out(torn: str) -> None:
    report = read([*many(), torn]).report
    assert report.bars == 60
    assert str(report.repairs[0]) == "1 half-written last line left out (first: line 62)"
    with pytest.raises(PriceFileError, match=r"BTCUSDT-1m.csv line 32: "):
        read([*many(30), torn, *[row(place) for place in range(31, 60)]])


def test_times_off_the_grid_are_rounded() -> None:
    rows = [f"{(T0 + 60 * n) * 1000 + (17 if n % 7 == 3 else 0)},1,2,1,2,5" for n in range(40)]
    result = read(rows)
    assert set(np.diff(result.bars.times).tolist()) == {60_000}
    assert "6 times off the grid of 1 min by up to 17 ms: rounded to it" in str(result.report.repairs[0])


def test_a_reused_ticker_is_a_delisting() -> None:
    first = [row(place, (0.00005, 0.00006, 0.00005, 0.00005)) for place in range(60)]
    later = [row(place + 18 * 1440, (1.0, 1.5, 0.9, 1.25)) for place in range(30)]
    result = read(first + later)
    assert (result.report.bars, result.report.holes) == (60, 0)
    assert "another coin under the same ticker" in result.report.warnings[0]
    assert "reading since 2022-05-03T05:20Z gives those" in result.report.warnings[0]
    again = read(first + later, since=(T0 + 18 * DAY) * 1000)
    assert (again.report.bars, again.bars.tick_size) == (30, Decimal("0.01"))
    assert "60 rows before" in again.report.warnings[0]
    with pytest.raises(PriceFileError, match="no row at or after"):
        read(first, since=(T0 + 18 * DAY) * 1000)


def test_a_crash_without_a_hole_is_no_delisting() -> None:
    crash = [row(place, (80.0, 81, 79, 80)) for place in range(30)]
    crash += [row(place, (0.00005, 0.00006, 0.00005, 0.00005)) for place in range(30, 60)]
    assert read(crash).report.bars == 60


def test_comments_blank_lines_and_headers_in_the_middle() -> None:
    report = read([*many()[:5], "# pasted", "", HEADER, *many()[5:]]).report
    assert report.bars == 60
    assert [repair.line for repair in report.repairs] == [7, 9]


def test_a_volume_of_nothing_is_not_known() -> None:
    result = read([row(place, volume=0) for place in range(9)])
    assert result.bars.volume is None
    assert "The volume is 0 throughout: taken as not known." in result.report.warnings


SHORTENED = ["1.61888E+12", "1.61888E+12", "1.61889E+12"]


def test_epochs_that_a_spreadsheet_shortened() -> None:
    with pytest.raises(PriceFileError, match=r"spreadsheet has shortened the times to the like of '1.61888E\+12'"):
        read([f"{time},1,2,1,2,5" for time in SHORTENED])
    rows = [f"{time},2021-04-20 0{n}:00:00,1,2,1,2" for n, time in enumerate(SHORTENED)]
    report = read_prices("BTCUSDT.csv", csv(rows, "unix,date,open,high,low,close")).report
    assert (report.bars, report.start) == (3, "2021-04-20T00:00Z")  # the date column is whole


REFUSED = {
    "trades": ("timestamp,side,price,amount", ["1650000000,buy,100,1", "1650000001,sell,99,2"], "a list of trades"),
    "quotes": ("TIMESTAMP,BID,ASK", ["02/03/2010 16:53:50,0.5,0.6"] * 2, "bid and ask quotes"),
    "funding": ("calc_time,funding_interval_hours,last_funding_rate", ["1650000000000,8,0.0001"] * 2, "funding rates"),
    "interest": ("timestamp,symbol,sum_open_interest", ["1650000000000,BTCUSDT,80485.6"] * 2, "open interest"),
    "closes": ("Date,IBM,AAPL,MSFT", ["1990-01-01,10.9,0.2,0.4", "1990-02-01,11.5,0.2,0.4"], "closes of several"),
    "one price": ("time,price", ["1650000000,1", "1650000060,2"], "one price a row"),
    "kraken trades": ("", ["1672531436,90.54,1.1", "1672531471,90.45,1.0"], "a list of trades"),
    "ticks": ("", ["20200101 170000065,1.1212,1.1217,0", "20200101 170010447,1.1212,1.1219,0"], "HistData ticks"),
    "a symbol column": (HEADER + ",symbol", [row(0) + ",BTC", row(1) + ",ETH"], "rows of several markets: 'BTC' and"),
    "no high": ("time,open,low,close", ["1650000000,1,1,1"] * 2, "no column for high"),
    "no time": ("nr,open,high,low,close", ["1,1,2,1,1"] * 2, "no column of times"),
    "numbers for times": ("time,open,high,low,close", ["1,1,2,1,1", "2,1,2,1,1"], "'1' is no time"),
    "months": ("Date,Open,High,Low,Close", [f"2020-0{n}-01,1,2,1,1" for n in range(1, 9)], "months"),
    "one row": (HEADER, [row(0)], "one row does not tell how long a bar is"),
    "a web page": ("<!DOCTYPE html>", ["<p>Rate limit, try later"], "a web page"),
    "no order": ("", ["1650000000,1,5,2,5", "1650000060,9,1,8,2"], "no known order"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_bars_is_named(what: str) -> None:
    header, rows, reason = REFUSED[what]
    with pytest.raises(PriceFileError, match=reason) as refused:
        read_prices("prices.csv", csv(rows, header))
    assert refused.value.would_work


def test_trades_in_the_shape_of_bars() -> None:
    times = np.cumsum([4_051, 7_668, 1_252, 2_257, 2_749, 13_333, 4_711, 31]) + T0 * 1000
    with pytest.raises(PriceFileError, match="these are trades, not bars"):
        read([f"{time},3067,3067,3067,3067,1" for time in times])


def test_funding_rates_in_the_shape_of_bars() -> None:
    with pytest.raises(PriceFileError, match="funding rates"):
        read([f"{T0 + 28_800 * n},0.0001,0,0,0,0" for n in range(9)])


@pytest.mark.parametrize(
    ("cells", "decimals"),
    [
        (["0.30000000000000004", "0.1"], 1),
        (["44801.1875", "45952.0625"], 4),
        (["78.10000000", "0.00004567"], 8),
        (["1e-05", "12"], 5),
        (["0.000000000001", "1"], 12),
        (["0.00000000000012", "1"], 12),
        (["100", "2300"], 0),
    ],
)
def test_decimals(cells: list[str], decimals: int) -> None:
    assert decimals_of(np.array(cells, np.float64)).most == decimals


@given(st.lists(st.tuples(st.integers(1, 10**15 - 1), st.integers(0, 12)), min_size=1, max_size=20))
def test_prices_of_fifteen_digits_are_exact(written: list[tuple[int, int]]) -> None:
    prices = [Decimal(digits).scaleb(-places) for digits, places in written]
    values = np.array([float(price) for price in prices])
    found = decimals_of(values)
    ticks = ticks_of(values, found.most)
    assert found.rounded == 0
    if ticks is not None:
        assert [Decimal(int(tick)).scaleb(-found.most) for tick in ticks] == prices


def test_prices_of_more_digits_are_taken_from_the_text() -> None:
    cells = ["65000.123456789012", "64999.5", "0.1"]
    assert ticks_of(np.array(cells, np.float64), 12) is None
    ticks, decimals, rounded = exact_ticks(np.array(cells, np.float64), lambda: cells)
    assert (decimals, rounded) == (12, 0)
    assert ticks.tolist() == [65_000_123_456_789_012, 64_999_500_000_000_000, 100_000_000_000]
    rows = [f"{T0 + 60 * n},65000.123456789012,65001,64999.5,65000" for n in range(3)]
    bars = read_prices("x.csv", csv(rows, "time,open,high,low,close")).bars
    assert bars.tick_size * int(bars.open[0]) == Decimal("65000.123456789012")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("28,420.3", 28420.3), ("57.32K", 57320.0), ("$1.20", 1.2), (" 5 ", 5.0), ("1e3", 1000.0), ("1_0", None),
     ("0x10", None), ("inf", None), ("1,2,3", None), ("٣", None), ("", "nan"), ("-", "nan")],
)  # fmt: skip
def test_numbers(cell: str, value: float | str | None) -> None:
    found = number(cell)
    assert (str(found) == "nan") if value == "nan" else (found == value)


@pytest.mark.parametrize(
    ("name", "symbol", "quote"),
    [
        ("BTC_USDT-1m.feather", "BTC", "USDT"),
        ("BTC_USD-Hourly.csv.gz", "BTC", "USD"),
        ("ETHUSD_60.csv.gz", "ETH", "USD"),
        ("XBTUSD_60.csv", "BTC", "USD"),
        ("LUNAUSDT-1m-2022-05.zip", "LUNA", "USDT"),
        ("BTC_USDT_USDT-5m-futures.json.gz", "BTC", "USDT"),
        ("FARTCOIN_USDC_USDC-1m-futures.feather", "FARTCOIN", "USDC"),
        ("1000PEPEUSDT_1h.csv", "1000PEPE", "USDT"),
        ("Bitstamp_BTC_USD-Hourly.csv", "BTC", "USD"),
        ("BINANCE_BTCUSDT.P, 60.csv", "BTC", "USDT"),
        ("SHIBUSD.csv", "SHIB", "USD"),
        ("BTCBUSD-1m.csv", "BTC", "BUSD"),
        ("ETHBTC-1h.csv", "ETH", "BTC"),
        ("eurusd-m1.csv", "EUR", "USD"),
        ("aapl_us_d.csv", "AAPL", ""),
        ("klines_response.json", "PRICE", ""),
        ("me/BTC_USD/prices.csv", "PRICE", ""),
        ("bitstampUSD_1-min_data.csv", "PRICE", ""),
    ],
)
def test_symbols(name: str, symbol: str, quote: str) -> None:
    found = guess([], [name])
    assert (found.symbol, found.quote) == (symbol, quote)
