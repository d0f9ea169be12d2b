"""The tape that the engine is measured on: a year of one-minute bars of one to eight markets, seeded."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.tape import Kind, Tape
from engine.tapes.bars import Bars, tape_from_bars

BARS = 525_600
MINUTE = 60_000
START = 1_704_067_200_000
TICKS_A_STEP = 12
"""Moves inside a bar, from which its extremes come."""

MARKETS = ("ETH", "BTC", "SOL", "XRP", "DOGE", "SUI", "WLD", "LTC")
PRICES = (2000, 60_000, 100, 5, 1, 4, 2, 80)


def year(
    markets: int, volatility: float, *, bars: int = BARS, seed: int = 7, together: float = 0.0, premium: bool = True
) -> Tape:
    """Random walks of the first `markets` markets.

    Args:
        volatility: standard deviation of a bar's logarithmic return.
        together: share of the variance that all markets have in common.
        premium: whether the tape has a premium of the perpetual over the index, which funding comes from.
    """
    generator = np.random.default_rng(seed)
    common = generator.normal(0, volatility * np.sqrt(together), bars * TICKS_A_STEP)
    made = [_bars(generator, place, volatility, common, together) for place in range(markets)]
    tape = tape_from_bars(made, description=f"benchmark walk, seed {seed}")
    if not premium:
        return tape
    columns: dict[tuple[str, Kind], NDArray[np.generic]] = dict(tape.columns)
    for symbol in MARKETS[:markets]:
        hours = np.cumsum(generator.normal(0, 40_000, len(tape) // 240 + 1)) * 0.1 + 100_000
        columns[symbol, "premium"] = np.repeat(hours.astype(np.int64), 240)[: len(tape)]
    return Tape(tape.markets, tape.times, tape.gapped, columns, tape.trading, tape.origin)


def _bars(
    generator: np.random.Generator, place: int, volatility: float, common: NDArray[np.float64], together: float
) -> Bars:
    bars = len(common) // TICKS_A_STEP
    own = generator.normal(0, volatility * np.sqrt(1 - together), len(common))
    path = np.cumsum((own + common) / np.sqrt(TICKS_A_STEP)).reshape(bars, TICKS_A_STEP)
    tick = Decimal(PRICES[place]) / 200_000
    ticks = np.maximum(1, 200_000 * np.exp(path)).astype(np.int64)
    return Bars(
        symbol=MARKETS[place],
        seconds=60,
        times=START + np.arange(bars, dtype=np.int64) * MINUTE,
        open=ticks[:, 0].copy(),
        high=ticks.max(axis=1),
        low=ticks.min(axis=1),
        close=ticks[:, -1].copy(),
        volume=None,
        tick_size=tick.normalize(),
    )
