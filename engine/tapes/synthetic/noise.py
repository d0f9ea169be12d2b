"""The random parts: streams, recursions, and noise that is the same law at every step length."""

from __future__ import annotations

from enum import IntEnum
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from engine.tapes.synthetic.regimes import REGIMES
from engine.tapes.synthetic.setup import SyntheticSetup

Floats = NDArray[np.float64]

YEAR = 365.25 * 86_400
"""Seconds in a year: crypto trades on every day of it."""

CLOCK_SECONDS = 4.0
"""How uneven the market's clock is: variance of the time that passes on it, per second, in seconds."""


class Stream(IntEnum):
    """What a random stream is for. Numbers are part of every tape's identity: never change one."""

    SCRIPT = 1
    FACTOR_VOLATILITY = 2
    FACTOR_JUMPS = 3
    FACTOR_NOISE = 4
    START = 5
    VOLATILITY = 6
    JUMPS = 7
    NOISE = 8
    PREMIUM = 9
    CROWD = 10


def stream(setup: SyntheticSetup, use: Stream, market: int = 0) -> np.random.Generator:
    """The random stream of one use, for one market (by its key; 0 for the factor): independent of all others.

    Each regime has streams of its own: who has played seed 7 calm does not know it in a crash.
    """
    key = (REGIMES[setup.regime].key, int(use), market)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(setup.seed, spawn_key=key)))


def decayed(shocks: Floats, keep: float) -> Floats:
    """y[i] = keep · y[i-1] + shocks[i], with y[-1] = 0.

    Computed by blocks: inside a block the recursion is a running sum of shocks divided by powers of `keep`, and only
    the carry from block to block is a Python loop.

    Args:
        shocks: (n,) what comes in.
        keep: what is left after one step, 0 < keep < 1.
    """
    count = len(shocks)
    length = max(1, min(4096, count, int(8.0 / max(-log(keep), 1e-12))))  # powers of keep stay above exp(-8)
    blocks = -(-count // length)
    padded = np.zeros(blocks * length)
    padded[:count] = shocks
    inside = padded.reshape(blocks, length)
    powers = keep ** np.arange(length, dtype=np.float64)
    inside /= powers
    np.cumsum(inside, axis=1, out=inside)
    inside *= powers
    inside += np.outer(_carries(inside[:, -1], keep**length), powers * keep)
    return padded[:count]


def _carries(ends: Floats, keep: float) -> Floats:
    """What each block takes over from those before it: carry[k+1] = keep · carry[k] + ends[k]."""
    carry = 0.0
    carries = []
    for end in ends.tolist():
        carries.append(carry)
        carry = keep * carry + end
    return np.array(carries)


def wander(rng: np.random.Generator, count: int, step: float, memory: float) -> Floats:
    """A stationary Ornstein-Uhlenbeck path of variance one, exact at every step length.

    Args:
        count: points.
        step: seconds between them.
        memory: seconds after which a correlation of 1/e is left.
    """
    keep = exp(-step / memory)
    shocks = rng.standard_normal(count)
    shocks[1:] *= sqrt(1.0 - keep * keep)
    return decayed(shocks, max(keep, 1e-12))


def uneven_clock(rng: np.random.Generator, count: int, step: float) -> Floats:
    """Time that passes on the market's own clock in each step, as a multiple of the step: mean 1, always above 0.

    Inverse Gaussian increments. A normal return over such a clock is normal inverse Gaussian (Barndorff-Nielsen, 1997),
    whose tails are fat at one second and normal over hours, by the same law at any step length: the excess kurtosis is
    3 · CLOCK_SECONDS / step. That trading runs on a clock of its own, which volume shows, is Clark (1973).
    """
    return rng.wald(1.0, step / CLOCK_SECONDS, count)


def bursts(
    rng: np.random.Generator, first: Floats, excite: Floats, delay: float, end: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Jump times of a Hawkes process from its first causes (cluster form: Hawkes and Oakes, 1974).

    Args:
        first: (k,) times of the jumps that nothing set off, in seconds.
        excite: (k,) jumps that each jump of the cluster sets off on average, below 1.
        delay: mean seconds from a jump to one that it sets off.
        end: jumps after this time are left out.

    Returns:
        The times of all jumps, rising, and for each the index of its first cause.
    """
    times, causes = first, np.arange(len(first), dtype=np.int64)
    all_times, all_causes = [times], [causes]
    while len(times):
        children = rng.poisson(excite[causes])
        times = np.repeat(times, children)
        causes = np.repeat(causes, children)
        times = times + rng.exponential(delay, len(times))
        inside = times <= end
        times, causes = times[inside], causes[inside]
        all_times.append(times)
        all_causes.append(causes)
    joined, owners = np.concatenate(all_times), np.concatenate(all_causes)
    order = np.argsort(joined, kind="stable")
    return joined[order], owners[order]
