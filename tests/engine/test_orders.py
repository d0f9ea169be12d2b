"""Orders: when they fire, at what price, and what goes with them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled, OrderCancelled
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

QUIET = Setup(balance=Decimal(10_000), slippage=False, fees=False, funding=False)


def play(tape: Tape, *commands: str, setup: Setup = QUIET) -> tuple[Session, list[Event]]:
    session = Session(setup, tape)
    events: list[Event] = []
    for text in commands:
        happened = session.do(parse(text))
        assert not isinstance(happened, Refusal), f"{text}: {happened}"
        events += happened
    return session, events + list(session.advance(len(tape)))


def fills(events: list[Event]) -> list[tuple[str, str, Decimal]]:
    return [(event.order, event.side, event.price) for event in events if isinstance(event, Filled)]


def refusal(tape: Tape, *commands: str, setup: Setup = QUIET) -> str:
    session = Session(setup, tape)
    for text in commands[:-1]:
        assert not isinstance(session.do(parse(text)), Refusal)
    answer = session.do(parse(commands[-1]))
    assert isinstance(answer, Refusal)
    assert answer.would_work
    return str(answer)


def test_a_limit_waits_until_the_path_trades_through_it_by_a_tick() -> None:
    touched = tape_of({"ETH": [2000, 1950, 1990]})
    through = tape_of({"ETH": [2000, "1949.99", 1990]})
    assert fills(play(touched, "buy 1 ETH at 1950")[1]) == []
    assert fills(play(through, "buy 1 ETH at 1950")[1]) == [("c1", "buy", Decimal(1950))]


def test_a_limit_fills_at_its_own_price_over_a_gap() -> None:
    _, events = play(tape_of({"ETH": [2000, 1900]}, gaps=[1]), "buy 1 ETH at 1950")
    assert fills(events) == [("c1", "buy", Decimal(1950))]


def test_a_limit_pays_the_maker_fee_and_a_marketable_one_the_taker_fee() -> None:
    setup = Setup(balance=Decimal(10_000), slippage=False, funding=False)
    _, resting = play(tape_of({"ETH": [2000, 1900]}), "buy 1 ETH at 1950", setup=setup)
    _, taking = play(tape_of({"ETH": [2000, 2000]}), "buy 1 ETH at 2100", setup=setup)
    assert [event.fee for event in resting if isinstance(event, Filled)] == [Decimal("0.2925")]
    assert [(event.price, event.fee) for event in taking if isinstance(event, Filled)] == [(2000, Decimal("0.9"))]


def test_a_stop_fills_at_its_price_when_travelled_and_after_the_gap_when_gapped() -> None:
    commands = ("buy 1 ETH 5x", "sell 1 ETH stop 1950 reduce")
    assert fills(play(tape_of({"ETH": [2000, 1900]}), *commands)[1])[1] == ("c2", "sell", Decimal(1950))
    assert fills(play(tape_of({"ETH": [2000, 1900]}, gaps=[1]), *commands)[1])[1] == ("c2", "sell", Decimal(1900))


def test_one_leg_cancels_the_other() -> None:
    session, events = play(tape_of({"ETH": [2000, 2100, 1800]}), "buy 1 ETH 5x tp 2080 sl 1900")
    assert fills(events) == [("c1", "buy", Decimal(2000)), ("c1.tp", "sell", Decimal(2080))]
    assert [event.order for event in events if isinstance(event, OrderCancelled)] == ["c1.sl"]
    assert session.view().orders == ()


def test_legs_of_a_resting_order_come_with_its_fill() -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 1940, 1880]}))
    session.do(parse("buy 1 ETH at 1950 tp 2080 sl 1900"))
    assert [order.id for order in session.view().orders] == ["c1"]
    session.advance(1)
    assert [order.id for order in session.view().orders] == ["c1.tp", "c1.sl"]
    session.advance(2)
    assert session.view().positions == ()


def test_a_stop_saves_from_a_liquidation_that_lies_behind_it() -> None:
    _, events = play(tape_of({"ETH": [2000, 1500]}), "buy $10000 ETH 10x iso sl 1900")
    assert [event.kind for event in events if event.kind == "liquidation"] == []
    assert fills(events)[-1] == ("c1.sl", "sell", Decimal(1900))


def test_over_a_gap_the_stop_fires_before_the_venue_looks() -> None:
    session, events = play(tape_of({"ETH": [2000, 1850]}, gaps=[1]), "buy $10000 ETH 10x iso sl 1900")
    assert [event.kind for event in events if event.kind == "liquidation"] == []
    assert session.view().wallet == 10_000 - 750


def test_reduce_only_never_turns_a_position() -> None:
    session, events = play(tape_of({"ETH": [2000, 1900]}), "buy 1 ETH 5x", "sell 5 ETH stop 1950 reduce")
    assert [event.size for event in events if isinstance(event, Filled)] == [1, 1]
    assert session.view().positions == ()


def test_closing_takes_the_stops_along() -> None:
    session, events = play(tape_of({"ETH": [2000, 2000]}), "buy 1 ETH 5x sl 1900", "close ETH")
    assert session.view().orders == ()
    assert [event.reason for event in events if isinstance(event, OrderCancelled)] == ["its position is closed"]


def test_flatten_closes_all_and_cancels_all() -> None:
    tape = tape_of({"ETH": [2000, 2000], "SOL": [100, 100]})
    session, _ = play(tape, "buy 1 ETH 5x sl 1900", "sell 5 SOL 5x cross", "buy 1 SOL at 50 cross", "flatten")
    view = session.view()
    assert (view.positions, view.orders, view.wallet) == ((), (), 10_000)


def test_half_of_an_isolated_position_frees_half_of_its_pool_and_keeps_the_liquidation_price() -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 1950]}))
    session.do(parse("buy $10000 ETH 10x iso"))
    session.advance(1)
    before = session.view().positions[0]
    session.do(parse("close ETH 50%"))
    after = session.view().positions[0]
    assert after.size * 2 == before.size
    assert after.liquidation_price == before.liquidation_price
    assert session.view().wallet == 9000 + (1000 - 250) / 2


def test_turning_a_position_closes_it_and_opens_the_rest() -> None:
    session, events = play(tape_of({"ETH": [2000, 2000]}), "buy 1 ETH 10x iso", "sell 3 ETH 10x iso")
    assert [(event.size, event.position) for event in events if isinstance(event, Filled)] == [(1, 1), (1, 0), (2, -2)]
    assert session.view().wallet == 10_000 - 400


def test_an_order_whose_margin_has_gone_is_cancelled_with_the_reason() -> None:
    tape = tape_of({"ETH": [2000, 1800], "SOL": [100, 100]})
    _, events = play(tape, "buy 40 ETH at 1900 10x", "buy $25000 SOL 10x")
    (cancelled,) = [event for event in events if isinstance(event, OrderCancelled)]
    assert "missing" in cancelled.reason


def test_slippage_is_against_the_trader_and_grows_with_size() -> None:
    setup = Setup(balance=Decimal(1_000_000), fees=False, funding=False)
    tape = tape_of({"ETH": [2000, 2000]})
    prices = [
        fills(play(tape, f"{side} ${size} ETH 10x", setup=setup)[1])[0][2]
        for side, size in (("buy", 1000), ("buy", 1_000_000), ("sell", 1000), ("sell", 1_000_000))
    ]
    assert prices[3] < prices[2] < 2000 < prices[0] < prices[1]


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        (("buy 1 DOGE",), "no market DOGE"),
        (("buy $10000 ETH 26x",), "25x at most"),
        (("buy $1000000 ETH 10x",), "missing"),
        (("buy 1 ETH at 1950.001",), "multiples of 0.01"),
        (("sell 1 ETH stop 2100",), "fire at once"),
        (("buy 1 ETH tp 1900",), "tp of 1900"),
        (("buy 1 ETH sl 2100",), "sl of 2100"),
        (("close ETH",), "no open position"),
        (("buy 1 ETH", "close ETH 2"), "only 1 ETH"),
        (("buy 1 ETH iso", "buy 1 ETH cross"), "one mode a market"),
        (("buy 1 ETH iso", "mode ETH cross"), "one mode a market"),
        (("cancel c9",), "no resting order"),
        (("margin ETH +5",), "no open position"),
        (("buy 1 ETH cross", "margin ETH +5"), "shares the wallet"),
        (("buy 1 ETH 10x", "margin ETH -150"), "can spare"),
        (("buy 1 ETH 10x", "leverage ETH 2x"), "would need"),
        (("leverage ETH 99x",), "25x at most"),
        (("cash out 20000",), "can spare"),
        (("deposit 5 ETH",), "held in USDC"),
        (("flatten",), "no position"),
        (("sell 1 ETH reduce",), "no position"),
        (("buy 0.0000001 ETH",), "smallest size"),
        (("end", "buy 1 ETH"), "has ended"),
    ],
)
def test_refusals_say_why_and_what_would_work(commands: tuple[str, ...], says: str) -> None:
    assert says in refusal(tape_of({"ETH": [2000, 2000]}), *commands)


def test_what_a_refusal_proposes_works() -> None:
    setup = Setup(balance=Decimal(1000))
    session = Session(setup, tape_of({"ETH": [2000, 2000]}))
    answer = session.do(parse("buy $50000 ETH 10x iso"))
    assert isinstance(answer, Refusal)
    proposed = answer.would_work.removeprefix("try ").split(", or ")[0]
    assert not isinstance(session.do(parse(f"{proposed} 10x iso")), Refusal)
    for mode in ("iso", "cross"):
        fresh = Session(setup, tape_of({"ETH": [2000, 2000]}))
        assert not isinstance(fresh.do(parse(f"buy 100% ETH 10x {mode}")), Refusal)
        assert fresh.view().free < 10


def test_isolated_only_markets_have_no_cross_and_no_taking_out() -> None:
    setup = Setup(slippage=False, fees=False, overrides=(("isolated-only", "ETH"),))
    tape = tape_of({"ETH": [2000, 2000]})
    assert "isolated-only" in refusal(tape, "buy 1 ETH cross", setup=setup)
    assert "isolated-only" in refusal(tape, "buy 1 ETH 10x", "margin ETH +100", "margin ETH -50", setup=setup)


def test_a_market_that_stands_still_refuses_and_its_orders_wait() -> None:
    tape = tape_of({"ETH": [2000, 1900, 1900, 1900]}, halts={"ETH": [1, 2]})
    session = Session(QUIET, tape)
    session.do(parse("buy 1 ETH at 1950"))
    session.advance(2)
    assert session.view().positions == ()
    assert isinstance(session.do(parse("buy 1 ETH")), Refusal)
    session.advance(3)
    assert len(session.view().positions) == 1


def test_leaving_a_command_out_does_not_shift_the_ids_of_others() -> None:
    session = Session(QUIET, tape_of({"ETH": [2000, 2000]}))
    session.do(parse("buy 1 ETH at 1900"), number=1)
    session.do(parse("buy 1 ETH at 1800"), number=3)
    assert [order.id for order in session.view().orders] == ["c1", "c3"]
    assert isinstance(session.do(parse("note late"), number=2), Refusal)


def test_a_refusal_for_want_of_margin_says_what_really_is_missing() -> None:
    tape = tape_of({"BTC": [60_000, 60_000], "ETH": [2000, 2000]})
    session = Session(Setup(balance=Decimal(10_000), slippage=False, fees=False), tape)
    session.do(parse("buy $120000 BTC 25x cross"))
    answer = session.do(parse("buy $20000 ETH 10x iso"))
    assert isinstance(answer, Refusal)
    deposit = answer.would_work.split("try ")[1].split(", or ")[-1]
    assert "10 % of notional" in answer.reason
    assert not isinstance(session.do(parse(deposit)), Refusal)
    assert not isinstance(session.do(parse("buy $20000 ETH 10x iso")), Refusal)


def test_more_leverage_is_proposed_only_where_it_would_do() -> None:
    tape = tape_of({"ETH": [2000, 2000]})
    setup = Setup(balance=Decimal(1000), slippage=False, fees=False)
    assert "25x" in refusal(tape, "buy $20000 ETH 10x", setup=setup)
    assert "25x" not in refusal(tape, "buy $50000 ETH 10x", setup=setup)


def test_a_percentage_is_previewed_as_the_same_trade_in_both_modes() -> None:
    session = Session(Setup(balance=Decimal(10_000)), tape_of({"ETH": [2000, 2000]}))
    isolated, cross = session.preview(parse("buy 25% ETH 20x iso"))
    assert isolated.size == cross.size > 0


def test_the_other_mode_of_an_open_position_is_previewed_as_if_it_were_in_it() -> None:
    session = Session(Setup(balance=Decimal(10_000), slippage=False, fees=False), tape_of({"ETH": [2000, 2000]}))
    session.do(parse("buy 5 ETH 10x iso sl 1900"))
    before = session.snapshot()
    isolated, cross = session.preview(parse("buy 1 ETH"))
    assert session.snapshot() == before
    whole = Session(session.setup, session.tape)
    whole.do(parse("buy 6 ETH 10x cross"))
    assert not isolated.supposed
    assert cross.supposed
    assert cross.after is not None
    assert cross.after.liquidation_price == whole.view().positions[0].liquidation_price
    asked_isolated, asked_cross = session.preview(parse("buy 1 ETH cross"))
    assert asked_cross.refusal is not None
    assert not asked_isolated.supposed


def test_a_market_that_is_called_like_an_order_can_be_cancelled() -> None:
    tape = tape_of({"C98": [2000, 2000], "ETH": [2000, 2000]})
    session = Session(QUIET, tape)
    for number, text in enumerate(("buy 1 C98 at 1000", "buy 1 ETH at 1000", "buy 2 ETH at 1000"), start=96):
        session.do(parse(text), number=number)
    session.do(parse("cancel C98"), number=99)
    assert list(session.account.orders) == ["c97", "c98"]
    session.do(parse("cancel c98"), number=100)
    assert list(session.account.orders) == ["c97"]
    session.do(parse("cancel C97"), number=101)
    assert list(session.account.orders) == []
    assert [str(parse(text)) for text in ("cancel C98", "cancel c98", "cancel C9.tp")] == [
        "cancel C98",
        "cancel c98",
        "cancel c9.tp",
    ]
    session.do(parse("buy 1 C98 at 1000"), number=102)
    session.do(parse("cancel c98"), number=103)
    assert list(session.account.orders) == []


def test_an_order_that_reduces_leaves_what_comes_next_as_it_is() -> None:
    session, _ = play(tape_of({"ETH": [2000, 2000]}), "buy 1 ETH 10x iso", "sell 0.5 ETH 2x iso reduce", "close ETH")
    assert (session.account.leverages, session.account.modes) == ({"ETH": 10}, {"ETH": "isolated"})
    session.do(parse("buy 1 ETH"))
    assert session.view().positions[0].leverage == 10
