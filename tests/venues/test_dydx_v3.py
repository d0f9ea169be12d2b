"""dYdX v3 as it is played: the close price, the insurance fund, deleveraging by rank, the growing fraction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.commands.grammar import parse
from engine.events import (
    Deleveraged,
    Event,
    Filled,
    FundingPaid,
    LiquidationStarted,
    MarginRestored,
    OrderCancelled,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}


def opened(
    tape: Tape, *commands: str, overrides: tuple[tuple[str, ...], ...] = (), balance: int = 1000, **changed: Any
) -> Session:
    setup = Setup(venue="dydx_v3", mode="cross", balance=Decimal(balance), overrides=overrides, **{**QUIET, **changed})
    session = Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session


def played(tape: Tape, *commands: str, **how: Any) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    session, stepping = opened(tape, *commands, **how), opened(tape, *commands, **how)
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def near(amount: Decimal, expected: str) -> bool:
    """The same but for the rounding of money against the player."""
    return abs(amount - Decimal(expected)) <= Decimal("0.000003")


def test_what_the_market_pays_better_than_the_close_price_is_the_funds() -> None:
    """1000 carry 10 ETH at 3 %: 1000 − 10 × (2000 − P) < 0.3 × P below 19,000 ÷ 9.7 = 1958.7628. At 1958.76 the account
    is worth 587.60: close price 1900. All is sold at 1958.76, and the 58.76 a coin are the fund's."""
    session, events = played(tape_of({"ETH": [2000, 1950]}), "buy 10 ETH 20x")
    (start,), (fill,), (penalty,) = (only(events, kind) for kind in (LiquidationStarted, Filled, PenaltyCharged))
    assert (start.price, start.requirement) == (Decimal("1958.76"), Decimal("587.628"))
    assert (fill.price, fill.size, fill.position, fill.fee) == (Decimal("1958.76"), 10, 0, 0)
    assert near(penalty.amount, "587.6")
    assert near(session.view().insurance, "10000587.6")
    assert session.state == "wiped out"


def test_with_a_fee_cap_the_account_keeps_the_rest() -> None:
    """1 % of 19,587.60 is 195.876 of the 587.60."""
    overrides = (("liquidation-fee", "1%"),)
    session, events = played(tape_of({"ETH": [2000, 1950]}), "buy 10 ETH 20x", overrides=overrides)
    (penalty,) = only(events, PenaltyCharged)
    assert near(penalty.amount, "195.876")
    assert near(session.view().equity, "391.724")


def test_with_a_fee_cap_one_position_may_be_enough() -> None:
    """Both need 3 %. The larger goes, and what it leaves carries the other."""
    tape = tape_of({"BTC": [60_000, "58000"], "ETH": [2000, 2000]})
    overrides = (("liquidation-fee", "1%"),)
    session, events = played(tape, "buy 0.5 BTC 20x", "buy 1 ETH 20x", overrides=overrides, balance=1700)
    assert [fill.symbol for fill in only(events, Filled)] == ["BTC"]
    (restored,) = only(events, MarginRestored)
    assert restored.equity >= restored.requirement == 60
    assert session.view().pools[0].positions[0].symbol == "ETH"


def test_every_position_is_closed_at_its_own_close_price_and_nothing_is_left() -> None:
    """At 56,400, 1880 and 95 the account is worth 1000 − 360 − 360 + 100 = 380 of 169.20 + 169.20 + 95 = 433.40
    required. V ÷ W stays 0.8768 while positions go at their close prices, so all of them go, SOL in profit too: the
    fund has 169.20 × V ÷ W of BTC, as much of ETH, and 95 × V ÷ W of SOL."""
    tape = tape_of({"BTC": [60_000, 56_400], "ETH": [2000, 1880], "SOL": [100, 95]}, gaps=[1])
    session, events = played(tape, "buy 0.1 BTC 20x", "buy 3 ETH 20x", "sell 20 SOL 10x", balance=1000)
    (start,) = only(events, LiquidationStarted)
    assert (start.equity, start.requirement) == (380, Decimal("433.4"))
    fills = only(events, Filled)
    assert [fill.symbol for fill in fills] == ["BTC", "ETH", "SOL"]
    amounts = [penalty.amount for penalty in only(events, PenaltyCharged)]
    shares = ["148.352561", "148.352561", "83.294878"]  # of BTC, ETH and SOL
    assert all(near(amount, share) for amount, share in zip(amounts, shares, strict=True))
    assert abs(session.view().equity) < Decimal("0.00001")
    assert near(session.view().insurance, "10000380")


def test_a_gap_is_taken_over_at_the_close_price_and_paid_by_the_fund() -> None:
    """At 1850 500 are missing: close price 1900 for a long."""
    tape = tape_of({"ETH": [2000, 1850]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 20x")
    (taken,) = only(events, TakenOver)
    assert (taken.price, taken.lost, taken.fund_after) == (1900, -500, 9_999_500)
    assert not only(events, Filled)
    assert session.view().equity == 0


def test_a_short_is_closed_above_the_index() -> None:
    """−10 ETH at 2000 with 1000: bankrupt at 2100; at 2150 the fund takes it there and pays 500."""
    tape = tape_of({"ETH": [2000, 2150]}, gaps=[1])
    _, events = played(tape, "sell 10 ETH 20x")
    (taken,) = only(events, TakenOver)
    assert (taken.price, taken.lost) == (2100, -500)


def test_a_fund_that_is_empty_deleverages_by_profit_and_leverage() -> None:
    """The shorts at 1850, profit ÷ value at entry × value ÷ account value: 10x entered at 2000 goes before 5x and 3x,
    which entered 2 and 5 % above."""
    tape = tape_of({"ETH": [2000, 1850]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 20x", overrides=(("insurance-fund", "0"),))
    (adl,) = only(events, Deleveraged)
    # profit 150 a coin of 2000 = 7.5 %; 50 ETH are worth 92,500, the account 10,000 + 7,500
    assert (adl.trader, adl.size, adl.price) == ("other short 10x ETH", 10, 1900)
    assert round(adl.rank, 6) == Decimal("0.396429")
    assert not only(events, ShortfallPaid)
    assert (session.view().insurance, session.view().equity) == (0, 0)


def test_what_the_book_does_not_take_goes_to_the_fund() -> None:
    """With slippage a large position moves the market to its close price; the rest is taken there."""
    overrides = (("market", "DOGE", "2%", "0.2%"),)
    tape = tape_of({"DOGE": [100, 95]})
    _, events = played(tape, "buy $1000000 DOGE 50x", overrides=overrides, balance=40_000, slippage=True)
    (start,), (fill,), (taken,) = (only(events, kind) for kind in (LiquidationStarted, Filled, TakenOver))
    assert fill.price >= start.bankruptcy_price
    assert fill.size + taken.size == start.size


def test_orders_go_first() -> None:
    session, events = played(tape_of({"ETH": [2000, 1950]}), "buy 10 ETH 20x", "sell 10 ETH take 2200 reduce")
    assert [event.kind for event in events if event.kind != "call"][:3] == ["liquidation", "cancel", "penalty"]
    assert only(events, OrderCancelled)[0].reason == "its pool is being liquidated"
    assert not session.account.orders


def test_a_market_that_stands_still_waits_until_equity_is_below_zero() -> None:
    tape = tape_of({"ETH": [2000, 1950, 1920, 1890]}, gaps=[1, 2, 3], halts={"ETH": [1, 2, 3]})
    _, events = played(tape, "buy 10 ETH 20x")
    (taken,) = only(events, TakenOver)
    assert (taken.step, taken.price, taken.lost) == (3, 1900, -100)


def test_the_initial_fraction_grows_with_the_size() -> None:
    """12 BTC: two whole steps of 1.5 above 9: 7 % of 720,000 is 50,400, and 20x is not enough."""
    tape = tape_of({"BTC": [60_000, 60_000]})
    session = opened(tape, "buy 12 BTC 20x", balance=50_400)
    (pool,) = session.view().pools
    assert pool.initial_requirement == 50_400
    assert pool.requirement == 21_600  # 3 %, whatever the size
    assert pool.positions[0].initial_margin == 50_400
    assert pool.free == 0
    refused = opened(tape, balance=50_399).do(parse("buy 12 BTC 20x"))
    assert isinstance(refused, Refusal)
    assert "50,400.00 of margin" in refused.reason


def test_a_percentage_finds_the_largest_size_under_the_growing_fraction() -> None:
    """60,000 at 5 % would carry 20 BTC, at 7 % 14.28; but from 13.5 BTC on 8 % is asked for, 64,800: just less."""
    tape = tape_of({"BTC": [60_000, 60_000]})
    session = opened(tape, "buy 100% BTC 20x", balance=60_000)
    size = session.view().pools[0].positions[0].size
    more = opened(tape, balance=60_000).do(parse(f"buy {size + Decimal('0.00001')} BTC 20x"))
    assert isinstance(more, Refusal)
    assert Decimal("13.4999") < size < Decimal("13.5")


def test_less_leverage_asks_for_more_than_the_venue() -> None:
    session = opened(tape_of({"ETH": [2000, 2000]}), "buy 1 ETH 5x")
    assert session.view().pools[0].initial_requirement == 400


def test_there_is_no_isolated_margin() -> None:
    answer = opened(tape_of({"ETH": [2000, 2000]})).do(parse("buy 1 ETH 5x iso"))
    assert isinstance(answer, Refusal)
    assert "no isolated margin" in answer.reason
    with pytest.raises(SetupError, match="no isolated margin"):
        Session(Setup(venue="dydx_v3", mode="isolated"), tape_of({"ETH": [2000, 2000]}))


def test_funding_each_hour_is_an_eighth_of_premium_and_interest_capped() -> None:
    """0.07 % + 0.01 % for eight hours is 0.01 % an hour of 20,000; 4 % at most."""
    tape = tape_of({"ETH": [2000] * 3}, seconds=3600, premiums={"ETH": [700_000] * 3})
    _, events = played(tape, "buy 10 ETH 10x", balance=4000, funding=True)
    assert [near(paid.amount, "-2") for paid in only(events, FundingPaid)] == [True, True]
    book = rulebook_of("dydx_v3")
    assert book.funding_rate("ETH", Decimal("0.5")) == Decimal("0.005")
    assert book.funding_rate("ETH", Decimal("-0.5")) == Decimal("-0.005")
    assert book.funding_rate("ETH", None) == Decimal("0.0000125")


@pytest.mark.parametrize(
    "words",
    [
        ("market", "BTC", "5%", "6%"),
        ("market", "BTC", "5%"),
        ("market", "BTC", "5%", "3%", "9", "0", "170", "1%"),
        ("market", "BTC", "5%", "3%", "200", "1.5", "170", "1%"),
        ("insurance-fund", "-5"),
        ("nonsense", "1"),
    ],
)
def test_what_cannot_be_set_says_what_would_work(words: tuple[str, ...]) -> None:
    with pytest.raises(SetupError, match="try: "):
        rulebook_of("dydx_v3", (words,))


def test_what_can_be_set() -> None:
    book = rulebook_of("dydx_v3", (("market", "NEW", "20%", "5%", "10", "1", "50", "5%"), ("taker", "0.1%")))
    assert book.largest_leverage("NEW", Decimal(0)) == 5
    assert book.fee_rate("taker") == Decimal("0.001")


def test_the_card_says_what_is_not_sure() -> None:
    card = rulebook_of("dydx_v3").card
    assert any("close price" in line for line in card.unsure)
    assert "profit and leverage" in " ".join(card.below_zero)
