"""What frames paint past Textual's compositor, laid over what was there before, is what the compositor would show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from tests.tui.desks import NARROW, WIDE, desk_of, new_session, playing, strips_of, type_command
from tui.widgets.direct_paint import RowsUpdate, difference

Cells = list[list[tuple[str, Style | None]]]


class Painted:
    """What the terminal of a desk would hold: every update that the app is given, on top of those before."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.cells = self.wanted()
        self.directly = 0
        self._display = pilot.app._display
        pilot.app._display = self.take  # type: ignore[method-assign]

    def wanted(self) -> Cells:
        return [cells_of(strip) for strip in strips_of(self.pilot)]

    def wrong(self) -> list[tuple[int, str, str]]:
        """The rows that are not as they should be: their number, what is there, and what should be."""
        pairs = enumerate(zip(self.cells, self.wanted(), strict=True))
        return [(y, letters(painted), letters(wanted)) for y, (painted, wanted) in pairs if painted != wanted]

    def take(self, screen: Screen[object], update: object) -> None:
        if isinstance(update, RowsUpdate):
            self.directly += 1
            for x, y, strip in update.pieces:
                row = cells_of(strip)
                self.cells[y][x : x + len(row)] = row
        elif isinstance(update, ChopsUpdate):
            now = self.wanted()
            for y, start, end in update.spans:
                self.cells[y][start:end] = now[y][start:end]
        elif update is not None:
            self.cells = self.wanted()


def cells_of(strip: Strip) -> list[tuple[str, Style | None]]:
    """One entry for each cell; spaces that look alike are alike."""
    return [
        (
            letter,
            None if letter == " " and not (style and (style.bgcolor or style.reverse or style.underline)) else style,
        )
        for text, style, _ in strip
        for letter in text
    ]


def letters(row: list[tuple[str, Style | None]]) -> str:
    return "".join(letter for letter, _ in row)


async def no_keys(pilot: Pilot[None]) -> None:
    """Nothing but time."""


async def watch_and_scroll(pilot: Pilot[None]) -> None:
    await pilot.press("l", "shift+left", "k")


async def other_theme(pilot: Pilot[None]) -> None:
    await pilot.press("t")


async def two_charts_and_depth(pilot: Pilot[None]) -> None:
    await pilot.press("w", "d")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
@pytest.mark.parametrize(
    "before",
    [
        no_keys,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (watch_and_scroll, other_theme, two_charts_and_depth)),
    ],
)
async def test_the_terminal_shows_what_the_compositor_would(
    isocross_home: Path, size: tuple[int, int], before: Callable[[Pilot[None]], object]
) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850")
        await before(pilot)  # type: ignore[misc]
        await pilot.press("a", "a", "space")
        await pilot.pause()
        painted = Painted(pilot)
        for frame in range(15):
            desk_of(pilot).frame(0.11)
            if frame % 3 == 2:
                await pilot.pause()
                assert painted.wrong() == [], frame
        assert painted.directly > 5


async def test_nothing_is_painted_directly_below_another_screen(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso")
        desk = desk_of(pilot)
        await pilot.press("question_mark")
        painted = Painted(pilot)
        with desk.painting():
            desk._drawing.draw()
        assert painted.directly == 0
        await pilot.press("escape")
        await pilot.pause()
        assert painted.wrong() == []


def test_only_what_differs_is_painted() -> None:
    red, blue = Style(color="red"), Style(color="blue")
    before = Strip([Segment("price ", red), Segment("1,900.00", blue), Segment(" up", red)])
    after = Strip([Segment("price ", red), Segment("1,901.00", blue), Segment(" up", red)])
    start, piece = difference(before, after)
    assert (start, piece.text) == (6, "1,901.00")
    assert difference(before, Strip([Segment("long", blue)]))[1].text == "long"
