"""What lending venues share: curves, net holdings, what may be taken out, seizing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.account import Pool, Position
from engine.formula import Const
from engine.numbers import exactly
from engine.rulebooks.base import Charge, Failing, HandOver
from engine.rules.curves import (
    KinkedCurve,
    compounded_growth,
    curve_by_rise,
    rate_through_points,
    simple_growth,
    supply_rate,
    utilisation_of,
)
from engine.rules.lending import Holding, holdings, largest, opening_margin, owed, quote_amount, supplied, withdrawable
from engine.rules.seizing import (
    Seizure,
    bought_at_mark,
    close_factor,
    fee_on_bonus,
    fee_on_seized,
    of_call,
    seizure,
    without_dust,
)

D = Decimal
MARKS = {"ETH": D(2000), "BTC": D(50_000)}
HELD = Holding("BTC", D(-1), "BTC", "BTC")


@exactly
def test_the_three_ways_to_write_a_kinked_curve_meet() -> None:
    by_rise = curve_by_rise(D("0.01"), D("0.04"), D("0.6"), D("0.8"))
    by_slope = KinkedCurve(D("0.01"), D("0.05"), D(3), D("0.8"))
    points = [(D(0), D("0.01")), (D("0.8"), D("0.05")), (D(1), D("0.65"))]
    for percent in (0, 40, 80, 81, 95, 100):
        used = D(percent) / 100
        rates = {
            round(each, 40) for each in (by_rise.rate(used), by_slope.rate(used), rate_through_points(points, used))
        }
        assert len(rates) == 1
    assert rate_through_points(points, D(2)) == D("0.65")
    assert curve_by_rise(D(0), D("0.1"), D(1), D(1)).rate(D(1)) == D("0.1")


def test_utilisation_and_what_suppliers_earn() -> None:
    assert utilisation_of(D(80), D(20)) == D("0.8")
    assert utilisation_of(D(80), D(30), D(10)) == D("0.8")
    assert utilisation_of(D(0), D(0)) == 0
    assert supply_rate(D("0.05"), D("0.8"), D("0.1")) == D("0.036")


@exactly
def test_three_terms_of_the_binomial_are_near_the_exponential() -> None:
    year = 31_536_000
    assert simple_growth(D("0.1"), year) == D("0.1")
    assert compounded_growth(D("0.1"), 0) == 0
    assert compounded_growth(D("0.1"), 1) == simple_growth(D("0.1"), 1)
    exact = D("0.1").exp() - 1
    assert D(0) < exact - compounded_growth(D("0.1"), year) < D("0.00001")


def test_every_asset_of_a_pool_is_netted() -> None:
    held = {"BTC": Position("BTC", D("-0.1"), D(-5000)), "ETH": Position("ETH", D(10), D(20_000))}
    pool = Pool("cross", "you/cross", held)
    assert quote_amount(pool, D(10_000)) == -5000
    known = holdings(pool, D(10_000))
    assert [(each.asset, each.amount) for each in known] == [("BTC", D("-0.1")), ("ETH", 10), ("USDC", -5000)]
    assert [each.asset for each in supplied(known)] == ["ETH"]
    assert [each.value(MARKS) for each in owed(known)] == [5000, 5000]
    assert largest(owed(known), MARKS) == known[0]  # of equal ones the first
    assert largest((), MARKS) is None
    assert [each.asset for each in holdings(pool, D(15_000))] == ["BTC", "ETH"]


@pytest.mark.parametrize(
    ("money", "weight", "coins", "debts", "left"),
    [
        (1000, "0.8", 0, 0, 1000),  # nothing is owed
        (1000, "0.8", 0, 400, 500),  # 500 × 0.8 cover the rest
        (1000, "0.8", 500, 400, 1100),  # all of it, and 100 are borrowed
        (1000, "0", 0, 400, 1000),  # it is no collateral: what covers the debt doesn't matter here
        (0, "0.8", 500, 400, 100),
        (-100, "0.8", 500, 400, 100),
        (0, "0.8", 300, 400, -100),
    ],
)
@exactly
def test_what_may_be_taken_out(money: int, weight: str, coins: int, debts: int, left: int) -> None:
    count = Const("coins", D(coins))
    assert withdrawable(D(money), D(weight), count, count, Const("debts", D(debts))).exact({}) == left
    if money >= 0:
        most = withdrawable(D(money), D(weight), count, None, Const("debts", D(debts))).exact({})
        assert most <= money


def test_own_money_that_a_position_takes() -> None:
    assert opening_margin(D(1), D(1000), D("0.8"), D("0.75")) == 200
    assert round(opening_margin(D(-1), D(1000), D("0.8"), D("0.75")), 9) == D("333.333333333")


@exactly
def test_a_seizure_takes_no_more_than_there_is() -> None:
    assert seizure(D(100), D(1000), D("0.05")) == Seizure(D(100), D(105))
    all_of_it = seizure(D(1000), D(105), D("0.05"))
    assert (all_of_it.repaid, all_of_it.seized) == (100, 105)
    assert fee_on_bonus(Seizure(D(100), D(105)), D("0.1")).to_liquidator == D("104.5")
    assert fee_on_seized(Seizure(D(100), D(108)), D("0.028")).fee == D("3.024")
    assert close_factor(D("0.95"), D("0.95"), D("0.5")) == 1
    assert close_factor(D("0.951"), D("0.95"), D("0.5")) == D("0.5")


@exactly
def test_no_dust_stays_on_either_side() -> None:
    half = Seizure(D(1000), D(1050))
    assert without_dust(half, D(2000), D(2500), D(1000)) == half
    assert without_dust(half, D(1500), D(2500), D(1000)).repaid == 500
    assert without_dust(half, D(3000), D(1525), D(1000)).seized == 525
    assert without_dust(half, D(1000), D(2500), D(1000)) == half  # the whole debt
    assert without_dust(half, D(3000), D(1050), D(1000)) == half  # the whole collateral


@exactly
def test_a_call_pays_the_pool_what_was_repaid_and_the_treasury_its_fee() -> None:
    """Whatever the two assets are, the pool gives what is seized and gets what is repaid."""
    usdc, ether, coin = (
        Holding("USDC", D(-5000)),
        Holding("ETH", D(5), "ETH", "ETH"),
        Holding("BTC", D(-1), "BTC", "BTC"),
    )
    call = Seizure(D(1000), D(1070), D(7))
    (sold,) = of_call(call, usdc, ether, MARKS, "treasury")
    assert sold.size == D("0.535")
    assert round(sold.size * sold.price - sold.charges[0].amount, 30) == 1000
    (bought,) = of_call(call, coin, Holding("USDC", D(9000)), MARKS, "treasury")
    assert bought.size == D("0.02")
    assert round(bought.size * bought.price + bought.charges[0].amount, 30) == 1070
    first, second = of_call(call, coin, ether, MARKS, "treasury")
    assert (first.position, first.size, first.price) == ("BTC", D("0.02"), 50_000)
    assert second == sold


@exactly
def test_what_was_bought_at_the_mark_is_still_to_be_paid_in_coins() -> None:
    pool = Pool("cross", "you/cross", {"ETH": Position("ETH", D(1))})

    def after(*done: HandOver) -> Decimal | None:
        filled = tuple(step.size for step in done)
        return bought_at_mark(Failing(pool, D(0), MARKS, frozenset(MARKS), 0, done=done, filled=filled))

    first, _ = of_call(Seizure(D(1000), D(1070)), HELD, Holding("ETH", D(1), "ETH", "ETH"), MARKS, "treasury")
    assert after() is None
    assert after(first) == 1000
    assert after(HandOver("BTC", D("0.02"), D(50_000))) is None
    assert after(HandOver("BTC", D("0.02"), D(50_000), (Charge("treasury", D(1)),))) is None
