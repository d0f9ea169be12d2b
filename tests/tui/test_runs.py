"""Runs: chunks that a frame bears, and how far they are."""

from __future__ import annotations

import pytest

from tests.tui.strip_text import assert_golden
from tui.playing.runs import CHUNK_SECONDS, FIRST_CHUNK, LARGEST_CHUNK, Goal, Progress, Run
from tui.themes import DEFAULT_PALETTE
from tui.widgets.run_row import run_row

NOON = 1_767_268_800_000


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_chunks_grow_while_there_is_time_and_shrink_when_there_is_none() -> None:
    clock = Clock()
    run = Run(Goal(10**9), 0, clock)
    sizes = []
    for _ in range(20):
        sizes.append(run.next_chunk(0))
        run.learn()
    assert sizes[:3] == [FIRST_CHUNK, 2 * FIRST_CHUNK, 4 * FIRST_CHUNK]
    assert sizes[-1] == LARGEST_CHUNK
    run.next_chunk(0)
    clock.seconds += CHUNK_SECONDS
    assert run.is_late()
    run.learn()
    assert run.next_chunk(0) == LARGEST_CHUNK // 2
    assert not run.is_late()


def test_a_chunk_ends_at_the_goal() -> None:
    assert Run(Goal(40), 30, Clock()).next_chunk(30) == 40


def test_progress() -> None:
    clock = Clock()
    run = Run(Goal(1_100), 100, clock)
    assert run.progress(100) == Progress(100, 100, 1_100, 0.0)
    assert (run.progress(350).rate, run.progress(350).left) == (None, None), "too early to say"
    clock.seconds += 5
    progress = run.progress(350)
    assert (progress.share, progress.rate, progress.left) == (0.25, 50.0, 15.0)
    assert run.progress(100).rate is None


@pytest.mark.parametrize("width", range(1, 165, 7))
def test_every_width_is_filled(width: int) -> None:
    assert run_row(Progress(0, 400, 1_000, 3.0), NOON, width, DEFAULT_PALETTE).cell_length == width


def test_the_row() -> None:
    year = 525_600 * 4
    shown = [
        Progress(0, 0, year, 0.1),
        Progress(0, year // 3, year, 0.7),
        Progress(0, year // 3, year, 700.0),
        Progress(0, 20, year, 7.0),
        Progress(0, year, year, 2.5),
    ]
    rows = [run_row(progress, NOON, width, DEFAULT_PALETTE) for width in (160, 80, 60) for progress in shown]
    assert_golden("run-row", rows)
