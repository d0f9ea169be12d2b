"""Scenarios to play in tests, and attempts at them: with a library alone, and with the screens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from textual.pilot import Pilot

from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import take_book
from saves import Library, Recorder
from saves.attempts import Attempted
from tui.playing.runs import Goal
from tui.scenarios import found as scenarios
from tui.scenarios.found import Found
from tui.scenarios.scenario_play import ScenarioPlay
from tui.screens.scenario_desk import ScenarioDesk

SLOW = pytest.mark.slow
DAILY = scenarios.daily(date(2026, 1, 1))
LUNA = scenarios.find("challenge", "survive-luna")
DESK = scenarios.find("challenge", "prop-desk-one-step")
IDLE = scenarios.find("lesson", "idle-margin")
FIRST = scenarios.find("lesson", "1")


def unexpected(error: Exception) -> str:
    raise AssertionError from error


def play_of(library: Library, recorder: Recorder, attempt: Attempt, stored: Attempted | None = None) -> ScenarioPlay:
    kept = stored or library.attempts.of(recorder.id)
    assert kept is not None
    return ScenarioPlay(recorder, unexpected, lambda: 0.0, attempt, library.attempts, kept)


@contextmanager
def begun(library: Library, found: Found, ranked: bool = False) -> Iterator[ScenarioPlay]:
    """A new attempt, its book taken, as the app begins one."""
    attempt = Attempt(found.scenario, found.tape)
    with library.create(attempt.session) as recorder:
        library.attempts.begin(recorder.id, found.scenario.id, ranked)

        def do(command):  # type: ignore[no-untyped-def]
            answer = recorder.do(command)
            attempt.answered(command, answer)
            return answer

        assert not list(take_book(attempt, do))
        yield play_of(library, recorder, attempt)


def to(play: ScenarioPlay, step: int) -> None:
    """Let time run to a vertex, going on wherever it stops, unless the session is at its end."""
    while play.session.step < step and play.session.state == "running":
        play.run_to(Goal(step))
        play.frame(0.25)


def to_end(play: ScenarioPlay) -> None:
    to(play, len(play.session.tape) - 1)


async def begin(pilot: Pilot[None], found: Found) -> ScenarioDesk:
    pilot.app.begin_scenario(found)  # type: ignore[attr-defined]
    await pilot.pause()
    desk = pilot.app.screen
    assert isinstance(desk, ScenarioDesk)
    return desk


def desk_of(pilot: Pilot[None]) -> ScenarioDesk:
    return next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, ScenarioDesk))
