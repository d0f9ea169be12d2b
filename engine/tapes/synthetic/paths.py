"""One market's prices and volume: the factor times beta, noise and jumps of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from engine.tapes.synthetic.factor import (
    BLOCK,
    JUMP_HORIZON,
    Climate,
    Factor,
    Jumps,
    block_variance,
    jump_sizes,
    own_scale,
    running_variance,
    wandering,
)
from engine.tapes.synthetic.noise import YEAR, Floats, Stream, bursts, stream, uneven_clock
from engine.tapes.synthetic.profiles import Profile
from engine.tapes.synthetic.script import leg_at

SHARED_MOOD = 0.7
OWN_MOOD = 0.6
"""How much of the whole market's and of its own wandering a market's own volatility has."""
OWN_EXCITE = 0.25
START_SPREAD = 0.03
"""Standard deviation of the first price's logarithm between seeds."""
MOST_TICKS = float(1 << 50)
"""Highest price in ticks: whole numbers up to here are exact in a float64."""
VOLUME_POWER = 0.6
"""Turnover grows with this power of the variance (a volatility twice as high trades 2.3 times as much)."""
USUAL_VOL = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class MarketPath:
    """One market's path. `last`: (vertices,) ticks; `volume`: (vertices,) base units; `jumped`: (steps,) bool."""

    last: NDArray[np.int64]
    volume: Floats
    jumped: NDArray[np.bool_]


def draw_path(factor: Factor, profile: Profile, progress: Callable[[float], None]) -> MarketPath:
    """The prices of one market; `progress` hears the fraction done."""
    climate = factor.climate
    setup = climate.setup
    jumps = _own_jumps(climate, profile)
    elapsed = running_variance(climate, _own_log_vol(climate, profile))
    own_jumps = np.zeros(setup.steps, dtype=np.float32)
    at = jumps.steps(setup)
    np.add.at(own_jumps, at, jumps.sizes.astype(np.float32))
    rng = stream(setup, Stream.NOISE, profile.key)
    path = MarketPath(np.empty(setup.vertices, np.int64), np.zeros(setup.vertices), own_jumps != 0)
    level = _start(climate, profile)
    path.last[0] = round(np.exp(level))
    for first in range(0, setup.steps, BLOCK):
        count = min(BLOCK, setup.steps - first)
        level = _block(factor, profile, elapsed, own_jumps, rng, path, first, count, level)
        progress((first + count) / setup.steps)
    return path


def _start(climate: Climate, profile: Profile) -> float:
    """Logarithm of the first price, in ticks."""
    rng = stream(climate.setup, Stream.START, profile.key)
    return log(float(profile.start / profile.tick_size)) + START_SPREAD * float(rng.standard_normal())


def _own_log_vol(climate: Climate, profile: Profile) -> Floats:
    """(cells,) log of the own noise's volatility a year."""
    rng = stream(climate.setup, Stream.VOLATILITY, profile.key)
    log_vol = wandering(rng, climate.regime, len(climate.level), climate.cell)
    log_vol *= OWN_MOOD
    log_vol += SHARED_MOOD * climate.mood
    log_vol += climate.level
    centre = (OWN_MOOD**2 + SHARED_MOOD**2 - SHARED_MOOD) * (climate.regime.fast**2 + climate.regime.slow**2)
    log_vol += np.log(profile.own * own_scale(climate)) - centre
    return log_vol


def _own_jumps(climate: Climate, profile: Profile) -> Jumps:
    """The jumps of one market alone, to both sides, more of them in wild phases."""
    setup, legs = climate.setup, climate.legs
    rng = stream(setup, Stream.JUMPS, profile.key)
    rates = [profile.own_jumps * leg.vol / USUAL_VOL * leg.seconds / 86_400 for leg in legs]
    counts = rng.poisson(np.minimum(rates, 500.0))
    owners = np.repeat(np.arange(len(legs)), counts)
    starts, lengths = np.array([leg.start for leg in legs]), np.array([leg.seconds for leg in legs])
    first = starts[owners] + lengths[owners] * rng.uniform(size=len(owners))
    excite = np.full(len(first), OWN_EXCITE)
    times, _ = bursts(rng, first, excite, min(600.0, setup.seconds / 200), float(setup.seconds))
    at = leg_at(legs, times)
    vols = np.array([leg.vol * leg.phase.own * profile.own for leg in legs])[at]
    sizes = jump_sizes(rng, vols, np.minimum(JUMP_HORIZON, lengths[at] / 20))
    return Jumps(times, sizes * rng.choice([-1.0, 1.0], len(at)))


def _block(
    factor: Factor,
    profile: Profile,
    elapsed: Floats,
    own_jumps: NDArray[np.float32],
    rng: np.random.Generator,
    path: MarketPath,
    first: int,
    count: int,
    level: float,
) -> float:
    """Fill steps `first` to `first + count` of `path` from the log level before them; the log level after them."""
    climate = factor.climate
    inside = slice(first, first + count)
    variance = np.diff(block_variance(climate, elapsed, first, count))
    clock = uneven_clock(rng, count, climate.setup.step_seconds)
    returns = np.sqrt(variance * clock)
    returns *= rng.standard_normal(count)
    returns += profile.beta * factor.returns[inside]
    returns += own_jumps[inside]
    returns[0] += level
    logs = np.cumsum(returns)
    prices = np.clip(np.exp(logs), 1.0, MOST_TICKS)
    after = slice(first + 1, first + count + 1)
    path.last[after] = np.rint(prices)
    path.volume[after] = _volume(climate, profile, variance, clock, prices)
    return float(logs[-1])


def _volume(climate: Climate, profile: Profile, variance: Floats, clock: Floats, prices: Floats) -> Floats:
    """(n,) base units traded in each step: more in wild times and where the market's own clock ran fast (Clark)."""
    step = climate.setup.step_seconds
    usual = (profile.own * USUAL_VOL) ** 2 * step / YEAR
    volume = (variance / usual) ** VOLUME_POWER
    volume *= clock
    volume *= profile.turnover * 1e6 / 86_400 * step / float(profile.tick_size)
    volume /= prices
    np.rint(volume / profile.volume_grid, out=volume)
    volume *= profile.volume_grid
    return volume
