"""Between the engine's values and the texts in the library."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from engine.events import Event
from engine.numbers import plain
from engine.setup import Setup
from saves.errors import SaveError, printable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command as it was played.

    Attributes:
        number: 1, 2, 3 …: the order of command 12 is called c12.
        step: the vertex at which it acted.
        text: in the words of the command grammar.
        size: what it came to, in base units; None where it has no size.
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


def milliseconds(text: str) -> int:
    """Ms UTC of an ISO 8601 text.

    Raises:
        ValueError: when it is none, or names no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone")
    return (moment - EPOCH) // timedelta(milliseconds=1)


def setup_text(setup: Setup) -> str:
    """A set-up as JSON."""
    return msgspec.json.encode({each.name: _jsonable(getattr(setup, each.name)) for each in fields(setup)}).decode()


def setup_from(text: str) -> Setup:
    """The set-up that `setup_text` wrote.

    Raises:
        SaveError: when it is damaged.
    """
    try:
        setup = msgspec.json.decode(text, type=Setup)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SaveError(f"the session’s set-up is damaged ({error})") from error
    words = (setup.venue, *(word for words in setup.overrides for word in words))
    if not setup.balance.is_finite() or not all(word.isprintable() for word in words):
        raise SaveError("the session’s set-up is damaged")
    return setup


def _jsonable(value: object) -> object:
    return plain(value) if isinstance(value, Decimal) else value


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
    """The size, in base units, of the order that command `number` placed or filled."""
    for event in events:
        order = getattr(event, "order", None)
        size = getattr(event, "size", None)
        if order == f"c{number}" and isinstance(size, Decimal):
            return plain(size)
    return None
