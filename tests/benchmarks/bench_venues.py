"""How much faster a leap is than single steps under each rulebook: the same orders, tape and hash, in one run.

One long with a target and a stop, taken again whenever it is flat, with fees, slippage and funding or interest, on the
first days of the year that `bench_leap` plays: what differs between the rows is the rulebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from engine.account import Mode
from engine.rulebooks.base import Overrides
from engine.setup import Setup
from tests.benchmarks.bench_leap import leap, run, single_steps
from tests.benchmarks.jobs import ROUND_TRIPS, Job
from tests.benchmarks.report import Row, report
from tests.engine.venues import every_account

BARS = 20_000
"""A fortnight of minutes, about 21 round trips."""

ROWS: list[Row] = []


@dataclass(frozen=True)
class VenueJob(Job):
    """A job under another rulebook than the first."""

    venue: str = ""
    mode: Mode = "cross"
    overrides: Overrides = ()

    @property
    def setup(self) -> Setup:
        return Setup(self.venue, self.mode, Decimal(self.balance), overrides=self.overrides)


@pytest.mark.parametrize(
    ("venue", "mode", "overrides"), every_account(), ids=lambda each: each if isinstance(each, str) else None
)
def test_rulebook(venue: str, mode: Mode, overrides: Overrides) -> None:
    job = VenueJob(
        name=venue,
        volatility=ROUND_TRIPS,
        entry="buy $5000 {} 3x tp 3% sl 2%",
        bars=BARS,
        venue=venue,
        mode=mode,
        overrides=overrides,
    )
    tape = job.tape()
    end = len(tape) - 1
    run(job, tape, end, leap)  # builds the index and the schedule of funding
    leapt = min((run(job, tape, end, leap) for _ in range(3)), key=lambda each: each.seconds)
    stepped = run(job, tape, end, single_steps)
    assert (leapt.hash, leapt.events, leapt.trips) == (stepped.hash, stepped.events, stepped.trips)
    ROWS.append(
        {
            "rulebook": venue,
            "account": " ".join(word for words in overrides for word in words) or mode,
            "round trips": leapt.trips,
            "events": leapt.events,
            "leap ms": leapt.seconds * 1000,
            "naive us a vertex": stepped.seconds / end * 1e6,
            "times naive": stepped.seconds / leapt.seconds,
        }
    )


def test_report() -> None:
    report("each rulebook against single steps", ROWS)
