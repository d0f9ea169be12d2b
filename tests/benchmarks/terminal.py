"""The real program in a terminal of its own: a pseudo-terminal that is read as it is written to.

What is measured is the program's own cost, not that of a terminal's window.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

ROOT = Path(__file__).resolve().parents[2]
SIZE = (160, 45)
KEPT = 1 << 16
"""Bytes of what was said that are looked at."""

BETWEEN_KEYS = 0.03
LONGEST_WAIT = 60.0
"""Seconds after which a text that does not come counts as missing."""

_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[=>78])")


class Missing(AssertionError):
    """The program did not say what was waited for; the text shows its last words."""


class Terminal:
    """A program in a pseudo-terminal.

    Args:
        words: arguments of `isocross`.
        home: folder of its saves.
        size: columns and rows.
        module: another program than `isocross`, by its module.

    Attributes:
        started: when it was started, in seconds of `time.perf_counter`.
        bytes_read: how much it has written so far.
    """

    def __init__(self, words: Sequence[str], home: Path, size: tuple[int, int] = SIZE, module: str = "tui") -> None:
        self._mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLORTERM")}
        environment |= {"ISOCROSS_HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.started = time.perf_counter()
        self._program = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(theirs)
        self._process = psutil.Process(self._program.pid)
        self._tail = b""
        self.bytes_read = 0

    def press(self, keys: str) -> None:
        """Write keys as a keyboard does."""
        os.write(self._mine, keys.encode())

    def type(self, text: str) -> None:
        """Write keys one at a time, as fingers do: what comes all at once counts as pasted."""
        for key in text:
            self.press(key)
            self.watch(BETWEEN_KEYS)

    def forget(self) -> None:
        """What was said so far is not looked at any more."""
        self._tail = b""

    def until(self, text: str, longest: float = LONGEST_WAIT) -> float:
        """Read until the program has written `text` (in one row, in one style); answers when, in `perf_counter`.

        Raises:
            Missing: when it doesn't come.
        """
        wanted = text.encode()
        end = time.perf_counter() + longest
        while wanted not in (said := _ESCAPES.sub(b"", self._tail)):
            if not self._read(end):
                raise Missing(f"no “{text}” in: {said[-2000:].decode(errors='replace')}")
        return time.perf_counter()

    def watch(self, seconds: float) -> None:
        """Read whatever comes for so long."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._read(end)
        self._tail = self._tail[-KEPT:]

    def _read(self, end: float) -> bool:
        """Read what there is, waiting for it until `end` at most."""
        left = min(end - time.perf_counter(), LONGEST_WAIT)
        if left <= 0 or not select.select([self._mine], [], [], left)[0]:
            return False
        try:
            found = os.read(self._mine, 1 << 16)
        except OSError:  # the other end is closed: the program has left
            found = b""
        self._tail += found
        self.bytes_read += len(found)
        return bool(found)

    def until_it_leaves(self) -> None:
        """Read until the program ends. Raises Missing where it fails, or is silent for a minute."""
        while self._read(float("inf")):
            self._tail = self._tail[-KEPT:]
        if self._wait_a_moment():
            raise Missing(_ESCAPES.sub(b"", self._tail).decode(errors="replace"))

    def _wait_a_moment(self) -> int:
        """The status with which the program ends."""
        try:
            return self._program.wait(10)
        except subprocess.TimeoutExpired:
            return 1

    def cpu(self) -> float:
        """Processor seconds that the program has taken so far."""
        times = self._process.cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Bytes that the program holds now."""
        return int(self._process.memory_info().rss)

    def measured(self, seconds: float) -> tuple[float, float]:
        """Share of a core taken, and bytes written a second, over so many seconds."""
        began, before, written = time.perf_counter(), self.cpu(), self.bytes_read
        self.watch(seconds)
        took = time.perf_counter() - began
        return (self.cpu() - before) / took, (self.bytes_read - written) / took

    def close(self) -> None:
        """End the program."""
        if self._program.poll() is None:
            self._program.kill()
        self._program.wait()
        os.close(self._mine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def median(work: Callable[[], float], times: int) -> float:
    """The middle one of several measurements."""
    return sorted(work() for _ in range(times))[times // 2]
