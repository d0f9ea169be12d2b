"""A desk that plays for hours holds no more than one that has just been opened."""

from __future__ import annotations

import functools
import gc
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from engine.events import Event
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from tests.tui.desks import desk_of, playing, type_command
from tui.screens.desk_draw import KEPT_EVENTS
from tui.start import NewSession

FRAMES = 300
A_PAINT = 10
"""Frames between two paints: as on a screen that can't keep up, and a test that shall not take long."""

GROWTH = 1_300_000
"""Bytes. 300 frames of 12 events each would be more than two millions, were the events kept; the engine's table of the
funding dues, which grows with the tape and not with what happens, takes 0.9."""


def busy_tape() -> Tape:
    """An hour from vertex to vertex: every frame brings funding."""
    return synthetic_tape(SyntheticSetup("calm", 3, ("BTC", "ETH", "SOL"), Decimal(1_200), 3_600))


def held_bytes() -> int:
    """Bytes that are held; what caches of a stated size hold is left out, for they grow up to that size only."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.slow
async def test_memory_does_not_grow_with_events(isocross_home: Path) -> None:
    start = NewSession(Setup(balance=Decimal(100_000)), busy_tape(), "Long")
    async with playing(isocross_home, start) as pilot:
        desk = desk_of(pilot)
        for symbol in ("BTC", "ETH", "SOL"):
            await type_command(pilot, f"buy $100 {symbol} 1x cross")
        await pilot.press("a", "a", "space")
        desk.play.clock.speed = 4 * 3_600 * 30

        async def play(count: int) -> None:
            for number in range(count):
                desk.frame(1 / 30)
                if number % A_PAINT == 0:
                    await pilot.pause()

        tracemalloc.start()  # before the warm-up: what is given back has to have been seen when it was taken
        while desk.play.recorder.event_count < 2 * KEPT_EVENTS:
            await play(FRAMES // 3)
        before, events = held_bytes(), desk.play.recorder.event_count
        await play(FRAMES)
        grown = held_bytes() - before
        tracemalloc.stop()
        assert desk.play.recorder.event_count - events > 10 * FRAMES
        assert grown < GROWTH
        held = sum(isinstance(each, Event) for each in gc.get_objects())
        assert held <= 2 * KEPT_EVENTS, "what has been shown is on disk, not in memory"
