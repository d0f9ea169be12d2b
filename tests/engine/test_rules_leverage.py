"""Loops of borrowing, and liquidations that make a loan worse."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.numbers import ONE, divide, exactly
from engine.rules.leverage import loan_to_value_after, loop_leverage, spiral_threshold


@given(st.decimals("0.01", "0.97", places=2), st.decimals("1", "3", places=2))
@exactly
def test_a_loop_ends_where_the_health_factor_is(threshold: Decimal, health_factor: Decimal) -> None:
    """Exposure L for 1 of own money owes L − 1: threshold × L ÷ (L − 1) is the health factor."""
    leverage = loop_leverage(threshold, health_factor)
    assert abs(divide(threshold * leverage, leverage - 1) - health_factor) < Decimal("1e-40")


def test_the_loops_of_the_proposal() -> None:
    found = [loop_leverage(Decimal(each), Decimal("1.01")) for each in ("0.965", "0.95")]
    assert [round(leverage, 2) for leverage in found] == [Decimal("22.44"), Decimal("16.83")]


def test_a_loop_without_an_end() -> None:
    with pytest.raises(ValueError, match="for ever"):
        loop_leverage(ONE)


@given(
    st.decimals("0.01", "0.2", places=2),
    st.decimals("0.5", "0.99", places=3),
    st.decimals("0.01", "0.5", places=2),
)
@exactly
def test_above_the_threshold_a_liquidation_raises_the_loan_to_value(
    incentive: Decimal, before: Decimal, share: Decimal
) -> None:
    threshold = spiral_threshold(incentive)
    assume(abs(before - threshold) > Decimal("0.0001"))
    after = loan_to_value_after(before, ONE, before * share, incentive)
    assert (after > before) == (before > threshold)


def test_a_liquidation_can_not_take_more_than_there_is() -> None:
    with pytest.raises(ValueError, match="can't be repaid"):
        loan_to_value_after(ONE, ONE, ONE, Decimal("0.05"))
