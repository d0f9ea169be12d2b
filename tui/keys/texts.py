"""Texts that name keys: each says the key that the player has for it, whatever it was at first.

A text names bindings by id in braces, `{desk.buy} buys`; of several keys, the first is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode

from tui.keys.names import bindings_in, key_name, keymap_of, keys_of

NAMED = re.compile(r"\{([a-z_]+\.[a-z_0-9]+)\}")

SET_APART = re.compile(r"(\{[a-z_]+\.[a-z_0-9]+\}|\[[^\]]+\])")
KEY_STYLE = "bold $iso-key"


def key_for(node: DOMNode, binding: str) -> str:
    """The key that does what the binding of that id does, as a person knows it. Raises KeyError for an unknown id."""
    return key_name(keys_of(_binding(node, binding), keymap_of(node.app))[0])


def spelled(node: DOMNode, text: str) -> str:
    """`text` with the player's keys for the ids in braces. `node` is where it is said."""
    return NAMED.sub(lambda named: key_for(node, named[1]), text)


def key_line(node: DOMNode, text: str) -> Content:
    """`text` with the player's keys, and the keys set apart: a dialog's last line. `[Enter]` is a key that stays."""
    parts = (part for part in SET_APART.split(text) if part)
    return Content.assemble(*(_part(node, part) for part in parts))


def _part(node: DOMNode, part: str) -> str | tuple[str, str]:
    inner = part[1:-1]
    if part.startswith("["):
        return inner, KEY_STYLE
    return (key_for(node, inner), KEY_STYLE) if part.startswith("{") else part


def _binding(node: DOMNode, binding: str) -> Binding:
    for each in node.ancestors_with_self:
        if binding in (declared := _declared(type(each))):
            return declared[binding]
    # Of another place. Imported here: it imports every screen.
    from tui.keys.map import by_id

    return by_id()[binding]


@cache
def _declared(kind: type) -> Mapping[str, Binding]:
    """The bindings of a class and of those it is made of, by id."""
    return {each.id: each for each in _all_declared(kind) if each.id}


def _all_declared(kind: type) -> Iterator[Binding]:
    for base in reversed(kind.__mro__):
        yield from bindings_in(base.__dict__.get("BINDINGS", ()))
