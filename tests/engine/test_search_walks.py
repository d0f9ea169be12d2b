"""Where a search used to stop at nearly every vertex: dust, and orders of a market that stands still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from engine.segment import Segment
from engine.session import Session
from tests.benchmarks.jobs import Job


def _played(job: Job, session: Session, stride: int) -> Session:
    for text in job.opening:
        assert not isinstance(session.do(parse(text)), Refusal)
    while session.step < len(session.tape) - 1:
        session.advance(min(session.step + stride, len(session.tape) - 1))
    return session


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    walked: list[int] = []
    walk = Session._walk

    def counted(session: Session, segment: Segment) -> None:
        walked.append(segment.step)
        walk(session, segment)

    monkeypatch.setattr(Session, "_walk", counted)
    return walked


def test_dust_is_leapt_over(walks: list[int]) -> None:
    job = Job("dust", 0.00002, ("buy $1 ETH 10x iso",), bars=20_000)
    session = _played(job, Session(job.setup, job.tape()), len(job.tape()))
    assert session.account.pools["iso:ETH"].positions
    assert len(walks) < 100


def test_orders_of_a_market_that_stands_still_are_leapt_over(walks: list[int]) -> None:
    opening = ("buy $1000 ETH 2x cross sl 2%", "buy $500 ETH at 2000 cross", "protect ETH trail 9%")
    job = Job("halt", 0.002, opening, bars=2_500)
    tape = job.tape()
    trading = np.ones((len(tape), 1), dtype=np.bool_)
    trading[1000:8000] = False
    halted = replace(tape, trading=trading, derived={})
    leapt = _played(job, Session(job.setup, halted), len(tape))
    assert len(walks) < 500
    assert leapt.state_hash() == _played(job, Session(job.setup, halted), 1).state_hash()
