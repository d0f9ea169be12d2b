"""What a liquidation cost, from its events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.events import (
    ClearanceCharged,
    Deleveraged,
    Event,
    Filled,
    LiquidationStarted,
    MarginRestored,
    OrderCancelled,
    ShortfallPaid,
    TakenOver,
)
from engine.numbers import ZERO, exactly


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a liquidation cost, from its events.

    Attributes:
        lost: the collateral before it, less what is left of it: with the loss of the positions that it closed.
        fees, clearance: of which trading fees, and clearance fees.
        traded: what was closed on the book, base units.
        taken_by: the fund that took the rest over, if one did.
        deleveraged: how many others were closed to pay; `unpaid` what nobody could.
        restored: whether the rest of the pool stands.
    """

    lost: Decimal
    fees: Decimal
    clearance: Decimal
    traded: Decimal
    taken_by: str | None
    deleveraged: int
    unpaid: Decimal
    restored: bool


@exactly
def aftermath(events: Sequence[Event], pool: str) -> Aftermath | None:
    """What the last liquidation of that pool among `events` came to; None where there is none."""
    starts = [place for place, event in enumerate(events) if isinstance(event, LiquidationStarted)]
    place = next((place for place in reversed(starts) if events[place].figures()["pool"] == pool), None)
    if place is None:
        return None
    start, steps = events[place], list(_steps(events[place + 1 :]))
    assert isinstance(start, LiquidationStarted)
    fills = [event for event in steps if isinstance(event, Filled)]
    taken = [event for event in steps if isinstance(event, TakenOver)]
    restored = [event for event in steps if isinstance(event, MarginRestored)]
    fees = sum((fill.fee for fill in fills), ZERO)
    clearance = sum((event.amount for event in steps if isinstance(event, ClearanceCharged)), ZERO)
    before = start.equity if start.balance is None else start.balance
    left = max(ZERO, before + sum((fill.realised for fill in fills), ZERO) - fees - clearance)
    if restored:
        left = restored[0].equity
    return Aftermath(
        lost=before if taken else before - left,
        fees=fees,
        clearance=clearance,
        traded=sum((fill.size for fill in fills), ZERO),
        taken_by=taken[0].fund if taken else None,
        deleveraged=sum(isinstance(event, Deleveraged) for event in steps),
        unpaid=sum((event.unpaid for event in steps if isinstance(event, ShortfallPaid)), ZERO),
        restored=bool(restored),
    )


def _steps(events: Sequence[Event]) -> Iterator[Event]:
    """A liquidation's own events: they follow its start without a break."""
    for event in events:
        of_it = isinstance(event, _STEPS) or (isinstance(event, Filled) and event.reason == "liquidation")
        if not of_it:
            return
        yield event


_STEPS = (ClearanceCharged, Deleveraged, MarginRestored, OrderCancelled, ShortfallPaid, TakenOver)
