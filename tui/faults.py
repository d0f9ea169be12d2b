"""Errors of the program itself: written to a log in full, told to the player in a sentence."""

from __future__ import annotations

import traceback
from pathlib import Path

LARGEST_LOG = 1_000_000
LOG_FILE = "faults.log"


def log_fault(home: Path, error: BaseException, when: str) -> str:
    """Append the error with its traceback to `logs/faults.log` in `home`; a sentence for the player.

    Args:
        home: the player's folder.
        error: what happened.
        when: what was going on: the session, its step.
    """
    file = home / "logs" / LOG_FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # One log of bounded size: the newest faults count.
        mode = "w" if file.exists() and file.stat().st_size > LARGEST_LOG else "a"
        with file.open(mode, encoding="utf-8", errors="replace") as log:
            log.write(f"{when}\n{''.join(traceback.format_exception(error))}\n")
        where = f"the details are in {file}"
    except OSError as refusal:
        where = f"the details could not be written ({refusal.strerror})"
    return f"The program failed inside ({type(error).__name__}); {where}."
