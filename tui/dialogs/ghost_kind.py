"""Which ghost to add: kinds of account to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from engine.account_kind import Kind
from tui.keys.texts import key_line
from tui.words.plain import harmless

HIGHEST = 14
"""Rows of the list."""


class GhostKindDialog(ModalScreen[Kind | None]):
    """Answers the kind that is chosen; None for none.

    Args:
        title: what is chosen.
        kinds: the kinds of account, each with what it is called.
    """

    CSS_PATH = "ghost_kind.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "add none", id="ghost_kind.leave"),
    ]

    def __init__(self, title: str, kinds: Sequence[tuple[Kind, str]]) -> None:
        super().__init__()
        self._title, self._kinds = title, tuple(kinds)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            listed = OptionList(*(Option(Content(harmless(name))) for _, name in self._kinds), compact=True)
            listed.styles.height = min(len(self._kinds), HIGHEST)
            yield listed
            yield Label(key_line(self, "[Enter] adds it   {ghost_kind.leave} adds none"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._kinds[event.option_index][0])

    def action_leave(self) -> None:
        self.dismiss(None)
