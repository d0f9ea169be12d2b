"""`isocross post-mortem`: a saved session in numbers, as text and as JSON, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.command_line import Isocross, written

SCRIPT = """\
balance 3000
path ETH 5m 2000 2010 1990 1950 1900 1850 1800 1790 1700 1650 1640 1700
path BTC 5m 50000 49900 49500 49000 48500 48200 48000 47000 46800 46700 47000
buy $10000 ETH 10x iso
sell $5000 BTC 5x iso
@ end
"""


@pytest.fixture
def saved(isocross: Isocross, tmp_path: Path) -> str:
    assert isocross("run", written(tmp_path / "script.txt", SCRIPT), "--save", "Pair").status == 0
    return "Pair"


@pytest.mark.parametrize("width", ["80", "160"])
def test_for_a_person(isocross: Isocross, saved: str, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    result = isocross("post-mortem", saved)
    assert result.status == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= int(width)
    assert lines[0].startswith("Liquidated: isolated ETH pool, 2024-01-01 00:26:17 UTC, at 1,837.06")
    assert any(line.startswith("cushion ") for line in lines)
    assert any(line.startswith("  price of ETH ") and "█" in line for line in lines)
    assert any(line.startswith("half the size ") for line in lines)
    assert "17 more venues: --every-venue" in lines
    every = isocross("post-mortem", saved, "--every-venue").out
    assert "more venues" not in every
    assert "aave_v3 emode" in every


def test_as_json(isocross: Isocross, saved: str) -> None:
    told, *runs, summary = isocross("post-mortem", saved, "--json").rows
    assert told["kind"] == "post-mortem"
    assert told["liquidation"] == 1
    parts = sum(Decimal(part["amount"]) for part in told["parts"])  # type: ignore[attr-defined]
    assert Decimal(str(told["equity_before"])) + parts == Decimal(str(told["equity_after"]))
    cushion = told["terms"][-1]  # type: ignore[index]
    assert Decimal(cushion["after"]) == Decimal(str(told["credit"])) - Decimal(str(told["requirement"])) < 0
    assert Decimal(cushion["before"]) > 0
    assert summary == {"kind": "summary", "reruns": len(runs), "liquidations": 1, "kept": summary["kept"]}
    half = next(run for run in runs if run["words"] == "half the size")
    assert half["changed"] == ["2024-01-01 00:00  buy $5000 ETH 10x iso  (was buy $10000 ETH 10x iso)"]
    assert Decimal(str(half["kept"])) - Decimal(str(half["difference"])) == Decimal(str(summary["kept"]))
    refused = next(run for run in runs if run["impossible"])
    assert "kept" not in refused


def test_how_it_stands(isocross: Isocross, saved: str) -> None:
    out = isocross("post-mortem", saved, "--liquidation", "now").out
    assert out.startswith("How it stands: isolated BTC pool at ")
    assert isocross("post-mortem", saved, "--liquidation", "now", "--json").rows[0]["liquidation"] is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["Pair", "--liquidation", "2"], "the session has 1 liquidation, not “2”"),
        (["Pair", "--liquidation", "first"], "the session has 1 liquidation, not “first”"),
        (["Nobody"], "there is no save called “Nobody”"),
        ([], "post-mortem: the following arguments are required: SAVE"),
    ],
)
def test_what_can_not_be_done_says_why(isocross: Isocross, saved: str, words: list[str], reason: str) -> None:
    result = isocross("post-mortem", *words)
    assert result.status == 2
    assert reason in result.err
    assert result.out == ""


def test_without_a_position_there_is_nothing_to_look_at(isocross: Isocross, tmp_path: Path) -> None:
    script = written(tmp_path / "calm.txt", "path ETH 5m 2000 2010 2000\nbuy 1 ETH 5x\n@ +5m\nclose ETH\n@ end\n")
    isocross("run", script, "--save", "Calm")
    assert "nothing was liquidated, and nothing is open" in isocross("post-mortem", "Calm").err
