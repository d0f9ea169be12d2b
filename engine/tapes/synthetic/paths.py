"""One market's prices and volume: the factor times beta, noise and jumps of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, log, sqrt

import numpy as np
from numpy.typing import NDArray

from engine.tapes.synthetic.factor import (
    BLOCK,
    JUMP_HORIZON,
    Climate,
    Factor,
    Jumps,
    at_vertices,
    jump_sizes,
    own_scale,
    running_sum,
    running_variance,
    wandering,
)
from engine.tapes.synthetic.noise import YEAR, Floats, Stream, bursts, stream, uneven_clock, wander
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
MOVE_VOLUME = 0.6
"""The part of the volume that answers to the price's move; the rest is trade that comes with the market's own clock."""
USUAL_VOL = 0.5
CROWD = 0.5
CROWD_MEMORY = 900.0
"""Standard deviation and memory in seconds of how many people trade, apart from what the price does (logarithm)."""
MEAN_MOVE = 0.8
"""Mean size of a normal number of variance one, about."""


@dataclass(frozen=True, slots=True, eq=False)
class Currents:
    """What one market's steps are drawn from.

    Attributes:
        factor: the factor.
        profile: the market.
        elapsed: (cells + 1,) running variance of its own noise.
        crowd: (cells + 1,) running activity of its traders, in seconds of usual activity.
        jumps: (steps,) float32, the log return of its own jumps.
    """

    factor: Factor
    profile: Profile
    elapsed: Floats
    crowd: Floats
    jumps: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class MarketPath:
    """One market's path. `last`: (vertices,) ticks; `volume`: (vertices,) base units; `jumped`: (steps,) bool."""

    last: NDArray[np.int64]
    volume: Floats
    jumped: NDArray[np.bool_]


def draw_path(factor: Factor, profile: Profile, progress: Callable[[float], None]) -> MarketPath:
    """The prices of one market; `progress` hears the fraction done."""
    setup = factor.climate.setup
    currents = _currents(factor, profile)
    rng = stream(setup, Stream.NOISE, profile.key)
    path = MarketPath(np.empty(setup.vertices, np.int64), np.zeros(setup.vertices), currents.jumps != 0)
    level = _start(factor.climate, profile)
    path.last[0] = round(np.exp(level))
    for first in range(0, setup.steps, BLOCK):
        count = min(BLOCK, setup.steps - first)
        level = _block(currents, rng, path, first, count, level)
        progress((first + count) / setup.steps)
    return path


def _currents(factor: Factor, profile: Profile) -> Currents:
    """The market's own volatility, crowd and jumps."""
    climate = factor.climate
    elapsed = running_variance(climate, _own_log_vol(climate, profile))
    rng = stream(climate.setup, Stream.CROWD, profile.key)
    crowd = CROWD * wander(rng, len(climate.level), climate.cell, CROWD_MEMORY) - CROWD**2 / 2
    jumps = _own_jumps(climate, profile)
    returns = np.zeros(climate.setup.steps, dtype=np.float32)
    np.add.at(returns, jumps.steps(climate.setup), jumps.sizes.astype(np.float32))
    return Currents(factor, profile, elapsed, running_sum(np.exp(crowd) * climate.cell), returns)


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
    currents: Currents, rng: np.random.Generator, path: MarketPath, first: int, count: int, level: float
) -> float:
    """Fill steps `first` to `first + count` of `path` from the log level before them; the log level after them."""
    climate, profile = currents.factor.climate, currents.profile
    inside = slice(first, first + count)
    spread = np.diff(at_vertices(climate, currents.elapsed, first, count))
    np.sqrt(spread, out=spread)
    clock = uneven_clock(rng, count, climate.setup.step_seconds)
    returns = rng.standard_normal(count)
    returns *= spread
    returns *= np.sqrt(clock)
    returns += profile.beta * currents.factor.returns[inside]
    returns += currents.jumps[inside]
    clock *= spread
    moves = np.abs(returns)
    returns[0] += level
    logs = np.cumsum(returns, out=returns)
    prices = np.clip(np.exp(logs), 1.0, MOST_TICKS)
    after = slice(first + 1, first + count + 1)
    path.last[after] = np.rint(prices)
    crowd = np.diff(at_vertices(climate, currents.crowd, first, count))
    path.volume[after] = _volume(climate, profile, moves, clock, crowd / prices)
    return float(logs[-1])


def _volume(climate: Climate, profile: Profile, moves: Floats, pace: Floats, usual_size: Floats) -> Floats:
    """(n,) base units traded in each step: more in wild times, on large moves, and where the market's clock ran fast.

    That volume is a view of the clock on which prices move is Clark (1973). All arrays are (n,) and are used up.

    Args:
        moves: sizes of the log returns.
        pace: own volatility of the step times the time that passed on the market's clock.
        usual_size: seconds of usual activity in the step, over the price in ticks.
    """
    step = climate.setup.step_seconds
    usual = USUAL_VOL * sqrt(step / YEAR)
    ticks_a_second = profile.turnover * 1e6 / 86_400 / float(profile.tick_size)
    moves *= MOVE_VOLUME / (usual * hypot(profile.beta, profile.own) * MEAN_MOVE)
    pace *= (1.0 - MOVE_VOLUME) / (usual * profile.own)
    moves += pace
    moves *= usual_size
    moves *= ticks_a_second / profile.volume_grid
    np.rint(moves, out=moves)
    moves *= profile.volume_grid
    return moves
