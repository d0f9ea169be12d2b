"""What the desk costs: the real program in a terminal of 160×45, at rest and at every speed, and key to paint."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.benchmarks.frames import COMMANDS, Took
from tests.benchmarks.report import Row, report
from tests.benchmarks.terminal import Terminal
from tui.playing.frame_clock import FRAMES_A_SECOND

TAPE = "calm seed 7 markets BTC,ETH,SOL days 3 step 1s"
"""A vertex a second of three markets: at ×60 two of them a frame."""

FRAMES, WARM_UP = 300, 60
SPEEDS = (0, 1, 10, 60, 300, 1_800, 7_200)
"""0: paused."""

MANY_FRAMES = int(os.environ.get("ISOCROSS_BENCH_FRAMES", "9000"))
"""Frames after which memory is looked at again: an hour at 30 a second are 108,000."""

KEYS = 60


def at_the_desk(home: Path) -> Terminal:
    """A session with positions in two pools and an order, paused."""
    terminal = Terminal(["play", "--synthetic", TAPE], home)
    terminal.until("Time stands still")
    for command in COMMANDS:
        terminal.forget()
        terminal.press(":")
        terminal.until("Enter sends")
        terminal.type(f"{command}\r")
        terminal.until("✓", 10)
    terminal.watch(1)
    return terminal


def frames(home: Path, speed: float, count: int, warm_up: int, *words: str) -> tuple[Took, int]:
    """What so many frames of the real program took, and how many bytes it wrote to the terminal in all."""
    arguments = [str(home), str(speed), str(count), str(warm_up), *words]
    with Terminal(arguments, home, module="tests.benchmarks.frames") as terminal:
        terminal.until_it_leaves()
        return Took(**json.loads((home / "frames.json").read_text())), terminal.bytes_read


@pytest.fixture
def terminal(isocross_home: Path) -> object:
    with at_the_desk(isocross_home) as terminal:
        yield terminal


def test_share_of_a_core(isocross_home: Path) -> None:
    rows: list[Row] = []
    for speed in SPEEDS:
        took, _ = frames(isocross_home, speed, FRAMES, WARM_UP)
        rows.append(
            {
                "desk 160×45": f"×{speed:,}" if speed else "paused",
                "vertices a frame": took.vertices / took.frames,
                "CPU ms a frame": 1000 * took.cpu / took.frames,
                "% of a core at 30 frames/s": 100 * FRAMES_A_SECOND * took.cpu / took.frames,
            }
        )
    report("desk: share of a core, 30 frames a second", rows)


def test_memory(isocross_home: Path) -> None:
    took, written = frames(isocross_home, 60, MANY_FRAMES, 1_000, "fast")
    row: Row = {
        "desk 160×45, ×60": f"{took.frames:,} frames as fast as they go",
        "events": took.events,
        "growth MB": (took.memory_after - took.memory_before) / 1e6,
        "frames/s": took.frames / took.wall,
        "kB a frame": written / took.frames / 1000,
    }
    report("desk: memory", [row])


def test_key_to_paint(terminal: Terminal) -> None:
    rows: list[Row] = []
    for name, keys in (("paused", ""), ("×60", " "), ("×1,800", ">>")):
        terminal.type(keys)
        terminal.watch(1)
        taken = sorted(key_to_paint(terminal, number) for number in range(KEYS))
        rows.append({"desk 160×45": name, "p50 ms": 1000 * taken[KEYS // 2], "p95 ms": 1000 * taken[KEYS * 95 // 100]})
    report("desk: key to paint", rows)


def key_to_paint(terminal: Terminal, number: int) -> float:
    """Seconds from a key to the answer that it asked for; the pause before is never the same part of a frame."""
    terminal.watch(0.05 + 0.0037 * (number % 20))
    terminal.forget()
    pressed = time.perf_counter()
    terminal.press("a")
    return terminal.until("he tape", 5) - pressed
