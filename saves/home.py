"""Where the library is."""

from __future__ import annotations

import os
from pathlib import Path

LIBRARY = "library.db"
LOCKS = "locks"


def home_folder() -> Path:
    """The folder of the player's data: ISOCROSS_HOME, or the platform's own place. It may not exist yet."""
    named = os.environ.get("ISOCROSS_HOME")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_data_path("isocross", appauthor=False)


def library_file(home: Path) -> Path:
    """The database in `home`."""
    return home / LIBRARY


def lock_file(home: Path, session: str) -> Path:
    """The file whose lock says that `session` is being played."""
    return home / LOCKS / f"{session}.lock"
