"""What events come to in a few sentences: the trades first, and a count of what there is no room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.events import Event, Filled, OrderCancelled
from engine.sentences import sentence

MOST_TOLD = 3
"""Sentences that are told of one command."""


def told(events: Iterable[Event], cancels: str = "cancels") -> list[str]:
    """The sentences, at most so many and one about all orders that went; `cancels` is the word for that."""
    events = list(events)
    gone = [event.order for event in events if isinstance(event, OrderCancelled)]
    others = [event for event in events if not isinstance(event, OrderCancelled)]
    others.sort(key=lambda event: not isinstance(event, Filled))
    more = [f"and {len(others) - MOST_TOLD} more"] if len(others) > MOST_TOLD else []
    more += [f"{cancels} {_listed(gone)}"] if gone else []
    return [*(sentence(event) for event in others[:MOST_TOLD]), *more]


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= MOST_TOLD else f"{', '.join(ids[:MOST_TOLD])} and {len(ids) - MOST_TOLD} more"
