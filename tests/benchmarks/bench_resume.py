"""Going on with a session of 100,000 events: from the library to the live session, and to its desk."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

from engine.commands.grammar import parse
from engine.session import Session
from engine.setup import Setup
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from saves import Library
from tests.benchmarks.report import Row, report

EVENTS = 100_000
PRICES = SyntheticSetup("calm", 7, ("ETH", "BTC", "SOL"), Decimal(3_660), 86_400 // 24)
"""Hours of ten years: three positions pay funding at each of them."""

COMMANDS = ("deposit 100000000", "buy $100 ETH 1x cross", "sell $100 BTC 1x cross", "buy $100 SOL 1x cross")
LAST = 200
"""Events that the desk shows again."""


def long_session(library: Library) -> str:
    """A session in which that much has happened; its id."""
    with library.create(Session(Setup(balance=Decimal(1_000)), synthetic_tape(PRICES))) as recorder:
        for text in COMMANDS:
            assert isinstance(recorder.do(parse(text)), tuple), text
        while recorder.event_count < EVENTS:
            before = recorder.session.step
            recorder.advance(before + 1_000)
            assert recorder.session.step > before, "the tape is too short"
        return recorder.id


def test_resume(isocross_home: Path) -> None:
    rows: list[Row] = []
    with Library.open(isocross_home) as library:
        began = time.perf_counter()
        session = long_session(library)
        rows.append({"a session of 100,000 events": "played and recorded", "s": time.perf_counter() - began})
        taken = []
        for _ in range(5):
            began = time.perf_counter()
            with library.resume(session) as recorder:
                resumed = time.perf_counter()
                last = recorder.events(last=LAST)
                taken.append((resumed - began, time.perf_counter() - resumed))
                assert recorder.event_count >= EVENTS
                assert len(last) == LAST
        for name, seconds in (("resumed", min(taken)[0]), (f"the last {LAST} events read", min(taken)[1])):
            rows.append({"a session of 100,000 events": name, "s": seconds})
    report("resume", rows)
