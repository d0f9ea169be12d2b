"""Synthetic prices: correlated BTC, ETH, SOL and a memecoin from a seed, in regimes from calm to crash.

The model in one paragraph. One factor moves the whole market; each market follows it with its own beta and adds
noise of its own. Volatility wanders at two speeds, breathes with the hour of the day and wakes after jumps. Inside
that, the market's clock runs unevenly (a normal inverse Gaussian process), which makes the tails fat, and jumps come
in bursts (a Hawkes process). A regime is a script: phases whose timing and depth come from the seed, to which the
factor is pinned as a bridge, so that no two crashes look the same and each of them is a crash. Everything is defined in
real time, so that a tape of one-second steps and one of hourly steps follow the same law. `docs` of the parts:
`regimes` (the scripts), `script` (how they are drawn), `noise` (the random parts), `factor`, `paths`, `premium`.
"""

from __future__ import annotations

from engine.tapes.synthetic.make import synthetic_tape
from engine.tapes.synthetic.profiles import PROFILES, Profile
from engine.tapes.synthetic.regimes import REGIMES, Regime
from engine.tapes.synthetic.setup import SyntheticError, SyntheticSetup, check

MARKETS: tuple[str, ...] = tuple(PROFILES)
"""The symbols that a synthetic tape may have."""

__all__ = [
    "MARKETS",
    "PROFILES",
    "REGIMES",
    "Profile",
    "Regime",
    "SyntheticError",
    "SyntheticSetup",
    "check",
    "synthetic_tape",
]
