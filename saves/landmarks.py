"""The moments of a saved session, and what there is to find among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from engine.sentences import sentence
from saves.errors import SaveError
from saves.records import RecordedCommand, event_from
from saves.rows import milliseconds

if TYPE_CHECKING:
    from sqlite_utils import Database

LandmarkKind = Literal["command", "fill", "call", "liquidation"]
KINDS: tuple[LandmarkKind, ...] = ("command", "fill", "call", "liquidation")
"""In the order in which those of one moment stand."""
_EVENTS = KINDS[1:]


@dataclass(frozen=True, order=True, slots=True)
class Point:
    """A moment of a session: vertex `step`, with the commands up to number `commands` given."""

    step: int
    commands: int


@dataclass(frozen=True)
class Landmark:
    """Something to seek: a command, a fill, a margin call or a liquidation.

    Attributes:
        point: the moment right after it.
        time: ms UTC.
    """

    point: Point
    time: int
    kind: LandmarkKind
    _told: str | tuple[str, int, str, str]

    @cached_property
    def text(self) -> str:
        """The command, or what happened in a sentence."""
        if isinstance(self._told, str):
            return self._told
        try:
            return sentence(event_from(*self._told))
        except SaveError as error:
            return str(error)


def numbered(landmarks: Sequence[Landmark], number: int) -> Point | None:
    """The moment right after command `number`; None where there is none."""
    return next((each.point for each in landmarks if each.kind == "command" and each.point.commands == number), None)


class EventPlaces:
    """Which events had happened at a point. Events are numbered in their order, and of one vertex those of the market
    come before those of its commands."""

    def __init__(self, steps: NDArray[np.int64], commands: NDArray[np.int64]) -> None:
        self._steps, self._commands = steps, commands

    def count(self, point: Point) -> int:
        """How many events there were by then."""
        first, last = (int(np.searchsorted(self._steps, point.step, side)) for side in ("left", "right"))
        return first + int(np.searchsorted(self._commands[first:last], point.commands, side="right"))


def event_places(db: Database, session: str) -> EventPlaces:
    """Where all events of a session happened. Raises `DISK_ERRORS`."""
    query = "SELECT step, ifnull(command, 0) FROM events WHERE session = ? ORDER BY number"
    found = np.array(db.execute(query, [session]).fetchall() or [(0, 0)][:0], np.int64).reshape(-1, 2)
    return EventPlaces(found[:, 0], found[:, 1])


def landmarks_of(db: Database, session: str, commands: Sequence[RecordedCommand]) -> tuple[Landmark, ...]:
    """All landmarks of a session, in order. Raises ValueError for a damaged time, and `DISK_ERRORS`."""
    given = [
        Landmark(Point(each.step, each.number), milliseconds(each.time), "command", each.text) for each in commands
    ]
    happened = _happened(db, session, commands)
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted([*given, *happened], key=lambda each: (each.point, order[each.kind])))


def _happened(db: Database, session: str, commands: Sequence[RecordedCommand]) -> Iterator[Landmark]:
    query = (
        "SELECT kind, step, time, figures, command FROM events WHERE session = ? "
        f"AND kind IN ({', '.join('?' * len(_EVENTS))}) ORDER BY number"
    )
    steps = np.array([each.step for each in commands], np.int64)
    numbers = [0, *(each.number for each in commands)]
    for kind, step, time, figures, command in db.execute(query, [session, *_EVENTS]):
        before = numbers[int(np.searchsorted(steps, step, side="left"))]
        yield Landmark(Point(step, command or before), milliseconds(time), kind, (kind, step, time, figures))
