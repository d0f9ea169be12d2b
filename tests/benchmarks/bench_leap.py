"""How much faster a leap is than single steps: the same session, the same tape, the same hash, in one run.

`make bench` prints the table. The naive side is the same engine advancing one vertex a call. Where that would take
minutes it is measured, with the leap, on the first part of the same job, and said so. Nothing here is a test of time:
only that both ways agree. Times are those of this process alone (CPU), the best of a few for the leap.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from engine.session import Session
from engine.tape import Tape
from tests.benchmarks.jobs import JOBS, Job
from tests.benchmarks.report import Row, report

PREFIX = 100_000
"""Vertices on which both sides of the long jobs are measured; the leap also on the whole year."""

REPEATS = 2


@dataclass(frozen=True)
class Run:
    """One job, done one way, up to some vertex."""

    seconds: float
    session: Session
    events: int
    trips: int
    hash: str


def run(job: Job, tape: Tape, until: int, advance: Callable[[Session, int], int]) -> Run:
    """Play the job's strategy, letting time pass with `advance`, which tells how many events there were."""
    session = Session(job.setup, tape)
    gc.collect()
    start = time.process_time()
    events, trips = job.play(session, until, advance)
    seconds = time.process_time() - start
    return Run(seconds, session, events, trips, session.state_hash())


def leap(session: Session, until: int) -> int:
    return len(session.advance(until, frozenset({"fill", "liquidation", "takeover"})))


def single_steps(session: Session, until: int) -> int:
    stops = {"fill", "liquidation", "takeover"}
    events = 0
    while session.step < until and session.state != "ended":
        happened = session.advance(session.step + 1)
        events += len(happened)
        if happened and not stops.isdisjoint(event.kind for event in happened):
            break
    return events


ROWS: list[Row] = []


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_leap_against_single_steps(job: Job) -> None:
    tape = job.tape()
    end = len(tape) - 1
    part = min(end, PREFIX)
    first = run(job, tape, end, leap)  # builds the index and the schedule of funding
    whole = min((run(job, tape, end, leap) for _ in range(REPEATS)), key=lambda each: each.seconds)
    assert whole.hash == first.hash
    leapt = min((run(job, tape, part, leap) for _ in range(REPEATS)), key=lambda each: each.seconds)
    stepped = run(job, tape, part, single_steps)
    assert (leapt.hash, leapt.events, leapt.trips) == (stepped.hash, stepped.events, stepped.trips)
    ROWS.append(
        {
            "job": job.name,
            "bars": (end + 1) // 4,
            "round trips": whole.trips,
            "events": whole.events,
            "first leap ms": first.seconds * 1000,
            "leap ms": whole.seconds * 1000,
            "million bars/s": (end + 1) / 4 / whole.seconds / 1e6,
            "million vertices/s": (end + 1) / whole.seconds / 1e6,
            "us a round trip": whole.seconds / whole.trips * 1e6 if whole.trips else "",
            "naive on vertices": part,
            "naive us a vertex": stepped.seconds / part * 1e6,
            "times naive there": stepped.seconds / leapt.seconds,
            "times naive, year": stepped.seconds / part * end / whole.seconds,
        }
    )


def test_report() -> None:
    report("leap against single steps", ROWS)
