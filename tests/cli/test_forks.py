"""Verifying, forking and sharing on the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.command_line import BARS, Isocross, written

PLAN = """\
balance 5000
path ETH 1m 2000 1990 1995 !1960 1980 1970 1900 1850 1830 1700 1800
path SOL 1m 100 101 103 100
buy $10000 ETH 10x iso
@ +1m
sell $500 SOL 5x cross
@ +3m
margin ETH +100
close SOL
@ end
"""


@pytest.fixture
def played(isocross: Isocross, tmp_path: Path) -> str:
    """A saved session; its state hash."""
    return str(isocross("run", written(tmp_path / "plan.txt", PLAN), "--json", "--save", "Plan").rows[-1]["state_hash"])


def test_a_save_is_verified(isocross: Isocross, played: str, tmp_path: Path, isocross_home: Path) -> None:
    told = isocross("verify", "Plan")
    assert told.status == 0
    assert told.out.startswith("Plan: identical\n")
    assert "4 commands" in told.out
    assert played in told.out
    assert isocross("saves", "export", "Plan", tmp_path / "plan.isocross").status == 0
    (row,) = isocross("verify", tmp_path / "plan.isocross", "--json").rows
    assert (row["identical"], row["hash"], row["commands"], row["difference"]) == (True, played, 4, None)
    with sqlite3.connect(isocross_home / "library.db") as db:
        db.execute(
            "UPDATE events SET figures = json_set(figures, '$.price', '1.25') WHERE kind = 'fill' AND command = 1"
        )
    told = isocross("verify", "plan")
    assert told.status == 1
    assert "NOT identical" in told.out
    assert "first at  step 0, 2024-01-01T00:00:00Z" in told.out
    assert "a fill: price" in told.out
    assert "recorded  1.25" in told.out
    (row,) = isocross("verify", "Plan", "--json").rows
    assert row["difference"]["recorded"] == "1.25"  # type: ignore[index]


def test_what_is_no_save_is_not_verified(isocross: Isocross, tmp_path: Path) -> None:
    assert isocross("verify", "nothing").status == 2
    assert isocross("verify").status == 2
    result = isocross("verify", written(tmp_path / "odd", "odd"))
    assert (result.status, result.out) == (2, "")


@pytest.mark.parametrize(
    ("words", "where", "commands"),
    [
        (["--at", "c2"], "at 2024-01-01 00:01", 2),
        (["--at", "step 3"], "at 2024-01-01 00:03", 2),
        (["--at", "4"], "at 2024-01-01 00:04", 4),
        (["--at", "2024-01-01T00:03Z"], "at 2024-01-01 00:03", 2),
        (["--at", "start"], "at 2024-01-01 00:00", 0),
        (["--at", "end"], "at 2024-01-01 00:10", 4),
        (["--leave-out", "c1"], "at 2024-01-01 00:00: without “buy $10000 ETH 10x iso”", 2),
        (["--change", "c1", "buy $10000 ETH 10x cross"], "“buy $10000 ETH 10x iso” → “buy $10000 ETH 10x cross”", 0),
    ],
)
def test_a_fork(isocross: Isocross, played: str, words: list[str], where: str, commands: int) -> None:
    told = isocross("saves", "fork", "Plan", *words, "--name", "Other")
    assert told.status == 0, told.err
    assert told.out.startswith("Other (")
    assert where in told.out
    rows = {row["name"]: row for row in isocross("saves", "list", "--json").rows}
    assert rows["Other"]["parent"] == rows["Plan"]["id"]
    shown = isocross("saves", "show", "Other", "--json").rows[0]
    assert len(shown["commands"]) == commands or "--change" in words  # type: ignore[arg-type]
    assert isocross("verify", "Other").status == 0
    assert "└ Other" in isocross("saves", "list").out
    assert "fork of “Plan” at" in isocross("saves", "show", "Other").out
    if words == ["--at", "end"]:
        assert rows["Other"]["hash"] == played


def test_what_a_fork_could_not_follow_is_listed(isocross: Isocross, played: str) -> None:
    told = isocross("saves", "fork", "Plan", "--leave-out", "c1").out
    assert "left out at 2024-01-01T00:04:00Z: c3 margin ETH +100: there is no open position in ETH" in told
    assert "it stands at 2024-01-01T00:10:00Z, step 10, as Plan does" in told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "not said where"),
        (["--at", "c9"], "no command c9"),
        (["--at", "step 99"], "goes to step 10"),
        (["--at", "1999-01-01"], "goes from 2024"),
        (["--at", "yesterday"], "not a time"),
        (["--leave-out", "c9"], "no command 9"),
        (["--leave-out", "first"], "is no command"),
        (["--change", "c1", "nonsense"], "nonsense"),
        (["--change", "c1", "buy $1 DOGE"], "refused there"),
        (["--change", "c1", "end", "--leave-out", "c2"], "not allowed"),
        (["--at", "c1", "--name", "plan"], "already"),
    ],
)
def test_a_fork_that_cannot_be(isocross: Isocross, played: str, words: list[str], why: str) -> None:
    result = isocross("saves", "fork", "Plan", *words)
    assert result.status == 2
    assert why in result.err
    assert len(isocross("saves", "list", "--json").rows) == 1


def test_a_session_is_shared_as_text(isocross: Isocross, played: str, tmp_path: Path) -> None:
    text = isocross("saves", "script", "Plan").out
    assert f"hash {played}" in text
    assert isocross("saves", "script", "Plan", tmp_path / "shared.txt").status == 0
    assert (tmp_path / "shared.txt").read_text(encoding="utf-8") == text
    again = isocross("run", tmp_path / "shared.txt", "--json", "--save", "Again").rows[-1]
    assert (again["state_hash"], again["refused"]) == (played, 0)
    twice = isocross("saves", "script", "Plan", tmp_path / "shared.txt")
    assert twice.status == 2
    assert "exists already" in twice.err
    for changed in (text.replace("balance 5000", "balance 5001"), text.replace("1700 1800", "1700 1801")):
        result = isocross("run", written(tmp_path / "changed.txt", changed))
        assert result.status == 2
        assert "another session" in result.err or "other prices" in result.err


def test_a_fork_is_shared_with_its_numbers(isocross: Isocross, played: str, tmp_path: Path) -> None:
    isocross("saves", "fork", "Plan", "--leave-out", "c1", "--name", "Without")
    state = next(row["hash"] for row in isocross("saves", "list", "--json").rows if row["name"] == "Without")
    isocross("saves", "script", "Without", tmp_path / "without.txt")
    lines = (tmp_path / "without.txt").read_text(encoding="utf-8").splitlines()
    assert "c2: sell $500 SOL 5x cross" in lines
    assert isocross("run", tmp_path / "without.txt", "--json").rows[-1]["state_hash"] == state
    assert isocross("compare", tmp_path / "without.txt", "--venues", "hyperliquid", "--modes", "cross").status == 0


def test_prices_of_files_are_named_without_their_folder(isocross: Isocross, tmp_path: Path) -> None:
    folder = tmp_path / "my prices"
    folder.mkdir()
    written(folder / "bars.csv", BARS)
    plan = written(folder / "plan.txt", "balance 500\nprices ETH=bars.csv\nbuy $100 ETH 2x\n@ step 3\nnote a\n@ end\n")
    saved = isocross("run", plan, "--json", "--save", "Bars").rows[-1]
    script = isocross("saves", "script", "Bars").out
    assert "# It needs the price file bars.csv beside it." in script
    assert str(tmp_path) not in script
    assert "@ step 3" in script.splitlines()
    written(folder / "shared.txt", script)
    assert isocross("run", folder / "shared.txt", "--json").rows[-1]["state_hash"] == saved["state_hash"]
    written(folder / "bars.csv", BARS.replace("101", "101.5"))
    result = isocross("run", folder / "shared.txt")
    assert result.status == 2
    assert "other prices" in result.err


def test_what_no_script_can_say_is_told(isocross: Isocross, isocross_home: Path) -> None:
    from saves import Library
    from tests.saves.playing import new_session

    with Library.open(isocross_home) as library:
        library.create(new_session(), "Test").close()
    result = isocross("saves", "script", "Test")
    assert result.status == 2
    assert "can’t be a script" in result.err
    assert "isocross saves export" in result.err


def test_another_session_than_the_script_says_is_not_kept(isocross: Isocross, played: str, tmp_path: Path) -> None:
    script = isocross("saves", "script", "Plan").out.replace(f"hash {played}", f"hash {'0' * 64}")
    result = isocross("run", written(tmp_path / "other.txt", script), "--save", "Forged")
    assert result.status == 2
    assert "this is another session" in result.err
    assert "saved as" not in result.out
    assert [row["name"] for row in isocross("saves", "list", "--json").rows] == ["Plan"]


def test_verify_says_that_it_takes_files_too(isocross: Isocross, played: str) -> None:
    result = isocross("verify", "nosuch")
    assert result.status == 2
    assert "there is no save called “nosuch”, nor such a file; there is “Plan”; isocross saves list" in result.err
