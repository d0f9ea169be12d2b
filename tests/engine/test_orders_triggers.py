"""Stop-limit, take-limit and trailing stops: when they trigger, and what they trade then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Filled, OrderCancelled, OrderTriggered
from engine.orders.order import Order
from engine.rulebooks.base import Refusal
from engine.sentences import sentence
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of
from tests.engine.test_orders import QUIET, fills, play, refusal

SLIPPERY = Setup(balance=Decimal(10_000_000), fees=False, funding=False)
CENT = Decimal("0.01")


# -- stop-limit and take-limit


def test_a_stop_limit_takes_at_the_market_while_its_limit_allows() -> None:
    tape = tape_of({"ETH": [2000, 1900]})
    session, events = play(tape, "buy 1 ETH 5x", "sell 1 ETH stop 1950 limit 1940 reduce")
    assert fills(events)[1] == ("c2", "sell", Decimal(1950))
    assert session.view().orders == ()
    (triggered,) = [event for event in events if isinstance(event, OrderTriggered)]
    assert (triggered.trigger, triggered.price) == (1950, 1940)
    assert sentence(triggered) == (
        "order c2 triggered at 1,950.00, and is a limit order now: sell 1 ETH at 1940 reduce"
    )


def test_over_a_gap_beyond_its_limit_a_stop_limit_is_left_resting() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1935, "1940.01"]}, gaps=[1])
    session = Session(QUIET, tape)
    session.do(parse("buy 1 ETH 5x"))
    session.do(parse("sell 1 ETH stop 1950 limit 1940 reduce"))
    events = session.advance(2)
    assert [event.kind for event in events if event.kind != "call"] == ["trigger"]
    assert [(order.id, order.kind, order.price) for order in session.view().orders] == [("c2", "limit", 1940)]
    assert fills(list(session.advance(3))) == [("c2", "sell", Decimal(1940))]


def test_a_stop_limit_to_buy_opens_a_position_with_its_legs() -> None:
    tape = tape_of({"ETH": [2000, 2100]}, gaps=[1])
    session, events = play(tape, "buy 1 ETH stop 2050 limit 2110 tp 2200 sl 2000")
    assert fills(events) == [("c1", "buy", Decimal(2100))]
    assert [order.id for order in session.view().orders] == ["c1.tp", "c1.sl"]


def test_a_limit_on_the_near_side_waits_for_the_price_to_come_back() -> None:
    tape = tape_of({"ETH": [2000, 2100, 2060, 2030]})
    session = Session(QUIET, tape)
    session.do(parse("buy 1 ETH stop 2050 limit 2040"))
    assert [event.kind for event in session.advance(2)] == ["trigger"]
    assert fills(list(session.advance(3))) == [("c1", "buy", Decimal(2040))]


def test_a_take_limit_locks_a_profit_in_on_both_sides() -> None:
    up, down = tape_of({"ETH": [2000, 2150]}), tape_of({"ETH": [2000, 1850]})
    _, sold = play(up, "buy 1 ETH 5x", "sell 1 ETH take 2100 limit 2090 reduce")
    _, bought = play(down, "sell 1 ETH 5x", "buy 1 ETH take 1900 limit 1905 reduce")
    assert fills(sold)[1] == ("c2", "sell", Decimal(2100))
    assert fills(bought)[1] == ("c2", "buy", Decimal(1900))


def test_a_large_stop_limit_takes_in_part_and_rests_with_the_rest() -> None:
    tape = tape_of({"ETH": [2000, 1950, 1940, 1960]}, gaps=[1, 2])
    session = Session(SLIPPERY, tape)
    session.do(parse("buy 1000 ETH 5x"))
    session.do(parse("sell 1000 ETH stop 1950 limit 1949 reduce"))
    events = session.advance(2)
    # 1949 leaves 0.0513 % below 1950, less 0.005 %: (0.0463 ÷ 100)² of 60 million is 12,851 … of notional ÷ 1950
    first = next(event for event in events if isinstance(event, Filled))
    assert first.price == 1949
    assert Decimal(65) < first.size < Decimal(66)
    assert first.position == 1000 - first.size


def test_a_reducing_stop_limit_goes_with_its_position() -> None:
    tape = tape_of({"ETH": [2000, 1990]})
    session, events = play(tape, "buy 1 ETH 5x", "sell 1 ETH stop 1950 limit 1940 reduce", "close ETH")
    assert [event.order for event in events if isinstance(event, OrderCancelled)] == ["c2"]
    assert session.view().orders == ()


def test_a_triggered_order_whose_margin_has_gone_is_cancelled_with_the_reason() -> None:
    tape = tape_of({"ETH": [2000, 2200], "SOL": [100, 100]})
    _, events = play(tape, "buy 40 ETH stop 2100 limit 2110 10x", "buy $25000 SOL 10x")
    (cancelled,) = [event for event in events if isinstance(event, OrderCancelled)]
    assert "missing" in cancelled.reason


def test_a_market_that_stands_still_triggers_nothing() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1900, 1900]}, halts={"ETH": [1, 2]})
    session = Session(QUIET, tape)
    session.do(parse("buy 1 ETH 5x"))
    session.do(parse("sell 1 ETH stop 1950 limit 1890 reduce"))
    assert [event for event in session.advance(2) if event.kind in ("trigger", "fill")] == []
    assert [event.kind for event in session.advance(3) if event.kind in ("trigger", "fill")] == ["trigger", "fill"]


# -- where an order's legs stand when it fills on the way


def test_a_take_profit_between_the_fill_and_where_the_price_came_from_waits_for_it() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1970]})
    session = Session(QUIET, tape)
    session.do(parse("buy 1 ETH at 1950 tp 1960"))
    assert fills(list(session.advance(1))) == [("c1", "buy", Decimal(1950))]
    assert fills(list(session.advance(2))) == [("c1.tp", "sell", Decimal(1960))]


def test_legs_at_a_distance_count_from_the_fill() -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 2099, 2100]}, gaps=[1]))
    session.do(parse("buy 1 ETH stop 2050 tp 10% sl 1.5%"))
    session.advance(1)
    orders = {order.id: order.price for order in session.view().orders}
    assert orders == {"c1.tp": Decimal("2308.9"), "c1.sl": Decimal("2067.51")}
    short = Session(QUIET, tape_of({"ETH": [2000, 2000]}))
    short.do(parse("sell 1 ETH tp 3.3333% sl 0.3333%"))
    orders = {order.id: order.price for order in short.view().orders}
    assert orders == {"c1.tp": Decimal("1933.33"), "c1.sl": Decimal("2006.67")}


def test_a_leg_that_would_fire_at_once_is_refused() -> None:
    tape = tape_of({"ETH": [2000, 2000]})
    refused = refusal(tape, "buy 300 ETH sl 0.1%", setup=SLIPPERY)  # filled at 2002.10, so at 2000.09
    assert "would fire at once" in refused
    assert "larger percentage" in refused


@pytest.mark.parametrize(
    "command", ["buy 100% ETH stop 2100", "sell 100% ETH stop 1900", "buy 100% ETH stop 2100 limit 2110"]
)
@pytest.mark.parametrize("mode", ["iso", "cross"])
def test_all_of_it_may_wait_for_a_price(command: str, mode: str) -> None:
    session = Session(Setup(balance=Decimal(10_000)), tape_of({"ETH": [2000, 2000]}))
    assert not isinstance(session.do(parse(f"{command} 10x {mode}")), Refusal)
    (order,) = session.view().orders
    price = order.limit or order.price
    assert order.size * price / 10 > 9_500


# -- trailing stops


def trailing(side: str, trail: str) -> Order:
    return Order("c1", "trail", side, Decimal(1), "ETH", Decimal(1), "cross", 5, trail=Decimal(trail))  # type: ignore[arg-type]


def test_the_trigger_of_a_trailing_stop_is_rounded_away_from_its_extreme() -> None:
    assert trailing("sell", "0.02").trailing_price(Decimal("2101.01"), CENT) == Decimal("2058.98")
    assert trailing("buy", "0.02").trailing_price(Decimal("1899.99"), CENT) == Decimal("1937.99")
    assert trailing("sell", "0.99").trailing_price(CENT, CENT) == CENT
    assert trailing("sell", "0.02").trailed(Decimal(2100), CENT).price == 2058
    with pytest.raises(ValueError, match="not a trailing stop"):
        Order("c1", "stop", "sell", Decimal(1), "ETH", Decimal(1), "cross", 5).trailing_price(CENT, CENT)


def test_a_trailing_stop_follows_the_price_up_and_sells_on_the_way_down() -> None:
    tape = tape_of({"ETH": [2000, 2100, 2070, 2200, 2100]})
    session = Session(QUIET, tape)
    session.do(parse("buy 1 ETH 5x"))
    placed = session.do(parse("sell 1 ETH trail 2% reduce"))
    assert not isinstance(placed, Refusal)
    assert sentence(placed[0]) == "sell 1 ETH trail 2% reduce waits (c2), triggers at 1,960.00 now"
    shown = []
    for step in range(1, 4):
        assert fills(list(session.advance(step))) == []
        shown.append(session.view().orders[0].price)
    assert shown == [2058, 2058, 2156]
    events = list(session.advance(4))
    assert fills(events) == [("c2", "sell", Decimal(2156))]
    assert [event.reason for event in events if isinstance(event, Filled)] == ["trail"]


def test_a_trailing_stop_to_buy_follows_the_price_down() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1930, 1800, 1900]})
    _, events = play(tape, "buy 1 ETH trail 2% sl 5%")
    assert fills(events) == [("c1", "buy", Decimal(1836))]


def test_a_trailing_stop_fills_after_the_gap() -> None:
    tape = tape_of({"ETH": [2000, 2100, 2000]}, gaps=[1, 2])
    _, events = play(tape, "buy 1 ETH 5x", "sell 1 ETH trail 2% reduce")
    assert fills(events)[1] == ("c2", "sell", Decimal(2000))


def test_a_trailing_stop_knows_nothing_of_what_was_before_it() -> None:
    tape = tape_of({"ETH": [3000, 2000, 1970, 1900]})
    session = Session(QUIET, tape)
    session.advance(1)
    session.do(parse("buy 1 ETH 5x"))
    session.do(parse("sell 1 ETH trail 2% reduce"))
    assert fills(list(session.advance(2))) == []
    assert fills(list(session.advance(3))) == [("c2", "sell", Decimal(1960))]


def test_a_trailing_stop_waits_for_the_mark() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1900]}, marks={"ETH": [2000, 1990, 1950]})
    session = Session(QUIET, tape)
    session.do(parse("sell 1 ETH trail 2%"))
    assert fills(list(session.advance(1))) == []
    assert fills(list(session.advance(2))) == [("c1", "sell", Decimal(1900))]


def test_a_grid_too_coarse_to_trail_on_is_refused() -> None:
    assert "too coarse" in refusal(tape_of({"ETH": ["0.01", "0.01"]}), "sell 1000 ETH trail 2%")
