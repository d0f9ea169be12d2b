"""What a session is: its set-up, its tape, and the commands that were given at their vertices. All else follows."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.command import Command
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape


@dataclass(frozen=True, slots=True)
class Given:
    """A command at its vertex.

    Attributes:
        step: the vertex at which it was given.
        command: as it was typed, or with the size and leverage that it came to (`engine.resolving.given`).
        number: its own: the order of command 12 is c12. 0: the next one that is accepted.
        open_leverage: whether its leverage was left open, and `command` says the one that it came to.
    """

    step: int
    command: Command
    number: int = 0
    open_leverage: bool = False


@dataclass(frozen=True, eq=False)
class Record:
    """A session as its commands on its tape.

    Attributes:
        commands: those that were accepted, in order; numbers rise, and may leave some out.
        until: the vertex that it reached.
    """

    setup: Setup
    tape: Tape
    commands: tuple[Given, ...]
    until: int

    def start(self) -> Session:
        """The session at its beginning. Raises SetupError when the set-up can't be played."""
        return Session(self.setup, self.tape)
