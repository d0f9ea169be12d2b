"""Sessions that are played, written down, and reported on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.commands.grammar import parse
from engine.record import Given, Record
from engine.report.course import Course
from engine.report.played import Played, played
from engine.report.trades import trades_of
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape


def record_of(setup: Setup, tape: Tape, orders: Iterable[tuple[int, str]], until: int | None = None) -> Record:
    """What is written down of a session with these commands at their vertices: those that are accepted."""
    session, commands = Session(setup, tape), list[Given]()
    for step, text in orders:
        session.advance(step)
        if not isinstance(session.do(parse(text)), Refusal):
            commands.append(Given(session.step, parse(text), session.commands))
    session.advance(len(tape) - 1 if until is None else until)
    return Record(setup, tape, tuple(commands), session.step)


def accepted(setup: Setup, tape: Tape, orders: Iterable[tuple[int, str]], until: int | None = None) -> Record:
    """As `record_of`, where every command must be accepted."""
    given = list(orders)
    record = record_of(setup, tape, given, until)
    assert [str(each.command) for each in record.commands] == [str(parse(text)) for _, text in given]
    return record


def session_at_end(record: Record) -> Session:
    """The session of a record, where it ended."""
    session = record.start()
    for given in record.commands:
        session.advance(given.step)
        session.do(given.command, given.number)
    session.advance(record.until)
    return session


def course_of(record: Record) -> tuple[Course, Played]:
    """The account of a record through time."""
    seen = played(record)
    return Course(seen.session, trades_of(seen.session, seen.happened).postings), seen


def plain_setup(venue: str = "hyperliquid", **changes: object) -> Setup:
    """Ten thousand, and nothing that costs unless it is asked for."""
    settings = {"mode": "isolated", "balance": Decimal(10_000), "slippage": False, "fees": False, "funding": False}
    return Setup(venue, **{**settings, **changes})  # type: ignore[arg-type]
