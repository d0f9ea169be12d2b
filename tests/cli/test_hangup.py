"""A terminal that goes away takes the game with it, and leaves the save whole."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from saves import Library
from tui.hangup import hangup_of

PAUSED = "❚❚".encode()
"""How the desk says it where there is no room for the word."""


def test_it_is_seen_that_nobody_holds_the_other_end() -> None:
    ours, theirs = pty.openpty()
    gone = hangup_of(theirs)
    assert not gone()
    os.close(ours)
    assert gone()
    os.close(theirs)


@pytest.mark.slow
def test_the_game_leaves_with_its_terminal(isocross_home: Path) -> None:
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "tui", "play", "--name", "Left alone"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # no signal comes: nothing but the end of the terminal tells
    )
    try:
        os.close(theirs)
        shown = b""
        while PAUSED not in shown and select.select([ours], [], [], 60)[0]:
            shown = (shown + os.read(ours, 65_536))[-500_000:]
        assert PAUSED in shown
        os.close(ours)
        program.wait(timeout=60)
    finally:
        program.kill()
        program.wait()
    with Library.open(isocross_home) as library:
        assert [session.name for session in library.sessions()] == ["Left alone"]
