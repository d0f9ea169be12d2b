"""The rows of a timeline: where its marks stand, the bar, and what is said of the moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from textual.strip import Strip

from tui.themes import Palette
from tui.widgets.figures import date_and_time
from tui.widgets.strips import Part, cells_of, fitting, harmless, spread, strip_of

if TYPE_CHECKING:
    from saves.replay import Landmark

LONGEST_TEXT = 60
"""Letters of a command."""


@dataclass(frozen=True, slots=True)
class Sign:
    """How a kind of landmark is drawn."""

    letter: str
    style: str


SIGNS = {
    "fill": Sign("•", "key"),
    "command": Sign(":", "accent"),
    "call": Sign("!", "warning"),
    "liquidation": Sign("✕", "danger"),
}
"""The gravest last: where several share a cell, it is the one that is seen."""

_KINDS = tuple(SIGNS)


@dataclass(frozen=True, slots=True)
class Beside:
    """A command beside the moment: its text, and how far away it is, ms."""

    text: str
    away: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment shown.

    Attributes:
        step, end: the vertex, and the last one that was played.
        time: ms UTC.
        clock: how time runs (`▶ ×60`); `running`: whether it does.
        last, next: the commands before it and after it.
    """

    step: int
    end: int
    time: int
    clock: str
    running: bool
    last: Beside | None = None
    next: Beside | None = None


@dataclass(frozen=True, eq=False)
class Places:
    """Where marks stand on `width` cells.

    Attributes:
        end: the vertex of the last cell.
        kinds: for each cell, the place of the gravest kind there in the order of gravity; −1 for none.
        marks: for each cell that has any, the first of its gravest landmarks.
    """

    width: int
    end: int
    kinds: NDArray[np.int8]
    marks: dict[int, Landmark]

    def column_of(self, step: int) -> int:
        """The cell of a vertex."""
        return round(step * (self.width - 1) / self.end) if self.end else 0

    def step_at(self, column: int) -> int:
        """The vertex that a cell stands for."""
        return round(column * self.end / (self.width - 1)) if self.width > 1 else 0

    def mark_at(self, column: int) -> Landmark | None:
        """The mark that is seen in a cell."""
        return self.marks.get(column)


def columns_of(marks: Sequence[Landmark], end: int, width: int) -> Places:
    """The places of marks of a session that goes to vertex `end`."""
    kinds = np.full(width, -1, np.int8)
    seen: dict[int, Landmark] = {}
    places = Places(width, end, kinds, seen)
    for mark in marks:
        column, kind = places.column_of(mark.point.step), _KINDS.index(mark.kind)
        if kind > kinds[column]:
            kinds[column], seen[column] = kind, mark
    return places


def timeline_rows(
    places: Places, moment: Moment, hint: str | None, width: int, height: int, palette: Palette
) -> list[Strip]:
    """A row of marks, the bar and a row of words; two rows have the marks on the bar."""
    now = min(max(places.column_of(moment.step), 0), width - 1)
    words = _hinted(hint, moment, width, palette) if hint is not None else _words(moment, width, palette)
    if height >= 3:
        return [_marks_row(places, now, width, palette), _bar(places, now, width, palette, marked=False), words]
    return [_bar(places, now, width, palette, marked=True), *([words] if height > 1 else [])]


def _marks_row(places: Places, now: int, width: int, palette: Palette) -> Strip:
    cells = (_sign(int(kind), column <= now, palette, (" ", palette.faint)) for column, kind in enumerate(places.kinds))
    return strip_of(_together(cells), width)


def _bar(places: Places, now: int, width: int, palette: Palette, *, marked: bool) -> Strip:
    passed, coming = ("━", palette.accent), ("─", palette.faint)
    cells: list[Part] = [passed if column < now else coming for column in range(width)]
    if marked:
        for column, kind in enumerate(places.kinds):
            cells[column] = _sign(int(kind), column <= now, palette, cells[column])
    cells[now] = ("●", palette.bold("key"))
    return strip_of(_together(iter(cells)), width)


def _sign(kind: int, passed: bool, palette: Palette, blank: Part) -> Part:
    """A mark; one that is still to come is dim."""
    if kind < 0:
        return blank
    sign = SIGNS[_KINDS[kind]]
    return sign.letter, palette.bold(sign.style) if passed else palette.dim


def _together(cells: Iterator[Part]) -> list[Part]:
    """Neighbours of one style as one part."""
    return [("".join(text for text, _ in run), style) for style, run in groupby(cells, key=lambda part: part[1])]


def _hinted(hint: str, moment: Moment, width: int, palette: Palette) -> Strip:
    return spread([(harmless(hint), palette.text)], _share(moment, palette), width)


def _words(moment: Moment, width: int, palette: Palette) -> Strip:
    """Where the session is, and the commands beside it: the fullest form that fits."""
    clock: Part = (moment.clock, palette.bold("key") if moment.running else palette.dim)
    if moment.step >= moment.end:
        clock = ("■ the end", palette.bold("warning"))
    time: Part = (f"  {date_and_time(moment.time)} UTC", palette.text)
    right = _share(moment, palette)
    room = width - cells_of(right) - 2
    forms = [
        [clock, time, *_commands(moment, palette, away=True)],
        [clock, time, *_commands(moment, palette, away=False)],
        [clock, *_commands(moment, palette, away=True)],
        [clock, *_commands(moment, palette, away=False)],
    ]
    return spread(fitting(forms, room), right, width)


def _share(moment: Moment, palette: Palette) -> list[Part]:
    share = 100 if moment.step >= moment.end else 100 * moment.step // moment.end
    return [
        (f"step {moment.step:,} of {moment.end:,}  ", palette.dim),
        (f"{share} %", palette.strong),
    ]


def _commands(moment: Moment, palette: Palette, *, away: bool) -> list[Part]:
    """The last command and the next one."""
    parts: list[Part] = []
    for sign, beside, style, form in (
        ("◂", moment.last, palette.text, "{} ago"),
        ("▸", moment.next, palette.dim, "in {}"),
    ):
        if beside is None:
            continue
        said = f"   {sign} {harmless(beside.text, LONGEST_TEXT)}"
        far = f", {form.format(span(beside.away))}" if beside.away >= 1000 else ", now"
        parts += _said(said, far if away else "", style, palette)
    return parts


def _said(text: str, far: str, style: Style, palette: Palette) -> list[Part]:
    return [(text, style), *([(far, palette.dim)] if far else [])]


def span(milliseconds: int) -> str:
    """A length of tape in words, of two units at most: `12 min`, `2 h 10 min`, `3 d 4 h`."""
    seconds = max(milliseconds, 0) // 1000
    units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    place = next((place for place, (length, _) in enumerate(units) if seconds >= length), len(units) - 1)
    parts = []
    for length, word in units[place : place + (2 if units[place][1] in ("d", "h") else 1)]:
        count, seconds = divmod(seconds, length)
        parts += [f"{count} {word}"] if count or not parts else []
    return " ".join(parts)
