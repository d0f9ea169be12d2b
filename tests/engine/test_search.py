"""The search finds the very vertex that looking at each of them one by one finds."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.formula import Const, Max, Price, Scaled, Sum, folded
from engine.funding.columns import FundingColumns
from engine.funding.schedule import FundingSchedule
from engine.rulebooks import rulebook_of
from engine.search import search
from engine.search.float_form import float_form
from engine.search.gauges import Gauge, funding_name
from engine.search.search import Search
from engine.search.triggers import Trail
from engine.search.watch import Watch
from engine.session import Session
from engine.setup import Setup
from engine.tape import Path, Tape
from tests.engine.tapes import tape_of

BLOCKS = st.sampled_from([(1, 2), (2, 4), (3, 9), (8, 32)])
SYMBOLS = ("A", "B")


def walk(seed: int, vertices: int) -> Tape:
    generator = np.random.default_rng(seed)
    rows = {symbol: 1000 + np.cumsum(generator.integers(-9, 10, vertices)) for symbol in SYMBOLS}
    return tape_of({symbol: [Decimal(int(max(1, each))) for each in row] for symbol, row in rows.items()})


def gauge_of(sizes: tuple[int, int], collateral: int, levels: tuple[tuple[float, ...], tuple[float, ...]]) -> Gauge:
    """A pool of two positions with two tiers of maintenance; prices in ticks of a cent."""
    cent = Decimal("0.01")
    values = [
        Scaled("value", size * cent, Price(symbol)) - Const("cost", Decimal(size * 1000))
        for symbol, size in zip(SYMBOLS, sizes, strict=True)
    ]
    tiers = [
        Max(
            "tiers",
            tuple(
                Scaled("rate", rate * abs(size) * cent, Price(symbol)) - Const("deduction", deduction)
                for rate, deduction in ((Decimal("0.02"), Decimal(0)), (Decimal("0.05"), Decimal(30)))
            ),
        )
        for symbol, size in zip(SYMBOLS, sizes, strict=True)
    ]
    credit = Sum("equity", (Const("collateral", Decimal(collateral)), *values))
    return Gauge("you/cross", float_form(folded(credit)), float_form(folded(Sum("all", tuple(tiers)))), *levels)


def first_by_hand(path: Path, watch: Watch, after: int, until: int) -> int | None:
    """Looking at every vertex, from the one that is left on."""
    extremes = {trail: trail.extreme for trail in watch.trails}
    for vertex in range(min([after, *(trail.since for trail in watch.trails)]), until + 1):
        ticks = {symbol: path.ticks(symbol, "mark", vertex) for symbol in SYMBOLS}
        hit = any(ticks[symbol] <= price for (symbol, _), price in watch.below.items())
        hit |= any(ticks[symbol] >= price for (symbol, _), price in watch.above.items())
        hit |= any(gauge.room(ticks) <= 0 for gauge in watch.gauges)
        for trail in watch.trails:
            pick, away = (max, 1 - trail.share) if trail.falls else (min, 1 + trail.share)
            extremes[trail] = pick(extremes[trail], ticks[trail.symbol])
            left = ticks[trail.symbol] - extremes[trail] * away
            hit |= left <= 0 if trail.falls else left >= 0
        if hit and vertex >= after:
            return max(vertex, after + 1)
    return None


@given(
    seed=st.integers(0, 999),
    vertices=st.integers(2, 300),
    blocks=BLOCKS,
    ends=st.tuples(st.integers(0, 300), st.integers(0, 300)),
    prices=st.lists(st.tuples(st.sampled_from(SYMBOLS), st.booleans(), st.integers(50, 400)), max_size=2),
    trails=st.lists(st.tuples(st.sampled_from(SYMBOLS), st.booleans(), st.sampled_from([0.01, 0.1, 0.3])), max_size=1),
    pools=st.lists(
        st.tuples(
            st.sampled_from([(5, 0), (-3, 0), (4, -4), (-2, 6)]),
            st.sampled_from([300, 800, 2000]),
            st.sampled_from([((1.0,), ()), ((1.0, 0.5), ()), ((1.0, 0.95), (0.4,))]),
        ),
        max_size=2,
    ),
    plain=st.integers(0, 4),
)
def test_next_is_the_first_vertex_that_matters(
    seed: int,
    vertices: int,
    blocks: tuple[int, int],
    ends: tuple[int, int],
    prices: list[tuple[str, bool, int]],
    trails: list[tuple[str, bool, float]],
    pools: list[tuple[tuple[int, int], int, tuple[tuple[float, ...], tuple[float, ...]]]],
    plain: int,
) -> None:
    path = Path(walk(seed, vertices), blocks)
    after, until = sorted(end % vertices for end in ends)
    if after == until:
        return
    watch = Watch(gauges=[gauge_of(*pool) for pool in pools])
    for symbol, below, away in prices:
        watch.price(symbol, "mark", 100_000 - 100 * away if below else 100_000 + 100 * away, below)
    since = after // 2
    watch.trails = [
        Trail(symbol, falls, since, path.ticks(symbol, "mark", since), share) for symbol, falls, share in trails
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PLAIN", plain)
        found = Search(path, watch).next(after, until)
    assert found == first_by_hand(path, watch, after, until)


@given(seed=st.integers(0, 999), vertices=st.integers(2, 200), minutes=st.sampled_from([7, 60, 170]))
def test_funding_columns_hold_what_is_paid_at_every_due_time(seed: int, vertices: int, minutes: int) -> None:
    premiums = np.random.default_rng(seed).integers(-9_000_000, 9_000_000, vertices)
    tape = tape_of({"A": [2000] * vertices}, seconds=60 * minutes, premiums={"A": premiums.tolist()})
    schedule = FundingSchedule(Path(tape), rulebook_of("hyperliquid"))
    schedule.reach(vertices - 1)
    name, charges = funding_name("A"), schedule.charges("A")
    columns = FundingColumns(schedule, 0, [name], ["A"])
    edges = np.unique(np.random.default_rng(seed + 1).integers(0, vertices, 6))
    lows: dict[str, np.ndarray] = {}
    highs: dict[str, np.ndarray] = {}
    columns.add(edges, lows, highs)
    for place, (start, stop) in enumerate(pairwise(edges)):
        there = range(schedule.passed(int(start)), schedule.passed(int(stop)) + 1)
        paid = [charges.paid(due) for due in there]
        assert lows[name][place] <= min(paid) + 1e-9
        assert highs[name][place] >= max(paid) - 1e-9
        assert max(paid) - min(paid) <= columns.turnover(int(start), int(stop))[name] + 1e-9


def test_a_pool_that_stood_is_looked_at_again_once_an_order_has_changed_it() -> None:
    session = Session(Setup(balance=Decimal(1000), slippage=False, fees=False), tape_of({"ETH": [2000, 1500, 1500]}))
    session.do(parse("buy 0.01 ETH 20x cross"))
    session.advance(0)
    session.do(parse("buy $18000 ETH at 1980 20x cross"))
    events = session.advance(1)
    assert [event.kind for event in events if event.kind in ("fill", "liquidation")][:2] == ["fill", "liquidation"]
    assert {event.step for event in events} == {1}
