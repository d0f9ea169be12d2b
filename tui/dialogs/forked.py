"""After a fork: the commands that could not be given again, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.keys.texts import key_line
from tui.words.plain import harmless

if TYPE_CHECKING:
    from saves.forks import LeftOut


class ForkedDialog(ModalScreen[bool]):
    """Answers whether the fork is to be opened now.

    Args:
        name: what the fork is called.
        left_out: what could not be given again, oldest first.
        opens: what opening it means, in words.
    """

    CSS_PATH = "fork.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", "open the fork", id="forked.open"),
        Binding("escape", "answer(False)", "stay in this replay", id="forked.stay"),
        Binding("up", "scroll(-1)", "up", id="forked.up"),
        Binding("down", "scroll(1)", "down", id="forked.down"),
    ]

    def __init__(self, name: str, left_out: Sequence[LeftOut], opens: str) -> None:
        super().__init__()
        self._name_of, self._left_out, self._opens = name, tuple(left_out), opens

    def compose(self) -> ComposeResult:
        count = len(self._left_out)
        commands = "One command" if count == 1 else f"{count} commands"
        with Vertical(classes="dialog") as box:
            box.border_title = "Forked"
            told = Content.assemble(
                ("⚠ ", "bold $iso-warning"),
                f"{commands} of the rest could not be given to ",
                (harmless(self._name_of), "bold"),
                ":",
            )
            yield Label(told, classes="dialog-text")
            with VerticalScroll(id="forked-told", can_focus=False):
                yield Label(Content("\n").join(_row(each) for each in self._left_out), id="forked-text")
            keys = f"{{forked.open}} {self._opens}   {{forked.stay}} stays here; it is among the saves"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def action_answer(self, opens: bool) -> None:
        self.dismiss(opens)

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)


def _row(left_out: LeftOut) -> Content:
    when = left_out.time[len("2024-") : len("2024-08-05T06:24")].replace("T", " ")
    return Content.assemble(
        (f"{when}  ", "$iso-dim"), (harmless(left_out.text), "bold"), f"  {harmless(left_out.reason)}"
    )
