"""Compound v2 played as sessions, with every figure computed by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.events import HandedOver, InterestPaid, LiquidationStarted, MarginRestored, PenaltyCharged, ShortfallPaid
from engine.numbers import exactly
from engine.rulebooks.base import SetupError
from engine.rulebooks.compound_v2 import Supply, account_liquidity, rulebook
from tests.engine.tapes import tape_of
from tests.venues.lending_sessions import fund_of, only, opened, played, refused


def test_half_of_the_borrow_is_repaid_for_eight_percent_more() -> None:
    """15 ETH, 20,000 USDC: 15 × P × 0.825 is 20,000 at 1616.1616. 10,000 repaid, 10,800 worth of ETH seized; 2.8 % of
    that, 302.40, goes to the reserves, the liquidator wins 497.60."""
    session, events = played("compound_v2", tape_of({"ETH": [2000, 1550]}), "buy $30000 ETH 3x")
    (start,), (taken,), (fee,), (restored,) = (
        only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged, MarginRestored)
    )
    assert (start.price, start.requirement) == (Decimal("1616.16"), 20_000)
    assert taken.size == Decimal("6.68250")  # 10,800 ÷ 1616.16, down to the lot
    assert (fee.amount, fee.fund) == (Decimal("302.4"), "reserves")
    assert fund_of(session, "reserves") == Decimal("1000302.4")
    assert abs(restored.requirement - 10_000) < Decimal("0.1")
    assert abs(fund_of(session, "liquidator") - Decimal("497.6")) < Decimal("0.1")


def test_calls_go_on_while_there_is_a_shortfall() -> None:
    """A gap to 1500: 18,562.50 against 20,000. After one call 7.8 × 1500 × 0.825 = 9652.50 against 10,000; after the
    second 4.2 × 1500 × 0.825 = 5197.50 against 5000."""
    tape = tape_of({"ETH": [2000, 1500]}, gaps=[1])
    session, events = played("compound_v2", tape, "buy $30000 ETH 3x")
    first, second = (each.size for each in only(events, HandedOver))
    assert first == Decimal("7.2")
    assert abs(second - Decimal("3.6")) < Decimal("0.0001")  # prices are whole ticks
    (restored,) = only(events, MarginRestored)
    assert abs(restored.equity - Decimal("5197.5")) < Decimal("0.1")
    assert session.view().positions[0].size == Decimal("7.8") - second


def test_the_reserves_pay_what_is_missing() -> None:
    """At 1000 15 ETH repay 15,000 ÷ 1.08 = 13,888.89: 6111.11 are missing."""
    session, events = played("compound_v2", tape_of({"ETH": [2000, 1000]}, gaps=[1]), "buy $30000 ETH 3x")
    assert [each.size for each in only(events, HandedOver)] == [Decimal("10.8"), Decimal("4.2")]
    (shortfall,) = only(events, ShortfallPaid)
    assert shortfall.fund == "reserves"
    assert abs(shortfall.amount - Decimal("6111.11")) < Decimal("0.2")
    assert session.view().equity == 0


def test_a_short_and_a_coin_debt_against_coins() -> None:
    """8000 of ETH sold against 15,000 of BTC at 60 % and 3000 USDC at 84.5 %."""
    tape = tape_of({"ETH": [2000, 2900], "BTC": [60_000, 60_000]}, gaps=[1])
    _, events = played("compound_v2", tape, "buy $15000 BTC 2x", "sell $8000 ETH 3x")
    debt, coins = only(events, HandedOver)
    assert (debt.symbol, debt.size, debt.price) == ("ETH", 2, 2900)
    assert coins.symbol == "BTC"
    assert abs(coins.size * 60_000 - 5800 * Decimal("1.08")) < Decimal("0.1")


def test_what_is_supplied_earns_and_what_is_borrowed_costs() -> None:
    """USDC at its kink of 80 %: 4 % a year. ETH at 90 %: 20 %, of which suppliers get 90 % × 90 %."""
    tape = tape_of({"ETH": [2000] * 3}, seconds=1800)
    _, events = played("compound_v2", tape, "buy $30000 ETH 3x", funding=True)
    coin, quote = only(events, InterestPaid)
    assert quote.amount == Decimal("-0.091325")  # 20,000 × 4 % ÷ 8760
    assert coin.amount == Decimal("0.554794")  # 30,000 × 16.2 % ÷ 8760


@exactly
def test_the_health_of_a_pool_is_its_account_liquidity() -> None:
    tape = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]})
    session = opened("compound_v2", tape, ("buy 5 ETH", "sell 0.1 BTC"))
    pool, marks = session.account.wallet, {"ETH": Decimal(2000), "BTC": Decimal(60_000)}
    balance = session.world.balance(pool)
    supplies = [
        Supply(Decimal(5), marks["ETH"], Decimal("0.825")),
        Supply(Decimal(6000), Decimal(1), Decimal("0.845")),  # 10,000 − 10,000 + 6000
    ]
    expected = account_liquidity(supplies, [(Decimal("0.1"), marks["BTC"])])
    assert session.rulebook.health(pool, balance, "maintenance").margin.exact(marks) == expected
    gauge = session.rulebook.own_gauge(pool, balance, marks)
    assert gauge is not None
    assert (gauge.value, gauge.liquidation, gauge.rises) == (expected, 0, False)


def test_the_largest_size_is_what_the_factors_allow() -> None:
    """10,000 carry N of ETH while 0.825 × N ≥ N − 10,000: 57,142.85."""
    session = opened("compound_v2", tape_of({"ETH": [2000, 2000]}), ("buy 100% ETH 5x",))
    assert session.view().positions[0].size == Decimal("28.57142")
    assert "is missing" in refused("compound_v2", tape_of({"ETH": [2000, 2000]}), "buy $60000 ETH 5x")
    assert opened("compound_v2", tape_of({"ETH": [2000, 2000]}), ("cash out 10000",)).view().equity == 0


def test_what_can_be_set_is_checked() -> None:
    assert rulebook((("factor", "75%"), ("factor", "ETH", "70%"))).parameters.factor("ETH") == Decimal("0.7")
    assert rulebook((("factor", "75%"),)).parameters.factor("BTC") == Decimal("0.75")
    for words in (("factor", "120%"), ("factor",), ("close-factor", "x"), ("reserves", "-1"), ("ltv", "80%")):
        with pytest.raises(SetupError):
            rulebook((words,))
