"""Small tapes and random play, the same for the same seed, for sessions and recorders alike."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np

from engine.commands.command import Command
from engine.commands.grammar import parse
from engine.events import Event
from engine.market import Market
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Origin, Tape

START = 1_704_067_200_000
PRICES = {"ETH": 2_000, "SOL": 100, "BTC": 60_000}


class Player(Protocol):
    """What a session and a recorder have in common."""

    def do(self, command: Command) -> tuple[Event, ...] | Refusal: ...
    def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> tuple[Event, ...]: ...


@dataclass(frozen=True)
class Move:
    """One thing that a player does: a command, or letting `steps` vertices pass."""

    text: str = ""
    steps: int = 0
    stop_on: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What a move brought."""

    events: tuple[Event, ...]
    refused: bool = False


def random_tape(seed: int = 1, vertices: int = 900, symbols: Sequence[str] = ("ETH", "SOL")) -> Tape:
    """A wild walk of quarter hours: enough for calls, liquidations and funding within a few hundred vertices."""
    rng = np.random.default_rng(seed)
    columns = {}
    for symbol in symbols:
        walk = PRICES[symbol] * 100 * np.exp(np.cumsum(rng.normal(0, 0.006, vertices)))
        columns[symbol, "last"] = np.maximum(walk, 1).astype(np.int64)
        columns[symbol, "premium"] = rng.integers(-900_000, 900_000, vertices)
    markets = tuple(Market(symbol, Decimal("0.01"), Decimal("0.001")) for symbol in symbols)
    times = START + np.arange(vertices, dtype=np.int64) * 900_000
    gapped = rng.random(vertices) < 0.05
    gapped[0] = True
    return Tape(markets, times, gapped, columns, None, Origin("synthetic", f"test, seed {seed}"))  # type: ignore[arg-type]


def new_session(seed: int = 1, vertices: int = 900, setup: Setup | None = None) -> Session:
    return Session(setup or Setup(balance=Decimal(5_000)), random_tape(seed, vertices))


def random_moves(seed: int, count: int) -> list[Move]:
    """Trades, orders, transfers and waits; some of the commands will be refused."""
    chance = random.Random(seed)
    return [_move(chance) for _ in range(count)]


def _move(chance: random.Random) -> Move:
    symbol = chance.choice(("ETH", "SOL"))
    if chance.random() < 0.5:
        stop_on = chance.choice((frozenset(), frozenset(), frozenset({"any"}), frozenset({"call", "liquidation"})))
        return Move(steps=chance.choice((1, 1, 2, 3, 9, 30)), stop_on=stop_on)
    side, mode = chance.choice(("buy", "sell")), chance.choice(("iso", "cross", ""))
    near = PRICES[symbol] * (1 + chance.uniform(-0.03, 0.03))
    texts = (
        f"{side} ${chance.randrange(50, 6000)} {symbol} {chance.choice((2, 5, 10, 20))}x {mode}",
        f"{side} ${chance.randrange(50, 6000)} {symbol} {chance.choice((2, 5, 10, 20))}x {mode}",
        f"{side} ${chance.randrange(50, 3000)} {symbol} {chance.choice(('at', 'stop'))} {near:.2f} {mode}",
        f"close {symbol} {chance.choice((25, 50, 100))}%",
        f"margin {symbol} +{chance.randrange(1, 300)}",
        f"cancel {chance.choice((symbol, 'all'))}",
        f"leverage {symbol} {chance.randrange(1, 20)}x",
        f"deposit {chance.randrange(1, 2000)}",
        f"cash out {chance.randrange(1, 400)}",
        f"note move {chance.randrange(1000)}",
    )
    return Move(text=chance.choice(texts).strip())


def play(player: Player, session: Session, moves: Sequence[Move]) -> Iterator[Outcome]:
    """Make the moves, one a step of the iterator."""
    for move in moves:
        if move.text:
            result = player.do(parse(move.text))
            yield Outcome((), True) if isinstance(result, Refusal) else Outcome(result)
        else:
            yield Outcome(player.advance(session.step + move.steps, move.stop_on))


def play_all(player: Player, session: Session, moves: Sequence[Move]) -> list[Event]:
    """Make the moves; the events."""
    return [event for outcome in play(player, session, moves) for event in outcome.events]
