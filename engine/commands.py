"""The command grammar: text ⇄ Command, both ways.

The same words are typed at the `:` line, stored in a save, and written in a script:

    buy|sell SIZE SYMBOL [at PRICE | stop PRICE | take PRICE] [Nx] [iso|cross] [tp PRICE] [sl PRICE] [reduce]
    close SYMBOL [SIZE|PCT]      flatten      cancel ID|SYMBOL|all
    margin SYMBOL +AMOUNT|-AMOUNT      leverage SYMBOL Nx      mode SYMBOL iso|cross
    deposit AMOUNT [ASSET]      cash out AMOUNT      note TEXT      end
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.account import Mode
from engine.market import valid_symbol
from engine.numbers import exact, plain
from engine.orders import OrderKind, Side

NOTE_LENGTH = 500
LARGEST_NUMBER = Decimal("1e15")
Unit = Literal["base", "quote", "percent"]


class CommandError(ValueError):
    """A text that is no command. The message says what is wrong, `would_work` an example that isn't."""

    def __init__(self, message: str, would_work: str) -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work = message, would_work


@dataclass(frozen=True, slots=True)
class Size:
    """How much: `0.5` base units, `$10000` of notional, or `25%` of what could be opened (or is open, to close)."""

    amount: Decimal
    unit: Unit

    def __str__(self) -> str:
        number = plain(self.amount)
        return {"base": number, "quote": f"${number}", "percent": f"{number}%"}[self.unit]


@dataclass(frozen=True, slots=True)
class Place:
    """Buy or sell."""

    side: Side
    size: Size
    symbol: str
    kind: OrderKind = "market"
    price: Decimal | None = None
    leverage: int | None = None
    mode: Mode | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    reduce_only: bool = False

    def __str__(self) -> str:
        words = [self.side, str(self.size), self.symbol]
        if self.price is not None:
            words += [{"limit": "at", "stop": "stop", "take": "take"}[self.kind], plain(self.price)]
        words += [f"{self.leverage}x"] if self.leverage else []
        words += [MODE_WORDS[self.mode]] if self.mode else []
        words += ["tp", plain(self.take_profit)] if self.take_profit is not None else []
        words += ["sl", plain(self.stop_loss)] if self.stop_loss is not None else []
        return " ".join(words + (["reduce"] if self.reduce_only else []))


@dataclass(frozen=True, slots=True)
class Close:
    """Close a position, wholly or in part, at the market."""

    symbol: str
    size: Size | None = None

    def __str__(self) -> str:
        return f"close {self.symbol}" + (f" {self.size}" if self.size else "")


@dataclass(frozen=True, slots=True)
class Flatten:
    """Close every position and cancel every order."""

    def __str__(self) -> str:
        return "flatten"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel one order by its id, a market's by its symbol, or `all`."""

    target: str

    def __str__(self) -> str:
        return f"cancel {self.target}"


@dataclass(frozen=True, slots=True)
class Margin:
    """Move margin from the wallet into an isolated position's pool, or back (negative)."""

    symbol: str
    amount: Decimal

    def __str__(self) -> str:
        return f"margin {self.symbol} {'+' if self.amount > 0 else ''}{plain(self.amount)}"


@dataclass(frozen=True, slots=True)
class Leverage:
    """Choose the leverage that a market's initial margin is judged by."""

    symbol: str
    leverage: int

    def __str__(self) -> str:
        return f"leverage {self.symbol} {self.leverage}x"


@dataclass(frozen=True, slots=True)
class SetMode:
    """Choose the margin mode of a market's next orders."""

    symbol: str
    mode: Mode

    def __str__(self) -> str:
        return f"mode {self.symbol} {MODE_WORDS[self.mode]}"


@dataclass(frozen=True, slots=True)
class Deposit:
    """Put money into the wallet: the quote asset, unless one is named."""

    amount: Decimal
    asset: str | None = None

    def __str__(self) -> str:
        return f"deposit {plain(self.amount)}" + (f" {self.asset}" if self.asset else "")


@dataclass(frozen=True, slots=True)
class CashOut:
    """Take money out of the wallet."""

    amount: Decimal

    def __str__(self) -> str:
        return f"cash out {plain(self.amount)}"


@dataclass(frozen=True, slots=True)
class Note:
    """Write something down."""

    text: str

    def __str__(self) -> str:
        return f"note {self.text}"


@dataclass(frozen=True, slots=True)
class End:
    """End the session; open positions stay as they are, marked."""

    def __str__(self) -> str:
        return "end"


Command = Place | Close | Flatten | Cancel | Margin | Leverage | SetMode | Deposit | CashOut | Note | End

MODE_WORDS: dict[Mode, str] = {"isolated": "iso", "cross": "cross"}
_MODES: dict[str, Mode] = {"iso": "isolated", "isolated": "isolated", "cross": "cross"}
_KINDS: dict[str, OrderKind] = {"at": "limit", "stop": "stop", "take": "take"}

EXAMPLES = {
    "buy": "buy $10000 ETH 10x iso",
    "sell": "sell 25 SOL at 104 5x sl 120",
    "close": "close ETH 50%",
    "flatten": "flatten",
    "cancel": "cancel c12 | cancel ETH | cancel all",
    "margin": "margin ETH +100",
    "leverage": "leverage ETH 10x",
    "mode": "mode ETH cross",
    "deposit": "deposit 1000",
    "cash": "cash out 500",
    "note": "note I should have used a stop",
    "end": "end",
}
"""One command of each kind that works, by its first word."""


def parse(text: str) -> Command:
    """The command that `text` spells. Words may be in any case; symbols are upper-cased.

    Raises:
        CommandError: when it is none, saying which word is wrong and what would work.
    """
    if not text.isprintable():
        raise CommandError("a command is one line of printable text", EXAMPLES["buy"])
    words = _Words(text.split())
    verb = words.take("a command").lower()
    if verb not in _PARSERS:
        raise CommandError(f"“{_short(verb)}” is not a command", ", ".join(EXAMPLES))
    words.verb = verb
    command = _PARSERS[verb](words)
    words.finish()
    return command


def _short(word: str) -> str:
    return word if len(word) <= 32 else word[:31] + "…"


class _Words:
    """The words not read yet, and refusals that name the one at fault."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.verb = words, "buy"

    def wrong(self, message: str) -> CommandError:
        return CommandError(message, EXAMPLES[self.verb])

    def take(self, what: str) -> str:
        if not self.words:
            raise self.wrong(f"{what} is missing")
        return self.words.pop(0)

    def peek(self) -> str:
        return self.words[0].lower() if self.words else ""

    def finish(self) -> None:
        if self.words:
            raise self.wrong(f"“{_short(self.words[0])}” has no meaning here")

    def symbol(self) -> str:
        word = self.take("a market")
        if not valid_symbol(word):
            raise self.wrong(f"“{_short(word)}” can’t be a market")
        return word.upper()

    def number(self, word: str, what: str) -> Decimal:
        try:
            value = exact(word.replace(",", "").replace("_", ""))
        except ValueError:
            raise self.wrong(f"“{_short(word)}” is not {what}") from None
        if value.copy_abs() > LARGEST_NUMBER or value.as_tuple().exponent < -18:  # type: ignore[operator]
            raise self.wrong(f"“{_short(word)}” is out of range for {what}")
        return value

    def positive(self, what: str, word: str | None = None) -> Decimal:
        text = self.take(what) if word is None else word
        value = self.number(text, what)
        if value <= 0:
            raise self.wrong(f"{what} must be more than zero, not {_short(text)}")
        return value

    def size(self, word: str | None = None) -> Size:
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
        text = word.lower().removesuffix("x")
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):
            raise self.wrong(f"“{_short(word)}” is not a leverage such as 10x")
        return int(text)

    def mode(self) -> Mode:
        word = self.take("iso or cross")
        if word.lower() not in _MODES:
            raise self.wrong(f"“{_short(word)}” is neither iso nor cross")
        return _MODES[word.lower()]


def _is_leverage(word: str) -> bool:
    return word[:1].isdigit() and word.endswith("x")


def _place(words: _Words) -> Command:
    side: Side = "buy" if words.verb == "buy" else "sell"
    size, symbol = words.size(), words.symbol()
    kind: OrderKind = "market"
    price: Decimal | None = None
    leverage: int | None = None
    mode: Mode | None = None
    legs: dict[str, Decimal] = {}
    reduce_only = False
    while word := words.peek():
        if word in _KINDS and price is None:
            words.take(word)
            kind, price = _KINDS[word], words.positive("a price")
        elif word in ("tp", "sl") and word not in legs:
            words.take(word)
            legs[word] = words.positive("a price")
        elif word in _MODES and mode is None:
            mode = words.mode()
        elif _is_leverage(word) and leverage is None:
            leverage = words.leverage(words.take("a leverage"))
        elif word == "reduce" and not reduce_only:
            words.take(word)
            reduce_only = True
        else:
            raise words.wrong(f"“{_short(words.words[0])}” has no meaning here")
    if reduce_only and legs:
        raise words.wrong("an order that only reduces can’t carry tp or sl")
    return Place(side, size, symbol, kind, price, leverage, mode, legs.get("tp"), legs.get("sl"), reduce_only)


def _close(words: _Words) -> Command:
    symbol = words.symbol()
    return Close(symbol, words.size() if words.words else None)


def _cancel(words: _Words) -> Command:
    target = words.take("an order, a market or “all”")
    if target.lower() == "all":
        return Cancel("all")
    if not valid_symbol(target):
        raise words.wrong(f"“{_short(target)}” is neither an order nor a market")
    return Cancel(target.lower() if target.lower().startswith("c") and target[1:2].isdigit() else target.upper())


def _margin(words: _Words) -> Command:
    symbol, word = words.symbol(), words.take("an amount such as +100")
    if word[0] not in "+-":
        raise words.wrong(f"say whether to add or to take out: +{_short(word)} or -{_short(word)}")
    amount = words.number(word[0] + word[1:].removeprefix("$"), "an amount such as +100")
    if amount == 0:
        raise words.wrong("the amount is zero")
    return Margin(symbol, amount)


def _cash(words: _Words) -> Command:
    if words.take("“out”").lower() != "out":
        raise words.wrong("“cash” is followed by “out”")
    return CashOut(_amount(words))


def _amount(words: _Words) -> Decimal:
    return words.positive("an amount", words.take("an amount").removeprefix("$"))


def _note(words: _Words) -> Command:
    if not words.words:
        raise words.wrong("the note is empty")
    text, words.words = " ".join(words.words), []
    if len(text) > NOTE_LENGTH:
        raise words.wrong(f"a note has at most {NOTE_LENGTH} characters")
    return Note(text)


_PARSERS: dict[str, Callable[[_Words], Command]] = {
    "buy": _place,
    "sell": _place,
    "close": _close,
    "flatten": lambda words: Flatten(),
    "cancel": _cancel,
    "margin": _margin,
    "leverage": lambda words: Leverage(words.symbol(), words.leverage(words.take("a leverage"))),
    "mode": lambda words: SetMode(words.symbol(), words.mode()),
    "deposit": lambda words: Deposit(_amount(words), words.symbol() if words.words else None),
    "cash": _cash,
    "note": _note,
    "end": lambda words: End(),
}
