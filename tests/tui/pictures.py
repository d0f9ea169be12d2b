"""The README's pictures: `make pictures` plays a real session and writes SVG screenshots to docs/pictures."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from subprocess import DEVNULL

from textual.pilot import Pilot

from engine.setup import Setup
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from tests.tui.desks import NARROW, WIDE, desk_of, frames, library_in, playing, type_command
from tui.app import IsocrossApp
from tui.scenarios.found import find
from tui.screens.report import ReportScreen
from tui.start import BeginScenario, NewSession, SeenAgain

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "docs" / "examples" / "august_2024.txt"
PRICES = Path(os.environ.get("ISOCROSS_SHARED") or ROOT.parent / "shared") / "prices" / "real"
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


async def lessons() -> None:
    """The first lesson: a step just done, with its hints, and its end."""
    for size in (WIDE, NARROW):
        with tempfile.TemporaryDirectory() as home:
            async with playing(Path(home), BeginScenario(find("lesson", "1")), size) as pilot:
                await settled(pilot)
                await type_command(pilot, "buy 0.1 ETH 1x")
                await pilot.press("e", "e")
                await settled(pilot)
                shot(pilot, f"lesson-{size[0]}x{size[1]}")
                for text in ("@ +30m", "close ETH", "sell 0.2 ETH 1x", "@ +1h", "close ETH"):
                    await type_command(pilot, text)
                    while desk_of(pilot).play.running:
                        await frames(pilot, 1)
                await settled(pilot)
                shot(pilot, f"lesson-done-{size[0]}x{size[1]}")


async def walk_through() -> None:
    """What the README does with the crash of August 2024: seen again at the liquidation, its post-mortem, its ghost in
    cross, and both reports. Its prices are not ours to give away: without them these pictures stay as they are."""
    if not PRICES.is_dir():
        print(f"no pictures of {EXAMPLE.name}: its price files are not there")
        return
    with tempfile.TemporaryDirectory() as home:
        isolated, cross = august(Path(home))
        async with playing(Path(home)) as pilot:
            await seen_again(pilot, isolated)
            await reported(pilot, isolated, cross)
        async with playing(Path(home), isolated) as pilot:
            await pilot.press("escape", "g")
            await settled(pilot)
            shot(pilot, "ghosts-160x45")


def august(home: Path) -> tuple[str, str]:
    """The example played by the program and saved, and its fork in cross; their ids."""
    script = Path(shutil.copy(EXAMPLE, home))
    for file in PRICES.glob("*-1m.feather"):
        (home / file.name).symlink_to(file)
    for words in (
        ["run", str(script), "--save", "August 2024"],
        ["saves", "fork", "August 2024", "--change", "c1", "buy $20000 ETH 10x cross", "--name", "August, cross"],
    ):
        program = [sys.executable, "-m", "tui", *words]
        subprocess.run(program, cwd=ROOT, env={**os.environ, "ISOCROSS_HOME": str(home)}, check=True, stdout=DEVNULL)
    with library_in(home) as library:
        return library.find("August 2024").id, library.find("August, cross").id


async def seen_again(pilot: Pilot[None], session: str) -> None:
    """The replay where ETH is liquidated, and why that was."""
    app = pilot.app
    assert isinstance(app, IsocrossApp)
    app.open_replay(SeenAgain(session))
    await settled(pilot)
    await pilot.press("home", "l", "2")
    await settled(pilot)
    shot(pilot, "replay-160x45")
    await pilot.press("y")
    await settled(pilot)
    shot(pilot, "post-mortem-160x45")
    await pilot.press("escape", "q")


async def reported(pilot: Pilot[None], *sessions: str) -> None:
    """Both reports beside each other."""
    app = pilot.app
    assert isinstance(app, IsocrossApp)
    named = [(each.name, app.library.record(each.id)) for each in app.library.sessions() if each.id in sessions]
    app.push_screen(ReportScreen(sorted(named)))
    await settled(pilot)
    shot(pilot, "reports-160x45")


async def settled(pilot: Pilot[None]) -> None:
    """Wait for what works in threads."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def shot(pilot: Pilot[None], name: str) -> None:
    pilot.app.save_screenshot(f"{name}.svg", str(FOLDER))


async def every_picture() -> None:
    """All of them, one after the other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    await desk(WIDE, "desk-160x45")
    await desk(NARROW, "desk-80x24")
    await lessons()
    await walk_through()


if __name__ == "__main__":
    asyncio.run(every_picture())
