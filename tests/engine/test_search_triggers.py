"""What a search tests prices with: rooms in which nothing happens, and rows of blocks."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.formula import Folded, Formula, folded
from engine.search.float_form import float_form
from engine.search.gauges import Gauge
from tests.engine.test_formula import FLOATED

LEVELS = st.sampled_from([((1.0,), ()), ((1.0, 0.5), ()), ((1.0, 0.8), (0.4,)), ((1.0,), (0.76,))])
PRICES = st.floats(1, 10_000)
CENTS = st.integers(100, 1_000_000).map(lambda cents: Decimal(cents) / 100)


def gauge_of(credit: Formula, requirement: Formula, levels: tuple[tuple[float, ...], tuple[float, ...]]) -> Gauge:
    gauge = Gauge("you/cross", float_form(folded(credit)), float_form(folded(requirement)), *levels)
    gauge.weigh({"A": 20_000.0, "B": 20_000.0}, 0)
    return gauge


@given(credit=FLOATED, requirement=FLOATED, levels=LEVELS, a=PRICES, b=PRICES, seed=st.integers(0, 999))
def test_no_price_within_the_room_matters(
    credit: Formula,
    requirement: Formula,
    levels: tuple[tuple[float, ...], tuple[float, ...]],
    a: float,
    b: float,
    seed: int,
) -> None:
    test = gauge_of(credit, requirement, levels)
    here = {"A": a, "B": b}
    steep = sum(test.steepness.get(name, 0.0) * price for name, price in here.items())
    room = test.room(here) - test.jumps
    if room <= 0:
        return
    share = min(1.0, room / steep) if steep else 1.0
    for moves in np.random.default_rng(seed).uniform(-share, share, (10, 2)):
        there = {name: price * (1 + move) for (name, price), move in zip(here.items(), moves, strict=True)}
        assert test.room(there) > -test.slack


@given(credit=FLOATED, requirement=FLOATED, levels=LEVELS, a=CENTS, b=CENTS)
def test_the_room_is_what_is_left_to_the_nearest_level(
    credit: Formula, requirement: Formula, levels: tuple[tuple[float, ...], tuple[float, ...]], a: Decimal, b: Decimal
) -> None:
    test = gauge_of(credit, requirement, levels)
    prices = {"A": a, "B": b}
    has, needs = credit.exact(prices), requirement.exact(prices)
    left = [Decimal(level) * has - needs for level in levels[0]] + [needs - Decimal(level) * has for level in levels[1]]
    room = test.room({name: float(price) for name, price in prices.items()})
    assert abs(room + test.slack - float(min(left))) <= test.slack + test.jumps


@given(credit=FLOATED, requirement=FLOATED, levels=LEVELS, prices=st.lists(st.tuples(PRICES, PRICES), min_size=1))
def test_a_block_is_marked_if_any_price_in_it_matters(
    credit: Formula,
    requirement: Formula,
    levels: tuple[tuple[float, ...], tuple[float, ...]],
    prices: list[tuple[float, float]],
) -> None:
    test = gauge_of(credit, requirement, levels)
    columns = {"A": np.array([a for a, _ in prices]), "B": np.array([b for _, b in prices])}
    lows, highs = ({name: pick(each)[None] for name, each in columns.items()} for pick in (np.min, np.max))
    hits = np.zeros(1, dtype=np.bool_)
    test.mark(hits, lows, highs)
    if any(test.room({"A": a, "B": b}) + test.slack < 0 for a, b in prices):
        assert hits[0]


def test_funding_moves_the_credit_and_not_the_requirement() -> None:
    credit = Folded(Decimal(100), {"A": Decimal(1), "A funding": Decimal(-1)})
    gauge = Gauge("you/cross", float_form(credit), float_form(Folded(Decimal(50))), (1.0,))
    gauge.weigh({"A": 1000.0, "A funding": 100.0}, 0)
    assert gauge.room({"A": 10.0, "A funding": 0.0}) > 59.9
    assert gauge.room({"A": 10.0, "A funding": 61.0}) < 0
