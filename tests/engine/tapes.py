"""Small tapes for engine tests, and the hypothesis strategies that make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from engine.market import Market, lot_for
from engine.tape import Origin, Tape

START = 1_704_067_200_000
CENT = Decimal("0.01")


def tape_of(
    prices: Mapping[str, Sequence[str | int | Decimal]],
    *,
    gaps: Sequence[int] = (),
    seconds: int = 60,
    tick: Decimal = CENT,
    marks: Mapping[str, Sequence[str | int | Decimal]] | None = None,
    halts: Mapping[str, Sequence[int]] | None = None,
    premiums: Mapping[str, Sequence[int]] | None = None,
) -> Tape:
    """A tape with one vertex a price; `gaps` are vertices reached by a gap, `halts` those where a market stands."""
    markets = tuple(Market(symbol, tick, lot_for(Decimal(row[0]))) for symbol, row in prices.items())
    vertices = len(next(iter(prices.values())))
    gapped = np.zeros(vertices, dtype=np.bool_)
    gapped[[0, *gaps]] = True
    columns = {(symbol, "last"): _ticks(row, tick) for symbol, row in prices.items()}
    columns |= {(symbol, "mark"): _ticks(row, tick) for symbol, row in (marks or {}).items()}
    columns |= {(symbol, "premium"): np.array(row, dtype=np.int64) for symbol, row in (premiums or {}).items()}
    trading = None
    if halts:
        trading = np.ones((vertices, len(markets)), dtype=np.bool_)
        for symbol, steps in halts.items():
            trading[list(steps), list(prices).index(symbol)] = False
    times = START + np.arange(vertices, dtype=np.int64) * seconds * 1000
    return Tape(markets, times, gapped, columns, trading, Origin("inline", "test"))  # type: ignore[arg-type]


def _ticks(row: Sequence[str | int | Decimal], tick: Decimal) -> np.ndarray:
    return np.array([int(Decimal(price) / tick) for price in row], dtype=np.int64)


STARTS = {"BTC": 60_000, "ETH": 2_000, "SOL": 100}


@st.composite
def tapes(draw: st.DrawFn, *, longest: int = 24, markets: Sequence[str] = ("BTC", "ETH", "SOL")) -> Tape:
    """Random tapes: calm and violent, travelling and gapping, minutes or hours a step, with halts and premiums."""
    symbols = draw(st.lists(st.sampled_from(list(markets)), min_size=1, max_size=3, unique=True))
    vertices = draw(st.integers(2, longest))
    wild = draw(st.sampled_from([200, 2_000, 15_000]))  # largest move of one step, in thousandths of a percent
    rows: dict[str, list[Decimal]] = {}
    for symbol in symbols:
        price, row = Decimal(STARTS[symbol]), []
        for _ in range(vertices):
            row.append(price)
            move = Decimal(draw(st.integers(-wild, wild))).scaleb(-5)
            price = max(CENT, (price * (1 + move)).quantize(CENT))
        rows[symbol] = row
    gaps = draw(st.lists(st.integers(1, vertices - 1), max_size=4))
    seconds = draw(st.sampled_from([1, 20, 60, 1800, 10_000]))
    halted = draw(st.lists(st.integers(1, vertices - 1), max_size=3))
    premiums = {
        symbol: [draw(st.integers(-20_000_000, 20_000_000)) * draw(st.sampled_from([1, 20])) for _ in range(vertices)]
        for symbol in symbols
        if draw(st.booleans())
    }
    marks = None
    if draw(st.booleans()):
        spread = [Decimal(draw(st.integers(-300, 300))).scaleb(-5) for _ in range(vertices)]
        pairs = zip(rows[symbols[-1]], spread, strict=True)
        marks = {symbols[-1]: [max(CENT, (price * (1 + off)).quantize(CENT)) for price, off in pairs]}
    halts = {symbols[0]: halted} if halted else None
    return tape_of(rows, gaps=gaps, seconds=seconds, marks=marks, halts=halts, premiums=premiums)
