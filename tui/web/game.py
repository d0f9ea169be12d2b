"""The game of one tab: a process of its own, with a websocket in front of it."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from tui.words.plain import harmless

COMMAND = (sys.executable, "-P", "-m", "tui")
"""The same Python, and no module of the folder that the server happens to be started in."""

PROJECT = Path(__file__).resolve().parents[2]
"""The folder that holds the packages, installed or not."""

LARGEST_SIDE = 1_000
"""Columns or rows that a terminal may ask for."""

PATIENCE = 5.0
"""Seconds that a game has to save and leave, then to obey a signal."""

LONGEST_REASON = 123
"""Bytes; more does not fit into the frame that closes a websocket."""

KEPT_ERRORS = 4_000


class Game(AppService):
    """One process of the game.

    Args:
        websocket: the tab; closed with a reason when the process ends by itself.
        downloads: the server's.
        tell: told one line when the process fails.
        command: what to run.
    """

    def __init__(
        self,
        websocket: web.WebSocketResponse,
        downloads: DownloadManager,
        tell: Callable[[str], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        super().__init__(
            shlex.join(command),
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=_not_yet,
            download_manager=downloads,
        )
        self._words, self._websocket, self._tell = command, websocket, tell
        self._stderr: asyncio.Task[str] | None = None
        self._drew = self._stopping = False

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        environment["TEXTUAL_DRIVER"] = "tui.web.driver:BrowserDriver"
        paths = [str(PROJECT), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        return environment

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        # A session of its own: Ctrl+C in the server's terminal is the server's, which then asks each game to leave.
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        assert process.stderr is not None
        self._stdin = process.stdin
        self._stderr = asyncio.create_task(_last_of(process.stderr))
        process.stderr = _nothing()  # the base class would print it as it is
        return process

    async def start(self, width: int, height: int) -> None:
        await super().start(_side(width), _side(height))

    async def set_terminal_size(self, width: int, height: int) -> None:
        await super().set_terminal_size(_side(width), _side(height))

    async def on_data(self, payload: bytes) -> None:
        self._drew = True
        await super().on_data(payload)

    async def run(self) -> None:
        await super().run()
        process = self._process
        assert process is not None
        assert process.stdout is not None
        if self._stopping or not process.stdout.at_eof():
            return  # the tab is gone; the handler of its websocket ends the process
        await self._close(await process.wait())

    async def stop(self) -> None:
        """Let the process save and leave; make it, where it doesn't."""
        process = self._process
        if process is None or self._stopping:
            return
        self._stopping = True
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        for force in (self._ask_to_leave, process.terminate, process.kill):
            try:
                with suppress(ProcessLookupError):
                    force()
                await asyncio.wait_for(self._left(process), PATIENCE)
                return
            except TimeoutError:
                continue

    def _ask_to_leave(self) -> None:
        self.stdin.write(self.encode_packet(b"M", b'{"type": "quit"}'))

    async def _left(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        if self._task is not None:
            await asyncio.shield(self._task)
        while await process.stdout.read(1 << 16):
            continue  # what nobody sees any more; unread, it would keep the process from leaving
        await process.wait()

    async def _close(self, status: int) -> None:
        """Close the websocket and say why, here too where it is a failure."""
        said = "" if self._stderr is None else await self._stderr
        last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
        if status == 0 and not last:
            await self._websocket.close(code=WSCloseCode.OK)
            return
        happened = "The game ended" if self._drew else "The game did not start"
        reason = f"{happened} ({f'signal {-status}' if status < 0 else f'status {status}'})"
        reason = harmless(f"{reason}: {last}" if last else reason)
        self._tell(reason)
        await self._websocket.close(code=WSCloseCode.INTERNAL_ERROR, message=fitting(reason))


def fitting(reason: str) -> bytes:
    """`reason` as a closing frame takes it."""
    encoded = reason.encode()
    if len(encoded) <= LONGEST_REASON:
        return encoded
    return encoded[: LONGEST_REASON - 3].decode(errors="ignore").encode() + "…".encode()


def _side(cells: Any) -> int:
    """Raises ValueError for what is no number of columns or rows."""
    if not isinstance(cells, int):
        raise ValueError(f"{cells!r} is no size of a terminal")
    return min(max(cells, 1), LARGEST_SIDE)


async def _last_of(stream: asyncio.StreamReader) -> str:
    """The end of what comes through `stream`."""
    kept = b""
    while piece := await stream.read(1 << 12):
        kept = (kept + piece)[-KEPT_ERRORS:]
    return kept.decode("utf-8", "replace")


def _nothing() -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    stream.feed_eof()
    return stream


async def _not_yet() -> None:
    """The process says that it leaves, but it still may have something to tell."""
