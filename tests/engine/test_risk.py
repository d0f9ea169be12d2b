"""What a stop would cost: the figure beforehand is the figure afterwards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Session, Setup, parse
from engine.commands.command import Place, Size
from engine.events import Filled
from engine.looking.exits import exit_profit
from engine.looking.risk import size_at_risk, trade_risk
from engine.numbers import divide
from engine.script import DEFAULT_START
from engine.tapes.inline import InlinePath, inline_tape

D = Decimal
TRADES = ("buy 2 ETH 10x iso", "buy 2 ETH 10x cross", "buy 0.5 ETH 3x iso", "buy 1 ETH at 1990 10x iso")


def session(*prices: int, gaps: frozenset[int] = frozenset(), balance: int = 1000, **setup: bool) -> Session:
    """ETH at those prices, a vertex a minute."""
    path = InlinePath("ETH", 60, tuple(D(price) for price in prices), gaps)
    return Session(Setup(balance=D(balance), funding=False, **setup), inline_tape([path], DEFAULT_START))


@pytest.mark.parametrize("trade", TRADES)
@pytest.mark.parametrize("slippage", [True, False])
@pytest.mark.parametrize("fees", [True, False])
def test_a_stop_costs_what_was_said(trade: str, slippage: bool, fees: bool) -> None:
    game = session(2000, 1980, 1900, slippage=slippage, fees=fees)
    command = parse(f"{trade} sl 1950")
    risk = trade_risk(game, command)
    assert risk is not None
    assert risk.at_risk is not None
    game.do(command)
    game.advance(2)
    view = game.view()
    assert view.positions == ()
    assert abs((1000 - view.equity) - risk.at_risk) < D("0.0001")
    assert risk.share == risk.at_risk / 1000


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_target_wins_what_was_said(side: str) -> None:
    game = session(2000, 2200 if side == "buy" else 1800)
    stop, target = (1900, 2100) if side == "buy" else (2100, 1900)
    command = parse(f"{side} 1 ETH 10x iso sl {stop} tp {target}")
    risk = trade_risk(game, command)
    assert risk is not None
    assert risk.target is not None
    game.do(command)
    game.advance(1)
    assert abs((game.view().equity - 1000) - risk.target.profit) < D("0.0001")
    assert risk.reward == divide(risk.target.profit, risk.at_risk)


def test_looking_changes_nothing() -> None:
    game = session(2000, 1900)
    before = game.state_hash()
    trade_risk(game, parse("buy 2 ETH 10x iso sl 1950 tp 2200"))
    size_at_risk(game, _order("buy 1 ETH 10x iso sl 1950"), D("0.01"))
    assert game.state_hash() == before


def test_a_stop_that_is_never_reached_is_known() -> None:
    game = session(2000, 1700)
    for leverage, stop in ((10, 1837), (25, 1960), (10, 1900)):
        command = parse(f"buy 1 ETH {leverage}x iso sl {stop}")
        risk = trade_risk(game, command)
        assert risk is not None
        trial = game.copy()
        trial.do(command)
        reasons = {event.figures().get("reason") for event in trial.advance(1)}
        assert risk.liquidated_first == ("liquidation" in reasons), (leverage, stop)


def test_what_has_no_stop_has_no_risk() -> None:
    game = session(2000, 1900)
    risk = trade_risk(game, parse("buy 1 ETH 10x iso tp 2100"))
    assert risk is not None
    assert (risk.stop, risk.at_risk, risk.share, risk.reward, risk.liquidated_first) == (None, None, None, None, False)
    for text in ("buy 9999 ETH 10x iso sl 1900", "sell 1 ETH stop 1900 reduce", "note hm", "buy 1 SOL sl 3", "flatten"):
        assert trade_risk(game, parse(text)) is None


def test_protecting_a_position_counts_from_its_entry() -> None:
    game = session(2000, 1980, 1900)
    game.do(parse("buy 1 ETH 10x iso"))
    game.advance(1)
    command = parse("protect ETH sl 1950 tp 2100")
    risk = trade_risk(game, command)
    assert risk is not None
    assert risk.at_risk is not None
    assert risk.entry == game.view().positions[0].entry_price
    game.do(command)
    game.advance(2)
    assert abs((1000 - game.view().equity) - risk.at_risk) < D("0.0001")


def test_a_waiting_order_is_taken_as_filled_at_its_price() -> None:
    game = session(2000, 1900)
    entries = [
        trade_risk(game, parse(text))
        for text in (
            "buy 1 ETH at 1950 sl 1900",
            "buy 1 ETH stop 2050 limit 2040 sl 1900",
            "buy 1 ETH stop 2050 sl 1900",
        )
    ]
    assert [risk.entry for risk in entries if risk is not None][:2] == [D(1950), D(2040)]
    assert entries[2] is not None
    assert entries[2].entry > 2050


def _order(text: str) -> Place:
    command = parse(text)
    assert isinstance(command, Place)
    return command


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 400),
    st.integers(1, 1000),
    st.sampled_from([100, 10_000, 1_000_000]),
)
def test_a_size_by_risk_risks_that_and_hardly_less(side: str, distance: int, permille: int, balance: int) -> None:
    game = session(2000, 1900, balance=balance)
    share = D(permille) / 10_000
    stop = 2000 - distance if side == "buy" else 2000 + distance
    order = _order(f"{side} 1 ETH 25x cross sl {stop}")
    size = size_at_risk(game, order, share)
    assert size is not None
    lot = game.tape.by_symbol["ETH"].lot_size
    assert size % lot == 0
    risk = trade_risk(game, replace(order, size=Size(size, "base")))
    if risk is not None and risk.at_risk is not None and size > lot:
        allowed = share * balance
        assert risk.at_risk <= allowed
        one_more = risk.at_risk / size * lot
        assert allowed - risk.at_risk <= 3 * one_more + allowed / 100


def test_a_stop_on_the_wrong_side_gives_no_size() -> None:
    game = session(2000, 1900)
    assert size_at_risk(game, _order("buy 1 ETH sl 2100"), D("0.01")) is None
    assert size_at_risk(game, _order("buy 1 ETH"), D("0.01")) is None
    assert size_at_risk(game, _order("buy 1 ETH sl 2%"), D("0.01")) is not None


def test_an_order_that_fills_in_parts_is_risked_whole() -> None:
    """What the market takes at once, and what is left to wait at its price: one trade with one stop."""
    game = session(2000, 1990, 1970, balance=20_000_000)
    command = parse("buy 10000 ETH at 2011 5x iso sl 1980")
    risk = trade_risk(game, command)
    assert risk is not None
    assert risk.at_risk is not None
    game.do(command)
    (taken,) = [position.size for position in game.view().positions]
    assert 0 < taken < 10_000 == risk.size
    game.advance(2)
    assert game.view().positions == ()
    assert abs((20_000_000 - game.view().equity) - risk.at_risk) < D("0.01")


def test_a_trade_that_turns_a_position_risks_what_it_opens() -> None:
    game = session(2000, 1900, fees=False, slippage=False)
    game.do(parse("sell 1 ETH 10x iso"))
    risk = trade_risk(game, parse("buy 3 ETH 10x iso sl 1950"))
    assert risk is not None
    assert (risk.size, risk.entry, risk.at_risk) == (D(2), D(2000), D(100))


@pytest.mark.parametrize("entry", ["buy 1 ETH 10x cross", "buy 1 ETH 10x iso", "buy 0.4 ETH ; buy 0.6 ETH"])
@pytest.mark.parametrize("closed", ["30%", "50%"])
def test_what_is_left_after_a_partial_close_bears_its_own_fees_only(entry: str, closed: str) -> None:
    game = session(2000, 1990, 1980, 1900)
    for text in entry.split(" ; "):
        game.do(parse(text))
    game.advance(1)
    before = game.view().positions[0]
    game.do(parse(f"close ETH {closed}"))
    left = game.view().positions[0]
    risk = trade_risk(game, parse("protect ETH sl 1950"))
    assert risk is not None
    assert risk.stop is not None
    game.do(parse("protect ETH sl 1950"))
    (stop,) = game.view().orders
    shown = exit_profit(game.exchange, stop, left)
    assert shown == risk.stop.profit
    opening = before.fees * left.size / before.size
    without = game.view().equity - left.unrealised + opening
    game.advance(3)
    assert game.view().positions == ()
    assert abs(game.view().equity - without - shown) < D("0.0001")


def test_a_stop_that_only_reduces_is_told_like_any_other() -> None:
    game = session(2000, 1990, 1700)
    game.do(parse("buy 1 ETH 10x iso"))
    stop, target = (trade_risk(game, parse(f"sell 0.4 ETH {each} reduce")) for each in ("stop 1900", "take 2100"))
    assert stop is not None
    assert target is not None
    assert (stop.size, stop.target, target.stop) == (D("0.4"), None, None)
    assert stop.at_risk is not None
    assert target.target is not None
    assert stop.liquidation == game.view().positions[0].liquidation_price
    assert not stop.liquidated_first
    beyond = trade_risk(game, parse("sell 1 ETH stop 1750 reduce"))
    assert beyond is not None
    assert beyond.liquidated_first
    fees = game.view().positions[0].fees
    game.do(parse("sell 0.4 ETH stop 1900 reduce"))
    events = [each for each in game.advance(2) if isinstance(each, Filled)]
    assert abs(events[0].realised - events[0].fee - fees * D("0.4") + stop.at_risk) < D("0.0001")
