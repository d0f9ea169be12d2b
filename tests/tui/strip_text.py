"""Strips as plain text, and golden files to compare them with.

`ISOCROSS_GOLDENS=write make test` writes the golden files anew; look at the difference before you keep it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from textual.app import App
from textual.strip import Strip
from textual.widget import Widget

from tui.themes import register_themes, variable_defaults

GOLDENS = Path(__file__).parent / "goldens"


def text_of(strips: Iterable[Strip]) -> str:
    """The letters of strips, a line each, without the spaces at their ends."""
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


def assert_golden(name: str, strips: Iterable[Strip]) -> None:
    """Whether strips look as the golden file `name` says."""
    file, text = GOLDENS / f"{name}.txt", text_of(strips)
    if os.environ.get("ISOCROSS_GOLDENS") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


class OneWidget(App[None]):
    """An app that holds nothing but a widget, over the whole screen, and counts the rows that it repaints."""

    CSS = "Screen > * { width: 1fr; height: 1fr; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        register_themes(self)
        self.widget = widget
        self.repainted: list[int] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self)

    def compose(self) -> Iterable[Widget]:
        refresh = self.widget.refresh

        def counted(*regions: object, **options: object) -> Widget:
            self.repainted.append(len(regions) or self.widget.size.height)
            return refresh(*regions, **options)

        self.widget.refresh = counted  # type: ignore[method-assign,assignment]
        yield self.widget

    def text(self) -> str:
        """What is on the widget's screen."""
        return text_of(self.widget.render_line(row) for row in range(self.widget.size.height))
