"""Whether the terminal that the game is played in is still there.

A terminal that is closed usually ends its programs with a signal. One that merely goes away, as when a connection or a
terminal multiplexer dies, leaves them running for nobody.
"""

from __future__ import annotations

import select
from collections.abc import Callable


def hangup_of(descriptor: int) -> Callable[[], bool]:
    """A question that can be asked again and again: whether nobody holds the other end of a terminal any more."""
    if not hasattr(select, "poll"):
        return lambda: False
    poll = select.poll()
    poll.register(descriptor, 0)
    return lambda: any(flags & select.POLLHUP for _, flags in poll.poll(0))
