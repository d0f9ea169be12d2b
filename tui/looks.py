"""What panels ask and are told about commands that have not been given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.views import Preview


@dataclass(frozen=True, slots=True)
class Looked:
    """What a command would do: one preview a mode, or the problem that keeps it from being one.

    `waits` says when an order that trades nothing yet would trade, and what it would take then.
    """

    previews: tuple[Preview, ...] = ()
    problem: str | None = None
    waits: str | None = None

    def of_mode(self, mode: str) -> Preview | None:
        """The preview in that margin mode, or in the only one there is."""
        return next((each for each in self.previews if each.mode in (mode, None)), None)


Look = Callable[[str], Looked]
"""Answers what a command text would do, and changes nothing."""
