"""The one-key mode, and flatten and cancel all by the confirm level."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.tui.desks import desk_of, hopeless_session, kinds, new_session, notice_of, playing, screen_text
from tui.screens.desk import DeskScreen
from tui.settings import DEFAULTS
from tui.settings.writing import write_settings
from tui.widgets.command_line import CommandLine


@asynccontextmanager
async def allowed(home: Path, start: Any = None, **changes: object) -> AsyncIterator[Any]:
    """A desk whose player allows the mode."""
    write_settings(home, msgspec.structs.replace(DEFAULTS, one_key=True, **changes))
    async with playing(home, start or new_session()) as pilot:
        yield pilot


async def test_it_has_to_be_allowed(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("A")
        assert "not allowed: the settings (F2) allow it" in notice_of(pilot)
        await pilot.press("b")
        assert desk_of(pilot).play.holds == {"ticket"}


async def test_armed_keys_trade_at_once_and_say_so(isocross_home: Path) -> None:
    async with allowed(isocross_home, one_key_size="$500") as pilot:
        desk = desk_of(pilot)
        assert "ARMED" not in screen_text(pilot)
        await pilot.press("A")
        assert "ARMED: b and s trade $500 of ETH at the market at once" in notice_of(pilot)
        assert " ARMED " in screen_text(pilot).splitlines()[0]
        await pilot.press("b")
        assert [event.text for event in desk.play.recorder.commands()[-1:]] == ["buy $500 ETH"]
        assert "You buy 0.25 ETH" in notice_of(pilot) or "0.25" in notice_of(pilot)
        await pilot.press("comma", "s")
        assert [position.symbol for position in desk.play.view().positions] == ["ETH", "SOL"]
        await pilot.press("c")
        assert [position.symbol for position in desk.play.view().positions] == ["ETH"]
        await pilot.press("F")
        assert desk.play.view().positions == ()
        assert not desk.play.holds


async def test_what_is_refused_is_said(isocross_home: Path) -> None:
    async with allowed(isocross_home) as pilot:
        await pilot.press("A", "c")
        assert "Refused" in notice_of(pilot)


async def test_escape_disarms(isocross_home: Path) -> None:
    async with allowed(isocross_home) as pilot:
        await pilot.press("A", "escape")
        assert "Disarmed" in notice_of(pilot)
        assert "ARMED" not in screen_text(pilot).splitlines()[0]
        await pilot.press("b")
        assert desk_of(pilot).play.holds == {"ticket"}


async def test_leaving_disarms(isocross_home: Path) -> None:
    async with allowed(isocross_home) as pilot:
        await pilot.press("A", "q")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert not desk_of(pilot).one_key.armed


async def test_a_wipe_out_disarms(isocross_home: Path) -> None:
    async with allowed(isocross_home, hopeless_session()) as pilot:
        desk = desk_of(pilot)
        desk.give("buy 100% ETH 25x cross")
        await pilot.press("A", "full_stop", "full_stop", "full_stop")
        assert desk.play.session.state == "wiped out"
        assert not desk.one_key.armed


async def test_taking_the_permission_back_disarms(isocross_home: Path) -> None:
    async with allowed(isocross_home) as pilot:
        await pilot.press("A")
        pilot.app.change_settings(DEFAULTS)
        await pilot.pause()
        assert not desk_of(pilot).one_key.armed


async def test_flatten_and_cancel_all_are_typed_first(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        desk.give("buy 1 ETH 10x iso")
        desk.give("sell 1 SOL at 120")
        for key, text in (("X", "cancel all"), ("F", "flatten")):
            await pilot.press(key)
            assert desk.query_one(CommandLine).input.value == text
            await pilot.press("enter")
            await pilot.pause()
        assert kinds(desk.play.recorder.events())[-2:] == ["cancel", "fill"]


async def test_without_a_second_look_they_act_at_once(isocross_home: Path) -> None:
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, confirm="never"))
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        assert isinstance(pilot.app.screen, DeskScreen)
        desk.give("buy 1 ETH 10x iso")
        desk.give("sell 1 SOL at 120")
        await pilot.press("X", "F")
        assert kinds(desk.play.recorder.events())[-2:] == ["cancel", "fill"]
        assert not desk.play.holds
