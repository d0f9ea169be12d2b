"""Pasted text, made harmless: it is never a key, whatever bytes are in it.

Textual 8 reads an escape byte within a bracketed paste as the beginning of a key: what follows it acts as typed keys,
Enter among them, and a paste could send an order. Here the paste is made plain before Textual's reader gets to see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual._xterm_parser import XTermParser

QUIET = 0.03
"""Seconds after a paste in which nothing is a key: a pasted end mark must not make keys of what comes behind it."""


class PasteGuard:
    """Reads what a terminal sends, piece by piece, and takes out of pastes all that is no text."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._pasting = False
        self._held = ""
        self._quiet_until: float | None = None

    def clean(self, data: str) -> str:
        """`data` without what is dangerous in it; a beginning of a mark within a paste is held back till it is whole.

        A quiet time grows with every piece that comes within it: a long injection comes in several.
        """
        out: list[str] = []
        while data:
            data = self._in_paste(data, out) if self._pasting else self._outside(data, out)
        return "".join(out)

    def _outside(self, data: str, out: list[str]) -> str:
        if self._quiet_until is not None:
            if self._clock() < self._quiet_until:
                self._quiet_until = self._clock() + QUIET
                return ""
            self._quiet_until = None
        # The mark may come in two pieces: what is held here was let through already.
        seen = self._held + data
        before, mark, after = seen.partition(START)
        if not mark:
            out.append(data)
            self._held = _begun(seen, START)
            return ""
        out.append((before + mark)[len(self._held) :])
        self._held, self._pasting = "", True
        return after

    def _in_paste(self, data: str, out: list[str]) -> str:
        text, mark, after = (self._held + data).partition(END)
        self._held = "" if mark else _begun(text, END)
        told = text.removesuffix(self._held)
        out.append("".join(each for each in told if each.isprintable() or each in "\r\n\t"))
        if mark:
            out.append(mark)
            self._pasting = False
            self._quiet_until = self._clock() + QUIET
        return after


def _begun(text: str, mark: str) -> str:
    """The end of `text` that may be the beginning of `mark`."""
    return next((mark[:size] for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), "")


def first_line(text: str) -> str:
    """The first line of a paste with words in it, without what can't be seen."""
    lines = ("".join(each for each in line.replace("\t", " ") if each.isprintable()) for line in text.splitlines())
    return next((line for line in lines if line.strip()), "")


def guard_pastes() -> None:
    """Put a guard before every reader of a terminal that Textual makes from now on. Doing it twice does nothing."""
    if XTermParser.feed.__module__ == __name__:
        return
    feed = XTermParser.feed

    def guarded(parser: Any, data: str) -> Iterable[Any]:
        if not hasattr(parser, "paste_guard"):
            parser.paste_guard = PasteGuard()
        cleaned = parser.paste_guard.clean(data)
        # Nothing at all means to Textual that the terminal is gone.
        return feed(parser, cleaned) if cleaned or not data else ()

    XTermParser.feed = guarded  # type: ignore[method-assign]
