"""What `isocross run` does: a script from disk, its prices, and the play."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.rulebooks.base import SetupError
from engine.script import PricesRecipe, Script, ScriptError, read_script
from engine.session import Session
from engine.tape import Tape
from saves import Library, Recorder, SaveError
from tui.cli.headless import AnotherSession, Output, Player, Unsaved, check_digest, play
from tui.cli.summary import tell_summary
from tui.prices.source import LARGEST_SCRIPT, SourceError, clipped, make_tape, read_file, text_of
from tui.words.plain import harmless

STANDARD_INPUT = "-"


def run_script(options: Namespace) -> None:
    """Play a script and print what happens.

    Args:
        options: SCRIPT, --json, --strict and --save, as `run_options` gives them.

    Raises:
        SourceError: when the script can't be read.
        ScriptError: when it can't be played, or a command was refused in a strict run.
        SaveError: when it can't be saved.
        OSError: when the output can't be written; a session that is saved was played to its end nevertheless.
    """
    name, text, folder = script_text(options.script)
    script = read_script(name, text)
    output = Output(sys.stdout, options.json, outlives_reader=options.save is not None)
    tape = tape_of(script, folder)
    tell_clipped(script, tape)
    with _player(script, tape, options.save) as player:
        wrong: ScriptError | None = None
        try:
            refused = play(script, player, output, options.strict)
        except ScriptError as error:
            refused, wrong = 1, error
        recorder = player if isinstance(player, Recorder) else None
        trouble = recorder.trouble if recorder and not recorder.save() else None
        # Whoever was given a session by its hash did not ask for another one.
        other = recorder.id if recorder and isinstance(wrong, AnotherSession) else None
        saved = recorder.name if recorder and trouble is None and other is None else None
        conserved = tell_summary(script, player.session, refused, saved, output)
    if other is not None:
        with Library.open() as library:
            library.delete(other)
    if trouble is not None:
        raise SaveError(f"the session is not saved: {trouble}")
    if wrong is not None:
        raise wrong
    if not conserved:
        raise ArithmeticError("the ledger does not add up at the end of a script")
    if output.trouble is not None:
        raise output.trouble


def script_text(named: str) -> tuple[str, str, Path]:
    """A script's name, its text, and the folder that its price files are relative to. Raises SourceError."""
    if named != STANDARD_INPUT:
        file = Path(named)
        return named, text_of(read_file(file, LARGEST_SCRIPT), named), file.parent
    data = sys.stdin.buffer.read(LARGEST_SCRIPT + 1)
    if len(data) > LARGEST_SCRIPT:
        raise SourceError(f"the standard input has more than {LARGEST_SCRIPT / 1e6:,.0f} MB", "a shorter script")
    return "standard input", text_of(data, "standard input"), Path()


def tape_of(script: Script, folder: Path) -> Tape:
    """The script's prices. Raises ScriptError, naming the line that asks for them."""
    try:
        tape = make_tape(script.recipe, folder)
    except SourceError as error:
        raise script.error(script.places["prices"], error.reason, error.would_work) from None
    check_digest(script, tape.digest)
    return tape


def tell_clipped(script: Script, tape: Tape) -> None:
    """Say it where there are not all the prices that were asked for; beside the output, which programs read."""
    recipe = script.recipe
    note = clipped(tape, recipe.start_ms, recipe.end_ms) if isinstance(recipe, PricesRecipe) else None
    if note is not None:
        sys.stderr.write(harmless(f"isocross: note: {note}") + "\n")


@contextmanager
def _player(script: Script, tape: Tape, name: str | None) -> Iterator[Player]:
    """A new session of the script, saved under `name` where there is one. Raises ScriptError and SaveError."""
    try:
        session = Session(script.setup, tape)
    except SetupError as error:  # the rulebook alone agreed, so that it is the prices that don't fit
        raise script.error(script.places["prices"], error.message, error.would_work) from None
    if name is None:
        yield Unsaved(session)
        return
    with Library.open() as library, library.create(session, name) as recorder:
        if recorder.trouble:
            raise SaveError(f"the session can’t be saved: {recorder.trouble}")
        yield recorder
