"""How a session starts: what the New screen, quick start and the command line hand to the app."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.synthetic import SyntheticSetup

QUICK_SPEED = 60


@dataclass(frozen=True)
class NewSession:
    """A session to begin: its rules, its prices, and its name (None: one is made up)."""

    setup: Setup
    tape: Tape
    name: str | None = None


def quick_prices(seed: int) -> SyntheticSetup:
    """Prices for a beginner's lively five minutes: six hours with a crash in them, at sixty times real time."""
    return SyntheticSetup("crash", seed, ("ETH", "BTC", "SOL"), Decimal("0.25"), 5)


QUICK_SETUP = Setup()
