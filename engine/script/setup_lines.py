"""The set-up lines of a script: the rules of the session, and where its prices come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.account import Mode
from engine.numbers import MONEY_UNIT, exact
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import SetupError
from engine.script.price_lines import PRICE_LINES, LineError, Prices
from engine.script.words import WordsError, number, parse_time, positive, short
from engine.setup import Setup

MODES: dict[str, Mode] = {"iso": "isolated", "isolated": "isolated", "cross": "cross"}
SWITCHES = {"on": True, "off": False}
SMALLEST_BALANCE, LARGEST_BALANCE = Decimal(1), Decimal("1e12")
LONGEST_NAME = 40
MOST_OVERRIDES = 100
SHORTEST_DIGEST, LONGEST_DIGEST = 8, 64

SETUP_EXAMPLES = {
    "venue": "venue hyperliquid",
    "mode": "mode isolated",
    "balance": "balance 2000",
    "slippage": "slippage off",
    "fees": "fees off",
    "funding": "funding off",
    "set": "set maintenance 0.5%",
    "start": "start 2024-01-01T00:00Z",
    "digest": "digest 4f1c09aa",
    "hash": "hash 7be1d2f0",
    **{name: line.example for name, line in PRICE_LINES.items()},
}
"""One set-up line of each kind that works, by its first word."""


@dataclass
class SetupReader:
    """Takes set-up lines one at a time.

    Attributes:
        setup: what they say so far.
        prices: what they say about prices.
        digest: start of the tape's digest that the script insists on, or empty.
        hash: start of the state hash that the session must come to, or empty.
        places: the line that said something, by `venue`, `balance` …, and (`set`, 0), (`set`, 1) …
    """

    setup: Setup = field(default_factory=Setup)
    prices: Prices = field(default_factory=Prices)
    digest: str = ""
    hash: str = ""
    places: dict[str | tuple[str, int], int] = field(default_factory=dict)

    def take(self, line: int, words: list[str]) -> None:
        """Take a set-up line by its number and its words.

        Raises:
            WordsError: when it says nothing that is understood, or something twice.
        """
        name = words[0].lower()
        if name == "set":
            self.places[name, len(self.setup.overrides)] = line
            self._override(words[1:])
        elif name in PRICE_LINES:
            PRICE_LINES[name].read(self.prices, line, words[1:])
        else:
            if name in self.places:
                raise WordsError(f"{name} was said in line {self.places[name]} already", "one of the two lines")
            self.places[name] = line
            self._single(name, words[1:])

    def _single(self, name: str, words: list[str]) -> None:
        example = SETUP_EXAMPLES[name]
        if len(words) != 1:
            what = "nothing follows it" if not words else f"“{short(words[1])}” has no meaning here"
            raise WordsError(f"“{name}” takes one word, and {what}", example)
        value = _SINGLE[name](words[0])
        if name == "start":
            self.prices.start_ms = value
        elif name == "digest":
            self.digest = value
        elif name == "hash":
            self.hash = value
        else:
            self.setup = replace(self.setup, **{name: value})

    def _override(self, words: list[str]) -> None:
        if len(words) < 2:
            raise WordsError("“set” takes the name of a parameter and its value", SETUP_EXAMPLES["set"])
        if len(self.setup.overrides) == MOST_OVERRIDES:
            raise WordsError(f"more than {MOST_OVERRIDES} parameters are set", "fewer “set” lines")
        for word in words[1:]:
            _check_size(word)
        self.setup = replace(self.setup, overrides=(*self.setup.overrides, (words[0].lower(), *words[1:])))

    def check_rules(self) -> None:
        """Ask the rulebook whether it can be set up so. Where no mode was said, a venue's own first one may do.

        Raises:
            LineError: naming the line that it refuses.
        """
        try:
            modes = rulebook_of(self.setup.venue, self.setup.overrides).modes
        except SetupError as error:
            raise LineError(self._refused_line(), error.message, error.would_work) from None
        if self.setup.mode not in modes:
            if "mode" in self.places:
                reason = f"{self.setup.venue} has no {self.setup.mode} margin"
                raise LineError(self.places["mode"], reason, f"mode {modes[0]}")
            self.setup = replace(self.setup, mode=modes[0])

    def _refused_line(self) -> int:
        """The first line without which the rulebook agrees."""
        for count in range(len(self.setup.overrides) + 1):
            try:
                rulebook_of(self.setup.venue, self.setup.overrides[:count])
            except SetupError:
                return self.places["set", count - 1] if count else self.places.get("venue", 1)
        raise AssertionError("all lines together are refused, so one of them is the first")


def is_setup(words: list[str]) -> bool:
    """Whether a line is set-up and no command. `mode cross` is the session's, `mode ETH cross` an order of play."""
    name = words[0].lower()
    return name in SETUP_EXAMPLES and not (name == "mode" and len(words) > 2)


def _check_size(word: str) -> None:
    """Refuse a number that nobody means: `1e-999999` would be a million digits long when it is shown."""
    try:
        exact(word.strip("$%x").replace(",", ""))
    except ValueError:
        return
    number(word.strip("$%x"), "a value", SETUP_EXAMPLES["set"])


def _venue(word: str) -> str:
    name = word.lower()
    if len(name) > LONGEST_NAME or not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise WordsError(f"“{short(word)}” can’t be a venue", SETUP_EXAMPLES["venue"])
    return name


def _mode(word: str) -> Mode:
    if word.lower() not in MODES:
        raise WordsError(f"“{short(word)}” is neither isolated nor cross", SETUP_EXAMPLES["mode"])
    return MODES[word.lower()]


def _balance(word: str) -> Decimal:
    amount = positive(word.removeprefix("$"), "a balance", SETUP_EXAMPLES["balance"])
    if not SMALLEST_BALANCE <= amount <= LARGEST_BALANCE or amount % MONEY_UNIT:
        raise WordsError(f"a balance of {short(word)} is out of range", "1 to 1000000000000, with up to six decimals")
    return amount


def _switch(word: str) -> bool:
    if word.lower() not in SWITCHES:
        raise WordsError(f"“{short(word)}” is neither on nor off", "on or off")
    return SWITCHES[word.lower()]


def _digest(word: str) -> str:
    text = word.lower()
    if not SHORTEST_DIGEST <= len(text) <= LONGEST_DIGEST or set(text) - set("0123456789abcdef"):
        raise WordsError(f"“{short(word)}” is no digest of a tape or state", "the 8 to 64 hexadecimal digits of a save")
    return text


_SINGLE: dict[str, Callable[[str], Any]] = {
    "venue": _venue,
    "mode": _mode,
    "balance": _balance,
    "slippage": _switch,
    "fees": _switch,
    "funding": _switch,
    "start": parse_time,
    "digest": _digest,
    "hash": _digest,
}
