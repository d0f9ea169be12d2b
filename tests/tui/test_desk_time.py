"""Every key that moves time, what pauses it, and runs."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Any

import pytest

from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    frames,
    kinds,
    new_session,
    notice_of,
    playing,
    saved,
    screen_text,
    type_command,
)
from tui.dialogs.result import ResultDialog
from tui.playing.frame_clock import SPEEDS
from tui.playing.pausing import CHOICES
from tui.playing.runs import RATE_SECONDS
from tui.screens.desk import DeskScreen
from tui.screens.desk_time import ROW_AFTER
from tui.widgets.command_line import CommandLine
from tui.widgets.run_row import RunRow


class Clock:
    """Seconds that pass at every look, as they do while the machine works."""

    def __init__(self, a_look: float) -> None:
        self.seconds, self.a_look = 0.0, a_look

    def __call__(self) -> float:
        self.seconds += self.a_look
        return self.seconds


async def long(pilot: Any) -> None:
    """A long at ten times that the fall liquidates."""
    await type_command(pilot, "buy 2.4 ETH 10x iso")


def happened(desk: DeskScreen) -> list[str]:
    return kinds(desk.play.recorder.events())


async def until_it_stops(pilot: Any, seconds: float = 0.25) -> None:
    for _ in range(400):
        if not desk_of(pilot).play.running:
            break
        desk_of(pilot).frame(seconds)
    await pilot.pause()
    assert not desk_of(pilot).play.running


async def test_the_speed_keys_go_through_every_speed(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        clock = desk_of(pilot).play.clock
        seen = []
        await pilot.press(*["less_than_sign"] * len(SPEEDS))
        assert "Speed ×1, the lowest: 1 s of the tape a second." in notice_of(pilot)
        for _ in SPEEDS:
            seen.append(clock.speed)
            await pilot.press("greater_than_sign")
        assert tuple(seen) == SPEEDS
        assert clock.speed == inf
        assert "Speed max, the highest: as fast as this machine goes." in notice_of(pilot)
        assert "max" in screen_text(pilot).splitlines()[0]
        await pilot.press("less_than_sign")
        assert "14 days of the tape a second" in notice_of(pilot)


async def test_at_the_highest_speed_frames_go_as_far_as_they_can(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press(*["greater_than_sign"] * len(SPEEDS), "space")
        assert desk_of(pilot).play.flat_out
        await frames(pilot, 2, 1 / 30)
        assert desk_of(pilot).play.at_end
        assert isinstance(pilot.app.screen, ResultDialog)


async def test_the_highest_speed_pauses_where_others_do(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await long(pilot)
        await pilot.press(*["greater_than_sign"] * len(SPEEDS), "space")
        await until_it_stops(pilot)
        assert "Paused: the ETH pool uses" in notice_of(pilot)
        assert happened(desk_of(pilot))[-1] == "call"
        await pilot.press("space")
        assert desk_of(pilot).play.running, "space goes on at the same speed"


@pytest.mark.parametrize(
    ("presses", "stops_at"), [(3, ["fill", "call", "liquidation"]), (0, ["call", "liquidation"]), (1, ["liquidation"])]
)
async def test_what_pauses_the_tape_is_chosen_by_a_key(isocross_home: Path, presses: int, stops_at: list[str]) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        await long(pilot)
        await type_command(pilot, "buy 0.1 ETH at 1980 iso")
        await pilot.press(*["a"] * presses)
        assert desk.play.pausing == CHOICES[(1 + presses) % len(CHOICES)]
        paused_by: list[str] = []
        while "liquidation" not in paused_by:
            await pilot.press("space")
            frame = desk.play.frame(0.25)
            while frame.paused_by is None and desk.play.running:
                frame = desk.play.frame(0.25)
            assert frame.paused_by is not None
            paused_by.append(frame.paused_by.kind)
        assert list(dict.fromkeys(paused_by)) == stops_at


async def test_nothing_pauses_a_tape_that_shall_not_pause(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        await pilot.press("a", "a")
        assert "only a wipe-out or the end" in notice_of(pilot)
        await pilot.press("space")
        await until_it_stops(pilot)
        assert {"call", "liquidation"} <= set(happened(desk_of(pilot)))
        assert desk_of(pilot).play.at_end


async def test_a_fill_of_a_waiting_order_pauses_and_says_why(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 0.1 ETH at 1980 10x iso")
        await pilot.press("a", "a", "a", "space")
        assert "fill" in desk_of(pilot).play.pausing
        await until_it_stops(pilot)
        assert "Paused: " in notice_of(pilot)
        assert "0.1 ETH" in notice_of(pilot)
        assert "Space goes on." in notice_of(pilot)


async def test_the_fill_of_ones_own_market_order_pauses_nothing(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("a", "a", "a", "space")
        await type_command(pilot, "buy 0.1 ETH 2x iso")
        assert desk_of(pilot).play.running
        await frames(pilot, 4)
        assert desk_of(pilot).play.running
        assert "Paused" not in notice_of(pilot)


async def test_running_to_a_time(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        await pilot.press("at")
        line = desk.query_one(CommandLine)
        assert line.is_open
        assert line.input.value == "@ "
        await pilot.press("plus", "3", "0", "m", "enter")
        await frames(pilot, 3, 0)
        assert desk.play.session.time - int(desk.tape.times[0]) == 30 * 60_000
        assert "It is 2024-01-01 00:30 UTC." in notice_of(pilot)
        await type_command(pilot, "@ 2024-01-01T00:45Z")
        await frames(pilot, 3, 0)
        assert desk.play.session.step == 45
        await type_command(pilot, "@ 00:10")
        assert "→" not in notice_of(pilot)


async def test_a_time_that_has_passed_is_refused(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("full_stop")
        await type_command(pilot, "@ 2023-01-01T00:00Z")
        assert "has passed" in notice_of(pilot)
        assert not desk_of(pilot).play.running


async def test_a_run_to_an_event_goes_through_others(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await long(pilot)
        await type_command(pilot, "@ liquidation")
        await until_it_stops(pilot, 0)
        assert "call" in happened(desk_of(pilot))
        assert "is liquidated" in notice_of(pilot)


async def test_a_run_to_a_time_pauses_on_what_was_chosen(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await long(pilot)
        await type_command(pilot, "@ +50m")
        await until_it_stops(pilot, 0)
        assert happened(desk_of(pilot))[-1] == "call"
        assert "Paused: the ETH pool uses" in notice_of(pilot)


async def test_a_run_to_any_event_stops_at_the_first(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await long(pilot)
        await type_command(pilot, "@ any")
        await until_it_stops(pilot, 0)
        assert happened(desk_of(pilot))[-1] == "call"
        assert desk_of(pilot).play.session.step < 10


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_a_long_run_says_how_far_it_is_and_can_be_stopped(isocross_home: Path, size: tuple[int, int]) -> None:
    flat = falling_tape((2000,) * 60)
    async with playing(isocross_home, new_session(tape=flat), size) as pilot:
        desk = desk_of(pilot)
        desk.play._now = clock = Clock(0)
        await type_command(pilot, "buy 0.1 ETH 2x iso")
        await type_command(pilot, "@ end")
        clock.seconds = max(ROW_AFTER, RATE_SECONDS)
        desk.play._run._chunk = 20  # a year is cut into chunks by itself; an hour is not
        desk.frame(1 / 30)
        await pilot.pause()
        assert desk.query_one(RunRow).display
        assert "34 %" in screen_text(pilot)
        assert "2024-01-01 00:20 UTC" in screen_text(pilot)
        assert "steps/s" in screen_text(pilot)
        assert "left" in screen_text(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert not desk.query_one(RunRow).display
        assert "Stopped at 2024-01-01 00:20 UTC." in notice_of(pilot)
        assert not desk.play.running
        desk.frame(1 / 30)
        assert desk.play.session.step == 20


async def test_space_stops_a_run_too(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "@ end")
        await pilot.press("space")
        await frames(pilot, 3, 0)
        assert desk_of(pilot).play.session.step == 0


async def test_keys_act_within_a_run(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        desk.play._now = Clock(1.0)
        await type_command(pilot, "@ end")
        desk.play._run._chunk = 4
        desk.frame(0)
        await pilot.press("comma")
        assert desk.symbol == "SOL"
        desk.frame(0)
        assert desk.play.goal is not None
        await pilot.press("q")
        await pilot.pause()
    assert 0 < saved(isocross_home)[0].step < 59


@pytest.mark.slow
async def test_events_are_shown_as_they_come(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        desk.play._now = Clock(1.0)
        await type_command(pilot, "buy 1 ETH 10x iso")
        await pilot.press("a", "a")
        await type_command(pilot, "@ end")
        before, seen = len(happened(desk)), []
        for _ in range(60):
            if desk.play.running:
                desk.frame(0.2)
                seen.append(len(desk._drawing._events) - before)
        assert len(set(seen)) > 2, "not all at the end"
        assert sorted(seen) == seen
        assert desk._drawing._events[-1] == desk.play.recorder.events()[-1]


@pytest.mark.slow
async def test_a_run_leaves_the_same_session_as_single_steps(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await long(pilot)
        await pilot.press("a", "a")
        desk_of(pilot).play._now = Clock(0.011)
        await type_command(pilot, "@ end")
        await until_it_stops(pilot, 0)
        run = (desk_of(pilot).play.session.state_hash(), desk_of(pilot).play.recorder.events())
    async with playing(isocross_home, new_session("Again")) as pilot:
        await long(pilot)
        desk = desk_of(pilot)
        while not desk.play.at_end:
            desk.play.step()
        assert (desk.play.session.state_hash(), desk.play.recorder.events()) == run


@pytest.mark.parametrize("key", ["n", "@ liquidation", "@ any"])
async def test_nothing_is_waited_for_where_nothing_can_happen(isocross_home: Path, key: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await (pilot.press(key) if key == "n" else type_command(pilot, key))
        await frames(pilot, 4, 0)
        assert desk_of(pilot).play.session.step == 0
        assert "nothing can happen" in notice_of(pilot)
        await pilot.press("escape")
        await type_command(pilot, "@ +2m")
        await frames(pilot, 4, 0)
        assert desk_of(pilot).play.session.step == 2, "a time always comes"


async def test_what_happened_on_the_way_is_told(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "@ +1m")
        await frames(pilot, 9, 0)
        assert notice_of(pilot) == "It is 2024-01-01 00:01 UTC."
        await type_command(pilot, "buy 1 ETH 10x iso sl 1900")
        desk = desk_of(pilot)
        desk.play.pausing = frozenset()
        await type_command(pilot, "@ +20m")
        await until_it_stops(pilot)
        view = desk.play.view()
        assert view.positions == ()
        assert f"UTC. On the way: 1 fill, realised −{-view.realised:,.2f}." in notice_of(pilot)


async def test_a_liquidation_on_the_way_is_told(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await long(pilot)
        desk = desk_of(pilot)
        desk.play.pausing = frozenset()
        await type_command(pilot, "@ +40m")
        await until_it_stops(pilot)
        view = desk.play.view()
        assert notice_of(pilot).startswith("⚠ It is 2024-01-01 00:40 UTC. On the way: ")
        assert f"{view.calls} calls, 1 liquidation, realised −{-view.realised:,.2f}." in notice_of(pilot)
