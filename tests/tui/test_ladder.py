"""The ladder as values: what was played of each scenario, and the small rules of what is said of it."""

from __future__ import annotations

from pathlib import Path

from engine.scenarios.attempt import Attempt
from engine.scenarios.shipped import shipped_lessons
from saves import Library
from saves.attempts import Outcome
from tests.tui.desks import NOON, library_in
from tests.tui.test_scenarios_screen import RANKED, TODAY, played
from tui.scenarios.found import find
from tui.scenarios.ladder import ladder
from tui.words.scenario_details import minutes, span, wrapped


def test_the_days_played_last_stand_below_today(isocross_home: Path) -> None:
    later = NOON + 30 * 86_400_000
    with Library.open(isocross_home, now=lambda: later) as library:
        for day in range(2, 12):
            played(library, f"daily-2026-01-{day:02}", RANKED, day, ranked=day % 2 == 0)
        played(library, "daily-2026-02-01", RANKED, 31)  # tomorrow: not listed
        known = ladder(library)
        days = known.groups[2].rungs
    assert [each.found.name for each in days] == ["2026-01-31", *(f"2026-01-{day:02}" for day in range(11, 4, -1))]
    assert [each.run is not None for each in days] == [False, False, True, False, True, False, True, False]
    assert not days[0].ranked_begun
    assert days[2].run is not None
    assert days[2].run.share_line() == "isocross #10 ▲▲▼✖▲ 1 call 0 liq 3.1x ★★☆"


def test_the_best_attempt_counts_and_done_means_that_every_goal_was_met(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        for day, stars in enumerate((1, 3, 2), 1):
            played(library, "long-and-short", Outcome(stars), day)
        played(library, "leverage-is-size", Outcome(1))
        known = ladder(library)
    first, second, third = known.lessons[:3]
    assert (first.stars, first.done, len(first.attempts)) == (3, True, 3)
    assert (second.stars, second.done, second.ready) == (1, False, True)
    assert (third.stars, third.ready, known.next is second) == (0, False, True)
    assert (known.done, known.stars, known.trouble) == (1, (4, 54), None)


def test_the_ranked_attempt_goes_on_before_practice(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        found = find("daily", "2026-01-01")
        ids = []
        for ranked in (True, False, False):
            with library.create(Attempt(found.scenario, found.tape).session) as recorder:
                library.attempts.begin(recorder.id, TODAY, ranked=ranked)
                ids.append(recorder.id)
        for left in (ids[0], ids[2], ids[1]):
            rung = ladder(library).groups[2].rungs[0]
            assert rung.unfinished is not None
            assert rung.unfinished.id == left
            library.attempts.finish(left, RANKED)
        assert ladder(library).groups[2].rungs[0].unfinished is None


# -- small rules


def test_how_long_it_takes_is_said_in_words() -> None:
    assert [span(each) for each in (60, 90, 6000, 36 * 3600, 5 * 86_400)] == [
        "1 minute",
        "1 minute",
        "100 minutes",
        "36 hours",
        "5 days",
    ]
    assert all(5 <= minutes(each) <= 12 for each in shipped_lessons())


def test_long_words_are_broken() -> None:
    assert wrapped("a bb ccc", 4) == ["a bb", "ccc"]
    assert wrapped("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert wrapped("", 3) == [""]
