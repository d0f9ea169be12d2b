"""A regime's script, drawn for one seed: the legs that the whole market goes through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from engine.tapes.synthetic.noise import YEAR, Floats
from engine.tapes.synthetic.regimes import Phase, Regime

DAY = 86_400.0
NOISE_SHARE = 0.55
"""A leg's noise over its whole length is at least this part of its move, else a short crash would be a ruler's line."""
AFTERSHOCK = 0.5
"""A leg's noise is at least this part of the one's before it: a market that has just fallen does not fall asleep."""
LARGEST_DRIFT = 1.2
"""Largest log move of a drifting regime (a factor of 3.3), which keeps a year of euphoria in this world."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One straight piece of the script.

    Attributes:
        start, end: seconds from the tape's start.
        move: log change of the factor over the leg; 0 where it is free.
        level: log level of the factor at its end, relative to the tape's start; None where it is free.
        vol: the factor's volatility a year.
        phase: the phase that it belongs to.
        first_jumps: expected jumps in it that nothing set off.
    """

    start: float
    end: float
    move: float
    level: float | None
    vol: float
    phase: Phase
    first_jumps: float

    @property
    def seconds(self) -> float:
        """Length of the leg."""
        return self.end - self.start


def draw_script(regime: Regime, span: float, rng: np.random.Generator) -> tuple[Leg, ...]:
    """The regime's legs over `span` seconds, timing and depth drawn from `rng`."""
    move = _draw_move(regime, span, rng)
    lengths = _phase_lengths(regime, span, rng)
    legs: list[Leg] = []
    start, level = 0.0, 0.0
    for phase, length in zip(regime.phases, lengths, strict=True):
        target = None if phase.level is None else move * rng.uniform(*phase.level)
        legs += _legs_of(phase, start, start + length, level, target, rng)
        start += length
        level = level if target is None else target
    return tuple(_with_aftershocks(legs))


def _with_aftershocks(legs: list[Leg]) -> list[Leg]:
    """The legs, their volatility falling no faster than it does after a shock."""
    held: list[Leg] = []
    for leg in legs:
        floor = 0.0
        if held:  # a short shock wears off within a long leg
            floor = AFTERSHOCK * held[-1].vol * sqrt(min(1.0, held[-1].seconds / max(leg.seconds, 1e-9)))
        held.append(replace(leg, vol=max(leg.vol, floor)))
    return held


def _draw_move(regime: Regime, span: float, rng: np.random.Generator) -> float:
    """The size of the regime's move as a log return, 0 for a regime without one; the levels carry the sign."""
    if regime.percent is not None:
        smallest, largest = sorted(abs(log1p(edge)) for edge in regime.percent)
        # A few hours are too short for the deepest falls on record, so that short tapes stay in the upper part.
        reach = min(1.0, max(0.3, (span / DAY) ** 0.25))
        return float(smallest + (largest - smallest) * reach * rng.uniform())
    if regime.deviations is not None:
        chance = regime.phases[0].vol * sqrt(span / YEAR)
        return float(min(rng.uniform(*regime.deviations) * chance, LARGEST_DRIFT))
    return 0.0


def _phase_lengths(regime: Regime, span: float, rng: np.random.Generator) -> list[float]:
    """Seconds of each phase; where a phase's limit cuts it short, the unlimited ones take the rest."""
    shares = np.array([rng.uniform(*phase.share) for phase in regime.phases])
    lengths = shares / shares.sum() * span
    limits = np.array([np.inf if phase.longest is None else phase.longest * DAY for phase in regime.phases])
    # A limit is drawn too: on a long tape every cascade would otherwise last the same.
    limits *= rng.uniform(0.5, 1.0, len(limits))
    cut = np.minimum(lengths, limits)
    free = np.isinf(limits)
    cut[free] *= 1.0 + (span - cut.sum()) / cut[free].sum()
    return [float(length) for length in cut]


def _legs_of(
    phase: Phase, start: float, end: float, level: float, target: float | None, rng: np.random.Generator
) -> list[Leg]:
    """A phase as legs: forward, a part back, forward again, ending at `target` at time `end`."""
    if target is None:
        return [_leg(phase, start, end, level, None)]
    progress, weights = _zigzag(int(rng.integers(phase.legs[0], phase.legs[1] + 1)), rng)
    times = start + (end - start) * np.concatenate(([0.0], np.cumsum(weights) / weights.sum()))
    times[-1] = end
    levels = level + (target - level) * progress
    return [
        _leg(phase, float(times[i]), float(times[i + 1]), float(levels[i]), float(levels[i + 1]))
        for i in range(len(weights))
    ]


def _zigzag(legs: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Where the turns lie from 0 to 1, and the relative time of each piece."""
    turns, weights = [0.0], []
    for leg in range(1, legs + 1):
        goal = 1.0 if leg == legs else (leg + rng.uniform(-0.25, 0.25)) / legs
        weights.append(rng.uniform(0.6, 1.6))
        if leg < legs:
            back = rng.uniform(0.2, 0.5) * (goal - turns[-1])
            turns += [goal, goal - back]
            weights.append(rng.uniform(0.3, 0.8))
        else:
            turns.append(goal)
    return np.array(turns), np.array(weights)


def _leg(phase: Phase, start: float, end: float, level: float, target: float | None) -> Leg:
    """One leg, its volatility raised where the phase's own could not carry so fast a move."""
    length = max(end - start, 1e-9)
    move = 0.0 if target is None else target - level
    vol = max(phase.vol, NOISE_SHARE * abs(move) / sqrt(length / YEAR))
    share = phase.least_jumps / max(1, phase.legs[1])
    return Leg(start, end, move, target, vol, phase, max(phase.jumps * length / DAY, share))


def leg_at(legs: tuple[Leg, ...], seconds: Floats) -> NDArray[np.intp]:
    """Index of the leg that each moment lies in. `seconds`: (n,) from the tape's start."""
    ends = np.array([leg.end for leg in legs[:-1]])
    return np.searchsorted(ends, seconds, side="right")
