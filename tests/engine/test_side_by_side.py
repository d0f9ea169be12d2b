"""An isolated and a cross position in the same market, live side by side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import rulebooks
from engine.commands.grammar import parse
from engine.events import Event, Filled, LiquidationStarted
from engine.rulebooks import VENUES
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine import side_by_side
from tests.engine.tapes import tape_of

STILL = tape_of({"ETH": [2000, 2000]})


@pytest.fixture(autouse=True)
def venue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The venue is there while a test runs."""
    monkeypatch.setattr(rulebooks, "VENUES", {**VENUES, side_by_side.VENUE: side_by_side.rulebook})


def session_on(tape: Tape, *commands: str, balance: int = 10_000) -> Session:
    setup = Setup(side_by_side.VENUE, balance=Decimal(balance), slippage=False, fees=False, funding=False)
    session = Session(setup, tape)
    for text in commands:
        done(session, text)
    return session


def done(session: Session, text: str) -> tuple[Event, ...]:
    answer = session.do(parse(text))
    assert not isinstance(answer, Refusal), str(answer)
    return answer


def refused(session: Session, text: str) -> str:
    answer = session.do(parse(text))
    assert isinstance(answer, Refusal)
    return str(answer)


def sizes(session: Session) -> dict[str, Decimal]:
    return {p.pool: p.size for p in session.view().positions}


BOTH = ("buy 2 ETH 10x iso", "buy 3 ETH 5x cross")


def test_both_open_and_show() -> None:
    session = session_on(STILL, *BOTH)
    view = session.view()
    assert sizes(session) == {"cross": 3, "iso:ETH": 2}
    assert [(p.mode, p.leverage, p.liquidation_price) for p in view.positions] == [
        ("cross", 5, None),
        ("isolated", 10, Decimal("1807.22")),
    ]
    assert [pool.balance for pool in view.pools] == [9600, 400]
    again = session.copy()
    assert again.snapshot() == session.snapshot()
    assert again.view() == view


def test_adding_closing_and_margin_go_where_they_are_said() -> None:
    session = session_on(STILL, *BOTH, "buy 1 ETH iso", "buy 1 ETH cross")
    assert sizes(session) == {"cross": 4, "iso:ETH": 3}
    assert {p.pool: p.leverage for p in session.view().positions} == {"cross": 5, "iso:ETH": 10}
    assert "say which: ETH cross long, ETH iso long" in refused(session, "close ETH")
    done(session, "close ETH 1 iso")
    done(session, "close ETH 25% cross")
    assert sizes(session) == {"cross": 3, "iso:ETH": 2}
    done(session, "margin ETH +100")
    assert session.view().pools[1].balance == 500
    assert "shares the wallet" in refused(session, "margin ETH +100 cross")
    done(session, "close ETH cross")
    done(session, "close ETH")
    assert session.account.flat
    assert session.view().wallet == 10_000


def test_an_opposite_order_opens_in_the_pool_that_it_names() -> None:
    session = session_on(STILL, "buy 2 ETH 10x iso", "sell 2 ETH 10x cross")
    assert sizes(session) == {"cross": -2, "iso:ETH": 2}
    done(session, "reverse ETH iso")
    assert sizes(session) == {"cross": -2, "iso:ETH": -2}


def test_reducing_orders_reduce_the_pool_that_they_name() -> None:
    session = session_on(tape_of({"ETH": [2000, 1900]}), *BOTH)
    assert "say iso or cross" in refused(session, "sell 1 ETH stop 1950 reduce")
    done(session, "sell 1 ETH stop 1950 cross reduce")
    done(session, "sell 2 ETH stop 1940 iso reduce")
    fills = [event for event in session.advance(1) if isinstance(event, Filled)]
    assert [(fill.pool, fill.position) for fill in fills] == [("cross", 2), ("iso:ETH", 0)]


def test_the_isolated_one_is_liquidated_and_the_cross_one_does_not_notice() -> None:
    tape = tape_of({"ETH": [2000, 1700]})
    both, alone = session_on(tape, *BOTH), session_on(tape, BOTH[1])
    (start,) = (event for event in both.advance(1) if isinstance(event, LiquidationStarted))
    alone.advance(1)
    assert start.pool == "iso:ETH"
    assert both.view().positions == alone.view().positions
    assert alone.view().equity - both.view().equity == 400
    assert both.view().conserved


def test_the_cross_one_is_liquidated_and_the_isolated_one_lives() -> None:
    session = session_on(tape_of({"ETH": [2000, 1200]}), "buy 2 ETH 2x iso", "buy 5 ETH 10x cross", balance=5000)
    events = session.advance(1)
    assert [event.pool for event in events if isinstance(event, LiquidationStarted)] == ["cross"]
    assert sizes(session) == {"iso:ETH": 2}
    assert session.view().pools[1].balance == 2000
    assert session.state == "running"


def test_previews_show_the_pool_of_their_mode() -> None:
    session = session_on(STILL, *BOTH)
    isolated, cross = session.preview(parse("buy 1 ETH iso"))
    assert not isolated.supposed
    assert not cross.supposed
    for preview, before, after in ((isolated, 400, 600), (cross, 1200, 1600)):
        assert preview.before is not None
        assert preview.after is not None
        assert (preview.before.initial_margin, preview.after.initial_margin) == (before, after)
    alone = session_on(STILL, BOTH[0])
    _, cross = alone.preview(parse("buy 1 ETH"))
    assert cross.before is not None
    assert cross.before.cushion is None
    assert not cross.supposed


def test_both_are_flattened() -> None:
    session = session_on(STILL, *BOTH, "sell 1 ETH stop 1950 cross reduce")
    done(session, "flatten")
    assert session.account.flat
    assert not session.account.orders
