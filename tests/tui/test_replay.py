"""The replay: everything as it was at a moment, nothing that came later; from where it is opened, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.sentences import sentence
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    new_session,
    notice_of,
    playing,
    screen_text,
    strips_of,
    type_command,
)
from tests.tui.replays import (
    COMMANDS,
    END,
    FALL,
    LIQUIDATION,
    NAME,
    line,
    played,
    replay_of,
    said,
    saved_at,
    seen_again,
    step_of,
)
from tests.tui.strip_text import assert_golden
from tui.screens.desk import DeskScreen
from tui.screens.home import HomeScreen
from tui.screens.replay import ReplayScreen
from tui.start import SeenAgain
from tui.widgets.chart import CandleChart
from tui.widgets.command_line import CommandLine
from tui.widgets.events_log import EventsLog, line_of
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.timeline import Timeline

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])


# -- looks


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    with saved_at(isocross_home, "step 16") as start:
        async with playing(isocross_home, start, size) as pilot:
            assert_golden(f"replay-{size[0]}x{size[1]}", strips_of(pilot))
            await pilot.press("l")
            assert_golden(f"replay-liquidation-{size[0]}x{size[1]}", strips_of(pilot))
            await pilot.press("at")
            assert_golden(f"replay-line-{size[0]}x{size[1]}", strips_of(pilot))


# -- the figures of a moment


@pytest.mark.slow
@pytest.mark.parametrize("way", ["from the start", "from the end"])
async def test_every_moment_has_the_figures_of_a_session_played_to_it(isocross_home: Path, way: str) -> None:
    with saved_at(isocross_home, "start" if way == "from the start" else "end") as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            steps = range(END + 1) if way == "from the start" else range(END, -1, -1)
            for step in steps:
                if step_of(pilot) != step:
                    await pilot.press("full_stop" if way == "from the start" else "comma")
                session, happened = played(step)
                assert step_of(pilot) == step
                assert screen.play.view() == session.view()
                assert screen.query_one(PoolsPanel)._view == session.view()
                assert screen.query_one(PositionsPanel)._view == session.view()
                log = [each for each in screen.query_one(EventsLog)._lines if each.label]
                assert log == [line_of(event) for event in reversed(happened)]
                assert screen.query_one(EventsLog).title_text() == f"Events {len(happened)}"
                assert screen.query_one(CandleChart)._step == step


@pytest.mark.slow
async def test_the_screen_of_a_moment_is_the_same_whichever_way_it_was_come_to(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            seen: dict[int, str] = {}
            for text in ("5", "16", "25", "42", "18", "3", "19", "12", "41", "0"):
                await line(pilot, f"@ step {text}")
                await pilot.press("escape")
                seen[step_of(pilot)] = screen_text(pilot)
            for step in (0, 3, 5, 12, 16, 18, 19, 25, 41, 42):
                await line(pilot, f"@ step {step}")
                await pilot.press("escape")
                assert screen_text(pilot) == seen[step], step


@pytest.mark.slow
@SIZES
async def test_nothing_later_is_seen(isocross_home: Path, size: tuple[int, int]) -> None:
    """No sentence and no price of later stands anywhere but on the timeline, on no pane."""
    _, everything = played(END)
    with saved_at(isocross_home, "end") as start:
        async with playing(isocross_home, start, size) as pilot:
            screen = replay_of(pilot)
            for step in (LIQUIDATION - 1, 11, 3, 1):
                await line(pilot, f"@ step {step}")
                _, happened = played(step)
                told = {sentence(event)[:24] for event in happened}
                later = {sentence(event)[:24] for event in everything[len(happened) :]} - told
                assert later
                for _ in screen.panes():
                    await pilot.press("tab")
                    await pilot.pause()
                    text = without_timeline(pilot)
                    assert not [each for each in later if each in text], (step, text)
                    assert "✕" not in text
                    assert "LIQUIDATED" not in text
                    assert "1,660" not in text  # the price at the end, which nothing earlier has
                    for chart, _ in screen.charts():
                        assert all(mark.step <= step for mark in chart._marks)


def without_timeline(pilot: Pilot[None]) -> str:
    """What is on the screen, but for the timeline: that tells where landmarks are."""
    region = replay_of(pilot).query_one(Timeline).region
    rows = screen_text(pilot).splitlines()
    return "\n".join([*rows[: region.y], *rows[region.bottom :]])


# -- from where, and back


async def test_home_replays_the_chosen_session(isocross_home: Path) -> None:
    seen_again(isocross_home)
    async with playing(isocross_home) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReplayScreen)
        assert f"“{NAME}” again. Space plays" in said(pilot)
        await pilot.press("q")
        assert isinstance(pilot.app.screen, HomeScreen)
        await pilot.press("d", "y", "v")
        assert "There is no session to replay yet" in screen_text(pilot)


async def test_a_moment_that_is_none_is_told_and_the_replay_begins_at_the_start(isocross_home: Path) -> None:
    with saved_at(isocross_home, "noon") as start:
        async with playing(isocross_home, start) as pilot:
            assert step_of(pilot) == 0
            assert "✗ “noon” is no moment" in said(pilot)


async def test_a_save_that_is_gone_is_told_at_home(isocross_home: Path) -> None:
    async with playing(isocross_home, SeenAgain("0123456789ab")) as pilot:
        assert isinstance(pilot.app.screen, HomeScreen)
        await pilot.pause()
        assert "✗ this session is not in the library any more" in screen_text(pilot)


async def test_the_desk_replays_what_it_plays_and_goes_on_afterwards(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(tape=falling_tape(FALL))) as pilot:
        desk = desk_of(pilot)
        desk.play.recorder.advance(2)
        await type_command(pilot, "buy 2.4 ETH 10x iso")
        desk.play.recorder.advance(9)
        await pilot.press("space", "z")
        await pilot.pause()
        screen = replay_of(pilot)
        assert not desk.play.running
        assert screen.play.view() == desk.play.view()
        assert "This is where you are: N goes back to what happened last" in said(pilot)
        await pilot.press("N")
        assert step_of(pilot) == 2
        await pilot.press("q")
        assert pilot.app.screen is desk
        assert isinstance(desk, DeskScreen)
        assert desk.play.session.step == 9
        await pilot.press("full_stop")
        assert desk.play.session.step == 10
        assert "saved" not in notice_of(pilot)


async def test_nothing_is_traded_in_a_replay(isocross_home: Path) -> None:
    with saved_at(isocross_home, "step 5") as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            screen.set_focus(screen.query_one(PositionsPanel))
            await pilot.press("c")  # closes a position at the desk; here it is the next command
            await pilot.pause()
            assert step_of(pilot) == 12
            assert not screen.query_one(CommandLine).is_open
            await pilot.press("b", "s", "x", "F")
            assert isinstance(pilot.app.screen, ReplayScreen)
            assert len(screen.play.recorder.commands()) <= len(COMMANDS)


async def test_the_chart_forgets_the_scale_of_what_is_still_to_come(isocross_home: Path) -> None:
    with saved_at(isocross_home, "step 9") as start:
        async with playing(isocross_home, start) as pilot:
            await pilot.press("escape")
            before = screen_text(pilot)
            await pilot.press("end", "shift+left", "k", "escape")
            await line(pilot, "@ step 9")
            await pilot.press("escape")
            assert screen_text(pilot) == before
