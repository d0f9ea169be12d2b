"""From a set-up to a tape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.tape import Kind, Origin, Tape
from engine.tapes.synthetic.factor import draw_factor
from engine.tapes.synthetic.paths import draw_path
from engine.tapes.synthetic.premium import draw_premium
from engine.tapes.synthetic.profiles import PROFILES
from engine.tapes.synthetic.setup import SyntheticSetup, check

COARSE_STEP = 300
"""From this step on, in seconds, a tape hides enough of a crash to warn of it."""
FACTOR_PART = 0.2
"""Of the whole work, as progress is told."""


def synthetic_tape(setup: SyntheticSetup, progress: Callable[[float], None] | None = None) -> Tape:
    """The tape of a set-up: columns last, premium and volume for every market.

    A market's columns do not depend on which other markets are asked for; `gapped` does: it is True where the whole
    market or any market of the tape jumped.

    Args:
        setup: what to make.
        progress: hears the fraction done, from 0 to 1, rising.

    Raises:
        SyntheticError: when the set-up is refused (`check`).
    """
    check(setup)
    tell = progress or _nobody
    tell(0.0)
    factor = draw_factor(setup)
    tell(FACTOR_PART)
    gapped = np.concatenate(([True], factor.jumped))
    columns: dict[tuple[str, Kind], NDArray[np.generic]] = {}
    share = (1.0 - FACTOR_PART) / len(setup.markets)
    for place, symbol in enumerate(setup.markets):
        base = FACTOR_PART + share * place
        path = draw_path(factor, PROFILES[symbol], lambda done, base=base: tell(base + share * done))  # type: ignore[misc]
        gapped[1:] |= path.jumped
        columns[symbol, "last"] = path.last
        columns[symbol, "premium"] = draw_premium(factor.climate, PROFILES[symbol], path.last)
        columns[symbol, "volume"] = path.volume
    times = np.arange(setup.vertices, dtype=np.int64)
    times *= setup.step_seconds * 1000
    times += setup.start_ms
    markets = tuple(PROFILES[symbol].market for symbol in setup.markets)
    return Tape(markets, times, gapped, columns, None, _origin(setup))


def _origin(setup: SyntheticSetup) -> Origin:
    """What the screen says of the tape."""
    notes: tuple[str, ...] = ()
    if setup.step_seconds >= COARSE_STEP:
        notes = (f"steps of {setup.step_text} hide what happens between them: a crash looks less painful than it is",)
    return Origin("synthetic", setup.description, 0, notes)


def _nobody(done: float) -> None:
    """Progress that nobody listens to."""
