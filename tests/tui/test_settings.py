"""The settings screen and the key map: every change counts at once, and is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.tui.desks import NARROW, WIDE, desk_of, new_session, notice_of, playing, screen_text, strips_of
from tests.tui.strip_text import OneWidget, assert_golden
from tui.keys.map import KeyMapError, by_id, checked_keys, holder, places
from tui.keys.names import key_name, keys_of
from tui.screens.key_map import KeyMapScreen
from tui.screens.settings import SettingsScreen
from tui.settings import DEFAULTS, settings_of
from tui.settings.described import DESCRIBED
from tui.settings.reading import read_settings
from tui.settings.writing import write_settings
from tui.widgets.choice import Choice
from tui.widgets.form_row import FormRow
from tui.widgets.plain_input import PlainInput
from tui.widgets.pools import PoolsPanel

pytestmark = pytest.mark.slow  # every one plays at a real desk


async def open_keys(pilot: Any) -> KeyMapScreen:
    await pilot.press("f2", "ctrl+k")
    await pilot.pause()
    assert isinstance(pilot.app.screen, KeyMapScreen)
    return pilot.app.screen


async def give(pilot: Any, binding: str, key: str) -> None:
    """Give a binding a key, as a player does."""
    screen = pilot.app.screen
    listed = screen.query_one("#keys-list")
    listed.highlighted = listed.get_option_index(binding)
    await pilot.press("enter", key)
    await pilot.pause()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await pilot.press("s")
        pilot.app.screen.say("Kept in settings.toml")
        await pilot.pause()
        assert_golden(f"settings-{size[0]}x{size[1]}", strips_of(pilot))
        await open_keys_from_settings(pilot)
        assert_golden(f"key-map-{size[0]}x{size[1]}", strips_of(pilot)[:12])


async def open_keys_from_settings(pilot: Any) -> None:
    await pilot.press("ctrl+k")
    await pilot.pause()


async def test_every_setting_can_be_changed_and_is_kept(isocross_home: Path) -> None:
    async with playing(isocross_home, size=WIDE) as pilot:
        await pilot.press("s")
        wanted = settings_of(pilot.app)
        for each in DESCRIBED:
            control = pilot.app.screen.query_one(f"#row-{each.id}", FormRow).control
            control.focus()
            if isinstance(control, Choice):
                await pilot.press("right")
                value = [*each.options][([*each.options].index(each.get(wanted)) + 1) % len(each.options)]
            else:
                control.value = value = "$250"
                await pilot.pause()
            wanted = each.put(wanted, value)
            assert settings_of(pilot.app) == wanted, each.id
            assert read_settings(isocross_home).settings == wanted, each.id
            if each.options:
                assert each.meaning(value) in screen_text(pilot).replace("\n", " ") or len(each.meaning(value)) > 40
        assert wanted.theme == pilot.app.theme != DEFAULTS.theme
        assert pilot.app.animation_level == "none"


async def test_the_theme_is_worn_while_one_chooses(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("s")
        seen = {pilot.app.theme}
        for _ in range(5):
            await pilot.press("right")
            seen.add(pilot.app.theme)
        assert len(seen) == 6


async def test_a_size_that_is_none_is_told_and_not_kept(isocross_home: Path) -> None:
    async with playing(isocross_home, size=WIDE) as pilot:
        await pilot.press("s")
        pilot.app.screen.query_one("#row-one_key_size", FormRow).control.value = "lots"
        await pilot.pause()
        assert '✗ “lots” is no size; "10%", "$1000" or "0.5" would work' in screen_text(pilot)
        assert settings_of(pilot.app) == DEFAULTS


async def test_problems_of_the_file_are_told_at_home_and_in_the_settings(isocross_home: Path) -> None:
    (isocross_home / "settings.toml").write_text('theme = "blue"\nascii = maybe\n')
    async with playing(isocross_home, size=WIDE) as pilot:
        assert "settings.toml, line 1, theme: there is no theme “blue”" in screen_text(pilot)
        await pilot.press("s")
        assert "settings.toml, line 2: Invalid value" in screen_text(pilot)
        await pilot.press("right")
        assert "kept as settings.kept-1.toml" in screen_text(pilot)
        assert "line 2" not in screen_text(pilot)


async def test_a_folder_that_refuses_is_told(isocross_home: Path) -> None:
    async with playing(isocross_home, size=WIDE) as pilot:
        (isocross_home / "settings.toml").mkdir()
        await pilot.press("s", "right")
        assert "settings are not saved" in screen_text(pilot)
        assert pilot.app.theme == "isocross-light"


async def test_what_pauses_the_tape_follows_the_settings(isocross_home: Path) -> None:
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, auto_pause=("fill",)))
    async with playing(isocross_home, new_session()) as pilot:
        assert desk_of(pilot).play.pausing == {"fill"}
        pilot.app.change_settings(msgspec.structs.replace(DEFAULTS, auto_pause=()))
        await pilot.pause()
        assert desk_of(pilot).play.pausing == frozenset()


async def test_reduced_motion_paints_five_times_a_second(isocross_home: Path) -> None:
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, reduced_motion=True))
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        now = 0.0
        desk._clock = lambda: now
        desk.tick()
        painted = []
        desk.frame = painted.append  # type: ignore[method-assign]
        await pilot.press("space")
        for frame in range(1, 31):
            now = frame / 30
            desk.tick()
        assert 4 <= len(painted) <= 5
        assert sum(painted) == pytest.approx(1, abs=0.21)
        await pilot.press("space", "colon")
        assert not desk.query_one("#command-input", PlainInput).cursor_blink


async def test_an_app_without_settings_follows_the_defaults() -> None:
    app = OneWidget(PoolsPanel())
    async with app.run_test():
        assert settings_of(app) == DEFAULTS


# -- the key map


async def test_a_key_can_be_given(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await open_keys(pilot)
        await give(pilot, "desk.buy", "f7")
        assert "F7: buy: opens the ticket." in screen_text(pilot)
        await give(pilot, "ticket.limit", "z")
        await pilot.press("escape", "escape")
        assert "F7 buy" in screen_text(pilot)
        await pilot.press("b")
        assert not desk_of(pilot).play.holds
        await pilot.press("f7", "z")
        assert desk_of(pilot).play.holds == {"ticket"}
        assert " at " in desk_of(pilot).query_one("#desk-ticket").form.text
    async with playing(isocross_home, new_session("Again")) as pilot:
        await pilot.press("f7")
        assert desk_of(pilot).play.holds == {"ticket"}


async def test_a_key_that_something_else_has_is_refused(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await open_keys(pilot)
        await give(pilot, "desk.buy", "s")
        assert "✗ s is “sell: opens the ticket” (Desk) already: another key" in screen_text(pilot)
        assert settings_of(pilot.app).keys == {}
        await give(pilot, "desk.buy", "escape")
        assert "It keeps its keys." in screen_text(pilot)


async def test_keys_can_be_swapped_and_given_back(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await open_keys(pilot)
        await give(pilot, "desk.buy", "u")
        await give(pilot, "desk.sell", "b")
        await give(pilot, "desk.buy", "s")
        assert settings_of(pilot.app).keys == {"desk.buy": "s", "desk.sell": "b"}
        await pilot.press("delete")
        assert "✗ b is “sell" in screen_text(pilot)
        await pilot.press("ctrl+r", "y")
        await pilot.pause()
        assert settings_of(pilot.app).keys == {}
        assert read_settings(isocross_home).settings.keys == {}


async def test_swapped_keys_do_what_they_say(isocross_home: Path) -> None:
    keys = {"desk.buy": "s", "desk.sell": "b", "desk.command": "semicolon"}
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, keys=keys))
    async with playing(isocross_home, new_session()) as pilot:
        assert "s buy  b sell" in screen_text(pilot)
        await pilot.press("b")
        assert desk_of(pilot).query_one("#desk-ticket").form.side == "sell"
        await pilot.press("escape", "semicolon")
        assert desk_of(pilot).play.holds == {"command"}
        assert notice_of(pilot) == ""


async def test_a_rebound_key_bar_can_be_clicked(isocross_home: Path) -> None:
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, keys={"desk.buy": "f7"}))
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.click("#desk-keys", offset=(2, 0))
        assert desk_of(pilot).play.holds == {"ticket"}


async def test_each_key_of_a_pair_is_clicked_for_itself(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        bar = screen_text(pilot).splitlines()[-1]
        before = desk.play.clock.speed
        await pilot.click("#desk-keys", offset=(bar.index("<"), 0))
        assert desk.play.clock.speed < before
        await pilot.click("#desk-keys", offset=(bar.index(">"), 0))
        assert desk.play.clock.speed == before


def test_no_two_keys_are_the_same_where_they_meet() -> None:
    doubled = [
        (binding.id, key, other.id)
        for binding in by_id().values()
        for key in keys_of(binding, {})
        # A panel's own key goes before the desk's while it has the focus; that is so from the start.
        if (other := holder(binding.id or "", key, {})) is not None
    ]
    assert doubled == []


def test_places_are_called_something() -> None:
    assert all(place.title and place.bindings for place in places())


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [("k", "k"), ("?", None), ("!", "exclamation_mark"), (",", None), ("F9,ctrl+n", None), ("f9, ctrl+n", "f9,ctrl+n")],
)
def test_keys_may_be_written_as_they_are_typed(keys: str, wanted: str | None) -> None:
    binding = "help.close" if wanted == "k" else "desk.cancel"
    if wanted is None:
        with pytest.raises(KeyMapError):
            checked_keys(binding, keys, {})
    else:
        assert checked_keys(binding, keys, {}) == {binding: wanted}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("full_stop", "."),
        ("ctrl+r", "Ctrl+R"),
        ("shift+tab", "Shift+Tab"),
        ("f2", "F2"),
        ("f", "f"),
        ("F", "F"),
        ("left", "←"),
    ],
)
def test_keys_are_named_as_people_know_them(key: str, name: str) -> None:
    assert key_name(key) == name


async def test_settings_open_once(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("f2", "f2", "ctrl+k", "f2")
        assert sum(isinstance(screen, SettingsScreen) for screen in pilot.app.screen_stack) == 1


async def test_keys_of_the_ticket_can_be_clicked(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b")
        await pilot.pause()
        bar = screen_text(pilot).splitlines()[-1]
        await pilot.click("#desk-keys", offset=(bar.index("100"), 0))
        await pilot.pause()
        assert desk_of(pilot).query_one("#desk-ticket").form.size == "100%"
        await pilot.click("#desk-keys", offset=(bar.index("Esc"), 0))
        await pilot.pause()
        assert not desk_of(pilot).play.holds


async def test_settings_and_keys_take_the_mouse(isocross_home: Path) -> None:
    async with playing(isocross_home, size=WIDE) as pilot:
        bar = screen_text(pilot).splitlines()[-1]
        await pilot.click("KeyBar", offset=(bar.index("settings"), 0))
        await pilot.pause()
        await pilot.click("#row-confirm Choice")
        assert settings_of(pilot.app).confirm == "risky"
        await pilot.press("ctrl+k")
        await pilot.pause()
        await pilot.click("#keys-list", offset=(8, 1))
        await pilot.pause()
        assert type(pilot.app.screen).__name__ == "PressKeyDialog"
