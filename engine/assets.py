"""The assets in a market's name: what is traded, and the money that it is quoted in.

The same market is `BTC`, `BTC-PERP`, `BTCUSDT`, `BTC-USD`, `BTC-USDT-SWAP`, `BTCUSDT.P` or `XBTUSD`, by where its
prices are from; a venue's rules are stated by its base asset. Contracts of a thousand coins keep the name that the
venue gives them (`1000PEPE`, `KPEPE`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

QUOTES = ("USDT", "USDC", "USD", "DAI", "EUR", "GBP", "JPY", "KRW", "TRY", "BRL", "AUD")
OLD_QUOTES = ("FDUSD", "BUSD", "TUSD")
"""Dollars whose first letters may as well end the coin (`SHIBUSD`): believed behind a well-known coin only."""

MAJORS = frozenset(
    ("ADA", "ATOM", "AVAX", "BNB", "BTC", "DOGE", "DOT", "ETH", "FTT", "LINK", "LTC", "LUNA", "MATIC", "SHIB", "SOL")
)
ALIASES: Mapping[str, str] = MappingProxyType({"XBT": "BTC", "XXBT": "BTC", "XETH": "ETH", "XDG": "DOGE"})

Stated = TypeVar("Stated")


@lru_cache(maxsize=1024)
def base_asset(symbol: str) -> str:
    """What a market trades, from its symbol: the symbol without its quote, and without what says “perpetual”."""
    base = _without(symbol.partition("-")[0].removesuffix(".P"), ("PERP",))
    old = _without(base, OLD_QUOTES)
    base = old if old in MAJORS else _without(base, QUOTES)
    return ALIASES.get(base, base)


def of_market(table: Mapping[str, Stated], symbol: str) -> Stated | None:
    """What a table says about a market: under its very symbol, else under its base asset; None where nothing."""
    return table[symbol] if symbol in table else table.get(base_asset(symbol))


def _without(name: str, endings: tuple[str, ...]) -> str:
    """A name without the first of some endings that it has; never nothing."""
    return next((name.removesuffix(each) for each in endings if name.endswith(each) and name != each), name)
