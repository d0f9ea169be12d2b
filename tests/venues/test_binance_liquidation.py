"""Liquidations on Binance, step by step, with every figure computed by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.commands.grammar import parse
from engine.events import (
    ClearanceCharged,
    Deleveraged,
    Event,
    Filled,
    LiquidationStarted,
    MarginRestored,
    OrderCancelled,
    ShortfallPaid,
    TakenOver,
)
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}
TWO_TIERS = ("brackets", "ETH", "100000:1%:50x", "1000000:11%:9x")
"""Maintenance 1 % to 100,000 of notional, 11 % less 10,000 from there."""


def played(
    tape: Tape, *commands: str, overrides: tuple[tuple[str, ...], ...] = (), balance: int = 100_000, **changed: Any
) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    setup = Setup(venue="binance", balance=Decimal(balance), overrides=overrides, **{**QUIET, **changed})
    session, stepping = Session(setup, tape), Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
        stepping.do(parse(text))
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_as_few_lots_as_the_requirement_takes() -> None:
    """100 ETH at 2000, 40,000 in the pool: equity 40,000 − 100 × (2000 − P) meets 0.11 × 100 × P − 10,000 at
    P = 150,000 ÷ 89 = 1685.3932. At 1685.39 equity is 8539.00, required 8539.29; a lot (0.00001) less saves
    0.11 × 1685.39 × 0.00001 = 0.0018539: 157 of them for the 0.29."""
    overrides = (TWO_TIERS, ("clearance", "0%"), ("compliant", "100%"))
    _, events = played(tape_of({"ETH": [2000, "1685.39"]}), "buy 100 ETH 5x iso", overrides=overrides)
    (start,), (fill,), (restored,) = (only(events, kind) for kind in (LiquidationStarted, Filled, MarginRestored))
    assert (start.price, start.equity, start.requirement) == (Decimal("1685.39"), 8539, Decimal("8539.29"))
    assert (fill.size, fill.price, fill.position) == (Decimal("0.00157"), Decimal("1685.39"), Decimal("99.99843"))
    assert restored.equity >= restored.requirement
    assert not only(events, TakenOver)


def test_down_to_a_compliant_level_with_the_clearance_fee_counted() -> None:
    """Maintenance at 90 % of the margin: 0.9 × 8539 − 8539.29 = −854.19; an ETH less saves 0.11 × 1685.39 = 185.3929
    and costs 0.9 × 1.25 % of 1685.39 = 18.96063750: 854.19 ÷ 166.4322625 = 5.13235709…"""
    _, events = played(tape_of({"ETH": [2000, "1685.39"]}), "buy 100 ETH 5x iso", overrides=(TWO_TIERS,))
    (fill,), (clearance,) = only(events, Filled), only(events, ClearanceCharged)
    assert fill.size == Decimal("5.13236")
    assert clearance.amount == Decimal("108.125353")  # 1.25 % of 5.13236 × 1685.39 = 8650.0282204, rounded up
    assert (clearance.rate, clearance.fund) == (Decimal("0.0125"), "insurance fund")


def test_a_lower_tier_makes_a_large_reduction_a_small_one() -> None:
    """From 94.9 ETH on, 100,000 of notional are charged 1 %: what is above them is all that counts."""
    tape = tape_of({"ETH": [2000, "1600"]}, gaps=[1])
    session, events = played(tape, "buy 100 ETH 3x iso", overrides=(TWO_TIERS, ("clearance", "0%")))
    # 3x posts 66,666.666667; at 1600 equity is 26,666.67 and 7600 is required: it stands.
    assert not only(events, LiquidationStarted)
    assert session.view().pools[1].requirement == 7600


def test_a_small_position_goes_whole_and_the_clearance_fee_takes_what_is_left() -> None:
    """10 ETH at 2000, 400 in the pool, 0.4 %: fails at 19,600 ÷ 9.96 = 1967.8715. At 1967.87 equity is 78.70, and
    1.25 % of 19,678.70 would be 245.98: selling costs more than it saves, so all goes, and the fund gets the 78.70."""
    session, events = played(tape_of({"ETH": [2000, 1900]}), "buy 10 ETH 50x iso", balance=1000)
    (fill,), (clearance,) = only(events, Filled), only(events, ClearanceCharged)
    assert (fill.price, fill.size, fill.position) == (Decimal("1967.87"), 10, 0)
    assert (fill.realised, clearance.amount) == (Decimal("-321.30"), Decimal("78.70"))
    assert not only(events, TakenOver)
    view = session.view()
    assert (view.equity, view.wallet, view.insurance) == (600, 600, Decimal("10000078.70"))
    assert view.fees == Decimal("78.70")


def test_a_gap_through_the_bankruptcy_price_is_paid_by_the_fund() -> None:
    """400 in the pool is 40 a coin: bankrupt at 1960. At 1900 the fund takes 10 ETH at 1960 and pays 600."""
    tape = tape_of({"ETH": [2000, 1900, 2500]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 50x iso", balance=1000)
    (start,), (taken,) = only(events, LiquidationStarted), only(events, TakenOver)
    assert (start.bankruptcy_price, taken.price) == (1960, 1960)
    assert (taken.lost, taken.fund, taken.fund_after) == (-600, "insurance fund", 9_999_400)
    assert not only(events, Filled)
    assert (session.view().equity, session.view().insurance) == (600, 9_999_400)


def test_what_the_book_does_not_take_within_the_limit_goes_to_the_fund() -> None:
    """Selling a million moves DOGE by more than the 0.2 % that are left above its bankruptcy price."""
    overrides = (("brackets", "DOGE", "2000000:0.2%:50x"),)
    _, events = played(tape_of({"DOGE": [100, 95]}), "buy $1000000 DOGE 50x iso", overrides=overrides, slippage=True)
    (start,), (fill,), (taken,) = (only(events, kind) for kind in (LiquidationStarted, Filled, TakenOver))
    assert fill.reason == "liquidation"
    assert fill.price >= start.bankruptcy_price > fill.price - Decimal("0.02")
    assert fill.size + taken.size == start.size
    assert taken.lost >= 0
    assert [event.kind for event in events if event.kind != "call"] == ["liquidation", "fill", "clearance", "takeover"]


def test_a_fund_too_small_deleverages_winners_at_the_bankruptcy_price() -> None:
    """The shorts by profit ÷ collateral × margin ratio at 1900: 10x 5000 ÷ 10,000 × 425 ÷ 15,000 = 0.014167, before 5x
    (0.00723) and 3x (0.00525). It closes 10 ETH at 1960, where the pool is worth nothing: the fund keeps its 100."""
    tape = tape_of({"ETH": [2000, 1900]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 50x iso", overrides=(("insurance-fund", "100"),), balance=1000)
    (adl,), (taken,) = only(events, Deleveraged), only(events, TakenOver)
    assert (adl.trader, adl.size, adl.price) == ("other short 10x ETH", 10, 1960)
    assert round(adl.rank, 6) == Decimal("0.014167")
    assert (taken.price, taken.fund_after) == (1960, 100)
    assert not only(events, ShortfallPaid)
    assert session.view().insurance == 100


def test_with_nobody_left_to_deleverage_the_rest_stays_unpaid() -> None:
    """All shorts together hold 1300 ETH: 700 of 2000 ETH are worked off at 1900, 60 below the bankruptcy price."""
    tape = tape_of({"ETH": [2000, 1900]}, gaps=[1])
    overrides = (("insurance-fund", "100"), ("brackets", "ETH", "10000000:0.4%:50x"))
    session, events = played(tape, "buy 2000 ETH 50x iso", overrides=overrides)
    assert sum(event.size for event in only(events, Deleveraged)) == 1300
    (shortfall,) = only(events, ShortfallPaid)
    assert shortfall.unpaid == 700 * 60 - 100
    assert session.view().insurance == 0


def test_orders_of_the_pool_go_first_and_the_largest_requirement_after_them() -> None:
    """Cross: 500 carries 10 ETH (0.4 % of 20,000) and 40 SOL (0.5 % of 4000). ETH alone falls."""
    tape = tape_of({"ETH": [2000, 1900], "SOL": [100, 100]})
    commands = (
        "buy 10 ETH 100x cross",
        "buy 40 SOL 20x cross",
        "buy 1 SOL at 99 cross",
        "sell 10 ETH take 2100 reduce",
    )
    session, events = played(tape, *commands, balance=500)
    assert [event.kind for event in events][:4] == ["call", "call", "call", "liquidation"]
    after = events[4:]
    assert [event.reason for event in only(after, OrderCancelled)] == ["its pool is being liquidated"] * 2
    assert only(after, Filled)[0].symbol == "ETH"
    assert [event.kind for event in after[:3]] == ["cancel", "cancel", "fill"]
    # The clearance fee takes what ETH leaves, so SOL has nothing to stand on, and goes at its bankruptcy price: 100.
    assert [(fill.symbol, fill.price) for fill in only(after, Filled)][1:] == [("SOL", 100)]
    assert (session.view().equity, session.state) == (0, "wiped out")


def test_a_market_that_stands_still_waits_until_the_margin_is_gone() -> None:
    tape = tape_of({"ETH": [2000, 1965, 1962, 1950, 1940]}, gaps=[1, 2, 3, 4], halts={"ETH": [1, 2, 3]})
    _, events = played(tape, "buy 10 ETH 50x iso", balance=1000)
    (taken,) = only(events, TakenOver)
    assert (taken.step, taken.price, taken.lost) == (3, 1960, -100)
    assert not only(events, Filled)


def test_a_hedges_deficit_is_borne_by_the_side_that_loses() -> None:
    """Cross, 10,000: 40 ETH long and 5 short at 2000. At 1500 the long has lost 20,000 and the short made 2500: 7500
    are missing. The long bears them, 187.50 a coin: at 1687.50 the shorts among the others, who have made far more,
    are closed for it. The short goes at the mark, where nobody has to be closed for it."""
    tape = tape_of({"ETH": [2000, 1500]}, gaps=[1])
    hedge = ("hedge on", "buy $80000 ETH 10x cross", "sell $10000 ETH 10x cross")
    session, events = played(tape, *hedge, overrides=(("insurance-fund", "0"),), balance=10_000)
    (adl,), taken = only(events, Deleveraged), only(events, TakenOver)
    assert (adl.trader, adl.size, adl.price) == ("other short 10x ETH", 40, Decimal("1687.50"))
    assert [(each.size, each.price) for each in taken] == [(40, Decimal("1687.50")), (-5, 1500)]
    assert not only(events, ShortfallPaid)
    assert (session.view().insurance, session.view().equity) == (0, 0)


def test_several_losers_bear_a_deficit_by_their_losses() -> None:
    """20,000 carry 40 ETH (from 2000 to 1500, 20,000 lost) and 100 SOL (from 100 to 90, 1000 lost): 1000 are missing.
    ETH bears 20 ÷ 21 of it, 23.809… a coin, SOL 1 ÷ 21, 0.476… a coin. Prices round up, for the fund."""
    tape = tape_of({"ETH": [2000, 1500], "SOL": [100, 90]}, gaps=[1])
    books = ("buy 40 ETH 10x cross", "buy 100 SOL 10x cross")
    session, events = played(tape, *books, overrides=(("insurance-fund", "0"),), balance=20_000)
    assert {each.symbol: each.price for each in only(events, TakenOver)} == {
        "ETH": Decimal("1523.81"),
        "SOL": Decimal("90.48"),
    }
    assert not only(events, ShortfallPaid)
    assert session.view().equity == 0


def test_what_losers_cannot_bear_is_shared_out_by_maintenance() -> None:
    """A wallet 1500 below zero by a loss that was taken. At 1990 the 10 ETH have still made 100, and 1400 are missing
    although nothing loses: 140 a coin."""
    prices = {"ETH": [1980, 2300, 1990], "SOL": [100, 20, 20]}
    commands = ("buy 10 ETH 10x cross", "buy 50 SOL 10x cross")
    setup = Setup(venue="binance", balance=Decimal(2500), mode="cross", overrides=(("insurance-fund", "0"),), **QUIET)
    session = Session(setup, tape_of(prices, gaps=[1, 2]))
    for text in commands:
        assert not isinstance(session.do(parse(text)), Refusal)
    assert not only(list(session.advance(1)), LiquidationStarted)
    assert not isinstance(session.do(parse("close SOL")), Refusal)
    assert session.view().wallet == -1500
    (taken,) = only(list(session.advance(2)), TakenOver)
    assert (taken.lost, taken.price) == (-1400, 2130)
    assert session.view().conserved
