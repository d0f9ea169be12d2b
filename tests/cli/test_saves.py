"""Saving a script's session, and keeping house among the saves."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command_line import Isocross, written


def test_a_saved_run_can_be_listed_shown_renamed_shared_and_deleted(
    isocross: Isocross, article: Path, tmp_path: Path
) -> None:
    assert "no saved sessions" in isocross("saves", "list").out
    saved = isocross("run", article, "--json", "--save", "What if").rows[-1]
    assert saved["saved"] == "What if"
    listed = isocross("saves", "list", "--json").rows
    assert [(row["name"], row["equity"], row["hash"]) for row in listed] == [("What if", "1000", saved["state_hash"])]
    shown = isocross("saves", "show", "what", "--json").rows[0]
    assert [each["text"] for each in shown["commands"]] == ["buy $10000 ETH 10x iso"]  # type: ignore[attr-defined]
    assert "buy $10000 ETH 10x iso" in isocross("saves", "show", "What if").out

    twice = isocross("run", article, "--save", "What if")
    assert twice.status == 2
    assert "there is a save called “What if” already" in twice.err

    assert isocross("saves", "rename", "What if", "Isolated").out == "What if is called Isolated now\n"
    assert isocross("saves", "export", "Isolated", tmp_path / "one.isocross").status == 0
    assert isocross("saves", "delete", "Isolated").status == 2  # nobody to ask
    assert isocross("saves", "delete", "Isolated", "--yes").status == 0
    assert isocross("saves", "show", "Isolated").status == 2
    assert isocross("saves", "import", tmp_path / "one.isocross").status == 0
    assert [row["hash"] for row in isocross("saves", "list", "--json").rows] == [saved["state_hash"]]


def test_a_strict_run_that_stops_is_saved_as_far_as_it_came(isocross: Isocross, tmp_path: Path) -> None:
    file = written(tmp_path / "plan.txt", "path ETH 1m 2000 2100\nbuy 1 ETH 10x\nbuy 1 DOGE\n")
    assert isocross("run", file, "--strict", "--save", "Half").status == 2
    assert isocross("saves", "list", "--json").rows[0]["commands"] == 1


def test_a_save_that_cannot_be_is_refused(isocross: Isocross, article: Path, isocross_home: Path) -> None:
    assert "characters that can be seen" in isocross("run", article, "--save", "a\x1bb").err
    (isocross_home / "library.db").write_bytes(b"not a library" * 100)
    result = isocross("run", article, "--save", "x")
    assert result.status == 2
    assert result.out == ""
    assert (isocross_home / "library.db").read_bytes() == b"not a library" * 100
