"""Which market a price file is of, from its contents or its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from engine.assets import ALIASES, MAJORS, OLD_QUOTES, QUOTES
from engine.market import SYMBOL_LENGTH, valid_symbol

COIN_QUOTES = ("BTC", "ETH", "BNB", "XBT")
DOLLARS = frozenset(("USDT", "USDC", "USD", "DAI", *OLD_QUOTES))
UNKNOWN = "PRICE"
_NO_SYMBOL = frozenset(
    (
        "AND",
        "ASK",
        "BARS",
        "BID",
        "BOOK",
        "CHART",
        "CSV",
        "DATA",
        "DAILY",
        "DAY",
        "FILE",
        "FTX",
        "GET",
        "HIST",
        "HOUR",
        "HTTP",
        "INFO",
        "JSON",
        "KLINE",
        "MIN",
        "MTF",
        "OF",
        "OHLC",
        "OHLCV",
        "PERP",
        "PRICE",
        "SPOT",
        "TABLE",
        "TEST",
        "TEXT",
        "THE",
        "TRADE",
        "TXT",
        "UM",
        "CM",
        "WEEK",
        "YEAR",
        "BINANCE",
        "BITFINEX",
        "BITSTAMP",
        "BYBIT",
        "COINBASE",
        "GEMINI",
        "KRAKEN",
        "OKX",
        "CANDLES",
        "KLINES",
        "MINUTE",
    )
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A symbol, the asset that it is quoted in (empty where that is not known), and where both were found."""

    symbol: str
    quote: str
    source: str


def guess(contents: list[str], names: list[str]) -> Guess:
    """The symbol of a file: what its contents state, else what its name says, else `PRICE`.

    Args:
        contents: texts in the file that may state it, best first.
        names: the file's name inside an archive and outside.
    """
    for text in contents:
        found = pair_in(text) or _whole(text)
        if found is not None:
            return Guess(*found, "the file's contents")
    for name in names:
        found = pair_in(_stem(name)) or _plain_in(_stem(name))
        if found is not None:
            return Guess(*found, "the file's name")
    return Guess(UNKNOWN, "", "nowhere: give it one")


def pair_in(text: str) -> tuple[str, str] | None:
    """Base and quote of the first pair in a text: `BTC_USDT-1m`, `BTCUSDT`, `BTC/USDT:USDT`, `ETHUSD_60`."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]
    return _apart(words, (*QUOTES, *OLD_QUOTES)) or _joined(words) or _apart(words, COIN_QUOTES) or _coin_quoted(words)


def _apart(words: list[str], quotes: tuple[str, ...]) -> tuple[str, str] | None:
    """A base and a quote that are words of their own."""
    for before, word in pairwise(words):
        if word.upper() in quotes and before.upper() not in _NO_SYMBOL and _is_base(before):
            return _clean(before), word.upper()
    return None


def _joined(words: list[str]) -> tuple[str, str] | None:
    """A base and a quote in one word."""
    for word in (word.upper() for word in words):
        for quote in OLD_QUOTES:
            if word.endswith(quote) and word[: -len(quote)] in MAJORS:
                return word[: -len(quote)], quote
        for quote in QUOTES:
            base = word[: -len(quote)]
            if (
                word.endswith(quote)
                and word not in (*QUOTES, *OLD_QUOTES, *_NO_SYMBOL)
                and base not in _NO_SYMBOL
                and len(base) >= 2
                and _is_base(base)
            ):
                return _clean(base), quote
    return None


def _coin_quoted(words: list[str]) -> tuple[str, str] | None:
    """A base that is quoted in a coin, in one word of capitals."""
    for word in words:
        for quote in COIN_QUOTES:
            if word.isupper() and word.endswith(quote) and len(word) - len(quote) >= 3:
                return _clean(word[: -len(quote)]), quote
    return None


def _stem(name: str) -> str:
    """A file name without folders and endings."""
    base = name.replace("\\", "/").rpartition("/")[2].rpartition("__")[2]
    return re.sub(r"(\.(csv|json|txt|feather|parquet|zip|gz|jsonl|tsv|arrow))+$", "", base, flags=re.IGNORECASE)


def _is_base(word: str) -> bool:
    return valid_symbol(word.upper()) and not re.fullmatch(r"\d+", word) and len(word) <= SYMBOL_LENGTH


def _whole(text: str) -> tuple[str, str] | None:
    """A text that is nothing but a ticker (`BTC`, `AAPL.US`)."""
    word = text.strip().upper()
    return (_clean(word), "") if len(word) <= 12 and _is_base(word) else None


def _plain_in(stem: str) -> tuple[str, str] | None:
    """A name's first short word that may be a ticker, where the name has no pair in it."""
    for word in re.split(r"[^A-Za-z0-9]+", stem):
        if 1 < len(word) <= 5 and word.isalpha() and word.isascii() and word.upper() not in _NO_SYMBOL:
            return _clean(word), ""
    return None


def _clean(word: str) -> str:
    symbol = word.upper()
    return ALIASES.get(symbol, symbol)
