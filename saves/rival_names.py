"""Who the rivals of a session are. Names are made by Faker, once, and stored: another version of Faker makes others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from engine.setup import Setup
from engine.tape import Tape
from saves.rivals import Cast

CAST = ("holder", "hedger", "stop-user", "all-in")
"""What they play where nobody says otherwise."""


def rival_names(seed: int, count: int) -> tuple[str, ...]:
    """`count` different names, the same for the same seed and version of Faker. `count` is 0 to 100.

    Raises:
        ValueError: for another count.
    """
    if not 0 <= count <= 100:
        raise ValueError("between 0 and 100 names")
    from faker import Faker  # here: it takes a quarter of a second, and most sessions have no rivals

    faker = Faker("en_GB")
    faker.seed_instance(seed)
    names = dict.fromkeys(f"{faker.first_name()} {faker.last_name()}" for _ in range(4 * count))
    return tuple(names)[:count]


def cast_of(seed: int, strategies: Sequence[str]) -> Cast:
    """Names and strategies, as they are stored and as `engine.rivals` takes them."""
    return tuple(zip(rival_names(seed, len(strategies)), strategies, strict=True))


def cast_for(setup: Setup, tape: Tape, strategies: Sequence[str] = CAST) -> Cast:
    """The rivals of everybody who plays this tape under these rules: the seed is made of both."""
    text = "\n".join(["isocross rivals", tape.digest, *setup.lines()])
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return cast_of(seed, strategies)
