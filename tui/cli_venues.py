"""The venues' cards as text."""

from __future__ import annotations

from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Card
from tui.cli_options import UsageError


def venue_lines(name: str | None) -> list[str]:
    """Every venue in a line, or one in full.

    Raises:
        UsageError: when there is no venue of that name.
    """
    if name is None:
        cards = [rulebook_of(venue).card for venue in VENUES]
        width = max(len(card.name) for card in cards)
        return [f"{card.name:<{width}}  {card.title}" for card in cards]
    if name.lower() not in VENUES:
        raise UsageError(f"there is no venue “{name}”", ", ".join(f"isocross venues {venue}" for venue in VENUES))
    return _card_lines(rulebook_of(name.lower()).card)


def _card_lines(card: Card) -> list[str]:
    parts = (
        ("Modes", card.modes),
        ("Margin", card.margin),
        ("Costs", card.costs),
        ("Liquidation", card.liquidation),
        ("Below zero", card.below_zero),
        ("Unsure", card.unsure),
        ("Sources", card.sources),
    )
    lines = [f"{card.name}: {card.title}", f"rules as of {card.dated}"]
    for title, sentences in parts:
        lines += ["", title, *(f"  - {sentence}" for sentence in sentences)]
    return lines
