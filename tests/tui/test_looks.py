"""A few pictures of whole screens, in colour. `make test ARGS="--snapshot-update"` takes them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.tui.desks import WIDE, library_in, new_session, type_command
from tui.app import IsocrossApp
from tui.widgets.events_log import EventsLog


def test_home(snap_compare: Any, isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        assert snap_compare(IsocrossApp(library, clock=lambda: 0.0, ticking=False), terminal_size=(80, 24))


def test_desk(snap_compare: Any, isocross_home: Path) -> None:
    async def play(pilot: Any) -> None:
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850")
        await pilot.press(*["full_stop"] * 6, "b", "enter")
        pilot.app.screen.query_one(EventsLog).redraw()
        await pilot.pause()

    with library_in(isocross_home) as library:
        app = IsocrossApp(library, new_session(), clock=lambda: 0.0, ticking=False)
        assert snap_compare(app, terminal_size=WIDE, run_before=play)


def test_settings(snap_compare: Any, isocross_home: Path) -> None:
    async def choose(pilot: Any) -> None:
        await pilot.press("s", *["right"] * 5)
        pilot.app.screen.say("Kept in settings.toml")
        await pilot.pause()

    with library_in(isocross_home) as library:
        app = IsocrossApp(library, clock=lambda: 0.0, ticking=False)
        assert snap_compare(app, terminal_size=(80, 24), run_before=choose)


def test_help(snap_compare: Any, isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        app = IsocrossApp(library, clock=lambda: 0.0, ticking=False)
        assert snap_compare(app, terminal_size=(80, 24), press=["question_mark"])
