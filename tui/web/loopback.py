"""The socket to listen on: on this machine only."""

from __future__ import annotations

import errno
import socket

from tui.cli.options import UsageError

ADDRESSES = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
"""What may be listened on, by how it may be asked for."""

LARGEST_PORT = 65_535
FIRST_FREE_PORT = 1024
"""Below it a port belongs to the system."""


def loopback_socket(host: str, port: int) -> socket.socket:
    """A socket that listens on the loopback.

    Args:
        host: one of ADDRESSES.
        port: 0 takes a free one.

    Raises:
        UsageError: for any other host, a port that can't be or that somebody has.
    """
    address = ADDRESSES.get(host)
    if address is None:
        raise UsageError(
            f"--host: “{host}” can be reached from elsewhere; the game is served to this machine only, because who "
            "reaches it plays on your saves",
            "--host 127.0.0.1, and from another machine: ssh -L PORT:127.0.0.1:PORT",
        )
    if not 0 <= port <= LARGEST_PORT:
        raise UsageError(f"--port: {port} is no port", f"a number up to {LARGEST_PORT}, or 0 for any that is free")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        raise _refusal(error, address, port) from None


def url_names(address: str) -> tuple[str, ...]:
    """What a browser may call the server that listens on `address`, the name to print first."""
    return (f"[{address}]" if ":" in address else address, "localhost")


def _refusal(error: OSError, address: str, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"--port: another program listens on port {port}", "another number, or leave it out: a free one is taken"
        )
    if error.errno == errno.EACCES and port < FIRST_FREE_PORT:
        return UsageError(f"--port: the system keeps port {port} for itself", f"a number from {FIRST_FREE_PORT}")
    why = error.strerror or str(error)
    return UsageError(f"--host: nothing can listen on {address} here: {why}", "--host 127.0.0.1, without --port")
