"""The server: textual-serve behind a guard, with a page that asks nothing of the outside."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp_jinja2
from aiohttp import WSCloseCode, web
from aiohttp.http_exceptions import HttpProcessingError
from textual_serve.server import Server, to_int

from saves.home import home_folder
from tui.faults import log_fault
from tui.web.game import COMMAND, Game, fitting
from tui.web.guard import Guard, Refused, is_entry

HERE = Path(__file__).resolve().parent
FONT_SIZES = range(8, 41)
"""Pixels."""

MOST_GAMES = 8
PATIENCE = 3.0
"""Seconds in which a game that is being left may still make room: a page that is loaded again is two for a moment."""

SHUTDOWN = 30.0
"""Seconds for all games to leave."""

STOPPED = "`isocross serve` was stopped. What was played is saved."
NOT_UNDERSTOOD = "The page said something that the server does not understand."

NOTHING_FROM_OUTSIDE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer; the page has a policy of its own."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Tell = Callable[[str], None]


class GameServer(Server):
    """Serves the game to the browsers that its guard lets through, a process for each tab.

    Args:
        guard: who may speak to it.
        tell: told one line when a game fails.
        command: what a tab runs.
        most_games: how many at a time.
        patience: seconds that one more waits for a place.
    """

    def __init__(
        self,
        guard: Guard,
        tell: Tell,
        command: Sequence[str] = COMMAND,
        most_games: int = MOST_GAMES,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__("isocross", guard.names[0], guard.port, templates_path=HERE)
        logging.getLogger("textual-serve").addHandler(logging.NullHandler())  # what matters is told
        self.guard, self._tell, self._words = guard, tell, command
        self._most_games, self._patience = most_games, patience
        self._places = asyncio.Semaphore(most_games)
        self._tabs: set[web.WebSocketResponse] = set()

    @property
    def address(self) -> str:
        """What to open, with the token."""
        return f"{self.public_url}/?token={self.guard.token}"

    async def serve_on(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Serve until a signal says to stop; then every game saves and leaves.

        Args:
            listening: where.
            ready: called when a browser may come.
        """
        stop = asyncio.Event()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with suppress(AttributeError, NotImplementedError):  # elsewhere Ctrl+C cancels this task
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stop.set)
        runner = await self.open_on(listening)
        try:
            ready()
            await stop.wait()
        finally:
            await runner.cleanup()

    async def open_on(self, listening: socket.socket) -> web.AppRunner:
        """Begin to answer on `listening`; the caller cleans up what is returned."""
        runner = web.AppRunner(
            await self._make_app(), access_log=None, shutdown_timeout=SHUTDOWN, logger=_quiet_logger()
        )
        await runner.setup()
        await web.SockSite(runner, listening).start()
        return runner

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guarded)
        app.router.add_static("/page", HERE / "static", name="page")  # /static is textual-serve’s
        app.on_response_prepare.append(_add_headers)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing: the command line says where to go."""

    async def on_shutdown(self, app: web.Application) -> None:
        closing = [tab.close(code=WSCloseCode.GOING_AWAY, message=fitting(STOPPED)) for tab in self._tabs]
        await asyncio.gather(*closing, return_exceptions=True)

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_entry(request):
            return self._entry(request)
        refused = self.guard.refusal(request)
        if refused is not None:
            return _refusal_page(refused)
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception as error:
            return web.Response(status=500, text=log_fault(home_folder(), error, f"serve: {request.path}"))

    def _entry(self, request: web.Request) -> web.Response:
        refused = self.guard.entry_refusal(request)
        if refused is not None:
            return _refusal_page(refused)
        # On to the bare address, so that the token stays in no bookmark and on no picture of the screen.
        response = web.Response(status=303, headers={"Location": "/"})
        self.guard.let_in(response)
        return response

    async def handle_index(self, request: web.Request) -> web.Response:
        if set(request.query) - {"fontsize"}:  # the terminal's script has parameters of its own
            raise web.HTTPSeeOther("/")
        size = to_int(request.query.get("fontsize", ""), 16)
        nonce = secrets.token_urlsafe(16)
        page = {
            "nonce": nonce,
            "font_size": min(max(size, FONT_SIZES[0]), FONT_SIZES[-1]),
            "websocket": f"ws://{request.host}/ws",
        }
        response = aiohttp_jinja2.render_template("page.html", request, page)
        response.headers["Content-Security-Policy"] = page_policy(request.host, nonce)
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(heartbeat=15, compress=False)  # nothing to save on the loopback
        await websocket.prepare(request)
        self._tabs.add(websocket)
        try:
            if await self._has_place():
                try:
                    await self._play(request, websocket)
                finally:
                    self._places.release()
            else:
                await websocket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=fitting(self._full))
        finally:
            self._tabs.discard(websocket)
        return websocket

    async def _has_place(self) -> bool:
        """Take a place, where one is or soon becomes free."""
        if not self._places.locked():
            return await self._places.acquire()
        try:
            return await asyncio.wait_for(self._places.acquire(), self._patience)
        except TimeoutError:
            return False

    @property
    def _full(self) -> str:
        return f"{self._most_games} games are open, as many as can be. Close the tab of one, then come back."

    async def _play(self, request: web.Request, websocket: web.WebSocketResponse) -> None:
        """Run a game until its tab is closed, or it ends."""
        game = Game(websocket, self.download_manager, self._tell, self._words)
        try:
            await game.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
            await self._process_messages(websocket, game)
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError):  # what a page may say wrongly
            await websocket.close(code=WSCloseCode.INVALID_TEXT, message=fitting(NOT_UNDERSTOOD))
        except Exception as error:  # an answer has begun, so it ends here and not in the middleware
            told = log_fault(home_folder(), error, "serve: a game")
            await websocket.close(code=WSCloseCode.INTERNAL_ERROR, message=fitting(told))
        finally:
            await game.stop()


def page_policy(host: str, nonce: str) -> str:
    """The Content-Security-Policy of the page: nothing but this server's own.

    Args:
        host: the server, as the browser calls it.
        nonce: what a style element must carry; the terminal makes some.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self'; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _refusal_page(refused: Refused) -> web.Response:
    return web.Response(status=403, text=f"403: isocross: {refused.reason}.\n\nWhat works: {refused.would_work}.\n")


class _FaultsOnly(logging.Handler):
    """Keeps what went wrong inside; that somebody spoke no HTTP to the server is not worth a line."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, HttpProcessingError):
            log_fault(home_folder(), error, f"serve: {record.getMessage()}")


def _quiet_logger() -> logging.Logger:
    """A logger that leaves the terminal alone."""
    logger = logging.Logger("isocross.serve", logging.ERROR)
    logger.addHandler(_FaultsOnly())
    return logger


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in NOTHING_FROM_OUTSIDE.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "isocross"
