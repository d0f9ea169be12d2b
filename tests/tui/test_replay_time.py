"""Through the time of a replay: by keys, by the line, by the pointer, and by letting it play."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.desks import (
    playing,
    screen_text,
)
from tests.tui.replays import (
    CALL,
    END,
    LIQUIDATION,
    line,
    played,
    replay_of,
    said,
    saved_at,
    seen_again,
    step_of,
)
from tui.dialogs.liquidation import LiquidationDialog
from tui.start import SeenAgain
from tui.widgets.chart import CandleChart
from tui.widgets.command_line import CommandLine
from tui.widgets.timeline import Timeline

# -- by keys, line and pointer


KEYS = (
    ("n", 2),
    ("n n", 4),
    ("n n n n", CALL),
    ("n n n n n", LIQUIDATION),
    ("end N", LIQUIDATION),
    ("end N N", CALL),
    ("c", 2),
    ("c c c", 12),
    ("end C", 12),
    ("f f", 4),
    ("end F", LIQUIDATION),
    ("m", CALL),
    ("end M", LIQUIDATION),
    ("l", LIQUIDATION),
    ("end L", LIQUIDATION),
    ("full_stop full_stop comma", 1),
    ("comma", 0),
    ("end full_stop", END),
    ("right right right left", 2),
    ("end", END),
    ("end home", 0),
)


async def test_keys_go_through_time(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            for keys, step in KEYS:
                await pilot.press("home", *keys.split())
                await pilot.pause()
                assert step_of(pilot) == step, keys
                assert replay_of(pilot).play.view() == played(step)[0].view(), keys


async def test_a_jump_brings_the_market_that_it_is_about(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            for key, market in (("c", "ETH"), ("c", "SOL"), ("c", "ETH"), ("C", "SOL"), ("l", "ETH"), ("F", "SOL")):
                await pilot.press(key)
                assert screen.symbol == market, key
                assert screen.query_one(CandleChart).view.symbol == market
            await pilot.press("2", "comma", "right")  # what is no jump leaves the chart alone
            assert screen.symbol == "SOL"
            timeline = screen.query_one(Timeline)
            column = timeline.gutter.left + round(LIQUIDATION * (timeline.content_size.width - 1) / END)
            assert await pilot.click(Timeline, offset=(column, 2))
            await pilot.pause()
            assert screen.symbol == "ETH"
            assert "The ETH pool is liquidated" in said(pilot)


async def test_what_is_not_there_is_said(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            await pilot.press("l", "l")
            assert said(pilot) == "There is no liquidation after this moment."
            await pilot.press("end", "l")
            assert said(pilot) == "There is no liquidation after this moment: L goes to the one before."
            await pilot.press("home", "M")
            assert said(pilot) == "There is no margin call before this moment: m goes to the next one."
            assert step_of(pilot) == 0


async def test_the_start_is_before_the_first_command(isocross_home: Path) -> None:
    commands = ((0, "buy 1 ETH 5x iso"), (0, "sell $500 SOL 5x cross"))
    start = SeenAgain(seen_again(isocross_home, commands=commands))
    async with playing(isocross_home, start) as pilot:
        screen = replay_of(pilot)
        assert not screen.play.view().positions
        await pilot.press("c")
        assert len(screen.play.view().positions) == 1
        await pilot.press("full_stop")
        assert (step_of(pilot), len(screen.play.view().positions)) == (1, 2)
        for key in ("home", "end", "home"):
            await pilot.press(key)
        assert not screen.play.view().positions


async def test_commands_of_one_step_are_sought_one_by_one(isocross_home: Path) -> None:
    commands = ((2, "buy 1 ETH 5x iso"), (2, "sell $500 SOL 5x cross"), (2, "note both"))
    start = SeenAgain(seen_again(isocross_home, commands=commands))
    async with playing(isocross_home, start) as pilot:
        screen = replay_of(pilot)
        for number in (1, 2, 3):
            await pilot.press("c")
            assert (screen.play.point.step, screen.play.point.commands) == (2, number)
            assert len(screen.play.view().positions) == min(number, 2)
        await pilot.press("C")
        assert screen.play.point.commands == 2
        assert "Command sell $500 SOL 5x cross." in said(pilot)


MOMENTS = (
    ("@ 00:16", 16, ""),
    ("@ +5m", 25, ""),
    ("@ -5m", 15, ""),
    ("@ 2024-01-01T00:03Z", 3, ""),
    ("@ 50%", 21, ""),
    ("@ step 33", 33, ""),
    ("@ end", END, "The end of the session."),
    ("@ start", 0, ""),
    ("@ 2030-01-01", END, "The session has nothing there: this is as near as it goes."),
    ("@ 2020-01-01", 0, "The session has nothing there"),
    ("@ step 99", END, "The session has nothing there"),
)


@pytest.mark.slow
async def test_the_line_goes_to_a_moment(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            for text, step, told in MOMENTS:
                await line(pilot, "@ step 20")
                await line(pilot, text)
                assert step_of(pilot) == step, text
                assert told in said(pilot), text
                assert not replay_of(pilot).query_one(CommandLine).is_open


NO_MOMENTS = (
    ("@ soon", "“soon” is no moment; try: @ 06:24"),
    ("@ funding", "“funding” is no landmark of a replay"),
    ("@ fill", "There is no fill after this moment."),
    ("@ 25:00", "is no time of day"),
    ("@ -", "try:"),
)


@pytest.mark.slow
async def test_a_line_that_says_no_moment_stays_open(isocross_home: Path) -> None:
    with saved_at(isocross_home, "step 20") as start:
        async with playing(isocross_home, start) as pilot:
            for text, told in NO_MOMENTS:
                await line(pilot, text)
                assert told in said(pilot), text
                assert step_of(pilot) == 20
                assert replay_of(pilot).query_one(CommandLine).is_open
                await pilot.press("escape")
                assert not replay_of(pilot).query_one(CommandLine).is_open


async def test_the_line_completes_landmarks_and_says_where_they_are(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            await pilot.press("at", "l", "i", "tab")
            await pilot.pause()
            assert replay_of(pilot).query_one(CommandLine).input.value == "@ liquidation "
            assert f"→ 2024-01-01 00:19 UTC, step {LIQUIDATION}, {LIQUIDATION} on" in screen_text(pilot)


async def test_a_click_on_the_timeline_seeks_and_a_drag_follows(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            timeline = replay_of(pilot).query_one(Timeline)
            width = timeline.content_size.width
            column = timeline.gutter.left + round(30 * (width - 1) / END)
            assert await pilot.click(Timeline, offset=(column, 2))
            await pilot.pause()
            assert step_of(pilot) == 30
            await pilot.mouse_down(Timeline, offset=(column, 2))
            for step in (25, 10, 6):
                await pilot.hover(Timeline, offset=(timeline.gutter.left + round(step * (width - 1) / END), 2))
                await pilot.pause()
                assert step_of(pilot) == step
                assert replay_of(pilot).play.view() == played(step)[0].view()
            await pilot.mouse_up(Timeline, offset=(timeline.gutter.left + round(6 * (width - 1) / END), 2))
            await pilot.hover(Timeline, offset=(column, 2))
            assert step_of(pilot) == 6


# -- playing


async def frames(pilot: Pilot[None], count: int, seconds: float = 0.25) -> None:
    for _ in range(count):
        replay_of(pilot).frame(seconds)
    await pilot.pause()


async def test_it_plays_at_the_speed_of_the_tape_and_pauses_where_it_is_told_to(isocross_home: Path) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            screen.play.clock.speed = 60  # a step of this tape is a minute
            await pilot.press("space")
            await frames(pilot, 12)
            assert step_of(pilot) == 3
            await pilot.press("space")
            await frames(pilot, 12)
            assert (step_of(pilot), said(pilot)) == (3, "Paused.")
            await pilot.press("space")
            screen.play.clock.speed = 1_800
            await frames(pilot, 4)
            assert step_of(pilot) == CALL
            assert not screen.play.running
            assert said(pilot).startswith("⚠ Paused: the ETH pool uses 50 % of its equity")
            assert screen.play.view() == played(CALL)[0].view()


async def test_a_liquidation_that_it_plays_into_is_told_as_at_the_desk(isocross_home: Path) -> None:
    with saved_at(isocross_home, f"step {CALL}") as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            screen.play.pausing = frozenset({"liquidation"})
            screen.play.clock.speed = 1_800
            await pilot.press("space")
            await frames(pilot, 4)
            assert isinstance(pilot.app.screen, LiquidationDialog)
            await pilot.press("enter")
            assert pilot.app.screen is screen
            assert step_of(pilot) == LIQUIDATION


@pytest.mark.parametrize("speed", [259_200, float("inf")])
async def test_at_the_end_it_stops_and_says_so(isocross_home: Path, speed: float) -> None:
    with saved_at(isocross_home) as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            screen.play.pausing = frozenset()
            screen.play.clock.speed = speed
            await pilot.press("space")
            await frames(pilot, 3)
            assert (step_of(pilot), screen.play.running) == (END, False)
            assert said(pilot).startswith("The end of the session. Home goes to its start, K plays on from here")
            await pilot.press("space")
            assert (step_of(pilot), screen.play.running) == (0, True)


async def test_time_stands_still_while_something_lies_over_it(isocross_home: Path) -> None:
    with saved_at(isocross_home, "step 5") as start:
        async with playing(isocross_home, start) as pilot:
            screen = replay_of(pilot)
            await pilot.press("space", "at")
            assert not screen.play.running
            await pilot.press("escape")
            assert screen.play.running
            await pilot.press("p")
            screen._before = -1.0
            screen.tick()
            assert step_of(pilot) == 5
