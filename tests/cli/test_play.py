"""From options to a session that the app begins."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from engine.rulebooks import VENUES, rulebook_of
from engine.script import SyntheticRecipe, read_script
from tests.cli.command_line import BARS, Isocross, written
from tui.start import NewSession, quick_setup


def test_play_takes_the_set_up_as_options(isocross: Isocross, started: list[NewSession]) -> None:
    line = "synthetic crash seed 7 markets ETH,BTC days 0.01 step 5s"
    words = shlex.split("--mode cross --balance 2000 --slippage off --fees off --funding off --name Mine")
    sets = ["--set", "maintenance 0.5%", "--set", "vault 1000"]
    assert isocross("play", *words, *sets, "--synthetic", line.removeprefix("synthetic ")).status == 0
    text = (
        "mode cross\nbalance 2000\nslippage off\nfees off\nfunding off\nset maintenance 0.5%\nset vault 1000\n" + line
    )
    script = read_script("same", text)
    assert started[0].setup == script.setup
    assert started[0].name == "Mine"
    assert isinstance(script.recipe, SyntheticRecipe)
    assert started[0].tape.digest == script.recipe.tape().digest


def test_play_takes_price_files(
    isocross: Isocross, started: list[NewSession], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "my bars.csv", BARS)
    assert isocross("play", "--prices", "BTC=my bars.csv", "--from", "2022-11-08 00:01").status == 0
    assert len(started[0].tape) == 8


def test_prices_that_begin_later_than_asked_for_are_told(
    isocross: Isocross, started: list[NewSession], tmp_path: Path
) -> None:
    file = written(tmp_path / "bars.csv", BARS)
    asked = ("play", "--prices", f"BTC={file}", "--from", "2022-07-01", "--to", "2022-11-08 00:03")
    assert isocross(*asked).status == 0
    said = "the prices begin at 2022-11-08T00:00Z, not at 2022-07-01T00:00Z as asked for"
    assert started[0].note == said
    assert isocross("play", "--prices", f"BTC={file}", "--to", "2023-01-01").status == 0
    assert str(started[1].note).startswith("the prices end at 2022-11-08T00:03Z, not at 2023-01-01T00:00Z")
    assert isocross("play", "--prices", f"BTC={file}", "--from", "2022-11-08 00:01").status == 0
    assert started[2].note is None
    script = written(tmp_path / "plan.txt", "prices BTC=bars.csv from 2022-07-01\nbuy 0.1 BTC 2x\n@ end")
    run = isocross("run", script)
    assert run.status == 0
    assert run.err == f"isocross: note: {said}\n"


def test_play_without_prices_makes_some_up(isocross: Isocross, started: list[NewSession]) -> None:
    assert isocross("play").status == 0
    assert started[0].tape.origin.kind == "synthetic"
    seed = started[0].tape.origin.description.partition("seed ")[2].partition(",")[0]
    script = read_script("same", f"synthetic crash seed {seed} markets ETH,BTC,SOL days 0.25 step 5s")
    assert isinstance(script.recipe, SyntheticRecipe)
    assert started[0].tape.digest == script.recipe.tape().digest
    assert isocross("play", "--fees", "off").status == 0
    chosen = started.pop()
    assert chosen.tape.origin.description.partition(", ")[2].endswith("ETH BTC SOL, 0.25 days of 5 s")
    assert not chosen.setup.fees
    assert started[0].setup == quick_setup()
    assert isocross("play", "--synthetic", "calm days 0.01 step 5s markets ETH").status == 0
    assert "calm, seed " in started[1].tape.origin.description


def test_play_continues_a_saved_session(isocross: Isocross, started: list[str], article: Path) -> None:
    assert "no saved session yet" in isocross("play", "--continue").err
    isocross("run", article, "--save", "One")
    isocross("run", article, "--save", "Two")
    ids = {str(row["name"]): row["id"] for row in isocross("saves", "list", "--json").rows}
    assert isocross("play", "--continue").status == 0
    assert isocross("play", "--continue", "One").status == 0
    assert started == [ids["Two"], ids["One"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--balance", "lots"], "--balance: “lots” is not a balance; try: balance 2000"),
        (["--venue", "nowhere"], "--venue: there is no venue “nowhere”"),
        (["--fees", "off", "--set", "gravity 9.81"], "--set: hyperliquid has no parameter “gravity”"),
        (["--set", "vault 1", "--set", "maintenance 200%"], "--set: maintenance"),
        (["--synthetic", "boredom"], "--synthetic: there is no regime"),
        (["--synthetic", ""], "--synthetic: "),
        (["--synthetic", "crash", "--prices", "A=b"], "--prices: "),
        (["--prices", "gone.csv"], "--prices: “prices” takes a market and its file"),
        (["--prices", "BTC=gone.csv"], "--prices: gone.csv: there is no such file"),
        (["--from", "2022-01-01"], "--from and --to choose from the prices of files"),
        (["--start", "noon"], "--start: “noon” is not a time"),
        (["--continue", "--fees", "off"], "keeps the rules and prices that it was begun with"),
        (["--continue", "Nobody"], "there is no save called “Nobody”"),
        (["--name", "\x1b"], "characters that can be seen"),
        (["--fee", "off"], "unrecognized arguments"),
        (["--venue"], "expected one argument"),
    ],
)
def test_an_option_that_cannot_be_is_named(
    isocross: Isocross, started: list[object], words: list[str], said: str
) -> None:
    result = isocross("play", *words)
    assert result.status == 2
    assert said in result.err
    assert result.err.count("\n") == 1
    assert started == []


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_without_a_mode_is_played_in_one_that_it_has(
    isocross: Isocross, started: list[NewSession], venue: str
) -> None:
    modes = rulebook_of(venue).modes
    line = "calm seed 1 markets ETH days 0.01 step 1m"
    assert isocross("play", "--venue", venue, "--synthetic", line).status == 0
    assert started[0].setup.mode == ("isolated" if "isolated" in modes else modes[0])
    if len(modes) == 1:
        other = "cross" if modes == ("isolated",) else "isolated"
        refused = isocross("play", "--venue", venue, "--mode", other, "--synthetic", line)
        assert f"{venue} has no {other} margin; try: mode {modes[0]}" in refused.err


@pytest.mark.parametrize("words", [[], ["play"], ["play", "--continue"]])
def test_the_game_needs_a_terminal(isocross: Isocross, words: list[str]) -> None:
    result = isocross(*words)
    assert result.status == 2
    assert result.err == (
        "isocross: the game needs a terminal to draw on, and this is none; try: isocross run SCRIPT\n"
    )
