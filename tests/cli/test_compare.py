"""`isocross compare`: a table that fits, rows of JSON, and what is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from engine.compare import kinds
from engine.rulebooks import VENUES
from tests.cli.command_line import ROOT, Isocross, written

EXAMPLES = ROOT / "docs" / "examples"
SCRIPT = """\
balance 3000
path ETH 5m 2000 1990 1950 1900 1850 1800 1790 1700 1650 1640 1700
path BTC 5m 50000 49900 49500 49000 48500 48200 48000 47000 46800 46700 47000
buy $10000 ETH 10x iso
sell $5000 BTC 5x
@ +15m
close BTC 50%
@ end
"""
LONG = SCRIPT.replace("sell $5000 BTC 5x\n", "").replace("close BTC 50%\n", "")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return written(tmp_path / "pair.txt", SCRIPT)


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("text", [SCRIPT, LONG], ids=["pair", "long"])
def test_the_table_fits(
    isocross: Isocross, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, text: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    result = isocross("compare", written(tmp_path / "script.txt", text))
    assert result.status == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= width
    heads = [line for line in lines if line.startswith("  account")]
    assert len(heads) == (2 if width == 80 else 1)
    words = " ".join(heads)
    for title in ("margin", "liq.", "liquidated", "kept", "fees", "funding"):
        assert title in words
    for kind in kinds():
        assert any(line[2:].startswith(f"{kind.venue} {kind.name}") for line in lines)
    own = [line for line in lines if line.startswith("▸ hyperliquid isolated")]
    assert len(own) == len(heads)
    assert "▸ the script’s own account" in " ".join(result.out.split())


def test_what_is_refused_is_listed_once_with_its_venues(isocross: Isocross, script: Path) -> None:
    out = isocross("compare", script, "--venues", "compound_v3,hyperliquid,aave_v3").out
    below = " ".join(out.partition("\nrefused\n")[2].split())
    assert below.count("sell $5000 BTC 5x") == 1
    assert "no BTC can be borrowed to be sold: compound_v3 cross, compound_v3 arbitrum" in below
    assert "ETH 10x → 5x" in out or "10x → 5x" in out


def test_rows_of_json(isocross: Isocross, script: Path) -> None:
    *rows, summary = isocross("compare", script, "--json").rows
    assert [(row["venue"], row["name"]) for row in rows] == [(kind.venue, kind.name) for kind in kinds()]
    assert all(row["conserved"] for row in rows)
    (own,) = (row for row in rows if row["own"])
    played = isocross("run", script, "--json").rows[-1]
    assert (own["venue"], own["mode"]) == ("hyperliquid", "isolated")
    assert (own["kept"], own["fees"], own["funding"]) == (played["equity"], played["fees"], played["funding"])
    assert own["liquidations"] == played["liquidations"]
    assert summary["kind"] == "summary"
    assert summary["accounts"] == len(rows)
    kept = {f"{row['venue']} {row['name']}": Decimal(str(row["kept"])) for row in rows if row["traded"]}
    assert kept[summary["most_kept"][0]] >= kept[summary["least_kept"][0]]  # type: ignore[index]


def test_modes_of_the_script_give_way(isocross: Isocross, script: Path) -> None:
    rows = isocross("compare", script, "--modes", "cross", "--venues", "hyperliquid", "--json").rows[:-1]
    assert [row["name"] for row in rows] == ["cross"]
    mixed = written(script.parent / "mixed.txt", SCRIPT.replace("BTC 5x\n", "BTC 5x cross\n"))
    named = [row["name"] for row in isocross("compare", mixed, "--venues", "hyperliquid", "--json").rows[:-1]]
    assert named == ["as given", "cross", "isolated"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--venues", "ftx"], "compare: there is no venue “ftx”; try: --venues all, or of hyperliquid"),
        (["--modes", "grand"], "compare: no venue has a mode “grand”; try: --modes all, or of cross, isolated"),
        (["--venues", "gmx_v1", "--modes", "cross"], "compare: gmx_v1 has no cross account; try: --modes isolated"),
        (["--venues"], "compare: argument --venues: expected one argument"),
        (["--venues", ","], "compare: no venue is named; try: --venues all"),
    ],
)
def test_what_can_not_be_compared(isocross: Isocross, script: Path, words: list[str], said: str) -> None:
    result = isocross("compare", script, *words)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_a_bad_script_is_told_with_its_line(isocross: Isocross, tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.txt", "path ETH 1m 2000 1900\nbuy lots ETH\n")
    assert f"{bad} line 2: " in isocross("compare", bad).err
    idle = written(tmp_path / "idle.txt", "path ETH 1m 2000 1900\n@ end\n")
    assert f"{idle} line 2: no command is given" in isocross("compare", idle).err
    assert "there is no such file" in isocross("compare", tmp_path / "none.txt").err


def test_a_set_up_without_a_mode_is_the_venues_own(isocross: Isocross, tmp_path: Path) -> None:
    lending = written(tmp_path / "aave.txt", f"venue aave_v3\nset ltv ETH 70%\n{LONG.replace('iso', '')}")
    rows = isocross("compare", lending, "--modes", "cross", "--json").rows
    own = next(row for row in rows if row.get("own"))
    assert (own["venue"], own["set"]) == ("aave_v3", ["ltv ETH 70%"])
    assert "changed: ltv ETH 70%" in " ".join(isocross("compare", lending).out.split())


def test_progress_is_told_to_a_terminal_and_wiped(
    isocross: Isocross, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert "hyperliquid" in isocross("compare", script, "--venues", "hyperliquid,binance").out
    told = terminal.getvalue()
    assert "  0 %  hyperliquid cross" in told
    assert " 75 %  binance isolated" in told
    assert told.endswith("\r\x1b[K")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ten_times_long.txt", "hedged_pair.txt"])
def test_the_examples_of_the_documentation(name: str, tmp_path: Path) -> None:
    """The real program, from a pipe: no progress is mixed into what others read."""
    command = [sys.executable, "-m", "tui", "compare", str(EXAMPLES / name), "--json"]
    environment = {**os.environ, "ISOCROSS_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    assert done.stderr == ""
    *rows, summary = map(json.loads, done.stdout.splitlines())
    assert {row["venue"] for row in rows} == set(VENUES)
    assert all(row["conserved"] for row in rows)
    assert sum(row["traded"] for row in rows) > 15
    assert any(row["liquidated_at"] for row in rows)
    assert summary["tape"]["kind"] == "synthetic"
