"""Funding: the rate, the hour it is due, and who pays."""

from __future__ import annotations

from decimal import Decimal

from engine.commands import parse
from engine.events import FundingPaid
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import START, tape_of

HOUR = 3_600_000
PLAIN = Setup(balance=Decimal(10_000), slippage=False, fees=False)


def paid(tape, *commands: str, setup: Setup = PLAIN) -> list[FundingPaid]:
    session = Session(setup, tape)
    for text in commands:
        session.do(parse(text))
    return [event for event in session.advance(len(tape)) if isinstance(event, FundingPaid)]


def test_interest_alone_is_an_eighth_of_a_basis_point_an_hour_and_longs_pay() -> None:
    tape = tape_of({"ETH": [2000] * 13}, seconds=600)
    events = paid(tape, "buy 1 ETH 5x")
    assert [event.time - START for event in events] == [HOUR, 2 * HOUR]
    assert {event.rate for event in events} == {Decimal("0.0000125")}
    assert {event.amount for event in events} == {Decimal("-0.025")}
    assert [event.amount for event in paid(tape, "sell 1 ETH 5x")] == [Decimal("0.025")] * 2


def test_the_premium_is_the_mean_of_the_hour() -> None:
    premiums = [0, 30_000_000, 10_000_000, 20_000_000]  # parts per billion: 0 %, 3 %, 1 %, 2 %
    tape = tape_of({"ETH": [2000] * 4}, seconds=1200, premiums={"ETH": premiums})
    (event,) = paid(tape, "buy 1 ETH 5x")
    assert event.rate == (Decimal("0.02") - Decimal("0.0005")) / 8


def test_the_rate_is_capped() -> None:
    tape = tape_of({"ETH": [2000] * 2}, seconds=3600, premiums={"ETH": [900_000_000] * 2})
    assert [event.rate for event in paid(tape, "buy 1 ETH 5x")] == [Decimal("0.04")]


def test_a_long_step_pays_every_hour_in_it_at_that_hours_price() -> None:
    tape = tape_of({"ETH": [2000, 2400]}, seconds=4 * 3600)
    assert [event.notional for event in paid(tape, "buy 1 ETH 5x")] == [2100, 2200, 2300, 2400]
    gapped = tape_of({"ETH": [2000, 2400]}, seconds=4 * 3600, gaps=[1])
    assert [event.notional for event in paid(gapped, "buy 1 ETH 5x")] == [2000, 2000, 2000, 2400]


def test_nothing_is_owed_for_the_time_before_a_position() -> None:
    tape = tape_of({"ETH": [2000, 1800]}, seconds=4 * 3600)
    events = paid(tape, "buy 1 ETH at 1900")
    assert [event.time - START for event in events] == [3 * HOUR, 4 * HOUR]


def test_funding_alone_can_liquidate() -> None:
    tape = tape_of({"ETH": [2000] * 30}, seconds=3600, premiums={"ETH": [900_000_000] * 30})
    session = Session(PLAIN, tape)
    session.do(parse("buy $10000 ETH 10x iso"))
    kinds = [event.kind for event in session.advance(len(tape))]
    assert "liquidation" in kinds
    assert session.view().conserved


def test_funding_off_charges_none() -> None:
    tape = tape_of({"ETH": [2000] * 13}, seconds=600)
    assert paid(tape, "buy 1 ETH 5x", setup=Setup(fees=False, funding=False)) == []
