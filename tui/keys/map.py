"""All keys of the game by binding id: where each acts, what it does, and whether another key may have it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from textual.binding import Binding, BindingType
from textual.keys import Keys, key_to_character

from tui.keys.names import bindings_in, key_name, keys_of

SOURCES = ("tui.screens", "tui.dialogs", "tui.widgets")
"""Packages whose classes declare keys, besides the app."""

TITLES = {
    "app": "Everywhere",
    "desk": "Desk",
    "ticket": "Ticket",
    "command": "Command line",
    "chart": "Chart, with the crosshair",
    "ladder": "Depth",
    "watch": "Watch list",
    "pools": "Pools",
    "panel": "Lists on the desk",
    "positions": "Positions",
    "home": "Home",
    "scenarios": "Scenarios",
    "scenario": "A scenario on the desk",
    "scenario_done": "A scenario’s end",
    "replay": "Replay",
    "fork": "Fork",
    "forked": "Forked",
    "compare": "Compare",
    "ghosts": "Ghosts",
    "ghost_kind": "Another ghost",
    "rivals": "Rivals",
    "rival": "A rival",
    "post_mortem": "Post-mortem",
    "report": "Report",
    "rerun": "What would have been",
    "card": "A venue’s card",
    "new": "New session",
    "choice": "Choices of a form",
    "settings": "Settings",
    "keys": "Key map",
    "help": "Help",
    "explain": "Why",
    "confirm": "A question",
    "name": "A name",
    "result": "The end",
    "wiped_out": "Wiped out",
}
"""What the first part of a binding id stands for; others are called as the id says."""

ALONE = frozenset(
    {"desk", "replay", "ticket", "command", "compare", "ghosts", "post_mortem", "report"}
    | {"card", "scenarios", "home", "new", "settings", "keys", "help"}
)
"""Places that have the keyboard for themselves, apart from what acts everywhere and within them."""

WITHIN = {"choice": ("new", "fork")}
"""Where a widget stands, if not on the desk."""


class KeyMapError(ValueError):
    """A key that can't be given: why, and what would work."""

    def __init__(self, reason: str, would_work: str) -> None:
        super().__init__(f"{reason}; {would_work}" if would_work else reason)
        self.reason, self.would_work = reason, would_work


@dataclass(frozen=True, slots=True)
class Place:
    """Where bindings act: the first part of their ids, what it is called, and the bindings in the order declared.

    `dialog`: whether it is a question of its own, with nothing behind it.
    """

    name: str
    title: str
    bindings: tuple[Binding, ...]
    dialog: bool = False


@cache
def places() -> tuple[Place, ...]:
    """Every place with keys, the desk's first."""
    found: dict[str, list[Binding]] = {}
    dialogs = set()
    for module, declared in _declared():
        for binding in bindings_in(declared):
            name = (binding.id or "").partition(".")[0]
            if name and all(binding.id != each.id for each in found.setdefault(name, [])):
                found[name].append(binding)
            if module.startswith("tui.dialogs."):
                dialogs.add(name)
    order = [*(name for name in TITLES if name in found), *(name for name in found if name not in TITLES)]
    return tuple(
        Place(name, TITLES.get(name, name.replace("_", " ").capitalize()), tuple(found[name]), name in dialogs)
        for name in order
    )


def _declared() -> Iterator[tuple[str, Sequence[BindingType]]]:
    """The `BINDINGS` of the app and of every class in the packages, each with its module."""
    for package in SOURCES:
        paths = importlib.import_module(package).__path__
        for name in sorted(each.name for each in pkgutil.iter_modules(paths, f"{package}.")):
            yield from _declared_in(name)
    yield from _declared_in("tui.app")


def _declared_in(name: str) -> Iterator[tuple[str, Sequence[BindingType]]]:
    for each in vars(importlib.import_module(name)).values():
        if isinstance(each, type) and each.__module__ == name and each.__dict__.get("BINDINGS"):
            yield name, each.__dict__["BINDINGS"]


@cache
def by_id() -> Mapping[str, Binding]:
    """Every binding by its id."""
    return {each.id or "": each for place in places() for each in place.bindings}


def place_of(binding: str) -> str:
    """The place that a binding id belongs to."""
    return binding.partition(".")[0]


def meet(one: str, other: str) -> bool:
    """Whether the keys of two places can act at the same time."""
    if one == other or "app" in (one, other):
        return True
    return other in _around(one) or one in _around(other)


def _around(name: str) -> tuple[str, ...]:
    """The places that a place's keys are heard in front of."""
    if name in ALONE or any(place.name == name and place.dialog for place in places()):
        return ()
    return WITHIN.get(name, ("desk", "panel"))


def checked_keys(binding: str, keys: str, others: Mapping[str, str]) -> dict[str, str]:
    """The key map's entry for `binding`, beside the `others` that the player chose.

    Args:
        binding: its id.
        keys: one or several with commas between, as Textual names them, or as the characters that they type.
        others: the player's keys so far, by binding id.

    Raises:
        KeyMapError: for an unknown id, no key, an unknown key, or one that something else has.
    """
    own = {binding: _known_keys(binding, keys)}
    _check_free(binding, {**others, **own})
    return own


def checked_map(wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, KeyMapError]]:
    """Of a whole key map what can be had, and why the rest can't. Of two that want one key, the first has it."""
    taken: dict[str, str] = {}
    wrong: dict[str, KeyMapError] = {}
    for binding, keys in wanted.items():
        try:
            taken[binding] = _known_keys(binding, keys)
        except KeyMapError as error:
            wrong[binding] = error
    # What is refused has its first keys again, which may be another's by now: until all is well.
    while True:
        try:
            for binding in reversed(taken):
                _check_free(binding, taken)
        except KeyMapError as error:
            del taken[binding]
            wrong[binding] = error
        else:
            return taken, wrong


def _known_keys(binding: str, keys: str) -> str:
    """Keys as Textual names them, for a binding that there is. Raises KeyMapError."""
    if binding not in by_id():
        close = get_close_matches(binding, by_id(), n=1)
        raise KeyMapError(f"there is no key called “{binding}”", (close or ["the ids in the settings screen"])[0])
    wanted = [_known(each.strip()) for each in _split(keys)]
    if not wanted:
        raise KeyMapError("a key is missing", '"k", "ctrl+k", or "plus,k" for two')
    for key in wanted:
        if _is_typed(binding) and key_to_character(key):
            raise KeyMapError(f"{key_name(key)} is typed there", "a key with Ctrl, or F1 to F12")
    return ",".join(wanted)


def _check_free(binding: str, keymap: Mapping[str, str]) -> None:
    """Whether nothing else has the keys that the map gives to `binding`. Raises KeyMapError."""
    for key in keys_of(by_id()[binding], keymap):
        other = holder(binding, key, keymap)
        if other is not None:
            raise KeyMapError(f"{key_name(key)} is {what(other)} already", "another key, or give that another first")


def holder(binding: str, key: str, keymap: Mapping[str, str]) -> Binding | None:
    """The binding that has `key` where `binding` acts, apart from those that share it from the start."""
    mine = by_id()[binding]
    for other in by_id().values():
        if other.id in (None, binding) or not meet(place_of(binding), place_of(other.id or "")):
            continue
        if key in keys_of(other, keymap) and not (key in keys_of(mine, {}) and key in keys_of(other, {})):
            return other
    return None


def what(binding: Binding) -> str:
    """A binding in words: what it does, and where."""
    place = place_of(binding.id or "")
    title = next(each.title for each in places() if each.name == place)
    return f"“{binding.description or binding.action}” ({title})"


def _is_typed(binding: str) -> bool:
    """Whether letters are typed where the binding acts."""
    return place_of(binding) in ("command", "name", "fork", "wiped_out")


def _split(keys: str) -> list[str]:
    return [","] if keys.strip() == "," else [each for each in keys.split(",") if each.strip()]


def _known(key: str) -> str:
    """A key's name as Textual has it. Raises KeyMapError."""
    from textual.keys import _character_to_key

    if len(key) == 1:
        if not key.isprintable():
            raise KeyMapError("that character can’t be seen", '"k" or "ctrl+k"')
        return _character_to_key(key)
    *modifiers, last = key.split("+")
    named = {each.value for each in Keys} | {"space", "enter", "escape", "tab", "comma", "full_stop"}
    if set(modifiers) <= {"ctrl", "shift", "alt"} and (last in named or len(last) == 1 or key_to_character(last)):
        return key
    close = get_close_matches(key, sorted(named), n=1)
    raise KeyMapError(f"there is no key “{key}”", f'"{close[0]}"' if close else '"k" or "ctrl+k"')
