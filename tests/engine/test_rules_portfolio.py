"""Portfolio margin: scenarios as formulas and as figures, deltas, and the two SPAN spreads."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.account import Position
from engine.formula import Const
from engine.numbers import ZERO, exactly
from engine.rules.portfolio import (
    delta_of,
    gross_contingency,
    inter_commodity_spread,
    intra_commodity_spread,
    offset_contingency,
    scenario_loss,
    worst_loss,
    worst_scenario,
)

SIZES = st.lists(st.decimals("-100", "100", places=2), max_size=6)
MOVES = st.lists(st.decimals("-0.6", "5", places=2), min_size=1, max_size=8)
MARKS = {"BTC": Decimal(60_000), "ETH": Decimal(2_000)}


def test_a_hedge_is_charged_for_what_moves_apart() -> None:
    """1 BTC against −30 ETH, 60,000 each: together they lose nothing, apart 15 % + 15 % of 60,000."""
    held = [Position("BTC", Decimal(1)), Position("ETH", Decimal(-30))]
    fifteen = Decimal("0.15")
    together = {"up": dict.fromkeys(MARKS, fifteen), "down": dict.fromkeys(MARKS, -fifteen)}
    apart = {**together, "apart": {"BTC": -fifteen, "ETH": fifteen}}
    assert worst_scenario(held, together).exact(MARKS) == 0
    assert worst_scenario(held, apart).exact(MARKS) == 18_000
    assert worst_scenario(held, {"BTC alone": {"BTC": -fifteen}}).exact(MARKS) == 9_000
    assert worst_scenario(held, apart, Const("floor", Decimal(20_000))).exact(MARKS) == 20_000


def test_the_requirement_names_the_scenario_that_is_in_force() -> None:
    held = [Position("BTC", Decimal(1))]
    formula = worst_scenario(held, {"up 10%": {"BTC": Decimal("0.1")}, "down 10%": {"BTC": Decimal("-0.1")}})
    assert formula.curvature == "convex"
    assert any("down 10%" in term.label and term.value == 6_000 for term in formula.terms(MARKS))


@given(SIZES, MOVES)
@exactly
def test_formula_and_figures_agree(sizes: list[Decimal], moves: list[Decimal]) -> None:
    symbols = list(MARKS)
    held = [Position(symbols[place % 2], size) for place, size in enumerate(sizes)]
    scenarios = {str(place): dict.fromkeys(symbols, move) for place, move in enumerate(moves)}
    profits = [-scenario_loss("", held, scenario).exact(MARKS) for scenario in scenarios.values()]
    worst = worst_loss(profits)
    assert worst == worst_scenario(held, scenarios).exact(MARKS)
    assert worst == max(ZERO, -min(profits))
    assert worst_loss(profits, contingency=Decimal(7)) == worst + 7
    assert worst_loss(profits, floor=worst + 1) == worst + 1


def test_without_scenarios_there_is_no_loss() -> None:
    assert worst_loss([]) == 0
    assert worst_scenario([], {}).exact({}) == 0


@given(SIZES)
@exactly
def test_a_delta_is_split_into_what_is_hedged_and_what_is_left(sizes: list[Decimal]) -> None:
    delta = delta_of((size, Decimal(1)) for size in sizes)
    longs, shorts = (sum((size * side for size in sizes if size * side > 0), ZERO) for side in (1, -1))
    assert delta.net == longs - shorts
    assert delta.hedged == min(longs, shorts)
    assert delta.gross == longs + shorts
    assert offset_contingency(sizes, Decimal("0.01")) == delta.hedged / 100
    assert gross_contingency(sizes, Decimal(2), Decimal("0.5")) == delta.gross


@pytest.mark.parametrize(
    ("leg", "other", "charge", "margin"), [(750, 500, 50, 300), (500, 750, 50, 300), (600, 600, 250, 250)]
)
def test_a_calendar_spread_pays_the_difference_and_a_charge(leg: int, other: int, charge: int, margin: int) -> None:
    spread = intra_commodity_spread(Decimal(leg), Decimal(other), Decimal(charge))
    assert spread.final == margin
    assert spread.outright == leg + other


def test_a_credit_is_taken_off_every_leg() -> None:
    spread = inter_commodity_spread([(Decimal(1750), Decimal(-2)), (Decimal(2500), Decimal(1))], Decimal("0.55"))
    assert (spread.outright, spread.savings, spread.final) == (6000, 3300, 2700)
