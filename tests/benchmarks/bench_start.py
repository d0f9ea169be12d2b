"""From the command line to the first picture, and to the whole one, in a terminal of 160×45.

The first picture says what is being opened; the whole one has the figures of the session in all panels. Modules are
compiled before, as an installation does.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.report import Row, report
from tests.benchmarks.terminal import ROOT, Terminal

TIMES = 7
PROGRESS = "░░░░░░░░"
FIGURES = "funding"
"""What only the first picture, and only the whole desk has: how far the opening is, and the market's figures."""


def pictures(words: Sequence[str], home: Path, said: Sequence[str]) -> list[float]:
    """For each text in turn: seconds from the start of the program until it is said, and processor seconds so far."""
    found: list[float] = []
    with Terminal(words, home) as terminal:
        for text in said:
            seen = terminal.until(text)
            found += [seen - terminal.started, terminal.cpu()]
    return found


def imports(module: str) -> float:
    """Seconds that a Python takes which does nothing but import a module."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)
    return time.perf_counter() - started


def rows_of(name: str, taken: Sequence[Sequence[float]], labels: Sequence[str]) -> list[Row]:
    """A row for each picture."""
    columns = list(zip(*taken, strict=True))
    return [
        {
            "from the command line": f"{name}: {label}",
            "best s": min(columns[2 * place]),
            "median s": sorted(columns[2 * place])[len(taken) // 2],
            "CPU s": min(columns[2 * place + 1]),
        }
        for place, label in enumerate(labels)
    ]


def test_start(isocross_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    rows: list[Row] = []
    for name, words, said, labels in (
        ("isocross", [], ["play now"], ["Home"]),
        ("isocross play", ["play"], [PROGRESS, FIGURES], ["first picture", "the desk of a new quick tape"]),
        ("isocross play --continue", ["play", "--continue"], [PROGRESS, FIGURES], ["first picture", "the desk"]),
    ):
        with Terminal(words, isocross_home) as warm:  # compiles, and leaves a session to continue
            warm.until(said[-1])
            warm.watch(1)
            warm.press("\x11")
            warm.until_it_leaves()
        taken = [pictures(words, isocross_home, said) for _ in range(TIMES)]
        rows += rows_of(name, taken, labels)
    for module in ("sys", "numpy", "textual.app", "tui.app"):
        best = min(imports(module) for _ in range(3))
        rows.append({"from the command line": f"  of that, python and import {module}", "best s": best})
    report("start: first paint", rows)
