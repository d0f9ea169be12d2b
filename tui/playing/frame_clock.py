"""How fast the tape runs: tape time per real time, and the vertices that are due."""

from __future__ import annotations

from math import inf

import numpy as np

from engine.tape import Tape

FRAMES_A_SECOND = 30
SPEEDS = (1, 10, 60, 300, 1_800, 7_200, 43_200, 259_200, 1_209_600, inf)
"""Seconds of tape a real second; the last is as fast as the machine goes."""
FIRST_SPEED = 60
SLOWEST_START = 2
"""Vertices a second, at least, at the speed that a tape starts with."""
LONGEST_FRAME = 0.25
"""Seconds. A frame that comes later than this (a suspended terminal) does not leap over what was missed."""
HOLE = 20
"""A wait that is so many times longer than usual is a hole in the tape, which nobody wants to sit through."""
LONGEST_HOLE = 1.0
"""Seconds that a hole takes."""


class FrameClock:
    """Turns real seconds into vertices of a tape. It reads no clock itself: a frame says how long it was.

    Attributes:
        speed: seconds of tape a real second; infinite for as fast as the machine goes, which `due` does not pace.
        running: whether time passes at all.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._usual = _usual_wait(tape)
        least = max(FIRST_SPEED, self._usual / 1000 * SLOWEST_START)
        self.speed: float = next(speed for speed in SPEEDS if speed >= least)
        self.running = False
        self._owed = 0.0

    def faster(self) -> float:
        """The next higher speed, if there is one."""
        self.speed = next((speed for speed in SPEEDS if speed > self.speed), self.speed)
        return self.speed

    def slower(self) -> float:
        """The next lower speed, if there is one."""
        self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), self.speed)
        return self.speed

    def run(self) -> None:
        """Let time pass."""
        self.running, self._owed = True, 0.0

    def pause(self) -> None:
        """Let time stand still."""
        self.running, self._owed = False, 0.0

    @property
    def flat_out(self) -> bool:
        """Whether the speed is as fast as the machine goes."""
        return self.speed == inf

    def due(self, step: int, seconds: float) -> int:
        """The vertex that a frame of `seconds` reaches from vertex `step`.

        Time that is not enough for a vertex is kept for the next frame.
        """
        if not self.running or self.flat_out:
            return step
        times, time = self._tape.times, int(self._tape.times[step])
        self._owed += min(seconds, LONGEST_FRAME) * self.speed * 1000
        wait = int(times[min(step + 1, len(times) - 1)]) - time
        if wait > HOLE * self._usual and self._owed >= LONGEST_HOLE * self.speed * 1000:
            self._owed = max(self._owed, wait)
        until = max(step, self._tape.step_at(time + int(self._owed)))
        if until > step:
            self._owed = max(self._owed - (int(times[until]) - time), 0.0)
        return until

    def text(self, running: bool) -> str:
        """What the status line says: `▶ ×60`, `❚❚ ×60` or `▶ max`; the clock may run and still be held."""
        return f"{'▶' if running else '❚❚'} {speed_text(self.speed)}"


def speed_text(speed: float) -> str:
    """A speed as the screen says it: `×1,800` or `max`."""
    return "max" if speed == inf else f"×{speed:,.0f}"


def speed_changed(clock: FrameClock, by: int) -> str:
    """Make a clock faster (positive) or slower; what its speed is then, in a sentence."""
    before = clock.speed
    speed = clock.faster() if by > 0 else clock.slower()
    limit = "" if speed != before else (", the highest" if by > 0 else ", the lowest")
    pace = "as fast as this machine goes" if clock.flat_out else f"{_span(speed)} of the tape a second"
    return f"Speed {speed_text(speed)}{limit}: {pace}."


def _span(seconds: float) -> str:
    """A length of tape in words."""
    for length, word in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {word}"
    return f"{seconds:.0f} s"


def _usual_wait(tape: Tape) -> float:
    """The middle one of the times from a vertex to the next, ms."""
    waits = np.diff(tape.times)
    waits = waits[waits > 0]
    return float(np.median(waits)) if len(waits) else 1000.0
