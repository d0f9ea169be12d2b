"""A server in this process that runs a stand-in for the game, and one as a player starts it."""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest_asyncio
from aiohttp import web

from tests.cli.conftest import isocross
from tui.web.guard import Guard
from tui.web.loopback import loopback_socket, url_names
from tui.web.server import GameServer

__all__ = ["isocross", "process", "stand_in"]

ROOT = Path(__file__).resolve().parents[2]

# What Textual's driver for the web says and understands, without a game: it draws "here" and leaves when it is told to.
STAND_IN = """
import sys
out, told = sys.stdout.buffer, sys.stdin.buffer
def say(kind, text):
    out.write(kind + len(text).to_bytes(4, "big") + text)
    out.flush()
out.write(b"__GANGLION__\\n")
say(b"D", b"here")
while kind := told.read(1):
    text = told.read(int.from_bytes(told.read(4), "big"))
    if text == b"q":
        break
    if kind == b"D":
        say(b"D", b"typed " + text)
    elif b"resize" in text:
        say(b"D", text)
    elif b"quit" in text:
        break
say(b"M", b'{"type": "exit"}')
"""


@dataclass
class Served:
    """A server in this process, and a client that has no cookie yet."""

    server: GameServer
    runner: web.AppRunner
    client: aiohttp.ClientSession
    told: list[str]

    @property
    def url(self) -> str:
        return self.server.public_url

    @property
    def cookies(self) -> dict[str, str]:
        """The header of a browser that was let in."""
        return {"Cookie": f"{self.server.guard.cookie}={self.server.guard.token}"}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a page that was let in."""
        return {"Origin": self.url, **self.cookies}

    def tab(self, size: str = "width=100&height=30") -> aiohttp.client._WSRequestContextManager:
        """The websocket of one more tab."""
        return self.client.ws_connect(f"{self.url}/ws?{size}", headers=self.headers)


async def served(*program: str, **options: object) -> AsyncIterator[Served]:
    told: list[str] = []
    with closing(loopback_socket("127.0.0.1", 0)) as listening:
        address, port = listening.getsockname()
        guard = Guard(secrets.token_urlsafe(), url_names(address), port)
        command = (sys.executable, *program)
        server = GameServer(guard, told.append, command, **options)  # type: ignore[arg-type]
        runner = await server.open_on(listening)
        try:
            # Cookies are sent by hand: what is tested is what the server makes of them.
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
                yield Served(server, runner, client, told)
        finally:
            await runner.cleanup()


@pytest_asyncio.fixture
async def stand_in() -> AsyncIterator[Served]:
    """Two tabs at a time, and no patience with a third."""
    async for each in served("-c", STAND_IN, most_games=2, patience=0.0):
        yield each


class Process:
    """`isocross serve`, as a player starts it.

    Attributes:
        address: what it printed, with the token.
    """

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.process, self.address = process, address

    @property
    def url(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def games(self) -> list[psutil.Process]:
        """The games that it runs now."""
        return psutil.Process(self.process.pid).children(recursive=True)

    async def stopped(self, signal: int) -> tuple[int, str, str]:
        """The exit status, and all that it still said, after a signal."""
        self.process.send_signal(signal)
        out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()


@pytest_asyncio.fixture
async def process(isocross_home: Path, tmp_path: Path) -> AsyncIterator[Process]:
    """A real server with the real game; the library is the test's own."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "serve"), stdout=pipe, stderr=pipe, cwd=ROOT
    )
    assert server.stdout is not None
    games: list[psutil.Process] = []
    try:
        found = None
        async with asyncio.timeout(30):
            while not found:
                line = (await server.stdout.readline()).decode()
                assert line, await server.communicate()
                found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
        yield Process(server, found.group())
    finally:
        if server.returncode is None:
            games = psutil.Process(server.pid).children(recursive=True)
            server.kill()
        await server.communicate()
        for game in games:
            if game.is_running():
                game.kill()
