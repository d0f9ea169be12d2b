"""The key bar: the keys that matter now, most important first, each to press or to click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

GAP = 2


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: how the key is written, what it does, and the action that a click runs (empty: none)."""

    key: str
    label: str
    action: str

    @property
    def cells(self) -> int:
        """Width with the gap that follows."""
        return cell_len(self.key) + cell_len(self.label) + 1 + GAP


class KeyBar(Widget):
    """One row. The keys that don't fit are left out; the last one given (help) always stays."""

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
        keys = fitting(self._keys, self.content_size.width)
        return Content(" " * GAP).join(_entry(key) for key in keys)

    async def on_click(self, event: events.Click) -> None:
        # Not Textual's own link: that would take the colours away.
        action = event.style.meta.get("key_action")
        if action:
            event.stop()
            await self.run_action(action)


def fitting(keys: Sequence[Key], width: int) -> list[Key]:
    """As many of `keys` as fit in `width` cells, always with the last one."""
    if not keys:
        return []
    *others, last = keys
    left, chosen = width - last.cells + GAP, []
    for key in others:
        if key.cells > left:
            break
        left -= key.cells
        chosen.append(key)
    return [*chosen, last]


def _entry(key: Key) -> Content:
    content = Content.assemble((key.key, "bold $iso-key"), f" {key.label}")
    return content.stylize(Style.from_meta({"key_action": key.action})) if key.action else content
