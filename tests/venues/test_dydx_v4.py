"""dYdX v4 as it is played: liquidation block by block, who pays, deleveraging, isolated markets. Figures by hand."""

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
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Exposure, Refusal, SetupError
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import START, tape_of

QUIET = {"slippage": False, "fees": False, "funding": False, "mode": "cross"}
LAUNCH = ("tier", "ETH", "5%", "60%")
"""The tier that ETH had when the chain began: maintenance 3 %, more than a liquidation takes."""


def played(
    tape: Tape, *commands: str, overrides: tuple[tuple[str, ...], ...] = (), balance: int = 400, **changed: Any
) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    setup = Setup(venue="dydx_v4", balance=Decimal(balance), overrides=overrides, **{**QUIET, **changed})
    session, stepping = Session(setup, tape), Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
        stepping.do(parse(text))
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def refused(text: str, symbol: str = "ETH", **changed: Any) -> Refusal:
    setup = Setup(venue="dydx_v4", balance=Decimal(10_000), **{**QUIET, **changed})
    answer = Session(setup, tape_of({symbol: [100, 100]})).do(parse(text))
    assert isinstance(answer, Refusal)
    return answer


def near(amount: Decimal, expected: str) -> bool:
    """The same but for the rounding of money against the player."""
    return abs(amount - Decimal(expected)) <= Decimal("0.000003")


def test_a_block_takes_ten_percent_and_the_fund_what_is_left_of_it() -> None:
    """400 carry 10 ETH from 2000: 400 − 10 × (2000 − P) < 1.2 % × 10 × P below 19,600 ÷ 9.88 = 1983.8056. At 1983.80
    238.00 is left, 23.80 a coin: bankrupt at 1960. A coin is sold at 1983.80; 1.5 % of that is more than 23.80."""
    _, events = played(tape_of({"ETH": [2000, "1983.80"]}), "buy 10 ETH 50x")
    (start,), (fill,), (penalty,) = (only(events, kind) for kind in (LiquidationStarted, Filled, PenaltyCharged))
    assert (start.price, start.equity, start.requirement) == (Decimal("1983.80"), 238, Decimal("238.056"))
    assert (fill.price, fill.size, fill.position, fill.fee) == (Decimal("1983.80"), 1, 9, 0)
    assert penalty.fund == "insurance fund"
    assert near(penalty.amount, "23.80")


def test_blocks_go_on_until_nothing_is_left() -> None:
    """The largest fee, 1.5 %, is more than the maintenance margin of 1.2 %: no block brings equity ÷ maintenance up.
    One order a block, of a tenth; once that is less than $1,000, of $1,000."""
    tape = tape_of({"ETH": [2000, 1980, 1980]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 50x")
    fills = only(events, Filled)
    assert [fill.time - START for fill in fills[:3]] == [60_000, 61_000, 62_000]
    assert [fill.size for fill in fills[:4]] == [1, Decimal("0.9"), Decimal("0.81"), Decimal("0.729")]
    assert all(fill.size * fill.price > 980 for fill in fills[:-1])
    assert fills[-1].position == 0
    assert session.state == "wiped out"
    assert near(session.view().insurance, "10000200")  # what was left at 1980, where it filled
    assert sum(fill.size for fill in fills) == 10


def test_a_block_takes_at_most_a_hundred_thousand() -> None:
    tape = tape_of({"ETH": [2000, 1980]}, gaps=[1])
    _, events = played(tape, "buy 1000 ETH 50x", balance=40_000)
    (fill,) = only(events, Filled)
    assert 99_990 < fill.size * fill.price <= 100_000


def test_a_tier_with_more_maintenance_than_the_fee_is_restored() -> None:
    """1000 carry 10 ETH at 3 %: fails at 19,000 ÷ 9.7 = 1958.7628. At 1958.76 equity is 587.60, bankrupt at 1900. A
    coin costs 1.5 % = 29.3814 and saves 58.7628 of requirement: 558.2186 against 528.8652."""
    tape = tape_of({"ETH": [2000, "1958.76"]})
    session, events = played(tape, "buy 10 ETH 20x", overrides=(LAUNCH,), balance=1000)
    (fill,), (penalty,), (restored,) = (only(events, kind) for kind in (Filled, PenaltyCharged, MarginRestored))
    assert (fill.size, fill.position) == (1, 9)
    assert near(penalty.amount, "29.3814")
    assert near(restored.equity, "558.2186")
    assert restored.requirement == Decimal("528.8652")
    assert session.state == "running"


def test_a_short_is_bought_back_in_the_same_way() -> None:
    """−10 ETH: 400 − 10 × (P − 2000) < 0.12 × P above 20,400 ÷ 10.12 = 2015.8103. At 2015.82 241.80 is left:
    bankrupt at 2040."""
    _, events = played(tape_of({"ETH": [2000, "2015.82"]}), "sell 10 ETH 50x")
    (start,), (fill,), (penalty,) = (only(events, kind) for kind in (LiquidationStarted, Filled, PenaltyCharged))
    assert (start.price, fill.side, fill.size) == (Decimal("2015.82"), "buy", 1)
    assert near(penalty.amount, "24.18")


def test_below_zero_the_fund_adds_what_a_fill_is_worse_than_bankruptcy() -> None:
    """At 1900 600 are missing: bankrupt at 1960, and the spread of 1.8 % lets the oracle price fill. 60 a coin."""
    tape = tape_of({"ETH": [2000, 1900]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 50x")
    (penalty,), (fill,) = only(events, PenaltyCharged), only(events, Filled)
    assert (fill.size, fill.price) == (1, 1900)
    assert near(penalty.amount, "-60")
    assert near(session.view().insurance, "9999940")


def test_what_the_fund_cannot_cover_does_not_fill_and_is_deleveraged_at_the_bankruptcy_price() -> None:
    """The shorts of the stated book take 10 ETH at 1960, whoever comes first; the pool ends at nothing."""
    tape = tape_of({"ETH": [2000, 1900]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 50x", overrides=(("insurance-fund", "0"),))
    (adl,) = only(events, Deleveraged)
    assert (adl.size, adl.price, adl.rank) == (10, 1960, 0)
    assert adl.trader.startswith("other short")
    assert not only(events, Filled)
    assert not only(events, ShortfallPaid)
    assert (session.view().equity, session.state) == (0, "wiped out")


def test_a_spread_too_narrow_is_deleveraged_although_the_fund_is_there() -> None:
    """Without a spread no order fills below the oracle price: with slippage nothing fills at all."""
    tape = tape_of({"ETH": [2000, 1900]}, gaps=[1])
    overrides = (("spread-ratio", "0"),)
    _, events = played(tape, "buy 9 ETH 50x", overrides=overrides, slippage=True)
    assert [event.kind for event in events if event.kind != "call"][:2] == ["liquidation", "adl"]
    assert not only(events, Filled)


def test_above_zero_what_does_not_fill_waits_for_the_next_block() -> None:
    """At the very price the fillable price is the oracle's, and half the spread is too much. As it falls on, it fills:
    orders are placed at full seconds, not between."""
    tape = tape_of({"ETH": [2000, 1960]})
    _, events = played(tape, "buy 9.8 ETH 50x", slippage=True)
    (start,), fills = only(events, LiquidationStarted), only(events, Filled)
    assert fills[0].time > start.time
    assert all((fill.time - START) % 1000 == 0 for fill in fills)
    assert not only(events, Deleveraged)


def test_what_no_trader_can_take_goes_to_the_fund() -> None:
    """All shorts hold 1300 ETH. 700 of 2000 are left at bankruptcy 1960: the fund takes them, and has nothing."""
    tape = tape_of({"ETH": [2000, 1900, 1900]}, gaps=[1])
    session, events = played(tape, "buy 2000 ETH 50x", overrides=(("insurance-fund", "0"),), balance=80_000)
    assert sum(adl.size for adl in only(events, Deleveraged)) == 1300
    (taken,), (shortfall,) = only(events, TakenOver), only(events, ShortfallPaid)
    assert (taken.size, taken.time - START) == (700, 61_000)
    assert near(shortfall.unpaid, "42000")
    assert session.view().equity == 0


def test_a_market_that_stands_still_waits_until_equity_is_below_zero() -> None:
    tape = tape_of({"ETH": [2000, 1982, 1970, 1950]}, gaps=[1, 2, 3], halts={"ETH": [1, 2, 3]})
    _, events = played(tape, "buy 10 ETH 50x")
    (adl,) = only(events, Deleveraged)
    assert (adl.step, adl.price) == (3, 1960)
    assert not only(events, Filled)


def test_a_cross_account_loses_one_position_a_block_each_at_its_own_price() -> None:
    """Both legs fall together; equity ÷ maintenance of each leg's price is the account's."""
    tape = tape_of({"BTC": [60_000, 59_300, 59_300], "ETH": [2000, 1975, 1975]}, gaps=[1])
    session, events = played(tape, "buy 0.4 BTC 50x", "buy 12 ETH 50x", balance=960)
    fills = only(events, Filled)
    assert {fill.symbol for fill in fills} == {"BTC", "ETH"}
    assert len({fill.time for fill in fills}) == len(fills)
    assert session.account.flat
    assert session.view().insurance > 10_000_000


def test_isolated_markets_have_a_pool_and_a_fund_of_their_own() -> None:
    """BOME at 20x: 500 carry 10,000; 3 %: fails at 0.95 ÷ 0.97 = 0.97938. The fund was empty, the common one stays."""
    answer = refused("buy 10 BOME 5x cross", "BOME")
    assert "isolated market" in answer.reason
    tape = tape_of({"BOME": [100, 97]}, gaps=[1])
    session, events = played(tape, "buy 100 BOME 20x iso", balance=1000)
    penalties = only(events, PenaltyCharged)
    assert {penalty.fund for penalty in penalties} == {"insurance fund BOME"}
    fund = session.world.balance(session.world.account("insurance fund BOME").wallet)
    assert near(fund, str(penalties[0].amount))
    assert session.view().insurance == 10_000_000


def test_markets_that_are_not_listed_are_isolated_and_can_be_given_a_tier() -> None:
    book = rulebook_of("dydx_v4")
    assert book.isolated_only("NEWCOIN")
    assert book.largest_leverage("NEWCOIN", Decimal(0)) == 20
    listed = rulebook_of("dydx_v4", (("tier", "NEWCOIN", "20%", "50%"),))
    assert not listed.isolated_only("NEWCOIN")
    assert listed.largest_leverage("NEWCOIN", Decimal(0)) == 5


def test_open_interest_raises_what_opening_needs_and_nothing_else() -> None:
    """70 of 40 to 100 million: 5 % + half of 95 % = 52.5 %."""
    book = rulebook_of("dydx_v4", (("open-interest", "SOL", "70000000"),))
    assert book.largest_leverage("SOL", Decimal(0)) == 1
    assert book.largest_leverage("SOL-USD", Decimal(0)) == 1
    assert rulebook_of("dydx_v4").largest_leverage("SOL", Decimal(0)) == 20
    session, _ = played(
        tape_of({"SOL": [100, 100]}), "buy 10 SOL 1x", overrides=(("open-interest", "SOL", "70000000"),), balance=2000
    )
    (pool,) = session.view().pools
    assert (pool.initial_requirement, pool.requirement) == (1000, 30)


def test_large_caps_are_not_scaled() -> None:
    assert rulebook_of("dydx_v4", (("open-interest", "BTC", "900000000"),)).largest_leverage("BTC", Decimal(0)) == 50


def test_a_chosen_leverage_counts_for_opening_and_not_for_staying() -> None:
    session, _ = played(tape_of({"ETH": [2000, 2000]}), "buy 1 ETH 10x", balance=1000)
    (pool,) = session.view().pools
    assert (pool.initial_requirement, pool.requirement) == (200, 24)


def test_funding_each_hour_is_an_eighth_of_premium_and_interest_clamped() -> None:
    """A premium of 0.08 % for eight hours is 0.01 % an hour of 20,000. The clamp of ETH: 6 × (2 % − 1.2 %) = 4.8 %."""
    tape = tape_of({"ETH": [2000] * 3}, seconds=3600, premiums={"ETH": [800_000] * 3})
    _, events = played(tape, "buy 10 ETH 10x", balance=4000, funding=True)
    assert [near(paid.amount, "-2") for paid in only(events, FundingPaid)] == [True, True]
    book = rulebook_of("dydx_v4")
    assert book.funding_rate("ETH", Decimal("0.2")) == Decimal("0.006")
    assert book.funding_rate("ETH", None) == 0
    assert book.funding_rate("BOME", None) == Decimal("0.0000125")


def test_deleveraging_takes_everybody_from_a_pseudo_random_one_on() -> None:
    """In the order of names, around; losers too; the same at every time, and another one for another market."""
    traders = tuple(Exposure(name, Decimal(-1), Decimal(100), Decimal(100), Decimal(9)) for name in "dbca")
    book = rulebook_of("dydx_v4")
    orders = {
        symbol: "".join(each.trader for each, _ in book.adl_order(symbol, traders, Decimal(90)))
        for symbol in ("BTC", "ETH", "SOL", "DOGE", "LINK", "AVAX")
    }
    assert set(orders.values()) <= {"abcd", "bcda", "cdab", "dabc"}
    assert len(set(orders.values())) > 1
    assert book.adl_order("BTC", traders, Decimal(90)) == book.adl_order("BTC", traders[::-1], Decimal(110))


@pytest.mark.parametrize(
    "words",
    [
        ("tier", "ETH", "0%", "60%"),
        ("tier", "ETH", "5%", "60%", "5", "1"),
        ("tier", "ETH", "5%"),
        ("open-interest", "SOL", "-1"),
        ("open-interest", "SOL"),
        ("insurance-fund", "SOL", "5"),
        ("block-time", "0s"),
        ("block-limit", "999"),
        ("position-share", "0%"),
        ("spread-ratio", "11"),
        ("nonsense", "1"),
    ],
)
def test_what_cannot_be_set_says_what_would_work(words: tuple[str, ...]) -> None:
    with pytest.raises(SetupError, match="try: "):
        rulebook_of("dydx_v4", (words,))


def test_what_can_be_set() -> None:
    tape = tape_of({"ETH": [2000, 1980, 1980]}, gaps=[1])
    overrides = (("block-time", "5s"), ("position-share", "50%"), ("liquidation-fee", "50%"))
    _, events = played(tape, "buy 10 ETH 50x", overrides=overrides)
    first, second = only(events, Filled)[:2]
    assert (first.size, second.size, second.time - first.time) == (5, Decimal("2.5"), 5000)
    funds = rulebook_of("dydx_v4", (("isolated-only", "SOL"), ("insurance-fund", "SOL", "70"))).funds
    assert funds["insurance fund SOL"] == 70
    assert funds["insurance fund"] == 10_000_000


def test_the_card_says_how_it_liquidates() -> None:
    card = rulebook_of("dydx_v4").card
    assert "fillable price" in " ".join(card.liquidation)
    assert any("genesis.sh" in line for line in card.unsure)
    assert card.dated == "2026-04-22"
