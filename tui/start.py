"""How a session starts: what the New screen, quick start and the command line hand to the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Home imports this, and is to be there before anything that a session needs.
    from engine.setup import Setup
    from engine.tape import Tape
    from engine.tapes.synthetic import SyntheticSetup
    from tui.scenarios.found import Found

SEEDS = 1_000_000
"""Seeds that are made up stay below this, so that a person can type them again."""

OPENING = "Opening the session"
MAKING = "A new session: its prices are being made"
QUICK = "A quick session: ETH, BTC and SOL, six hours and a crash"
"""What is being made, while it is."""


@dataclass(frozen=True)
class NewSession:
    """A session to begin: its rules, its prices, its name (None: one is made up), and what to say of the prices."""

    setup: Setup
    tape: Tape
    name: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Coming:
    """A session that is made once something is on the screen.

    Attributes:
        make: gives it, or the id of one to continue.
        what: what is being made, for the player.
    """

    make: Callable[[], NewSession | str]
    what: str


def quick_prices(seed: int) -> SyntheticSetup:
    """Prices for a beginner's lively five minutes: six hours with a crash in them, at sixty times real time."""
    from engine.tapes.synthetic import SyntheticSetup

    return SyntheticSetup("crash", seed, ("ETH", "BTC", "SOL"), Decimal("0.25"), 5)


def quick_setup() -> Setup:
    """The rules of a quick session: those of a session about which nothing is said."""
    from engine.setup import Setup

    return Setup()


def quick_session(seed: int) -> NewSession:
    """A session that is good at once."""
    from engine.tapes.synthetic import synthetic_tape

    return NewSession(quick_setup(), synthetic_tape(quick_prices(seed)))


@dataclass(frozen=True)
class SeenAgain:
    """A saved session to be seen again.

    Attributes:
        session: its id.
        step, commands: the moment to begin with; None: the start, or with `at_end` the end.
        at: the moment in the words of a replay's `@` line, instead of these.
        greeting: said first, with binding ids in braces; None: what the keys are.
    """

    session: str
    step: int | None = None
    commands: int | None = None
    at_end: bool = False
    at: str | None = None
    greeting: str | None = None


@dataclass(frozen=True)
class BeginScenario:
    """An attempt at a scenario, to begin at once."""

    found: Found
