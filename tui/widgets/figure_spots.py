"""Figures that open into their terms: marked where they are written, found again by the cursor and the mouse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

META = "figure"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the pool's, by the name that `looking.views.Explanation.figure` has, or that of a position in it.

    A position's share of a figure that is explained for its whole pool is one of its own: the cursor tells them apart.
    """

    pool: str
    name: str
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a figure stands: its row, and its cells from `start` up to `end`."""

    row: int
    start: int
    end: int
    figure: Figure


def opening(style: Style, figure: Figure) -> Style:
    """`style`, marked as that of `figure`."""
    return style + Style(meta={META: (figure.pool, figure.name, figure.position)})


def figure_in(style: Style | None) -> Figure | None:
    """The figure that a style is marked with."""
    found = style.meta.get(META) if style is not None else None
    return Figure(*found) if found else None


def spots_of(rows: Iterable[Strip]) -> list[Spot]:
    """Every figure in rows, as they are read. A figure that stands twice in a row is found once."""
    spots: list[Spot] = []
    for row, strip in enumerate(rows):
        start = 0
        for segment in strip:
            end = start + cell_len(segment.text)
            figure = figure_in(segment.style)
            if figure is not None:
                before = spots[-1] if spots else None
                if before is not None and (before.row, before.figure) == (row, figure):
                    spots[-1] = Spot(row, before.start, end, figure)
                else:
                    spots.append(Spot(row, start, end, figure))
            start = end
    return spots


def moved(spots: Sequence[Spot], at: Figure | None, columns: int, rows: int) -> Figure | None:
    """The figure beside `at`: so many to the right, or in the next row (down when positive) the one nearest to it.

    The first one where `at` is none of them; `at` itself where there is nothing further on.
    """
    if not spots:
        return None
    place = next((place for place, spot in enumerate(spots) if spot.figure == at), None)
    if place is None:
        return spots[0].figure
    here = spots[place]
    if columns:
        return spots[min(max(place + columns, 0), len(spots) - 1)].figure
    beyond = [spot for spot in spots if (spot.row - here.row) * rows > 0]
    if not beyond:
        return here.figure
    row = min((spot.row for spot in beyond), key=lambda row: abs(row - here.row))
    return min((spot for spot in beyond if spot.row == row), key=lambda spot: abs(spot.start - here.start)).figure


def highlighted(strip: Strip, figure: Figure, style: Style) -> Strip:
    """A row in which `figure` is drawn in another style too."""
    marked = (
        Segment(segment.text, (segment.style or Style()) + style) if figure_in(segment.style) == figure else segment
        for segment in strip
    )
    return Strip(marked, strip.cell_length)
