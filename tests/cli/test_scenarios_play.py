"""From a name on the command line to an attempt that the app begins; stars and share lines in what is printed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.package_data import text_in
from engine.scenarios.attempt import Attempt
from saves import Library
from saves.attempts import Outcome, Summary
from tests.cli.command_line import Isocross, written
from tests.scenarios.test_reader import GOOD
from tui.cli import scenario_play
from tui.scenarios.found import find
from tui.start import BeginScenario

TODAY = date(2026, 11, 23)
"""Number 327."""


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is used on 2026-11-23."""
    monkeypatch.setattr(scenario_play, "today", lambda: TODAY)
    monkeypatch.setattr("tui.cli.challenges.today", lambda: TODAY)


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        ("lessons play 3", "initial-and-maintenance"),
        ("lessons play initial-and-maintenance", "initial-and-maintenance"),
        ("lessons play Isolated-Margin", "isolated-margin"),
        ("challenges play survive-luna", "survive-luna"),
        ("challenges play 8", "prop-desk-one-step"),
        ("daily play", "daily-2026-11-23"),
        ("daily play --date 2026-11-22", "daily-2026-11-22"),
    ],
)
def test_a_scenario_is_begun_at_once(
    isocross: Isocross, started: list[BeginScenario], words: str, identity: str
) -> None:
    result = isocross(*words.split())
    assert (result.status, result.out, result.err) == (0, "", "")
    assert started[0].found.scenario.id == identity


def test_a_file_is_begun(isocross: Isocross, started: list[BeginScenario], tmp_path: Path) -> None:
    assert isocross("lessons", "play", written(tmp_path / "mine.toml", GOOD)).status == 0
    assert started[0].found.group == "own"
    assert started[0].found.scenario.id == "a-lesson"


def test_an_attempt_that_is_not_over_goes_on(isocross: Isocross, started: list[object]) -> None:
    with Library.open() as library:
        found = find("lesson", "3")
        with library.create(Attempt(found.scenario, found.tape).session, "Lesson 3") as recorder:
            library.attempts.begin(recorder.id, found.scenario.id)
    assert isocross("lessons", "play", "3").status == 0
    assert isocross("lessons", "play", "3", "--anew").status == 0
    assert started[0] == recorder.id
    assert isinstance(started[1], BeginScenario)
    with Library.open() as library:
        library.attempts.finish(recorder.id, Outcome(3))
    isocross("lessons", "play", "3")
    assert isinstance(started[2], BeginScenario)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("lessons play 99", "there is no lesson “99”; try: isocross lessons play "),
        ("lessons play isolated-margn", "isocross lessons play isolated-margin, of 1 to 18"),
        ("lessons play survive-luna", "there is no lesson “survive-luna”; try: isocross challenges play survive-luna"),
        ("challenges play siloed", "try: isocross lessons play siloed"),
        ("challenges play survive-lunar", "isocross challenges play survive-luna, of 1 to 10"),
        ("lessons play gone.toml", "gone.toml: there is no such file"),
        ("lessons play 3 --new", "unrecognized arguments: --new"),
        ("daily play --date 2025-12-31", "there is no daily on 2025-12-31"),
        ("daily play --date 2026-11-24", "the day of 2026-11-24 has not come yet; try: isocross daily play"),
        ("daily play --date soon", "“soon” is no date"),
        ("daily dance", "“dance” is no action; try: isocross daily play"),
        ("lesson play 3", "“lesson” is no command of isocross; try: isocross lessons"),
    ],
)
def test_what_cannot_be_played_is_refused(isocross: Isocross, started: list[object], words: str, said: str) -> None:
    result = isocross(*words.split())
    assert result.status == 2
    assert said in result.err
    assert result.err.count("\n") == 1
    assert started == []


@pytest.mark.parametrize("words", ["lessons play 3", "challenges play 1", "daily play"])
def test_it_needs_a_terminal(isocross: Isocross, words: str) -> None:
    result = isocross(*words.split())
    assert result.status == 2
    assert result.err == (
        "isocross: the game needs a terminal to draw on, and this is none; try: isocross run SCRIPT\n"
    )


# -- files that are wrong


def test_a_bad_file_is_refused_with_line_and_field(isocross: Isocross, started: list[object], tmp_path: Path) -> None:
    file = written(tmp_path / "bad.toml", GOOD.replace("position ETH long", "posision ETH long"))
    result = isocross("lessons", "play", file)
    assert result.status == 2
    assert "bad.toml line 19, steps[1].goal: at character 1: “posision” is not" in result.err
    assert result.err.rstrip().endswith("try: position")
    missing = written(
        tmp_path / "files.toml",
        GOOD.partition("[tape]")[0] + '[tape]\nkind = "files"\n' + GOOD[GOOD.index("[[steps]]") :],
    )
    result = isocross("lessons", "play", missing)
    assert result.status == 2
    assert "files.toml line " in result.err
    assert started == []


def _damaged(random_: random.Random, text: str) -> bytes:
    """A lesson’s file as a slip of the hand or a bad disk leaves it."""
    data = bytearray(text.encode())
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(data))
        match random_.randrange(5):
            case 0:
                del data[at : at + random_.randint(1, 60)]
            case 1:
                data[at:at] = bytes(random_.randrange(256) for _ in range(random_.randint(1, 8)))
            case 2:
                data[at:at] = random_.choice([b'"', b"'''", b"[", b"]]", b"=", b"{", b"\n", b"nan", b"1e999", b"\0"])
            case 3:
                lines = bytes(data).split(b"\n")
                place = random_.randrange(len(lines))
                lines[place : place + 1] = [lines[place]] * 2
                data = bytearray(b"\n".join(lines))
            case _:
                data = data[: max(at, 1)]
    return bytes(data)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_never_shows_a_traceback(
    isocross: Isocross, started: list[object], tmp_path: Path, seed: int
) -> None:
    random_, file = random.Random(seed), tmp_path / "damaged.toml"
    text = text_in("engine.scenarios.lessons", random_.choice(["05_isolated.toml", "14_coin_collateral.toml"]))
    for _ in range(12):
        file.write_bytes(_damaged(random_, text))
        result = isocross("lessons", "play", file)
        assert result.status in (0, 2), result.err
        assert result.status == 0 or "damaged.toml" in result.err


def test_a_damaged_file_in_ones_own_folder_hides_nothing(isocross: Isocross, isocross_home: Path) -> None:
    folder = isocross_home / "scenarios"
    folder.mkdir()
    random_ = random.Random(9)
    for number in range(8):
        (folder / f"{number}.toml").write_bytes(_damaged(random_, GOOD))
    done = isocross("lessons", "list")
    assert "Long, short, and what you made" in done.out
    assert all(".toml" in line for line in done.err.splitlines())


# -- stars and share lines


def _ranked(day: date, session: str = "ranked") -> None:
    with Library.open() as library:
        library.attempts.begin(session, f"daily-{day}", ranked=True)
        library.attempts.finish(session, Outcome(2, 4.25, Summary("▲▲▼✖▲", 1, 0, Decimal("3.1"))))


def test_stars_stand_beside_the_lessons(isocross: Isocross) -> None:
    with Library.open() as library:
        for session, scenario, outcome in (
            ("a", "long-and-short", Outcome(3)),
            ("b", "leverage-is-size", Outcome(1)),
            ("c", "survive-luna", Outcome(2, -14.26)),
        ):
            library.attempts.begin(session, scenario)
            library.attempts.finish(session, outcome)
    out = isocross("lessons").out
    assert "  1  ★★★  Long, short" in out
    assert "  2  ★☆☆  Leverage is size" in out
    assert "1 of 18 lessons done, 4 of 54 stars\nisocross lessons play 2 begins" in out
    rows = isocross("lessons", "list", "--json").rows
    assert [row["stars"] for row in rows[:3]] == [3, 1, None]
    assert "  3  ★★☆  Survive Luna   best score -14.3" in isocross("challenges").out
    assert isocross("challenges", "list", "--json").rows[2]["score"] == -14.26


@pytest.mark.parametrize("command", ["lessons", "challenges", "daily"])
def test_a_library_that_cannot_be_read_hides_only_the_stars(
    isocross: Isocross, isocross_home: Path, command: str
) -> None:
    (isocross_home / "library.db").write_bytes(b"this is no library" * 100)
    result = isocross(command)
    assert result.status == 0
    assert len(result.out.splitlines()) > 3
    assert "not shown: " in result.err
    assert result.err.count("\n") == 1


def test_the_ranked_attempt_is_shared_without_a_name(isocross: Isocross) -> None:
    refused = isocross("daily", "--share")
    assert refused.status == 2
    assert refused.err == (
        "isocross: daily: the ranked attempt of 2026-11-23 has not been played; try: isocross daily play\n"
    )
    with Library.open() as library:
        library.attempts.begin("practice", "daily-2026-11-23")
        library.attempts.finish("practice", Outcome(3, 9.0, Summary("▲▲▲▲▲", 0, 0, Decimal(1))))
    assert "has not been played" in isocross("daily", "--share").err
    _ranked(TODAY)
    assert isocross("daily", "--share").out == "isocross #327 ▲▲▼✖▲ 1 call 0 liq 3.1x ★★☆\n"
    assert isocross("daily", "--share", "--ascii", "--score").out == (
        "isocross #327 ^^vx^ 1 call 0 liq 3.1x **-\nscore 4.2\n"
    )
    assert "your ranked attempt: isocross #327 ▲▲▼✖▲" in isocross("daily").out
    _ranked(TODAY - timedelta(days=1), "yesterday")
    assert isocross("daily", "--share", "--date", "2026-11-22").out.startswith("isocross #326 ")


def test_a_ranked_attempt_that_is_not_over_has_no_line(isocross: Isocross) -> None:
    with Library.open() as library:
        library.attempts.begin("under way", "daily-2026-11-23", ranked=True)
    assert "is not over" in isocross("daily", "--share").err
    assert "your ranked attempt: begun, and not over" in isocross("daily").out


def test_the_day_is_told(isocross: Isocross) -> None:
    out = isocross("daily").out
    assert out.startswith("isocross #327, 2026-11-23 (UTC)\n")
    assert "isocross daily play   to play it: the first attempt is ranked" in out
    assert "isocross daily play --date 2026-11-20   to practise" in isocross("daily", "--date", "2026-11-20").out
    assert "daily play" not in isocross("daily", "--date", "2026-12-24").out


def test_where_a_prop_desk_s_prices_come_from_spoils_nothing(isocross: Isocross) -> None:
    shown = isocross("challenges", "show", "prop-desk-one-step")
    assert "made up from a seed: BTC ETH" in shown.out
    assert "bleed" not in shown.out
    assert "144 historical prices" in isocross("challenges", "show", "survive-black-thursday").out
