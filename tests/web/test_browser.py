"""The game in a real browser, and pages of other origins that want a part of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.web.chromium import Page, chromium
from tests.web.conftest import Process

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

PATIENCE = 120
"""Seconds; a bound for a machine that has much else to do."""

TRY_WEBSOCKET = """
new Promise((resolve) => {{
  const line = new WebSocket("{}");
  line.onmessage = () => resolve("heard a game");
  line.onerror = () => resolve("refused");
}})
"""
TRY_READING = """
fetch("{}", {{credentials: "include"}}).then(async (answer) => `read ${{await answer.text()}}`, () => "refused")
"""
TRY_ELEMENT = """
new Promise((resolve) => {{
  const element = document.createElement("{}");
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("refused");
  element.src = "{}";
  document.body.append(element);
}})
"""

# What the page says instead of the game, as soon as it does.
TOLD = """
new Promise((resolve) => {
  const told = document.querySelector(".ended");
  const look = () => told.hidden || resolve(told.querySelector("p").innerText);
  new MutationObserver(look).observe(told, {attributes: true});
  look();
})
"""

COLOURS_OF_LETTERS = """
new Set([...document.querySelectorAll(".xterm-rows span")].map((letters) => getComputedStyle(letters).color))
"""


def serious(page: Page) -> list[dict[str, Any]]:
    """What the page's console holds against the page: exceptions, refusals of its policy, missing files."""
    entries = [told["entry"] for told in page.told("Log.entryAdded")]
    return page.told("Runtime.exceptionThrown") + [entry for entry in entries if entry["level"] == "error"]


def asked(page: Page) -> set[str]:
    """The addresses that the page asked for, without what follows the host."""
    addresses = [told["request"]["url"] for told in page.told("Network.requestWillBeSent")]
    addresses += [told["url"] for told in page.told("Network.webSocketCreated")]
    return {"/".join(address.split("/")[:3]) for address in addresses}


class ForeignServer:
    """Another web server of this machine, with an empty page.

    Attributes:
        port: where it listens.
        cookies: the names of the cookies that browsers sent it.
    """

    port = 0

    def __init__(self) -> None:
        self.cookies: set[str] = set()

    async def page(self, request: web.Request) -> web.Response:
        self.cookies |= set(request.cookies)
        return web.Response(text="<!DOCTYPE html><title>foreign</title><body></body>", content_type="text/html")


@asynccontextmanager
async def foreign_server() -> AsyncIterator[ForeignServer]:
    server = ForeignServer()
    app = web.Application()
    app.router.add_get("/", server.page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()


async def test_the_game_is_played_in_a_browser(process: Process, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), chromium(tmp_path / "profile") as browser:
        page = await browser.page()
        await page.open(process.address)
        assert await page.evaluate("location.href") == f"{process.url}/"
        assert await page.evaluate("document.cookie") == ""  # no script sees the token
        await page.terminal_shows("isolated against cross", "play now")
        assert await page.evaluate("""document.fonts.check('16px "Roboto Mono"')""")

        await page.press("p")
        await page.terminal_shows("WALLET", "Positions 0")
        await page.press(":")
        for key in "buy 1 ETH 5x":
            await page.press(key)
        await page.terminal_shows("buy 1 ETH 5x")
        await page.press("\r")
        await page.terminal_shows("Positions 1")
        assert await page.colours() > 20
        await page.picture(tmp_path / "desk.png")

        assert serious(page) == []
        assert asked(page) == {process.url, process.url.replace("http:", "ws:")}
        (game,) = process.games()
        await page.close()
        assert await asyncio.to_thread(game.wait, PATIENCE) in (0, None)


async def test_a_game_that_is_left_says_so_and_can_be_opened_again(process: Process, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), chromium(tmp_path / "profile") as browser:
        page = await browser.page()
        await page.open(process.address)
        await page.terminal_shows("play now")
        await page.press("q")
        assert await page.evaluate(TOLD) == "The game has ended. What was played is saved."
        await page.evaluate("document.getElementById('again').click()")
        await page.until(lambda: len(page.told("Network.webSocketCreated")) == 2)
        await page.until(lambda: len(page.told("Page.loadEventFired")) == 2)
        await page.terminal_shows("play now")


async def test_the_game_has_its_colours_without_webgl_too(process: Process, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), chromium(tmp_path / "profile", "--disable-3d-apis") as browser:
        page = await browser.page()
        await page.open(process.address)
        await page.terminal_shows("play now")
        await page.until_true(f"({COLOURS_OF_LETTERS}).size > 3")
        await page.picture(tmp_path / "home.png")
        assert serious(page) == []


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_a_page_of_another_origin_is_refused(process: Process, tmp_path: Path, name: str) -> None:
    websocket = f"{process.url.replace('http:', 'ws:')}/ws?width=80&height=24"
    async with asyncio.timeout(PATIENCE), chromium(tmp_path / "profile") as browser, foreign_server() as server:
        own = await browser.page()
        await own.open(process.address)
        await own.terminal_shows("play now")
        # Not for want of a cookie or a right address: from our own page the same words open a line.
        assert await own.evaluate(TRY_WEBSOCKET.format(websocket)) == "heard a game"
        games = {game.pid for game in process.games()}
        assert len(games) == 2

        foreign = await browser.page()
        await foreign.open(f"http://{name}:{server.port}/")
        assert await foreign.evaluate(TRY_WEBSOCKET.format(websocket)) == "refused"
        await foreign.until(lambda: bool(foreign.told("Network.webSocketFrameError")))
        (failure,) = foreign.told("Network.webSocketFrameError")
        assert failure["errorMessage"].endswith("Unexpected response code: 403")
        # A page of this very address, on another port, even has the cookie; its origin gives it away.
        assert (f"isocross_{process.port}" in server.cookies) == (name == "127.0.0.1")

        for path in ("/", "/page/page.js"):
            assert await foreign.evaluate(TRY_READING.format(process.url + path)) == "refused"
        for element, path in (
            ("script", "/page/page.js"),
            ("script", "/static/js/textual.js"),
            ("img", "/page/icon.svg"),
        ):
            assert await foreign.evaluate(TRY_ELEMENT.format(element, process.url + path)) == "refused"
        await foreign.evaluate(TRY_ELEMENT.format("iframe", f"{process.url}/"))
        answers = [told["response"] for told in foreign.told("Network.responseReceived")]
        assert {answer["status"] for answer in answers if answer["url"].startswith(process.url)} == {403}
        assert {game.pid for game in process.games()} == games


async def test_names_that_others_point_at_this_machine_are_refused(process: Process, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), chromium(tmp_path / "profile") as browser:
        own = await browser.page()
        await own.open(process.address)
        await own.terminal_shows("play now")

        page = await browser.page()
        await page.open(process.address.replace("127.0.0.1", "rebound.example"))
        assert "that is not a name of this server" in await page.evaluate("document.body.innerText")
        # The server’s other name is let in, but is another origin for a browser: it has no cookie yet.
        await page.open(process.url.replace("127.0.0.1", "localhost"))
        assert "this browser has not been let in" in await page.evaluate("document.body.innerText")
        assert len(process.games()) == 1
