"""Time in force: what a limit order takes at once, and what becomes of the rest. Prices by the square-root law:
300 ETH at 2000 are a hundredth of the depth, so they cost 0.1 % and half a spread of 0.005 %: 2002.10."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled, OrderCancelled
from engine.rulebooks.base import Refusal
from engine.sentences import sentence
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of
from tests.engine.test_orders import QUIET, fills, play, refusal

SLIPPERY = Setup(balance=Decimal(10_000_000), fees=False, funding=False)
FLAT = tape_of({"ETH": [2000, 2000]})


def traded(events: list[Event]) -> list[tuple[int, Decimal, Decimal]]:
    return [(event.step, event.size, event.price) for event in events if isinstance(event, Filled)]


def test_ioc_takes_what_there_is_and_cancels_the_rest() -> None:
    session, events = play(FLAT, "buy 1000 ETH at 2002.10 ioc", setup=SLIPPERY)
    assert traded(events) == [(0, Decimal(300), Decimal("2002.10"))]
    assert [sentence(event) for event in events if isinstance(event, OrderCancelled)] == [
        "order c1 in ETH cancelled: 300 of 1000 filled, no more could be had at 2002.1 (ioc)"
    ]
    assert session.view().orders == ()


def test_ioc_that_is_met_whole_gets_a_better_price_than_its_limit() -> None:
    _, events = play(FLAT, "sell 75 ETH at 1990 ioc", setup=SLIPPERY)  # a quarter of the size, half of the impact
    assert traded(events) == [(0, Decimal(75), Decimal("1998.90"))]
    assert not [event for event in events if isinstance(event, OrderCancelled)]


def test_fok_trades_all_or_nothing() -> None:
    _, events = play(FLAT, "sell 300 ETH at 1997.90 fok", setup=SLIPPERY)
    assert traded(events) == [(0, Decimal(300), Decimal("1997.90"))]
    refused = refusal(FLAT, "sell 301 ETH at 1997.90 fok", setup=SLIPPERY)
    assert "only 300 of 301 can be had at 1997.9 or higher" in refused
    assert "sell 300 ETH at 1997.9 fok" in refused


def test_post_only_rests_and_never_takes() -> None:
    session, events = play(FLAT, "buy 5 ETH at 1999 post", setup=SLIPPERY)
    assert [order.id for order in session.view().orders] == ["c1"]
    assert traded(events) == []
    assert "2000.11 is asked now" in refusal(FLAT, "buy 5 ETH at 2000.2 post", setup=SLIPPERY)
    assert "1999.89 is bid now" in refusal(FLAT, "sell 5 ETH at 1990 post", setup=SLIPPERY)


@pytest.mark.parametrize(
    "command",
    [
        *("buy 1 ETH at 1999 ioc", "sell 1 ETH at 2001 ioc", "buy 1000 ETH at 1999 fok", "sell 9 ETH at 2001 fok"),
        *("buy 1 ETH at 2001 post", "sell 1 ETH at 1999 post"),
    ],
)
@pytest.mark.parametrize("setup", [QUIET, SLIPPERY])
def test_the_price_that_a_refusal_proposes_works(command: str, setup: Setup) -> None:
    session = Session(setup, FLAT)
    answer = session.do(parse(command))
    assert isinstance(answer, Refusal)
    proposed = answer.would_work.removeprefix("try at ").split(" ")[0].rstrip(",")
    side, _, symbol, _, price, in_force = command.split(" ")
    assert Decimal(proposed) != Decimal(price)
    assert not isinstance(session.do(parse(f"{side} 1 {symbol} at {proposed} {in_force}")), Refusal)


def test_a_plain_limit_takes_what_it_can_and_rests_with_the_rest() -> None:
    tape = tape_of({"ETH": [2000, 2001, 2050]})
    session = Session(SLIPPERY, tape)
    events = list(session.do(parse("sell 1000 ETH at 1997.90")))
    assert traded(events) == [(0, Decimal(300), Decimal("1997.90"))]
    assert [(order.id, order.size, order.price) for order in session.view().orders] == [
        ("c1", Decimal(700), Decimal("1997.90"))
    ]
    events += session.advance(2)
    assert traded(events)[1:] == [(1, Decimal(700), Decimal("1997.90"))]


def test_legs_grow_with_each_part_of_their_order() -> None:
    session, _ = play(tape_of({"ETH": [2000, 1999]}), "buy 1000 ETH at 2002.10 tp 6% sl 1900", setup=SLIPPERY)
    assert [(order.id, order.size, order.price) for order in session.view().orders] == [
        ("c1.tp", Decimal(1000), Decimal("2122.23")),
        ("c1.sl", Decimal(1000), Decimal(1900)),
    ]


def test_a_reducing_limit_takes_no_more_than_is_open() -> None:
    session, events = play(FLAT, "buy 1 ETH 5x", "sell 5 ETH at 1990 reduce")
    assert fills(events)[1:] == [("c2", "sell", Decimal(2000))]
    assert (session.view().positions, session.view().orders) == ((), ())
    session, events = play(FLAT, "buy 1 ETH 5x", "sell 5 ETH at 1990 reduce fok")
    assert fills(events)[1:] == [("c2", "sell", Decimal(2000))]
    session, events = play(FLAT, "buy 1 ETH 5x", "sell 5 ETH at 1990 reduce ioc")
    assert [event.kind for event in events] == ["fill", "fill"]


def test_a_partly_taken_order_turns_a_position_first() -> None:
    session = Session(SLIPPERY, FLAT)
    session.do(parse("sell 100 ETH 10x iso"))
    events = session.do(parse("buy 1000 ETH at 2002.10 sl 1900"))
    assert not isinstance(events, Refusal)
    assert [(event.size, event.position) for event in events if isinstance(event, Filled)] == [(100, 0), (200, 200)]
    assert [(order.id, order.size) for order in session.view().orders] == [
        ("c2.sl", Decimal(200)),
        ("c2", Decimal(700)),
    ]


def test_what_cannot_rest_is_not_taken_either() -> None:
    session = Session(SLIPPERY, FLAT)
    before = session.snapshot()
    assert isinstance(session.do(parse("buy 60000 ETH at 2002.10 10x")), Refusal)
    assert session.snapshot() == before
    assert not isinstance(session.do(parse("buy 60000 ETH at 2002.10 10x ioc")), Refusal)


def test_fees_are_the_takers_for_what_was_taken_and_the_makers_for_what_rested() -> None:
    setup = Setup(balance=Decimal(10_000_000), funding=False)
    _, events = play(tape_of({"ETH": [2000, 1999]}), "buy 400 ETH at 2002.10", setup=setup)
    # 300 × 2002.10 × 0.045 % and 100 × 2002.10 × 0.015 %
    assert [event.fee for event in events if isinstance(event, Filled)] == [Decimal("270.2835"), Decimal("30.0315")]


def test_legs_must_lie_beyond_what_is_taken_and_what_rests() -> None:
    assert "choose a price above 2002.1" in refusal(FLAT, "buy 1000 ETH at 2002.10 tp 2001", setup=SLIPPERY)
    assert "choose a price below 2000" in refusal(FLAT, "buy 1000 ETH at 2002.10 sl 2001", setup=SLIPPERY)
    play(FLAT, "buy 1000 ETH at 2002.10 tp 2001 ioc", setup=SLIPPERY)
