"""After a wipe-out: put money in and go on, which is counted, or end."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from engine.commands.command import Command, CommandError, End
from engine.commands.grammar import parse
from engine.looking.views import View
from engine.numbers import plain
from tui.keys.texts import key_line
from tui.widgets.figures import money
from tui.widgets.plain_input import PlainInput


class WipedOutDialog(ModalScreen[Command | None]):
    """Answers a deposit, an end, or None to look around first."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+e", "end", "end the session", priority=True, id="wiped_out.end"),
        Binding("escape", "look", "look around first", id="wiped_out.look"),
    ]

    def __init__(self, view: View, balance: Decimal) -> None:
        super().__init__()
        self._view, self._balance = view, balance

    def compose(self) -> ComposeResult:
        view = self._view
        times = "once" if view.rescues == 1 else f"{view.rescues} times"
        before = f" You have been rescued {times} so far." if view.rescues else ""
        with Vertical(classes="dialog danger") as box:
            box.border_title = "✗ Wiped out"
            yield Label(
                f"Nothing is left to trade with: equity {money(view.equity)}, of {money(view.deposits)} paid in. "
                "It was not real money.\n\nDeposit and go on (it is counted as a rescue), or end the session here."
                + before,
                classes="dialog-text",
                markup=False,
            )
            yield Label("deposit")
            yield PlainInput(plain(self._balance), compact=True, max_length=30, restrict=r"[0-9.,$]*")
            yield Label("", classes="dialog-wrong")
            keys = "[Enter] deposits and goes on   {wiped_out.end} ends   {wiped_out.look} looks around"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(parse(f"deposit {event.value.strip()}"))
        except CommandError as error:
            self.query_one(".dialog-wrong", Label).update(Content(str(error)))

    def action_end(self) -> None:
        self.dismiss(End())

    def action_look(self) -> None:
        self.dismiss(None)
