"""What sessions are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from saves.errors import SaveError, quoted

LONGEST_NAME = 80

PLACES = (
    *("Bay", "Beacon", "Brook", "Canyon", "Cape", "Cliff", "Cove", "Creek", "Delta", "Dune", "Falls", "Fjord"),
    *("Forest", "Geyser", "Glacier", "Glen", "Gorge", "Grove", "Harbour", "Heath", "Hollow", "Island", "Lagoon"),
    *("Lake", "Marsh", "Meadow", "Mesa", "Moor", "Oasis", "Orchard", "Pass", "Peak", "Plain", "Reef", "Ridge"),
    *("River", "Shoal", "Spring", "Steppe", "Summit", "Tarn", "Vale", "Valley", "Volcano", "Wharf", "Wood"),
)


def checked_name(text: str) -> str:
    """The name that `text` spells: outer and double spaces go.

    Raises:
        SaveError: when it is empty, longer than 80 characters, or holds a control or bidirectional character.
    """
    name = unicodedata.normalize("NFC", text).strip(" ")
    if not name.isprintable():
        raise SaveError("a name holds only characters that can be seen", f"call it {quoted(cleaned_name(text))}")
    name = " ".join(name.split())
    if not name:
        raise SaveError("a name needs at least one character", "call it “First try”")
    if len(name) > LONGEST_NAME:
        short = quoted(name[:LONGEST_NAME].strip())
        raise SaveError(f"a name has at most {LONGEST_NAME} characters", f"call it {short}")
    return name


def cleaned_name(text: str) -> str:
    """What can be kept of a name that somebody else gave; “Unnamed” where nothing can."""
    kept = "".join(each if each.isprintable() else " " for each in unicodedata.normalize("NFC", text[:1000]))
    return " ".join(kept.split())[:LONGEST_NAME].strip() or "Unnamed"


def invented_name(seed: str, taken: Callable[[str], bool]) -> str:
    """Two words such as “Amber Fjord”, the same for the same `seed` (hexadecimal), that are not taken yet."""
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(int(seed, 16))
    for _ in range(50):
        colour = str(faker.color_name())
        name = f"{colour} {faker.random_element(PLACES)}"
        if colour[1:].islower() and not taken(name):
            return name
    return free_name(name, taken)


def free_name(name: str, taken: Callable[[str], bool]) -> str:
    """`name`, or `name 2`, `name 3` … where it is taken."""
    number, free = 1, name
    while taken(free):
        number += 1
        tail = f" {number}"
        free = name[: LONGEST_NAME - len(tail)] + tail
    return free
