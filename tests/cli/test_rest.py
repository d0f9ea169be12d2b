"""Help, venues, the inspection of price files."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from engine.rulebooks import VENUES
from engine.script import read_script
from tests.cli.command_line import BARS, Isocross, written
from tui.cli import main as cli
from tui.cli.help import MAIN, TEXTS
from tui.cli.options import (
    challenges_options,
    compare_options,
    daily_options,
    lessons_options,
    play_options,
    prices_options,
    run_options,
    saves_options,
    venues_options,
)


def test_prices_are_inspected(isocross: Isocross, tmp_path: Path) -> None:
    file = written(tmp_path / "BTC-1m.csv", BARS)
    result = isocross("prices", "inspect", file, "--symbol", "BTC")
    assert result.status == 0
    assert "3 bars of 1 min" in result.out
    assert isocross("prices", "inspect", file, "--from", "2022-11-08T00:01Z").status == 0
    assert "--from: “noon” is not a time" in isocross("prices", "inspect", file, "--from", "noon").err
    trades = written(tmp_path / "t.csv", "time,price,qty,side\n1667865600,1,2,buy\n1667865601,1,2,sell\n")
    result = isocross("prices", "inspect", trades)
    assert result.status == 2
    assert "this is a list of trades, not of bars; try: " in result.err


def test_venues_are_listed_and_explained(isocross: Isocross) -> None:
    assert isocross("venues").out.startswith("hyperliquid  ")
    assert "Liquidation" in isocross("venues", "Hyperliquid").out
    assert "bankruptcy price" in isocross("venues", "binance").out
    assert isocross("venues", "show", "binance").out == isocross("venues", "binance").out
    refused = isocross("venues", "bynance").err
    assert refused.startswith("isocross: there is no venue “bynance”; try: isocross venues show binance; there are hyp")
    assert "not said which venue" in isocross("venues", "show").err
    assert "one venue at a time" in isocross("venues", "binance", "gmx_v1").err


@pytest.mark.parametrize("venue", ["", *VENUES])
@pytest.mark.parametrize("width", [60, 80])
def test_venues_fit_the_terminal(isocross: Isocross, monkeypatch: pytest.MonkeyPatch, venue: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = isocross("venues", *(["show", venue] if venue else [])).out.splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith(venue) for line in lines)


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["help"], *([name, "--help"] for name in TEXTS), ["help", "run"]]
)
def test_help(isocross: Isocross, words: list[str]) -> None:
    result = isocross(*words)
    assert result.status == 0
    assert "isocross" in result.out
    assert max(map(len, result.out.splitlines())) <= 110


def test_every_command_has_help_and_stands_in_it() -> None:
    assert set(TEXTS) == set(cli.COMMANDS) - {cli.HOME}
    assert all(f"isocross {name}" in MAIN for name in TEXTS)


OPTIONS = {
    "play": play_options,
    "run": run_options,
    "compare": compare_options,
    "prices": prices_options,
    "venues": venues_options,
    "lessons": lessons_options,
    "challenges": challenges_options,
    "daily": daily_options,
    "saves": saves_options,
}


@pytest.mark.parametrize("command", OPTIONS)
def test_the_examples_of_the_help_are_understood(command: str) -> None:
    lines = [line.partition("|")[0] for line in TEXTS[command].partition("\nExamples\n")[2].splitlines()]
    for line in lines:
        program, name, *words = shlex.split(line)
        assert (program, name) == ("isocross", command)
        OPTIONS[command](words)


def test_the_script_of_the_help_is_a_script() -> None:
    block = TEXTS["run"].partition("\n  venue")[2].partition("\n\nCommands")[0]
    lines = [line[2:32].rstrip() for line in f"\n  venue{block}".splitlines()]
    kept = [
        line for line in lines if line and not line.startswith(("digest", "or", "syn", "daily", "prices", "a jump"))
    ]
    read_script("help", "\n".join(kept))


def test_a_command_that_is_none_is_refused_with_one_that_is_near(isocross: Isocross) -> None:
    assert isocross("rnu").err == "isocross: “rnu” is no command of isocross; try: isocross run\n"
    assert isocross("help", "dance").status == 2
    assert isocross("").status == 2
    assert isocross("saves").err.startswith("isocross: saves: an action is missing; try: ")
    assert isocross("saves", "show").status == 2
    assert isocross("run").err.startswith("isocross: run: the following arguments are required: SCRIPT")


def test_the_version(isocross: Isocross) -> None:
    assert isocross("--version").out.startswith("isocross")
