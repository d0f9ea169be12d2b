"""Price files in the dialects people have, with made-up figures: what they are recognised as, and what is mended."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from decimal import Decimal

import numpy as np
import pytest

from engine.tapes.price_files import PriceFile, PriceFileError, read_prices

T0 = 1_650_000_000  # 2022-04-15T05:20:00Z
ISO0 = "2022-04-15T05:20Z"
PRICES = [(100.5, 101.25, 99.75, 100.75), (100.75, 102.0, 100.5, 101.5), (101.5, 101.75, 98.25, 98.5)]


def csv(rows: list[str], header: str = "", end: str = "\n") -> bytes:
    return end.join(([header] if header else []) + rows).encode() + end.encode()


def kline(time: int, prices: tuple[float, ...], unit: int = 1000) -> str:
    figures = ",".join(f"{price:.8f}" for price in prices)
    return f"{time * unit},{figures},7.50000000,{(time + 60) * unit - 1},760.00000000,12,3.00000000,300.00000000,0"


def klines(unit: int = 1000) -> list[str]:
    return [kline(T0 + 60 * place, prices, unit) for place, prices in enumerate(PRICES)]


def plain(rows: list[str], name: str = "BTCUSDT-1m.csv", header: str = "time,open,high,low,close,volume") -> PriceFile:
    return read_prices(name, csv(rows, header))


def row(place: int, prices: tuple[float, ...] = PRICES[0], volume: float = 7.5) -> str:
    return ",".join(map(str, (T0 + 60 * place, *prices, volume)))


def check(read: PriceFile, seconds: int = 60, volume: bool = True) -> None:
    """The three bars of PRICES."""
    bars = read.bars
    assert bars.seconds == seconds
    assert (np.diff(bars.times) == seconds * 1000).all()
    ticks = np.stack([bars.open, bars.high, bars.low, bars.close], axis=1)
    assert [tuple(float(bars.tick_size * int(tick)) for tick in bar) for bar in ticks] == PRICES
    assert bars.tick_size == Decimal("0.01")
    assert bars.volume is not None if volume else bars.volume is None
    assert read.report.bars == 3


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000, 1_000_000_000])
def test_binance_klines_in_every_unit_of_time(unit: int) -> None:
    read = read_prices("LUNAUSDT-1m-2022-05.csv", csv(klines(unit)))
    check(read)
    assert read.report.start == ISO0
    assert read.report.symbol == "LUNA"
    assert read.report.format == "Binance klines (CSV, no header)"
    assert read.report.repairs == ()


def test_the_unit_is_chosen_row_by_row() -> None:
    check(read_prices("BTCUSDT-1m.csv", csv([*klines(1000)[:2], klines(1_000_000)[2]])))


def test_binance_futures_klines_have_names() -> None:
    header = (
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
        "taker_buy_quote_volume,ignore"
    )
    read = read_prices("AVAXUSDT-1m-2026-07.csv", csv(klines(), header))
    check(read)
    assert read.report.format == "Binance klines (CSV)"


def test_zip_and_gzip_are_known_by_their_bytes() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ETHUSDT-1m-2022-05.csv", csv(klines()))
    read = read_prices("download.csv", packed.getvalue())
    check(read)
    assert read.report.symbol == "ETH"
    check(read_prices("BTCUSDT.csv", gzip.compress(csv(klines()))))


def test_cryptodatadownload_with_a_link_first_newest_first_and_symbols() -> None:
    header = (
        "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount"
    )
    rows = [f"{(T0 + 3600 * n) * 1000},x,BTC/USDT,{','.join(map(str, PRICES[n]))},2,200,9" for n in (2, 1, 0)]
    read = read_prices("export.csv", csv(rows, header))
    check(read, 3600)
    assert read.report.symbol == "BTC"
    assert read.report.symbol_from == "the file's contents"
    assert "newest first" in str(read.report.repairs[0])


def test_cryptodatadownload_of_old_in_text_sorted_am_and_pm() -> None:
    header = "Timestamps are UTC timezone,https://www.CryptoDataDownload.com\ndate,symbol,open,high,low,close,volume_btc,volume"
    rows = [f"2019-10-17 {hour},BTCUSD,8051,8056.83,8021.23,8035.88,61.25,492394.56" for hour in
            ("12-AM", "12-PM", "01-AM", "01-PM", "11-AM", "02-AM")]  # fmt: skip
    rows.append("2019-10-17 14:00:00,BTCUSD,8051,8056.83,8021.23,8035.88,61.25,492394.56")  # the other date style
    read = read_prices("x.csv", csv(rows, header, "\r\n"))
    hours = [(int(time) - int(read.bars.times[0])) // 3_600_000 for time in read.bars.times]
    assert (read.report.start, hours) == ("2019-10-17T00:00Z", [0, 1, 2, 11, 12, 13, 14])
    assert read.bars.volume is not None
    assert read.bars.volume[0] == 61.25  # not the dollars in `volume`
    assert "out of order" in str(read.report.repairs[0])


def test_base_and_quote_volume_that_changed_places() -> None:
    header = "unix,date,symbol,open,high,low,close,volume,Volume USD"
    rows = [
        f"{T0 + 3600 * n},x,BTC/USD,100,101,99,100,{volumes}" for n, volumes in enumerate(("5,500", "700,7", "2,200"))
    ]
    read = read_prices("x.csv", csv(rows, header))
    assert read.bars.volume is not None
    assert read.bars.volume.tolist() == [5, 7, 2]
    assert "the wrong way round" in str(read.report.repairs[0])
    assert read.report.repairs[0].line == 3


def test_kraken_leaves_out_bars_without_trades_and_nothing_is_invented() -> None:
    rows = [f"{T0 + 3600 * n},122.0,122.0,121.5,121.5,0.1,1" for n in (0, 6, 7, 12, 13, 14, 15)]
    read = read_prices("XBTUSD_60.csv", csv(rows))
    assert read.report.symbol == "BTC"
    assert read.report.bar_seconds == 3600
    assert (len(read.bars), read.report.holes) == (7, 2)
    assert read.report.longest_hole is not None
    assert read.report.longest_hole.seconds == 5 * 3600
    assert "Kraken OHLCVT" in read.report.format
    assert "holes: 2, the longest 5 h from 2022-04-15T06:20Z" in read.report.lines()[3]


def test_yahoo_by_names_in_any_order() -> None:
    header = "date,Adj Close,Close,High,Low,Open,Volume"
    rows = [f"2021-08-{18 + n},1,{c},{h},{l},{o},5" for n, (o, h, l, c) in enumerate(PRICES)]  # noqa: E741
    read = read_prices("BTC-USD.csv", csv(rows, header))
    check(read, 86_400)
    assert "Yahoo" in read.report.format


def test_yfinance_with_three_header_rows() -> None:
    header = "Price,Close,High,Low,Open,Volume\nTicker,BTC-USD,BTC-USD,BTC-USD,BTC-USD,BTC-USD\nDate,,,,,"
    rows = [f"2021-08-{18 + n},{c},{h},{l},{o},5" for n, (o, h, l, c) in enumerate(PRICES)]  # noqa: E741
    read = read_prices("data.csv", csv(rows, header))
    check(read, 86_400)
    assert (read.report.symbol, read.report.symbol_from) == ("BTC", "the file's contents")
    with pytest.raises(PriceFileError, match="several markets"):
        read_prices("data.csv", csv(rows, header.replace("BTC-USD,BTC-USD,BTC-USD", "BTC-USD,ETH-USD,BTC-USD")))


def test_metatrader() -> None:
    header = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
    rows = [f"2022.01.04\t18:0{n}:00\t" + "\t".join(map(str, PRICES[n])) + "\t24\t0\t0" for n in range(3)]
    for data in (csv(rows, header, "\r\n"), csv(rows, header).decode().encode("utf-16")):
        read = read_prices("EURUSD_M1.csv", data)
        check(read, volume=False)
        assert read.report.start == "2022-01-04T18:00Z"
        assert any("broker's server time" in warning for warning in read.report.warnings)
    bare = [line.replace("\t", ",").rpartition(",24")[0] + ",24" for line in rows]
    check(read_prices("EURUSD_M1.csv", csv(bare)))


def test_stooq_histdata_and_compact_dates() -> None:
    stooq = [f"AAPL.US,D,2022010{3 + n},000000,{','.join(map(str, PRICES[n]))},5,0" for n in range(3)]
    header = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>"
    read = read_prices("a.txt", csv(stooq, header))
    check(read, 86_400)
    assert (read.report.format, read.report.start) == ("Stooq bars (CSV)", "2022-01-03T00:00Z")
    histdata = [f"20220103 170{n}00;" + ";".join(map(str, PRICES[n])) + ";0" for n in range(3)]
    read = read_prices("DAT_ASCII_EURUSD_M1_2022.csv", csv(histdata))
    check(read, volume=False)
    assert any("5 hours behind UTC" in warning for warning in read.report.warnings)


def test_tradingview_with_repeated_names_and_gaps_in_indicators() -> None:
    rows = [f"2022-09-2{4 + n}T00:00:00+08:00,{','.join(map(str, PRICES[n]))},NaN,,1.5,7" for n in range(3)]
    read = read_prices("BINANCE_BTCUSDT, 1D.csv", csv(rows, "time,open,high,low,close,Plot,Plot,A组1,Volume"))
    check(read, 86_400)
    assert (read.report.start, read.report.symbol) == ("2022-09-23T16:00Z", "BTC")
    assert "TradingView" in read.report.format


def test_investing_com() -> None:
    header = '"Date","Price","Open","High","Low","Vol.","Change %"'
    rows = [
        '"Mar 03, 2022","28,420.3","28,000.1","28,500.0","27,900.0","57.32K","1.2%"',
        '"Mar 02, 2022","28,000.1","27,500.0","28,100.0","27,400.0","-","1.2%"',
        '"Mar 01, 2022","27,500.0","27,400.5","27,600.0","27,300.0","1.5M","1.2%"',
    ]
    read = read_prices("BTC_USD Investing.com.csv", csv(rows, header))
    assert read.bars.volume is not None
    assert read.bars.volume.tolist() == [1_500_000, 0, 57_320]
    assert [int(tick) for tick in read.bars.close] == [275_000, 280_001, 284_203]
    assert "Investing.com" in read.report.format


def test_decimal_commas_and_semicolons() -> None:
    rows = [
        f"{15 + n}.04.2022 00:00;" + ";".join(str(price).replace(".", ",") for price in PRICES[n]) for n in range(3)
    ]
    read = read_prices("BTCEUR.csv", csv(rows, "Datum;Open;High;Low;Close".replace("Datum", "Date")))
    check(read, 86_400, volume=False)
    assert read.report.start == "2022-04-15T00:00Z"
    assert any("Prices are in EUR" in warning for warning in read.report.warnings)


@pytest.mark.parametrize(
    ("first", "second", "start"),
    [
        ("2022-04-15 05:20:00+00:00", "2022-04-15 05:21:00+00:00", ISO0),
        ("2022-04-15T05:20:00Z", "2022-04-15T05:21:00Z", ISO0),
        ("2022-04-15T05:20:00.000-04:00", "2022-04-15T05:21:00.000-04:00", "2022-04-15T09:20Z"),
        ("2022.04.15 05:20", "2022.04.15 05:21", ISO0),
        ("15/04/2022 05:20:00", "15/04/2022 05:21:00", ISO0),
        ("04/15/2022 5:20 AM", "04/15/2022 5:21 AM", ISO0),
        ("20220415 052000", "20220415 052100", ISO0),
        ("202204150520", "202204150521", ISO0),
        ("15 Apr 2022 05:20", "15 Apr 2022 05:21", ISO0),
    ],
)
def test_dates(first: str, second: str, start: str) -> None:
    read = read_prices("BTCUSDT.csv", csv([f"{first},1,2,1,2", f"{second},2,3,2,3"], "time,open,high,low,close"))
    assert (read.report.start, read.report.bar_seconds) == (start, 60)
    has_zone = first.endswith(("Z", "+00:00", "-04:00"))
    assert ("The times name no time zone: taken as UTC." in read.report.warnings) is not has_zone


def test_day_and_month_are_told_apart_by_the_shorter_span() -> None:
    rows = [f"0{n}/03/2022,1,2,1,2" for n in (1, 2, 3, 4)]
    read = read_prices("BTCUSDT.csv", csv(rows, "Date,Open,High,Low,Close"))
    assert (read.report.start, read.report.bar_seconds) == ("2022-03-01T00:00Z", 86_400)
    assert any("cannot be told apart" in warning for warning in read.report.warnings)


def arrays() -> list[list[float]]:
    return [[(T0 + 60 * n) * 1000, *PRICES[n], 7.5] for n in range(3)]


JSONS = {
    "ccxt": arrays(),
    "strings": [[str(int(cell)) if cell > 1e9 else str(cell) for cell in line] for line in arrays()],
    "bybit": {"retCode": 0, "result": {"symbol": "BTCUSDT", "list": [list(map(str, line)) for line in arrays()[::-1]]}},
    "objects": [dict(zip("tohlcv", line, strict=True)) for line in arrays()],
    "columns": {key: list(values) for key, values in zip("tohlcv", zip(*arrays(), strict=True), strict=True)},
    "bitfinex": [[t, o, c, h, l, v] for t, o, h, l, c, v in arrays()],  # noqa: E741
    "coinbase": [[t // 1000, l, h, o, c, v] for t, o, h, l, c, v in arrays()],  # noqa: E741
    "kraken": {
        "error": [],
        "result": {
            "XXBTZUSD": [[t // 1000, o, h, l, c, (h + l) / 2, v, 3] for t, o, h, l, c, v in arrays()],  # noqa: E741
            "last": 1,
        },
    },
}


@pytest.mark.parametrize("name", JSONS)
def test_json(name: str) -> None:
    read = read_prices("BTC_USDT-1m.json", json.dumps(JSONS[name]).encode())
    check(read)
    assert read.bars.volume is not None
    assert read.bars.volume.tolist() == [7.5] * 3
    assert read.report.symbol == "BTC"


def test_json_with_nan_and_json_lines() -> None:
    lines = b"\n".join(json.dumps(dict(zip("tohlcv", line, strict=True))).encode() for line in arrays())
    check(read_prices("BTCUSDT.jsonl", lines))
    many = [[(T0 + 60 * n) * 1000, *PRICES[0], 1] for n in range(40)]
    many[7][2] = float("nan")
    read = read_prices("BTCUSDT.json", json.dumps(many).encode())
    assert "row 8" in str(read.report.repairs[0])


def test_feather_and_parquet() -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.DataFrame(arrays(), schema=["date", "open", "high", "low", "close", "volume"], orient="row")
    frame = frame.with_columns(
        polars.col("date").cast(polars.Int64).cast(polars.Datetime("ms")).dt.replace_time_zone("UTC")
    )
    for write in (frame.write_ipc, frame.write_parquet):
        packed = io.BytesIO()
        write(packed)
        check(read_prices("FARTCOIN_USDC_USDC-1m-futures.feather", packed.getvalue()))
        with pytest.raises(PriceFileError, match="damaged"):
            read_prices("x.feather", packed.getvalue()[:-40])


def test_feather_without_polars_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(PriceFileError, match=r'pip install "isocross\[files\]"'):
        read_prices("x.feather", b"ARROW1" + bytes(100))


def test_names_and_options() -> None:
    assert plain([row(0), row(1)], "anything.csv").report.symbol == "PRICE"
    assert read_prices("x.csv", csv([row(0), row(1)]), symbol="sol").bars.symbol == "SOL"
    seen: list[float] = []
    read_prices("x.csv", csv([row(0), row(1)]), progress=seen.append)
    assert seen[-1] == 1.0
    with pytest.raises(PriceFileError, match="is no symbol"):
        read_prices("x.csv", csv([row(0), row(1)]), symbol="B/C")
