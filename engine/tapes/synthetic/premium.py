"""The premium of a perpetual over its index: what funding is computed from."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from engine.tapes.synthetic.factor import Climate
from engine.tapes.synthetic.noise import Floats, Stream, decayed, stream, wander
from engine.tapes.synthetic.profiles import Profile
from engine.tapes.synthetic.script import leg_at

PARTS = 1e9
"""Parts of one: the unit of a tape's premium column."""
SAMPLE_SECONDS = 60
"""Premium is sampled about this often and held in between, as venues do."""
CHASE = 0.01
"""Premium for one of recent log return: who chases a move pays for it."""
CHASE_MEMORY = 10_800.0
MOOD_MEMORY = 3_600.0
FLUTTER = 0.00006
FLUTTER_MEMORY = 1_800.0
"""Standard deviation of the premium's own noise at 50 % volatility, and how long it lasts in seconds."""
LARGEST = 0.004
"""Bound of the premium, 0.4 % either way: beyond it arbitrage is too good."""


def draw_premium(climate: Climate, profile: Profile, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
    """(vertices,) premium in parts per billion, from the regime, the market's recent return and noise of its own."""
    setup = climate.setup
    every = max(1, SAMPLE_SECONDS // setup.step_seconds)
    step = float(every * setup.step_seconds)
    logs = np.log(ticks[::every].astype(np.float64))
    moments = np.arange(len(logs), dtype=np.float64) * step
    leg = leg_at(climate.legs, moments)
    premium = _mood(climate, leg, step) * profile.crowding
    premium += CHASE * _recent(logs, step, min(CHASE_MEMORY, setup.seconds / 10))
    vols = np.array([leg.vol for leg in climate.legs])[leg]
    flutter = wander(stream(setup, Stream.PREMIUM, profile.key), len(logs), step, FLUTTER_MEMORY)
    premium += FLUTTER * profile.crowding * np.sqrt(np.minimum(vols, 4.0) / 0.5) * flutter
    bounded = LARGEST * np.tanh(premium / LARGEST)
    parts = np.rint(bounded * PARTS).astype(np.int64)
    return np.repeat(parts, every)[: len(ticks)]


def _mood(climate: Climate, leg: NDArray[np.intp], step: float) -> Floats:
    """(n,) the regime's premium, which follows the script with a delay."""
    targets = np.array([leg.phase.premium for leg in climate.legs])[leg]
    keep = max(exp(-step / min(MOOD_MEMORY, climate.setup.seconds / 40)), 1e-12)
    shocks = targets * (1.0 - keep)
    shocks[0] = targets[0]
    return decayed(shocks, keep)


def _recent(logs: Floats, step: float, memory: float) -> Floats:
    """(n,) log return of about the last `memory` seconds, older ones fading."""
    returns = np.diff(logs, prepend=logs[0])
    return decayed(returns, max(exp(-step / memory), 1e-12))
