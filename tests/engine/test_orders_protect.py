"""Brackets on a position that is open, and turning it round."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Filled, OrderCancelled, OrderPlaced
from engine.rulebooks.base import Refusal
from engine.sentences import sentence
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of
from tests.engine.test_orders import QUIET, fills, play, refusal

FLAT = tape_of({"ETH": [2000, 2000]})


def hedged(prices: list[int]) -> Session:
    """A quiet session whose market's long and short are two positions: 2 ETH long, 1 ETH short."""
    session = Session(QUIET, tape_of({"ETH": prices}))
    session.account.hedged = True
    for text in ("buy 2 ETH 5x", "sell 1 ETH 5x"):
        assert not isinstance(session.do(parse(text)), Refusal)
    return session


# -- protect


def test_a_position_is_protected_and_one_leg_cancels_the_others() -> None:
    tape = tape_of({"ETH": [2000, 2110]})
    session, events = play(tape, "buy 1 ETH 5x", "protect ETH tp 2100 sl 1900 trail 10%")
    assert [event.text for event in events if isinstance(event, OrderPlaced)] == [
        "protect ETH tp 2100",
        "protect ETH sl 1900",
        "protect ETH trail 10%",
    ]
    assert fills(events)[1:] == [("c2.tp", "sell", Decimal(2100))]
    gone = {event.order: event.reason for event in events if isinstance(event, OrderCancelled)}
    assert gone == {"c2.sl": "the other leg filled", "c2.trail": "the other leg filled"}
    assert (session.view().positions, session.view().orders) == ((), ())


def test_a_short_is_protected_the_other_way_round() -> None:
    tape = tape_of({"ETH": [2000, 2110]})
    _, events = play(tape, "sell 1 ETH 5x", "protect ETH tp 1900 sl 2100")
    assert fills(events)[1:] == [("c2.sl", "buy", Decimal(2100))]


@pytest.mark.parametrize(("then", "size"), [("buy 2 ETH", 3), ("sell 0.25 ETH", "0.75"), ("close ETH 50%", "0.5")])
def test_legs_cover_the_whole_position_whatever_its_size(then: str, size: str | int) -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 1880]}))
    for text in ("buy 1 ETH 5x", "protect ETH sl 1900", then):
        assert not isinstance(session.do(parse(text)), Refusal)
    assert [order.size for order in session.view().orders] == [Decimal(size)]
    (fill,) = [event for event in session.advance(1) if isinstance(event, Filled)]
    assert (fill.order, fill.size, fill.position) == ("c2.sl", Decimal(size), 0)


def test_a_leg_replaces_the_one_of_its_kind_and_leaves_the_others() -> None:
    session = Session(QUIET, FLAT)
    session.do(parse("buy 1 ETH 5x tp 2100 sl 1900"))
    session.do(parse("sell 1 ETH stop 1800 reduce"))
    events = session.do(parse("protect ETH sl 1950"))
    assert not isinstance(events, Refusal)
    assert [sentence(event) for event in events] == [
        "order c1.sl in ETH cancelled: replaced by c3.sl",
        "protect ETH sl 1950 waits (c3.sl)",
    ]
    assert [order.id for order in session.view().orders] == ["c1.tp", "c2", "c3.sl"]


def test_distances_count_from_the_entry() -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 2100]}))
    session.do(parse("buy 1 ETH 5x"))
    session.advance(1)
    session.do(parse("buy 1 ETH"))  # the entry is 2050 now
    session.do(parse("protect ETH tp 10% sl 2%"))
    assert [(order.id, order.price) for order in session.view().orders] == [("c3.tp", 2255), ("c3.sl", 2009)]
    assert "would fire at once" in refusal(FLAT, "buy 1 ETH", "protect ETH tp 0.5% sl 2100")


def test_closing_or_turning_the_position_takes_its_legs_along() -> None:
    for then in ("close ETH", "reverse ETH", "sell 3 ETH", "flatten"):
        session, _ = play(FLAT, "buy 1 ETH 5x", "protect ETH tp 2100 sl 1900", then)
        assert session.view().orders == ()


def test_the_legs_of_a_partly_liquidated_position_cover_what_is_left() -> None:
    setup = Setup(balance=Decimal(81_000), slippage=False, fees=False, funding=False)
    session, events = play(tape_of({"ETH": [2000, 1958]}), "buy 1000 ETH 25x cross", "protect ETH tp 2100", setup=setup)
    assert [event.size for event in events if isinstance(event, Filled) and event.reason == "liquidation"] == [200]
    assert [order.size for order in session.view().orders] == [800]


def test_in_hedge_mode_each_side_has_its_own_legs() -> None:
    session = hedged([2000, 2090, 1880])
    assert "2 open positions" in str(session.do(parse("protect ETH sl 1900")))
    assert not isinstance(session.do(parse("protect ETH sl 1900 long")), Refusal)
    assert not isinstance(session.do(parse("protect ETH sl 2080 short")), Refusal)
    assert [(order.side, order.size) for order in session.view().orders] == [("sell", 2), ("buy", 1)]
    assert fills(list(session.advance(1))) == [("c4.sl", "buy", Decimal(2080))]
    assert fills(list(session.advance(2))) == [("c3.sl", "sell", Decimal(1900))]
    assert session.view().positions == ()


def test_in_hedge_mode_a_reducing_order_buys_back_the_short() -> None:
    session = hedged([2000, 1900])
    session.do(parse("buy 5 ETH at 1950 reduce"))
    (fill,) = [event for event in session.advance(1) if isinstance(event, Filled)]
    assert (fill.size, fill.realised, fill.position) == (1, 50, 0)
    assert [(position.side, position.size) for position in session.view().positions] == [("long", 2)]


# -- reverse


def test_a_position_is_turned_round_in_one_trade() -> None:
    session, events = play(FLAT, "buy 1 ETH 10x iso sl 1900", "reverse ETH")
    assert [
        (event.side, event.size, event.position, event.reason) for event in events if isinstance(event, Filled)
    ] == [
        ("buy", 1, 1, "market"),
        ("sell", 1, 0, "reverse"),
        ("sell", 1, -1, "reverse"),
    ]
    assert session.view().wallet == 10_000 - 200
    assert session.view().positions[0].leverage == 10


def test_both_halves_get_the_price_of_the_whole() -> None:
    setup = Setup(balance=Decimal(1_000_000), fees=False, funding=False)
    _, events = play(FLAT, "sell 150 ETH 5x cross", "reverse ETH", setup=setup)
    # 300 ETH at 2000 are a hundredth of the depth of 60 million: 0.1 % and half a spread of 0.005 %
    assert [price for _, side, price in fills(events) if side == "buy"] == [Decimal("2002.10")] * 2


def test_it_is_refused_as_a_whole_when_the_other_way_is_not_admitted() -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 1950]}))
    session.do(parse("buy 49 ETH 10x iso"))  # 9,800 of margin; at 1950 what is left of it is 7,350
    session.advance(1)
    before = session.snapshot()
    answer = session.do(parse("reverse ETH"))
    assert isinstance(answer, Refusal)
    assert "missing" in answer.reason
    assert session.snapshot() == before
    first, _, second = answer.would_work.partition(", then try ")
    assert not isinstance(session.do(parse(first.removesuffix(" first"))), Refusal)
    assert not isinstance(session.do(parse(second.split(", or ")[0])), Refusal)


def test_in_hedge_mode_one_side_goes_over_to_the_other() -> None:
    session = hedged([2000, 2000])
    assert "2 open positions" in str(session.do(parse("reverse ETH")))
    assert not isinstance(session.do(parse("reverse ETH long")), Refusal)
    assert [(position.side, position.size) for position in session.view().positions] == [("short", -3)]


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        (("reverse ETH",), "no open position"),
        (("protect ETH sl 1900",), "no open position"),
        (("buy 1 ETH iso", "reverse ETH cross"), "no open position in ETH that is cross"),
        (("buy 1 ETH", "protect ETH sl 1900.001"), "multiples of 0.01"),
        (("buy 1 ETH", "protect ETH tp 1990"), "a tp of 1990 would fire at once; choose a price above 2000"),
        (("sell 1 ETH", "protect ETH sl 1990"), "a sl of 1990 would fire at once; choose a price above 2000"),
        (("reverse SOL",), "no market SOL"),
    ],
)
def test_refusals_say_why(commands: tuple[str, ...], says: str) -> None:
    assert says in refusal(FLAT, *commands)
