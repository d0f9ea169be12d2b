"""Scenarios on the screen: the panel, hints, beginning again, the end, and each solution through the real screens."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import shipped_challenges, shipped_lessons
from tests.tui.desks import NARROW, WIDE, notice_of, playing, screen_text, strips_of, type_command
from tests.tui.strip_text import assert_golden
from tui.command_text.preview import target
from tui.dialogs.explain import ExplainDialog
from tui.dialogs.scenario_done import ScenarioDoneDialog
from tui.playing.runs import Goal
from tui.screens.post_mortem import PostMortemScreen
from tui.screens.scenario_desk import ScenarioDesk
from tui.screens.scenarios import ScenariosScreen
from tui.widgets.pools import PoolsPanel
from tui.widgets.scenario_panel import ScenarioPanel
from tui.widgets.ticket import Ticket

SLOW = pytest.mark.slow
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
LESSONS = shipped_lessons()
QUICK = ("isolated-margin",)
"""Lessons that are played in every run of the tests."""

TODAY = "daily-2026-01-01"
DAILY = ("buy $5000 BTC 2x", "@ +6h", "close BTC", "@ end")


def scenario_desk_of(pilot: Pilot[None]) -> ScenarioDesk:
    return next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, ScenarioDesk))


async def settled(pilot: Pilot[None]) -> None:
    """Wait for what works in threads, and for the screen."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def begin(pilot: Pilot[None], scenario: str) -> ScenarioDesk:
    """From Home through the ladder to a scenario's desk."""
    await pilot.press("l")
    await settled(pilot)
    ladder = pilot.app.screen
    assert isinstance(ladder, ScenariosScreen)
    await pilot.press("home")
    for _ in range(60):
        row = ladder.chosen
        if row is not None and not isinstance(row, Exception) and row.found.scenario.id == scenario:
            break
        await pilot.press("down")
    else:
        raise AssertionError(f"the ladder has no {scenario}")
    await pilot.press("n")
    await settled(pilot)
    return scenario_desk_of(pilot)


async def type_line(pilot: Pilot[None], text: str) -> None:
    """Write at the `:` line, put away what is told of it, and let time run as far as it asks for."""
    desk = scenario_desk_of(pilot)
    found = target(desk.play, text) if text.startswith("@") else None
    await type_command(pilot, text)
    for _ in range(5000):
        if not desk.play.running:
            # Calls and steps that are done pause on the way to a time: the player goes on.
            on_the_way = found is not None and not isinstance(found, str) and not found.stop_on
            if not on_the_way or desk.play.session.step >= found.step or desk.play.over:
                break
            desk.play.run_to(Goal(found.step))
        desk.frame(0.25)
        if desk.play.session.state != "running":
            break
    await pilot.pause()
    while not isinstance(pilot.app.screen, ScenarioDesk | ScenarioDoneDialog):
        await pilot.press("escape")
        await pilot.pause()


async def play(pilot: Pilot[None], lines: tuple[str, ...]) -> None:
    """Type lines until the end is told."""
    for line in lines:
        if not isinstance(pilot.app.screen, ScenarioDoneDialog):
            await type_line(pilot, line)
    await pilot.pause()


def solution(scenario: Scenario) -> tuple[str, ...]:
    return tuple(line.text for line in scenario.solution)


# -- every scenario through the real screens


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(each, id=each.id, marks=() if each.id in QUICK else SLOW)
        for each in (*LESSONS, *shipped_challenges())
    ],
)
async def test_the_solution_earns_three_stars_on_the_screen(isocross_home: Path, scenario: Scenario) -> None:
    async with playing(isocross_home, size=NARROW) as pilot:
        desk = await begin(pilot, scenario.id)
        await play(pilot, solution(scenario))
        assert desk.play.stars is not None, (notice_of(pilot), desk.play.attempt.progress())
        assert desk.play.stars.count == 3, desk.play.stars
        assert isinstance(pilot.app.screen, ScenarioDoneDialog)
        text = screen_text(pilot)
        assert text.count("★") == 3
        assert "☆" not in text
        assert ("among the rivals" in text) == (scenario not in LESSONS)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ScenariosScreen), pilot.app.screen_stack


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [pytest.param(each, id=each.id) for each in (*LESSONS, *shipped_challenges())])
async def test_the_naive_attempt_is_told_what_it_missed(isocross_home: Path, scenario: Scenario) -> None:
    async with playing(isocross_home, size=NARROW) as pilot:
        desk = await begin(pilot, scenario.id)
        await play(pilot, tuple(line.text for line in scenario.naive))
        if desk.play.over:
            assert isinstance(pilot.app.screen, ScenarioDoneDialog)
            assert screen_text(pilot).count("★") < 3
            assert "✗ " in screen_text(pilot)
        else:
            assert desk.play.attempt.done < len(scenario.steps)


@SLOW
async def test_the_daily_is_ranked_once_and_its_line_can_be_shared(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, TODAY)
        assert desk.play.ranked
        assert "ranked one" in notice_of(pilot)
        await play(pilot, DAILY)
        assert desk.play.share_line is not None
        assert desk.play.share_line in screen_text(pilot)
        assert desk.play.share_line.startswith("isocross #1 ")
        assert "ranked" in screen_text(pilot)
        await pilot.press("c")
        assert pilot.app.clipboard == desk.play.share_line
        await pilot.press("r")
        await settled(pilot)
        again = scenario_desk_of(pilot)
        assert again is not desk
        assert not again.play.ranked
        assert "practice" in notice_of(pilot)


# -- the panel


@SIZES
async def test_how_a_lesson_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with playing(isocross_home, size=size) as pilot:
        await begin(pilot, "long-and-short")
        assert_golden(f"lesson-{name}", strips_of(pilot))
        await pilot.press("e", "e", "e")
        await pilot.pause()
        assert_golden(f"lesson-hints-{name}", strips_of(pilot))
        await type_line(pilot, "buy 0.1 ETH 1x")
        assert_golden(f"lesson-step-done-{name}", strips_of(pilot))
        if size == NARROW:
            await pilot.press("tab")
            await pilot.pause()
            assert_golden(f"lesson-desk-{name}", strips_of(pilot))
        await play(pilot, solution(LESSONS[0])[1:])
        assert_golden(f"lesson-done-{name}", strips_of(pilot))


@SLOW
@SIZES
async def test_how_a_broken_prop_desk_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        desk = await begin(pilot, "prop-desk-two-step")
        await type_line(pilot, "buy $400000 BTC 10x")
        verdict = desk.play.verdict
        assert verdict is not None
        for rule, floor in verdict.floors:
            assert f"{rule}: {verdict.worth - floor:,.2f} left" in screen_text(pilot)
        await type_line(pilot, "@ end")
        assert isinstance(pilot.app.screen, ScenarioDoneDialog)
        assert "takes its account back: the daily loss was broken" in screen_text(pilot)
        assert_golden(f"prop-desk-over-{size[0]}x{size[1]}", strips_of(pilot))


@SIZES
async def test_hints_come_one_after_the_other(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await begin(pilot, "long-and-short")
        assert "step 1 of" in screen_text(pilot)
        for number in (1, 2, 3):
            assert f"hint {number}," not in screen_text(pilot)
            await pilot.press("e")
            await pilot.pause()
            assert f"hint {number}," in screen_text(pilot)
        assert ": buy 0.1 ETH 1x ⏎" in screen_text(pilot)
        await pilot.press("e")
        await pilot.pause()
        assert "no further hint" in notice_of(pilot)


@SIZES
async def test_the_goal_is_looked_at_while_time_runs(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        desk = await begin(pilot, "long-and-short")
        await type_line(pilot, "buy 0.1 ETH 1x")
        assert "○ price of ETH at least 2,100   now 2,000" in screen_text(pilot)
        await pilot.press("space")
        for _ in range(4):
            desk.frame(0.25)
        await pilot.pause()
        price = desk.play.view().markets[0].last
        assert 2000 < price < 2100
        assert f"now {price:,.2f}".removesuffix(".00") in screen_text(pilot)
        assert "equity" in screen_text(pilot)
        while desk.play.running:
            desk.frame(0.25)
        await pilot.pause()
        assert desk.play.attempt.done == 2
        assert "Step 2 is done" in screen_text(pilot)
        assert desk.query_one(ScenarioPanel).scroll_y == 0


async def test_what_to_do_stays_in_sight_at_80_columns_in_every_step(isocross_home: Path) -> None:
    async with playing(isocross_home, size=NARROW) as pilot:
        desk = await begin(pilot, "isolated-margin")
        for step in LESSONS[4].steps[:2]:
            assert "▸ " in screen_text(pilot)
            panel = desk.query_one(ScenarioPanel)
            await pilot.press("down", "down")
            await pilot.pause()
            assert "▸ " in screen_text(pilot)
            if panel.max_scroll_y > panel.scroll_y:
                assert "▼" in screen_text(pilot)
            await type_line(pilot, step.keys[0].text)


async def test_tab_goes_from_the_step_to_the_chart_and_the_account(isocross_home: Path) -> None:
    async with playing(isocross_home, size=NARROW) as pilot:
        await begin(pilot, "long-and-short")
        assert "practice account" in screen_text(pilot)
        await pilot.press("tab")
        await pilot.pause()
        text = screen_text(pilot)
        assert "practice account" not in text
        assert all(word in text for word in ("▸ Buy", "○ long ETH", "WALLET", "2,000.00"))
        await pilot.press("f")
        await pilot.pause()
        assert "practice account" in screen_text(pilot)


async def test_figures_of_the_panel_are_those_of_the_desk_and_open_into_their_terms(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, "initial-and-maintenance")
        await type_line(pilot, "buy $5000 ETH 10x")
        await pilot.pause()
        pool = desk.play.view().pools[0]
        assert f"{pool.equity:,.2f}" in screen_text(pilot)
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExplainDialog)
        await pilot.press("escape")
        pools = desk.query_one(PoolsPanel)
        while not pools.has_focus:
            await pilot.press("tab")
            await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExplainDialog)


@pytest.mark.slow
@SIZES
async def test_the_ticket_works_in_a_lesson(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        desk = await begin(pilot, "long-and-short")
        await pilot.press("b")
        await pilot.pause()
        assert desk.query_one(Ticket).size.height > 0
        await pilot.press("escape")
        await pilot.pause()
        assert "▸ Buy" in screen_text(pilot)


# -- beginning again, going back, going on


async def test_restart_and_back_to_a_checkpoint(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await begin(pilot, "long-and-short")
        await pilot.press("B")
        assert "Nothing is remembered" in notice_of(pilot)
        await type_line(pilot, "buy 0.1 ETH 1x")
        await pilot.press("C")
        await type_line(pilot, "flatten")
        assert not scenario_desk_of(pilot).play.view().positions
        await pilot.press("B")
        await settled(pilot)
        assert scenario_desk_of(pilot).play.view().positions
        assert scenario_desk_of(pilot).play.attempt.done == 1
        await pilot.press("R")
        await settled(pilot)
        assert scenario_desk_of(pilot).play.attempt.done == 0
        assert not scenario_desk_of(pilot).play.view().positions


async def test_a_lesson_is_resumed_where_it_was(isocross_home: Path) -> None:
    async with playing(isocross_home, size=NARROW) as pilot:
        desk = await begin(pilot, "long-and-short")
        await type_line(pilot, "buy 0.1 ETH 1x")
        await pilot.press("e", "q")
        await settled(pilot)
        assert "Lesson 1: " in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        again = scenario_desk_of(pilot)
        assert again is not desk
        assert again.play.attempt.done == 1
        assert "hint 1," in screen_text(pilot)


@pytest.mark.slow
async def test_after_the_end_the_next_lesson_or_a_look_around(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, "long-and-short")
        await play(pilot, solution(LESSONS[0]))
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is desk
        assert "Every step is done" in screen_text(pilot)
        await pilot.press("e")
        assert "over" in notice_of(pilot)
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ScenarioDoneDialog)
        await pilot.press("n")
        await settled(pilot)
        assert scenario_desk_of(pilot).found.scenario.id == LESSONS[1].id


@SLOW
async def test_a_liquidation_is_told_before_the_end_and_has_its_post_mortem(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, "survive-luna")
        for _ in range(200):
            if desk.play.over:
                break
            desk.play.run_to(Goal(len(desk.tape) - 1))
            desk.frame(0.25)
        await pilot.pause()
        assert desk.play.over
        assert not isinstance(pilot.app.screen, ScenarioDoneDialog), "the liquidation comes first"
        for _ in range(9):
            if isinstance(pilot.app.screen, ScenarioDoneDialog):
                break
            await pilot.press("escape")
            await pilot.pause()
        assert desk.play.stars is not None
        assert desk.play.stars.count == 0
        assert "✗ the account was wiped out" in screen_text(pilot)
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PostMortemScreen)


async def test_at_the_end_of_the_tape_a_step_that_a_command_can_do_is_still_open(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, "long-and-short")
        await type_line(pilot, "@ end")
        assert desk.play.at_end
        assert not desk.play.over
        assert pilot.app.screen is desk
        assert "tape ends here" in notice_of(pilot)
        await type_line(pilot, "buy 0.1 ETH 1x")
        assert desk.play.attempt.done == 1
