"""The command palette: the desk's actions, markets, sessions and settings by their words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from tests.tui.desks import NARROW, WIDE, desk_of, new_session, playing, screen_text, strips_of
from tests.tui.strip_text import assert_golden
from tui.keys.names import bindings_in
from tui.keys.palette import GameCommands
from tui.screens.desk import DeskScreen
from tui.screens.desk_keys import DESK_BINDINGS
from tui.screens.home import HomeScreen
from tui.settings.described import DESCRIBED

pytestmark = pytest.mark.slow  # every one plays at a real desk


async def offered(pilot: Any, words: str = "") -> list[str]:
    """What the palette would list for these words."""
    provider = GameCommands(pilot.app.screen)
    found = provider.search(words) if words else provider.discover()
    return [str(hit.text) async for hit in found]


async def chosen(pilot: Any, words: str) -> None:
    """Take the first thing that the palette finds for these words."""
    await pilot.press("ctrl+p")
    assert isinstance(pilot.app.screen, CommandPalette)
    pilot.app.screen.query_one(Input).value = words
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_everything_that_the_desk_does_is_there(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        words = await offered(pilot)
        for binding in bindings_in(DESK_BINDINGS):
            assert (binding.description in words) is not (binding.id or "").startswith("desk.market_"), binding.id
        assert {"market ETH", "market SOL", "continue Test game", "settings: theme red-up-dark"} <= set(words)
        assert sum(each.startswith("settings: ") for each in words) == sum(
            len(each.options) - 1 for each in DESCRIBED if each.options
        )
        assert "leave the program; everything is saved" in words


async def test_words_find_and_do(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        assert (await offered(pilot, "sell"))[0] == "sell: opens the ticket"
        await chosen(pilot, "market SOL")
        assert desk_of(pilot).symbol == "SOL"
        await chosen(pilot, "one step of the tape")
        assert desk_of(pilot).play.session.step == 1
        await chosen(pilot, "theme red-green-light")
        assert pilot.app.theme == "red-green-light"
        assert 'theme = "red-green-light"' in (isocross_home / "settings.toml").read_text()
        await chosen(pilot, "buy opens the ticket")
        assert desk_of(pilot).play.holds == {"ticket"}


async def test_nothing_behind_an_open_ticket(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b")
        words = await offered(pilot)
        assert "check, then send" in words
        assert "let time run, or pause" not in words
        assert "market SOL" not in words


async def test_another_session_can_be_opened_from_the_desk(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session("One")):
        pass
    async with playing(isocross_home, new_session("Two [b]")) as pilot:
        await pilot.press("full_stop")
        await chosen(pilot, "continue One")
        assert desk_of(pilot).play.recorder.name == "One"
        assert sum(isinstance(screen, DeskScreen) for screen in pilot.app.screen_stack) == 1
        # A name is no markup.
        await chosen(pilot, "continue Two [b]")
        assert desk_of(pilot).play.recorder.name == "Two [b]"
        assert desk_of(pilot).play.session.step == 1


async def test_home_has_its_own(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        assert "a new session: choose prices and rules" in await offered(pilot)
        assert "sell: opens the ticket" not in await offered(pilot)
        await chosen(pilot, "settings")
        assert "isocross · settings" in screen_text(pilot)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, HomeScreen)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await pilot.press("ctrl+p")
        pilot.app.screen.query_one(Input).value = "theme"
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert_golden(f"palette-{size[0]}x{size[1]}", strips_of(pilot))
