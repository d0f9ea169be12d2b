"""The factor: the one movement that all markets follow, pinned to its regime's script."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, sqrt

import numpy as np
from numpy.typing import NDArray

from engine.tapes.synthetic.noise import YEAR, Floats, Stream, bursts, decayed, stream, uneven_clock, wander
from engine.tapes.synthetic.regimes import REGIMES, Regime
from engine.tapes.synthetic.script import Leg, draw_script, leg_at
from engine.tapes.synthetic.setup import SyntheticSetup

BLOCK = 1 << 16
"""Vertices worked on at a time: temporary arrays stay in the processor's cache."""

CELL_SECONDS = 60.0
FEWEST_CELLS, MOST_CELLS = 1_000, 500_000
"""Volatility moves on a grid this fine whatever the step: finer on a tape of hours, 11 minutes on ten years."""
FAST_MEMORY = 2_400.0
SLOW_MEMORY = 43_200.0
"""Seconds that the fast and the slow part of log-volatility remember."""
WAKE = 0.2
WAKE_MEMORY = 1_800.0
LARGEST_WAKE = 0.5
"""What a jump adds to log-volatility, for how many seconds, and the most that many jumps can add."""
JUMP_HORIZON = 3_600.0
"""A jump is worth about what the market usually travels in this many seconds."""
LARGEST_JUMP_SHARE = 0.35
"""The part of a leg's move that its jumps may make up together; the rest is travelled."""


@dataclass(frozen=True, slots=True)
class Jumps:
    """Jumps of one stream. `times`: (k,) seconds, rising; `sizes`: (k,) log returns."""

    times: Floats
    sizes: Floats

    def steps(self, setup: SyntheticSetup) -> NDArray[np.int64]:
        """(k,) the step that each jump falls into, from 0: the step from vertex i to vertex i + 1."""
        index = np.floor(self.times / setup.step_seconds).astype(np.int64)
        return np.clip(index, 0, setup.steps - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Climate:
    """What all markets share besides the factor's return.

    Attributes:
        setup: what the tape is made from.
        regime: its regime.
        legs: the script, drawn.
        edges: (cells + 1,) the volatility grid, in seconds from the start.
        leg: (cells,) the leg that each cell lies in.
        level: (cells,) log of the volatility that the script and the hour of the day say.
        mood: (cells,) log of the wandering around it, before it is centred.
    """

    setup: SyntheticSetup
    regime: Regime
    legs: tuple[Leg, ...]
    edges: Floats
    leg: NDArray[np.intp]
    level: Floats
    mood: Floats

    @property
    def cell(self) -> float:
        """Seconds of a cell."""
        return float(self.edges[1])


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """The factor's path.

    Attributes:
        climate: the volatility around it.
        returns: (steps,) float32 log returns, jumps included.
        jumped: (steps,) bool, True where a jump falls into the step.
    """

    climate: Climate
    returns: NDArray[np.float32]
    jumped: NDArray[np.bool_]


def draw_factor(setup: SyntheticSetup) -> Factor:
    """The factor of a set-up: script, volatility, jumps, noise, and the bridge that pins them together."""
    legs = draw_script(REGIMES[setup.regime], float(setup.seconds), stream(setup, Stream.SCRIPT))
    jumps = _script_jumps(setup, legs, stream(setup, Stream.FACTOR_JUMPS))
    climate = _climate(setup, legs, jumps)
    elapsed = running_variance(climate, climate.level + climate.mood)
    returns = _noise(climate, elapsed, stream(setup, Stream.FACTOR_NOISE))
    jumped = np.zeros(setup.steps, dtype=np.bool_)
    at = jumps.steps(setup)
    jumped[at] = True
    np.add.at(returns, at, jumps.sizes.astype(np.float32))
    _pin(climate, elapsed, returns)
    return Factor(climate, returns, jumped)


def running_variance(climate: Climate, log_vol: Floats) -> Floats:
    """(cells + 1,) variance of the log return from the start to each edge. `log_vol`: (cells,) volatility a year."""
    variance = np.exp(2.0 * log_vol)
    variance *= climate.cell / YEAR
    return running_sum(variance)


def running_sum(parts: Floats) -> Floats:
    """(cells + 1,) sum from the start to each edge. `parts`: (cells,)."""
    return np.concatenate(([0.0], np.cumsum(parts)))


def at_vertices(climate: Climate, elapsed: Floats, first: int, count: int) -> Floats:
    """(count + 1,) a running sum at vertices `first` to `first + count`, from `elapsed`, the sum at the edges."""
    moments = np.arange(first, first + count + 1, dtype=np.float64)
    moments *= climate.setup.step_seconds
    low = int(moments[0] / climate.cell)
    high = min(int(moments[-1] / climate.cell) + 2, len(elapsed))
    return np.interp(moments, climate.edges[low:high], elapsed[low:high])


def jump_sizes(rng: np.random.Generator, vols: Floats, horizons: Floats) -> Floats:
    """(k,) sizes above 0 of jumps, from the volatility a year and the horizon in seconds that each is measured by."""
    sizes: Floats = vols * np.sqrt(horizons / YEAR) * (0.4 + rng.exponential(0.6, len(vols)))
    return sizes


def wandering(rng: np.random.Generator, climate_regime: Regime, count: int, cell: float) -> Floats:
    """(count,) log-volatility around its level: a fast and a slow part (two-factor stochastic volatility)."""
    fast = wander(rng, count, cell, FAST_MEMORY)
    fast *= climate_regime.fast
    fast += climate_regime.slow * wander(rng, count, cell, SLOW_MEMORY)
    return fast


def _script_jumps(setup: SyntheticSetup, legs: tuple[Leg, ...], rng: np.random.Generator) -> Jumps:
    """The market-wide jumps: bursts by leg, leaning the leg's way, together at most a part of its move."""
    counts = rng.poisson([leg.first_jumps for leg in legs])
    owners = np.repeat(np.arange(len(legs)), counts)
    starts, lengths = np.array([leg.start for leg in legs]), np.array([leg.seconds for leg in legs])
    first = starts[owners] + lengths[owners] * rng.uniform(size=len(owners))
    excite = np.array([leg.phase.excite for leg in legs])[owners]
    times, _ = bursts(rng, first, excite, min(600.0, setup.seconds / 200), float(setup.seconds))
    at = leg_at(legs, times)
    vols = np.array([leg.vol for leg in legs])[at]
    sizes = jump_sizes(rng, vols, np.minimum(JUMP_HORIZON, lengths[at] / 20))
    lean = np.array([leg.phase.lean for leg in legs])[at]
    ways = np.array([-1.0 if leg.move < 0 else 1.0 for leg in legs])[at]
    sizes *= np.where(rng.uniform(size=len(at)) < lean, ways, -ways)
    for index, leg in enumerate(legs):
        _bound(sizes, at == index, leg.move)
    return Jumps(times, sizes)


def _bound(sizes: Floats, inside: NDArray[np.bool_], move: float) -> None:
    """Scale the jumps of a leg with a move so that together they are at most their share of it."""
    total = abs(float(sizes[inside].sum()))
    if move != 0.0 and total > LARGEST_JUMP_SHARE * abs(move):
        sizes[inside] *= LARGEST_JUMP_SHARE * abs(move) / total


def _climate(setup: SyntheticSetup, legs: tuple[Leg, ...], jumps: Jumps) -> Climate:
    """The volatility of the whole market on its grid."""
    regime = REGIMES[setup.regime]
    cells = min(max(ceil(setup.seconds / CELL_SECONDS), min(setup.seconds, FEWEST_CELLS)), MOST_CELLS)
    cell = setup.seconds / cells
    edges = np.arange(cells + 1, dtype=np.float64) * cell
    edges[-1] = setup.seconds
    middles = edges[:-1] + cell / 2
    leg = leg_at(legs, middles)
    level = np.log(np.array([leg.vol for leg in legs]))[leg]
    level = _smoothed(level, max(1, cells // 60))
    level += _season(setup.start_ms / 1000 + middles)
    mood = wandering(stream(setup, Stream.FACTOR_VOLATILITY), regime, cells, cell)
    mood -= regime.fast**2 + regime.slow**2  # so that the mean of the variance is the level's
    mood += _wakened(jumps, cells, cell)
    # Where the script had to raise the volatility for a fast move, wandering on top would drown the move.
    mood *= np.array([sqrt(leg.phase.vol / leg.vol) for leg in legs])[leg]
    return Climate(setup, regime, legs, edges, leg, level, mood)


def _wakened(jumps: Jumps, cells: int, cell: float) -> Floats:
    """(cells,) what jumps add to log-volatility: the after-shocks of each die away."""
    kicks = np.zeros(cells)
    np.add.at(kicks, np.minimum((jumps.times / cell).astype(np.int64), cells - 1), WAKE)
    memory = min(WAKE_MEMORY, cells * cell / 40)
    return np.minimum(decayed(kicks, max(exp(-cell / memory), 1e-12)), LARGEST_WAKE)


def _smoothed(values: Floats, width: int) -> Floats:
    """A running mean over `width` cells that keeps the ends: volatility does not change from one second to the next."""
    padded = np.concatenate((np.full(width // 2, values[0]), values, np.full(width - width // 2, values[-1])))
    sums = np.concatenate(([0.0], np.cumsum(padded)))
    return ((sums[width:] - sums[:-width]) / width)[: len(values)]


def _season(seconds: Floats) -> Floats:
    """(n,) log-volatility by hour and weekday (UTC): highest when New York opens, low in its night and at weekends.

    `seconds`: (n,) since 1970 UTC. Variance averages one over a week, about.
    """
    hour = seconds / 3600.0 % 24.0
    day = (seconds // 86_400 + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    angle = (hour - 15.0) * (np.pi / 12.0)
    season: Floats = 0.18 * np.cos(angle) + 0.08 * np.cos(2 * angle) - 0.02
    season[day >= 5] -= 0.2
    return season


def _noise(climate: Climate, elapsed: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """(steps,) the factor's normal inverse Gaussian noise, before jumps and bridge."""
    steps = climate.setup.steps
    returns = np.empty(steps, dtype=np.float32)
    for first in range(0, steps, BLOCK):
        count = min(BLOCK, steps - first)
        spread = np.diff(at_vertices(climate, elapsed, first, count))
        spread *= uneven_clock(rng, count, climate.setup.step_seconds)
        np.sqrt(spread, out=spread)
        spread *= rng.standard_normal(count)
        returns[first : first + count] = spread
    return returns


def _pin(climate: Climate, elapsed: Floats, returns: NDArray[np.float32]) -> None:
    """Add the drift that takes the factor through every level of the script (in place).

    A Brownian bridge in variance time: what is missing at a leg's end is spread over the leg in proportion to the
    variance, so that quiet minutes stay quiet and the fall happens when the market is wild.
    """
    setup = climate.setup
    turns = {round(leg.end / setup.step_seconds): leg.level for leg in climate.legs if leg.level is not None}
    start, level = 0, 0.0
    for end, target in sorted(turns.items()):
        if end <= start:
            continue  # shorter than a step: the next leg takes its move along
        missing = target - level - float(returns[start:end].sum(dtype=np.float64))
        _spread(climate, elapsed, returns, start, end, missing)
        start, level = end, target


def _spread(
    climate: Climate, elapsed: Floats, returns: NDArray[np.float32], start: int, end: int, missing: float
) -> None:
    """Add `missing` to the returns of steps `start` to `end`, in proportion to their variance (in place)."""
    whole = at_vertices(climate, elapsed, start, 0)[0], at_vertices(climate, elapsed, end, 0)[0]
    scale = missing / max(whole[1] - whole[0], 1e-300)
    for first in range(start, end, BLOCK):
        count = min(BLOCK, end - first)
        drift = np.diff(at_vertices(climate, elapsed, first, count))
        drift *= scale
        returns[first : first + count] += drift.astype(np.float32)


def own_scale(climate: Climate) -> Floats:
    """(cells,) damping of own noise in each cell: correlations rise when everything is sold."""
    damping = np.array([leg.phase.own for leg in climate.legs])
    return damping[climate.leg]
