"""The engine of isocross: no files, no clock, no screen. A session is its set-up, its tape and its commands.

session = Session(Setup(balance=Decimal(2000)), tape)
session.do(parse("buy $10000 ETH 10x iso"))
session.advance(until=len(tape) - 1)
"""

from engine.commands import Command, CommandError, parse
from engine.events import Event
from engine.market import Market
from engine.rulebooks import VENUES
from engine.rulebooks.base import Refusal, SetupError
from engine.session import Session
from engine.setup import Setup
from engine.tape import Origin, Path, Tape, TapeTooLarge
from engine.views import View

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
