"""One file a venue. A new venue is a file here with a `rulebook(overrides)` function: nothing else has to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from engine.rulebooks.base import Overrides, Rulebook, SetupError

NO_VENUES = frozenset(("base", "data"))
"""What lies in this folder beside the venues: what a rulebook must say, and their tables."""

FIRST = ("hyperliquid", "binance")
"""Venues that lists begin with; the others follow by name."""


def _load(venue: str, overrides: Overrides) -> Rulebook:
    """The rulebook in the file of that name, read when it is first asked for."""
    rulebook: Rulebook = import_module(f"{__name__}.{venue}").rulebook(overrides)
    return rulebook


def _found() -> list[str]:
    names = sorted({module.name for module in iter_modules(__path__)} - NO_VENUES - set(FIRST))
    return [*FIRST, *names]


VENUES: Mapping[str, Callable[[Overrides], Rulebook]] = MappingProxyType(
    {venue: partial(_load, venue) for venue in _found()}
)
"""Every venue, by name."""


def rulebook_of(venue: str, overrides: Overrides = ()) -> Rulebook:
    """The rulebook of a venue, with parameters changed by `overrides`.

    Raises:
        SetupError: when there is no such venue, or a parameter can't be set.
    """
    if venue not in VENUES:
        raise SetupError(f"there is no venue “{venue}”", ", ".join(VENUES))
    return VENUES[venue](overrides)
