"""One file a venue. A new venue is a file here with a `rulebook(overrides)` function, named in `VENUES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.rulebooks import binance, hyperliquid
from engine.rulebooks.base import Rulebook, SetupError

VENUES: Mapping[str, Callable[[tuple[tuple[str, ...], ...]], Rulebook]] = MappingProxyType(
    {"hyperliquid": hyperliquid.rulebook, "binance": binance.rulebook}
)


def rulebook_of(venue: str, overrides: tuple[tuple[str, ...], ...] = ()) -> Rulebook:
    """The rulebook of a venue, with parameters changed by `overrides`.

    Raises:
        SetupError: when there is no such venue, or a parameter can't be set.
    """
    if venue not in VENUES:
        raise SetupError(f"there is no venue “{venue}”", ", ".join(VENUES))
    return VENUES[venue](overrides)
