"""One market under many names has one set of rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.account import Pool, Position
from engine.assets import base_asset, of_market
from engine.orders.depth import notional_up_to
from engine.orders.frictions import friction_of
from engine.rulebooks import VENUES, rulebook_of

NAMES_OF_BITCOIN = [
    *("BTC-PERP", "BTCUSDT", "BTC-USD", "BTCUSDC", "XBTUSD", "XBT", "BTC-USDT-SWAP", "BTCUSDT.P", "BTCPERP"),
    *("BTCUSDTPERP", "BTCBUSD", "BTCEUR", "BTC-27SEP24"),
]


@pytest.mark.parametrize(
    ("symbol", "base"),
    [
        *((name, "BTC") for name in ["BTC", *NAMES_OF_BITCOIN]),
        ("ARBUSD", "ARB"),  # and not AR in BUSD
        ("SHIBUSD", "SHIB"),
        ("SHIBBUSD", "SHIB"),
        ("1000PEPEUSDT", "1000PEPE"),
        ("KPEPE-PERP", "KPEPE"),
        ("PERPUSDT", "PERP"),
        ("PERP", "PERP"),
        ("USDCUSDT", "USDC"),
        ("USD", "USD"),
        ("USDT", "USDT"),
        ("BRK.B", "BRK.B"),
    ],
)
def test_the_base_asset(symbol: str, base: str) -> None:
    assert base_asset(symbol) == base


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("symbol", NAMES_OF_BITCOIN)
def test_every_part_has_the_same_rules_for_it(venue: str, symbol: str) -> None:
    rules = rulebook_of(venue)
    for notional in (Decimal(0), Decimal(1_000_000), Decimal(200_000_000)):
        assert rules.largest_leverage(symbol, notional) == rules.largest_leverage("BTC", notional)
    assert rules.largest_notional(symbol, 30) == rules.largest_notional("BTC", 30)
    assert rules.clearance_rate(symbol) == rules.clearance_rate("BTC")
    assert rules.funding_rate(symbol, Decimal("0.9")) == rules.funding_rate("BTC", Decimal("0.9"))
    assert _maintenance(venue, symbol) == _maintenance(venue, "BTC")
    assert friction_of(symbol) is friction_of("BTC")
    prices = Decimal(60_000), Decimal(61_000)
    assert notional_up_to(symbol, *prices) == notional_up_to("BTC", *prices)


def _maintenance(venue: str, symbol: str, *overrides: tuple[str, ...]) -> Decimal:
    pool = Pool("cross", "you", {symbol: Position(symbol, Decimal(5_000), Decimal(300_000_000), 1)})
    health, prices = rulebook_of(venue, overrides).health(pool, Decimal(0), "maintenance"), {symbol: Decimal(60_000)}
    # What equity must not fall below: on venues that lend the requirement itself is the debt.
    return pool.equity(Decimal(0)).exact(prices) - health.margin.exact(prices)


def test_the_venues_have_the_tiers_that_their_cards_say() -> None:
    assert rulebook_of("hyperliquid").largest_leverage("BTCUSDT", Decimal(0)) == 40
    assert rulebook_of("binance").largest_leverage("BTCUSDT", Decimal(0)) == 125
    assert rulebook_of("binance").clearance_rate("BTCUSDT") == Decimal("0.0125")
    assert rulebook_of("hyperliquid").isolated_only("MEMEUSDT")


@pytest.mark.parametrize("venue", VENUES)
def test_what_is_set_for_a_coin_holds_for_its_markets_and_for_one_market_goes_before(venue: str) -> None:
    coin, market = ("maintenance", "BTC", "7%"), ("maintenance", "BTCUSDT", "9%")
    assert _maintenance(venue, "BTCUSDT", coin) == 300_000_000 * Decimal("0.07")
    assert _maintenance(venue, "BTCUSDT", coin, market) == 300_000_000 * Decimal("0.09")
    assert _maintenance(venue, "BTC-PERP", coin, market) == 300_000_000 * Decimal("0.07")
    assert _maintenance(venue, "BTC-PERP", market) == _maintenance(venue, "BTC")


def test_a_table_answers_by_the_very_symbol_first() -> None:
    table = {"BTC": 1, "BTCUSDT": 2}
    assert [of_market(table, symbol) for symbol in ("BTC", "BTC-PERP", "BTCUSDT", "ETH")] == [1, 1, 2, None]
