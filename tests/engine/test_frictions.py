"""Slippage: the square-root law, and the size that fits within a limit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market import Market
from engine.orders.frictions import FRICTIONS, OTHER_MARKETS, friction_of, market_price, size_within

ETH = Market("ETH", Decimal("0.01"), Decimal("0.0001"))
MARKETS = st.builds(
    Market,
    st.sampled_from(["BTC", "ETH", "SOL", "DOGE-PERP", "NOBODY"]),
    st.sampled_from([Decimal("0.0001"), Decimal("0.01"), Decimal("0.5"), Decimal(1)]),
    st.sampled_from([Decimal("0.00001"), Decimal("0.01"), Decimal(1)]),
)
SIGNS = st.sampled_from([1, -1])
TICKS = st.integers(1, 10**8)


def test_the_law_by_hand() -> None:
    # 600 ETH at 2000 is 1.2 million, 2 % of a depth of 60 million: √0.02 = 0.1414 %, and 0.005 % of half spread
    assert market_price(ETH, 1, Decimal(600), Decimal(2000), slippage=True) == Decimal("2002.93")
    assert market_price(ETH, -1, Decimal(600), Decimal(2000), slippage=True) == Decimal("1997.07")
    # as much as the depth moves the price by 1 %
    assert market_price(ETH, 1, Decimal(30_000), Decimal(2000), slippage=True) == Decimal("2020.10")
    assert market_price(ETH, 1, Decimal(600), Decimal(2000), slippage=False) == Decimal(2000)


def test_a_size_within_a_limit_by_hand() -> None:
    # 2002.10 leaves 0.1 % for the impact: a hundredth of the depth, 600,000, which is 300 ETH
    assert size_within(ETH, 1, Decimal("2002.10"), Decimal(2000), slippage=True) == Decimal(300)
    assert size_within(ETH, -1, Decimal("1997.90"), Decimal(2000), slippage=True) == Decimal(300)
    assert size_within(ETH, 1, Decimal(2000), Decimal(2000), slippage=True) == 0
    assert size_within(ETH, 1, Decimal(2000), Decimal(2000), slippage=False) is None
    assert size_within(ETH, -1, Decimal(2001), Decimal(2000), slippage=False) == 0
    assert size_within(ETH, -1, Decimal("0.01"), Decimal(2000), slippage=True) is None


@given(market=MARKETS, sign=SIGNS, last=TICKS, away=st.integers(-500, 20_000), slippage=st.booleans())
def test_the_size_within_a_limit_is_the_largest(
    market: Market, sign: int, last: int, away: int, slippage: bool
) -> None:
    price = market.price(last)
    limit = max(market.tick_size, market.price_down(price * (1 + sign * Decimal(away) / 100_000)))
    size = size_within(market, sign, limit, price, slippage)
    if size is None:
        assert sign * (limit - market_price(market, sign, Decimal(10**15), price, slippage)) >= 0
        return
    assert size == market.size_down(size)
    assert size >= 0
    if size:
        assert sign * (limit - market_price(market, sign, size, price, slippage)) >= 0
    assert sign * (limit - market_price(market, sign, size + market.lot_size, price, slippage)) < 0


@given(market=MARKETS, sign=SIGNS, last=TICKS, lots=st.integers(1, 10**12))
def test_a_size_fits_within_the_price_that_it_gets(market: Market, sign: int, last: int, lots: int) -> None:
    price, size = market.price(last), market.lot_size * lots
    within = size_within(market, sign, market_price(market, sign, size, price, True), price, True)
    assert within is None or within >= size


@given(market=MARKETS, sign=SIGNS, last=TICKS, lots=st.integers(1, 10**9), more=st.integers(1, 10**9))
def test_slippage_is_against_the_trader_and_grows(market: Market, sign: int, last: int, lots: int, more: int) -> None:
    price = market.price(last)
    small = market_price(market, sign, market.lot_size * lots, price, True)
    large = market_price(market, sign, market.lot_size * (lots + more), price, True)
    assert sign * (small - price) > 0 or small == market.tick_size
    assert sign * (large - small) >= 0


@pytest.mark.parametrize(
    ("symbol", "like"),
    [("BTC", "BTC"), ("BTC-PERP", "BTC"), ("ETHUSDT", "ETH"), ("SOL-USD", "SOL"), ("XRPUSDC", "XRP")],
)
def test_a_market_is_known_by_its_base_asset(symbol: str, like: str) -> None:
    assert friction_of(symbol) is FRICTIONS[like]


def test_an_unknown_market_is_thin() -> None:
    assert friction_of("NOBODY") is OTHER_MARKETS
    assert all(each.depth > OTHER_MARKETS.depth for each in FRICTIONS.values())
