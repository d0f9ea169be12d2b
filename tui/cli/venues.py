"""The venues' cards as text."""

from __future__ import annotations

import shutil
import textwrap

from engine.rulebooks import VENUES, rulebook_of
from tui.cli.options import UsageError
from tui.words.card import lines_of, parts_of

NARROWEST, WIDEST = 40, 120
"""Columns that a card is laid out in: longer lines are hard to read."""


def venue_lines(name: str | None) -> list[str]:
    """Every venue in a line, or one in full, in the width of the terminal.

    Raises:
        UsageError: when there is no venue of that name.
    """
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))
    if name is None:
        return _list(width)
    if name.lower() not in VENUES:
        raise UsageError(f"there is no venue “{name}”", f"isocross venues show {_nearest(name)}; there are {_all()}")
    return _card(name.lower(), width)


def _list(width: int) -> list[str]:
    cards = [rulebook_of(venue).card for venue in VENUES]
    names = max(len(card.name) for card in cards) + 2
    return [
        line
        for card in cards
        for line in textwrap.wrap(
            f"{card.name:<{names}}{card.title}", width, subsequent_indent=" " * names, break_on_hyphens=False
        )
    ]


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    return (get_close_matches(name.lower(), VENUES, n=1, cutoff=0.5) or [next(iter(VENUES))])[0]


def _all() -> str:
    return ", ".join(VENUES)


def _card(venue: str, width: int) -> list[str]:
    rulebook = rulebook_of(venue)
    lines = textwrap.wrap(f"{rulebook.card.name}: {rulebook.card.title}", width)
    for title, sentences in parts_of(rulebook):
        lines += ["", *lines_of(title, sentences, width)]
    return lines
