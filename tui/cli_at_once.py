"""From `play` without a set-up to what the app begins: a quick session, or a saved one. Nothing of the engine is
imported before something is on the screen.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from saves.errors import SaveError
from tui.start import OPENING, QUICK, SEEDS, Coming, quick_session

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


def _saved_session(library: Library, name: str) -> str:
    if name:
        return library.find(name).id
    saved = library.sessions()
    if not saved:
        raise SaveError("there is no saved session to continue", "begin one: isocross play")
    return saved[0].id
