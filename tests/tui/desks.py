"""The whole program without a terminal: a library of its own, a clock that stands still, prices written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Label

from engine.events import Event
from engine.script import DEFAULT_START
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.inline import InlinePath, inline_tape
from saves import Library, SavedSession
from tui.app import IsocrossApp
from tui.screens.desk import DeskScreen
from tui.screens.home import HomeScreen
from tui.start import Coming, NewSession
from tui.widgets.command_line import CommandLine

NARROW, WIDE = (80, 24), (160, 45)
NOON = 1_767_268_800_000
"""2026-01-01T12:00Z: when everything is saved."""

FALL = (2000, 2010, 2005, 1990, 1970, 1940, 1900, 1850, 1800, 1780, 1790, 1810, 1800, 1760, 1700, 1650, 1640, 1660)
"""A fall that calls a long at ten times at minute 7 and liquidates it at minute 8."""


def falling_tape(fall: tuple[int, ...] = FALL, gaps: frozenset[int] = frozenset()) -> Tape:
    """ETH falls and SOL stands still, a vertex a minute for an hour."""
    prices = [Decimal(price) for price in fall]
    prices += [prices[-1]] * (60 - len(prices))
    paths = [InlinePath("ETH", 60, tuple(prices), gaps), InlinePath("SOL", 60, (Decimal(100),) * 60)]
    return inline_tape(paths, DEFAULT_START)


def new_session(name: str | None = "Test game", tape: Tape | None = None) -> NewSession:
    """A session of 1,000 dollars on the fall."""
    return NewSession(Setup(balance=Decimal(1000)), tape or falling_tape(), name)


def hopeless_session() -> NewSession:
    """A session in which a long at 25 times is wiped out by a jump at minute 3."""
    return new_session(tape=falling_tape((2000, 2010, 2005, 1700, 1690), frozenset({3})))


def library_in(home: Path) -> Library:
    """A library whose clock stands still."""
    return Library.open(home, now=lambda: NOON)


@asynccontextmanager
async def playing(
    home: Path, start: NewSession | Coming | str | None = None, size: tuple[int, int] = WIDE
) -> AsyncIterator[Pilot[None]]:
    """The program, started; no frame comes by itself."""
    with library_in(home) as library:
        app = IsocrossApp(library, start, clock=lambda: 0.0, ticking=False)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield pilot


def desk_of(pilot: Pilot[None]) -> DeskScreen:
    """The desk, wherever it is in the stack."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, DeskScreen))


def home_of(pilot: Pilot[None]) -> HomeScreen:
    """The first screen."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, HomeScreen))


async def frames(pilot: Pilot[None], count: int, seconds: float = 0.25) -> None:
    """Let `count` frames of `seconds` pass."""
    for _ in range(count):
        desk_of(pilot).frame(seconds)
    await pilot.pause()


async def type_command(pilot: Pilot[None], text: str, *, send: bool = True) -> None:
    """Write at the `:` line, pasted: pressing every key takes a test long."""
    await pilot.press("colon")
    desk_of(pilot).query_one(CommandLine).input.value = text
    await pilot.pause()
    if send:
        await pilot.press("enter")
    await pilot.pause()


def notice_of(pilot: Pilot[None]) -> str:
    """What the desk's notice line says."""
    return str(desk_of(pilot).query_one("#desk-notice", Label).content)


def strips_of(pilot: Pilot[None]) -> list[Strip]:
    """The whole screen, row by row."""
    return list(pilot.app.screen._compositor.render_strips())


def screen_text(pilot: Pilot[None]) -> str:
    """The letters on the screen."""
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips_of(pilot))


def saved(home: Path) -> list[SavedSession]:
    """What the library holds."""
    with library_in(home) as library:
        return library.sessions()


def kinds(events: tuple[Event, ...]) -> list[str]:
    """The kinds of events, in order."""
    return [event.kind for event in events]
