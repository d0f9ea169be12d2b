"""What differs between what was recorded and what came of it when it was played again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import zip_longest

from engine.state.snapshots import digest
from saves.errors import printable

LONGEST_VALUE = 80
"""Letters of a value that a difference shows."""


class Differs(Exception):
    """Ends the comparison at the first difference."""

    def __init__(self, what: str, recorded: object = "", replayed: object = "") -> None:
        self.what, self.recorded, self.replayed = what, recorded, replayed
        super().__init__(what)


def events_differ(number: int, row: Sequence[object], found: Sequence[object]) -> Differs:
    """What differs between an event as it was recorded and as it came."""
    what = f"event {number}, a {found[1]}"
    for name, stored, replayed in zip(("number", "kind", "step", "time", "command"), row, found, strict=False):
        if stored != replayed:
            return Differs(f"{what}: {name}", stored, replayed)
    path, stored, replayed = _first_difference(_loaded(row[5]), _loaded(found[5])) or ("figures", row[5], found[5])
    return Differs(f"{what}: {path}", stored, replayed)


def states_differ(where: str, stored: bytes, state: bytes, hash_: str) -> Differs:
    """What differs between a state as it was recorded and as it came."""
    difference = _first_difference(_loaded(stored), _loaded(state))
    if difference is None:
        return Differs(f"{where}: hash", hash_, digest(state))
    return Differs(f"{where}: {difference[0]}", *difference[1:])


def _first_difference(stored: object, replayed: object, path: str = "") -> tuple[str, object, object] | None:
    """The first place at which two values that came from JSON differ: its path, and what stands there in each."""
    if isinstance(stored, dict) and isinstance(replayed, dict):
        for name in sorted({*stored, *replayed}, key=str):
            inner = f"{path}.{name}" if path else str(name)
            found = _first_difference(stored.get(name, "nothing"), replayed.get(name, "nothing"), inner)
            if found is not None:
                return found
        return None
    if isinstance(stored, list) and isinstance(replayed, list):
        for place, (one, other) in enumerate(zip_longest(stored, replayed, fillvalue="nothing")):
            found = _first_difference(one, other, f"{path}[{_called(replayed, stored, place)}]")
            if found is not None:
                return found
        return None
    return None if stored == replayed and type(stored) is type(replayed) else (path or "state", stored, replayed)


def _called(replayed: Sequence[object], stored: Sequence[object], place: int) -> str:
    """What an entry of a list is called: its own name, key or id where it has one, else its place."""
    entry = replayed[place] if place < len(replayed) else stored[place]
    if isinstance(entry, list) and entry and isinstance(entry[0], str):
        return entry[0]
    if isinstance(entry, dict):
        return next((str(entry[name]) for name in ("name", "key", "id") if name in entry), str(place))
    return str(place)


def _loaded(text: object) -> object:
    try:
        return json.loads(text if isinstance(text, str | bytes) else "")
    except (ValueError, RecursionError):
        return text


def shortened(value: object) -> str:
    """A value as a difference shows it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = printable(text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
