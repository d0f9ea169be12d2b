"""From `play` without a set-up, and from `replay`, to what the app begins: a quick session, a saved one, or its replay.
Nothing of the engine is imported before something is on the screen.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from saves.errors import SaveError
from tui.start import OPENING, QUICK, SEEDS, Coming, SeenAgain, quick_session

if TYPE_CHECKING:
    from saves import Library


def coming_quick() -> Coming:
    """A good session whose prices nobody has seen."""
    seed = secrets.randbelow(SEEDS)
    return Coming(lambda: quick_session(seed), QUICK)


def coming_saved(library: Library, name: str) -> Coming:
    """A saved session, or the last one played where the name is empty. Raises SaveError when there is none."""
    session = _saved_session(library, name)
    return Coming(lambda: session, OPENING)


def seen_again(library: Library, name: str, at: str | None) -> SeenAgain:
    """The replay of a saved session, or of the last one played where the name is empty, from the moment that `at` says
    in the words of a replay's `@` line. Raises SaveError when there is none."""
    return SeenAgain(_saved_session(library, name), at=at)


def _saved_session(library: Library, name: str) -> str:
    if name:
        return library.find(name).id
    saved = library.sessions()
    if not saved:
        raise SaveError("there is no saved session yet", "begin one: isocross play")
    return saved[0].id
