"""`isocross lessons`: list, show and test."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.package_data import text_in
from engine.scenarios.shipped import shipped_lessons
from tests.cli.command_line import BARS, Isocross, written
from tests.scenarios.test_reader import GOOD

LESSON = text_in("engine.scenarios.lessons", "05_isolated.toml")


def test_the_ladder_is_listed(isocross: Isocross) -> None:
    done = isocross("lessons")
    assert done.status == 0
    assert done.out == isocross("lessons", "list").out
    for number, lesson in enumerate(shipped_lessons(), 1):
        assert f"{number:>3}  ···  {lesson.title}" in done.out
    assert "0 of 18 lessons done, 0 of 54 stars\nisocross lessons play 1 begins the next one" in done.out
    rows = isocross("lessons", "list", "--json").rows
    assert [(row["id"], row["stars"]) for row in rows] == [(lesson.id, None) for lesson in shipped_lessons()]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", range(1, len(shipped_lessons()) + 1))
def test_a_lesson_can_be_read(isocross: Isocross, lesson: int) -> None:
    done = isocross("lessons", "show", lesson)
    scenario = shipped_lessons()[lesson - 1]
    assert done.status == 0
    assert done.out.startswith(scenario.title)
    assert f"Step {len(scenario.steps)} of {len(scenario.steps)}" in done.out
    assert "In the other account" in done.out
    assert "{" not in done.out
    assert done.out == isocross("lessons", "show", scenario.id).out


def test_hints_are_shown_when_asked_for(isocross: Isocross) -> None:
    assert "hint" not in isocross("lessons", "show", "9").out
    out = isocross("lessons", "show", "9", "--hints").out
    assert out.count("hint 3: ") == len(shipped_lessons()[8].steps)
    assert "hint 3: margin BTC -300\n        margin SOL +300\n" in out


@pytest.mark.slow
def test_the_shipped_ones_are_proved(isocross: Isocross) -> None:
    done = isocross("lessons", "test")
    count = len(shipped_lessons())
    assert (done.status, done.err) == (0, "")
    assert f"{count} of {count} proved" in done.out
    rows = isocross("lessons", "test", "1", "5", "--json").rows
    assert [(row["number"], row["proved"], row["solution"]) for row in rows] == [("1", True, 3), ("5", True, 3)]


@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_table_fits_the_terminal(isocross: Isocross, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for action in ("list", "test"):
        rows = isocross("lessons", action, *(["1", "12", "18"] if action == "test" else [])).out.splitlines()
        assert max(map(len, rows[:4])) <= max(columns, 73)


def test_a_file_of_ones_own_is_proved(isocross: Isocross, tmp_path: Path) -> None:
    done = isocross("lessons", "test", written(tmp_path / "mine.toml", LESSON))
    assert done.status == 0
    assert "★★★" in done.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "par = 350",
            "par = 300",
            "par is 300.00",
        ),
        ("margin ETH +100", "margin ETH +5", "steps[4].keys: the solution earns ★☆☆: step 4 of 5 is not done"),
        ("margin ETH +100", "margin ETH +5000", "“margin ETH +5000” is refused"),
        ("You think that it will fall", "It falls to 1,799. You think", "1,799 stands neither in the rules"),
        ("{margin ETH} dollars are in the box, {wallet}", "{margin SOL}", "no market SOL"),
        ("In isolated mode each", "{margin ETH}: In isolated mode each", "is not there when this is shown"),
        ('goal = "called ETH"', 'goal = "position ETH"', "it holds as soon as the step begins"),
        ("@ call\n@ end", "@ call\nmargin ETH +100\n@ end", "naive.script: it earns ★★★, so there is nothing to learn"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_told_with_its_line(
    isocross: Isocross, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in LESSON
    done = isocross("lessons", "test", written(tmp_path / "mine.toml", LESSON.replace(old, new)))
    assert said in done.err
    assert done.status == 2
    assert "mine.toml line " in done.err


def test_a_bad_file_is_refused(isocross: Isocross, tmp_path: Path) -> None:
    file = written(tmp_path / "bad.toml", GOOD.replace("position ETH long", "posision ETH long"))
    for action in ("show", "test"):
        done = isocross("lessons", action, file)
        assert done.status == 2
        assert "bad.toml line 19, steps[1].goal: at character 1: “posision” is not" in done.err
        assert done.err.rstrip().endswith("try: position")


def test_ones_own_folder_is_looked_through(isocross: Isocross, isocross_home: Path) -> None:
    folder = isocross_home / "scenarios"
    folder.mkdir()
    written(folder / "mine.toml", GOOD)
    written(folder / "bad.toml", "id = 5")
    done = isocross("lessons", "list")
    assert "own  ···  A lesson" in done.out
    assert "bad.toml line 1, id" in done.err
    assert done.status == 2
    assert isocross("lessons", "show", "a-lesson").status == 0


def test_own_scenarios_have_ids_of_their_own_and_need_what_there_is(isocross: Isocross, isocross_home: Path) -> None:
    folder = isocross_home / "scenarios"
    folder.mkdir()
    written(folder / "a.toml", GOOD.replace("a-lesson", "siloed"))
    written(folder / "b.toml", GOOD.replace('teaches = "One', 'needs = ["silod"]\nteaches = "One'))
    done = isocross("lessons", "list")
    assert "a.toml line 1, id: another scenario is called “siloed”; try: siloed-2" in done.err
    assert "b.toml line 3, needs[1]: there is no scenario “silod”; try: siloed" in done.err
    assert done.status == 2


def test_prices_from_files_are_looked_for_beside_the_lesson(isocross: Isocross, tmp_path: Path) -> None:
    tape = '[tape]\nkind = "files"\nfiles = { ETH = "eth.csv" }\n'
    before, _, after = GOOD.partition("[tape]")
    text = before + tape + after[after.index("[[steps]]") :].replace("@ +5m", "@ +1m")
    file = written(tmp_path / "mine.toml", text)
    assert "eth.csv: there is no such file" in isocross("lessons", "test", file).err
    written(tmp_path / "eth.csv", BARS)
    assert "★★★" in isocross("lessons", "test", file).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lessons", "dance"), "“dance” is no action; try: isocross lessons list|play|show|test"),
        (("lessons", "play"), "lessons play: the following arguments are required: LESSON"),
        (("lessons", "play", "1", "2"), "unrecognized arguments"),
        (("lessons", "show"), "required"),
        (("lessons", "show", "99"), "no lesson “99”"),
        (("lessons", "show", "isolated-margn"), "isocross lessons show isolated-margin"),
        (("lessons", "show", "1", "2"), "one lesson at a time"),
        (("lessons", "test", "nowhere.toml"), "there is no such file"),
    ],
)
def test_what_cant_be_done_is_refused(isocross: Isocross, words: tuple[str, ...], said: str) -> None:
    done = isocross(*words)
    assert done.status == 2
    assert said in done.err
