"""What is made once something is on the screen: sessions of `play` and `play --continue`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.tui.desks import desk_of, new_session, notice_of, playing, saved, screen_text
from tui.dialogs.opening import OpeningDialog
from tui.start import Coming, NewSession


async def test_a_session_is_made_behind_a_dialog(isocross_home: Path) -> None:
    seen: list[str] = []

    def make() -> NewSession:
        seen.append(type(app.screen).__name__)
        return replace(new_session("Later"), note="the prices begin at noon")

    async with playing(isocross_home) as pilot:
        app = pilot.app
        app._await(Coming(make))  # type: ignore[attr-defined]
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert seen == [OpeningDialog.__name__]
        assert notice_of(pilot).startswith("⚠ The prices begin at noon. Time stands still: Space lets it run.")
    session = saved(isocross_home)[0]
    async with playing(isocross_home) as pilot:
        pilot.app._await(Coming(lambda: session.id))  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert desk_of(pilot).play.recorder.id == session.id


async def test_what_can_not_be_opened_is_said_at_home(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        pilot.app._await(Coming(lambda: "0123456789ab"))  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "✗" in screen_text(pilot)
