"""Who may speak to the server: a browser that was given the token, on a page that the server itself sent.

A server on the loopback is reached by every program of the machine, and by every page that is open in its browser.
Four checks keep them out; each stops what the others let through:

- the Host header names us: a foreign name that resolves to 127.0.0.1 (DNS rebinding) is refused;
- the browser's own word on where a request comes from (Sec-Fetch-Site), where it gives one;
- the Origin header is our own where something is done, a websocket opened: cookies don't tell ports apart, so a page
  of another server on this machine sends ours along;
- the cookie holds the token, which only who reads the terminal was told.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import hdrs, web

TOKEN = "token"
"""The name of the query's parameter."""

HTTP_PORT = 80
"""The one port that browsers leave out of Host and Origin."""

SAFE_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not answered, and what would work."""

    reason: str
    would_work: str


STRANGE_NAME = Refused("that is not a name of this server", "the address that `isocross serve` printed")
FOREIGN_PAGE = Refused("another page may not speak to this server", "the address that `isocross serve` printed")
NO_TOKEN = Refused(
    "this browser has not been let in",
    "the address that `isocross serve` printed, with its ?token=…; if you have just done so, load this page again",
)
OLD_TOKEN = Refused(
    "that token is not this server’s; each start of `isocross serve` makes a new one",
    "the address that it printed last",
)


@dataclass(frozen=True, slots=True)
class Guard:
    """The checks of one server.

    Attributes:
        token: the secret.
        names: the hosts that the server answers to, as in a URL: `127.0.0.1`, `localhost`, `[::1]`.
        port: where it listens.
    """

    token: str
    names: tuple[str, ...]
    port: int

    @property
    def cookie(self) -> str:
        """The cookie's name: with the port, so that two servers on one machine leave each other's alone."""
        return f"isocross_{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """What a Host header may say."""
        hosts = {f"{name}:{self.port}" for name in self.names}
        return frozenset(hosts | set(self.names) if self.port == HTTP_PORT else hosts)

    def refusal(self, request: web.Request) -> Refused | None:
        """Why `request` is not answered; None where it is. A token in the query is judged by `is_entry`."""
        foreign = self._foreign(request)
        if foreign is not None:
            return foreign
        return None if self._is_token(request.cookies.get(self.cookie, "")) else NO_TOKEN

    def entry_refusal(self, request: web.Request) -> Refused | None:
        """Why the token in the query of `request` lets nobody in; None where it does."""
        foreign = self._foreign(request)
        if foreign is not None:
            return foreign
        return None if self._is_token(request.query[TOKEN]) else OLD_TOKEN

    def let_in(self, response: web.StreamResponse) -> None:
        """Hand out the cookie; the browser forgets it when it is closed."""
        response.set_cookie(self.cookie, self.token, path="/", httponly=True, samesite="Strict")

    def _foreign(self, request: web.Request) -> Refused | None:
        hosts = request.headers.getall(hdrs.HOST, [])
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return STRANGE_NAME
        if not _comes_from_here(request) or not _is_own_origin(request, f"http://{hosts[0].lower()}"):
            return FOREIGN_PAGE
        return None

    def _is_token(self, told: str) -> bool:
        # As bytes: the comparison takes no text beyond ASCII.
        return secrets.compare_digest(told.encode("utf-8", "surrogateescape"), self.token.encode())


def is_entry(request: web.Request) -> bool:
    """Whether somebody opens the printed address."""
    return request.method == hdrs.METH_GET and request.path == "/" and TOKEN in request.query


def _comes_from_here(request: web.Request) -> bool:
    """What the browser says about who asks; an old browser, or none, says nothing.

    A link elsewhere may open the page in a tab of its own, as the user does. The cookie is asked for all the same.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site in ("none", "same-origin"):
        return True
    opens_a_tab = (
        request.headers.get("Sec-Fetch-Mode") == "navigate" and request.headers.get("Sec-Fetch-Dest") == "document"
    )
    return opens_a_tab and request.method == hdrs.METH_GET


def _is_own_origin(request: web.Request, own: str) -> bool:
    """Whether the Origin is `own`, or may be missing: reading needs none, a websocket or a change does."""
    origins = request.headers.getall(hdrs.ORIGIN, [])
    if origins:
        return origins == [own]
    return request.method in SAFE_METHODS and hdrs.UPGRADE not in request.headers
