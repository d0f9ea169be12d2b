"""Which events stop a running tape, as the player chooses, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.events import Event, Filled, HandedOver, MarginCalled
from engine.numbers import ZERO, divide
from engine.session import ANY_EVENT

ALWAYS = frozenset({"wiped_out", "end"})
"""Kinds of events that stop time whatever was chosen: after them the player has to decide something."""

CHOSEN = frozenset({"call", "liquidation"})
"""The choice of somebody who has made none."""

CHOICES: tuple[frozenset[str], ...] = (
    frozenset({"call", "fill", "liquidation"}),
    CHOSEN,
    frozenset({"liquidation"}),
    frozenset(),
)
"""What one key goes through, from the most pauses to none."""

_NAMES = {"call": "margin calls", "fill": "fills of waiting orders", "liquidation": "liquidations"}
_SEVERITY = {
    "fill": 1,
    "handover": 2,
    "takeover": 2,
    "socialised": 2,
    "call": 2,
    "liquidation": 3,
    "wiped_out": 4,
    "end": 5,
}


def next_choice(pausing: frozenset[str]) -> frozenset[str]:
    """The choice after this one; after one that is none of them, the first."""
    place = CHOICES.index(pausing) + 1 if pausing in CHOICES else 0
    return CHOICES[place % len(CHOICES)]


def described(pausing: frozenset[str]) -> str:
    """What stops the tape, in a sentence."""
    names = [name for kind, name in _NAMES.items() if kind in pausing]
    if not names:
        return "The tape goes on through everything; only a wipe-out or the end stops it."
    return f"The tape pauses on {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}."


def gravest(events: Iterable[Event], stop_on: frozenset[str]) -> Event | None:
    """The event that stops time; of several the gravest, of calls the one nearest to liquidation, and of other equals
    the first.

    The trades of a liquidation are the liquidation's: as fills they stop nobody who goes on through liquidations.
    """
    stopping = [event for event in events if ANY_EVENT in stop_on or _stops(event, stop_on)]
    return max(stopping, key=lambda event: (_SEVERITY.get(event.kind, 0), _used(event)), default=None)


def _used(event: Event) -> Decimal:
    """The gauge of the pool that a call is about."""
    if not isinstance(event, MarginCalled):
        return ZERO
    return divide(event.requirement, event.equity) if event.equity > 0 else Decimal("Infinity")


def _stops(event: Event, stop_on: frozenset[str]) -> bool:
    liquidated = isinstance(event, HandedOver) or (isinstance(event, Filled) and event.reason == "liquidation")
    return ("liquidation" if liquidated else event.kind) in stop_on
