"""Sessions on lending venues, played in one leap and in single steps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.commands.grammar import parse
from engine.events import Event
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape

QUIET = {"slippage": False, "fees": False, "funding": False}
Overrides = tuple[tuple[str, ...], ...]


def opened(
    venue: str, tape: Tape, commands: Sequence[str], overrides: Overrides = (), balance: int = 10_000, **changed: Any
) -> Session:
    """A session that was given `commands`, none of which was refused."""
    setup = Setup(venue=venue, balance=Decimal(balance), mode="cross", overrides=overrides, **{**QUIET, **changed})
    session = Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session


def played(
    venue: str, tape: Tape, *commands: str, overrides: Overrides = (), balance: int = 10_000, **changed: Any
) -> tuple[Session, list[Event]]:
    """A session that ran to the end of its tape: in one leap as in single steps, and nothing is lost."""
    session, stepping = (opened(venue, tape, commands, overrides, balance, **changed) for _ in range(2))
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def refused(
    venue: str, tape: Tape, command: str, before: Sequence[str] = (), overrides: Overrides = (), balance: int = 10_000
) -> str:
    """What the venue says to the last command, which it refuses."""
    answer = opened(venue, tape, before, overrides, balance).do(parse(command))
    assert isinstance(answer, Refusal)
    return str(answer)


def only(events: Sequence[Event], kind: type) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def fund_of(session: Session, name: str) -> Decimal:
    """What a fund of the venue holds."""
    return session.world.balance(session.world.account(name).wallet)
