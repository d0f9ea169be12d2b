"""Attempts as they are played and kept: their end, the daily's ranked one, restarts, checkpoints, going on later."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from engine.commands.grammar import parse
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import take_book
from engine.scenarios.daily import DailyError
from engine.scenarios.prop_desk import judged
from saves import Library, Recorder
from saves.attempts import Attempted
from tests.tui.desks import library_in, playing, saved, screen_text
from tui.playing.runs import Goal
from tui.scenarios import found as scenarios
from tui.scenarios.found import Found, NotFound
from tui.scenarios.resumed import resumed_attempt
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


# -- how it ends


@pytest.mark.slow
def test_the_end_of_the_tape_ends_it_with_what_is_missing(isocross_home: Path) -> None:
    with library_in(isocross_home) as library, begun(library, LUNA) as play:
        assert (play.over, play.stars, play.score, play.share_line, play.verdict) == (False, None, None, None, None)
        play.do(parse("close LUNA 80%"))
        to_end(play)
        assert play.over
        assert play.stars is not None
        assert play.score is not None
        assert "step 1 of 1 is not done" in play.stars.missing
        stored = library.attempts.of(play.recorder.id)
        assert stored is not None
        assert stored.outcome is not None
        assert (stored.outcome.stars, stored.outcome.score) == (play.stars.count, play.score.points)
        assert play.unkept is None


def test_a_wipe_out_ends_it_and_a_rescue_changes_nothing(isocross_home: Path) -> None:
    with library_in(isocross_home) as library, begun(library, LUNA) as play:
        to_end(play)
        assert play.session.state == "wiped out"
        assert str(play.stars) == "☆☆☆"
        assert play.score is not None
        assert play.score.wiped_out
        points = play.score.points
        play.do(parse("deposit 90000"))
        to_end(play)
        assert play.over
        assert str(play.stars) == "☆☆☆"
        stored = library.attempts.of(play.recorder.id)
        assert stored is not None
        assert stored.outcome is not None
        assert (stored.outcome.stars, stored.outcome.score) == (0, points)


def test_time_stops_where_it_is_over(isocross_home: Path) -> None:
    with library_in(isocross_home) as library, begun(library, DESK) as play:
        play.do(parse("buy $400000 BTC 10x"))
        play.run_to(Goal(len(play.session.tape) - 1))
        for _ in range(1000):
            play.frame(0.25)
            if play.over:
                break
            play.run_to(Goal(len(play.session.tape) - 1))
        assert play.verdict is not None
        assert play.verdict.broken is not None
        assert play.verdict.broken.step == play.session.step
        assert not play.running
        assert DESK.scenario.prop_desk is not None
        library_record = library.record(play.recorder.id)
        assert judged(DESK.scenario.prop_desk, library_record) == play.verdict


def test_a_better_run_is_told_of_the_one_before(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        with begun(library, FIRST) as play:
            assert play.previous_best is None
            to_end(play)
            stars, session = play.attempt.stars(), play.recorder.id
            assert play.over is False  # at its end a command could still do it
            play.do(parse("end"))
            assert play.over
        with begun(library, FIRST) as play:
            assert play.previous_best is not None
            assert (play.previous_best.stars, play.previous_best.session) == (stars.count, session)


# -- the daily


def test_a_daily_is_shared_and_says_nothing_of_its_regime(isocross_home: Path) -> None:
    with library_in(isocross_home) as library, begun(library, DAILY, ranked=True) as play:
        assert play.ranked
        play.do(parse("buy $9000 BTC 3x"))
        to(play, 700)
        play.do(parse("close BTC"))
        assert play.share_line is None
        to_end(play)
        assert play.share_line is not None
        assert play.stars is not None
        assert play.share_line.startswith("isocross #1 ")
        assert play.share_line.endswith(str(play.stars))
        stored = library.attempts.of(play.recorder.id)
        assert stored is not None
        assert stored.outcome is not None
        assert stored.outcome.summary is not None
        assert stored.outcome.summary.parts in play.share_line


def test_nothing_that_is_shown_or_saved_names_a_regime() -> None:
    from engine.tapes.daily import REGIMES, daily_prices
    from engine.tapes.synthetic import REGIMES as EVERY

    assert set(REGIMES) <= set(EVERY)
    days = {daily_prices(day).regime: day for day in (date(2026, 1, 1 + number) for number in range(31))}
    for regime, day in days.items():
        found = scenarios.daily(day)
        tape, head = found.tape, found.scenario
        said = [head.title, head.teaches, head.file, tape.origin.description, *tape.origin.notes, *tape.origin.recipe]
        step, now = head.steps[0], Attempt(head, tape).begun[0]
        said += [text.render(now) for text in (step.text, step.do, step.nudge, step.formula, head.thought)]
        assert regime not in " ".join(said).lower()
    assert len(days) >= 7


async def begin(pilot: Pilot[None], found: Found) -> ScenarioDesk:
    pilot.app.begin_scenario(found)  # type: ignore[attr-defined]
    await pilot.pause()
    desk = pilot.app.screen
    assert isinstance(desk, ScenarioDesk)
    return desk


def desk_of(pilot: Pilot[None]) -> ScenarioDesk:
    return next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, ScenarioDesk))


async def test_the_first_attempt_on_its_day_is_ranked_and_all_others_are_practice(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, DAILY)
        assert desk.play.ranked
        desk.action_restart()
        await pilot.pause()
        assert not desk_of(pilot).play.ranked
        names = [each.name for each in saved(isocross_home)]
        assert sorted(names) == ["Daily #1: 2026-01-01", "Daily #1: 2026-01-01, practice"]
        desk_of(pilot).action_restart()
        await pilot.pause()
        assert len(saved(isocross_home)) == 2
    async with playing(isocross_home) as pilot:  # the day after: practice too
        desk = await begin(pilot, scenarios.daily(date(2026, 1, 2)))
        assert not desk.play.ranked
        assert "calm" not in screen_text(pilot).lower()


# -- restarts and checkpoints


@pytest.mark.slow
async def test_ten_restarts_leave_one_save(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await begin(pilot, IDLE)
        for number in range(10):
            desk = desk_of(pilot)
            desk.play.do(parse("buy $100 ETH 2x"))
            to(desk.play, number)
            desk.action_restart()
            await pilot.pause()
        assert [each.name for each in saved(isocross_home)] == [IDLE.title]
        assert desk_of(pilot).play.session.commands == 0
    with library_in(isocross_home) as library:
        assert len(library.attempts.every()) == 1


async def test_the_best_stays_when_it_is_begun_again(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        for command in ("end", "end", "buy $100 ETH 2x"):
            desk = await begin(pilot, IDLE) if command == "end" and not saved(isocross_home) else desk_of(pilot)
            desk.play.do(parse(command))
            desk.action_restart()
            await pilot.pause()
    with library_in(isocross_home) as library:
        best = library.attempts.best()[IDLE.scenario.id]
        assert best.session in {each.id for each in library.sessions()}
        assert len(library.sessions()) == 2
        assert len(library.attempts.of_scenario(IDLE.scenario.id)) == 3


async def test_back_at_a_checkpoint_it_is_the_attempt_of_that_moment(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, IDLE)
        play = desk.play
        play.do(parse("buy $100 ETH 2x"))
        play.do(parse("margin SOL +999999"))
        play.hint()
        to(play, 5)
        desk.action_checkpoint()
        before, refused = play.attempt.progress(), list(play.attempt.refusals)
        play.do(parse("margin ETH +999999"))
        play.do(parse("buy $100 SOL 2x"))
        to(play, 9)
        for _ in range(2):
            desk_of(pilot).action_back()
            await pilot.pause()
            play = desk_of(pilot).play
            assert (play.session.step, play.here) == (5, play.checkpoint)
            assert play.attempt.progress() == before
            assert play.attempt.refusals == refused
            play.do(parse("close ETH"))
        assert len(saved(isocross_home)) == 1
    with library_in(isocross_home) as library:
        (attempt,) = library.attempts.every()
        assert not attempt.ranked


async def test_back_in_a_ranked_attempt_is_practice_and_the_ranked_one_stays(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, DAILY)
        to(desk.play, 5)
        desk.action_checkpoint()
        to(desk.play, 50)
        desk.action_back()
        await pilot.pause()
        assert not desk_of(pilot).play.ranked
        assert len(saved(isocross_home)) == 2


# -- going on later

WORDS = st.sampled_from(
    (
        *("buy 20% {0} 3x", "sell 20% {0} 5x", "buy 90% {0} 20x iso", "close {0}", "margin {0} +9999999", "flatten"),
        *("margin {0} +10", "buy $1 {0}", "note 7", "deposit 50", "hint"),
    )
)
MOVES = st.lists(st.tuples(WORDS, st.integers(0, 4), st.integers(0, 40)), min_size=1, max_size=7)


@pytest.mark.parametrize("found", [IDLE, *(pytest.param(each, marks=SLOW) for each in (LUNA, DESK, DAILY))])
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(moves=MOVES)
def test_who_goes_on_later_is_where_he_would_be_without_leaving(
    found: Found, moves: list[tuple[str, int, int]]
) -> None:
    home = Path(tempfile.mkdtemp())
    try:
        with library_in(home) as library:
            with begun(library, found) as play:
                for words, place, steps in moves:
                    if words == "hint":
                        play.hint()
                    else:
                        play.do(parse(words.format(found.scenario.markets[place % len(found.scenario.markets)])))
                    to(play, min(play.session.step + steps, len(play.session.tape) - 1))
                left, session = play.attempt, play.recorder.id
            with library.resume(session) as recorder:
                stored = library.attempts.of(session)
                assert stored is not None
                back = resumed_attempt(found.scenario, library, recorder, stored)
                assert back is not None
                assert back.session is recorder.session
                assert back.progress() == left.progress()
                assert (back.refusals, back.events, back.end) == (left.refusals, left.events, left.end)
                assert (back.verdict, back.hints) == (left.verdict, left.hints)
                again = play_of(library, recorder, back)
                to_end(again)
                to_end_of = left.session.copy()
                to_end_of.advance(len(left.tape) - 1)
                assert again.session.state_hash() == to_end_of.state_hash()
    finally:
        shutil.rmtree(home)


async def test_a_lesson_that_waits_for_a_refusal_is_resumed_behind_it(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        play = (await begin(pilot, IDLE)).play
        play.do(parse("margin SOL +300000"))
        assert len(play.attempt.refusals) == 1
        session = play.recorder.id
    async with playing(isocross_home, session) as pilot:
        assert [each.symbol for each in desk_of(pilot).play.attempt.refusals] == ["SOL"]


async def test_a_scenario_that_is_another_by_now_is_played_as_any_session(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        session = (await begin(pilot, IDLE)).play.recorder.id
    with library_in(isocross_home) as library, library.resume(session) as recorder:
        stored = library.attempts.of(session)
        assert stored is not None
        other = replace(IDLE.scenario, setup=replace(IDLE.scenario.setup, venue="binance"))
        assert resumed_attempt(other, library, recorder, stored) is None


def test_what_cannot_be_kept_is_said_and_the_game_goes_on(isocross_home: Path) -> None:
    with library_in(isocross_home) as library, begun(library, IDLE) as play:
        library._db.execute("DROP TABLE refusals")
        play.do(parse("margin SOL +300000"))
        assert play.unkept is not None
        assert play.attempt.refusals
        assert not isinstance(play.do(parse("end")), str)
        assert play.over


# -- which there are


def test_scenarios_are_found_by_number_id_and_date() -> None:
    assert [each.name for each in scenarios.lessons()] == [
        str(number + 1) for number in range(len(scenarios.lessons()))
    ]
    assert scenarios.find("lesson", "1").title.startswith("Lesson 1: ")
    assert scenarios.find("challenge", "3").scenario.id == "survive-luna"
    assert scenarios.find("daily", "2026-01-01").scenario.id == "daily-2026-01-01"
    assert (found := scenarios.with_id("daily-2026-01-01")) is not None
    assert found.group == "daily"
    for identity in ("daily-2025-01-01", "daily-x", "nothing"):
        assert scenarios.with_id(identity) is None
    with pytest.raises(NotFound) as caught:
        scenarios.find("challenge", "survive-lnua")
    assert caught.value.near == "survive-luna"
    with pytest.raises(NotFound):
        scenarios.find("daily", "tomorrow")
    with pytest.raises(DailyError):
        scenarios.find("daily", "2025-12-31")


def test_an_own_scenario_may_not_be_called_as_a_challenge_or_a_daily(isocross_home: Path) -> None:
    from engine.package_data import text_in
    from engine.scenarios.shipped import LESSONS

    folder = isocross_home / scenarios.OWN_FOLDER
    folder.mkdir()
    text = text_in(LESSONS, "01_long_and_short.toml").replace("needs = []", "")
    for name in ("survive-luna", "daily-2026-01-01", "mine"):
        (folder / f"{name}.toml").write_text(text.replace('id = "long-and-short"', f'id = "{name}"'), encoding="utf-8")
    found, wrong = scenarios.own_scenarios()
    assert [each.group for each in found] == ["own"] * 3
    assert sorted(getattr(each, "would_work", "") for each in wrong) == ["my-daily-2026-01-01", "survive-luna-2"]
