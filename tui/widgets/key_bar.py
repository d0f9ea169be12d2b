"""The key bar: the keys that matter now, most important first, each to press or to click."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui.keys.names import bindings_in, key_name, keymap_of, keys_of

GAP = 2


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: bindings that belong together (slower and faster), and what they do in a word or two.

    `target` is where a click runs their actions: `screen`, or `focused` for the keys of a panel; empty: nowhere. One
    that `stays` is not left out where the room is short.
    """

    label: str
    bindings: tuple[Binding, ...]
    target: str = "screen"
    stays: bool = False

    def parts(self, keymap: Mapping[str, str]) -> list[tuple[str, str]]:
        """Each binding's first key as a person knows it, and the action that a click on it runs."""
        return [(key_name(keys_of(each, keymap)[0]), self._action(each)) for each in self.bindings]

    def _action(self, binding: Binding) -> str:
        named = binding.action.partition("(")[0]
        return "" if not self.target else binding.action if "." in named else f"{self.target}.{binding.action}"


def keys_from(declared: Sequence[BindingType], target: str = "screen") -> Callable[..., Key]:
    """A function that makes entries from binding ids: `key("buy", "desk.buy")`. Raises KeyError for an unknown id."""
    by_id = {each.id: each for each in bindings_in(declared)}

    def key(label: str, *ids: str) -> Key:
        return Key(label, tuple(by_id[each] for each in ids), target)

    return key


class KeyBar(Widget):
    """One row. The keys that don't fit are left out; the last one given (help) always stays, and those that say so."""

    DEFAULT_CSS = """
    KeyBar { height: 1; width: 1fr; padding: 0 1; color: $iso-dim; }
    """

    def __init__(self, keys: Sequence[Key] = (), id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id)
        self._keys = tuple(keys)

    def show(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def render(self) -> Content:
        keymap = keymap_of(self.app)
        keys = fitting(self._keys, self.content_size.width, keymap)
        return Content(" " * GAP).join(_entry(key, keymap) for key in keys)

    async def on_click(self, event: events.Click) -> None:
        # Not Textual's own link: that would take the colours away.
        action = event.style.meta.get("key_action")
        if action:
            event.stop()
            await self.run_action(action)


def fitting(keys: Sequence[Key], width: int, keymap: Mapping[str, str]) -> list[Key]:
    """As many of `keys` as fit in `width` cells, always with the last one and those that stay."""
    needed = [key for key in keys if key.stays or key is keys[-1]]
    left = width + GAP - sum(_cells(key, keymap) + GAP for key in needed)
    chosen, full = [], False
    for key in keys:
        if key not in needed:
            left -= _cells(key, keymap) + GAP
            full = full or left < 0
        if key in needed or not full:
            chosen.append(key)
    return chosen


def _cells(key: Key, keymap: Mapping[str, str]) -> int:
    return cell_len(_entry(key, keymap).plain)


def _entry(key: Key, keymap: Mapping[str, str]) -> Content:
    parts = key.parts(keymap)
    shown = [_clickable(Content.styled(name, "bold $iso-key"), action) for name, action in parts]
    return Content(" ").join([*shown, _clickable(Content(key.label), parts[-1][1])])


def _clickable(content: Content, action: str) -> Content:
    return content.stylize(Style.from_meta({"key_action": action})) if action else content
