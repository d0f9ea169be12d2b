"""What is made once something is on the screen: sessions of `play` and `play --continue`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from tests.tui.desks import (
    desk_of,
    frames,
    home_of,
    library_in,
    new_session,
    notice_of,
    playing,
    saved,
    screen_text,
    type_command,
)
from tui.app import IsocrossApp
from tui.dialogs.opening import OpeningDialog
from tui.screens.home import HomeScreen
from tui.settings.reading import settings_file
from tui.start import OPENING, QUICK, Coming, NewSession


async def opened(pilot: Pilot[None]) -> None:
    """Wait until what comes is there, painted and written."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def coming(new: NewSession | str, what: str = OPENING) -> Coming:
    return Coming(lambda: new, what)


def shows_home(pilot: Pilot[None]) -> bool:
    return any(isinstance(screen, HomeScreen) for screen in pilot.app.screen_stack)


async def test_a_session_is_made_behind_a_dialog(isocross_home: Path) -> None:
    seen: list[str] = []

    def make() -> NewSession:
        screen = app.screen
        seen.append(type(screen).__name__)
        seen.extend(str(each.border_title) for each in screen.query(".dialog"))
        return replace(new_session("Later"), note="the prices begin at noon")

    with library_in(isocross_home) as library:
        app = IsocrossApp(library, Coming(make, QUICK), clock=lambda: 0.0, ticking=False)
        async with app.run_test() as pilot:
            await opened(pilot)
            assert seen == [OpeningDialog.__name__, QUICK]
            assert notice_of(pilot).startswith("⚠ The prices begin at noon. Time stands still: Space lets it run.")
    session = saved(isocross_home)[0]
    async with playing(isocross_home, coming(session.id)) as pilot:
        await opened(pilot)
        assert desk_of(pilot).play.recorder.id == session.id


async def test_a_new_session_is_named_and_written_once_it_is_painted(isocross_home: Path) -> None:
    async with playing(isocross_home, coming(new_session(None))) as pilot:
        await opened(pilot)
        kept = saved(isocross_home)[0]
        assert kept.id == desk_of(pilot).play.recorder.id
        assert kept.name in screen_text(pilot)
        assert "● saved" in screen_text(pilot)


async def test_home_comes_when_the_desk_is_left(isocross_home: Path) -> None:
    async with playing(isocross_home, coming(new_session("Mine"))) as pilot:
        await opened(pilot)
        assert not shows_home(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert home_of(pilot).chosen.name == "Mine"  # type: ignore[union-attr]
        await pilot.press("enter")
        await pilot.pause()
        await type_command(pilot, "buy $1000 ETH 5x")
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.screen is home_of(pilot)
    assert saved(isocross_home)[0].commands == 1


async def test_time_that_passes_before_home_was_ever_seen_is_kept(isocross_home: Path) -> None:
    async with playing(isocross_home, coming(new_session("Mine"))) as pilot:
        await opened(pilot)
        await pilot.press("space")
        await frames(pilot, 8)
        step = desk_of(pilot).play.session.step
        assert step > 0
    assert saved(isocross_home)[0].step == step


async def test_what_can_not_be_opened_is_said_at_home(isocross_home: Path) -> None:
    async with playing(isocross_home, coming("0123456789ab")) as pilot:
        await opened(pilot)
        assert pilot.app.screen is home_of(pilot)
        assert "✗" in screen_text(pilot)


async def test_a_wrong_setting_is_told_over_the_desk_and_at_home(isocross_home: Path) -> None:
    settings_file(isocross_home).write_text('theme = "no such theme"\n')
    async with playing(isocross_home, coming(new_session())) as pilot:
        await opened(pilot)
        assert "no such theme" in str([each.message for each in pilot.app._notifications])
        await pilot.press("q")
        await pilot.pause()
        assert "no such theme" in screen_text(pilot)
