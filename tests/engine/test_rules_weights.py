"""Health from weights, read in its two ways; coins and perpetuals in one account."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.account import CROSS, Pool, Position
from engine.formula import Const, Formula, Min, Price, Scaled, Sum
from engine.rules.spot_and_perp import Growth, is_spot, quote_money, spot_and_perp_accruals
from engine.rules.spreads import outside, spreads_of
from engine.rules.weights import (
    ONE_QUOTE,
    Weighed,
    Weights,
    counted,
    equity_against_haircuts,
    haircut,
    held_against_owed,
    mirrored,
    owed,
)

ONE = Decimal(1)
AMOUNTS = st.integers(-1000, 1000).map(Decimal)
SHARES = st.integers(0, 100).map(lambda cents: Decimal(cents) / 100)


@given(money=AMOUNTS, coins=AMOUNTS, long=SHARES, short=SHARES, price=st.integers(1, 500).map(Decimal))
def test_both_readings_are_the_same_health(
    money: Decimal, coins: Decimal, long: Decimal, short: Decimal, price: Decimal
) -> None:
    weights, marks = Weights(long, 1 + short), {"ETH": price}
    coin = Weighed("ETH", coins, Price("ETH"), weights)
    cash = Weighed("USDC", money, ONE_QUOTE, Weights(ONE, ONE))
    equity = Sum("equity", (Const("cash", money), Scaled("coins", coins, Price("ETH"))))
    one, other = held_against_owed((coin, cash)), equity_against_haircuts(equity, (coin,))
    by_hand = money + coins * price * (long if coins >= 0 else 1 + short)
    assert one.margin.exact(marks) == other.margin.exact(marks) == by_hand
    assert other.requirement.exact(marks) >= 0
    assert one.credit.exact(marks) >= 0 <= one.requirement.exact(marks)


def test_rows_show_notional_and_rate() -> None:
    coin = Weighed("ETH", Decimal(-2), Price("ETH"), Weights(Decimal("0.9"), Decimal("1.1")))
    (row,) = haircut(coin).terms({"ETH": Decimal(100)})
    assert (row.label, row.value, row.notional, row.rate) == ("ETH at weight 1.1", 20, 200, Decimal("0.1"))
    assert counted(coin).exact({"ETH": Decimal(100)}) == -220
    assert owed(coin).exact({"ETH": Decimal(100)}) == 220


def test_a_venues_own_price() -> None:
    lower: Formula = Min("lower price", (Price("ETH"), Price("stable ETH")))
    coin = Weighed("ETH", Decimal(2), lower, Weights(Decimal("0.5"), ONE))
    assert counted(coin).exact({"ETH": Decimal(100), "stable ETH": Decimal(80)}) == 80


def test_leverage_and_mirrored_weights() -> None:
    both = mirrored(Decimal("0.95"), Decimal("0.97"))
    assert (both.initial.short, both.maintenance.short) == (Decimal("1.05"), Decimal("1.03"))
    assert (both.initial.leverage, both.maintenance.leverage) == (20, 33)
    assert Weights(ONE, ONE).leverage == 1000


def test_spreads_offset_the_smaller_leg() -> None:
    pool = Pool(CROSS, "you/cross")
    for symbol, size in (("BTC-SPOT", 3), ("BTC-PERP", -2), ("ETH-SPOT", 1), ("ETH", 1), ("SOL", -5)):
        pool.keep(Position(symbol, Decimal(size)))
    (spread,) = spreads_of(pool)
    assert (spread.asset, spread.basis, spread.long_spot) == ("BTC", 2, True)
    assert spread.symbols == {"BTC-SPOT", "BTC-PERP"}
    left = {symbol: outside(position, (spread,)).size for symbol, position in pool.positions.items()}
    assert left == {"BTC-SPOT": 1, "BTC-PERP": 0, "ETH-SPOT": 1, "ETH": 1, "SOL": -5}


def test_what_comes_due_on_coins_perpetuals_and_quote_money() -> None:
    pool = Pool(CROSS, "you/cross")
    pool.keep(Position("ETH-SPOT", Decimal(-2), Decimal(-180)))
    pool.keep(Position("ETH", Decimal(3), Decimal(400)))
    assert is_spot("ETH-SPOT")
    assert quote_money(pool, Decimal(-80)) == 100
    hour = Growth(Decimal("0.01"), Decimal("0.02"))
    marks = {"ETH": Decimal(100), "ETH-SPOT": Decimal(101)}
    due = spot_and_perp_accruals(pool, Decimal(-80), marks, lambda _: Decimal("0.001"), lambda _: hour)
    assert [(each.asset, each.kind, each.notional, each.amount) for each in due] == [
        ("ETH", "funding", 300, Decimal("-0.3")),
        ("ETH-SPOT", "interest", 202, Decimal("-4.04")),
        ("USDC", "interest", 100, 1),
    ]
    assert not spot_and_perp_accruals(Pool(CROSS, "you/cross"), Decimal(0), {}, lambda _: ONE, lambda _: hour)
