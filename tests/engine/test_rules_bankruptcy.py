"""What the bankruptcy price of a position among others is for: closing at it changes nothing about the rest."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.account import Pool, Position
from engine.margin import Bracket, bracket_requirement
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO
from engine.rules.bankruptcy import (
    bankruptcy_rating,
    fillable_price,
    insurance_fund_delta,
    proportional_prices,
    proportional_value,
)
from engine.rules.liquidity_tiers import LiquidityTier
from engine.rules.pseudo_random import from_pseudo_random

TINY = Decimal("1e-40")
"""More than what 60 digits leave of a quotient."""
SIZES = st.integers(-1000, 1000).filter(bool).map(lambda lots: Decimal(lots).scaleb(-2))
PRICES = st.integers(1, 10**7).map(lambda ticks: Decimal(ticks).scaleb(-2))
RATES = st.sampled_from([Decimal("0.012"), Decimal("0.03"), Decimal("0.1")])
BOOKS = st.lists(st.tuples(SIZES, PRICES, PRICES, RATES), min_size=2, max_size=4)


@given(book=BOOKS, collateral=st.integers(-(10**6), 10**6).map(Decimal), share=st.sampled_from(["1", "0.1", "0.37"]))
def test_closing_a_part_leaves_equity_to_requirement_as_it_was(
    book: list[tuple[Decimal, Decimal, Decimal, Decimal]], collateral: Decimal, share: str
) -> None:
    with localcontext(EXACT):
        held = {f"M{place}": Position(f"M{place}", row[0], row[0] * row[1]) for place, row in enumerate(book)}
        marks = {f"M{place}": row[2] for place, row in enumerate(book)}
        rates = {f"M{place}": (Bracket(ZERO, row[3], ZERO),) for place, row in enumerate(book)}

        def judged(pool: Pool, money: Decimal) -> tuple[Decimal, dict[str, Decimal]]:
            parts = {key: bracket_requirement(each, rates[key]).exact(marks) for key, each in pool.positions.items()}
            return pool.equity(money).exact(marks), parts

        pool = Pool("cross", "you/cross", held)
        equity, parts = judged(pool, collateral)
        price = proportional_prices(pool, equity, parts, marks)["M0"]
        traded = -held["M0"].size * Decimal(share)
        after = held["M0"].size + traded
        rest = {**held, "M0": Position("M0", after, held["M0"].cost + traded * price)}
        left, required = judged(Pool("cross", "you/cross", rest), collateral)
        before, now = equity * sum(required.values(), ZERO), left * sum(parts.values(), ZERO)
        assert abs(before - now) < TINY * (1 + abs(before))
        value = proportional_value(marks["M0"], held["M0"].size, traded, equity, parts["M0"], sum(parts.values(), ZERO))
        assert -TINY < value + traded * price < MONEY_UNIT + TINY


def test_only_a_trade_that_reduces_has_a_value() -> None:
    for traded in (Decimal(1), Decimal(-3)):
        with pytest.raises(ValueError, match="does not close"):
            proportional_value(ONE, Decimal(2), traded, ONE, ONE, ONE)


def test_the_fillable_price_goes_from_the_oracle_to_the_spread() -> None:
    """From maintenance to bankruptcy; not beyond either."""
    prices = [
        fillable_price(Decimal(100), side, bankruptcy_rating(Decimal(equity), Decimal(10)), Decimal("0.04"))
        for side in (1, -1)
        for equity in (12, 10, 5, 0, -5)
    ]
    assert prices == [100, 100, 98, 96, 96, 100, 100, 102, 104, 104]


def test_the_fund_gets_up_to_the_fee_and_gives_all_that_is_missing() -> None:
    fee = Decimal("0.015")
    deltas = [insurance_fund_delta(Decimal(fill), Decimal(1000), fee) for fill in (1100, 1005, 1000, 900)]
    assert deltas == [Decimal("16.5"), 5, 0, -100]


def test_the_initial_fraction_never_leaves_its_base_and_one() -> None:
    tier = LiquidityTier("", Decimal("0.1"), Decimal("0.5"), Decimal(20), Decimal(50))
    assert [tier.initial_at(Decimal(each)) for each in (0, 20, 35, 50, 90)] == [
        Decimal("0.1"), Decimal("0.1"), Decimal("0.55"), 1, 1,
    ]  # fmt: skip
    assert tier.maintenance == Decimal("0.05")


def test_a_pseudo_random_order_is_stable_and_a_rotation() -> None:
    choices = list("abcdef")
    orders = {"".join(from_pseudo_random(choices, str(seed))) for seed in range(100)}
    assert orders == {"".join(choices[place:] + choices[:place]) for place in range(6)}
    assert from_pseudo_random(choices, "1") == from_pseudo_random(choices, "1")
    assert from_pseudo_random([], "1") == []
