"""kill -9 of the real program: every line of `isocross run --save` that was printed is on disk."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.script import read_script
from engine.session import Session
from saves import Library
from tests.saves.test_kill import ROOT
from tui.cli.headless import Output, Unsaved, play
from tui.prices.source import make_tape

BARS = 120


def plan() -> str:
    """A script of five days by the hour: trades, orders, notes and funding."""
    chance = random.Random(1)
    price, prices = 2_000.0, list[str]()
    for _ in range(BARS):
        prices.append(f"{price:.2f}")
        price *= 1 + chance.gauss(0, 0.004)
    lines = ["balance 5000", f"path ETH 1h {' '.join(prices)}"]
    for hour in range(0, BARS - 4, 2):
        side, mode = chance.choice(("buy", "sell")), chance.choice(("iso", "cross"))
        lines += [f"{side} ${chance.randrange(100, 900)} ETH 5x {mode}", f"note hour {hour}", "@ +2h"]
    return "\n".join([*lines, "@ end", ""])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What a run that nobody kills tells."""
    file = tmp_path_factory.mktemp("whole") / "told"
    script = read_script("plan", plan())
    with file.open("w", encoding="utf-8") as stream:
        session = Session(script.setup, make_tape(script.recipe, Path()))
        play(script, Unsaved(session), Output(stream, True))
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def kill(home: Path, lines: int) -> list[dict[str, object]]:
    """Run the script, kill the program once it has printed `lines` lines; all that it printed."""
    script = home.parent / "plan.txt"
    script.write_text(plan(), encoding="utf-8")
    command = [sys.executable, "-u", "-m", "tui", "run", str(script), "--json", "--save", "Killed"]
    environment = {"ISOCROSS_HOME": str(home), "PATH": ""}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        said = [program.stdout.readline() for _ in range(lines)]
        program.send_signal(signal.SIGKILL)
        said += list(program.stdout)
        program.wait()
    assert program.returncode == -signal.SIGKILL
    return [json.loads(line) for line in said if line.endswith("\n")]


def check(home: Path, lines: int, told: list[dict[str, object]]) -> None:
    """What was printed is there, in order, and the session can be resumed."""
    printed = kill(home, lines)
    assert printed == told[: len(printed)]
    with Library.open(home) as library, library.resume(library.find("Killed").id) as recorder:
        events = [event.figures() for event in recorder.events()]
        happened = [row for row in told if row["kind"] != "refused"][: len(events)]
        assert [{name: row[name] for name in event} for row, event in zip(happened, events, strict=True)] == events
        assert len(events) >= len([row for row in printed if row["kind"] != "refused"])
        assert recorder.session.view().conserved


@pytest.mark.parametrize("lines", [3, 17, 40, 77, 111])
def test_a_killed_program_loses_nothing_that_it_printed(
    tmp_path: Path, told: list[dict[str, object]], lines: int
) -> None:
    check(tmp_path / "home", lines, told)


@pytest.mark.slow
def test_a_hundred_killed_programs(tmp_path: Path, told: list[dict[str, object]]) -> None:
    chance = random.Random(9)
    for number in range(100):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        check(folder / "home", chance.randrange(1, len(told) - 2), told)
