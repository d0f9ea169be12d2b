"""A headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
SHIFT = 8
"""As the protocol counts modifiers."""

OPTIONS = (
    *("--headless=new", "--remote-debugging-port=0", "--no-first-run", "--no-default-browser-check", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    *("--disable-dev-shm-usage", "--disable-crash-reporter", "--password-store=basic"),
    # Names other than this machine's are nowhere; one is a name that somebody else's DNS points at us.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

# Select the whole terminal with the mouse, then have xterm answer the copying of it.
COPIED = """
(() => {
  const copy = new ClipboardEvent("copy", {clipboardData: new DataTransfer(), bubbles: true, cancelable: true});
  document.querySelector(".xterm-helper-textarea")?.dispatchEvent(copy);
  return copy.clipboardData.getData("text/plain");
})()
"""

# How much of the terminal's canvases is painted, in colours.
COLOURS = """
(() => {
  const seen = new Set();
  for (const canvas of document.querySelectorAll(".xterm-screen canvas")) {
    const drawn = canvas.getContext("2d");
    if (!drawn) continue;
    const pixels = new Uint32Array(drawn.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    pixels.forEach((pixel) => seen.add(pixel));
  }
  return seen.size;
})()
"""


def executable() -> str:
    """Where Chromium is; without one the test is skipped."""
    found = os.environ.get("ISOCROSS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed (ISOCROSS_CHROMIUM=... says where one is)")
    return found


class Page:
    """A tab.

    Attributes:
        events: what the browser told about the tab so far: method and parameters.
    """

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session
        self._told = asyncio.Event()
        self.events: list[tuple[str, dict[str, Any]]] = []

    def heard(self, method: str, parameters: dict[str, Any]) -> None:
        self.events.append((method, parameters))
        self._told.set()

    def told(self, method: str) -> list[dict[str, Any]]:
        """The parameters of each event `method` so far."""
        return [parameters for name, parameters in self.events if name == method]

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        return await self._browser.send(method, self._session, **parameters)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Until `condition` holds; it is asked after each event."""
        while not condition():
            self._told.clear()
            await self._told.wait()

    async def open(self, address: str) -> None:
        """Go there, and wait until everything is loaded."""
        before = len(self.told("Page.loadEventFired"))
        answer = await self.send("Page.navigate", url=address)
        assert not answer.get("errorText"), answer
        await self.until(lambda: len(self.told("Page.loadEventFired")) > before)

    async def evaluate(self, script: str) -> Any:
        """The value of `script`, awaited."""
        answer = await self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until_true(self, script: str) -> None:
        """Until the value of `script` is true, looked at before each of the page's paints."""
        await self.evaluate(
            "new Promise((resolve) => {"
            f" const look = () => ({script}) ? resolve() : requestAnimationFrame(look); look(); "
            "})"
        )

    async def press(self, key: str) -> None:
        """Type one character."""
        await self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def terminal(self) -> str:
        """The text that the terminal shows."""
        width, height = await self.evaluate("[window.innerWidth, window.innerHeight]")
        mouse = {"button": "left", "modifiers": SHIFT, "clickCount": 1}
        for kind, x, y in (
            ("mousePressed", 1, 1),
            ("mouseMoved", width - 1, height - 1),
            ("mouseReleased", width - 1, height - 1),
        ):
            held = 0 if kind == "mouseReleased" else 1
            await self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, buttons=held, **mouse)
        return str(await self.evaluate(COPIED))

    async def terminal_shows(self, *words: str) -> str:
        """The terminal's text as soon as `words` are in it."""
        while True:
            frames = len(self.told("Network.webSocketFrameReceived"))
            text = await self.terminal()
            if all(word in text for word in words):
                return text
            await self.until(lambda seen=frames: len(self.told("Network.webSocketFrameReceived")) > seen)

    async def colours(self) -> int:
        """How many colours the terminal is painted in."""
        return int(await self.evaluate(COLOURS))

    async def picture(self, file: Path) -> None:
        """Write a screenshot."""
        answer = await self.send("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(answer["data"]))

    async def close(self) -> None:
        await self.send("Page.close")


class Chromium:
    """A running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}

    async def listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told)
            elif told.get("sessionId") in self._pages:
                self._pages[told["sessionId"]].heard(told["method"], told["params"])

    async def send(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": parameters}
        await self._socket.send_json(message if session is None else message | {"sessionId": session})
        told = await answer
        assert "error" not in told, (method, told)
        result: dict[str, Any] = told["result"]
        return result

    async def page(self, width: int = 1280, height: int = 800) -> Page:
        """A new tab; all tabs share their cookies."""
        target = (await self.send("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            await page.send(f"{domain}.enable")
        await page.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        return page


@asynccontextmanager
async def chromium(profile: Path, *more: str) -> AsyncIterator[Chromium]:
    """A browser with a fresh profile in `profile` and `more` options, gone afterwards."""
    options = [*OPTIONS, *more, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    process = await asyncio.create_subprocess_exec(
        executable(),
        *options,
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"HOME": str(profile)},
    )
    try:
        address = await _devtools(process)
        async with aiohttp.ClientSession() as client, client.ws_connect(address, max_msg_size=0) as socket:
            browser = Chromium(socket)
            listening = asyncio.create_task(browser.listen())
            yield browser
            await browser.send("Browser.close")
            await listening
        async with asyncio.timeout(10):
            await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _devtools(process: asyncio.subprocess.Process) -> str:
    """The address that the browser prints when it can be driven."""
    assert process.stderr is not None
    said = []
    while line := (await process.stderr.readline()).decode("utf-8", "replace"):
        said.append(line)
        if "DevTools listening on " in line:
            return line.partition("DevTools listening on ")[2].strip()
    raise AssertionError(f"the browser did not start:\n{''.join(said)}")
