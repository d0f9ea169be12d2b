"""Seeking in a session of 100,000 events: to any moment, there and back, and frame by frame."""

from __future__ import annotations

import gc
import random
import sqlite3
import time
from pathlib import Path

from saves import Library, Replay
from tests.benchmarks.bench_resume import EVENTS, LAST, long_session
from tests.benchmarks.report import Row, report

SEEKS = 300
FRAMES = 300


def test_seek(isocross_home: Path) -> None:
    rows: list[Row] = []
    with Library.open(isocross_home) as library:
        session = long_session(library)
        began = time.perf_counter()
        replay = library.replay(session)
        rows.append(_row("opened", [time.perf_counter() - began]))
        assert replay.event_count >= EVENTS
        rows += _measured(replay, "as it was recorded")
        with sqlite3.connect(library.home / "library.db") as db:
            db.execute("DELETE FROM snapshots WHERE step > 0 AND step < (SELECT max(step) FROM snapshots)")
        began = time.perf_counter()
        thin = library.replay(session)
        rows.append(_row("opened, with two snapshots only", [time.perf_counter() - began]))
        rows += _measured(thin, "with two snapshots only")
    report("seek", rows)


def _measured(replay: Replay, how: str) -> list[Row]:
    chance, end = random.Random(1), replay.end.step
    gc.collect()
    gc.freeze()  # as the desk does once a session is open
    seeks = [_timed(replay, chance.randrange(end + 1)) for _ in range(SEEKS)]
    start = chance.randrange(end - FRAMES)
    replay.seek(start)
    frames = [_timed(replay, start + frame + 1) for frame in range(FRAMES)]
    gc.unfreeze()
    assert len(replay.events(last=LAST)) == LAST
    return [_row(f"random seeks, {how}", seeks), _row(f"one vertex onwards, {how}", frames)]


def _timed(replay: Replay, step: int) -> float:
    """Seconds to a moment with what the desk shows of it."""
    began = time.perf_counter()
    replay.seek(step)
    replay.view()
    replay.events(last=LAST)
    replay.equity_samples()
    return time.perf_counter() - began


def _row(what: str, seconds: list[float]) -> Row:
    ordered = sorted(seconds)
    return {
        "a session of 100,000 events": what,
        "median ms": 1000 * ordered[len(ordered) // 2],
        "p95 ms": 1000 * ordered[int(len(ordered) * 0.95)],
        "worst ms": 1000 * ordered[-1],
    }
