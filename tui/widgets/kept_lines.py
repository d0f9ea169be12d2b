"""Lines that were painted are kept: a widget of which nothing changed costs nothing when its neighbours repaint.

Textual's compositor asks every widget that a repaint touches for all of its lines, however few of them changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

# A mixin: as a widget of its own it would come before the styles of the one that it is mixed into.
_Base = Widget if TYPE_CHECKING else object


class KeptLines(_Base):
    """For widgets: renders only those lines that were marked as changed."""

    _kept: list[Strip] | None = None
    _kept_size: Size | None = None
    _changed: set[int] = set()

    def _set_dirty(self, *regions: Region) -> None:
        # Whatever makes Textual paint a widget anew comes through here.
        if not regions:
            self._kept = None
        elif self._kept is not None:
            top = self.content_offset.y
            self._changed = self._changed.union(*(region.translate((0, top)).line_range for region in regions))
        super()._set_dirty(*regions)

    def change_lines(self, lines: Sequence[int]) -> None:
        """Say that lines changed which somebody else paints: they are rendered anew when they are next asked for."""
        if self._kept is not None:
            self._changed = self._changed.union(lines)
        self._styles_cache.set_dirty(*(Region(0, line, self._size.width, 1) for line in lines))

    def render_lines(self, crop: Region) -> list[Strip]:
        kept = self._kept
        if crop.offset or crop.size != self._kept_size or kept is None or len(kept) != crop.height:
            lines = super().render_lines(crop)
            if not crop.offset:
                self._kept, self._kept_size, self._changed = lines, crop.size, set()
            return lines
        if self._changed:
            self._kept = kept = list(kept)
            for first, last in _runs(self._changed, crop.height):
                kept[first : last + 1] = self.renewed_lines(first, last, crop.width)
            self._changed = set()
        return kept

    def kept_line(self, y: int) -> Strip:
        """A line as it was painted last."""
        return self._kept[y] if self._kept else Strip.blank(self.size.width)

    def renewed_lines(self, first: int, last: int, width: int) -> list[Strip]:
        """The lines `first` to `last` (included), as they are now."""
        return super().render_lines(Region(0, first, width, last + 1 - first))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """All but the one that turns a terminal's sixteen colours into true ones: the themes have none of them."""
        return [each for each in super().get_line_filters() if not isinstance(each, ANSIToTruecolor)]


def _runs(lines: Iterable[int], height: int) -> Iterator[tuple[int, int]]:
    """The first and last of each run of neighbouring lines below `height`."""
    first = last = -2
    for line in sorted(line for line in lines if 0 <= line < height):
        if line > last + 1:
            if last >= 0:
                yield first, last
            first = line
        last = line
    if last >= 0:
        yield first, last


class Across(KeptLines, Horizontal):
    """Widgets side by side."""


class Down(KeptLines, Vertical):
    """Widgets one below the other."""
