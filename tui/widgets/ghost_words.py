"""One ghost in words: what it is, and the commands that it could not follow, each with the reason."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.strip import Strip

from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import strip_of


class GhostWords(ScrolledStrips, can_focus=False):
    """Sentences, each with the palette's name of its colour, folded to the width."""

    DEFAULT_CSS = "GhostWords { height: 1fr; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._told: Sequence[tuple[str, str]] = ()

    def show(self, told: Sequence[tuple[str, str]], *, anew: bool) -> None:
        """Show sentences; `anew`: of another ghost, from the top."""
        self._told = told
        self.top = 0 if anew else self.top
        self.redraw()

    def build(self, width: int, height: int) -> list[Strip]:
        rows = [
            strip_of([(line, self.palette.style(tone))], width)
            for text, tone in self._told
            for line in textwrap.wrap(text, max(width, 2), subsequent_indent="  ", break_on_hyphens=False)
        ]
        return self.window(rows, width, height)
