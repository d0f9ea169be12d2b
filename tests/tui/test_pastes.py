"""Pastes as bytes: what a terminal sends never becomes keys."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tests.tui.desks import library_in
from tui.keys.pastes import QUIET, PasteGuard, first_line, guard_pastes
from tui.widgets import plain_input

START, END = "\x1b[200~", "\x1b[201~"
HOSTILE = ("10\x1b[31mrl\n\n", "\x1b", "\x1b\x1b[B" + "x" * 60 + "\n\n", "evil\x1b[31mred\x07 buy\r\r", "\x1b[20", "")


@pytest.fixture(autouse=True)
def guarded() -> None:
    """As the program does when it starts."""
    guard_pastes()


def read(pieces: list[str]) -> list[events.Event]:
    """What Textual's reader makes of what a terminal sends."""
    assert plain_input  # which puts the guard in place
    parser = XTermParser()
    return [each for piece in pieces for each in parser.feed(piece) if isinstance(each, events.Key | events.Paste)]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_paste_is_a_paste_and_no_key(text: str, size: int) -> None:
    sent = START + text + END
    seen = read([sent[at : at + size] for at in range(0, len(sent), size)])
    assert [type(each) for each in seen] in ([events.Paste], [])
    for each in seen:
        assert isinstance(each, events.Paste)
        assert each.text == "".join(letter for letter in text if letter not in "\x1b\x07")


def test_what_comes_behind_a_pasted_end_is_no_key() -> None:
    seen = read([START + "1" + END + "\r\r", "\r"])
    assert [each.text for each in seen if isinstance(each, events.Paste)] == ["1"]
    assert not any(isinstance(each, events.Key) for each in seen)


def test_keys_go_on_soon_after_a_paste() -> None:
    now = 0.0
    guard = PasteGuard(lambda: now)
    assert guard.clean("a" + START + "1" + END + "\r") == "a" + START + "1" + END
    now = QUIET / 2
    assert guard.clean("\r") == ""
    now = 2 * QUIET
    assert guard.clean("\r\x1b[B") == "\r\x1b[B"


def test_keys_alone_are_left_as_they_are() -> None:
    assert [each.key for each in read(["b", "\x1b[A", "\x1b", "[B", "\r"]) if isinstance(each, events.Key)] == [
        "b",
        "up",
        "down",
        "enter",
    ]


def test_the_end_of_the_terminal_is_still_told() -> None:
    parser = XTermParser()
    assert list(parser.feed("")) == []
    assert parser.is_eof


def test_guarding_twice_is_guarding_once() -> None:
    before = XTermParser.feed
    guard_pastes()
    assert XTermParser.feed is before


@pytest.mark.parametrize(
    ("text", "line"), [("\n a \nb", " a "), ("a\x1b[31m\u202eb", "a[31mb"), ("\x1b\n2", "2"), ("", ""), ("a\tb", "a b")]
)
def test_the_first_line(text: str, line: str) -> None:
    assert first_line(text) == line


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
def test_hostile_pastes_send_no_order_in_a_real_terminal(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Terminal(["play", "--synthetic", "calm seed 1 markets ETH days 0.1 step 1m"], home) as terminal:
        terminal.wait_for(b"Time stands still")
        terminal.send(b"b", b"while the ticket")
        for text in HOSTILE:
            terminal.send((START + text + END).encode())
        terminal.send(b"\r", b"sends it")
        for text in HOSTILE:
            terminal.send((START + text + END).encode())
        terminal.send(b"\x1b")
        terminal.send(b":", b"Enter sends")
        terminal.send((START + "evil\x1b[31mred buy 1 ETH\r\r" + END).encode(), b"evil[31mred")
        terminal.send(b"\x1b")
        terminal.send(b"\x11")
    with library_in(home) as library, library.resume(library.sessions()[0].id) as recorder:
        assert [each.kind for each in recorder.events()] == ["deposit"]


class Terminal:
    """The program in a pseudo-terminal of its own."""

    def __init__(self, words: list[str], home: Path) -> None:
        self._command = [sys.executable, "-m", "tui", *words]
        self._environment = {**os.environ, "ISOCROSS_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": "160"}
        self._seen = b""

    def __enter__(self) -> Self:
        import pty

        self._pty, end = pty.openpty()
        root = Path(__file__).resolve().parents[2]
        self._program = subprocess.Popen(
            self._command, stdin=end, stdout=end, stderr=end, env={**self._environment, "LINES": "45"}, cwd=root
        )
        os.close(end)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._read_until(None, 20)
            self._program.wait(20)
        finally:
            self._program.kill()
            self._program.wait()
            os.close(self._pty)

    def send(self, data: bytes, then: bytes | None = None) -> None:
        """Type or paste, and wait for what the screen says then, or for a moment."""
        self._seen = b""
        os.write(self._pty, data)
        if then is not None:
            self.wait_for(then)
        else:
            self._read_until(None, 0.4)

    def wait_for(self, words: bytes) -> None:
        """Wait until the screen says it."""
        assert self._read_until(words, 30), f"{words!r} was not said, but {self._seen[-2000:]!r}"

    def _read_until(self, words: bytes | None, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._program.poll() is None:
            if select.select([self._pty], [], [], 0.1)[0]:
                try:
                    self._seen += os.read(self._pty, 65536)
                except OSError:
                    return False
            if words is not None and words in _letters(self._seen):
                return True
        return False


def _letters(data: bytes) -> bytes:
    """What is written, without colours and places."""
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", data)
