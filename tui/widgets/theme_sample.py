"""A taste of the theme: gains and losses, the bands before liquidation, badges."""

from __future__ import annotations

from decimal import Decimal

from textual.strip import Strip

from tui.themes import Palette
from tui.widgets.bars import gauge_row
from tui.widgets.strips import Part, StripWidget, strip_of

GAUGES = (Decimal("0.31"), Decimal("0.83"), Decimal("0.97"))
WIDEST = 76


class ThemeSample(StripWidget):
    """A few rows drawn in the colours that are worn now."""

    DEFAULT_CSS = "ThemeSample { height: 4; width: 1fr; }"

    def build(self, width: int, height: int) -> list[Strip]:
        return [strip_of(row, width) for row in sample_rows(self.palette, min(width, WIDEST))]


def sample_rows(palette: Palette, width: int) -> list[list[Part]]:
    """The rows."""
    return [_words(palette), *(gauge_row(gauge, width, palette) for gauge in GAUGES)]


def _words(palette: Palette) -> list[Part]:
    space: Part = ("  ", palette.text)
    return [
        ("╻║║╻ ▲ +1.2 %", palette.up),
        space,
        ("╻┃┃╻ ▼ −3.4 %", palette.down),
        space,
        (" BUY ", palette.badge("up")),
        (" SELL ", palette.badge("down")),
        space,
        ("entry", palette.entry),
        space,
        ("LIQ", palette.danger),
        space,
        ("ghost", palette.ghost),
        space,
        ("key", palette.key),
        space,
        ("explained", palette.dim),
    ]
