"""From the options of `play` to a session that the app can begin."""

from __future__ import annotations

import secrets
import sys
from argparse import Namespace
from pathlib import Path

from engine.script import PricesRecipe, Script, ScriptError, SyntheticRecipe, read_setup
from saves import Library, SaveError
from saves.names import checked_name
from tui.cli.options import setup_lines
from tui.prices.source import SourceError, clipped, make_tape
from tui.start import MAKING, SEEDS, Coming, NewSession, quick_prices
from tui.words.progress import progress_text


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


def new_session(library: Library, script: Script, name: str | None) -> NewSession | Coming:
    """A session to begin; one of made-up prices is made when the screen is painted: nothing can be wrong with it.

    Raises:
        ScriptError: when the prices can't be had.
        SaveError: when the name can't be.
    """
    if name is not None:
        name = checked_name(name)
        if any(each.name == name for each in library.sessions()):
            raise SaveError(f"there is a save called “{name}” already", "choose another name, or --continue it")
    recipe = script.recipe
    if not isinstance(recipe, PricesRecipe):
        return Coming(lambda: NewSession(script.setup, make_tape(recipe, Path()), name), MAKING)
    try:
        tape = make_tape(recipe, Path(), _tell)
        return NewSession(script.setup, tape, name, clipped(tape, recipe.start_ms, recipe.end_ms))
    except SourceError as error:
        raise ScriptError("--prices", 1, error.reason, error.would_work) from None


def _tell(done: float) -> None:
    """How much of the price files is read; the last one wipes the line again."""
    if not sys.stderr.isatty():
        return
    line = "" if done >= 1 else progress_text(done, "reading prices")
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()
