"""Where a session is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Clock = Callable[[], int]
"""Ms UTC."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of the library, the session's id in it, and the clock for the times that are written."""

    home: Path
    session: str
    clock: Clock
