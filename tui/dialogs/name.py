"""A question for a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tui.keys.texts import key_line
from tui.widgets.plain_input import PlainInput

LONGEST_NAME = 60


class NameDialog(ModalScreen[bool]):
    """Asks for a name until `take` takes it. Answers whether one was taken.

    Args:
        title: what is named.
        name: the name it has.
        take: uses the new name; answers why it can't, or None.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave as it is", id="name.leave")]

    def __init__(self, title: str, name: str, take: Callable[[str], str | None]) -> None:
        super().__init__()
        self._title, self._name_before, self._take = title, name, take

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            yield PlainInput(self._name_before, compact=True, max_length=LONGEST_NAME)
            yield Label("", classes="dialog-wrong")
            keys = "[Enter] takes it   {name.leave} leaves it as it is"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        wrong = self._take(event.value)
        if wrong is None:
            self.dismiss(True)
        else:
            self.query_one(".dialog-wrong", Label).update(Content(wrong))

    def action_leave(self) -> None:
        self.dismiss(False)
