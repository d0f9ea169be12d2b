"""Funding: the rate, the hour it is due, and who pays."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.events import FundingPaid
from engine.funding.schedule import FIRST_DUES, FundingSchedule, funding_schedule
from engine.numbers import EXACT
from engine.rulebooks import VENUES, rulebook_of
from engine.segment import Segment
from engine.session import Session
from engine.setup import Setup
from engine.tape import Path, Tape
from tests.engine.tapes import START, tape_of, tapes

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


@given(tape=tapes(longest=60), venue=st.sampled_from(sorted(VENUES)))
def test_the_schedule_is_what_the_walk_over_each_segment_finds(tape: Tape, venue: str) -> None:
    path, rulebook = Path(tape), rulebook_of(venue)
    schedule = FundingSchedule(path, rulebook)
    schedule.reach(len(tape) - 1)
    expected: list[tuple[int, int]] = []
    due = rulebook.next_funding(int(tape.times[0]))
    while due <= tape.times[-1]:
        expected.append((due, int(np.searchsorted(tape.times, due))))
        due = rulebook.next_funding(due)
    assert list(zip(schedule.times, schedule.vertices, strict=True)) == expected
    for symbol in tape.by_symbol:
        charges = schedule.charges(symbol)
        for place, (due, vertex) in enumerate(expected):
            segment = Segment(path, vertex)
            fraction = segment.when(due)
            assert fraction is not None
            assert charges.marks[place] == segment.at(fraction).marks[symbol]
            premium = path.mean_premium(symbol, due - rulebook.funding_period(), due, vertex)
            with localcontext(EXACT):
                assert charges.rates[place] == rulebook.funding_rate(symbol, premium)
            payment = float(charges.marks[place] * charges.rates[place])
            assert charges.paid(place + 1) - charges.paid(place) == pytest.approx(payment, rel=1e-9, abs=1e-9)
            assert charges.turnover(place, place + 1) == pytest.approx(abs(payment), rel=1e-9, abs=1e-9)


def test_a_schedule_is_looked_up_as_far_as_time_has_come_and_kept_with_the_tape() -> None:
    tape = tape_of({"ETH": [2000] * 900}, seconds=3600)
    path = Path(tape)
    schedule = funding_schedule(path, rulebook_of("hyperliquid"), "terms")
    assert funding_schedule(Path(tape), rulebook_of("hyperliquid"), "terms") is schedule
    assert schedule.reach(3)
    assert len(schedule.times) == FIRST_DUES
    assert not schedule.reach(FIRST_DUES)
    assert schedule.vertex_of(FIRST_DUES) == FIRST_DUES + 1
    assert len(schedule.times) == 2 * FIRST_DUES
    assert schedule.vertex_of(899) == 900
    assert schedule.settled(schedule.times[4]) == schedule.passed(schedule.vertices[4]) == 5


@pytest.mark.parametrize("stop_on", [frozenset({"funding"}), frozenset({"any"})])
def test_funding_is_a_stop_only_for_who_asks_for_it(stop_on: frozenset[str]) -> None:
    tape = tape_of({"ETH": [2000] * 30}, seconds=1800)
    session = Session(PLAIN, tape)
    session.do(parse("buy 1 ETH 5x"))
    (event,) = session.advance(29, stop_on)
    assert (event.kind, session.step) == ("funding", 2)
    assert len(session.advance(29)) == 13
    assert session.view().funding == Decimal("-0.35")
