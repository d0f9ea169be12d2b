"""The processes behind the tabs: one each, not too many, and none that stays."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from tests.web.conftest import STAND_IN, Served, served
from tui.web import game as games
from tui.web.game import COMMAND, PROJECT, fitting

# Says that it is there, and hears nothing, not even a signal.
DEAF = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdout.write("__GANGLION__\\n")
sys.stdout.flush()
sys.stdout.buffer.write(b"D\\0\\0\\0\\4here")
sys.stdout.flush()
while True:
    signal.pause()
"""

DEATHS = {
    "import sys; sys.exit('no\\x1b[31m library\\n')": "The game did not start (status 1): no�[31m library",
    STAND_IN
    + "\nimport sys; sys.exit('not everything was saved')": "The game ended (status 1): not everything was saved",
    STAND_IN + "\nimport os; os.kill(os.getpid(), 9)": "The game ended (signal 9)",
}


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


async def end_of(tab: ClientWebSocketResponse) -> tuple[int | None, str]:
    """The code and reason with which the server closes `tab`."""
    async with asyncio.timeout(20):
        while (message := await tab.receive()).type is not WSMsgType.CLOSE:
            assert message.type is WSMsgType.BINARY
    return message.data, message.extra


async def test_a_tab_talks_with_its_game(stand_in: Served) -> None:
    async with asyncio.timeout(20), stand_in.tab() as tab:
        assert await tab.receive_bytes() == b"here"
        await tab.send_json(["stdin", "é"])
        assert await tab.receive_bytes() == "typed é".encode()
        await tab.send_json(["resize", {"width": 10**9, "height": -3}])
        assert json.loads(await tab.receive_bytes()) == {"type": "resize", "width": 1000, "height": 1}
        assert len(children()) == 1
    _, alive = await asyncio.to_thread(psutil.wait_procs, children(), timeout=20)
    assert alive == []


async def test_the_limit_is_said_plainly(stand_in: Served) -> None:
    async with stand_in.tab() as one, stand_in.tab():
        assert await one.receive_bytes(timeout=20) == b"here"
        async with stand_in.tab() as third:
            assert await end_of(third) == (
                1013,
                "2 games are open, as many as can be. Close the tab of one, then come back.",
            )


async def test_a_closed_tab_makes_room() -> None:
    async for stand_in in served("-c", STAND_IN, most_games=1, patience=20.0):
        async with stand_in.tab() as one:
            assert await one.receive_bytes(timeout=20) == b"here"
            two = await stand_in.tab()  # waits, as a page that is loaded again does
        assert await two.receive_bytes(timeout=20) == b"here"
        await two.close()


@pytest.mark.parametrize(
    "message", ["", "no json", "7", "[]", "{}", '["resize"]', '["resize", {"width": "wide"}]', '["stdin", 5]']
)
async def test_a_page_that_talks_nonsense_is_hung_up_on(stand_in: Served, message: str) -> None:
    async with stand_in.tab("width=x&height=") as tab:
        await tab.send_str(message)
        code, reason = await end_of(tab)
    assert (code, reason) == (1007, "The page said something that the server does not understand.")
    assert stand_in.told == []


async def test_a_game_that_is_left_is_over(stand_in: Served) -> None:
    async with stand_in.tab() as tab:
        await tab.send_json(["stdin", "q"])
        assert await end_of(tab) == (1000, "")
    assert stand_in.told == []


@pytest.mark.parametrize("program", DEATHS)
async def test_why_a_game_failed_reaches_tab_and_terminal(program: str) -> None:
    async for dead in served("-c", program):
        async with dead.tab() as tab:
            await tab.send_json(["stdin", "q"])
            assert await end_of(tab) == (1011, DEATHS[program])
        assert dead.told == [DEATHS[program]]


async def test_a_command_that_is_none_is_told(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(isocross_home / "gone"))
    async for broken in served():
        async with broken.tab() as tab:
            code, reason = await end_of(tab)
        assert code == 1011
        assert reason.startswith("The program failed inside (FileNotFoundError); the details are in")
    assert "gone" in (isocross_home / "logs" / "faults.log").read_text()


async def test_a_game_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(games, "PATIENCE", 0.2)
    async for deaf in served("-c", DEAF):
        async with deaf.tab() as tab:
            assert await tab.receive_bytes(timeout=20) == b"here"
            (process,) = children()
        _, alive = await asyncio.to_thread(psutil.wait_procs, [process], timeout=20)
        assert alive == []


async def test_a_stopped_server_says_so_and_leaves_nothing_behind(stand_in: Served) -> None:
    async with stand_in.tab() as tab:
        assert await tab.receive_bytes(timeout=20) == b"here"
        stopping = asyncio.create_task(stand_in.runner.cleanup())
        assert await end_of(tab) == (1001, "`isocross serve` was stopped. What was played is saved.")
        await stopping
    assert children() == []


def test_the_game_is_run_by_the_same_python_whatever_the_path() -> None:
    assert COMMAND[0] == sys.executable
    assert (PROJECT / "tui" / "__main__.py").is_file()


def test_a_reason_is_cut_to_what_a_frame_takes() -> None:
    assert fitting("short") == b"short"
    long = fitting("é" * 100)
    assert len(long) <= 123
    assert long.decode().endswith("é…")
