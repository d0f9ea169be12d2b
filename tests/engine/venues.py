"""The venues that tests go through, each in the margin modes that it has."""

from __future__ import annotations

from engine.account import Mode
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Overrides


def modes_of(venue: str) -> tuple[Mode, ...]:
    """The margin modes of a venue, its default first."""
    return rulebook_of(venue).modes


def default_mode(venue: str) -> Mode:
    """Isolated where the venue has it: what a set-up without a mode means."""
    return "isolated" if "isolated" in modes_of(venue) else modes_of(venue)[0]


def every_account() -> list[tuple[str, Mode, Overrides]]:
    """Every venue in each of its modes, and each of its other kinds of account in its default mode."""
    found: list[tuple[str, Mode, Overrides]] = []
    for venue in VENUES:
        found += [(venue, mode, ()) for mode in modes_of(venue)]
        found += [(venue, modes_of(venue)[0], overrides) for overrides in rulebook_of(venue).variants.values()]
    return found
