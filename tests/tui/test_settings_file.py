"""settings.toml: what is right in it counts, what is wrong is told with its line, and nothing is lost."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from tui.settings import DEFAULTS, Settings
from tui.settings.reading import Read, read_settings
from tui.settings.writing import write_settings

README = Path(__file__).resolve().parents[2] / "README.md"


def reading(home: Path, text: str | bytes) -> Read:
    """What a file with that text gives."""
    (home / "settings.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_settings(home)


def text(home: Path) -> str:
    return (home / "settings.toml").read_text(encoding="utf-8")


def changed(**changes: object) -> Settings:
    return msgspec.structs.replace(DEFAULTS, **changes)


EVERYTHING = changed(
    theme="red-up-light",
    ascii="on",
    reduced_motion=True,
    confirm="risky",
    auto_pause=("fill",),
    one_key=True,
    one_key_size="$500",
    keys={"desk.buy": "Q", "desk.pane": "f6,ctrl+n"},
)


def test_what_the_readme_shows_is_right(isocross_home: Path) -> None:
    blocks = re.findall(r"^```\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    read = reading(isocross_home, next(each for each in blocks if "one_key_size" in each))
    assert read == Read(changed(keys={"desk.buy": "ctrl+b"}))


def test_two_that_want_one_key(isocross_home: Path) -> None:
    read = reading(isocross_home, '[keys]\ndesk.buy = "J"\ndesk.sell = "J"\n')
    assert read.settings.keys == {"desk.buy": "J"}
    assert [(each.line, each.field) for each in read.problems] == [(3, "keys.desk.sell")]


def test_swapped_keys_are_none_too_many(isocross_home: Path) -> None:
    keys = {"desk.buy": "s", "desk.sell": "b"}
    assert reading(isocross_home, '[keys]\ndesk.buy = "s"\ndesk.sell = "b"\n') == Read(changed(keys=keys))


def test_what_is_refused_may_take_others_with_it(isocross_home: Path) -> None:
    # Without its own new key, buy keeps b; then sell can't have that.
    read = reading(isocross_home, '[keys]\ndesk.buy = "f2"\ndesk.sell = "b"\n')
    assert read.settings.keys == {}
    assert [each.line for each in read.problems] == [2, 3]


def test_no_file_is_the_defaults(isocross_home: Path) -> None:
    assert read_settings(isocross_home) == Read(DEFAULTS)
    assert read_settings(isocross_home / "nowhere") == Read(DEFAULTS)


def test_what_is_written_is_read(isocross_home: Path) -> None:
    assert write_settings(isocross_home, EVERYTHING) is None
    assert read_settings(isocross_home) == Read(EVERYTHING)
    assert tomllib.loads(text(isocross_home))["keys"] == {"desk": {"buy": "Q", "pane": "f6,ctrl+n"}}
    assert write_settings(isocross_home, DEFAULTS) is None
    assert read_settings(isocross_home) == Read(DEFAULTS)
    assert os.listdir(isocross_home) == ["settings.toml"]


WRONG = {
    'theme = "isocros-dark"': (1, "theme", "there is no theme “isocros-dark”", 'theme = "isocross-dark"'),
    'themee = "isocross-dark"': (1, "themee", "there is no setting of that name", "theme = …"),
    "\n\nreduced_motion = 1": (3, "reduced_motion", "1 is none of its values", "reduced_motion = true or false"),
    'ascii = "yes"': (1, "ascii", "“yes” is none of its values", 'ascii = "auto" or "on" or "off"'),
    "ascii = yes": (1, "", "Invalid value", 'a line such as  theme = "isocross-dark"'),
    'auto_pause = ["calls"]': (1, "auto_pause", "['calls'] is none of its values", '"call", "fill", "liquidation"'),
    'one_key_size = "lots"': (1, "one_key_size", "“lots” is no size", '"10%", "$1000" or "0.5"'),
    'one_key_size = "10% ETH 5x"': (1, "one_key_size", "is no size", '"10%"'),
    '[keys]\ndesk.buys = "k"': (2, "keys.desk.buys", "there is no key called “desk.buys”", "desk.buy"),
    '[keys]\ndesk.buy = "s"': (2, "keys.desk.buy", "s is “sell: opens the ticket” (Desk) already", "another key"),
    '[keys]\ndesk.buy = "f2"': (2, "keys.desk.buy", "F2 is “settings” (Everywhere) already", "another key"),
    '[keys]\ndesk.buy = "ctrl+bb"': (2, "keys.desk.buy", "there is no key “ctrl+bb”", '"ctrl+b"'),
    "[keys]\ndesk.buy = 5": (2, "keys.desk.buy", "5 names no key", '"k"'),
    '[keys]\ndesk.buy = ""': (2, "keys.desk.buy", "a key is missing", '"k"'),
    '[keys]\ncommand.leave = "l"': (2, "keys.command.leave", "l is typed there", "a key with Ctrl"),
    "[colours]\nup = 5": (1, "colours", "there is no table [colours]", "[keys]"),
    'confirm = "never"\nconfirm = "risky"': (2, "confirm", "line 1 sets it already", "keep one of the two"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_with_its_line_and_the_rest_counts(isocross_home: Path, wrong: str) -> None:
    line, field, reason, would_work = WRONG[wrong]
    file = wrong if wrong.startswith("[") else f"{wrong}\none_key = true\n"
    read = reading(isocross_home, f"one_key = true\n{wrong}\n" if wrong.startswith("[") else file)
    line += wrong.startswith("[")
    assert read.settings.one_key
    problem = read.problems[0]
    assert (problem.line, problem.field) == (line, field)
    assert reason in problem.reason
    assert would_work in problem.would_work
    assert f"settings.toml, line {line}" in str(problem)


@pytest.mark.parametrize(
    ("bytes_", "reason"),
    [(b"\xff\xfe\x00", "it is not UTF-8 text"), (b"#" * (1 << 21), "it is too large for settings")],
)
def test_what_is_no_text_is_told_and_kept_when_settings_are_written(
    isocross_home: Path, bytes_: bytes, reason: str
) -> None:
    read = reading(isocross_home, bytes_)
    assert read.settings == DEFAULTS
    assert [each.reason for each in read.problems] == [reason]
    told = write_settings(isocross_home, EVERYTHING)
    assert told is not None
    assert "settings.kept-1.toml" in told
    assert (isocross_home / "settings.kept-1.toml").read_bytes() == bytes_
    assert read_settings(isocross_home) == Read(EVERYTHING)


def test_a_folder_in_its_place_is_told(isocross_home: Path) -> None:
    (isocross_home / "settings.toml").mkdir()
    assert len(read_settings(isocross_home).problems) == 1
    told = write_settings(isocross_home, EVERYTHING)
    assert told is not None
    assert "not saved" in told


HAND_WRITTEN = """\
# my settings
theme = "isocross-light"   # at noon
plugins = ["one"]  # not isocross' business
auto_pause = [
  "call",  # the only one
]
one_key_size = "lots"

[keys]
# like the other game
"desk.buy" = "J"
desk.nothing = "q"

[mine]
colour = "teal"
"""


def test_comments_and_what_is_unknown_stay(isocross_home: Path) -> None:
    settings = reading(isocross_home, HAND_WRITTEN).settings
    assert settings == changed(theme="isocross-light", auto_pause=("call",), keys={"desk.buy": "J"})
    assert write_settings(isocross_home, settings) is None
    assert text(isocross_home) == HAND_WRITTEN
    wanted = msgspec.structs.replace(
        settings, theme="red-up-dark", auto_pause=(), confirm="never", keys={"desk.sell": "u"}
    )
    assert write_settings(isocross_home, wanted) is None
    assert text(isocross_home) == HAND_WRITTEN.replace('"isocross-light"', '"red-up-dark"').replace(
        'auto_pause = [\n  "call",  # the only one\n]\n', "auto_pause = []\n"
    ).replace('"lots"\n', '"lots"\nconfirm = "never"\n').replace("[keys]\n", '[keys]\ndesk.sell = "u"\n').replace(
        '"desk.buy" = "J"\n', ""
    )
    assert read_settings(isocross_home).settings == wanted


def test_a_line_that_cannot_be_read_is_kept_as_a_comment_and_the_file_aside(isocross_home: Path) -> None:
    before = 'theme = isocross-light\nconfirm = "risky"\n'
    settings = reading(isocross_home, before).settings
    told = write_settings(isocross_home, msgspec.structs.replace(settings, ascii="on"))
    assert told == "settings.toml could not be read in full; as it was, it is kept as settings.kept-1.toml"
    assert (isocross_home / "settings.kept-1.toml").read_text() == before
    assert text(isocross_home) == '# theme = isocross-light\nconfirm = "risky"\nascii = "on"\n'
    assert write_settings(isocross_home, DEFAULTS) is None


@pytest.mark.parametrize("before", ['keys = { "desk.buy" = "J", desk.sell = "u" }\n', 'keys.desk.buy = "J"\n'])
def test_keys_in_one_line_can_be_changed(isocross_home: Path, before: str) -> None:
    assert reading(isocross_home, before).settings.keys["desk.buy"] == "J"
    write_settings(isocross_home, changed(keys={"desk.buy": "u"}))
    assert read_settings(isocross_home) == Read(changed(keys={"desk.buy": "u"}))


def test_a_link_stays_a_link(isocross_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text("# mine\n")
    (isocross_home / "settings.toml").symlink_to(target)
    assert write_settings(isocross_home, changed(ascii="on")) is None
    assert (isocross_home / "settings.toml").is_symlink()
    assert target.read_text() == '# mine\nascii = "on"\n'
