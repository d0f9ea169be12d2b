"""What panels ask and are told about commands that have not been given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.looking.risk import Risk
from engine.looking.views import Preview


@dataclass(frozen=True, slots=True)
class Looked:
    """What a command would do: one preview a mode, or the problem that keeps it from being one.

    `waits` says when an order that trades nothing yet would trade, and what it would take then; `risk` what its stop
    would cost and its target win, in the mode it would trade in; `asks` whether it is sent only with a second Enter;
    `told` what would happen at once, a sentence each.
    """

    previews: tuple[Preview, ...] = ()
    problem: str | None = None
    waits: str | None = None
    risk: Risk | None = None
    asks: bool = True
    told: tuple[str, ...] = ()

    def of_mode(self, mode: str) -> Preview | None:
        """The preview in that margin mode, or in the only one there is."""
        return next((each for each in self.previews if each.mode in (mode, None)), None)


Look = Callable[[str], Looked]
"""Answers what a command text would do, and changes nothing."""

SizeAtRisk = Callable[[str, Decimal], Decimal | str]
"""Answers how much an order text may trade for its stop to cost a share of equity (a fraction), or why it can't."""
