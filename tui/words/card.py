"""A venue's card in words: its parts, and its lines in a given width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from engine.rulebooks.base import Rulebook

BULLET = "· "
UNSURE = "Unsure, or chosen here"


def parts_of(rulebook: Rulebook, modified: Sequence[str] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parts of a venue's card, each with its title.

    Args:
        rulebook: the venue's.
        modified: what a session has changed in it, in words.
    """
    card = rulebook.card
    if modified:
        yield "Modified in this session", tuple(modified)
    yield "Modes", (*card.modes, *_variants(rulebook))
    yield "Margin", card.margin
    yield "Costs", card.costs
    yield "Liquidation", card.liquidation
    yield "Below zero", card.below_zero
    yield "Its own gauge", (card.gauge,)
    yield "What can be set", tuple(f"set {each}" for each in card.example)
    yield UNSURE, card.unsure
    yield "Sources", (*card.sources, f"facts as of {card.dated}")


def _variants(rulebook: Rulebook) -> Iterator[str]:
    for name, overrides in rulebook.variants.items():
        words = " ; ".join(f"set {' '.join(each)}" for each in overrides)
        yield f"{name}, as an account of its own: {words}"


def lines_of(title: str, sentences: Sequence[str], width: int) -> list[str]:
    """One part in lines of at most `width` letters, its title first."""
    return [title, *(line for sentence in sentences for line in _sentence(sentence, width))]


def _sentence(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=BULLET, subsequent_indent="  ", break_on_hyphens=False)
