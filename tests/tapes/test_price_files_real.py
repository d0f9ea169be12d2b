"""The real price files beside the checkout, where they are: what each is taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.tapes.bars import tape_from_bars
from engine.tapes.price_files import PriceFile, PriceFileError, read_prices

BARS = {
    "binance_rest_klines_json": ("PRICE", 604_800, 1),
    "binance_spot_klines_1m__": ("LUNA", 60, 40),
    "binance_spot_klines_1m_ms_noheader": ("LUNA", 60, 60),
    "binance_um_klines": ("AVAX", 60, 40),
    "coinbase_advanced": ("PRICE", 3600, 2),
    "cryptodatadownload_binance": ("BTC", 3600, 40),
    "cryptodatadownload_new": ("BTC", 3600, 40),
    "cryptodatadownload_old": ("BTC", 3600, 40),
    "freqtrade_ccxt_json": ("BTC", 300, 60),
    "freqtrade_feather__": ("BTC", 60, 60),
    "fxcm_histdata": ("GBP", 60, 39),
    "generic_iso8601": ("BTC", 300, 40),
    "generic_ms_float": ("1000PEPE", 3600, 40),
    "kraken_OHLCVT": ("BTC", 3600, 40),
    "mt5_export": ("EUR", 60, 15),
    "stooq_daily": ("AAPL", 86_400, 15),
    "tradingview": ("BTC", 86_400, 30),
    "visualchart": ("PRICE", 300, 39),
    "yahoo_classic": ("YHOO", 86_400, 39),
    "yfinance_alphabetical": ("BTC", 86_400, 10),
}
REFUSED = {
    "backtrader_bidask": "bid and ask",
    "backtrader_ticks": "trades, not bars",
    "binance_open_interest": "open interest",
    "binance_um_fundingRate": "funding",
    "bybit_v5": "one row",
    "comment_lines": "closes of several markets",
    "freqtrade_feather_funding": "funding",
    "freqtrade_public_trades": "trades",
    "freqtrade_trades": "trades",
    "histdata_ascii_ticks": "HistData ticks",
    "hyperliquid_funding": "funding",
    "kraken_trades": "trades",
    "tardis_trades": "trades",
}


def find(folder: Path, start: str) -> Path:
    found = sorted(folder.glob(f"{start}*"))
    if not found:
        pytest.skip(f"no file {start}* in {folder.name}")
    if found[0].suffix == ".feather":
        pytest.importorskip("polars", reason="polars is not installed")
    return found[0]


def read(file: Path, since: int | None = None) -> PriceFile:
    return read_prices(str(file), file.read_bytes(), since=since)


@pytest.mark.parametrize("start", BARS)
def test_samples_that_are_bars(shared_folder: Path, start: str) -> None:
    report = read(find(shared_folder / "prices" / "formats", start)).report
    assert (report.symbol, report.bar_seconds, report.bars) == BARS[start]


@pytest.mark.parametrize("start", REFUSED)
def test_samples_that_are_not(shared_folder: Path, start: str) -> None:
    with pytest.raises(PriceFileError, match=REFUSED[start]):
        read(find(shared_folder / "prices" / "formats", start))


@pytest.mark.parametrize(
    ("name", "symbol", "bars", "holes"),
    [
        ("BTC_USD-Hourly.csv.gz", "BTC", 33_259, 0),
        ("ETHUSD_60.csv.gz", "ETH", 63_568, 842),
        ("ETH_USDT-5m.json.gz", "ETH", 65_742, 6),
        ("BTC_USDT-1m.feather", "BTC", 43_209, 0),
        ("FARTCOIN_USDC_USDC-1m-futures.feather", "FARTCOIN", 6_944, 0),
        ("LUNAUSDT-1m-2022-05.zip", "LUNA", 17_320, 0),
    ],
)
def test_whole_files(shared_folder: Path, name: str, symbol: str, bars: int, holes: int) -> None:
    report = read(find(shared_folder / "prices" / "real", name)).report
    assert (report.symbol, report.bars, report.holes) == (symbol, bars, holes)


def test_the_second_luna(shared_folder: Path) -> None:
    file = find(shared_folder / "prices" / "real", "LUNAUSDT-1m-2022-05.zip")
    assert "another coin" in read(file).report.warnings[0]
    assert read(file, since=1_653_955_200_000).report.bars == 1_080


def test_two_markets_that_start_a_minute_apart(shared_folder: Path) -> None:
    folder = shared_folder / "prices" / "real"
    bars = [read(find(folder, name)).bars for name in ("BTC_USDT-1m.feather", "ETH_USDT-1m.feather")]
    tape = tape_from_bars(bars, description="August 2024")
    assert len(tape) == 4 * 43_208
    assert tape.trading is None
