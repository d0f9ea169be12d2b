"""Who is deleveraged, how much of each, and the rank by leveraged return."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.numbers import ZERO
from engine.rules.deleveraging import in_turn, leveraged_return, queue


def rank(size: int, entry: int, mark: int, bankruptcy: int) -> Decimal:
    return leveraged_return(*(Decimal(size * price) for price in (mark, entry, bankruptcy)))


def test_profit_is_multiplied_by_leverage_and_loss_divided() -> None:
    assert rank(1, 100, 110, 99) == 1  # +10 % at 110 ÷ 11 = 10x
    assert rank(1, 100, 90, 81) == Decimal("-0.01")  # −10 % at 90 ÷ 9 = 10x
    assert rank(-1, 100, 90, 99) == 1  # a short: +10 % at 90 ÷ 9 = 10x
    assert rank(-2, 100, 110, 121) == Decimal("-0.01")


@pytest.mark.parametrize("values", [(1, 100, 90, 90), (1, 100, 90, 95), (0, 100, 90, 80), (-1, 100, 90, 90)])
def test_who_is_bankrupt_has_no_rank(values: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="not bankrupt"):
        rank(*values)


@given(st.decimals("0", "200", places=1), st.lists(st.decimals("-50", "50", places=1), max_size=8))
def test_everyone_is_closed_whole_but_the_last(size: Decimal, holdings: list[Decimal]) -> None:
    parts = list(in_turn(size, enumerate(holdings)))
    assert sum((part for _, part in parts), ZERO) == min(size, sum((abs(each) for each in holdings), ZERO))
    assert all(0 < part <= abs(holdings[who]) for who, part in parts)
    assert all(part == abs(holdings[who]) for who, part in parts[:-1])


def test_the_highest_rank_goes_first_and_equals_stay_in_order() -> None:
    ranked = [("a", Decimal(1)), ("b", Decimal(3)), ("c", Decimal(1)), ("d", Decimal(2))]
    assert [who for who, _ in queue(ranked)] == ["b", "d", "a", "c"]
