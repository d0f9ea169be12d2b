"""A script's text cut into lines and words: comments go, quotes keep a file name together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.script.words import WordsError

_COMMENT_OR_QUOTE = re.compile(r'(?:^|(?<=\s))#|"[^"]*"?')
NUMBERED = re.compile(r"c([1-9][0-9]{0,8}): *(\S.*)")
"""A command with a number of its own, `c12: close ETH`: one or more before it were left out."""
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Each line that says something, by its number from 1, without its comment and the space around it."""
    # Only \n ends a line, as in an editor; `splitlines` would count others and name the wrong line.
    for place, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if bare := line.strip(" \t\r"):
            bare = without_comment(bare.replace("\t", " "))
        if bare:
            yield place, bare


def without_comment(line: str) -> str:
    """`line` up to a `#` that stands at its start or after a space, outside quotes. A note keeps its `#`."""
    numbered = NUMBERED.fullmatch(line)
    if (numbered[2] if numbered else line)[:5].lower() == "note ":
        return line
    for found in _COMMENT_OR_QUOTE.finditer(line):
        if found[0] == "#":
            return line[: found.start()].rstrip()
    return line


def words_of(line: str) -> list[str]:
    """The words of a set-up line; quotes hold a word together and are taken off.

    Raises:
        WordsError: for a quote that isn't closed.
    """
    if line.count('"') % 2:
        raise WordsError("a quote is not closed", 'prices BTC="my prices.csv"')
    return [word.replace('"', "") for word in _WORD.findall(line)]


def check_printable(line: str) -> None:
    """Refuse what can't be seen: control characters, escape sequences, marks that turn the writing direction.

    Raises:
        WordsError: naming the character and where it stands.
    """
    if line.isprintable():
        return
    for place, character in enumerate(line, 1):
        if not character.isprintable():
            raise WordsError(
                f"the {place}. character is U+{ord(character):04X}, which can’t be seen", "one line of plain text"
            )
