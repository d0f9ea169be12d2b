"""Money and coins that go in and out of an account on venues that lend, and what the venues don't let it become."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import HandedOver
from engine.rulebooks.base import Overrides
from engine.tape import Tape
from tests.engine.tapes import tape_of
from tests.venues.lending_sessions import only, opened, played, refused

FLAT = tape_of({"ETH": [2000, 2000]})
CEILING: Overrides = (("isolation", "1000"),)


@pytest.mark.parametrize("command", ["cash out 5000", "borrow 5000 USDC"])
def test_a_debt_ceiling_holds_however_money_leaves(command: str) -> None:
    assert "exceeds the debt ceiling" in refused("aave_v3", FLAT, command, ["buy 5 ETH"], CEILING)
    opened("aave_v3", FLAT, ["buy 5 ETH", command.replace("5000", "1000")], CEILING)


@pytest.mark.parametrize("command", ["cash out 30", "borrow 30 USDC"])
def test_so_does_the_smallest_debt(command: str) -> None:
    answer = refused("compound_v3", FLAT, command, ["buy 5 ETH"])
    assert answer == "a debt of 30 is less than the smallest, 100; owe 100 or more, or nothing"


@pytest.mark.parametrize("command", ["cash out 2000001", "borrow 2000001 USDC"])
def test_and_the_most_that_is_lent(command: str) -> None:
    tape, before = tape_of({"ETH-SPOT": [2000, 2000]}), ["supply 2000 ETH", "withdraw 10000 USDC"]
    assert "at most 2,000,000 of it is lent" in refused("mango_v4", tape, command, before)
    opened("mango_v4", tape, [*before, command.replace("2000001", "2000000")])


@pytest.mark.parametrize(("venue", "symbol"), [("compound_v3", "ETH"), ("aevo", "ETH-SPOT")])
def test_a_coin_that_is_not_lent_is_not_a_question_of_margin(venue: str, symbol: str) -> None:
    answer = refused(venue, tape_of({symbol: [2000, 2000]}), "borrow 700 ETH")
    assert "lends" in answer
    assert "too little" not in answer


def test_a_debt_may_be_made_less_than_could_be_borrowed() -> None:
    """2000 USDC are owed, and 50 of it left."""
    session = opened("compound_v3", FLAT, ["buy 6 ETH", "repay 1950 USDC"])
    assert "less than the smallest" in str(session.do(parse("cash out 10")))
    assert session.view().equity == 11_950


def test_a_debt_that_grew_over_its_ceiling_may_be_repaid_in_parts() -> None:
    """A year's 5.5 % on 1000 owed: it is above 1000 from the first hour on."""
    tape = tape_of({"ETH": [2000, 2000, 2000]}, seconds=36_000)
    session = opened("aave_v3", tape, ["buy 5 ETH", "cash out 1000"], CEILING, funding=True)
    session.advance(2)
    for text in ("repay 0.01 USDC", "supply 1 ETH"):
        assert isinstance(session.do(parse(text)), tuple)
    assert "exceeds the debt ceiling" in str(session.do(parse("cash out 1")))


def test_what_coins_have_gained_can_be_taken_out() -> None:
    """On 5 ETH at 4000 with an LTV of 80 % 16,000 can be owed: 7,000 are, and then 5,000 and 4,000 more."""
    tape = tape_of({"ETH": [2000, 4000]})
    session = opened("aave_v3", tape, ["supply 5 ETH", "withdraw 10000 USDC", "borrow 7000 USDC"])
    session.advance(1)
    assert isinstance(session.do(parse("cash out 5000")), tuple)
    assert str(session.do(parse("cash out 4000.01"))) == "the wallet can spare 4,000.00 at most; try cash out 4000"
    assert isinstance(session.do(parse("borrow 4000 USDC")), tuple)


def test_open_profit_can_not_when_the_money_went_into_coins() -> None:
    """10,000 less 6,000 that 4 ETH have lost; the 6,000 that BTC has gained are not there yet."""
    tape = tape_of({"ETH-SPOT": [2000, 500], "BTC": [60_000, 120_000]})
    session = opened("vertex", tape, ["buy 4 ETH-SPOT", "buy 0.1 BTC 2x"])
    session.advance(1)
    assert session.view().equity == 10_000
    assert str(session.do(parse("cash out 4001"))) == "the wallet can spare 4,000.00 at most; try cash out 4000"
    assert isinstance(session.do(parse("cash out 4000")), tuple)


def test_an_isolated_position_needs_the_margin_of_its_size() -> None:
    """Drift: 90,000 DOGE at $1 need 4/5 × 20 % + 0.0002 × √90,000 = 22 %, which 5x does not post."""
    tape = tape_of({"DOGE": [1, 1]})
    answer = _isolated(tape, "buy 90000 DOGE 5x iso")
    assert answer == ("DOGE of this size needs 19,800.00 of margin, and 5x posts 18,000.00; try 4x, or a smaller size")
    session = opened("drift_v2", tape, ["buy 90000 DOGE 4x iso"], balance=100_000)
    (pool,) = (each for each in session.view().pools if each.key != "cross")
    assert pool.equity == 22_500
    opened("drift_v2", tape, ["buy 40000 DOGE 5x iso"], balance=100_000)
    largest = opened("drift_v2", tape, ["buy 100% DOGE 5x iso"], balance=100_000).view().positions[0].size
    assert "margin" in _isolated(tape, f"buy {largest + Decimal('0.1')} DOGE 5x iso")


def _isolated(tape: Tape, command: str) -> str:
    return refused("drift_v2", tape, command, balance=100_000)


@pytest.mark.parametrize("venue", ["aave_v3", "compound_v2"])
def test_coins_are_never_seized_for_more_than_they_are_worth(venue: str) -> None:
    """Over a gap 5 ETH pay for a part of 0.12 BTC. A last lot of BTC is worth more than the ETH that is left for it."""
    tape = tape_of({"ETH": [2000, 1000, 1000], "BTC": [60_000, 90_000, 90_000]}, gaps=[1])
    _, events = played(venue, tape, "supply 5 ETH", "withdraw 10000 USDC", "borrow 0.12 BTC")
    seized = [event for event in only(events, HandedOver) if event.symbol == "ETH"]
    assert len(seized) == 2
    assert all(event.price < event.mark for event in seized)
    assert sum(event.size for event in seized) == 5


def test_a_part_that_freed_enough_is_not_followed_by_single_lots() -> None:
    """Drift frees a share of a shortage at a time. What the grid of sizes leaves of it waits for the next time."""
    tape = tape_of({"ETH-SPOT": [2000, 1500, 1500], "BTC-SPOT": [60_000, 80_000, 80_000]})
    _, events = played("drift_v2", tape, "supply 5 ETH", "withdraw 10000 USDC", "borrow 0.1 BTC")
    parts = only(events, HandedOver)
    assert len(parts) > 2
    assert all(event.size * event.mark > 10 for event in parts)


@pytest.mark.parametrize("rescue", ["supply 1 ETH", "deposit 1 ETH", "supply 1000 USDC", "deposit 1000"])
def test_whatever_is_put_in_after_a_wipe_out_is_a_rescue(rescue: str) -> None:
    tape = tape_of({"ETH": [2000, 1000, 1000]}, gaps=[1])
    session = opened("aave_v3", tape, ["buy 18 ETH"])
    session.advance(1)
    assert session.state == "wiped out"
    assert "nothing is left" in str(session.do(parse("buy 0.01 ETH")))
    assert isinstance(session.do(parse(rescue)), tuple)
    assert (session.state, session.tally.rescues, session.tally.stake) == ("running", 1, 1000)
    assert isinstance(session.do(parse("buy 0.01 ETH")), tuple)
    assert isinstance(session.do(parse("supply 1 ETH")), tuple)
    assert (session.tally.rescues, session.tally.stake) == (1, 2000)
