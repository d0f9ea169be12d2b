"""A row of the list of sessions, and its texts as values: all that a list of saves needs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from engine.numbers import plain
from engine.setup import Setup
from saves.errors import SaveError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A row of `sessions`, as it is stored."""

    id: str
    name: str
    created: str
    played: str
    program: str
    setup: str
    tape: str
    step: int
    steps: int
    time: str
    equity: str
    state: str
    commands: int
    events: int
    calls: int
    liquidations: int
    hash: str
    parent: str | None = None
    forked_step: int | None = None
    forked_commands: int | None = None
    forked_time: str | None = None
    change: str | None = None


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
