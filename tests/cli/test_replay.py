"""`isocross replay`: from a name to the session that is seen again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import Isocross
from tui.start import SeenAgain


def test_a_saved_session_is_named_or_the_last_one_played(
    isocross: Isocross, started: list[SeenAgain], article: Path
) -> None:
    isocross("run", article, "--save", "One")
    isocross("run", article, "--save", "Two")
    ids = {str(row["name"]): str(row["id"]) for row in isocross("saves", "list", "--json").rows}
    assert isocross("replay", "One").status == 0
    assert isocross("replay").status == 0
    assert isocross("replay", "tw", "--at", "liquidation").status == 0
    assert started == [SeenAgain(ids["One"]), SeenAgain(ids["Two"]), SeenAgain(ids["Two"], at="liquidation")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "there is no saved session yet; begin one: isocross play"),
        (["Nobody"], "there is no save called “Nobody”"),
        (["One", "Two"], "unrecognized arguments: Two; try: isocross replay NAME --at liquidation"),
        (["One", "--at"], "--at: expected one argument"),
    ],
)
def test_what_cannot_be_is_told(isocross: Isocross, started: list[object], words: list[str], said: str) -> None:
    result = isocross("replay", *words)
    assert result.status == 2
    assert said in result.err
    assert result.err.count("\n") == 1
    assert started == []


def test_a_replay_needs_a_terminal(isocross: Isocross) -> None:
    assert "the game needs a terminal to draw on" in isocross("replay", "One").err


def test_help_says_how(isocross: Isocross) -> None:
    told = isocross("replay", "--help").out
    assert "isocross replay [SAVE] [--at MOMENT]" in told
    assert "isocross replay [SAVE] " in isocross("--help").out
