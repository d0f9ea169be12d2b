"""Compound v3 played as sessions, with every figure computed by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.events import HandedOver, InterestPaid, LiquidationStarted, LossSocialised, PenaltyCharged, ShortfallPaid
from engine.numbers import exactly
from engine.rulebooks.base import SetupError
from engine.rulebooks.compound_v3 import absorbed, liquidatable, rulebook, surplus
from tests.engine.tapes import tape_of
from tests.venues.lending_sessions import fund_of, only, opened, played, refused

TAPE = tape_of({"ETH": [2000, 1800]})


def test_an_account_is_absorbed_whole_and_keeps_what_is_left() -> None:
    """10 ETH, 16,500 owed: 10 × P × 0.895 is 16,500 at 1843.5754. All 10 ETH are credited at 95 % of 1843.57,
    17,513.91; they are sold at 97.5 %, the reserves keep 2.5 % of 18,435.70."""
    session, events = played("compound_v3", TAPE, "buy 10 ETH 5x", balance=3500)
    (start,), (taken,), (share,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged))
    assert (start.price, start.requirement) == (Decimal("1843.57"), 16_500)
    assert (taken.size, taken.position, taken.taker) == (10, 0, "storefront buyer")
    assert taken.price == Decimal("1797.48")  # 1797.48075, down to the tick
    assert (share.fund, share.amount) == ("reserves", Decimal("460.8925"))
    result = absorbed(Decimal(-16_500), [(Decimal("18435.7"), Decimal("0.95"))])
    assert abs(session.view().equity - result.balance) < Decimal("0.01")
    assert abs(session.view().equity - Decimal("1013.91")) < Decimal("0.02")
    assert fund_of(session, "reserves") == Decimal("1000460.8925")


def test_all_collateral_goes_even_what_alone_would_do() -> None:
    """ETH alone falls; BTC is absorbed with it."""
    tape = tape_of({"ETH": [2000, 1000], "BTC": [60_000, 60_000]}, gaps=[1])
    session, events = played("compound_v3", tape, "buy $20000 ETH 3x", "buy $12000 BTC 3x")
    assert [each.symbol for each in only(events, HandedOver)] == ["BTC", "ETH"]
    # 22,000 owed, credited 0.95 × (12,000 + 10,000).
    (shortfall,) = only(events, ShortfallPaid)
    assert abs(shortfall.amount - 1100) < Decimal("0.5")
    assert shortfall.fund == "reserves"
    assert session.view().equity == 0
    assert session.state == "wiped out"


def test_depositors_bear_what_the_reserves_can_not() -> None:
    tape = tape_of({"ETH": [2000, 1000]}, gaps=[1])
    _, events = played("compound_v3", tape, "buy $30000 ETH 3x", overrides=(("reserves", "100"),))
    (borne,) = only(events, LossSocialised)
    assert borne.bearer == "depositors"
    # 20,000 − 0.95 × 15,000, paid out of the 100 and the 375 that the storefront leaves of the coins.
    assert abs(borne.amount - (5750 - 475)) < Decimal("0.5")


def test_reserves_at_their_target_keep_the_coins() -> None:
    """Nothing is for sale: the protocol has them at 95 %, and all of the penalty."""
    overrides = (("reserves", "5000000"),)
    session, events = played("compound_v3", TAPE, "buy 10 ETH 5x", balance=3500, overrides=overrides)
    (taken,) = only(events, HandedOver)
    assert (taken.taker, taken.price) == ("reserves", Decimal("1751.39"))
    assert not only(events, PenaltyCharged)
    assert fund_of(session, "reserves") == 5_000_000 + 10 * (Decimal("1843.57") - Decimal("1751.39"))


def test_coins_are_not_lent_and_debts_not_too_small() -> None:
    assert "no ETH can be borrowed" in refused("compound_v3", TAPE, "sell 1 ETH")
    assert "no ETH can be borrowed" in refused("compound_v3", TAPE, "sell 2 ETH", ("buy 1 ETH",))
    assert "less than the smallest" in refused("compound_v3", TAPE, "buy 5.01 ETH")
    assert opened("compound_v3", TAPE, ("buy 1 ETH", "sell 1 ETH")).view().equity == 10_000
    assert "is missing" in refused("compound_v3", TAPE, "buy $60000 ETH 5x")


def test_coins_can_be_supplied_but_not_borrowed() -> None:
    assert "no ETH can be borrowed" in refused("compound_v3", TAPE, "borrow 1 ETH")
    # 10 ETH let one borrow 16,500 beside the 10,000 that are there.
    held = ("supply 10 ETH", "withdraw 10000 USDC")
    assert "borrow 16500 USDC" in refused("compound_v3", TAPE, "borrow 16501 USDC", held)
    session = opened("compound_v3", TAPE, (*held, "borrow 16500 USDC"))
    assert session.view().equity == 3500


def test_only_the_base_asset_bears_interest() -> None:
    """20,000 at 4.3 %; what is supplied earns 2.6 %."""
    tape = tape_of({"ETH": [2000] * 3}, seconds=1800)
    _, events = played("compound_v3", tape, "buy $30000 ETH 3x", funding=True)
    (due,) = only(events, InterestPaid)
    assert due.amount == Decimal("-0.098174")  # 20,000 × 4.3 % ÷ 8760
    _, events = played("compound_v3", tape, "buy $5000 ETH", funding=True)
    (due,) = only(events, InterestPaid)
    assert due.amount == Decimal("0.014840")  # 5000 × 2.6 % ÷ 8760


@exactly
def test_the_health_of_a_pool_is_the_surplus_of_its_account() -> None:
    session = opened("compound_v3", TAPE, ("buy 10 ETH 5x",))
    pool, balance = session.account.wallet, session.world.balance(session.account.wallet)
    for price in (Decimal(2000), Decimal(1000), Decimal(1200)):
        marks = {"ETH": price}
        for level, factor in (("order", "0.825"), ("maintenance", "0.895")):
            health = session.rulebook.health(pool, balance, level)  # type: ignore[arg-type]
            collateral = [(10 * price, Decimal(factor))]
            assert health.margin.exact(marks) == surplus(Decimal(-10_000), collateral)
            if level == "maintenance":
                assert health.safe(marks) is not liquidatable(Decimal(-10_000), collateral)


def test_arbitrum_has_its_own_factors() -> None:
    venue = rulebook((("market", "arbitrum"),))
    assert venue.parameters.collateral("ETH").borrow_factor == Decimal("0.78")
    assert venue.largest_leverage("ETH", Decimal(0)) == 4
    assert venue.variants["arbitrum"] == (("market", "arbitrum"),)


def test_what_can_be_set_is_checked() -> None:
    found = rulebook((("maintenance", "ETH", "30%"),)).parameters.collateral("ETH")
    assert (found.liquidate_factor, found.borrow_factor) == (Decimal("0.7"), Decimal("0.7"))
    assert rulebook((("borrow-factor", "ETH", "75%"),)).parameters.collateral("ETH").borrow_factor == Decimal("0.75")
    for words in (("market", "moon"), ("borrow-factor", "90%"), ("liquidate-factor", "ETH", "2"), ("reserves", "no")):
        with pytest.raises(SetupError):
            rulebook((words,))
