"""Whatever names a key names the player's own."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from tests.tui.desks import NARROW, hopeless_session, new_session, notice_of, playing, screen_text, type_command
from tui.keys.map import by_id, places
from tui.keys.texts import NAMED, key_for, key_line, spelled
from tui.settings import DEFAULTS
from tui.settings.writing import write_settings

PLACES = {each.name for each in places()}
NOT_SPELLED = re.compile(r"(?<!\{)\b[fF]\"(?:[^\"\\\\]|\\\\.)*\"")
"""Formatted strings: what stands in their braces is Python."""
SOURCES = Path(__file__).resolve().parents[2] / "tui"


def remap(home: Path, **keys: str) -> None:
    """Give keys to bindings: `desk_buy="ctrl+b"`."""
    given = {each.replace("_", ".", 1): key for each, key in keys.items()}
    write_settings(home, msgspec.structs.replace(DEFAULTS, keys=given, one_key=True))


def test_every_id_named_in_a_text_is_a_binding() -> None:
    texts = {file: file.read_text(encoding="utf-8") for file in SOURCES.rglob("*.py")}
    named = {
        each for text in texts.values() for each in re.findall(r"\{([a-z_]+\.[a-z_]+)\}", NOT_SPELLED.sub("", text))
    }
    assert "desk.buy" in named
    assert {each for each in named if each.partition(".")[0] in PLACES} <= set(by_id())


async def test_notices_name_the_players_keys(isocross_home: Path) -> None:
    remap(isocross_home, desk_buy="ctrl+b", desk_run="f5", desk_quiet="f4", desk_arm="f6", desk_leave="f9")
    async with playing(isocross_home, new_session()) as pilot:
        assert notice_of(pilot) == "Time stands still: F5 lets it run. Ctrl+B buys, s sells, ? explains the keys."
        await pilot.press("n")
        assert "Ctrl+B buys, s sells, F5 lets time run" in notice_of(pilot)
        await pilot.press("p")
        assert "Ctrl+B buys" in notice_of(pilot)
        await pilot.press("f6")
        assert "ARMED: Ctrl+B and s trade 10% of ETH at the market at once" in notice_of(pilot)
        assert "F4 disarms" in notice_of(pilot)
        await pilot.press("f6")
        assert notice_of(pilot).endswith("Disarmed: Ctrl+B and s open the ticket again.")
        await type_command(pilot, "end")
        await pilot.press("escape", "f5")
        assert "F9 goes home" in notice_of(pilot)


async def test_home_names_the_players_keys(isocross_home: Path) -> None:
    remap(isocross_home, home_quick="f5", home_new="left_square_bracket")
    async with playing(isocross_home) as pilot:
        assert "F5 plays at once" in screen_text(pilot)
        assert "[ lets you choose" in screen_text(pilot)
        await pilot.press("enter")


@pytest.mark.slow
async def test_dialogs_name_the_players_keys(isocross_home: Path) -> None:
    remap(isocross_home, explain_close="f5", confirm_yes="f7")
    async with playing(isocross_home, hopeless_session()) as pilot:
        await type_command(pilot, "buy 5 ETH 25x iso")
        await pilot.press("p")
        await pilot.pause()
        assert "F5 closes" in screen_text(pilot)
        await pilot.press("f5", "f2", "ctrl+k", "ctrl+r")
        await pilot.pause()
        assert "F7 yes   n no" in screen_text(pilot)


async def test_what_leaves_the_program_is_said_by_us(isocross_home: Path) -> None:
    remap(isocross_home, app_quit="f12")
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("colon", *"buy", "ctrl+c")
        await pilot.pause()
        assert notice_of(pilot) == "F12 leaves the program."
        assert not pilot.app._notifications
        await pilot.press("escape", "a")
        assert "For this game; F2 sets it for all." in notice_of(pilot)


async def test_a_text_of_another_place(isocross_home: Path) -> None:
    remap(isocross_home, ticket_drop="f5")
    async with playing(isocross_home) as pilot:
        assert key_for(pilot.app.screen, "ticket.drop") == "F5"
        assert spelled(pilot.app, "{ticket.drop} or {app.quit}") == "F5 or Ctrl+Q"
        line = key_line(pilot.app, "[Enter] sends, {ticket.drop} drops")
        assert line.plain == "Enter sends, F5 drops"
        assert [line.plain[span.start : span.end] for span in line.spans] == ["Enter", "F5"]
        with pytest.raises(KeyError):
            key_for(pilot.app, "desk.fly")
    assert not NAMED.search("{size}")


async def test_quit_stays_on_a_narrow_bar_of_long_keys(isocross_home: Path) -> None:
    remap(isocross_home, desk_buy="ctrl+shift+f7", desk_sell="ctrl+shift+f8", desk_run="ctrl+shift+f9")
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        bar = screen_text(pilot).splitlines()[-1]
        assert bar.endswith("q quit  ? help")
        assert "Ctrl+Shift+F7 buy" in bar
        assert len(bar) <= 80
