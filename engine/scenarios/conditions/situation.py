"""What a condition is judged by: the account as it is now, and all that happened to it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.events import Event
from engine.looking.views import View


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was refused: the market that it was about, if one, and why."""

    symbol: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Situation:
    """An account at a vertex.

    Attributes:
        view: as it is now.
        events: what happened so far, in order; payments of funding may be left out, for no figure is read off them.
        refusals: commands that were refused so far.
        margin_used: the most margin that was put behind positions at any time so far, quote units.
        ghost: the same commands in the other kind of account, as that is now; None where none is looked at.
    """

    view: View
    events: Sequence[Event] = ()
    refusals: Sequence[Refused] = ()
    margin_used: Decimal = Decimal(0)
    ghost: View | None = None
