"""What a replay's screen costs: the real program in a terminal of 160×45, on a session of 100,000 events, from a key or
a click on the timeline to the paint of the moment that was sought.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

from saves import Library
from tests.benchmarks.bench_resume import long_session
from tests.benchmarks.report import Row, report
from tests.benchmarks.terminal import Terminal

SEEKS = 60
RIGHT, LEFT = "\x1b[C", "\x1b[D"
TIMELINE_ROW, FIRST_COLUMN, LAST_COLUMN = 41, 3, 158


def test_seek_to_paint(isocross_home: Path) -> None:
    with Library.open(isocross_home) as library:
        name = library.find(long_session(library)).name
    chance = random.Random(1)
    columns = [chance.randrange(FIRST_COLUMN, LAST_COLUMN) for _ in range(SEEKS)]
    with Terminal(["replay", name, "--at", "50%"], isocross_home) as terminal:
        opened = terminal.until("50 %") - terminal.started
        rows: list[Row] = [{"replay 160×45, 100,000 events": "opened, from the shell", "p50 ms": 1000 * opened}]
        terminal.watch(1)
        rows.append(_row("a click anywhere on the timeline", terminal, [_click(column) for column in columns]))
        terminal.press(_click(LAST_COLUMN // 2))
        for what, key in (("a hundredth on", RIGHT), ("a hundredth back", LEFT), ("a step back", ",")):
            rows.append(_row(what, terminal, [key] * (SEEKS // 2)))
    report("replay: seek to paint", rows)


def _click(column: int) -> str:
    """The escape sequences of a press and a release of the left button."""
    return f"\x1b[<0;{column};{TIMELINE_ROW}M\x1b[<0;{column};{TIMELINE_ROW}m"


def _row(what: str, terminal: Terminal, keys: list[str]) -> Row:
    taken = sorted(_seek_to_paint(terminal, each) for each in keys)
    return {
        "replay 160×45, 100,000 events": what,
        "p50 ms": 1000 * taken[len(taken) // 2],
        "p95 ms": 1000 * taken[len(taken) * 95 // 100],
    }


def _seek_to_paint(terminal: Terminal, keys: str) -> float:
    """Seconds from a key to the words of the moment that it seeks."""
    terminal.watch(0.2)
    terminal.forget()
    pressed = time.perf_counter()
    terminal.press(keys)
    return terminal.until("step ", 5) - pressed
