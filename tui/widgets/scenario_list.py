"""The ladder as a list: lessons, challenges, dailies and the player’s own, each with its stars and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from saves.attempts import MOST_STARS
from tui.widgets.figures import MINUS
from tui.words.plain import harmless

if TYPE_CHECKING:
    # Their modules read scenarios: the screen is painted before that.
    from tui.scenarios.found import Wrong
    from tui.scenarios.ladder import Group, Ladder, Rung

    Row = Rung | Wrong

Told = tuple[str, str]
"""A text and its style."""

NO_STARS = "· " * (MOST_STARS - 1) + "·"
LEAST_TITLE = 20


class ScenarioList(OptionList):
    """Scenarios to choose from; headings are passed over."""

    DEFAULT_CSS = """
    ScenarioList {
        height: 1fr; border: none; padding: 0; background: $background; color: $iso-text; scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { background-tint: $background 0%; }
        & > .option-list--option-highlighted { background: $panel; color: $iso-text; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $iso-field; color: $iso-text; text-style: bold; }
        & > .option-list--option-disabled { color: $iso-dim; }
    }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id, compact=True)
        self._ladder: Ladder | None = None
        self._rows: list[Row | None] = []
        self._groups: list[int] = []

    def show(self, ladder: Ladder) -> None:
        """List this ladder; the cursor stays where it is, or begins at the next lesson."""
        place = self.highlighted
        self._ladder = ladder
        self._fill()
        self.highlighted = self._place_of(ladder.next) if place is None or place >= len(self._rows) else place

    @property
    def chosen(self) -> Row | None:
        """What the cursor is on."""
        place = self.highlighted
        return self._rows[place] if place is not None and place < len(self._rows) else None

    def to_group(self, by: int) -> None:
        """The first row of the next group (1) or of the one before (-1)."""
        if not self._groups or self.highlighted is None:
            return
        now = max(place for place, first in enumerate(self._groups) if first <= max(self.highlighted, self._groups[0]))
        self.highlighted = self._groups[(now + by) % len(self._groups)]
        if self.highlighted == self._groups[0]:
            self.scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:
        if self._ladder is not None:
            place = self.highlighted
            self._fill()
            self.highlighted = place

    def _place_of(self, rung: Rung | None) -> int:
        first = self._groups[0] if self._groups else 0
        return next((place for place, row in enumerate(self._rows) if row is rung and rung is not None), first)

    def _fill(self) -> None:
        """Lay the rows out for the width there is."""
        self.clear_options()
        self._rows, self._groups = [], []
        width = self.scrollable_content_region.width
        for group in self._ladder.groups if self._ladder is not None else ():
            self._head(group, width)
            if group.rungs or group.wrong:
                self._groups.append(len(self._rows))
            for row in (*group.rungs, *group.wrong):
                self._add(self._content(row, width), row)
            if group.empty and not group.rungs and not group.wrong:
                self._add(Content.styled(_cut(f"     {group.empty}", width), "$iso-dim"), None)

    def _head(self, group: Group, width: int) -> None:
        said = f"{sum(each.done for each in group.rungs)} of {len(group.rungs)} done" if group.counted else ""
        line = "─" * max(width - len(group.title) - len(said) - (2 if said else 1), 0)
        parts = [(group.title, "bold $iso-text"), (f" {line} ", "$iso-faint"), (said, "$iso-dim")]
        head = Content.assemble(*parts)
        self._add(head if not self._rows else Content("\n") + head, None)

    def _add(self, content: Content, row: Row | None) -> None:
        self.add_option(Option(content, disabled=row is None))
        self._rows.append(row)

    def _content(self, row: Row, width: int) -> Content:
        if isinstance(row, Exception):
            return Content.assemble((" ✗   ", "$iso-danger"), (_cut(_briefly(row), width - 5), "$iso-text"))
        upcoming = self._ladder is not None and row is self._ladder.next
        number = row.found.name if row.found.name.isdigit() else ""
        standing = list(_standing(row, upcoming))
        room = width - 12 - sum(cell_len(text) for text, _ in standing)
        title = harmless(row.found.scenario.title)
        style = "$iso-text" if row.ready or row.attempts else "$iso-dim"
        return Content.assemble(
            (f"{number:>3}  ", "$iso-dim"),
            _stars(row),
            (f" {_cut(title, max(room - 1, LEAST_TITLE))}", style),
            *standing,
        )


def _stars(rung: Rung) -> Told:
    if rung.best is None:
        return f"{NO_STARS} ", "$iso-faint"
    return " ".join("★" * rung.stars + "☆" * (MOST_STARS - rung.stars)) + " ", "$iso-key"


def _standing(rung: Rung, upcoming: bool) -> Iterator[Told]:
    """How it stands, at the end of its row."""
    if rung.unfinished is not None:
        yield " under way", "$iso-accent"
    elif rung.found.group == "daily":
        yield _of_daily(rung)
    elif rung.best is not None and rung.found.group == "challenge" and rung.best.score is not None:
        yield f" score {rung.best.score:.1f}".replace("-", MINUS), "$iso-dim"
    elif upcoming:
        yield " ▸ next", "bold $iso-key"
    elif rung.best is None and not rung.ready:
        yield f" after {_numbers(rung)}", "$iso-dim"


def _of_daily(rung: Rung) -> Told:
    if rung.run is not None:
        return f" {rung.run.parts}  ranked", "$iso-dim"
    return (" practice", "$iso-dim") if rung.ranked_begun else (" ranked attempt to be had", "$iso-accent")


def _numbers(rung: Rung) -> str:
    missing = (need for need in rung.needs if not need.done)
    return ", ".join(need.number or harmless(need.title, LEAST_TITLE) for need in missing)


def _briefly(wrong: Wrong) -> str:
    """What is wrong with a file, without the folders that it stands in."""
    file = getattr(wrong, "file", "")
    return harmless(str(wrong).replace(file, file.rpartition("/")[2], 1) if file else str(wrong))


def _cut(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
