"""Two games on one settings file: each changes only what it changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from tests.tui.desks import WIDE, new_session, playing
from tui.app import IsocrossApp
from tui.screens.settings import SettingsScreen
from tui.settings import DEFAULTS, Settings
from tui.settings.reading import read_settings
from tui.settings.writing import keep_change, merged, write_settings
from tui.widgets.choice import Choice
from tui.widgets.form_row import FormRow


def changed(settings: Settings = DEFAULTS, **changes: object) -> Settings:
    return msgspec.structs.replace(settings, **changes)


async def test_what_another_game_changed_stays(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session("A")) as first:
        assert isinstance(first.app, IsocrossApp)
        async with playing(isocross_home, new_session("B")) as second:
            assert isinstance(second.app, IsocrossApp)
            second.app.change_settings(changed(ascii="on"))
            second.app.change_settings(changed(second.app.settings, keys={"desk.buy": "f7"}))
        await first.press("t")
        wanted = changed(theme="isocross-light", ascii="on", keys={"desk.buy": "f7"})
        assert read_settings(isocross_home).settings == wanted
        assert first.app.settings == wanted
        await first.press("f7")
        assert first.app.screen.has_class("-ticket")
        assert first.app._ascii.enabled


@pytest.mark.slow
async def test_the_settings_screen_shows_what_another_game_changed(isocross_home: Path) -> None:
    async with playing(isocross_home, size=WIDE) as pilot:
        write_settings(isocross_home, changed(ascii="on"))
        await pilot.press("s")
        screen = pilot.app.screen
        assert isinstance(screen, SettingsScreen)

        def chosen(field: str) -> str:
            control = screen.query_one(f"#row-{field}", FormRow).control
            assert isinstance(control, Choice)
            return control.value

        assert chosen("ascii") == "on"
        write_settings(isocross_home, changed(ascii="on", confirm="never"))
        await pilot.press("right")
        assert (chosen("theme"), chosen("confirm")) == ("isocross-light", "never")
        assert read_settings(isocross_home).settings == changed(theme="isocross-light", ascii="on", confirm="never")


async def test_what_could_not_be_written_is_written_with_the_next_change(isocross_home: Path) -> None:
    file = isocross_home / "settings.toml"
    async with playing(isocross_home) as pilot:
        assert isinstance(pilot.app, IsocrossApp)
        file.mkdir()
        assert "not saved" in str(pilot.app.change_settings(changed(ascii="on")))
        assert pilot.app.settings == changed(ascii="on")
        file.rmdir()
        await pilot.press("t")
        assert read_settings(isocross_home).settings == changed(ascii="on", theme="isocross-light")


@pytest.mark.parametrize(
    ("before", "after", "now", "wanted"),
    [
        ({}, {"desk.buy": "f7"}, {"desk.sell": "f8"}, {"desk.buy": "f7", "desk.sell": "f8"}),
        ({"desk.buy": "f7"}, {}, {"desk.buy": "f7", "desk.sell": "f8"}, {"desk.sell": "f8"}),
        ({"desk.buy": "f7"}, {"desk.buy": "f7", "desk.run": "J"}, {}, {"desk.run": "J"}),
        ({"desk.buy": "f7"}, {"desk.buy": "f6"}, {"desk.buy": "f5"}, {"desk.buy": "f6"}),
        ({}, {"desk.buy": "f7"}, {"desk.sell": "f7"}, {"desk.buy": "f7"}),
    ],
)
def test_keys_are_merged_one_by_one(
    before: dict[str, str], after: dict[str, str], now: dict[str, str], wanted: dict[str, str]
) -> None:
    held, lost = merged(changed(keys=before), changed(keys=after), changed(keys=now, theme="isocross-light"))
    assert held == changed(keys=wanted, theme="isocross-light")
    assert set(lost) == set(now) - set(wanted) - (set(before) - set(after))


def test_what_pauses_is_merged_one_by_one() -> None:
    held, _ = merged(changed(), changed(auto_pause=("call",)), changed(auto_pause=("call", "fill", "liquidation")))
    assert held.auto_pause == ("call", "fill")


def test_a_key_that_another_game_had_given_is_told(isocross_home: Path) -> None:
    write_settings(isocross_home, changed(keys={"desk.sell": "f7"}))
    kept = keep_change(isocross_home, DEFAULTS, changed(keys={"desk.buy": "f7"}))
    assert kept.told == "another game had given a key to desk.sell: that has its first keys again"
    assert read_settings(isocross_home).settings == kept.settings == changed(keys={"desk.buy": "f7"})


def test_nobody_reads_half_a_file(isocross_home: Path) -> None:
    """While two write, every reader finds the one or the other, and no other files are left."""
    wanted = [changed(keys={f"desk.market_{place}": f"f{place + 2}" for place in range(1, 10)}), changed(ascii="on")]
    write_settings(isocross_home, wanted[0])
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write_often, isocross_home, one) for one in wanted]
        while not all(each.done() for each in writers):
            read = read_settings(isocross_home)
            assert read.settings in wanted
            assert not read.problems
    assert [told for each in writers for told in each.result() if told] == []
    assert [each.name for each in isocross_home.iterdir() if each.name.startswith("settings")] == ["settings.toml"]


def write_often(home: Path, settings: Settings) -> list[str | None]:
    return [write_settings(home, settings) for _ in range(10)]
