"""What a net profit is made of, in small sessions that can be reckoned by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from engine.market import Market
from engine.numbers import paid
from engine.report import Report, report_of
from engine.report.split import Split
from engine.tape import Origin, Tape
from tests.engine.report.playing import accepted, plain_setup, session_at_end
from tests.engine.tapes import tape_of


def d(text: str | int) -> Decimal:
    return Decimal(text)


def report(prices: list[int], *orders: tuple[int, str], **setup: object) -> Report:
    return report_of(accepted(plain_setup(**setup), tape_of({"ETH": prices}), orders))  # type: ignore[arg-type]


def test_price_alone() -> None:
    found = report([2000, 2100, 2050], (0, "buy 1 ETH 5x"), (1, "sell 0.4 ETH"))
    assert found.split == Split(price=d(40) + d(30))
    assert found.net == 70


def test_a_taker_pays_the_fee_and_what_its_price_is_worse() -> None:
    record = accepted(plain_setup(fees=True, slippage=True), tape_of({"ETH": [2000, 2100]}), [(0, "buy 10 ETH 5x")])
    found, session = report_of(record), session_at_end(record)
    (fill,) = found.fills
    assert fill.price > 2000
    assert found.split.slippage == 10 * (d(2000) - fill.price)
    assert found.split.price == 1000
    assert found.split.fees == -paid(10 * fill.price * session.rulebook.fee_rate("taker"))
    assert found.net == session.view().equity - 10_000


def test_a_maker_has_no_slippage() -> None:
    """It fills at its own price, and its profit is measured from there."""
    found = report([2000, 1990, 2010], (0, "buy 10 ETH at 1995 5x"), slippage=True)
    assert found.split.slippage == 0
    assert found.split.price == 150


def test_a_stop_inside_a_bar_is_measured_from_the_price_at_that_moment() -> None:
    found = report([2000, 1900], (0, "buy 10 ETH 5x sl 1950"), slippage=True)
    entry, exit_ = found.fills
    assert exit_.reason == "stop"
    assert exit_.price < 1950
    assert found.split.price == 10 * (1950 - 2000)
    assert found.split.slippage == 10 * (2000 - entry.price) + 10 * (exit_.price - 1950)


def test_funding_and_interest_are_told_apart() -> None:
    hours = [2000] * 200
    perp = accepted(plain_setup(funding=True), tape_of({"ETH": hours}, seconds=60), [(0, "buy 1 ETH 5x")])
    lent = accepted(
        plain_setup("aave_v3", mode="cross", funding=True),
        tape_of({"ETH": hours}, seconds=60),
        [(0, "buy $30000 ETH 3x")],
    )
    paid_funding, paid_interest = report_of(perp).split, report_of(lent).split
    assert (paid_funding.funding, paid_funding.interest) == (session_at_end(perp).view().funding, 0)
    assert (paid_interest.funding, paid_interest.interest) == (0, session_at_end(lent).view().funding)
    assert paid_funding.funding < 0
    assert paid_interest.interest < 0


def test_what_a_liquidation_costs_on_binance() -> None:
    """The clearance fee is a part of its own; the trading fee is not in it."""
    found = report([2000, 1700], (0, "buy 10 ETH 10x"), venue="binance", fees=True)
    assert found.liquidations == 1
    assert found.split.clearance < 0
    assert found.split.fees < 0
    assert found.split.liquidation == found.split.clearance


def test_what_a_backstop_takes_with_a_position() -> None:
    """On Hyperliquid, below two thirds of maintenance (2 % of 19,400), a fund takes the position with what is left of
    its margin of 800."""
    tape = tape_of({"ETH": [2000, 1940]}, gaps=[1])
    found = report_of(accepted(plain_setup(), tape, [(0, "buy 10 ETH 25x")]))
    assert found.split == Split(price=d(-600), taken_over=d(-200))
    assert found.trades[0].end == "takeover"
    assert found.trades[0].liquidated


def test_what_others_pay_of_a_loss_beyond_the_margin() -> None:
    """A gap through an isolated margin of 2,000: the price took 5,000, and others paid 3,000 of them."""
    tape = tape_of({"ETH": [2000, 1500]}, gaps=[1])
    found = report_of(accepted(plain_setup(), tape, [(0, "buy 10 ETH 10x")]))
    assert found.split.price == -5000
    assert found.split.paid_by_others == 3000
    assert found.net == -2000
    assert found.trades[0].split == found.split
    assert found.rest == Split()


def test_of_the_wallet_it_belongs_to_the_account() -> None:
    """In cross, what was lost beyond everything is no single trade's."""
    tape = tape_of({"ETH": [2000, 1500]}, gaps=[1])
    found = report_of(accepted(plain_setup(mode="cross"), tape, [(0, "buy 50 ETH 10x")]))
    assert found.net == -10_000
    assert found.trades[0].split.price == -25_000
    assert found.rest.paid_by_others == 15_000


def test_deposits_and_withdrawals_are_no_profit() -> None:
    found = report([2000, 2100], (0, "deposit 500"), (0, "buy 1 ETH 5x"), (1, "cash out 300"))
    assert (found.put_in, found.taken_out) == (10_500, 300)
    assert found.split == Split(price=d(100))
    assert [flow.amount for flow in found.flows] == [10_000, 500, -300]


def test_a_coin_that_is_supplied_is_no_profit_but_its_price_is() -> None:
    tape = tape_of({"ETH": [2000, 2100]})
    found = report_of(accepted(plain_setup("aave_v3", mode="cross"), tape, [(0, "supply 2 ETH")]))
    assert (found.put_in, found.net, found.trades) == (14_000, 200, ())
    assert found.rest == Split(price=d(200))


def test_the_millionths_that_trades_are_rounded_by() -> None:
    """1.003 × 1.2345671 = 1.2382708013 is paid as 1.238271, and 1.003 × 1.2345679 = 1.2382716037 is got as 1.238271."""
    market, last = Market("COIN", d("0.0000001"), d("0.001")), np.array([12_345_671, 12_345_679])
    times, gaps = np.array([0, 60_000]), np.array([True, False])
    tape = Tape((market,), times, gaps, {("COIN", "last"): last}, None, Origin("inline", "test"))
    found = report_of(accepted(plain_setup(), tape, [(0, "buy 1.003 COIN 2x"), (1, "close COIN")]))
    assert found.split == Split(price=d("0.0000008024"), rounding=d("-0.0000008024"))
    assert found.net == 0


@pytest.mark.parametrize("mode", ["isolated", "cross"])
def test_trades_and_the_rest_are_the_whole(mode: str) -> None:
    orders = [(0, "buy 20 ETH 10x"), (1, "sell 5 ETH"), (2, "reverse ETH"), (3, "deposit 100")]
    found = report([2000, 2010, 1990, 1980, 2300], *orders, mode=mode, fees=True, slippage=True, funding=True)
    assert Split.total([found.rest, *(trade.split for trade in found.trades)]) == found.split
    assert len(found.trades) == 2
