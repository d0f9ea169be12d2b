"""Attempts at scenarios: what is kept of them, and that it stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from saves import Library, SaveError
from saves.attempts import Attempted, Attempts, Best, Outcome, RefusedThere, Summary
from saves.schema import migrate
from tests.saves.playing import new_session

NOON = 1_767_268_800_000
"""2026-01-01T12:00Z."""
SUMMARY = Summary("▲▲▼✖▲", 1, 0, Decimal("3.1"))


@pytest.fixture
def attempts(isocross_home: Path) -> Attempts:
    return Library.open(isocross_home, lambda: NOON).attempts


def test_an_attempt_is_begun_hinted_refused_and_finished(attempts: Attempts) -> None:
    assert attempts.of("a") is None
    assert not attempts.begin("a", "siloed")
    assert attempts.of("a") == Attempted("a", "siloed", "2026-01-01T12:00:00Z", ranked=False)
    attempts.hinted("a", (0, 2))
    attempts.refused("a", 7, 3, "margin ETH +5000")
    attempts.refused("a", 9, 3, "buy $1 ETH")
    attempts.refused("b", 9, 3, "another session’s")
    assert attempts.refusals("a") == (RefusedThere(7, 3, "margin ETH +5000"), RefusedThere(9, 3, "buy $1 ETH"))
    attempts.finish("a", Outcome(2, 12.5, SUMMARY))
    found = attempts.of("a")
    assert found is not None
    assert (found.hints, found.outcome) == ((0, 2), Outcome(2, 12.5, SUMMARY))


def test_what_is_finished_once_does_not_change(attempts: Attempts) -> None:
    attempts.begin("a", "siloed")
    attempts.finish("a", Outcome(1, 3.0))
    attempts.finish("a", Outcome(3, 50.0))
    attempts.begin("a", "another")
    assert attempts.of_scenario("siloed")[0].outcome == Outcome(1, 3.0)
    assert attempts.of_scenario("another") == ()
    with pytest.raises(ValueError, match="4 stars"):
        attempts.finish("a", Outcome(4))


def test_there_is_one_ranked_attempt_even_when_its_session_goes(isocross_home: Path) -> None:
    with Library.open(isocross_home, lambda: NOON) as library, Library.open(isocross_home) as another:
        with library.create(new_session(), "First") as recorder:
            assert library.attempts.begin(recorder.id, "daily-2026-01-01", ranked=True)
        assert not another.attempts.begin("b", "daily-2026-01-01", ranked=True)
        library.delete(recorder.id)
        assert library.attempts.has_ranked("daily-2026-01-01")
        assert not library.attempts.has_ranked("daily-2026-01-02")
        assert [each.ranked for each in library.attempts.of_scenario("daily-2026-01-01")] == [True, False]
        assert library.attempts.begin("c", "daily-2026-01-02", ranked=True)


RUNS = st.lists(
    st.tuples(
        st.sampled_from(("one", "two")),
        st.integers(0, 3),
        st.none() | st.floats(-900, 70, allow_nan=False),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(RUNS)
def test_the_best_is_by_stars_then_score_then_the_first(runs: list[tuple[str, int, float | None, bool]]) -> None:
    db = Database(memory=True)
    migrate(db)
    attempts = Attempts(db, lambda: NOON)
    expected: dict[str, Best] = {}
    for number, (scenario, stars, score, over) in enumerate(runs):
        attempts.begin(f"s{number}", scenario)
        if not over:
            continue
        attempts.finish(f"s{number}", Outcome(stars, score))
        best = expected.get(scenario)
        if best is None or _rank(stars, score) > _rank(best.stars, best.score):
            expected[scenario] = Best(stars, score, f"s{number}")
    assert attempts.best() == expected
    for scenario in ("one", "two"):
        assert attempts.best_of(scenario) == expected.get(scenario)
        beaten = attempts.best_of(scenario, expected[scenario].session) if scenario in expected else None
        assert beaten is None or beaten.session != expected[scenario].session
    assert [each.session for each in attempts.every()] == [f"s{number}" for number in range(len(runs))]


def _rank(stars: int, score: float | None) -> tuple[int, bool, float]:
    return stars, score is not None, score or 0.0


def test_a_fork_is_practice_and_knows_what_was_refused_before_it(attempts: Attempts) -> None:
    attempts.begin("a", "daily-2026-01-01", ranked=True)
    attempts.hinted("a", (1,))
    for step, commands in ((3, 1), (5, 1), (5, 2), (5, 3), (6, 3)):
        attempts.refused("a", step, commands, f"at {step} after {commands}")
    attempts.forked("b", "a", 3)
    assert attempts.of("b") == Attempted("b", "daily-2026-01-01", "2026-01-01T12:00:00Z", ranked=False, hints=(1,))
    assert [(each.step, each.commands) for each in attempts.refusals("b")] == [(3, 1), (5, 1), (5, 2)]
    attempts.refused("b", 8, 2, "later")
    assert len(attempts.refusals("b")) == 4
    attempts.forked("d", "no attempt", 3)
    assert attempts.of("d") is None


def test_who_begins_again_keeps_the_best_and_the_ranked(attempts: Attempts) -> None:
    for session, stars in (("poor", 1), ("best", 2), ("under way", None)):
        attempts.begin(session, "siloed")
        attempts.refused(session, 1, 1, "buy $1 ETH")
        if stars is not None:
            attempts.finish(session, Outcome(stars))
    attempts.begin("ranked", "daily-2026-01-01", ranked=True)
    assert [attempts.give_up(each) for each in ("poor", "best", "under way", "ranked", "none")] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert attempts.of("under way") is None
    assert attempts.refusals("under way") == ()
    assert attempts.of("poor") is not None


def test_a_session_from_a_file_is_no_attempt(isocross_home: Path, tmp_path: Path) -> None:
    with Library.open(isocross_home, lambda: NOON) as library:
        with library.create(new_session(), "Lesson") as recorder:
            library.attempts.begin(recorder.id, "siloed")
            library.attempts.refused(recorder.id, 0, 0, "buy $1 ETH")
        library.export(recorder.id, tmp_path / "one")
        imported = library.import_file(tmp_path / "one")
        assert library.attempts.of(imported.id) is None
        assert library.attempts.refusals(imported.id) == ()


def test_today_is_the_utc_date_of_the_librarys_clock(isocross_home: Path) -> None:
    for now, day in (
        (NOON, date(2026, 1, 1)),
        (NOON + 43_199_999, date(2026, 1, 1)),
        (NOON + 43_200_000, date(2026, 1, 2)),
    ):
        with Library.open(isocross_home, lambda now=now: now) as library:  # type: ignore[misc]
            assert library.attempts.today() == day


@pytest.mark.parametrize("value", ["'[]]'", "'{\"a\":1}'", "'[\"x\"]'", "7"])
def test_what_was_changed_by_hand_is_refused_in_words(isocross_home: Path, value: str) -> None:
    with Library.open(isocross_home) as library:
        library.attempts.begin("a", "siloed")
        library._db.execute(f"UPDATE attempts SET hints = {value}")
        with pytest.raises(SaveError, match="damaged"):
            library.attempts.of("a")


@pytest.mark.parametrize(
    "written",
    [
        "9e999, 1.0, NULL",
        '2, 1.0, \'{"parts": "▲", "calls": 1, "liquidations": 1, "leverage": "1e999999"}\'',
        '2, 1.0, \'{"parts": "▲", "calls": 1, "liquidations": 1, "leverage": "sNaN"}\'',
        '2, 1.0, \'{"parts": "\\u001b[31m", "calls": 1, "liquidations": 1, "leverage": "3"}\'',
    ],
)
def test_an_outcome_that_cannot_be_shown_is_a_damaged_attempt(attempts: Attempts, written: str) -> None:
    with attempts._db.conn:
        attempts._db.execute(f"INSERT INTO attempts VALUES ('a', 'siloed', '', 1, '[]', {written})")
    for look in (attempts.best, attempts.every, lambda: attempts.of("a")):
        with pytest.raises(SaveError, match="an attempt is damaged"):
            look()
