"""Rows of styled text, and the widget that paints only the rows that changed.

Textual repaints in rows: a widget that says which of its rows changed costs a tenth of one that repaints itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Self

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from tui.messages import PanelShown
from tui.themes import DEFAULT_PALETTE, Palette, palette_from
from tui.widgets.direct_paint import DirectPainting, difference
from tui.widgets.kept_lines import KeptLines
from tui.words.plain import harmless

Part = tuple[str, Style]
"""Text and how it is drawn. Text from outside goes through `harmless` first, and is never read as markup."""


def strip_of(parts: Iterable[Part], width: int) -> Strip:
    """One row of exactly `width` cells: cut with an ellipsis where it is too long, filled with spaces where short."""
    segments: list[Segment] = []
    left = width
    for text, style in parts:
        if not text or left <= 0:
            continue
        cells = cell_len(text)
        if cells > left:
            # The last cell says that something is missing.
            text, cells = _cut(text, left), left
        segments.append(Segment(text, style))
        left -= cells
    if left > 0:
        segments.append(Segment(" " * left))
    return Strip(segments, width)


def spread(left: Sequence[Part], right: Sequence[Part], width: int) -> Strip:
    """One row with parts at both ends. Where both don't fit, the right end stays whole: it holds the figures."""
    wanted = cells_of(right)
    if wanted >= width:
        return strip_of(right, width)
    room = width - wanted
    kept = strip_of(left, room if not wanted or cells_of(left) < room else max(room - 1, 0))
    gap = Segment(" " * (room - kept.cell_length))
    rest = [Segment(text, style) for text, style in right if text]
    return Strip([*kept, *([gap] if gap.text else []), *rest], width)


def fitting(choices: Iterable[Sequence[Part]], width: int) -> Sequence[Part]:
    """The first of `choices` (the fullest first) that fits in `width` cells, else the last."""
    chosen: Sequence[Part] = ()
    for chosen in choices:
        if cells_of(chosen) <= width:
            return chosen
    return chosen


def cells_of(parts: Iterable[Part]) -> int:
    """How many cells parts take."""
    return sum(cell_len(text) for text, _ in parts)


def blank(width: int) -> Strip:
    """An empty row."""
    return Strip([Segment(" " * width)] if width else [], width)


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)


class StripWidget(KeptLines, Widget):
    """A widget whose content is a list of rows. Subclasses say what the rows are; rows that stay equal cost nothing."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self._rows: list[Strip] = []
        self._palette: Palette | None = None
        self._under: Style | None = None
        self._captioning = False
        self._captions = ("", "")

    @abstractmethod
    def build(self, width: int, height: int) -> list[Strip]:
        """The rows of the content, at most `height` of `width` cells each."""

    @property
    def palette(self) -> Palette:
        """The styles of the theme that the app wears."""
        if self._palette is None:
            if not self.is_attached:
                return DEFAULT_PALETTE
            self._palette = palette_from(self.app.theme_variables)
        return self._palette

    def redraw(self) -> None:
        """Build the rows again and repaint those that differ from what is on the screen."""
        width, height = self.content_size
        if width <= 0 or height <= 0:
            return
        rows = self.build(width, height)[:height]
        rows += [blank(width)] * (height - len(rows))
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.refresh()
            return
        changed = [y for y, row in enumerate(rows) if row is not before[y] and row != before[y]]
        if changed and not self._painted_at_once(before, changed):
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _painted_at_once(self, before: Sequence[Strip], changed: Iterable[int]) -> bool:
        """Hand what changed to the frame that is being drawn; whether there is one that paints it."""
        screen = self.app.screen
        place = screen.place_of(self) if isinstance(screen, DirectPainting) else None
        if place is None:
            return False
        gutter, width = self.gutter, self.content_size.width
        x, y = place.x + gutter.left, place.y + gutter.top
        self.change_lines([row + gutter.top for row in changed])
        for row in changed:
            start, piece = difference(before[row], self._rows[row].adjust_cell_length(width))
            screen.pieces.append((x + start, y + row, self._dressed(piece)))
        return True

    def _border_painted_at_once(self, height: int) -> bool:
        """The same for the lines that titles stand in."""
        screen = self.app.screen if self.is_attached else None
        place = screen.place_of(self) if isinstance(screen, DirectPainting) else None
        if place is None:
            return False
        top, width = self.gutter.top - 1, self.outer_size.width
        lines = (top, top + height + 1)
        self.change_lines(lines)
        for y in lines:
            screen.pieces += [(place.x, place.y + y, each) for each in super().renewed_lines(y, y, width)]
        return True

    def _dressed(self, row: Strip) -> Strip:
        """A row as the terminal gets it: over the widget's own ground, through the filters of the app."""
        if self._under is None:
            self._under = self.rich_style
        row = row.apply_style(self._under)
        for line_filter in self.get_line_filters():
            row = row.apply_filter(line_filter, self.background_colors[1])
        return row

    def caption(self, title: str, subtitle: str = "") -> None:
        """What the border says at its ends, as plain text. Repaints the border, and only when it changed."""
        self._captioning = True
        try:
            # As content: a string would be read as markup.
            if title != self._captions[0]:
                self.border_title = Content(title)
            if subtitle != self._captions[1]:
                self.border_subtitle = Content(subtitle)
            self._captions = (title, subtitle)
        finally:
            self._captioning = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if self._captioning:
            # Textual repaints all of a widget for a title; it stands in the rows above and below the content.
            width, height = self.content_size
            if self._border_painted_at_once(height):
                return self
            regions = (Region(0, -1, width, 1), Region(0, height, width, 1))
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        # Also when an ancestor's style changed: Textual applies the sheet to everything below it.
        self._under = None
        super().notify_style_update()

    def renewed_lines(self, first: int, last: int, width: int) -> list[Strip]:
        (height, inner), gutter = (self.content_size.height, self.content_size.width), self.gutter
        if first < gutter.top or last >= gutter.top + height:
            return super().renewed_lines(first, last, width)  # the border's own lines are among them
        # Border and padding stand left and right of every row alike: to ask Textual for them costs more than the row.
        any_line = self.kept_line(gutter.top)
        left, right = any_line.crop(0, gutter.left), any_line.crop(width - gutter.right, width)
        rows = (self.render_line(y - gutter.top).adjust_cell_length(inner) for y in range(first, last + 1))
        lines = [Strip.join([left, row, right]) for row in rows]
        for line_filter in self.get_line_filters():
            background = self.background_colors[1]
            lines = [line.apply_filter(line_filter, background) for line in lines]
        return lines

    def render_line(self, y: int) -> Strip:
        row = self._rows[y] if y < len(self._rows) else blank(self.content_size.width)
        # The palette's styles have no background: the widget's own goes under them. It is kept until a style changes:
        # asking all ancestors costs more than the rest of the row.
        if self._under is None:
            self._under = self.rich_style
        return row.apply_style(self._under)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def on_resize(self, event: events.Resize) -> None:
        self._rows = []
        self.redraw()

    def on_show(self) -> None:
        self.post_message(PanelShown())

    def _theme_changed(self, theme: Theme) -> None:
        self._palette, self._under, self._rows = None, None, []
        self.redraw()


__all__ = ["Part", "StripWidget", "blank", "cells_of", "fitting", "harmless", "spread", "strip_of"]
