"""The edges of a step: what is past already, what fails inside, what stands still, and who pays at the end."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled
from engine.market import Market
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Origin, Tape
from tests.engine.tapes import START, tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}


def both_ways(setup: Setup, tape: Tape, *commands: str) -> list[Event]:
    """The events to the end of the tape: the same in one leap and in single steps."""
    leaping, stepping = Session(setup, tape), Session(setup, tape)
    for text in commands:
        answer = leaping.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
        assert stepping.do(parse(text)) == answer
    events = list(leaping.advance(len(tape)))
    stepped: list[Event] = []
    while stepping.step < len(tape) - 1:
        stepped += stepping.advance(stepping.step + 1)
    assert events == stepped
    assert leaping.state_hash() == stepping.state_hash()
    assert leaping.view().conserved
    return events


def fills(events: list[Event]) -> list[tuple[str, Decimal]]:
    return [(event.order, event.price) for event in events if isinstance(event, Filled)]


def test_a_limit_inside_the_spread_fills_once_the_price_goes_further() -> None:
    away = tape_of({"ETH": [2000, 2000, 2001, 2000, 2002]})
    assert fills(both_ways(Setup(fees=False), away, "buy 1 ETH at 2000.05 post")) == []
    back = tape_of({"ETH": [2000, 2001, "1999.99"]})
    assert fills(both_ways(Setup(fees=False), back, "buy 1 ETH at 2000.05")) == [("c1", Decimal("2000.05"))]
    assert fills(both_ways(Setup(fees=False), away, "sell 1 ETH at 1999.95")) == [("c1", Decimal("1999.95"))]


def test_a_stop_of_a_market_that_stood_still_waits_for_its_first_trade() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1990, 1940]}, gaps=[1, 2], halts={"ETH": [1]})
    events = both_ways(Setup(**QUIET), tape, "buy 1 ETH 5x", "sell 1 ETH stop 1950 reduce")
    assert fills(events) == [("c2", Decimal(1950))]


def test_a_limit_that_is_met_at_once_has_its_stop_judged_by_the_mark() -> None:
    session = Session(Setup(**QUIET), tape_of({"ETH": [2000, 2000]}))
    answer = session.do(parse("buy 1 ETH at 2100 sl 2050"))
    assert isinstance(answer, Refusal)
    assert "sl of 2050" in answer.reason


def test_a_pool_that_funding_takes_below_fails_although_the_step_ends_well() -> None:
    tape = tape_of({"ETH": [1841, 2241]}, seconds=7200, gaps=[1], premiums={"ETH": [300_000_000] * 2})
    events = both_ways(Setup(slippage=False, fees=False), tape, "buy 5 ETH 25x iso")
    assert "liquidation" in [event.kind for event in events]


def test_at_the_tick_that_liquidates_a_stop_at_that_tick_comes_first() -> None:
    session = Session(Setup(**QUIET), tape_of({"ETH": [2000, 1500]}))
    session.do(parse("buy $10000 ETH 10x iso"))
    shown = session.view().positions[0].liquidation_price
    events = both_ways(
        Setup(**QUIET), tape_of({"ETH": [2000, 1500]}), "buy $10000 ETH 10x iso", f"sell 5 ETH stop {shown} reduce"
    )
    assert fills(events) == [("c2", shown)]


def test_a_resting_order_does_not_open_a_second_mode() -> None:
    tape = tape_of({"ETH": [2000, 1950]})
    events = both_ways(Setup(**QUIET), tape, "buy 1 ETH at 1960 5x iso", "buy 1 ETH 5x cross")
    assert [event.kind for event in events] == ["cancel"]


@pytest.mark.parametrize(
    "text",
    ["sell 1 ETH stop 1750 10x iso", "buy 1 ETH stop 2300 10x iso", "sell 20 ETH stop 1500 20x cross"],
)
def test_orders_that_wait_are_judged_at_their_price(text: str) -> None:
    session = Session(Setup(balance=Decimal(10_000), **QUIET), tape_of({"ETH": [2000, 2000]}))
    assert not isinstance(session.do(parse(text)), Refusal)


def test_a_far_limit_gets_no_credit_for_a_profit_that_is_not_there() -> None:
    session = Session(Setup(balance=Decimal(5_000), **QUIET), tape_of({"ETH": [2000, 2000]}))
    assert isinstance(session.do(parse("buy 60 ETH at 1000 10x cross")), Refusal)


def test_after_a_rescue_a_small_account_is_not_wiped_out_by_a_fill() -> None:
    tape = tape_of({"ETH": [2000, 1500, 1500, 1550]}, gaps=[1])
    session = Session(Setup(balance=Decimal(100_000), mode="cross", **QUIET), tape)
    session.do(parse("buy 100% ETH 25x"))
    session.advance(1)
    assert session.state == "wiped out"
    assert isinstance(session.do(parse("buy 1 ETH")), Refusal)
    session.do(parse("deposit 500"))
    session.do(parse("buy 1 ETH 10x iso tp 1550 sl 1450"))
    session.advance(3)
    assert session.state == "running"
    assert session.view().equity == 550


def test_winning_and_cashing_out_does_not_hide_a_wipe_out() -> None:
    tape = tape_of({"ETH": [2000, 4000, 1000]}, gaps=[2])
    session = Session(Setup(balance=Decimal(1000), mode="cross", **QUIET), tape)
    session.do(parse("buy 5 ETH 20x"))
    session.advance(1)
    session.do(parse("cash out 8000"))
    events = session.advance(2)
    assert [event.kind for event in events][-1] == "wiped_out"
    assert session.state == "wiped out"


def test_a_coarse_tick_in_favour_does_not_make_the_search_walk_every_fine_tick() -> None:
    markets = (Market("BTC", Decimal(1), Decimal("0.001")), Market("SOL", Decimal("1e-8"), Decimal("0.001")))
    columns = {
        ("BTC", "last"): np.array([60_000, 60_001], dtype=np.int64),
        ("SOL", "last"): np.array([10_000_000_000, 9_000_000_000], dtype=np.int64),
    }
    times = START + np.array([0, 60_000], dtype=np.int64)
    tape = Tape(markets, times, np.array([True, False]), columns, None, Origin("inline", "fine"))
    setup = Setup(balance=Decimal(6_100), **QUIET)
    events = both_ways(setup, tape, "buy 1 BTC 40x cross", "buy 450 SOL 10x cross")
    assert "liquidation" in [event.kind for event in events]


def test_the_vault_pays_no_more_than_it_has_and_the_rest_is_said_to_be_unpaid() -> None:
    tape = tape_of({"ETH": [2000, 1500]}, gaps=[1])
    setup = Setup(balance=Decimal(10_000_000), overrides=(("vault", "1000"),), **QUIET)
    session = Session(setup, tape)
    session.do(parse("buy 40000 ETH 25x cross"))
    events = session.advance(1)
    (shortfall,) = [event for event in events if event.kind == "shortfall"]
    assert shortfall.figures()["unpaid"] != "0"
    assert session.view().insurance == 0
    assert session.view().conserved


def test_deleveraging_takes_from_winners_only_and_leaves_none_below_zero() -> None:
    tape = tape_of({"ETH": [2000, 8000, 5000]}, gaps=[1, 2])
    setup = Setup(balance=Decimal(200_000), overrides=(("vault", "0"),), **QUIET)
    session = Session(setup, tape)
    session.advance(1)
    session.do(parse("buy 100 ETH 25x cross"))
    session.advance(2)
    for name, account in session.world.accounts.items():
        if name.startswith("other ") and not account.wallet.positions:
            assert session.world.balance(account.wallet) >= 0


def test_an_order_that_only_closes_takes_no_legs() -> None:
    session = Session(Setup(**QUIET), tape_of({"ETH": [2000, 2000]}))
    session.do(parse("buy 2 ETH 5x"))
    assert isinstance(session.do(parse("sell 1 ETH tp 1900")), Refusal)


def test_lower_leverage_by_way_of_a_small_order_needs_the_margin_too() -> None:
    session = Session(Setup(**QUIET), tape_of({"ETH": [2000, 2000]}))
    session.do(parse("buy $10000 ETH 25x iso"))
    assert isinstance(session.do(parse("buy 0.001 ETH 1x iso")), Refusal)


def test_all_of_a_large_balance_opens_what_the_tier_gives() -> None:
    session = Session(Setup(balance=Decimal(10_000_000), **QUIET), tape_of({"BTC": [60_000, 60_000]}))
    assert not isinstance(session.do(parse("buy 100% BTC 40x iso")), Refusal)
    assert session.view().positions[0].notional < 150_000_000


def test_two_hundred_orders_may_rest() -> None:
    session = Session(Setup(**QUIET), tape_of({"ETH": [2000, 2000]}))
    for _ in range(200):
        assert not isinstance(session.do(parse("buy 0.01 ETH at 1000")), Refusal)
    assert isinstance(session.do(parse("buy 0.01 ETH at 1000")), Refusal)
