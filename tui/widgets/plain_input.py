"""A text field that holds nothing a terminal would obey, whatever is pasted into it."""

from __future__ import annotations

from textual.widgets import Input


class PlainInput(Input):
    """An `Input` that drops control, direction and other invisible characters."""

    def validate_value(self, value: str) -> str:
        """Keep what can be seen."""
        return value if value.isprintable() else "".join(each for each in value if each.isprintable())
