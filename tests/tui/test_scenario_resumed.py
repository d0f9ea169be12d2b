"""Attempts that are gone on with later, also after the program was killed: as if they had never been left."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from tests.tui.desks import library_in, playing
from tests.tui.scenario_playing import DAILY, DESK, IDLE, LUNA, SLOW, begin, begun, desk_of, play_of, to, to_end
from tui.playing.runs import Goal
from tui.scenarios.found import Found
from tui.scenarios.resumed import resumed_attempt

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
                to_end_of.advance(again.session.step)  # who is wiped out on the way stops there
                assert again.session.state_hash() == to_end_of.state_hash()
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize("last", ["buy $1 ZZZ", "end"])
def test_a_program_that_is_killed_leaves_an_attempt_that_goes_on(
    isocross_home: Path, tmp_path: Path, last: str
) -> None:
    with library_in(isocross_home) as library, begun(library, IDLE) as play:
        play.do(parse("buy $100 ETH 2x"))
        for _ in range(3):  # quiet progress, not on disk yet
            play.run_to(Goal(play.session.step + 1))
            play.frame(0.25)
        play.do(parse(last))
        left, session = play.attempt.progress(), play.recorder.id
        shutil.copytree(isocross_home, tmp_path / "killed", ignore=shutil.ignore_patterns("*.lock"))
    with library_in(tmp_path / "killed") as library, library.resume(session) as recorder:
        stored = library.attempts.of(session)
        assert stored is not None
        back = resumed_attempt(IDLE.scenario, library, recorder, stored)
        assert back is not None
        assert back.progress() == left
        assert play_of(library, recorder, back).over == (last == "end")
        assert (stored.outcome is not None) == (last == "end")


def test_a_refusal_that_is_ahead_of_its_session_does_not_lose_the_attempt(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        with begun(library, IDLE) as play:
            play.do(parse("buy $100 ETH 2x"))
            session = play.recorder.id
        library.attempts.refused(session, 7, 1, "buy $1 ZZZ")
        with library.resume(session) as recorder:
            stored = library.attempts.of(session)
            assert stored is not None
            back = resumed_attempt(IDLE.scenario, library, recorder, stored)
            assert back is not None
            assert back.session.step == 0


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
