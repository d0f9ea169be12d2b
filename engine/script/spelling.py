"""A session as the text of a script: whoever runs it plays the same session again, or is told that it is another."""

from __future__ import annotations

from collections.abc import Iterator

from engine.record import Record
from engine.script.moves import MoveTime
from engine.script.price_recipes import Unspellable, recipe_of
from engine.script.reader import Script, ScriptError, read_script
from engine.script.recipes import InlinePaths, PricesRecipe
from engine.tape import Tape


def spelled(record: Record, state_hash: str, title: str) -> str:
    """The script of a session: set-up, prices, digest of the tape, hash of the state at the end, and every command at
    its vertex.

    Args:
        record: the session.
        state_hash: at the vertex that it reached.
        title: one printable line for the top.

    Raises:
        Unspellable: when its prices can't be said in a script, or a command or a word of its set-up can't.
    """
    recipe = recipe_of(record.tape)
    lines = [
        f"# {title}",
        "# isocross run plays it again: on the same prices, to the same state, or it says what differs.",
    ]
    if isinstance(recipe, PricesRecipe):
        names = ", ".join(file for _, file in recipe.files)
        lines.append(f"# It needs the price {'file' if len(recipe.files) == 1 else 'files'} {names} beside it.")
    prices = [*recipe.lines(), f"digest {record.tape.digest}", f"hash {state_hash}"]
    text = "\n".join([*lines, *record.setup.lines(), *prices, *_play(record)]) + "\n"
    _check(text, record)
    return text


def _play(record: Record) -> Iterator[str]:
    """The commands, and the moves of time between them."""
    step = number = 0
    for each in record.commands:
        if each.step > step:
            yield _move(record.tape, each.step)
        step, number = each.step, number + 1
        if each.number in (0, number):
            yield str(each.command)
        else:
            yield f"c{each.number}: {each.command}"
            number = each.number
    if record.until > step:
        yield "@ end" if record.until == len(record.tape) - 1 else _move(record.tape, record.until)


def _move(tape: Tape, step: int) -> str:
    """To a vertex by its time; where others share that time, by its number."""
    time = int(tape.times[step])
    return str(MoveTime("at", time) if tape.step_at(time) == step else MoveTime("step", step=step))


def _check(text: str, record: Record) -> None:
    """Read the text back: it must say what it was written from."""
    try:
        script = read_script("the script", text)
    except ScriptError as error:
        raise Unspellable(f"it can’t be written as a script: {error.reason}") from error
    if script.setup != record.setup:
        raise Unspellable("its set-up can’t be written as lines of a script")
    if isinstance(script.recipe, InlinePaths) and script.recipe.tape().digest != record.tape.digest:
        raise Unspellable("its prices are not what a script would make of them")
    if list(_commands(script)) != [each.command for each in record.commands]:
        raise Unspellable("one of its commands can’t be written as a line of a script")


def _commands(script: Script) -> Iterator[object]:
    yield from (line.action for line in script.lines if not isinstance(line.action, MoveTime))
