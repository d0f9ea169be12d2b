"""Makes the stored saves of the present version of the tables, once a version: those that are there are never changed.

    python -m tests.saves.make_stored

Each later isocross opens, imports and verifies them (`test_stored.py`).
"""

from __future__ import annotations

import gzip
import tempfile
from decimal import Decimal
from pathlib import Path

from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from saves import Library
from saves.recorder import Recorder
from saves.schema import VERSION
from tests.saves.playing import play_all, random_moves, random_tape

FOLDER = Path(__file__).parent / "stored"
STARTED = 1_750_000_000_000

SETUPS = {
    "hyperliquid": Setup("hyperliquid", "isolated", Decimal(5_000)),
    "binance": Setup("binance", "cross", Decimal(8_000), overrides=(("maintenance", "0.7%"),)),
}
SEEDS = {"hyperliquid": 7, "binance": 24}

BEGINNING = (
    "buy $1000 ETH 20x iso",
    "sell $9000 SOL 20x cross",
    "sell $500 ETH at 2030 20x iso",
    "buy $300 SOL trail 2% 20x cross",
    "buy 50% ETH at 1980 20x iso tp 2020 sl 1960",
)
MUST = {"fill", "order", "cancel", "call", "liquidation", "funding", "deposit", "cash_out"}
"""Kinds of events without which a stored save would say too little."""


def rich(recorder: Recorder, seed: int) -> None:
    """Orders of every sort, both modes, waits, and more money after what is lost."""
    session = recorder.session
    for text in BEGINNING:
        answer = recorder.do(parse(text))
        if isinstance(answer, Refusal):
            print(f"  {text}: {answer.reason}")
    play_all(recorder, session, random_moves(seed, 110))
    recorder.do(parse("sell 95% ETH 20x cross"))
    recorder.advance(session.step + 40)


def main() -> None:
    """Make what isn't there yet."""
    for venue, setup in SETUPS.items():
        file = FOLDER / f"version_{VERSION}_{venue}.isocross.gz"
        if file.exists():
            print(f"{file.name} is there already")
            continue
        with tempfile.TemporaryDirectory() as home:
            with Library.open(Path(home), lambda: STARTED) as library:
                session = Session(setup, random_tape(SEEDS[venue], 400))
                with library.create(session, f"Stored {venue}") as recorder:
                    rich(recorder, SEEDS[venue])
                    kinds = {event.kind for event in recorder.events()}
                library.export(recorder.id, Path(home) / "one")
            file.write_bytes(gzip.compress((Path(home) / "one").read_bytes(), mtime=0))
        print(
            file.name, file.stat().st_size, session.commands, session.step, session.state, sorted(kinds), MUST - kinds
        )


if __name__ == "__main__":
    main()
