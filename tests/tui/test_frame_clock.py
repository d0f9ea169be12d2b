"""Tape time per real time."""

from __future__ import annotations

from decimal import Decimal

from engine.script import DEFAULT_START
from engine.tape import Tape
from engine.tapes.inline import InlinePath, inline_tape
from tests.tui.desks import falling_tape
from tui.playing.frame_clock import LONGEST_FRAME, SPEEDS, FrameClock


def running(tape: Tape | None = None) -> FrameClock:
    """A clock that runs."""
    clock = FrameClock(tape or falling_tape())
    clock.run()
    return clock


def test_a_paused_clock_owes_nothing() -> None:
    assert FrameClock(falling_tape()).due(0, 10) == 0


def test_what_is_not_enough_for_a_step_is_kept() -> None:
    clock = running()
    clock.speed = 60
    assert [clock.due(0, 0.2) for _ in range(5)] == [0, 0, 0, 0, 1]


def test_no_time_is_lost_over_many_frames() -> None:
    clock, step = running(), 0
    clock.speed = 60
    for _ in range(300):
        step = clock.due(step, 1 / 30)
    assert step in (9, 10)


def test_a_late_frame_does_not_leap() -> None:
    clock = running()
    clock.speed = 60
    assert clock.due(0, 3600) == int(LONGEST_FRAME)


def test_a_hole_takes_a_second() -> None:
    tape = falling_tape()
    times = tape.times.copy()
    times[5:] += 48 * 3_600_000
    clock, step, frames = running(Tape(tape.markets, times, tape.gapped, tape.columns, None, tape.origin)), 4, 0
    while step == 4:
        step, frames = clock.due(step, 0.25), frames + 1
    assert (step, frames) == (5, 4)


def test_long_bars_start_faster() -> None:
    hours = inline_tape([InlinePath("ETH", 3600, (Decimal(2000),) * 9)], DEFAULT_START)
    assert FrameClock(hours).speed == 7_200
    assert FrameClock(falling_tape()).speed == 300


def test_speeds_end() -> None:
    clock = FrameClock(falling_tape())
    assert [clock.faster() for _ in range(10)][-1] == SPEEDS[-1]
    assert [clock.slower() for _ in range(10)][-1] == SPEEDS[0]
    assert (clock.text(False), clock.text(True)) == ("❚❚ ×1", "▶ ×1")
