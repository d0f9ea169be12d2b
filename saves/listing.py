"""Saved sessions as a list shows them, and finding one by what a player types."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from engine.market import valid_symbol
from engine.numbers import ZERO, exact
from engine.setup import Setup
from saves.errors import SaveError, printable, quoted
from saves.names import cleaned_name
from saves.rows import SessionRow, milliseconds, setup_from

NEAR = 3
"""Names that a refusal offers."""


@dataclass(frozen=True, slots=True)
class SavedSession:
    """A saved session as a list shows it. Texts hold no character that a terminal would obey.

    Attributes:
        id: twelve hexadecimal digits.
        symbols: the markets of its tape.
        created, played: when it was begun and last written, UTC, ISO 8601.
        step, steps: the vertex reached, and how many the tape has.
        time: the time on the tape, UTC, ISO 8601.
        equity: of all pools together, quote units.
        state: `running`, `wiped out`, `ended`, or `damaged` where the row can't be read.
        modified: what differs from the venue's rules, in words.
        commands, calls, liquidations: counts.
        digest: the tape's.
        hash: state hash at that step.
        parent: id of the session that it was forked from, which may be gone; None where it is no fork.
        forked_step, forked_commands: the vertex of the fork, and the last command that both have.
        forked_time: the time on the tape there, UTC, ISO 8601.
        change: what was changed there, in words; None for nothing.
    """

    id: str
    name: str
    venue: str
    mode: str
    symbols: tuple[str, ...]
    created: str
    played: str
    step: int
    steps: int
    time: str
    equity: Decimal
    state: str
    modified: tuple[str, ...]
    commands: int
    calls: int
    liquidations: int
    digest: str
    hash: str
    parent: str | None = None
    forked_step: int | None = None
    forked_commands: int | None = None
    forked_time: str | None = None
    change: str | None = None


def saved_session(row: Mapping[str, object]) -> SavedSession:
    """What a row of `sessions`, with its tape’s `header`, says. A row that somebody spoilt is still listed, as
    `damaged`, so that it can be told of, renamed and deleted."""
    try:
        stored = msgspec.convert(row, SessionRow)
        milliseconds(stored.time)
        setup, equity, symbols = setup_from(stored.setup), exact(stored.equity), _symbols(row["header"])
        state = printable(stored.state)
    except (msgspec.ValidationError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
        stored, setup, equity, symbols, state = _wreck(row), Setup(), ZERO, (), "damaged"
    return SavedSession(
        id=printable(stored.id),
        name=cleaned_name(stored.name),
        venue=setup.venue,
        mode=setup.mode,
        symbols=symbols,
        created=printable(stored.created),
        played=printable(stored.played),
        step=stored.step,
        steps=stored.steps,
        time=printable(stored.time),
        equity=equity,
        state=state,
        modified=setup.modified,
        commands=stored.commands,
        calls=stored.calls,
        liquidations=stored.liquidations,
        digest=printable(stored.tape),
        hash=printable(stored.hash),
        parent=None if stored.parent is None else printable(stored.parent),
        forked_step=stored.forked_step,
        forked_commands=stored.forked_commands,
        forked_time=None if stored.forked_time is None else printable(stored.forked_time),
        change=None if stored.change is None else printable(stored.change),
    )


def _symbols(header: object) -> tuple[str, ...]:
    symbols = tuple(market[0] for market in json.loads(str(header))["markets"])
    if not all(isinstance(symbol, str) and valid_symbol(symbol) for symbol in symbols):
        raise ValueError("a market has an impossible name")
    return symbols


def _wreck(row: Mapping[str, object]) -> SessionRow:
    """A row of which only the id and the name are believed."""
    texts = {name: "" for name, kind in SessionRow.__annotations__.items() if kind == "str"}
    numbers = {name: 0 for name, kind in SessionRow.__annotations__.items() if kind == "int"}
    return SessionRow(**{**texts, **numbers, "id": str(row["id"]), "name": str(row["name"])})  # type: ignore[arg-type]


def found(text: str, saved: list[SavedSession]) -> SavedSession:
    """The session with that id or name, or the only one whose id or name begins so.

    Raises:
        SaveError: when there is none, naming those that are near, or when several could be meant.
    """
    wanted = text.strip().casefold()
    for each in saved:
        if wanted in (each.id, each.name.casefold()):
            return each
    begun = [each for each in saved if each.id.startswith(wanted) or each.name.casefold().startswith(wanted)]
    if wanted and len(begun) == 1:
        return begun[0]
    if wanted and begun:
        names = ", ".join(quoted(each.name) for each in begun[:NEAR])
        raise SaveError(f"{quoted(text)} could be several saves", f"say more of the name: {names}")
    raise SaveError(f"there is no save called {quoted(text)}", _near(wanted, saved))


def _near(wanted: str, saved: list[SavedSession]) -> str:
    names = {each.name.casefold(): each.name for each in saved}
    near = difflib.get_close_matches(wanted[:200], names, NEAR, 0.4) or list(names)[:NEAR]
    return f"there is {', '.join(quoted(names[each]) for each in near)}" if near else "there are no saves yet"
