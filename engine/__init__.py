"""The engine of isocross: no files, no clock, no screen. A session is its set-up, its tape and its commands.

session = Session(Setup(balance=Decimal(2000)), tape)
session.do(parse("buy $10000 ETH 10x iso"))
session.advance(until=len(tape) - 1)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.commands.command import Command, CommandError
    from engine.commands.grammar import parse
    from engine.events import Event
    from engine.looking.views import View
    from engine.market import Market
    from engine.rulebooks import VENUES
    from engine.rulebooks.base import Refusal, SetupError
    from engine.session import Session
    from engine.setup import Setup
    from engine.tape import Origin, Path, Tape, TapeTooLarge

__all__ = [
    "VENUES",
    "Command",
    "CommandError",
    "Event",
    "Market",
    "Origin",
    "Path",
    "Refusal",
    "Session",
    "Setup",
    "SetupError",
    "Tape",
    "TapeTooLarge",
    "View",
    "parse",
]

_HOMES = {
    "Command": "engine.commands.command",
    "CommandError": "engine.commands.command",
    "Event": "engine.events",
    "Market": "engine.market",
    "Origin": "engine.tape",
    "Path": "engine.tape",
    "Refusal": "engine.rulebooks.base",
    "Session": "engine.session",
    "Setup": "engine.setup",
    "SetupError": "engine.rulebooks.base",
    "Tape": "engine.tape",
    "TapeTooLarge": "engine.tape",
    "VENUES": "engine.rulebooks",
    "View": "engine.looking.views",
    "parse": "engine.commands.grammar",
}


def __getattr__(name: str) -> object:
    """Names are fetched when they are first used: a list of saves needs no session, and should be there at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
