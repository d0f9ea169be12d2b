"""What the README says works as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.commands.grammar import parse
from engine.script import parse_move, read_script
from tui.cli.main import main
from tui.keys.names import bindings_in, key_name, keys_of
from tui.screens.desk_keys import DESK_BINDINGS
from tui.screens.scenario_desk import ScenarioDesk

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def block(word: str) -> str:
    return next(text for text in BLOCKS if word in text)


def test_the_script_plays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "article.txt"
    script.write_text(block("path ETH"), encoding="utf-8")
    read_script("article.txt", block("path ETH"))
    with pytest.raises(SystemExit) as left:
        main(["run", str(script)])
    assert left.value.code == 0
    assert "the ETH pool is liquidated" in capsys.readouterr().out


def test_the_commands_named_in_the_text_parse() -> None:
    named = [
        text for text in re.findall(r"`([^`\n]+)`", README) if text.split()[0] in ("close", "margin", "sell", "buy")
    ]
    assert len(named) >= 4
    for text in named:
        parse(text)


def test_the_moves_named_parse() -> None:
    moves = re.findall(r"@ [^ ]+", next(line for line in block("flatten").splitlines() if line.startswith("@")))
    assert len(moves) == 5
    for text in moves:
        parse_move(text)


def test_every_key_in_the_table_is_bound() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    cells = [cell for row in rows for cell in row.strip("|").split(" | ")[::2]]
    keys = {key for cell in cells for key in re.findall(r"`(.+?)`", cell)}
    bound = {
        key_name(key)
        for binding in bindings_in([*DESK_BINDINGS, *ScenarioDesk.BINDINGS])
        for key in keys_of(binding, {})
    }
    assert len(keys) > 15
    assert keys <= bound
