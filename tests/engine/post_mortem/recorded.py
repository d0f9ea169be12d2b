"""Sessions as records, for post-mortems."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.commands.grammar import parse
from engine.post_mortem import Played, PostMortem, play, post_mortem
from engine.record import Given, Record
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.liquidated import Played as Liquidated
from tests.engine.tapes import tape_of

D = Decimal
FALL = (2000, 2010, 2005, 1990, 1970, 1940, 1900, 1850, 1800, 1780, 1790, 1810, 1800, 1760, 1700, 1650, 1640, 1660)
Typed = Sequence[tuple[int, str]]


def fall(*gaps: int, repeats: int = 30) -> Tape:
    """ETH falls, minute by minute and then for hours; BTC falls half as much."""
    eth = [price for price in FALL for _ in range(repeats)]
    return tape_of({"ETH": eth, "BTC": [50_000 + 12 * (price - 2000) for price in eth]}, gaps=gaps)


def recorded(setup: Setup, tape: Tape, typed: Typed, until: int | None = None) -> Record:
    """The commands as they would be saved: those that are accepted, with their numbers."""
    commands = tuple(Given(step, parse(text), place) for place, (step, text) in enumerate(typed, start=1))
    return Record(setup, tape, commands, len(tape) - 1 if until is None else until)


def played(setup: Setup, tape: Tape, typed: Typed, until: int | None = None) -> Played:
    """The same, played."""
    return play(recorded(setup, tape, typed, until))


def record_of(session: Liquidated) -> Record:
    """The record of a session that was played into a liquidation."""
    return recorded(session.setup, session.tape, [(0, text) for text in session.commands])


def first(played_session: Played) -> PostMortem:
    """The post-mortem of its first liquidation."""
    found = post_mortem(played_session, played_session.liquidations[0])
    assert found is not None
    return found
