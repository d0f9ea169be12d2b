"""A lesson by keys in a real terminal, by somebody who asks for every hint and types what the third one says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from engine.scenarios.shipped import shipped_lessons
from tests.tui.desks import library_in
from tests.tui.terminal_screen import Screen, SeenTerminal

STEPS = len(shipped_lessons()[0].steps)
TYPED = re.compile(r": ([^⏎│:]+?) ⏎")


def test_the_screen_is_where_the_escapes_say() -> None:
    screen = Screen(10, 3)
    screen.feed("\x1b[?1049h\x1b[2;3Hab\x1b[31mc\x1b[0m\r\nd\x1b]0;title\x07e\x1b[1;")
    screen.feed("1Hé✓\x1b[2;4H\x1b[K\x1b[3;9H12345\x1b[1A\x1b[2Dx")
    assert screen.rows() == ["é✓", "  a    x", "de      12"]
    screen.feed("\x1b[2J")
    assert screen.rows() == ["", "", ""]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
def test_a_lesson_earns_three_stars_by_what_its_hints_say(isocross_home: Path) -> None:
    with SeenTerminal(["lessons", "play", "1"], isocross_home, (80, 24)) as terminal:
        for step in range(1, STEPS + 1):
            terminal.until_seen(lambda seen, step=step: f"step {step} of {STEPS}" in seen and "gives a hint" in seen)
            for hint in (1, 2, 3):
                terminal.press("e")
                terminal.until_seen(lambda seen, hint=hint: f"Hint {hint} of 3" in seen and f"hint {hint}," in seen)
            seen = terminal.until_seen(lambda seen: TYPED.search(seen, seen.find("hint 3,")))
            lines = TYPED.findall(seen[seen.index("hint 3,") :])
            for line in lines:
                terminal.press(":")
                terminal.until_seen(lambda seen: "Enter send" in seen)
                terminal.type(line)
                terminal.until_seen(lambda seen, line=line: f"\n : {line}\n" in seen)
                terminal.press("\r")
                terminal.until_seen(lambda seen: "e hint" in seen or "ladder" in seen)
                if line.startswith("@"):
                    terminal.until_seen(lambda seen: "Running" not in seen)
        end = terminal.until_seen(lambda seen: "next lesson" in seen)
        assert end.count("★") == 3
        terminal.press("\r")
        terminal.until_seen(lambda seen: "1 of 18 lessons" in seen)
        terminal.press("\x11")
        terminal.until_it_leaves()
    with library_in(isocross_home) as library:
        assert library.attempts.best()["long-and-short"].stars == 3
