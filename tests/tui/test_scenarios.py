"""Lessons on the screen: the ladder, the desk's panel, and each scripted solution played through the real screens."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.scenarios.shipped import shipped_lessons
from saves.attempts import Attempts
from tests.tui.desks import NARROW, WIDE, frames, library_in, notice_of, playing, screen_text, type_command
from tui.command_text.preview import target
from tui.dialogs.scenario_done import ScenarioDoneDialog
from tui.playing.runs import Goal
from tui.scenarios.found import OWN_FOLDER
from tui.screens.scenario_desk import ScenarioDesk
from tui.screens.scenarios import ScenariosScreen

COUNT = len(shipped_lessons())
QUICK = (1, 5)
SLOW = pytest.mark.slow
NUMBERS = [number if number in QUICK else pytest.param(number, marks=SLOW) for number in range(1, COUNT + 1)]


def scenario_desk_of(pilot: Pilot[None]) -> ScenarioDesk:
    return next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, ScenarioDesk))


async def begin(pilot: Pilot[None], number: int) -> ScenarioDesk:
    """From Home through the ladder to a lesson's desk."""
    await pilot.press("l")
    await pilot.press("home", *["down"] * (number - 1), "enter")
    await pilot.pause()
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
            if not on_the_way or desk.play.session.step >= found.step or desk.play.attempt.result is not None:
                break
            desk.play.run_to(Goal(found.step))
        desk.frame(0.25)
        if desk.play.session.state != "running":
            break
    await pilot.pause()
    while not isinstance(pilot.app.screen, ScenarioDesk | ScenarioDoneDialog):
        await pilot.press("escape")
        await pilot.pause()


@pytest.mark.parametrize("number", NUMBERS)
async def test_the_solution_earns_three_stars_on_the_screen(isocross_home: Path, number: int) -> None:
    scenario = shipped_lessons()[number - 1]
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, number)
        for line in scenario.solution:
            await type_line(pilot, line.text)
        await pilot.pause()
        assert desk.play.attempt.result is not None, (notice_of(pilot), desk.play.attempt.progress())
        assert desk.play.attempt.result.count == 3, desk.play.attempt.result
        assert isinstance(pilot.app.screen, ScenarioDoneDialog)
        assert "★★★" in screen_text(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ScenariosScreen), pilot.app.screen_stack
        assert "★★★" in screen_text(pilot)


async def test_a_lesson_is_resumed_where_it_was(isocross_home: Path) -> None:
    first = shipped_lessons()[0].solution[0].text
    async with playing(isocross_home, size=NARROW) as pilot:
        desk = await begin(pilot, 1)
        await type_line(pilot, first)
        done = desk.play.attempt.done
        assert done == 1
        await pilot.press("q")
        await pilot.pause()
        assert "Lesson 1: " in screen_text(pilot)
        await pilot.press("enter")
        await pilot.pause()
        again = scenario_desk_of(pilot)
        assert again is not desk
        assert again.play.attempt.done == done


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hints_come_one_after_the_other(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await begin(pilot, 1)
        assert "step 1 of" in screen_text(pilot)
        for number in (1, 2, 3):
            assert f"hint {number}," not in screen_text(pilot)
            await pilot.press("e")
            await pilot.pause()
            assert f"hint {number}," in screen_text(pilot)
        await pilot.press("e")
        await pilot.pause()
        assert "no further hint" in notice_of(pilot)


async def test_restart_and_back_to_a_checkpoint(isocross_home: Path) -> None:
    first = shipped_lessons()[0].solution[0].text
    async with playing(isocross_home) as pilot:
        await begin(pilot, 1)
        await pilot.press("B")
        assert "Nothing is remembered" in notice_of(pilot)
        await type_line(pilot, first)
        await pilot.press("C")
        await type_line(pilot, "flatten")
        await frames(pilot, 1)
        assert not scenario_desk_of(pilot).play.view().positions
        await pilot.press("B")
        await pilot.pause()
        assert scenario_desk_of(pilot).play.view().positions
        assert scenario_desk_of(pilot).play.attempt.done == 1
        await pilot.press("R")
        await pilot.pause()
        assert scenario_desk_of(pilot).play.attempt.done == 0
        assert not scenario_desk_of(pilot).play.view().positions


async def test_a_damaged_file_is_listed_with_its_error(isocross_home: Path) -> None:
    folder = isocross_home / OWN_FOLDER
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('id = "mine"\ntitle = 5\n', encoding="utf-8")
    async with playing(isocross_home, size=WIDE) as pilot:
        await pilot.press("l", "end")
        await pilot.pause()
        text = screen_text(pilot)
        assert all(word in text for word in ("mine.toml", "title", "line 2"))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ScenariosScreen)


def test_progress_keeps_the_best(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        kept: Attempts = library.attempts
        for session, stars in (("a", 2), ("b", 3), ("c", 3), ("d", None)):
            kept.begin(session, "margin")
            if stars is not None:
                kept.earn(session, stars)
        kept.earn("b", 0)
        assert kept.scenario_of("d") == "margin"
        assert kept.scenario_of("e") is None
        assert {name: (best.stars, best.session) for name, best in kept.best().items()} == {"margin": (3, "b")}
        with pytest.raises(ValueError, match="4 stars"):
            kept.earn("d", 4)
