"""The words of a command, taken one by one; a wrong one is refused by its name, with an example that works."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.account import Mode
from engine.commands.command import CommandError, Size
from engine.market import valid_symbol
from engine.numbers import EXACT, ONE, exact
from engine.orders.order import PositionSide

LARGEST_NUMBER = Decimal("1e15")
LARGEST_SHARE = Decimal(100)
"""Furthest that a percentage may reach, as a fraction: 10,000 %."""
_PERCENT = Decimal("0.01")
_MODES: dict[str, Mode] = {"iso": "isolated", "isolated": "isolated", "cross": "cross"}
_POSITION_SIDES: dict[str, PositionSide] = {"long": "long", "short": "short"}
SELECTORS = (*_MODES, *_POSITION_SIDES)
"""The words that say which of a market's positions is meant."""


def short(word: str) -> str:
    """A word as a message quotes it: at most 32 characters."""
    return word if len(word) <= 32 else word[:31] + "…"


class Words:
    """The words not read yet. Its methods take the next one, and raise CommandError when it isn't what they want."""

    def __init__(self, words: list[str], examples: Mapping[str, str]) -> None:
        self.words, self.verb, self._examples = words, "buy", examples

    def wrong(self, message: str, would_work: str = "") -> CommandError:
        """The error that `message` says, with an example of the command that is being read."""
        return CommandError(message, would_work or self._examples[self.verb])

    def take(self, what: str) -> str:
        """The next word."""
        if not self.words:
            raise self.wrong(f"{what} is missing")
        return self.words.pop(0)

    def peek(self) -> str:
        """The next word in lower case, left where it is; empty at the end."""
        return self.words[0].lower() if self.words else ""

    def finish(self) -> None:
        """Refuse whatever is left."""
        if self.words:
            raise self.meaningless()

    def meaningless(self) -> CommandError:
        """The error that the next word doesn't belong here."""
        return self.wrong(f"“{short(self.words[0])}” has no meaning here")

    def symbol(self) -> str:
        """A market's symbol, in upper case."""
        word = self.take("a market")
        if not valid_symbol(word):
            raise self.wrong(f"“{short(word)}” can’t be a market")
        return word.upper()

    def number(self, word: str, what: str) -> Decimal:
        """The number that `word` spells, with or without thousands separators."""
        try:
            value = exact(word.replace(",", "").replace("_", ""))
        except ValueError:
            raise self.wrong(f"“{short(word)}” is not {what}") from None
        if value.copy_abs() > LARGEST_NUMBER or value.as_tuple().exponent < -18:  # type: ignore[operator]
            raise self.wrong(f"“{short(word)}” is out of range for {what}")
        return value

    def positive(self, what: str, word: str | None = None) -> Decimal:
        """A number above zero: the next word, or `word`."""
        text = self.take(what) if word is None else word
        value = self.number(text, what)
        if value <= 0:
            raise self.wrong(f"{what} must be more than zero, not {short(text)}")
        return value

    def share(self, what: str, below: Decimal = LARGEST_SHARE) -> Decimal:
        """A percentage below `below` (a fraction), as a fraction: `2.5%` → 0.025."""
        text = self.take(what)
        if not text.endswith("%"):
            raise self.wrong(f"“{short(text)}” is not {what}")
        share = EXACT.multiply(self.positive(what, text[:-1]), _PERCENT)
        if share >= below:
            most = "100%" if below == ONE else "10,000%"
            raise self.wrong(f"{what} is less than {most}, not {short(text)}")
        return share

    def size(self, word: str | None = None) -> Size:
        """A size: the next word, or `word`."""
        text = self.take("a size") if word is None else word
        if text.startswith("$"):
            return Size(self.positive("a size in dollars", text[1:]), "quote")
        if text.endswith("%"):
            share = self.positive("a percentage", text[:-1])
            if share > 100:
                raise self.wrong(f"{text} is more than 100%")
            return Size(share, "percent")
        return Size(self.positive("a size", text), "base")

    def leverage(self, word: str) -> int:
        """The leverage that `word` spells, with or without its x."""
        text = word.lower().removesuffix("x")
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):
            raise self.wrong(f"“{short(word)}” is not a leverage such as 10x")
        return int(text)

    def mode(self) -> Mode:
        """A margin mode."""
        word = self.take("iso or cross")
        if word.lower() not in _MODES:
            raise self.wrong(f"“{short(word)}” is neither iso nor cross")
        return _MODES[word.lower()]

    def mode_if_next(self) -> Mode | None:
        """A margin mode, if the next word is one."""
        return self.mode() if self.peek() in _MODES else None

    def selector(self) -> tuple[Mode | None, PositionSide | None]:
        """What is left: which of a market's positions is meant, in either order; None where it isn't said."""
        mode: Mode | None = None
        position_side: PositionSide | None = None
        while word := self.peek():
            if word in _MODES and mode is None:
                mode = self.mode()
            elif word in _POSITION_SIDES and position_side is None:
                position_side = _POSITION_SIDES[self.take(word).lower()]
            else:
                raise self.meaningless()
        return mode, position_side
