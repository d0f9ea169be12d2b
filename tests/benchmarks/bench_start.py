"""From the command line to the first whole picture, in a terminal of 160×45."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.report import Row, report
from tests.benchmarks.terminal import ROOT, Terminal

TIMES = 7


def first_paint(words: list[str], home: Path, said: str) -> tuple[float, float]:
    """Seconds from the start of the program to its first picture, and processor seconds until then."""
    with Terminal(words, home) as terminal:
        seen = terminal.until(said)
        return seen - terminal.started, terminal.cpu()


def imports(module: str) -> float:
    """Seconds that a Python takes which does nothing but import a module."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)
    return time.perf_counter() - started


def test_start(isocross_home: Path) -> None:
    rows: list[Row] = []
    for name, words, said in (
        ("isocross: Home", [], "continue"),
        ("isocross play: the desk, a new quick tape", ["play"], "lets it run"),
        ("isocross play --continue: the desk", ["play", "--continue"], "lets it run"),
    ):
        taken = [first_paint(words, isocross_home, said) for _ in range(TIMES)]
        rows.append(
            {
                "from the command line": name,
                "best s": min(seconds for seconds, _ in taken),
                "median s": sorted(seconds for seconds, _ in taken)[TIMES // 2],
                "CPU s": min(cpu for _, cpu in taken),
            }
        )
    for module in ("sys", "numpy", "textual.app", "tui.app"):
        best = min(imports(module) for _ in range(3))
        rows.append({"from the command line": f"  of that, python and import {module}", "best s": best})
    report("start: first paint", rows)
