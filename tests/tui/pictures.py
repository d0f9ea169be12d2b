"""The README's pictures: `make pictures` plays a real session and writes SVG screenshots to docs/pictures."""

from __future__ import annotations

import asyncio
import tempfile
from decimal import Decimal
from pathlib import Path

from engine.setup import Setup
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from tests.tui.desks import NARROW, WIDE, desk_of, frames, playing, type_command
from tui.start import NewSession

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
TRADES = ("buy $20000 ETH 10x iso", "sell $6000 SOL 5x iso sl 175")


def session() -> NewSession:
    """A crash that a seed made, and a balance to lose in it."""
    tape = synthetic_tape(SyntheticSetup("crash", 7, ("ETH", "SOL", "BTC"), Decimal(2), 15))
    return NewSession(Setup(balance=Decimal(5000)), tape, "The first crash")


async def desk(size: tuple[int, int], name: str) -> None:
    """The desk while ETH nears its liquidation, with the ticket open on the wide one."""
    with tempfile.TemporaryDirectory() as home:
        async with playing(Path(home), session(), size) as pilot:
            await type_command(pilot, "@ +3h")
            await frames(pilot, 3)
            for text in TRADES:
                await type_command(pilot, text)
            await type_command(pilot, "@ call")
            while desk_of(pilot).play.running:
                await frames(pilot, 1)
            await pilot.press("escape")
            if size == WIDE:
                await pilot.press("b")
                await pilot.press("enter")
            await pilot.pause()
            pilot.app.save_screenshot(f"{name}.svg", str(FOLDER))


async def every_picture() -> None:
    """All of them, one after the other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    await desk(WIDE, "desk-160x45")
    await desk(NARROW, "desk-80x24")


if __name__ == "__main__":
    asyncio.run(every_picture())
