"""The `:` line: commands as text, with history, and beside it what the command would do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label

from tui.messages import CommandLeft, CommandTyped
from tui.says import SaysOf
from tui.widgets.plain_input import PlainInput

LONGEST_HISTORY = 200
IDLE = "a command, for example  buy $1000 ETH 5x"


class CommandInput(PlainInput):
    """The text field, with the keys of a history."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "history(-1)", "earlier command", id="command.earlier"),
        Binding("down", "history(1)", "later command", id="command.later"),
        Binding("escape", "leave", "leave", id="command.leave"),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False, max_length=600, id="command-input")
        self.history: list[str] = []
        self._place = 0
        self._draft = ""

    def remember(self, text: str) -> None:
        """Keep a sent command."""
        if text and (not self.history or self.history[-1] != text):
            self.history = [*self.history, text][-LONGEST_HISTORY:]

    def begin(self, text: str) -> None:
        """Start writing with `text` already there."""
        self._place, self._draft = len(self.history), text
        self._put(text)

    def action_history(self, by: int) -> None:
        if self._place == len(self.history):
            self._draft = self.value
        self._place = min(max(self._place + by, 0), len(self.history))
        self._put(self._draft if self._place == len(self.history) else self.history[self._place])

    def action_leave(self) -> None:
        self.post_message(CommandLeft())

    def on_blur(self) -> None:
        # A click elsewhere takes the focus, and would leave a line that no key reaches.
        self.call_later(self._hold)

    def _hold(self) -> None:
        if self.is_attached and self.query_ancestor(CommandLine).is_open and self.screen.is_current:
            self.focus()

    def _put(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)


class CommandLine(Horizontal):
    """The `:` line. Asks `says` what a text would do whenever it changes."""

    DEFAULT_CSS = """
    CommandLine {
        height: auto; width: 1fr; padding: 0 1;
        #command-row { height: 1; width: 1fr; }
        #command-colon { width: 2; color: $iso-key; text-style: bold; }
        #command-input { width: 1fr; background: $background; color: $iso-text; }
        #command-says { width: auto; max-width: 66%; height: auto; max-height: 3; color: $iso-dim; padding: 0 0 0 2; }
        &.-idle #command-row { width: 2; }
        &.-idle #command-input { display: none; }
        &.-idle #command-says { width: 1fr; max-width: 100%; padding: 0; }
    }
    """

    def __init__(self, says: SaysOf, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id, classes="-idle")
        self._says = says

    def compose(self) -> ComposeResult:
        with Horizontal(id="command-row"):
            yield Label(":", id="command-colon")
            yield CommandInput()
        yield Label(IDLE, id="command-says")

    @property
    def input(self) -> CommandInput:
        """The text field."""
        return self.query_one(CommandInput)

    @property
    def is_open(self) -> bool:
        """Whether a command is being written."""
        return not self.has_class("-idle")

    def open(self, text: str = "") -> None:
        """Start writing a command."""
        self.remove_class("-idle")
        self.add_class("-open")
        self.input.begin(text)
        self._look(text)
        self.input.focus()

    def close(self) -> None:
        """Stop writing."""
        self.remove_class("-open")
        self.add_class("-idle")
        self.input.value = ""
        self.say(Content(IDLE))

    def say(self, content: Content) -> None:
        """Show what the command would do, or what is wrong with it."""
        self.query_one("#command-says", Label).update(content)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self._look(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(CommandTyped(event.value.strip()))

    async def on_click(self) -> None:
        # By the desk's own action: it makes time stand still, and does nothing while a ticket is open.
        if not self.is_open:
            await self.run_action("screen.command")

    def _look(self, text: str) -> None:
        self.say(self._says(text) if text.strip() else Content("Enter sends · ↑ ↓ earlier commands · Esc leaves"))
