"""`isocross serve`: the game in a browser of this machine."""

from __future__ import annotations

import asyncio
import secrets
from argparse import Namespace
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from tui.cli.options import UsageError

if TYPE_CHECKING:
    from tui.web.server import GameServer

TOKEN_BYTES = 32
EXTRA = {"aiohttp", "aiohttp_jinja2", "jinja2", "textual_serve"}
"""Modules that come with the extra `[web]`."""

Say = Callable[[Iterable[str]], None]


def serve(options: Namespace, say: Say) -> None:
    """Serve until Ctrl+C.

    Args:
        options: host and port.
        say: prints lines at once.

    Raises:
        UsageError: without the extra, or where nothing can listen as asked.
    """
    _check_extra()
    from tui.web.guard import Guard
    from tui.web.loopback import loopback_socket, url_names
    from tui.web.server import GameServer

    with closing(loopback_socket(options.host, options.port)) as listening:
        address, port = listening.getsockname()[:2]
        guard = Guard(secrets.token_urlsafe(TOKEN_BYTES), url_names(address), port)
        server = GameServer(guard, lambda line: say([f"isocross: {line}"]))
        asyncio.run(server.serve_on(listening, lambda: say(_welcome(server))))
    say(["isocross: stopped; what was played is saved"])


def _check_extra() -> None:
    try:
        import textual_serve.server  # noqa: F401
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in EXTRA:
            raise
        raise UsageError(
            f"the browser needs the extra “web”, and {missing.name} is not installed",
            "pip install 'isocross[web]', or in its source folder: make serve",
        ) from None


def _welcome(server: GameServer) -> list[str]:
    from tui.web.server import MOST_GAMES

    return [
        "isocross in a browser of this machine. Open",
        "",
        f"  {server.address}",
        "",
        "The address is a key: who has it, and an account on this machine, plays on your saves.",
        f"Each tab is a game, {MOST_GAMES} at most; closing it saves and ends the game. Ctrl+C stops the server.",
    ]
