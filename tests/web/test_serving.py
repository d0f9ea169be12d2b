"""`isocross serve` as it is: its own process, the real game, a client that speaks as a browser does."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import aiohttp
import psutil
import pytest

from saves import Library
from tests.web.conftest import Process

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[=>()][A-Z0-9]?)")
PATIENCE = 60
"""Seconds; a bound for a machine that has much else to do."""


class Tab:
    """A tab without a screen: what its game drew so far, as plain text."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket, self.drawn = socket, ""

    async def shows(self, words: str) -> None:
        while words not in self.drawn:
            text = (await self.socket.receive_bytes()).decode()
            self.drawn += ESCAPES.sub("", text)

    async def press(self, keys: str) -> None:
        """Press `keys`; what was drawn before is forgotten."""
        self.drawn = ""
        await self.socket.send_json(["stdin", keys])


async def let_in(client: aiohttp.ClientSession, process: Process) -> None:
    async with client.get(process.address) as page:
        assert page.status == 200
        assert str(page.url) == f"{process.url}/"


def jar() -> aiohttp.CookieJar:
    return aiohttp.CookieJar(unsafe=True)  # which means: for an address too, not for names only


async def left(games: list[psutil.Process]) -> bool:
    _, alive = await asyncio.to_thread(psutil.wait_procs, games, timeout=PATIENCE)
    return not alive


async def test_two_tabs_play_on_one_library(process: Process, isocross_home: Path) -> None:
    async with asyncio.timeout(2 * PATIENCE), aiohttp.ClientSession(cookie_jar=jar()) as client:
        await let_in(client, process)
        tab = {"url": f"{process.url}/ws?width=100&height=30", "headers": {"Origin": process.url}}
        async with client.ws_connect(**tab) as socket:
            one = Tab(socket)
            await one.shows("No sessions yet")
            await one.press("p")
            await one.shows("WALLET")
            (first,) = process.games()
            async with client.ws_connect(**tab) as socket:
                two = Tab(socket)
                await two.shows("10,000.00")
                await two.press("\r")
                await two.shows("is playing this session")
                assert len(process.games()) == 2
                assert f"(process {first.pid})" in two.drawn
        assert await left([*process.games(), first])
        with Library.open() as library:
            (saved,) = library.sessions()
            recorder = library.resume(saved.id)
            assert recorder.session.view() is not None
            recorder.close()
    status, out, err = await process.stopped(signal.SIGINT)
    assert (status, err) == (0, "")
    assert out.endswith("isocross: stopped; what was played is saved\n")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_no_game_outlives_its_server(process: Process, how: signal.Signals) -> None:
    async with asyncio.timeout(2 * PATIENCE), aiohttp.ClientSession(cookie_jar=jar()) as client:
        await let_in(client, process)
        async with client.ws_connect(f"{process.url}/ws", headers={"Origin": process.url}) as socket:
            await Tab(socket).shows("No sessions yet")
            games = process.games()
            assert len(games) == 1
            stopping = asyncio.create_task(process.stopped(how))
            while (await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                continue
        status, _, err = await stopping
        assert (status, err) == (-signal.SIGKILL if how is signal.SIGKILL else 0, "")
        assert await left(games)


async def test_whoever_speaks_no_http_gets_no_traceback(process: Process) -> None:
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"\x00" * 99,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writer.write(garbage)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            assert b"200" not in (await reader.read())[:20]
        writer.close()
    status, out, err = await process.stopped(signal.SIGINT)
    assert (status, err) == (0, "")
    assert "Traceback" not in out
