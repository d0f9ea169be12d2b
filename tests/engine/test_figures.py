"""The figures that the rules promise: a liquidation to the cent, and what isolated and cross mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled, LiquidationStarted, MarginCalled, TakenOver
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}


def played(setup: Setup, tape, *commands: str) -> tuple[Session, list[Event]]:
    """A session that was given `commands` at the start and then ran to the end of its tape."""
    session = Session(setup, tape)
    for text in commands:
        events = session.do(parse(text))
        assert not isinstance(events, Refusal), str(events)
    return session, list(session.advance(len(tape)))


def only(events: list[Event], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_twenty_times_long_bitcoin_dies_at_95477_38() -> None:
    setup = Setup(balance=Decimal(6000), overrides=(("maintenance", "0.5%"),), **QUIET)
    tape = tape_of({"BTC": [100_000, "95477.40", "95477.39", "95477.38"]})
    session = Session(setup, tape)
    session.do(parse("buy 1 BTC 20x iso"))
    position = session.view().positions[0]
    assert str(position.raw_liquidation_price).startswith("95477.3869346733668341")
    assert position.liquidation_price == Decimal("95477.38")
    assert position.bankruptcy_price == 95_000
    assert not only(list(session.advance(2)), LiquidationStarted)
    (liquidation,) = only(list(session.advance(3)), LiquidationStarted)
    assert liquidation.price == Decimal("95477.38")
    assert liquidation.raw_price == position.raw_liquidation_price
    assert session.setup.modified == ("slippage off", "fees off", "funding off", "maintenance 0.5%")


ETH_FALLS = {"ETH": [2000, 1950, 1700, 1650], "SOL": [100, 101, 103, 103]}


def test_isolated_eth_dies_and_sol_does_not_notice() -> None:
    tape, setup = tape_of(ETH_FALLS), Setup(balance=Decimal(2000), **QUIET)
    both, events = played(setup, tape, "buy $10000 ETH 10x iso", "sell $2500 SOL 5x iso")
    alone, _ = played(setup, tape, "sell $2500 SOL 5x iso")
    (liquidation,) = only(events, LiquidationStarted)
    assert liquidation.symbol == "ETH"
    pool_of_both = next(pool for pool in both.view().pools if pool.key == "iso:SOL")
    pool_alone = next(pool for pool in alone.view().pools if pool.key == "iso:SOL")
    assert pool_of_both == pool_alone
    assert both.world.balance(both.account.pools["iso:SOL"]) == 500


def test_in_cross_the_wallet_and_the_sol_gain_carry_eth_further_down() -> None:
    falls = {"ETH": [2000, 1500], "SOL": [100, 90]}
    setup = Setup(balance=Decimal(2000), **QUIET)
    commands = ("buy $10000 ETH 10x {}", "sell $2500 SOL 5x {}")
    _, isolated = played(setup, tape_of(falls), *(text.format("iso") for text in commands))
    session, cross = played(setup, tape_of(falls), *(text.format("cross") for text in commands))
    (first,) = only(isolated, LiquidationStarted)
    (later,) = only(cross, LiquidationStarted)
    assert later.time > first.time
    fills = [event for event in only(cross, Filled) if event.reason == "liquidation"]
    assert [fill.symbol for fill in fills] == ["ETH"]
    assert fills[0].price < first.price
    assert [position.symbol for position in session.view().positions] == ["SOL"]
    assert not only(cross, TakenOver)


@pytest.mark.parametrize("eth", ["1590", "1500"], ids=["equity above zero", "equity below zero"])
def test_over_a_gap_below_two_thirds_the_backstop_takes_both(eth: str) -> None:
    tape = tape_of({"ETH": [2000, eth], "SOL": [100, 100]}, gaps=[1])
    setup = Setup(balance=Decimal(2000), **QUIET)
    session, events = played(setup, tape, "buy $10000 ETH 10x cross", "sell $2500 SOL 5x cross")
    assert [event.symbol for event in only(events, TakenOver)] == ["ETH", "SOL"]
    view = session.view()
    assert (view.equity, view.wallet, view.positions, view.state) == (0, 0, (), "wiped out")
    assert view.conserved
    assert view.insurance == 10_000_000 + only(events, TakenOver)[0].lost


def test_the_player_deposits_after_a_wipe_out_and_goes_on_counted() -> None:
    tape = tape_of({"ETH": [2000, 1500, 1500, 1600]}, gaps=[1])
    session = Session(Setup(balance=Decimal(1000), mode="cross", **QUIET), tape)
    session.do(parse("buy $10000 ETH 10x"))
    session.advance(1)
    assert session.state == "wiped out"
    events = session.do(parse("deposit 500"))
    assert isinstance(events, tuple)
    assert events[0].figures()["rescue"] == 1
    assert session.state == "running"
    assert session.view().rescues == 1
    assert not isinstance(session.do(parse("buy $1000 ETH 5x")), Refusal)


def test_calls_at_50_80_and_95_percent_and_again_after_the_gauge_fell() -> None:
    tape = tape_of({"ETH": [2000, 1870, 1840, 1999, 1870, 1838]})
    _, events = played(Setup(balance=Decimal(1100), **QUIET), tape, "buy $10000 ETH 10x iso")
    assert [str(call.level) for call in only(events, MarginCalled)] == ["0.5", "0.8", "0.5", "0.8", "0.95"]


def test_a_vault_too_small_deleverages_the_other_side() -> None:
    tape = tape_of({"ETH": [2000, 1500]}, gaps=[1])
    setup = Setup(balance=Decimal(2000), mode="cross", overrides=(("vault", "100"),), **QUIET)
    session, events = played(setup, tape, "buy $10000 ETH 10x")
    adl = [event for event in events if event.kind == "adl"]
    assert adl
    assert all(event.figures()["price"] == "2000" for event in adl)
    assert adl[0].figures()["trader"] == "other short 10x ETH"
    assert session.view().conserved


def test_twenty_percent_first_above_100_000_dollars_then_all_within_30_seconds() -> None:
    tape = tape_of({"ETH": [2000, 1850, 1800, 1750]}, seconds=10)
    setup = Setup(balance=Decimal(20_000), **QUIET)
    _, events = played(setup, tape, "buy $150000 ETH 10x iso")
    fills = [event for event in only(events, Filled) if event.reason == "liquidation"]
    assert [fill.size for fill in fills] == [15, 60]
    assert fills[1].time - fills[0].time < 30_000
    slow = tape_of({"ETH": [2000, 1850, 1800, 1750]}, seconds=600)
    _, events = played(setup, slow, "buy $150000 ETH 10x iso")
    sizes = [event.size for event in only(events, Filled) if event.reason == "liquidation"]
    assert sizes[:2] == [15, 12]
