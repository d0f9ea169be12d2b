"""From the options of `play` to a session that the app can begin."""

from __future__ import annotations

import secrets
from argparse import Namespace
from pathlib import Path

from engine.script import Script, ScriptError, SyntheticRecipe, read_setup
from saves import Library, SaveError
from saves.names import checked_name
from tui.cli_options import setup_lines
from tui.price_source import SourceError, make_tape
from tui.start import NewSession, quick_prices

SEEDS = 1_000_000
"""Seeds that are made up stay below this, so that a person can type them again."""


def script_of(options: Namespace) -> Script:
    """The set-up that the options spell.

    Raises:
        ScriptError: naming the option at fault as its file.
    """
    seed = secrets.randbelow(SEEDS)
    lines = setup_lines(options, seed)
    if options.synthetic is None and not options.prices:
        words = SyntheticRecipe(quick_prices(seed)).lines()[-1].split()
        lines.append(("isocross play", words))
    try:
        return read_setup("isocross play", [words for _, words in lines])
    except ScriptError as error:
        option = lines[error.line - 1][0]
        raise ScriptError(option, error.line, error.reason, error.would_work) from None


def new_session(library: Library, script: Script, name: str | None) -> NewSession:
    """A session to begin.

    Raises:
        ScriptError: when the prices can't be had.
        SaveError: when the name can't be.
    """
    if name is not None:
        name = checked_name(name)
        if any(each.name == name for each in library.sessions()):
            raise SaveError(f"there is a save called “{name}” already", "choose another name, or --continue it")
    try:
        return NewSession(script.setup, make_tape(script.recipe, Path()), name)
    except SourceError as error:
        raise ScriptError("--prices", 1, error.reason, error.would_work) from None


def saved_session(library: Library, name: str) -> str:
    """The id of a saved session, or of the last one played where the name is empty.

    Raises:
        SaveError: when there is none.
    """
    if name:
        return library.find(name).id
    saved = library.sessions()
    if not saved:
        raise SaveError("there is no saved session to continue", "begin one: isocross play")
    return saved[0].id
