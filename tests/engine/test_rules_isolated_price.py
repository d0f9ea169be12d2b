"""The closed forms of one position's prices against the formulas that rulebooks are judged by."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.account import Pool, Position
from engine.margin import Health, bracket_requirement, brackets, raw_failing_price
from engine.numbers import EXACT, ZERO, divide, exactly
from engine.rules.isolated_price import (
    entry_based_liquidation_price,
    inverse_bankruptcy_price,
    inverse_initial_margin,
    inverse_liquidation_price,
    linear_bankruptcy_price,
    linear_liquidation_price,
)

SIZES = st.decimals("0.001", "1000", places=3).flatmap(lambda size: st.sampled_from([size, -size]))
ENTRIES = st.decimals("0.5", "90000", places=2)
RATES = st.decimals("0", "0.1", places=4)
LEVERAGES = st.integers(1, 100).map(Decimal)
NEAR = Decimal("1e-40")


def near(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= abs(one) * NEAR


@given(SIZES, ENTRIES, LEVERAGES, RATES, st.decimals("0", "0.01", places=4))
@exactly
def test_linear_prices_are_where_equity_meets_the_requirement(
    size: Decimal, entry: Decimal, leverage: Decimal, rate: Decimal, fee: Decimal
) -> None:
    margin = divide(abs(size) * entry, leverage)
    held = Position("X", size, size * entry)
    pool = Pool("iso:X", "you/iso:X", {"X": held})
    for charged, found in (
        (rate + fee, linear_liquidation_price(size, entry, margin, rate, fee=fee)),
        (fee, linear_bankruptcy_price(size, entry, margin, fee)),
    ):
        health = Health(pool.equity(margin), bracket_requirement(held, brackets([(ZERO, charged)])))
        if health.safe({"X": entry}):
            assert near(found, raw_failing_price(health.margin, "X", -held.side, {"X": entry}))


@given(SIZES, ENTRIES, LEVERAGES, RATES)
@exactly
def test_maintenance_on_the_entry_value_is_a_margin_that_much_smaller(
    size: Decimal, entry: Decimal, leverage: Decimal, rate: Decimal
) -> None:
    margin = divide(abs(size) * entry, leverage)
    side = 1 if size > 0 else -1
    stated = entry * (1 - side * (divide(Decimal(1), leverage) - rate))
    found = entry_based_liquidation_price(size, entry, margin, rate)
    assert near(found, stated) if stated > NEAR * entry else found is None or abs(found) <= NEAR * entry


@given(SIZES, ENTRIES, LEVERAGES, st.decimals("0", "0.01", places=4))
@exactly
def test_an_inverse_contract_is_a_linear_one_in_the_reciprocal_price(
    contracts: Decimal, entry: Decimal, leverage: Decimal, fee: Decimal
) -> None:
    """A long of contracts is short of coins per quote unit: profit = contracts × (1 ÷ entry − 1 ÷ price)."""
    margin = inverse_initial_margin(contracts, entry, leverage)
    held = Position("X", -contracts, -divide(contracts, entry))
    pool = Pool("iso:X", "you/iso:X", {"X": held})
    health = Health(pool.equity(margin), bracket_requirement(held, brackets([(ZERO, fee)])))
    here = {"X": divide(Decimal(1), entry)}
    if health.safe(here):
        reciprocal = raw_failing_price(health.margin, "X", -held.side, here)
        found = inverse_bankruptcy_price(contracts, entry, margin, fee)
        # A short at 1x can't lose more than it posted at any price.
        assert near(found, None if reciprocal is None or reciprocal <= NEAR else divide(Decimal(1), reciprocal))


@given(SIZES, ENTRIES, LEVERAGES, RATES)
@exactly
def test_liquidation_comes_before_bankruptcy(size: Decimal, entry: Decimal, leverage: Decimal, rate: Decimal) -> None:
    side = 1 if size > 0 else -1
    for liquidation, bankruptcy in (
        (
            linear_liquidation_price(size, entry, divide(EXACT.multiply(abs(size), entry), leverage), rate),
            linear_bankruptcy_price(size, entry, divide(EXACT.multiply(abs(size), entry), leverage)),
        ),
        (
            inverse_liquidation_price(size, entry, inverse_initial_margin(size, entry, leverage), rate),
            inverse_bankruptcy_price(size, entry, inverse_initial_margin(size, entry, leverage)),
        ),
    ):
        if liquidation is not None and bankruptcy is not None:
            assert (liquidation - bankruptcy) * side >= -NEAR * liquidation


def test_bybits_inverse_examples() -> None:
    """7890.08 at 50x: bankrupt at 7735.37; and half a coin behind 10,000 contracts at 8000, in cross margin."""
    entry, contracts = Decimal("7890.08"), Decimal(10_000)
    price = inverse_bankruptcy_price(contracts, entry, inverse_initial_margin(contracts, entry, Decimal(50)))
    assert price is not None
    assert round(price, 2) == Decimal("7735.37")

    cross = inverse_bankruptcy_price(contracts, Decimal(8000), Decimal("0.5"), Decimal("0.00075"))
    assert cross is not None
    assert round(cross, 2) == Decimal("5718.57")


def test_a_long_that_is_paid_in_full_never_fails() -> None:
    one, entry = Decimal(1), Decimal(100)
    assert linear_bankruptcy_price(one, entry, entry) is None
    assert linear_liquidation_price(one, entry, Decimal(150), Decimal("0.01")) is None
    assert inverse_bankruptcy_price(-one, entry, inverse_initial_margin(one, entry, one)) is None
