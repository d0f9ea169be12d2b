"""Trades: round trips of a position, with their excursions and what they risked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.looking.risk import trade_risk
from engine.report import Report, report_of
from engine.report.report import trade_figures
from engine.session import Session
from engine.tape import Tape
from tests.engine.report.playing import accepted, plain_setup, record_of
from tests.engine.tapes import tape_of, tapes


def report(tape: Tape, *orders: tuple[int, str], **setup: object) -> Report:
    return report_of(accepted(plain_setup(**setup), tape, orders))  # type: ignore[arg-type]


def eth(*prices: int, **more: object) -> Tape:
    return tape_of({"ETH": prices}, **more)  # type: ignore[arg-type]


def test_partial_closes_belong_to_it() -> None:
    found = report(eth(2000, 2100, 2200, 2200), (0, "buy 2 ETH 5x"), (1, "sell 1 ETH"), (2, "close ETH"))
    (trade,) = found.trades
    assert (trade.result, trade.size, trade.value) == (300, 2, 4000)
    assert (trade.entry_price, trade.exit_price, trade.end) == (2000, 2150, "close")
    assert (trade.opened_step, trade.closed_step) == (0, 2)


def test_turning_around_ends_one_and_begins_another() -> None:
    found = report(eth(2000, 2100, 2000), (0, "buy 1 ETH 5x"), (1, "sell 3 ETH 5x"), (2, "close ETH"))
    assert [(each.side, each.size, each.result) for each in found.trades] == [("long", 1, 100), ("short", 2, 200)]


def test_what_is_open_at_the_end_stands_apart() -> None:
    found = report(eth(2000, 2100, 2050), (0, "buy 1 ETH 5x"))
    (trade,) = found.trades
    assert (trade.open, trade.result, trade.exit_price, trade.end) == (True, 50, None, "")
    assert (found.figures.closed, found.figures.win_rate, found.figures.expectancy) == (0, None, None)


def test_excursions_are_those_of_the_tape_between_entry_and_exit() -> None:
    """2,500 and 1,500 come before and after; a partial close keeps what it has realised."""
    found = report(
        eth(2500, 2000, 1900, 2200, 2000, 1500), (1, "buy 2 ETH 5x"), (3, "sell 1 ETH"), (4, "close ETH"), mode="cross"
    )
    (trade,) = found.trades
    assert (trade.adverse, trade.favourable, trade.result) == (-200, 400, 200)
    assert trade.share(trade.adverse) == Decimal("-0.05")


def test_excursions_within_a_bar_end_where_it_was_closed() -> None:
    found = report(eth(2000, 1900, 2100), (0, "buy 1 ETH 5x sl 1950"))
    assert (found.trades[0].adverse, found.trades[0].favourable) == (-50, 0)


def test_an_entry_within_a_bar_sees_what_follows_only() -> None:
    found = report(eth(2100, 1900, 2000), (0, "buy 1 ETH at 1950 5x"), (2, "close ETH"))
    (trade,) = found.trades
    assert (trade.entry_price, trade.adverse, trade.favourable) == (1950, -50, 50)


@given(tape=tapes(), side=st.sampled_from(["buy", "sell"]))
def test_excursions_of_random_tapes(tape: Tape, side: str) -> None:
    """A position that nobody touches until the end, where it is still open."""
    symbol = tape.markets[0].symbol
    order = f"{side} $1000 {symbol} 1x cross"
    record = record_of(plain_setup(mode="cross", balance=Decimal(1_000_000)), tape, [(0, order)])
    if not record.commands:
        return
    (trade,) = report_of(record).trades
    session = record.start()
    session.do(parse(order))
    gains = [session.view().positions[0].unrealised]
    while session.step < len(tape) - 1:
        session.advance(session.step + 1)
        gains.append(session.view().positions[0].unrealised)
    assert (trade.adverse, trade.favourable) == (min(0, *gains), max(0, *gains))


def test_both_sides_of_a_hedge_are_two_trades() -> None:
    found = report(
        eth(2000, 2100), (0, "hedge on"), (0, "buy 2 ETH 5x"), (0, "sell 1 ETH 5x"), (1, "flatten"), venue="binance"
    )
    assert sorted((each.name, each.result) for each in found.trades) == [("ETH long", 200), ("ETH short", -100)]


def test_funding_of_a_hedge_is_each_sides_own() -> None:
    found = report(
        eth(*[2000] * 600),
        (0, "hedge on"),
        (0, "buy 2 ETH 5x cross"),
        (0, "sell 1 ETH 5x cross"),
        venue="binance",
        mode="cross",
        funding=True,
    )
    paid = {each.side: each.split.funding for each in found.trades}
    assert paid["long"] == -2 * paid["short"] < 0


# -- R


@pytest.mark.parametrize("costs", [False, True])
@pytest.mark.parametrize("order", ["buy 2 ETH 5x sl 1950", "sell 2 ETH 5x sl 2%"])
def test_one_r_is_what_the_ticket_said(order: str, costs: bool) -> None:
    tape, setup = eth(2000, 2010, 2000), plain_setup(fees=costs, slippage=costs)
    said = trade_risk(Session(setup, tape), parse(order))
    assert said is not None
    found = report_of(accepted(setup, tape, [(0, order), (2, "close ETH")]))
    (trade,) = found.trades
    assert trade.risk == said.at_risk
    assert trade.stop == (said.stop.trigger if said.stop else None)
    assert trade.multiple == found.figures.expectancy_r
    assert found.figures.with_risk == 1


def test_a_stop_that_is_reached_loses_one_r() -> None:
    found = report(eth(2000, 1900), (0, "buy 2 ETH 5x sl 1950"), fees=True, slippage=True)
    assert found.trades[0].multiple == -1


def test_only_a_stop_that_stood_at_entry_counts() -> None:
    late = report(eth(2000, 2010, 2000), (0, "buy 1 ETH 5x"), (1, "protect ETH sl 1950"), (2, "close ETH"))
    assert (late.trades[0].stop, late.figures.expectancy_r, late.figures.with_risk) == (None, None, 0)
    at_once = report(eth(2000, 2010, 2000), (0, "buy 1 ETH 5x"), (0, "protect ETH sl 1950"), (2, "close ETH"))
    assert (at_once.trades[0].stop, at_once.trades[0].risk) == (1950, 50)
    gone = report(eth(2000, 2010, 2000), (0, "buy 1 ETH 5x sl 1950"), (0, "cancel all"), (2, "close ETH"))
    assert gone.trades[0].stop is None


def test_a_stop_of_an_order_that_waited_stands_as_it_fills() -> None:
    found = report(eth(2100, 1950, 2050), (0, "buy 1 ETH at 2000 5x sl 1900"), (2, "close ETH"))
    assert (found.trades[0].risk, found.trades[0].multiple) == (100, Decimal("0.5"))


# -- figures


def test_figures() -> None:
    prices = [2000, 2100, 2100, 2050, 2050, 2080]
    orders = [(step, "buy 1 ETH 5x" if step % 2 == 0 else "close ETH") for step in range(6)]
    figures = report(eth(*prices), *orders).figures
    assert (figures.closed, figures.won, figures.lost) == (3, 2, 1)
    assert figures.win_rate is not None
    assert round(figures.win_rate, 9) == Decimal("0.666666667")
    assert figures.profit_factor == Decimal("2.6")
    assert (figures.mean_win, figures.mean_loss, figures.best, figures.worst) == (65, -50, 100, -50)


def test_figures_are_blank_where_undefined() -> None:
    none = trade_figures([])
    assert (none.win_rate, none.profit_factor, none.mean_win, none.expectancy, none.best) == (None,) * 5
    won = report(eth(2000, 2100), (0, "buy 1 ETH 5x"), (1, "close ETH")).figures
    assert (won.win_rate, won.profit_factor, won.mean_loss, won.expectancy_r) == (1, None, None, None)
