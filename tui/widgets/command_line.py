"""The `:` line: commands as text, with history, and beside it what the command would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label

from tui.command_text.completion import Completion
from tui.command_text.says import SaysOf
from tui.keys.texts import spelled
from tui.messages import CommandLeft, CommandTyped
from tui.widgets.plain_input import PlainInput

LONGEST_HISTORY = 200
ROOM_WHILE_WRITING, MOST_ROWS = 0.66, 3
"""What is said beside the text: of the width at most that share, and so many rows, as the style below has it. On a
narrow screen it stands under the text, and has all of the width."""
IDLE = "a command, for example  buy $1000 ETH 5x"
OPEN = (
    "{command.send} sends · {command.complete} completes · {command.earlier} {command.later} earlier commands · "
    "{command.leave} leaves"
)
Completes = Callable[[str], Completion]
"""Answers which words may come next in a text."""


def shortened(content: Content, width: int, rows: int) -> Content:
    """As much of a content as `rows` rows of `width` cells hold, with an ellipsis where there is more."""
    lines = content.wrap(width)
    if len(lines) <= rows:
        return content
    last = lines[rows - 1].rstrip()
    last = last.truncate(width - 2) if last.cell_length > width - 2 else last
    return Content("\n").join([*lines[: rows - 1], Content.assemble(last, " …")])


class CommandInput(PlainInput):
    """The text field, with the keys of a history and of completion."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "send", id="command.send"),
        Binding("tab", "complete(1)", "complete the word, or the next one that fits", id="command.complete"),
        Binding("shift+tab", "complete(-1)", "the one before that fits", id="command.complete_back"),
        Binding("up", "history(-1)", "earlier command", id="command.earlier"),
        Binding("down", "history(1)", "later command", id="command.later"),
        Binding("escape", "leave", "leave", id="command.leave"),
    ]

    def __init__(self, completes: Completes) -> None:
        super().__init__(compact=True, select_on_focus=False, max_length=600, id="command-input")
        self._completes = completes
        self._offered: tuple[str, tuple[str, ...]] = ("", ())
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

    def action_complete(self, by: int) -> None:
        """Complete the last word; once more takes the next one that would have fitted."""
        kept, words = self._offered
        shown = [f"{kept}{word}" for word in words]
        if self.value in shown:
            place = (shown.index(self.value) + by) % len(words)
        else:
            found = self._completes(self.value)
            kept, words, place = found.kept, found.words, 0 if by > 0 else -1
            self._offered = (kept, words)
        if not words:
            self.app.bell()
        elif len(words) == 1:
            self._offered = ("", ())
            self._put(f"{kept}{words[0]} ")
        else:
            self._put(f"{kept}{words[place]}")

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
    """The `:` line. Asks `says` what a text would do whenever it changes, and `completes` what Tab may write."""

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

    def __init__(self, says: SaysOf, completes: Completes, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="-idle")
        self._says, self._completes = says, completes
        self._said = Content(IDLE)

    def compose(self) -> ComposeResult:
        with Horizontal(id="command-row"):
            yield Label(":", id="command-colon")
            yield CommandInput(self._completes)
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
        self.screen.set_focus(self.input)  # at once: the next key may be here already

    def close(self) -> None:
        """Stop writing."""
        self.remove_class("-open")
        self.add_class("-idle")
        self.input.value = ""
        self.say(Content(IDLE))

    def say(self, content: Content) -> None:
        """Show what the command would do, or what is wrong with it; what there is no room for ends in an ellipsis."""
        self._said = content
        beside = self.is_open and not self.screen.has_class("-narrow")
        room = max(int((self.size.width or 80) * (ROOM_WHILE_WRITING if beside else 1)) - 3, 20)
        self.query_one("#command-says", Label).update(shortened(content, room, MOST_ROWS))

    def on_resize(self) -> None:
        self.say(self._said)

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
        self.say(self._says(text) if text.strip() else Content(spelled(self.input, OPEN)))
