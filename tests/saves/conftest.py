"""A library of its own for each test, and a clock that only moves when told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from saves import Library


class Clock:
    """Ms UTC, standing still."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(isocross_home: Path, clock: Clock) -> Iterator[Library]:
    with Library.open(isocross_home, clock) as library:
        yield library
