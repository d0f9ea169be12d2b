"""The next key that is pressed."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.keys.texts import key_line


class PressKeyDialog(ModalScreen[str | None]):
    """Answers the key as Textual names it; None for Esc, which changes nothing."""

    CSS_PATH = "dialog.tcss"

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "Press a key"
            yield Label(Content.assemble("for ", (self._what, "bold")), classes="dialog-text")
            yield Label(key_line(self, "[Esc] leaves it as it is"), classes="dialog-keys")

    def on_key(self, event: events.Key) -> None:
        # Before any binding: Tab and Enter are keys like others here.
        event.stop()
        event.prevent_default()
        self.dismiss(None if event.key == "escape" else event.key)
