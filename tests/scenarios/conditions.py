"""Random conditions and amounts that make sense, as values."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from engine.scenarios.conditions.figures import FIGURES
from engine.scenarios.conditions.units import UnitError, check_comparable, dimension_of
from engine.scenarios.conditions.values import (
    OF_MARKET,
    Amount,
    And,
    Arithmetic,
    Comparison,
    Condition,
    Figure,
    Happened,
    Held,
    InMode,
    InState,
    Not,
    Number,
    Or,
    Resting,
)

SYMBOLS = ("ETH", "SOL", "ETH-PERP", "1000PEPE", "BTC-SPOT")
symbols = st.sampled_from(SYMBOLS)
maybe_symbols = st.none() | symbols
modes = st.sampled_from(("isolated", "cross"))
decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=6).map(lambda each: each.normalize() + 0)
numbers = (
    decimals.map(Number)
    | decimals.map(lambda each: Number((each / 100).normalize() + 0, "percent"))
    | decimals.map(lambda each: Number(each, "times"))
)
times = st.integers(0, 4_000_000_000).map(lambda seconds: Number(Decimal(seconds * 1000), "time"))


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    name = draw(st.sampled_from(sorted(FIGURES)))
    about = FIGURES[name].about
    if about == "account":
        return Figure(name)
    return Figure(name, draw(symbols | st.just("cross") if about == "pool" else symbols))


def _is_sense(amount: Amount) -> bool:
    try:
        dimension_of(amount)
    except UnitError:
        return False
    return True


amounts: st.SearchStrategy[Amount] = st.recursive(
    numbers | figures(),
    lambda inner: st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner).filter(_is_sense),
    max_leaves=4,
)


def _compares(condition: Comparison) -> bool:
    try:
        check_comparable(condition.left, condition.right)
    except UnitError:
        return False
    return True


relations = st.sampled_from(("<", "<=", "=", "!=", ">=", ">"))
comparisons = st.builds(Comparison, amounts, relations, amounts).filter(_compares)
held = st.builds(Held) | st.builds(Held, symbols, st.sampled_from((None, "long", "short")), st.none() | modes)
held_sizes = st.builds(
    Held, symbols, st.sampled_from((None, "long")), st.none() | modes, relations, decimals.map(Number)
)
resting = st.builds(
    Resting,
    st.sampled_from((None, "limit", "stop", "take", "trail")),
    st.sampled_from((None, "buy", "sell")),
    maybe_symbols,
)
resting_prices = st.builds(
    Resting, st.just("stop"), st.none(), symbols, st.sampled_from(("below", "at", "above")), decimals.map(Number)
)
facts = (
    comparisons
    | held
    | held_sizes
    | resting
    | resting_prices
    | st.builds(Happened, st.sampled_from(sorted(OF_MARKET)), maybe_symbols)
    | st.builds(InMode, symbols, modes)
    | st.builds(InState, st.sampled_from(("wiped out", "ended", "end of tape")))
    | times.map(lambda time: Comparison(Figure("time"), ">=", time))
)


def _joined(kind: type[And | Or]) -> object:
    def join(parts: list[Condition]) -> Condition:
        flat = [one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))]
        return kind(tuple(flat))

    return join


conditions: st.SearchStrategy[Condition] = st.recursive(
    facts,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(_joined(And))
        | st.lists(inner, min_size=2, max_size=3).map(_joined(Or))
    ),
    max_leaves=5,
)
