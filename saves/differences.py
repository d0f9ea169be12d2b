"""What differs between what was recorded and what came of it when it was played again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from itertools import zip_longest

from engine.events import Event, iso
from engine.state.snapshots import digest
from saves.errors import printable
from saves.records import event_text

LONGEST_VALUE = 80
"""Letters of a value that a difference shows."""


class Differs(Exception):
    """Ends the comparison at the first difference."""

    def __init__(self, what: str, recorded: object = "", replayed: object = "") -> None:
        self.what, self.recorded, self.replayed = what, recorded, replayed
        super().__init__(what)


def event_differs(row: Sequence[object], event: Event, number: int, command: int | None) -> Differs | None:
    """What differs between an event as it was recorded and as it came; None where nothing does.

    Args:
        row: number, kind, step, time, command and figures, as they are in the library.
        event: as it came.
        number, command: of the event, and of the command that did it.
    """
    figures = event_text(event)
    found = (number, event.kind, event.step, iso(event.time), command, figures)
    if tuple(row) == found:
        return None
    what = f"event {number}, a {event.kind}"
    for name, stored, replayed in zip(("number", "kind", "step", "time", "command"), row, found, strict=False):
        if stored != replayed:
            return Differs(f"{what}: {name}", stored, replayed)
    told, tells = _loaded(row[5]), _as_told_then(event, _loaded(figures), _loaded(row[5]))
    difference = _first_difference(told, tells)
    return None if difference is None else Differs(f"{what}: {difference[0] or 'figures'}", *difference[1:])


def _as_told_then(event: Event, figures: object, told: object) -> object:
    """The figures without those that came with a later isocross, where the record has none of them."""
    if not isinstance(figures, dict) or not isinstance(told, dict):
        return figures
    later = {each.name for each in fields(event) if each.metadata.get("later")}
    return {name: value for name, value in figures.items() if name in told or name not in later}


def states_differ(where: str, stored: bytes, state: bytes, hash_: str) -> Differs:
    """What differs between a state as it was recorded and as it came."""
    difference = _first_difference(_loaded(stored), _loaded(state))
    if difference is None:
        return Differs(f"{where}: hash", hash_, digest(state))
    return Differs(f"{where}: {difference[0] or 'state'}", *difference[1:])


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
    return None if stored == replayed and type(stored) is type(replayed) else (path, stored, replayed)


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
