"""A formula means the same thing however it is asked: exactly, compiled, bounded, along a path."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.formula import Const, Floor, Formula, Max, Min, Price, Scaled, Sum, folded
from engine.margin import Health, brackets, crossing
from engine.search.float_form import float_form
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

NUMBERS = st.integers(-10_000, 10_000).map(lambda cents: Decimal(cents) / 100)
PRICES = st.integers(1, 1_000_000).map(lambda cents: Decimal(cents) / 100)
LEAVES = st.one_of(st.builds(Const, st.just("number"), NUMBERS), st.sampled_from([Price("A"), Price("B")]))


def _grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Scaled, st.just("scaled"), NUMBERS, inner),
        *(st.builds(kind, st.just("node"), parts) for kind in (Sum, Max, Min)),
    )


TREES = st.recursive(LEAVES, _grown, max_leaves=8)


FLOATED = st.one_of(TREES, st.builds(Floor, st.just("floored"), TREES, st.sampled_from([Decimal("0.5"), Decimal(7)])))
UNITS = {"A": Decimal("0.01"), "B": Decimal("0.01")}


def _ticks(price: Decimal) -> float:
    return float(price * 100)


@given(tree=TREES, a=PRICES, b=PRICES, factor=NUMBERS)
def test_the_float_form_and_the_exact_value_agree(tree: Formula, a: Decimal, b: Decimal, factor: Decimal) -> None:
    form = float_form(folded(Scaled("scaled", factor, tree)), UNITS)
    expected = float(factor * tree.exact({"A": a, "B": b}))
    slack = 1e-12 * form.magnitude({"A": _ticks(a), "B": _ticks(b)}) + 1e-300
    assert abs(form.number({"A": _ticks(a), "B": _ticks(b)}) - expected) <= slack
    arrays = {"A": np.full((3, 2), _ticks(a)), "B": np.full((3, 2), _ticks(b))}
    assert np.all(np.abs(np.broadcast_to(form.values(arrays), (3, 2)) - expected) <= slack)


@given(tree=FLOATED, a=st.tuples(PRICES, PRICES), b=st.tuples(PRICES, PRICES), factor=NUMBERS, seed=st.integers(0, 99))
def test_bounds_contain_every_value_between(
    tree: Formula, a: tuple[Decimal, Decimal], b: tuple[Decimal, Decimal], factor: Decimal, seed: int
) -> None:
    form = float_form(folded(Scaled("scaled", factor, tree)), UNITS)
    lows = {"A": np.array([_ticks(min(a)), _ticks(a[0])]), "B": np.array([_ticks(min(b)), _ticks(b[0])])}
    highs = {"A": np.array([_ticks(max(a)), _ticks(a[0])]), "B": np.array([_ticks(max(b)), _ticks(b[0])])}
    slack = 1e-9 * (1 + form.magnitude({"A": _ticks(max(a)), "B": _ticks(max(b))}))
    low, high = (np.broadcast_to(side, 2) for side in (form.lowest(lows, highs), form.highest(lows, highs)))
    for share in np.random.default_rng(seed).random((5, 2)):
        at = {"A": float(lows["A"][0] + (highs["A"][0] - lows["A"][0]) * share[0])}
        at["B"] = float(lows["B"][0] + (highs["B"][0] - lows["B"][0]) * share[1])
        assert low[0] - slack <= form.number(at) <= high[0] + slack
    alone = form.number({"A": _ticks(a[0]), "B": _ticks(b[0])})
    assert low[1] - slack <= alone <= high[1] + slack


def test_constants_fold_without_an_error_of_cancellation() -> None:
    large = Decimal("123456789012345.000001")
    form = float_form(folded(Sum("sum", (Const("in", large), Price("A"), Const("out", -large + 1)))))
    assert form.constant == 1.0
    assert form.slopes == (("A", 1.0),)


@given(tree=TREES, a=st.tuples(PRICES, PRICES), b=st.tuples(PRICES, PRICES))
def test_curvature_is_what_it_says(tree: Formula, a: tuple[Decimal, Decimal], b: tuple[Decimal, Decimal]) -> None:
    ends = [tree.exact({"A": a[i], "B": b[i]}) for i in (0, 1)]
    middle = tree.exact({"A": sum(a) / 2, "B": sum(b) / 2})
    if tree.curvature in ("linear", "concave"):
        assert middle >= sum(ends) / 2 - Decimal("1e-40")
    if tree.curvature in ("linear", "convex"):
        assert middle <= sum(ends) / 2 + Decimal("1e-40")


@given(tree=TREES, a=st.tuples(PRICES, PRICES), b=st.tuples(PRICES, PRICES))
def test_crossing_is_the_last_safe_point(tree: Formula, a: tuple[Decimal, Decimal], b: tuple[Decimal, Decimal]) -> None:
    if tree.curvature not in ("linear", "concave"):
        return
    start, end = {"A": a[0], "B": b[0]}, {"A": a[1], "B": b[1]}
    at = crossing(tree, start, end)
    tiny = Decimal("1e-30")

    def value(share: Decimal) -> Decimal:
        return tree.exact({s: start[s] + (end[s] - start[s]) * share for s in start})

    if at is None:
        assert value(Decimal(1)) >= 0
    else:
        assert value(Decimal(1)) < 0
        assert at == 0 or value(at) >= -Decimal("1e-20")
        assert value(min(at + tiny, Decimal(1))) < Decimal("1e-20")


def test_brackets_are_continuous_and_the_largest_of_their_lines() -> None:
    tiers = brackets([(Decimal(0), Decimal("0.0125")), (Decimal(150_000_000), Decimal("0.025"))])
    assert tiers[1].deduction == 1_875_000
    lines = [Scaled("line", tier.rate, Price("A")) - Const("deduction", tier.deduction) for tier in tiers]
    required = Max("maintenance", tuple(lines))
    assert required.exact({"A": Decimal(150_000_000)}) == 1_875_000
    assert required.exact({"A": Decimal(200_000_000)}) == 3_125_000
    assert required.curvature == "convex"
    assert Health(Price("A"), required).margin.curvature == "concave"


def test_terms_add_up_to_what_they_explain() -> None:
    tree = Sum("equity", (Const("collateral", Decimal(1000)), Scaled("5 × mark", Decimal(5), Price("A"))))
    rows = tree.terms({"A": Decimal(20)})
    assert [(row.depth, row.label, row.value) for row in rows] == [
        (0, "equity", 1100),
        (1, "collateral", 1000),
        (1, "5 × mark", 100),
    ]
    assert rows[2].working == "5 × 20"


def test_a_floor_rounds_down_and_says_that_vertices_define_it() -> None:
    tree = Floor("basis points", Price("A"), Decimal("0.5"))
    assert tree.exact({"A": Decimal("1.99")}) == Decimal("1.5")
    assert tree.curvature == "neither"
    assert tree.working({"A": Decimal(1)}) == "rounded down to 0.5"


def test_operators_build_the_same_tree_as_words() -> None:
    built = Scaled("twice", Decimal(2), Price("A") + Const("one", Decimal(1))) - Price("B")
    assert built.exact({"A": Decimal(3), "B": Decimal(5)}) == 3
    with pytest.raises(KeyError):
        built.exact({"A": Decimal(1)})


def test_every_figure_of_a_pool_opens_into_terms_that_come_to_it() -> None:
    session = Session(Setup(), tape_of({"ETH": [2000, 2000], "SOL": [100, 100]}))
    session.do(parse("buy $10000 ETH 10x cross"))
    session.do(parse("sell $2500 SOL 5x cross"))
    pool = session.view().pools[0]
    opened = {each.figure: each for each in session.explain("cross")}
    equity, maintenance, initial = (opened[figure] for figure in ("equity", "requirement", "initial_requirement"))
    assert equity.terms[0].value == pool.equity
    assert maintenance.terms[0].value == pool.requirement
    assert initial.terms[0].value == pool.initial_requirement
    for explanation in (equity, maintenance, initial):
        parts = [term.value for term in explanation.terms if term.depth == 1]
        assert sum(parts) == explanation.terms[0].value
    assert session.explain("iso:ETH") == ()
