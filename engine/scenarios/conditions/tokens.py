"""The words of a condition, taken one by one; a wrong one is refused by its name and place, with what would work."""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches

from engine.numbers import EXACT
from engine.scenarios.conditions.values import Number
from engine.script.words import WordsError, number, parse_time, short

LONGEST_CONDITION = 1_000
DEEPEST = 12
"""Parentheses and `not`s inside each other."""

_TOKEN = re.compile(r">=|<=|!=|[<>=()]|[^\s<>=!()]+|!")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)")


class ConditionError(ValueError):
    """A condition or an amount that can't be read.

    Attributes:
        message: what is wrong, with the word.
        would_work: what would.
        place: the character at which it stands, from 1.
    """

    def __init__(self, message: str, would_work: str, place: int) -> None:
        super().__init__(f"character {place}: {message}; try: {would_work}")
        self.message, self.would_work, self.place = message, would_work, place


class Tokens:
    """The tokens of a text that are not read yet. Its methods raise ConditionError.

    Args:
        text: one line, or several.
        example: what an error proposes where nothing better is known.
        offset: characters before `text` in what places count from.
    """

    def __init__(self, text: str, example: str, offset: int = 0) -> None:
        self._found = [(token[0], token.start() + 1 + offset) for token in _TOKEN.finditer(text)]
        self._next, self._end, self._depth = 0, len(text.rstrip()) + 1 + offset, 0
        self.example = example
        if len(text) > LONGEST_CONDITION:
            raise ConditionError(f"it is longer than {LONGEST_CONDITION} characters", "a shorter one", 1 + offset)

    @property
    def place(self) -> int:
        """Where the next token stands, from 1."""
        return self._found[self._next][1] if self._next < len(self._found) else self._end

    def peek(self, ahead: int = 0) -> str:
        """A token, left where it is; empty at the end."""
        place = self._next + ahead
        return self._found[place][0] if place < len(self._found) else ""

    def take(self) -> str:
        """The next token; empty at the end."""
        token = self.peek()
        self._next += 1
        return token

    def take_if(self, *words: str) -> str:
        """The next token if it is one of these, else nothing."""
        return self.take() if self.peek() in words and self.peek() else ""

    def mark(self) -> int:
        """A place to go back to."""
        return self._next

    def back(self, mark: int) -> None:
        """Go back to a `mark`."""
        self._next = mark

    def deeper(self) -> None:
        """Note a parenthesis that opens."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.wrong(f"more than {DEEPEST} things are inside each other", "fewer parentheses")

    def shallower(self) -> None:
        """Note one that closes."""
        self._depth -= 1

    def wrong(self, message: str, would_work: str = "", place: int = 0) -> ConditionError:
        """The error that `message` says, at the next token unless at `place`."""
        return ConditionError(message, would_work or self.example, place or self.place)

    def unexpected(self, wanted: str, known: tuple[str, ...] = (), meant: str = "") -> ConditionError:
        """The error that the next token is not what is wanted; proposed is what was `meant`, or a near word among
        `known`."""
        token = self.peek()
        if not token:
            return self.wrong(f"{wanted} is missing at the end")
        close = [meant] if meant else get_close_matches(token, known, n=1)
        return self.wrong(f"“{short(token)}” is not {wanted}", close[0] if close else "")

    def finish(self) -> None:
        """Refuse whatever is left."""
        if self.peek() == ")":
            raise self.wrong("this parenthesis was never opened", "without it")
        if self.peek():
            raise self.wrong(f"“{short(self.peek())}” does not belong here", "and, or, or nothing, before it")

    def number(self) -> Number:
        """A number, a percentage, a leverage or a time."""
        token, place = self.peek(), self.place
        try:
            value = _number(token)
        except WordsError as error:
            raise self.wrong(error.message, error.would_work, place) from None
        self.take()
        return value


def _number(token: str) -> Number:
    if _TIME.match(token):
        return Number(Decimal(parse_time(token)), "time")
    what, example = "a number", "1900, 50%, 10x or 2024-01-01T03:00Z"
    if token.endswith("%"):
        return Number(EXACT.multiply(number(token[:-1], what, example), Decimal("0.01")), "percent")
    if token.endswith("x"):
        return Number(number(token[:-1], what, example), "times")
    return Number(number(token.replace("$", "", 1), what, example))
