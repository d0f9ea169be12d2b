"""An average weight that is rounded down means the same thing however it is asked."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.formula import Const, Price, Scaled, Sum, folded
from engine.numbers import exactly
from engine.rules.floored_average import FlooredAverage
from engine.search.float_form import float_form

UNIT = Decimal("0.0001")
WEIGHTS = st.integers(0, 10_000).map(lambda points: points * UNIT)
AMOUNTS = st.integers(1, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)
PRICES = st.integers(1, 1_000_000).map(lambda cents: Decimal(cents) / 100)


def collateral(sizes: tuple[Decimal, Decimal], weights: tuple[Decimal, Decimal], money: Decimal) -> FlooredAverage:
    parts = [Scaled(name, size, Price(name)) for name, size in zip("AB", sizes, strict=True)]
    weighed = [Scaled(part.label, weight, part) for part, weight in zip(parts, weights, strict=True)]
    quote = Const("quote", money)
    return FlooredAverage("average", Sum("weighed", (*weighed, quote)), Sum("all", (*parts, quote)), UNIT)


@exactly
@given(
    sizes=st.tuples(AMOUNTS, AMOUNTS),
    weights=st.tuples(WEIGHTS, WEIGHTS),
    money=st.sampled_from([Decimal(0), Decimal("123.45")]),
    prices=st.tuples(PRICES, PRICES),
    factor=st.sampled_from([Decimal(1), Decimal("-0.5")]),
)
def test_it_is_at_most_a_unit_below_and_its_form_knows_how_far(
    sizes: tuple[Decimal, Decimal],
    weights: tuple[Decimal, Decimal],
    money: Decimal,
    prices: tuple[Decimal, Decimal],
    factor: Decimal,
) -> None:
    tree = collateral(sizes, weights, money)
    at = dict(zip("AB", prices, strict=True))
    value, whole, counted = tree.exact(at), tree.of.exact(at), tree.weighted.exact(at)
    assert counted - UNIT * whole < value <= counted
    assert tree.average(at) % UNIT == 0
    form = float_form(folded(Scaled("scaled", factor, tree)))
    floats = {name: float(price) for name, price in at.items()}
    slack = 1e-9 * form.magnitude(floats)
    exact = float(factor * value)
    assert abs(form.number(floats) - exact) <= form.blur(floats) + slack
    arrays = {name: np.array([price]) for name, price in floats.items()}
    assert form.lowest(arrays, arrays)[0] - slack <= exact <= form.highest(arrays, arrays)[0] + slack  # type: ignore[index]
    assert form.jumps() == 0
    assert form.symbols == {"A", "B"}


@exactly
def test_rounding_is_down_to_the_unit_exactly() -> None:
    """Two thirds at 83 % and one at 78 % are 81.3333 %; 83 % alone stays 83 %."""
    tree = collateral((Decimal(2), Decimal(1)), (Decimal("0.83"), Decimal("0.78")), Decimal(0))
    at = {"A": Decimal(1000), "B": Decimal(1000)}
    assert tree.average(at) == Decimal("0.8133")
    assert tree.exact(at) == Decimal("2439.9")
    assert tree.curvature == "neither"
    alike = collateral((Decimal(2), Decimal(1)), (Decimal("0.83"), Decimal("0.83")), Decimal(0))
    assert alike.exact(at) == 2490
    rows = tree.terms(at)
    assert rows[0].value == Decimal("2439.9")
    assert rows[0].working == "0.8133 × 3000"
    assert [row.label for row in rows if row.depth == 1] == ["weighed", "all"]


def test_nothing_averages_to_nothing() -> None:
    tree = FlooredAverage("average", Sum("weighed", ()), Sum("all", ()), UNIT)
    assert tree.exact({}) == 0
