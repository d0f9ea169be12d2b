"""The set-up lines about prices: `path`, `mark`, `premium`, `tick`, `synthetic`, `daily` and `prices`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.script.recipes import DEFAULT_START, DailyRecipe, InlinePaths, PricesRecipe, Recipe, SyntheticRecipe
from engine.script.words import WordsError, number, parse_duration, parse_time, positive, short, symbol, whole
from engine.tapes.inline import EXAMPLE, MOST_MARKETS, InlineError, InlinePath, Part, check_paths

if TYPE_CHECKING:
    from engine.tapes.synthetic import SyntheticSetup

PREMIUM_EXAMPLE = "premium ETH 0.01% 0.01% -0.05%"
SYNTHETIC_EXAMPLE = "synthetic crash seed 7 markets BTC,ETH,SOL days 2 step 1s"
PRICES_EXAMPLE = "prices BTC=btc.csv ETH=eth.csv from 2022-11-08T00:00Z to 2022-11-09T00:00Z"
DAILY_EXAMPLE = "daily 2026-11-22"
SYNTHETIC_DEFAULTS = {"markets": "BTC,ETH,SOL", "days": "2", "step": "1s"}


class LineError(WordsError):
    """A refusal that belongs to another line than the one being read."""

    def __init__(self, line: int, message: str, would_work: str) -> None:
        super().__init__(message, would_work)
        self.line = line


@dataclass
class Prices:
    """What the lines said about prices so far; line numbers are kept for the errors.

    Attributes:
        paths: by symbol, in order.
        columns: values of `mark`, `premium` and `tick` lines by symbol and name.
        other: the one recipe that is no path.
        start_ms: what the `start` line said, ms UTC.
        lines: the line of each (symbol, part), and of (``, `synthetic`), (``, `daily`) or
            (``, `prices`).
    """

    paths: dict[str, InlinePath] = field(default_factory=dict)
    columns: dict[tuple[str, Part], tuple[Decimal, ...]] = field(default_factory=dict)
    other: SyntheticRecipe | DailyRecipe | PricesRecipe | None = None
    start_ms: int | None = None
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def claim(self, line: int, market: str, part: str) -> None:
        """Note who said what, and refuse what was said before."""
        if (market, part) in self.lines:
            what = f"{part} {market}".strip()
            raise WordsError(f"{what} was said in line {self.lines[market, part]} already", "one of the two lines")
        self.lines[market, part] = line

    def recipe(self, start_line: int, last_line: int) -> Recipe:
        """All of it together.

        Args:
            start_line: the line of `start`, where there is one.
            last_line: the line to blame for what was never said.

        Raises:
            LineError: when the lines don't fit each other.
        """
        if not self.paths:
            self._check_orphans()
        if self.other is not None:
            if self.paths:
                line = max(self.lines.values())
                raise LineError(line, "the script has its prices from two places", "path lines, or the other one alone")
            return self._started(self.other, start_line)
        if not self.paths:
            raise LineError(last_line, "the script has no prices", EXAMPLE)
        return self._inline(start_line)

    def _started(self, other: SyntheticRecipe | DailyRecipe | PricesRecipe, start_line: int) -> Recipe:
        if self.start_ms is None:
            return other
        if isinstance(other, PricesRecipe):
            raise LineError(start_line, "the prices of files have times of their own", "prices … from TIME")
        if isinstance(other, DailyRecipe):
            raise LineError(start_line, "a daily begins at 00:00 UTC of its day", "no start")
        started = replace(other.setup, start_ms=self.start_ms)
        _check_synthetic(started, start_line)
        return SyntheticRecipe(started)

    def _check_orphans(self) -> None:
        for market, part in self.columns:
            raise LineError(self.lines[market, part], f"there is no path of {market}", f"path {market} 1m 2000 1950")

    def _inline(self, start_line: int) -> InlinePaths:
        for (market, part), values in self.columns.items():
            if market not in self.paths:
                raise LineError(
                    self.lines[market, part], f"there is no path of {market}", f"path {market} 1m 2000 1950"
                )
            self.paths[market] = _with_column(self.paths[market], part, values)
        recipe = InlinePaths(tuple(self.paths.values()), DEFAULT_START if self.start_ms is None else self.start_ms)
        try:
            check_paths(recipe.paths, recipe.start_ms)
        except InlineError as error:
            line = self.lines.get((error.symbol, error.part), start_line)
            raise LineError(line, error.message, error.would_work) from None
        return recipe


def _with_column(path: InlinePath, part: Part, values: tuple[Decimal, ...]) -> InlinePath:
    if part == "mark":
        return replace(path, marks=values)
    if part == "premium":
        return replace(path, premiums=values)
    return replace(path, tick_size=values[0])


def _path(prices: Prices, line: int, words: list[str]) -> None:
    if len(words) < 3:
        raise WordsError("a path has a market, a step and prices", EXAMPLE)
    market = symbol(words[0], EXAMPLE)
    seconds = parse_duration(words[1])
    prices.claim(line, market, "path")
    if len(prices.paths) == MOST_MARKETS:
        raise WordsError(f"there are more than {MOST_MARKETS} paths", f"at most {MOST_MARKETS}")
    gaps = frozenset(place for place, word in enumerate(words[2:]) if word.startswith("!"))
    values = tuple(positive(word.removeprefix("!"), "a price", EXAMPLE) for word in words[2:])
    prices.paths[market] = InlinePath(market, seconds, values, gaps)


def _mark(prices: Prices, line: int, words: list[str]) -> None:
    example = PRICE_LINES["mark"].example
    market = _market(prices, line, words, "mark")
    prices.columns[market, "mark"] = tuple(positive(word, "a price", example) for word in words[1:])


def _premium(prices: Prices, line: int, words: list[str]) -> None:
    market = _market(prices, line, words, "premium")
    prices.columns[market, "premium"] = tuple(map(_rate, words[1:]))


def _rate(word: str) -> Decimal:
    if not word.endswith("%"):
        raise WordsError(f"“{short(word)}” is not a percentage", PREMIUM_EXAMPLE)
    return number(word[:-1], "a percentage", PREMIUM_EXAMPLE) / 100


def _tick(prices: Prices, line: int, words: list[str]) -> None:
    example = PRICE_LINES["tick"].example
    market = _market(prices, line, words, "tick")
    if len(words) != 2:
        raise WordsError(f"“{short(words[2])}” has no meaning here", example)
    prices.columns[market, "tick"] = (positive(words[1], "a tick size", example),)


def _market(prices: Prices, line: int, words: list[str], part: Part) -> str:
    example = PRICE_LINES[part].example
    if len(words) < 2:
        raise WordsError(f"“{part}” takes a market and what to set it to", example)
    market = symbol(words[0], example)
    prices.claim(line, market, part)
    return market


def _synthetic(prices: Prices, line: int, words: list[str]) -> None:
    _alone(prices, line, "synthetic")
    if not words:
        raise WordsError("“synthetic” takes the name of a regime", SYNTHETIC_EXAMPLE)
    options = _options(words[1:], ("seed", "markets", "days", "step"), SYNTHETIC_EXAMPLE)
    if "seed" not in options:
        raise WordsError("the seed is missing: without one, nobody could play the same prices again", SYNTHETIC_EXAMPLE)
    options = {**SYNTHETIC_DEFAULTS, **options}
    # Imported here: an inline script has no use for the synthetic market.
    from engine.tapes.synthetic import SyntheticSetup

    setup = SyntheticSetup(
        regime=words[0].lower(),
        seed=whole(options["seed"], "a seed", SYNTHETIC_EXAMPLE),
        markets=tuple(symbol(word, SYNTHETIC_EXAMPLE) for word in options["markets"].split(",")),
        days=positive(options["days"], "a number of days", SYNTHETIC_EXAMPLE),
        step_seconds=parse_duration(options["step"]),
        start_ms=DEFAULT_START,
    )
    _check_synthetic(setup, line)
    prices.other = SyntheticRecipe(setup)


def _check_synthetic(setup: SyntheticSetup, line: int) -> None:
    from engine.tapes.synthetic import SyntheticError, check

    try:
        check(setup)
    except SyntheticError as error:
        raise LineError(line, str(error), SYNTHETIC_EXAMPLE) from None


def _daily(prices: Prices, line: int, words: list[str]) -> None:
    _alone(prices, line, "daily")
    # Imported here: an inline script has no use for the synthetic market.
    from engine.tapes.daily import DailyError, number_of

    try:
        (word,) = words
        day = date.fromisoformat(word)
        number_of(day)
    except DailyError as error:
        raise WordsError(str(error), DAILY_EXAMPLE) from None
    except ValueError:
        raise WordsError("“daily” takes a date", DAILY_EXAMPLE) from None
    prices.other = DailyRecipe(day)


def _prices(prices: Prices, line: int, words: list[str]) -> None:
    _alone(prices, line, "prices")
    files = [word for word in words if "=" in word]
    if not files or words[: len(files)] != files:
        raise WordsError("“prices” takes a market and its file, joined by “=”", PRICES_EXAMPLE)
    pairs = tuple(_file(word) for word in files)
    if len(dict(pairs)) < len(pairs):
        raise WordsError("a market has two files", PRICES_EXAMPLE)
    if len(pairs) > MOST_MARKETS:
        raise WordsError(f"there are {len(pairs):,} markets", f"at most {MOST_MARKETS}")
    options = _options(words[len(files) :], ("from", "to"), PRICES_EXAMPLE)
    start, end = (parse_time(options[name]) if name in options else None for name in ("from", "to"))
    if start is not None and end is not None and end <= start:
        raise WordsError("the prices end before they start", PRICES_EXAMPLE)
    prices.other = PricesRecipe(pairs, start, end)


def _file(word: str) -> tuple[str, str]:
    market, _, file = word.partition("=")
    if not file:
        raise WordsError(f"“{short(word)}” names no file", PRICES_EXAMPLE)
    return symbol(market, PRICES_EXAMPLE), file


def _alone(prices: Prices, line: int, part: str) -> None:
    if prices.other is not None:
        before = max(prices.lines.get(("", name), 0) for name in ("synthetic", "daily", "prices"))
        raise WordsError(f"line {before} says already where the prices come from", "one of the two lines")
    prices.claim(line, "", part)


def _options(words: list[str], names: tuple[str, ...], example: str) -> dict[str, str]:
    """Pairs of a name and a word, each name once."""
    found: dict[str, str] = {}
    for place in range(0, len(words), 2):
        name = words[place].lower()
        if name not in names or name in found:
            raise WordsError(f"“{short(words[place])}” has no meaning here", example)
        if place + 1 == len(words):
            raise WordsError(f"“{name}” takes a word after it", example)
        found[name] = words[place + 1]
    return found


@dataclass(frozen=True)
class PriceLine:
    """How one kind of line is read: into the prices, with its line number and the words after its name."""

    example: str
    read: Callable[[Prices, int, list[str]], None]


PRICE_LINES = {
    "path": PriceLine(EXAMPLE, _path),
    "mark": PriceLine("mark ETH 2000 1950 1700", _mark),
    "premium": PriceLine(PREMIUM_EXAMPLE, _premium),
    "tick": PriceLine("tick ETH 0.01", _tick),
    "synthetic": PriceLine(SYNTHETIC_EXAMPLE, _synthetic),
    "daily": PriceLine(DAILY_EXAMPLE, _daily),
    "prices": PriceLine(PRICES_EXAMPLE, _prices),
}
