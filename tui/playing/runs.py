"""Runs: time goes as fast as the machine does, to a moment or to an event, and says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.account import YOU
from engine.events import Event, Filled
from engine.numbers import ZERO
from engine.tally import Tally
from tui.widgets.figures import signed

FIRST_CHUNK = 256
LARGEST_CHUNK = 1 << 18
"""Vertices. Without events a search reads so many in less than a frame."""

CHUNK_SECONDS = 0.02
"""A run is cut into parts of about this length, one a frame: what is left of the frame is for keys and painting."""

RATE_SECONDS = 0.5
"""Nothing is said about the speed of a run that is younger."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a run stops: at vertex `until`, or at the first event whose kind is in `stop_on`."""

    until: int
    stop_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        began, reached, until: vertices where it began, is, and ends at the latest.
        seconds: how long it has taken.
    """

    began: int
    reached: int
    until: int
    seconds: float

    @property
    def share(self) -> float:
        """What is done, 0 to 1."""
        return (self.reached - self.began) / max(self.until - self.began, 1)

    @property
    def rate(self) -> float | None:
        """Vertices a second; None while it is too early to say."""
        passed = self.reached - self.began
        return passed / self.seconds if self.seconds >= RATE_SECONDS and passed else None

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at this rate; None while it is too early to say."""
        return None if self.rate is None else (self.until - self.reached) / self.rate


@dataclass(slots=True)
class Passed:
    """What happened to the player during a run: counts, and the profit that was realised, quote units."""

    fills: int = 0
    calls: int = 0
    liquidations: int = 0
    realised: Decimal = ZERO

    def take(self, events: Iterable[Event]) -> None:
        """Count what happened; the trades of a liquidation are no fills of their own."""
        tally = Tally()
        for event in events:
            tally.count(event)
            self.fills += isinstance(event, Filled) and event.actor == YOU and event.reason != "liquidation"
        self.calls, self.liquidations = self.calls + tally.calls, self.liquidations + tally.liquidations
        self.realised += tally.realised

    @property
    def told(self) -> str:
        """In words; empty where nothing happened."""
        counted = ((self.fills, "fill"), (self.calls, "call"), (self.liquidations, "liquidation"))
        parts = [f"{count:,} {word}{'s' * (count != 1)}" for count, word in counted if count]
        parts += [f"realised {signed(self.realised)}"] if self.realised else []
        return f"On the way: {', '.join(parts)}." if parts else ""


class Run:
    """A run towards a goal, cut into chunks that a frame bears.

    Args:
        goal: where it stops.
        step: the vertex where it begins.
        now: real seconds.
    """

    def __init__(self, goal: Goal, step: int, now: Callable[[], float]) -> None:
        self.goal, self.passed = goal, Passed()
        self._began, self._now = step, now
        self._started = now()
        self._chunk_until = 0.0
        self._chunk = FIRST_CHUNK

    def next_chunk(self, step: int) -> int:
        """The vertex to go to in this frame."""
        self._chunk_until = self._now() + CHUNK_SECONDS
        return min(self.goal.until, step + self._chunk)

    def is_late(self) -> bool:
        """Whether the chunk has taken its time: asked wherever something happens, for events are what takes long."""
        return self._now() >= self._chunk_until

    def learn(self) -> None:
        """After a chunk: the next one is longer where there was time left, and shorter where there was none."""
        self._chunk = max(self._chunk // 2, 1) if self.is_late() else min(self._chunk * 2, LARGEST_CHUNK)

    def progress(self, step: int) -> Progress:
        """How far it is at vertex `step`."""
        return Progress(self._began, step, self.goal.until, self._now() - self._started)
