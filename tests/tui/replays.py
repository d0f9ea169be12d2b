"""A saved session to see again: two orders, a move of margin, a call and a liquidation, on prices written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Label

from engine.commands.grammar import parse
from engine.events import Event
from engine.script import DEFAULT_START
from engine.session import Session
from engine.tape import Tape
from engine.tapes.inline import InlinePath, inline_tape
from saves.forks import LeftOut
from tests.tui.desks import falling_tape, library_in, new_session
from tui.screens.replay import ReplayScreen
from tui.start import SeenAgain
from tui.widgets.command_line import CommandLine

FALL = (
    *(2000 + minute % 5 for minute in range(10)),
    2000, 2010, 2005, 1990, 1970, 1940, 1920, 1900, 1850, 1800, 1780, 1790, 1810, 1800, 1760, 1700, 1650, 1640, 1660,
)  # fmt: skip
"""ETH: quiet for ten minutes, then a fall."""
COMMANDS = ((2, "buy 2.4 ETH 10x iso sl 1700"), (4, "sell $500 SOL 5x cross"), (12, "margin ETH +20"))
"""What is given, and at which step."""
END = 42
CALL, LIQUIDATION = 18, 19
"""The steps of the first call and of the liquidation."""
NAME = "The fall"

LEFT_OUT = [
    LeftOut(minute, minute, f"2024-01-01T00:{minute:02}:00Z", f"close ETH {minute}%", "there is no position in ETH")
    for minute in range(1, 40)
]


def seen_again(
    home: Path,
    name: str = NAME,
    commands: tuple[tuple[int, str], ...] = COMMANDS,
    end: int = END,
    tape: Tape | None = None,
) -> str:
    """Play the session and save it; its id."""
    new = new_session(name, tape or falling_tape(FALL))
    with library_in(home) as library, library.create(Session(new.setup, new.tape), name) as recorder:
        for step, text in commands:
            recorder.advance(step)
            result = recorder.do(parse(text))
            assert isinstance(result, tuple), result
        recorder.advance(end)
        return recorder.id


def long_tape() -> Tape:
    """The same fall, and then hours in which prices hardly move."""
    prices = tuple(map(Decimal, FALL)) + tuple(Decimal(1660 + minute % 3) for minute in range(571))
    return inline_tape(
        [InlinePath("ETH", 60, prices), InlinePath("SOL", 60, (Decimal(100),) * len(prices))], DEFAULT_START
    )


def replay_of(pilot: Pilot[None]) -> ReplayScreen:
    """The replay, wherever it is in the stack."""
    return next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, ReplayScreen))


@contextmanager
def saved_at(home: Path, at: str = "start") -> Iterator[SeenAgain]:
    """The session of `replays.py`, to be seen again from a moment."""
    yield SeenAgain(seen_again(home), at=at)


def played(step: int, commands: int | None = None) -> tuple[Session, list[Event]]:
    """The same session played to `step`, and what happened in it; after `commands` of the commands there."""
    new = new_session(NAME, falling_tape(FALL))
    session, happened = Session(new.setup, new.tape), []
    happened += session.opening
    for number, (at, text) in enumerate(COMMANDS, 1):
        if at > step or (commands is not None and number > commands):
            break
        happened += session.advance(at)
        result = session.do(parse(text))
        assert isinstance(result, tuple)
        happened += result
    happened += session.advance(step)
    return session, happened


def said(pilot: Pilot[None]) -> str:
    """What the replay's notice line says."""
    return str(replay_of(pilot).query_one("#desk-notice", Label).content)


def step_of(pilot: Pilot[None]) -> int:
    return replay_of(pilot).play.point.step


async def line(pilot: Pilot[None], text: str) -> None:
    """Write at the replay's line, and send it."""
    await pilot.press("at")
    replay_of(pilot).query_one(CommandLine).input.value = text
    await pilot.press("enter")
    await pilot.pause()
