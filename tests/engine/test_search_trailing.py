"""Trailing stops on the way between two vertices: the trigger follows the best mark and is never stored."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import START, tape_of

PLAIN = Setup(balance=Decimal(10_000), slippage=False, fees=False, funding=False)


def trailed(tape: Tape, *commands: str) -> tuple[Session, list[Filled]]:
    session = Session(PLAIN, tape)
    for text in commands:
        assert isinstance(session.do(parse(text)), tuple), text
    fills = [event for event in session.advance(len(tape)) if isinstance(event, Filled)]
    return session, fills


def test_it_fires_where_the_path_has_come_back_by_the_trail_from_the_highest_mark() -> None:
    _, (fill,) = trailed(tape_of({"ETH": [2000, 2100, 2090, 2200, 2000]}), "buy 1 ETH 5x", "sell 1 ETH trail 5% reduce")
    assert (fill.price, fill.reason, fill.step) == (Decimal(2090), "trail", 4)
    assert fill.time == START + 3 * 60_000 + 33_000  # 110 of the 200 dollars down, in a minute


def test_one_to_buy_follows_the_lowest_mark_up() -> None:
    _, (fill,) = trailed(
        tape_of({"ETH": [2000, 1900, 1950, 1800, 1850, 1900]}), "sell 1 ETH 5x", "buy 1 ETH trail 5% reduce"
    )
    assert (fill.price, fill.step) == (Decimal(1890), 5)


def test_the_trigger_is_rounded_away_from_the_price() -> None:
    _, (fill,) = trailed(tape_of({"ETH": ["2000.01", "1900"]}), "buy 1 ETH 5x", "sell 1 ETH trail 1% reduce")
    assert fill.price == Decimal("1980.00")  # 1980.0099, and one tick less is the first that has moved by 1 %


def test_over_a_gap_the_trigger_stands_where_it_was() -> None:
    tape = tape_of({"ETH": [2000, 2100, 1900]}, gaps=[1, 2])
    _, (fill,) = trailed(tape, "buy 1 ETH 5x", "sell 1 ETH trail 5% reduce")
    assert (fill.price, fill.step) == (Decimal(1900), 2)
    up = tape_of({"ETH": [2000, 2100, 2200]}, gaps=[1, 2])
    assert trailed(up, "buy 1 ETH 5x", "sell 1 ETH trail 5% reduce")[1] == []


def test_a_market_that_stands_still_fires_nothing_until_it_trades_again() -> None:
    tape = tape_of({"ETH": [2000, 1800, 1800, 1850]}, halts={"ETH": [1, 2]})
    _, (fill,) = trailed(tape, "buy 1 ETH 5x", "sell 1 ETH trail 5% reduce")
    assert (fill.price, fill.step) == (Decimal(1800), 3)


def test_looking_and_leaping_leave_the_same_snapshot_as_steps() -> None:
    tape = tape_of({"ETH": [2000, 2100, 2080, 2150, 2140]})
    leaping, stepping = (trailed(tape, "buy 1 ETH 5x", "sell 1 ETH trail 5% reduce")[0] for _ in range(2))
    stepping = Session(PLAIN, tape)
    stepping.do(parse("buy 1 ETH 5x"))
    stepping.do(parse("sell 1 ETH trail 5% reduce"))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
        stepping.view()
    assert leaping.snapshot() == stepping.snapshot()
    (order,) = leaping.account.orders.values()
    assert (order.since, order.extreme) == (0, 2000)


def test_an_order_that_begins_on_the_way_does_not_see_the_prices_behind_it() -> None:
    session = Session(PLAIN, tape_of({"ETH": [2000, 2200]}))
    session.do(parse("buy 1 ETH stop 2100 5x sl 2%"))
    events: tuple[Event, ...] = session.advance(1)
    assert [event.reason for event in events if isinstance(event, Filled)] == ["stop"]
    assert session.account.pools_with("ETH")
    assert [order.price for order in session.account.orders.values()] == [2058]


@pytest.mark.parametrize("trail", ["0.1%", "1%", "5%", "50%"])
def test_it_waits_as_long_as_the_price_only_moves_its_way(trail: str) -> None:
    tape = tape_of({"ETH": [2000 + 7 * step for step in range(300)]})
    session, fills = trailed(tape, "buy 1 ETH 5x", f"sell 1 ETH trail {trail} reduce")
    assert fills == []
    assert session.step == 299
