"""What the New screen's fields mean: a set-up, prices and a name, or what is wrong with which field."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.market import valid_symbol
from engine.numbers import exact
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Overrides, SetupError
from engine.script.words import WordsError, parse_time
from engine.setup import Setup
from engine.tapes.inline import MOST_MARKETS
from engine.tapes.synthetic import MARKETS, SyntheticError, SyntheticSetup, check
from tui.prices.making import PriceFiles

STEPS = {"1 s": 1, "5 s": 5, "15 s": 15, "1 min": 60, "5 min": 300, "15 min": 900, "1 h": 3600}
LARGEST_BALANCE = Decimal("1e12")
LONGEST_SEED = 18
FILES_EXAMPLE = "BTC=prices/btc.csv ETH=prices/eth.csv"
TIME_EXAMPLE = "2024-08-04 or 2024-08-04T12:00Z"

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    setup: Setup
    prices: SyntheticSetup | PriceFiles
    name: str | None


class FieldError(ValueError):
    """A field that can't be; `field` is its name, the text says why and what would work."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def wanted(fields: Fields) -> Wanted | dict[str, str]:
    """What the fields ask for, or what is wrong, by field."""
    wrong: dict[str, str] = {}

    def part(read: Callable[[Fields], Any]) -> Any:
        try:
            return read(fields)
        except FieldError as error:
            wrong[error.field] = str(error)
            return None

    prices = part(_files if fields["source"] == "files" else _synthetic)
    setup = part(_setup)
    name = fields["name"].strip() or None
    return wrong or Wanted(setup, prices, name)


def _synthetic(fields: Fields) -> SyntheticSetup:
    seed = fields["seed"].strip()
    if not (seed.isascii() and seed.isdigit() and len(seed) <= LONGEST_SEED):
        raise FieldError("seed", "a whole number from 0 would work, such as 7")
    try:
        days = exact(fields["days"].strip())
    except ValueError:
        raise FieldError("days", "a number of days would work, such as 2 or 0.5") from None
    markets = tuple(fields["markets"].upper().replace(",", " ").split())
    known = [symbol for symbol in markets if symbol in MARKETS]
    if not markets or len(known) < len(markets) or len(set(markets)) < len(markets):
        raise FieldError("markets", f"each of {', '.join(MARKETS)} at most once would work, such as ETH BTC")
    setup = SyntheticSetup(fields["regime"], int(seed), markets, days, STEPS[fields["step"]])
    try:
        check(setup)
    except SyntheticError as error:
        raise FieldError("days", str(error)) from None
    return setup


def _files(fields: Fields) -> PriceFiles:
    files = tuple(map(_file, _names(fields["files"])))
    if not files:
        raise FieldError("files", f"name one or more price files, such as {FILES_EXAMPLE}")
    if len(files) > MOST_MARKETS:
        raise FieldError("files", f"these are {len(files):,} files; at most {MOST_MARKETS} would work")
    start, end = _time(fields, "since"), _time(fields, "until")
    if start is not None and end is not None and end <= start:
        raise FieldError("until", "the prices would end before they start; a later time would work")
    return PriceFiles(files, start, end)


def _names(text: str) -> list[str]:
    """Words between spaces and commas; what stands in quotation marks is one."""
    words = shlex.shlex(text, posix=True)
    words.whitespace += ","
    words.whitespace_split, words.commenters, words.escape = True, "", ""
    try:
        return list(words)
    except ValueError:
        raise FieldError("files", 'a quotation mark is open; "two words.csv" would work') from None


def _file(word: str) -> tuple[str | None, str]:
    """`BTC=btc.csv`, or only the file; an equals sign within a path is none of ours."""
    symbol, equals, file = word.partition("=")
    if not equals or not valid_symbol(symbol.upper()):
        return None, word
    if not file:
        raise FieldError("files", f"{symbol}= names no file; {FILES_EXAMPLE} would work")
    return symbol.upper(), file


def _time(fields: Fields, field: str) -> int | None:
    text = fields[field].strip()
    try:
        return parse_time(text) if text else None
    except WordsError as error:
        raise FieldError(field, f"{error.message}; {TIME_EXAMPLE} would work") from None


def _setup(fields: Fields) -> Setup:
    overrides = _overrides(fields["overrides"])
    try:
        modes = rulebook_of(fields["venue"], overrides).modes
    except SetupError as error:
        # The form's own words: the `set` of a script's line is not written here.
        would_work = re.sub(r"\bset (?=\S)", "", error.would_work)
        raise FieldError("overrides", f"{error.message}; {would_work} would work") from None
    mode = next((each for each in modes if each == fields["mode"]), modes[0])
    slippage, fees, funding = (fields[name] == "on" for name in ("slippage", "fees", "funding"))
    return Setup(fields["venue"], mode, _balance(fields["balance"]), slippage, fees, funding, overrides)


def _balance(text: str) -> Decimal:
    try:
        balance = exact(text.strip().removeprefix("$").replace(",", ""))
    except ValueError:
        raise FieldError("balance", "an amount would work, such as 10000") from None
    if not Decimal("0.01") <= balance <= LARGEST_BALANCE or balance != round(balance, 6):
        raise FieldError("balance", "0.01 to 1,000,000,000,000 would work, with at most six decimals")
    return balance


def overrides_in(text: str) -> Overrides:
    """The changed rules of a field that is still being written; none where it can't be read."""
    try:
        return _overrides(text)
    except FieldError:
        return ()


def _overrides(text: str) -> Overrides:
    if not text.isprintable():
        raise FieldError("overrides", "only printable words would work, such as maintenance 0.5%")
    parts = [part.split() for part in text.split(";")]
    return tuple(tuple(words[1:] if words[0].lower() == "set" else words) for words in parts if words)
