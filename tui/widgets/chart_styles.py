"""The styles that a chart's canvas is drawn with, by number."""

from __future__ import annotations

from rich.style import Style

from tui.themes import Palette
from tui.widgets.chart_lines import LINE_STYLES

STYLES = (
    *("text", "up", "down", "faint", "dim", "up*", "down*", "text*", "key", "warning", "danger"),
    *(f"{name}{badge}" for name in sorted(set(LINE_STYLES.values())) for badge in ("", "*")),
)
"""Names of palette styles by number; `*` is the badge of it."""

_PLACE = {name: place for place, name in reversed(list(enumerate(STYLES)))}


def styles_of(palette: Palette) -> tuple[Style, ...]:
    """The table of styles."""
    return tuple(palette.badge(name[:-1]) if name.endswith("*") else palette.style(name) for name in STYLES)


def number_of(style: str) -> int:
    """The number of a style in the table."""
    return _PLACE[style]
