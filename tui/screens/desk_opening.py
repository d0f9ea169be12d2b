"""The desk's first picture: whole, and painted once."""

from __future__ import annotations

from textual.screen import Screen


class DeskOpening(Screen[None]):
    """A screen of which nothing is painted before its panels have their figures.

    Textual paints after every step of a layout: while a screen opens these are three pictures, the first two of empty
    panels, and each takes as long as the last one.
    """

    _covered = True

    def dress(self, pane: str, watches: bool) -> None:
        """Wear the classes that the size asks for before there are panels: later, each would style all of them anew."""
        width, height = self.app.size
        self.add_class(f"-pane-{pane}", _name_at(width, self.HORIZONTAL_BREAKPOINTS))
        self.add_class(_name_at(height, self.VERTICAL_BREAKPOINTS))
        self.set_class(watches, "-watch")

    def uncover(self) -> None:
        """Paint from now on."""
        if self._covered:
            self._covered = False
            self.refresh()

    def _compositor_refresh(self) -> None:
        if not self._covered:
            super()._compositor_refresh()


def _name_at(size: int, breakpoints: list[tuple[int, str]] | None) -> str:
    """The class of the largest of `breakpoints` that is not above `size`."""
    return max((each for each in breakpoints or () if each[0] <= size), default=(0, ""))[1]
