"""How much faster a leap is than single steps: the same session, the same tape, the same hash, in one run.

`make bench` prints the table. Nothing here is a test of time: only that both ways agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from engine.commands import parse
from engine.market import Market, lot_for
from engine.session import Session
from engine.setup import Setup
from engine.tape import Origin, Tape

TICK = Decimal("0.01")
VERTICES = 40_000


def walk(symbols: tuple[str, ...], volatility: float) -> Tape:
    """One-minute vertices of a random walk; prices from 2,000."""
    generator = np.random.default_rng(7)
    moves = generator.normal(0, volatility, (len(symbols), VERTICES))
    ticks = np.maximum(1, 200_000 * np.exp(np.cumsum(moves, axis=1))).astype(np.int64)
    markets = tuple(Market(symbol, TICK, lot_for(Decimal(2000))) for symbol in symbols)
    columns = {(symbol, "last"): row.copy() for symbol, row in zip(symbols, ticks, strict=True)}
    gapped = np.zeros(VERTICES, dtype=np.bool_)
    times = 1_704_067_200_000 + np.arange(VERTICES, dtype=np.int64) * 60_000
    return Tape(markets, times, gapped, columns, None, Origin("synthetic", "benchmark walk"))  # type: ignore[arg-type]


def timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


JOBS = {
    "nothing happens, flat": (("ETH",), 0.00001, True, ()),
    "hold one isolated, funding": (("ETH",), 0.00001, True, ("buy $5000 ETH 2x iso",)),
    "hold one cross, no funding": (("ETH",), 0.00001, False, ("buy $5000 ETH 2x cross",)),
    "hold eight cross, no funding": (
        tuple("ABCDEFGH"),
        0.00001,
        False,
        tuple(f"buy $1000 {symbol} 2x cross" for symbol in "ABCDEFGH"),
    ),
    "calls and a liquidation": (("ETH",), 0.0005, True, ("buy $5000 ETH 5x iso", "sell $1000 ETH at 2100")),
}


@pytest.mark.parametrize("name", JOBS)
def test_leap_against_single_steps(name: str) -> None:
    symbols, volatility, funding, commands = JOBS[name]
    tape = walk(symbols, volatility)
    leaping, stepping = (Session(Setup(funding=funding), tape) for _ in range(2))
    for session in (leaping, stepping):
        for text in commands:
            assert isinstance(session.do(parse(text)), tuple)
    leap = timed(lambda: leaping.advance(VERTICES))

    def single_steps() -> None:
        while stepping.step < VERTICES - 1:
            stepping.advance(stepping.step + 1)

    steps = timed(single_steps)
    assert leaping.state_hash() == stepping.state_hash()
    print(f"\n{name:32} {VERTICES / leap:14,.0f} vertices/s leaping  {steps / leap:8.1f} × single steps")
