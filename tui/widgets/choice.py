"""A choice of a few words on one row: ← and → (or a click) go from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """One of `options`, in a row: `‹ crash ›`."""

    DEFAULT_CSS = """
    Choice {
        height: 1; width: 1fr; color: $iso-text;
        &:focus { color: $iso-key; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "change(-1)", "the one before", id="choice.before"),
        Binding("right,space", "change(1)", "the next one", id="choice.next"),
    ]
    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another one was chosen."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            """The widget, for `@on` with a selector."""
            return self.choice

    def __init__(self, options: Sequence[str], value: str, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.options = tuple(options)
        self.set_reactive(Choice.value, value)

    def render(self) -> Content:
        return Content(f"‹ {self.value} ›")

    def offer(self, options: Sequence[str], value: str) -> None:
        """Offer other words: `value` of them is chosen, or the first where it is none of them."""
        self.options = tuple(options)
        self.value = value if value in self.options else self.options[0]

    def action_change(self, by: int) -> None:
        self.value = self.options[(self.options.index(self.value) + by) % len(self.options)]
        self.post_message(self.Changed(self, self.value))

    def on_click(self) -> None:
        self.focus()
        self.action_change(1)
