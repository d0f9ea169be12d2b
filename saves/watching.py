"""Who follows a session while a recorder lets time pass: a scenario, which judges it on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.events import Event


class Watch(Protocol):
    """Told wherever something happens, and at the vertices that it names."""

    def next_look(self, until: int) -> int:
        """The vertex on the way to `until` at which to be told next, even if nothing happens before."""

    def saw(self, events: Sequence[Event]) -> bool:
        """The session has come so far, and this happened since the last time; whether to stop here."""
