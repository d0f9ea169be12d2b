"""Attempts as they are played and kept: their end, the daily's ranked one, restarts, checkpoints."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.commands.grammar import parse
from engine.scenarios.attempt import Attempt
from engine.scenarios.prop_desk import judged
from tests.tui.desks import library_in, playing, saved, screen_text
from tests.tui.scenario_playing import DAILY, DESK, FIRST, IDLE, LUNA, begin, begun, desk_of, to, to_end
from tui.playing.runs import Goal
from tui.scenarios import found as scenarios
from tui.scenarios.ladder import under_way

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


@pytest.mark.parametrize("how", ["again", "from the ladder", "back"])
async def test_who_practises_has_ended_the_ranked_attempt_and_cannot_go_on_with_it(
    isocross_home: Path, how: str
) -> None:
    async with playing(isocross_home) as pilot:
        desk = await begin(pilot, DAILY)
        ranked = desk.play.recorder.id
        desk.play.do(parse("buy $1000 BTC 2x"))
        to(desk.play, 5)
        if how == "again":
            desk.action_restart()
        elif how == "back":
            desk.action_checkpoint()
            to(desk.play, 50)
            desk.action_back()
        else:
            pilot.app.start_scenario(DAILY)  # type: ignore[attr-defined]
        await pilot.pause()
        practice = desk_of(pilot).play
        assert not practice.ranked
        assert practice.session.step == (5 if how == "back" else 0)
        assert practice.session.state == "running"
    with library_in(isocross_home) as library:
        attempt = library.attempts.of(ranked)
        assert attempt is not None
        assert attempt.outcome is not None
        assert attempt.outcome.summary is not None
        assert (attempt.ranked, attempt.outcome.stars <= 2) == (True, True)
        sessions = {each.id: each for each in library.sessions()}
        assert sessions[ranked].state == "ended"
        left = under_way(library.attempts.of_scenario(DAILY.scenario.id), sessions)
        assert left is None or left.id != ranked
