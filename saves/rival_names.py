"""Names of rivals, made by Faker from a seed. They are made once and stored: another version of Faker makes others."""

from __future__ import annotations

from collections.abc import Sequence


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


def cast_of(seed: int, strategies: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Names and strategies, as `engine.rivals.Rivals` takes them and as they are to be stored."""
    return tuple(zip(rival_names(seed, len(strategies)), strategies, strict=True))
