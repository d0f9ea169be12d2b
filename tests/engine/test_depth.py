"""The stated depth is the impact of `frictions`, turned round."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market import Market
from engine.numbers import EXACT, ONE, divide
from engine.orders.depth import notional_between, notional_up_to
from engine.orders.frictions import friction_of, market_price

D = Decimal
TICK = D("0.01")


@pytest.mark.parametrize("symbol", ["ETH", "DOGE", "ETHUSDT", "XBTUSD", "NOBODY"])
@given(last=st.integers(10_000, 10_000_000), away=st.integers(-2_000, 2_000))
def test_an_order_of_that_notional_trades_there(symbol: str, last: int, away: int) -> None:
    """What fits up to a price trades at that price, to the tick against the trader."""
    market, price = Market(symbol, TICK, D("0.0001")), TICK * last
    wanted = TICK * (last + away * last // 100_000)
    notional = notional_up_to(symbol, price, wanted)
    if not notional:
        assert abs(divide(wanted, price) - ONE) <= friction_of(symbol).half_spread
        return
    sign = 1 if wanted > price else -1
    filled = market_price(market, sign, divide(notional, price), price, slippage=True)
    assert abs(filled - wanted) <= TICK


@given(st.lists(st.integers(1, 40_000), min_size=3, max_size=3).map(sorted), st.integers(1, 40_000))
def test_parts_add_up(levels: list[int], last: int) -> None:
    low, middle, high = (TICK * level for level in levels)
    price = TICK * last
    whole = notional_between("ETH", price, low, high)
    parts = EXACT.add(notional_between("ETH", price, low, middle), notional_between("ETH", price, middle, high))
    assert abs(whole - parts) < D("1e-30") * max(whole, ONE)
    assert whole >= 0


def test_both_sides_of_the_last_price_count() -> None:
    last = D(2000)
    assert notional_between("ETH", last, last, last) == 0
    assert notional_between("ETH", last, D(1999), D(2001)) == 2 * notional_up_to("ETH", last, D(2001))
    assert notional_up_to("ETH", last, D("2020.1")) == D(60_000_000)
    assert notional_up_to("ETH", last, D("1979.9")) == D(60_000_000)
    assert notional_up_to("ETH", last, D("2000.1")) == 0
