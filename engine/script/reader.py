"""Reading a script: set-up lines first, then commands and moves of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.commands.command import Command, CommandError
from engine.commands.grammar import EXAMPLES, parse
from engine.script.lines import NUMBERED, check_printable, lines_of, words_of
from engine.script.moves import MoveTime, parse_move
from engine.script.price_lines import LineError
from engine.script.recipes import Recipe
from engine.script.setup_lines import SETUP_EXAMPLES, SetupReader, is_setup
from engine.script.words import WordsError, short
from engine.setup import Setup


class ScriptError(ValueError):
    """A script that can't be played.

    Attributes:
        file: name of the script.
        line: number of the line at fault, from 1.
        reason: what is wrong.
        would_work: what isn't; empty where `reason` says it.
    """

    def __init__(self, file: str, line: int, reason: str, would_work: str) -> None:
        super().__init__(f"{file} line {line}: {reason}" + (f"; try: {would_work}" if would_work else ""))
        self.file, self.line, self.reason, self.would_work = file, line, reason, would_work


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One line of play: its number in the file, its text as typed, and what it asks for.

    `command_number` is what a command is numbered by (`c12: close ETH`); 0: by the next number.
    """

    number: int
    text: str
    action: Command | MoveTime
    command_number: int = 0


@dataclass(frozen=True)
class Script:
    """A script, read and found to make sense; whether the venue agrees is known when it is played.

    Attributes:
        name: of the file, as errors say it.
        setup: the rules.
        recipe: where the prices come from.
        lines: the commands and moves, in order.
        digest: start of the tape's digest that the script insists on, or empty.
        hash: start of the state hash that the session must come to at the script's end, or empty.
        places: the line of each set-up word, and of each `set` as (`set`, 0), (`set`, 1) …
    """

    name: str
    setup: Setup
    recipe: Recipe
    lines: tuple[ScriptLine, ...]
    digest: str
    places: Mapping[str | tuple[str, int], int]
    hash: str = ""

    def error(self, line: int, reason: str, would_work: str) -> ScriptError:
        """A refusal that names this script and `line`."""
        return ScriptError(self.name, line, reason, would_work)


def read_script(name: str, text: str) -> Script:
    """The script that `text` spells.

    Args:
        name: what errors call it.
        text: its lines; `#` starts a comment, except in a note.

    Raises:
        ScriptError: for the first line that does not fit, for rules that the venue refuses, and for a script without
            prices.
    """
    reader, play = SetupReader(), list[ScriptLine]()
    line = 1
    try:
        for line, bare in lines_of(text):
            check_printable(bare)
            if bare.startswith("@"):
                play.append(ScriptLine(line, bare, parse_move(bare)))
            elif found := NUMBERED.fullmatch(bare):
                play.append(ScriptLine(line, bare, _command(found[2]), _next_number(int(found[1]), play)))
            elif not is_setup(bare.split()):
                play.append(ScriptLine(line, bare, _command(bare)))
            else:
                _check_early(bare, play)
                reader.take(line, words_of(bare))
        return _script(name, reader, tuple(play), line)
    except LineError as error:
        raise ScriptError(name, error.line, error.message, error.would_work) from None
    except (CommandError, WordsError) as error:
        raise ScriptError(name, line, error.message, error.would_work) from None


def read_setup(name: str, lines: Sequence[Sequence[str]]) -> Script:
    """A script without play, from set-up lines that are cut into words already, as options of a command line are.

    Raises:
        ScriptError: as `read_script`; its `line` counts `lines` from 1.
    """
    reader, line = SetupReader(), 1
    try:
        for line, words in enumerate(lines, 1):
            if words[0] != "prices":  # a file may be called anything
                check_printable(" ".join(words))
            reader.take(line, list(words))
        return _script(name, reader, (), max(line, 1))
    except LineError as error:
        raise ScriptError(name, error.line, error.message, error.would_work) from None
    except WordsError as error:
        raise ScriptError(name, line, error.message, error.would_work) from None


def _script(name: str, reader: SetupReader, play: tuple[ScriptLine, ...], last_line: int) -> Script:
    recipe = reader.prices.recipe(reader.places.get("start", 1), last_line)
    reader.check_rules()
    places = {**reader.places, "prices": min(reader.prices.lines.values())}
    return Script(name, reader.setup, recipe, play, reader.digest, places, reader.hash)


def _next_number(number: int, play: list[ScriptLine]) -> int:
    """The number itself, which must be above those before."""
    least = 1 + max((line.command_number for line in play), default=0)
    if number < least:
        raise WordsError(f"command {number} was given already", f"c{least}: …")
    return number


def _check_early(text: str, play: list[ScriptLine]) -> None:
    if play:
        first = play[0].number
        raise WordsError(
            f"the set-up ended at line {first}, with the first command", f"“{short(text)}” above line {first}"
        )


def _command(text: str) -> Command:
    verb = text.split(maxsplit=1)[0].lower()
    if verb not in EXAMPLES:
        known = ", ".join([*SETUP_EXAMPLES, *EXAMPLES, "@"])
        raise WordsError(f"“{short(verb)}” is neither set-up nor a command", f"a line that starts with {known}")
    return parse(text)
