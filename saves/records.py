"""Between the engine's values and the texts in the library."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from engine.events import Event, Filled, OrderPlaced
from engine.numbers import plain
from saves.errors import SaveError, printable
from saves.rows import milliseconds


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command as it was played.

    Attributes:
        number: 1, 2, 3 …: the order of command 12 is called c12.
        step: the vertex at which it acted.
        text: in the words of the command grammar.
        size: what it came to, in base units; None where it has no size, or one in each of several markets.
        hash: state hash after it.
    """

    number: int
    step: int
    time: str
    text: str
    size: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event, its number (1, 2, 3 …), and the number of the command that did it; None where the market did."""

    number: int
    event: Event
    command: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """The equity of all pools together, in quote units, at a vertex."""

    step: int
    time: int
    equity: Decimal


def event_text(event: Event) -> str:
    """An event's figures as JSON, without those that have a column of their own."""
    figures = event.figures()
    own = {name: value for name, value in figures.items() if name not in ("step", "time", "kind")}
    return json.dumps(own, ensure_ascii=False, separators=(",", ":"))


def event_from(kind: str, step: int, time: str, text: str) -> Event:
    """The event that `event_text` wrote; unprintable characters that somebody put into the file are replaced.

    Raises:
        SaveError: when it is none.
    """
    try:
        figures = msgspec.json.decode(text, type=dict[str, str | int | bool | None])
        shown = {name: printable(value) if isinstance(value, str) else value for name, value in figures.items()}
        shown |= {"step": step, "time": milliseconds(time)}
        return msgspec.convert(shown, _EVENTS[kind])
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise SaveError(f"an event of the session is damaged ({error})") from error


def _kinds(base: type[Event]) -> dict[str, type[Event]]:
    found = {base.kind: base}
    for child in base.__subclasses__():
        found |= _kinds(child)
    return found


_EVENTS = _kinds(Event)


def resolved_size(number: int, events: Iterable[Event]) -> str | None:
    """The size, in base units, of the order of command `number`: all that it traded, closing and opening, and what it
    left to wait. None where it has none, or where it traded several markets."""
    own = [event for event in events if isinstance(event, Filled | OrderPlaced) and event.order == f"c{number}"]
    if len({event.symbol for event in own}) != 1:
        return None
    return plain(sum((event.size for event in own), Decimal(0)))
