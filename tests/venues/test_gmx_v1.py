"""GMX v1 played: both liquidation states, the borrow fee, and who keeps what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.account import Pool, Position
from engine.commands.grammar import parse
from engine.events import (
    Deleveraged,
    Event,
    Filled,
    InterestPaid,
    LiquidationStarted,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.rulebooks.gmx_v1 import GmxV1, delta, next_average_price
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

HOUR = 3600
Overrides = tuple[tuple[str, ...], ...]


def opened(tape: Tape, *commands: str, overrides: Overrides = (), balance: int = 1000, **changed: Any) -> Session:
    session = Session(Setup(venue="gmx_v1", balance=Decimal(balance), overrides=overrides, **changed), tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session


def played(tape: Tape, *commands: str, **how: Any) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    session, stepping = opened(tape, *commands, **how), opened(tape, *commands, **how)
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
        assert stepping.view().conserved
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def refusal(session: Session, text: str) -> str:
    answer = session.do(parse(text))
    assert isinstance(answer, Refusal)
    return str(answer)


def test_there_is_no_book_and_the_fee_comes_out_of_the_collateral() -> None:
    """The contract's own example: $100 posted on $1000 are $99 of collateral, 10.1x."""
    session = opened(tape_of({"BTC": [40_000, 40_000]}), "sell 0.025 BTC 10x")
    (pool,) = (each for each in session.view().pools if each.positions)
    assert (session.view().wallet, pool.equity, pool.positions[0].entry_price) == (900, 99, 40_000)
    assert pool.requirement == 10
    gauge = session.rulebook.own_gauge(session.account.pools["iso:BTC"], Decimal(99), {"BTC": Decimal(40_000)})
    assert gauge is not None
    assert (gauge.name, round(gauge.value, 4), gauge.liquidation, gauge.rises) == (
        "leverage",
        Decimal("10.1010"),
        100,
        True,
    )


def test_state_two_closes_whole_and_gives_back_the_rest() -> None:
    """99 of collateral and 1 % of $1000: it fails when 89 are lost, 3560 above the entry, at the next cent."""
    session, events = played(tape_of({"BTC": [40_000, 45_000]}), "sell 0.025 BTC 10x", funding=False)
    (start,), (fill,) = only(events, LiquidationStarted), only(events, Filled)
    assert (start.price, start.raw_price, start.requirement) == (Decimal("43560.01"), 43_560, 10)
    assert (fill.reason, fill.price, fill.position, fill.realised) == (
        "liquidation",
        start.price,
        0,
        Decimal("-89.00025"),
    )
    assert fill.posted == -(99 + fill.realised - fill.fee)
    assert session.view().equity == 900 - fill.posted
    assert not only(events, TakenOver)
    assert session.view().insurance == 400_000_000


def test_state_one_leaves_the_trader_nothing() -> None:
    """$100 at 10x is 9.90 of collateral; 0.10 for closing and $5 are more than 1 % of size. At 4.80 lost and a cent of
    price beyond it 5.099975 are left: 0.10 to the fee reserves, the keeper takes what there is."""
    session, events = played(tape_of({"BTC": [40_000, 37_000]}), "buy 0.0025 BTC 10x", funding=False)
    (start,), (taken,) = only(events, LiquidationStarted), only(events, TakenOver)
    assert (start.raw_price, start.price, start.equity) == (38_080, Decimal("38079.99"), Decimal("5.099975"))
    assert [(each.fund, each.amount) for each in only(events, PenaltyCharged)] == [
        ("fee reserves", Decimal("0.1")),
        ("keeper", Decimal("4.999975")),
    ]
    assert (taken.fund, taken.price) == ("GLP pool", start.price)
    assert session.view().equity == 990


def test_a_profit_does_not_count() -> None:
    """$1000 at 50x, 19 of collateral, 0.9 % of size an hour. After two hours 1 is left, and although the price has made
    the position 100 all of it stays with the pool."""
    tape = tape_of({"BTC": [40_000, 42_000, 44_000, 44_000]}, seconds=HOUR)
    session, events = played(
        tape, "buy 0.025 BTC 50x", overrides=(("borrow-fee", "1%"), ("utilisation", "90%")), slippage=False
    )
    assert [each.amount for each in only(events, InterestPaid)] == [-9, -9]
    (start,) = only(events, LiquidationStarted)
    assert (start.time - 1_704_067_200_000, start.equity, start.requirement) == (2 * HOUR * 1000, 1, 6)
    assert [each.fund for each in only(events, PenaltyCharged)] == ["fee reserves", "keeper"]
    (taken,) = only(events, TakenOver)
    assert taken.fund_after == 400_000_000 + 101 - 6
    assert session.view().equity == 980


def test_the_borrow_fee_counts_in_state_one_only() -> None:
    """1 % of $1000 less what the fee took is what state 2 wants, until state 1 wants more: 0.25 % an hour of $1000."""
    tape = tape_of({"BTC": [40_000] * 4}, seconds=HOUR)
    session = opened(tape, "buy 0.025 BTC 10x", overrides=(("borrow-fee", "0.5%"),))
    seen = []
    for step in range(1, 4):
        session.advance(step)
        (pool,) = (each for each in session.view().pools if each.positions)
        seen.append((pool.equity, pool.requirement))
    assert seen == [(Decimal("96.5"), Decimal("7.5")), (94, 6), (Decimal("91.5"), 6)]


def test_a_hole_is_the_pools_and_nobody_is_deleveraged() -> None:
    """A gap through the bankruptcy price: 26 are missing. A pool of nothing can't pay them."""
    tape = tape_of({"BTC": [40_000, 45_000]}, gaps=[1])
    session, events = played(tape, "sell 0.025 BTC 10x", funding=False)
    (taken,) = only(events, TakenOver)
    assert (taken.lost, session.view().insurance) == (-26, 400_000_000 - 26)
    assert session.view().equity == 900
    session, events = played(tape, "sell 0.025 BTC 10x", funding=False, overrides=(("pool", "2000"),))
    assert (session.view().insurance, only(events, ShortfallPaid)) == (1974, [])
    assert not only(events, Deleveraged)
    assert rulebook_of("gmx_v1").others(tape.markets[0], Decimal(40_000)) == ()


def test_what_the_pool_can_not_reserve_is_refused() -> None:
    session = opened(tape_of({"BTC": [40_000, 40_000]}), overrides=(("pool", "10000"), ("utilisation", "95%")))
    assert "more than the venue takes" in refusal(session, "buy $600 BTC 10x")
    assert not isinstance(session.do(parse("buy $400 BTC 10x")), Refusal)


def test_leverage_is_50x_at_most_and_size_10_dollars_at_least() -> None:
    session = opened(tape_of({"BTC": [40_000, 40_000]}))
    assert "50x" in refusal(session, "buy $1000 BTC 60x")
    assert "1.1x" in refusal(session, "buy $500 BTC 1x")
    assert "$10" in refusal(session, "buy $6 BTC 5x")


def test_margin_can_be_taken_out_up_to_50x() -> None:
    """99 of collateral, and $20 must stay of $1000."""
    session = opened(tape_of({"BTC": [40_000, 40_000]}), "buy 0.025 BTC 10x")
    assert [each.free for each in session.view().pools if each.positions] == [79]
    refusal(session, "margin BTC -80")
    assert not isinstance(session.do(parse("margin BTC -79")), Refusal)
    assert session.view().wallet == 979


def test_isolated_only() -> None:
    tape = tape_of({"BTC": [40_000, 40_000]})
    with pytest.raises(SetupError, match="no cross margin"):
        opened(tape, mode="cross")
    assert "no cross margin" in refusal(opened(tape), "buy $500 BTC 5x cross")


def test_long_and_short_are_two_positions_in_hedge_mode() -> None:
    """Each with its own collateral: a fall takes the long and leaves the short."""
    tape = tape_of({"BTC": [40_000, 36_000]})
    commands = ("hedge on", "buy 0.025 BTC 20x", "sell 0.025 BTC 20x")
    session, events = played(tape, *commands, funding=False)
    (start,) = only(events, LiquidationStarted)
    assert start.pool == "iso:BTC:long"
    assert [position.key for position in session.view().positions] == ["BTC:short"]
    one_way, _ = played(tape, *commands[1:], funding=False)
    assert one_way.view().positions == ()


def test_the_requirement_opens_into_both_states() -> None:
    session = opened(tape_of({"BTC": [40_000, 40_000]}), "buy 0.025 BTC 10x")
    shown = next(each for each in session.explain("iso:BTC") if each.figure == "requirement")
    labels = [term.label for term in shown.terms]
    assert any("state 1" in label for label in labels)
    assert any("state 2: size ÷ 100" in label for label in labels)
    assert shown.value == 10


def test_an_average_price_is_that_of_the_engine_where_there_is_one_price() -> None:
    """Adding $10 at 47,100 to $90 at 41,000: the venue's harmonic mean is cost ÷ coins."""
    gains, amount = delta(Decimal(90), Decimal(41_000), Decimal(47_100), True)
    after = next_average_price(Decimal(90), gains, amount, Decimal(10), Decimal(47_100), True)
    coins = Decimal(90) / 41_000 + Decimal(10) / 47_100
    assert round(after, 8) == round(100 / coins, 8)
    assert delta(Decimal(90), Decimal(41_000), Decimal(41_100), True, Decimal("0.0075")) == (True, 0)


def test_the_state_and_the_tree_agree_along_the_way() -> None:
    book = GmxV1()
    for held in (Position("X", Decimal(10), Decimal(20_000)), Position("X", Decimal(-1), Decimal(-2000))):
        for collateral in (Decimal(4), Decimal(25), Decimal(300)):
            for price in range(1900, 2101):
                marks = {"X": Decimal(price)}
                stands = book.health(Pool("iso:X", "", {"X": held}), collateral, "maintenance").safe(marks)
                assert stands == (book.liquidation_state(held, collateral, marks["X"])[0] == 0)


def test_what_can_be_set() -> None:
    book = rulebook_of("gmx_v1", (("maintenance", "2%"), ("utilisation", "100%"), ("max-leverage", "30x")))
    assert isinstance(book, GmxV1)
    assert book.liquidation_leverage("BTC") == 50
    assert rulebook_of("gmx_v1", (("maintenance", "ETH", "2%"),)).liquidation_leverage("BTC") == 100  # type: ignore[attr-defined]
    assert book.largest_leverage("BTC", Decimal(0)) == 30
    assert book.largest_leverage("BTC", Decimal(1)) == 0


@pytest.mark.parametrize(
    "words", [("maintenance", "0%"), ("utilisation", "101%"), ("liquidation-fee", "-1"), ("vault", "5"), ("pool",)]
)
def test_what_can_not_be_set(words: tuple[str, ...]) -> None:
    with pytest.raises(SetupError, match="try: "):
        rulebook_of("gmx_v1", (words,))


def test_the_card_says_what_is_chosen() -> None:
    card = rulebook_of("gmx_v1").card
    assert card.name == "gmx_v1"
    assert any("one-way" in line for line in card.modes)
    assert any("utilisation" in line or "reserved" in line for line in card.unsure)
    assert "100x" in card.gauge
