"""Hedge mode: a market's long and short as two positions, in one pool or in a pool each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled, FundingPaid, HedgeSet, LiquidationStarted
from engine.numbers import divide
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}


def hedged(tape: Tape, *commands: str, balance: int = 10_000, **changed: bool) -> Session:
    session = Session(Setup(venue="binance", balance=Decimal(balance), **{**QUIET, **changed}), tape)
    for text in ("hedge on", *commands):
        done(session, text)
    return session


def done(session: Session, text: str) -> tuple[Event, ...]:
    answer = session.do(parse(text))
    assert not isinstance(answer, Refusal), str(answer)
    return answer


def refused(session: Session, text: str) -> str:
    before = session.snapshot()
    answer = session.do(parse(text))
    assert isinstance(answer, Refusal), answer
    assert session.snapshot() == before
    return str(answer)


STILL = tape_of({"ETH": [2000, 2000], "SOL": [100, 100]})


@pytest.mark.parametrize(("mode", "pools"), [("cross", {"cross"}), ("iso", {"iso:ETH:long", "iso:ETH:short"})])
def test_buying_opens_the_long_and_selling_the_short(mode: str, pools: set[str]) -> None:
    session = hedged(STILL, f"buy 2 ETH 10x {mode}", f"sell 3 ETH 10x {mode}", f"buy 1 ETH {mode}")
    held = {p.key: (p.size, p.side) for p in session.view().positions}
    assert held == {"ETH:long": (3, "long"), "ETH:short": (-3, "short")}
    assert {p.pool for p in session.view().positions} == pools
    assert session.copy().view() == session.view()
    assert session.view().conserved


def test_each_side_is_closed_by_name() -> None:
    session = hedged(STILL, "buy 2 ETH 10x iso", "sell 3 ETH 10x iso")
    assert "say which" in refused(session, "close ETH")
    (fill,) = (event for event in done(session, "close ETH 1 short") if isinstance(event, Filled))
    assert (fill.side, fill.size, fill.pool, fill.position) == ("buy", 1, "iso:ETH:short", -2)
    done(session, "close ETH long")
    done(session, "close ETH")
    assert session.account.flat
    assert session.view().wallet == 10_000


def test_reducing_orders_are_of_the_other_side() -> None:
    session = hedged(tape_of({"ETH": [2000, 1900]}), "buy 2 ETH 10x cross", "sell 3 ETH 10x cross")
    done(session, "sell 1 ETH stop 1950 reduce")
    done(session, "buy 2 ETH take 1920 reduce")
    session.advance(1)
    assert {p.key: p.size for p in session.view().positions} == {"ETH:long": 1, "ETH:short": -1}


def test_margin_goes_to_the_side_that_is_named() -> None:
    session = hedged(STILL, "buy 2 ETH 10x iso", "sell 3 ETH 10x iso")
    assert "say which" in refused(session, "margin ETH +50")
    done(session, "margin ETH +50 long")
    assert session.view().pools[1].balance == 450
    assert "margin ETH -0 long" not in refused(session, "margin ETH -51 long")
    done(session, "margin ETH -50 long")


def test_a_pair_has_one_leverage() -> None:
    session = hedged(STILL, "buy 2 ETH 10x cross")
    assert "leverage ETH 5x first" in refused(session, "sell 2 ETH 5x cross")
    done(session, "sell 1 ETH at 2100 cross")
    done(session, "leverage ETH 5x")
    assert [order.leverage for order in session.account.orders.values()] == [5]
    done(session, "sell 2 ETH cross")
    assert {p.leverage for p in session.view().positions} == {5}


def test_one_margin_mode_for_both_sides_and_for_what_waits() -> None:
    session = hedged(STILL, "buy 2 ETH 10x cross")
    assert "one mode a market" in refused(session, "sell 2 ETH iso")
    assert "one mode a market" in refused(session, "mode ETH iso")
    done(session, "close ETH")
    done(session, "sell 1 ETH at 2100 cross")
    assert "cancel" in refused(session, "mode ETH iso")
    assert "cancel" in refused(session, "buy 1 ETH iso")
    done(session, "buy 1 SOL iso")


def test_the_mode_changes_only_without_positions_and_orders() -> None:
    session = hedged(STILL, "buy 2 ETH 10x cross")
    assert "flatten" in refused(session, "hedge off")
    done(session, "flatten")
    done(session, "buy 1 ETH at 1900")
    assert "cancel all" in refused(session, "hedge off")
    done(session, "cancel all")
    (event,) = done(session, "hedge off")
    assert isinstance(event, HedgeSet)
    assert not event.on
    done(session, "buy 2 ETH cross")
    done(session, "sell 3 ETH cross")
    assert [p.size for p in session.view().positions] == [-1]


def test_a_venue_without_it_refuses() -> None:
    session = Session(Setup(**QUIET), STILL)
    assert "no hedge mode" in refused(session, "hedge on")


def test_a_cross_pair_carries_itself_and_an_isolated_one_does_not() -> None:
    """2 long and 2 short: in one pool nothing can happen; in two, the side that loses is liquidated alone."""
    falls = tape_of({"ETH": [2000, 1000]})
    session = hedged(falls, "buy 2 ETH 10x cross", "sell 2 ETH 10x cross", balance=500 + 300)
    assert not session.advance(1)
    assert session.view().equity == 800
    assert session.view().pools[0].gauge == Decimal("0.02")  # 2 × 0.4 % of 2000 ÷ 800
    apart = hedged(falls, "buy 2 ETH 10x iso", "sell 2 ETH 10x iso", balance=800)
    events = apart.advance(1)
    (start,) = (event for event in events if isinstance(event, LiquidationStarted))
    assert (start.pool, start.size) == ("iso:ETH:long", 2)
    (short,) = apart.view().positions
    assert (short.key, short.unrealised) == ("ETH:short", 2000)
    assert apart.world.balance(apart.account.pools["iso:ETH:short"]) == 400
    assert apart.view().conserved


def test_each_side_shows_where_the_pair_fails() -> None:
    """Net short 1 in one pool: the long's liquidation price is none, the short's is above."""
    session = hedged(STILL, "buy 2 ETH 10x cross", "sell 3 ETH 10x cross", balance=1000)
    long, short = session.view().positions
    assert long.liquidation_price is None
    assert short.liquidation_price is not None
    # 1000 − (P − 2000) = 0.4 % of 5 P
    assert short.raw_liquidation_price == divide(Decimal(3000), Decimal("1.02"))


def test_both_sides_pay_and_receive_funding() -> None:
    tape = tape_of({"ETH": [2000, 2000]}, seconds=9 * 3600)
    session = hedged(tape, "buy 2 ETH 10x cross", "sell 2 ETH 10x cross", funding=True)
    paid = [event for event in session.advance(1) if isinstance(event, FundingPaid)]
    assert [event.amount for event in paid] == [Decimal("-0.4"), Decimal("0.4")]  # 0.01 % of 4000
    assert paid[0].time % (8 * 3_600_000) == 0


def test_a_preview_looks_at_the_side_that_it_trades() -> None:
    session = hedged(STILL, "buy 2 ETH 10x iso", "sell 3 ETH 10x iso")
    isolated, cross = session.preview(parse("buy 1 ETH"))
    assert isolated.mode == "isolated"
    assert isolated.before is not None
    assert isolated.after is not None
    assert isolated.before.initial_margin == 400
    assert isolated.after.initial_margin == 600
    assert cross.supposed
    assert cross.after is not None
    assert cross.after.initial_margin == 600
    (closing,) = session.preview(parse("close ETH short"))
    assert closing.before is not None
    assert closing.before.initial_margin == 600
