"""How keys are written for a person, and which keys the player gave a binding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from textual.app import App
from textual.binding import Binding, BindingType
from textual.keys import format_key

NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "space": "Space",
    "delete": "Del",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "insert": "Ins",
}
MODIFIERS = {"ctrl": "Ctrl", "shift": "Shift", "alt": "Alt", "meta": "Meta", "super": "Super"}


def key_name(key: str) -> str:
    """A key of Textual's as a person knows it: `full_stop` is `.`, `ctrl+r` is `Ctrl+R`."""
    *modifiers, last = key.split("+")
    name = NAMES.get(last) or (last.upper() if _is_function(last) else format_key(last))
    if modifiers and len(name) == 1:
        name = name.upper()
    return "+".join([*(MODIFIERS.get(each, each) for each in modifiers), name])


def _is_function(key: str) -> bool:
    return key[:1] == "f" and key[1:].isdecimal()


def bindings_in(declared: Iterable[BindingType]) -> Iterator[Binding]:
    """The bindings of a `BINDINGS` list; all of ours are `Binding` objects."""
    return (each for each in declared if isinstance(each, Binding))


def keys_of(binding: Binding, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that do it: the player's own, or those that it came with."""
    keys = keymap.get(binding.id or "") or binding.key
    return tuple(key.strip() for key in keys.split(",") if key.strip())


def shown_keys(binding: Binding, keymap: Mapping[str, str]) -> str:
    """All keys that do it, as a person knows them."""
    return " ".join(key_name(key) for key in keys_of(binding, keymap))


def keymap_of(app: App[object]) -> Mapping[str, str]:
    """The player's key map: keys by binding id, where they are not those that a binding came with."""
    return app._keymap
