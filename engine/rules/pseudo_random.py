"""Picks that look random and are the same every time: by a hash of what they are about, without any state."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeVar

Choice = TypeVar("Choice")


def from_pseudo_random(choices: list[Choice], seed: str) -> list[Choice]:
    """The same choices in their order, from a pseudo-random one on and around."""
    if not choices:
        return []
    offset = int.from_bytes(sha256(seed.encode()).digest()[:8], "big") % len(choices)
    return choices[offset:] + choices[:offset]
