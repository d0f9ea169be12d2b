"""What is left of a limit order that the market has met: it waits for the price to go further, not for what has been.

ETH has 60 million of depth: 2000.50 leaves 0.025 % above 2000, less half a spread of 0.005 %: 0.02² of it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled, OrderPlaced
from engine.sentences import sentence
from engine.session import Session
from engine.setup import Setup
from engine.state.snapshots import SnapshotError
from engine.tape import Tape
from tests.engine.tapes import tape_of
from tests.engine.test_edges import both_ways
from tests.engine.test_orders import play

SLIPPERY = Setup(balance=Decimal(20_000_000), mode="cross", fees=False, funding=False)
LIMIT = "buy 10000 ETH at 2000.50 5x"


def played(tape: Tape, *commands: str) -> list[Event]:
    """What commands and time do; a leap and single steps agree on it."""
    both_ways(SLIPPERY, tape, *commands)
    return play(tape, *commands, setup=SLIPPERY)[1]


def parts(tape: Tape, *commands: str) -> list[tuple[int, Decimal, Decimal]]:
    """Step, size and price of each fill."""
    return [(event.step, event.size, event.price) for event in played(tape, *commands) if isinstance(event, Filled)]


def test_the_rest_of_a_limit_does_not_fill_while_the_price_stands() -> None:
    assert parts(tape_of({"ETH": [2000, 2000, 2000]}), LIMIT) == [(0, Decimal(12), Decimal("2000.50"))]


def test_it_fills_once_the_price_is_a_tick_further_than_it_was() -> None:
    tape = tape_of({"ETH": [2000, 2000, 2003, 2000, "1999.99"]})
    first, last = parts(tape, LIMIT)
    assert (first, last) == ((0, Decimal(12), Decimal("2000.50")), (4, Decimal(9988), Decimal("2000.50")))
    gap = tape_of({"ETH": [2000, 2003, 1990]}, gaps=[1, 2])
    assert parts(gap, LIMIT)[1:] == [(2, Decimal(9988), Decimal("2000.50"))]
    sold = tape_of({"ETH": [2000, 1990, 2000, "2000.01"]})
    assert parts(sold, "sell 10000 ETH at 1999.50 5x")[1:] == [(3, Decimal(9988), Decimal("1999.50"))]


def test_a_limit_to_post_inside_the_spread_waits() -> None:
    flat, falls = tape_of({"XYZ": [100, 100, 100]}), tape_of({"XYZ": [100, 100, "99.99"]})
    assert parts(flat, "buy 10 XYZ at 100.04 post") == []
    assert parts(falls, "buy 10 XYZ at 100.04 post") == [(2, Decimal(10), Decimal("100.04"))]


@pytest.mark.parametrize("gaps", [(), (1,)])
def test_a_stop_limit_waits_from_where_it_was_triggered(gaps: tuple[int, ...]) -> None:
    up = tape_of({"ETH": [2000, 2010 if not gaps else 2005, 2012]}, gaps=gaps)
    command = "buy 10000 ETH stop 2005 limit 2006 5x"
    first = parts(up, command)
    assert len(first) == 1
    assert first[0][0] == 1
    back = tape_of({"ETH": [2000, 2010 if not gaps else 2005, "2004.99"]}, gaps=gaps)
    assert parts(back, command) == [*first, (2, 10_000 - first[0][1], Decimal(2006))]


def test_a_triggered_limit_that_takes_nothing_waits_as_well() -> None:
    """The ask at the trigger is 2005.11."""
    command = "buy 1 ETH stop 2005 limit 2005.05 5x"
    assert parts(tape_of({"ETH": [2000, 2010, 2012]}), command) == []
    assert parts(tape_of({"ETH": [2000, 2010, "2004.99"]}), command) == [(2, Decimal(1), Decimal("2005.05"))]


def test_the_last_price_counts_and_not_the_mark() -> None:
    tape = tape_of({"ETH": [2000, 2000, 2000, 1999]}, marks={"ETH": [2000, 1990, 1985, 1990]})
    assert [step for step, _, _ in parts(tape, LIMIT)] == [0, 3]


def test_it_is_said_where_it_waits() -> None:
    events = played(tape_of({"ETH": [2000, 2000]}), LIMIT, "sell 1 ETH at 2001", "buy 1 ETH at 1990")
    assert [sentence(event) for event in events if isinstance(event, OrderPlaced)] == [
        "buy 9988 ETH at 2000.5 waits (c1) for a price below 2,000.00",
        "sell 1 ETH at 2001 waits (c2)",
        "buy 1 ETH at 1990 waits (c3)",
    ]


def test_a_snapshot_remembers_it_and_none_that_no_order_can_have_met() -> None:
    session = Session(SLIPPERY, tape_of({"ETH": [2000, 2000, 1990]}))
    session.do(parse(LIMIT))
    session.do(parse("buy 1 ETH at 1990"))
    assert [order.extreme for order in session.account.orders.values()] == [Decimal(2000), None]
    again = Session.restore(session.setup, session.tape, session.snapshot())
    assert again.state_hash() == session.state_hash()
    assert again.advance(2) == session.advance(2)
    session = Session(SLIPPERY, tape_of({"ETH": [2000, 2000]}))
    session.do(parse("buy 1 ETH at 1990"))
    order = session.account.orders["c1"]
    session.account.orders["c1"] = replace(order, extreme=Decimal(2000))
    with pytest.raises(SnapshotError, match="can’t have met"):
        Session.restore(session.setup, session.tape, session.snapshot())
