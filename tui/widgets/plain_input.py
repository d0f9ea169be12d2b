"""A text field that holds nothing a terminal would obey, whatever is pasted into it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tui.keys.pastes import first_line
from tui.settings import settings_of


class PlainInput(Input):
    """An `Input` that drops control, direction and other invisible characters."""

    def validate_value(self, value: str) -> str:
        """Keep what can be seen."""
        return value if value.isprintable() else "".join(each for each in value if each.isprintable())

    def on_mount(self) -> None:
        self.cursor_blink = not settings_of(self.app).reduced_motion

    def on_paste(self, event: events.Paste) -> None:
        # Instead of Input's own: that puts control characters in, and the cursor then stands where they would be.
        event.prevent_default()
        event.stop()
        line = first_line(event.text)
        if line:
            self.replace(line, *self.selection)


class FigureInput(PlainInput):
    """One in which a question mark means nothing, and so is a key: it asks for help."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is typed here; what is not may be bound elsewhere."""
        return character != "?" and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if event.character == "?":
            event.prevent_default()
