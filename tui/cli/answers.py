"""How the command line answers: exit statuses, what is printed, and what is refused."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable

DONE, DIFFERS, CANNOT, FAILED, UNWRITTEN, INTERRUPTED, UNHEARD = 0, 1, 2, 70, 74, 130, 141
"""Exit statuses; the last is what a shell shows for a program that nobody listens to any more."""

LONGEST_MESSAGE = 2_000


def prepare_streams() -> None:
    """Let no message fail: not where nobody listens (`>&-`), nor for a letter that the encoding does not have."""
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def stop_writing() -> None:
    """Give Python nothing more to flush into a pipe that is closed."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return


def say(lines: Iterable[str]) -> None:
    """Print lines, made harmless for a terminal."""
    from tui.words.plain import harmless

    for line in lines:
        print(harmless(line))


def say_now(lines: Iterable[str]) -> None:
    """Print lines that somebody waits for."""
    say(lines)
    sys.stdout.flush()


def warn(text: str) -> None:
    """Say something beside the answer."""
    from tui.words.plain import harmless

    print(harmless(f"isocross: {text}", LONGEST_MESSAGE), file=sys.stderr)


def refuse(reason: str, would_work: str = "") -> int:
    """Say why not, and what would work; the exit status."""
    warn(reason + (f"; try: {would_work}" if would_work else ""))
    return CANNOT


def failed(error: Exception, words: list[str]) -> int:
    """Log an internal error; one line about it, and the exit status."""
    from saves.home import home_folder
    from tui.faults import LOG_FILE, log_fault
    from tui.words.plain import harmless

    home = home_folder()
    log_fault(home, error, f"isocross {' '.join(words)}")
    log = home / "logs" / LOG_FILE
    where = f"the details are in {log}" if log.exists() else "no log could be written"
    print(harmless(f"isocross: the program failed inside ({type(error).__name__}); {where}"), file=sys.stderr)
    return FAILED


def says_yes(question: str) -> bool:
    """Whether the player says yes. Raises UsageError where nobody can be asked."""
    from tui.cli.options import UsageError
    from tui.words.plain import harmless

    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask whether it is meant", "the same with --yes")
    print(harmless(question), end=" [y/N] ", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
