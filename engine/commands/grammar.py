"""The command grammar: text → Command. `str` of a command is the way back.

The same words are typed at the `:` line, stored in a save, and written in a script:

    buy|sell SIZE SYMBOL [at PRICE | stop PRICE [limit PRICE] | take PRICE [limit PRICE] | trail PCT]
             [Nx] [iso|cross] [tp PRICE|PCT] [sl PRICE|PCT] [reduce] [post|ioc|fok]
    close SYMBOL [SIZE|PCT] [iso|cross] [long|short]      flatten      cancel ID|SYMBOL|all
    reverse SYMBOL [iso|cross] [long|short]
    protect SYMBOL [tp PRICE|PCT] [sl PRICE|PCT] [trail PCT] [iso|cross] [long|short]
    margin SYMBOL +AMOUNT|-AMOUNT [iso|cross] [long|short]
    leverage SYMBOL Nx      mode SYMBOL iso|cross      hedge on|off
    supply|withdraw|borrow|repay AMOUNT ASSET      (venues that lend)
    deposit AMOUNT [ASSET]      cash out AMOUNT      note TEXT      end

SIZE is base units (`0.5`), a notional (`$10000`) or a share of what could be opened, or is open (`25%`). Percentages
of `tp` and `sl` count from the price that was filled, or the entry of the position.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.commands.command import (
    Cancel,
    CashOut,
    Close,
    Command,
    CommandError,
    Deposit,
    End,
    Flatten,
    Hedge,
    Lend,
    LendingAction,
    Leverage,
    Margin,
    Note,
    Place,
    Protect,
    Reverse,
    SetMode,
    TimeInForce,
)
from engine.commands.words import SELECTORS, Words, short
from engine.market import valid_symbol
from engine.numbers import ONE
from engine.orders.order import OrderKind, Side

NOTE_LENGTH = 500
_KINDS: dict[str, OrderKind] = {"at": "limit", "stop": "stop", "take": "take", "trail": "trail"}
_TIMES: dict[str, TimeInForce] = {"post": "post", "ioc": "ioc", "fok": "fok"}
_LEGS = {"tp": "take_profit", "sl": "stop_loss"}

EXAMPLES = {
    "buy": "buy $10000 ETH 10x iso | buy 25% ETH tp 6% sl 2% | buy 1 ETH stop 2100 limit 2110 | buy 5 SOL at 90 post",
    "sell": "sell 25 SOL at 104 5x sl 120 | sell 1 ETH trail 2% reduce | sell 1 ETH take 2400 limit 2390 reduce | "
    "sell 5 SOL at 99 ioc | sell 5 SOL at 99 fok",
    "close": "close ETH | close ETH 50% | close ETH iso long",
    "reverse": "reverse ETH",
    "protect": "protect ETH tp 2400 sl 1900 | protect ETH tp 6% sl 2% | protect ETH trail 2%",
    "flatten": "flatten",
    "cancel": "cancel c12 | cancel ETH | cancel all",
    "margin": "margin ETH +100 | margin ETH -50 iso",
    "leverage": "leverage ETH 10x",
    "mode": "mode ETH cross",
    "hedge": "hedge on | hedge off",
    "deposit": "deposit 1000",
    "supply": "supply 1 ETH",
    "withdraw": "withdraw 0.5 ETH",
    "borrow": "borrow 1000 USDC",
    "repay": "repay 1000 USDC",
    "cash": "cash out 500",
    "note": "note I should have used a stop",
    "end": "end",
}
"""Commands of each kind that work, by their first word."""

_EXAMPLE = {verb: examples.split(" | ")[0] for verb, examples in EXAMPLES.items()}


def parse(text: str) -> Command:
    """The command that `text` spells. Words may be in any case; symbols are upper-cased.

    Raises:
        CommandError: when it is none, saying which word is wrong and what would work.
    """
    if not text.isprintable():
        raise CommandError("a command is one line of printable text", _EXAMPLE["buy"])
    words = Words(text.split(), _EXAMPLE)
    verb = words.take("a command").lower()
    if verb not in _PARSERS:
        raise CommandError(f"“{short(verb)}” is not a command", ", ".join(EXAMPLES))
    words.verb = verb
    command = _PARSERS[verb](words)
    words.finish()
    return command


def _is_leverage(word: str) -> bool:
    return word[:1].isdigit() and word.endswith("x")


def _place(words: Words) -> Command:
    side: Side = "buy" if words.verb == "buy" else "sell"
    size, symbol = words.size(), words.symbol()
    said: dict[str, Any] = {}
    while word := words.peek():
        if word in _KINDS and "kind" not in said:
            said |= _when(words)
        elif word == "limit":
            raise words.wrong("“limit” comes after stop or take", f"{words.verb} {size} {symbol} at PRICE")
        elif word in _LEGS and not {_LEGS[word], f"{_LEGS[word]}_share"} & said.keys():
            said |= _leg(words, side)
        elif "mode" not in said and (mode := words.mode_if_next()):
            said["mode"] = mode
        elif _is_leverage(word) and "leverage" not in said:
            said["leverage"] = words.leverage(words.take("a leverage"))
        elif word == "reduce" and "reduce_only" not in said:
            said["reduce_only"] = words.take(word) != ""
        elif word in _TIMES and "time_in_force" not in said:
            said["time_in_force"] = _TIMES[words.take(word).lower()]
        else:
            raise words.meaningless()
    command = Place(side, size, symbol, **said)
    _check_together(words, command)
    return command


def _when(words: Words) -> dict[str, Any]:
    """When an order trades: at a limit, behind a trigger with or without a limit, or behind a trailing one."""
    kind = _KINDS[words.take("at, stop, take or trail").lower()]
    if kind == "trail":
        return {"kind": kind, "trail": words.share("a percentage such as 2%", ONE)}
    said: dict[str, Any] = {"kind": kind, "price": words.positive("a price")}
    if kind != "limit" and words.peek() == "limit":
        words.take("limit")
        said["limit"] = words.positive("a price")
    return said


def _leg(words: Words, side: Side | None) -> dict[str, Decimal]:
    """A take profit or a stop, by its price or by its distance from the entry."""
    word = words.take("tp or sl").lower()
    if not words.peek().endswith("%"):
        return {_LEGS[word]: words.positive("a price")}
    falls = (side == "sell") == (word == "tp") and side is not None
    what = f"{word} as a percentage such as 2%"
    return {f"{_LEGS[word]}_share": words.share(what, ONE) if falls else words.share(what)}


def _check_together(words: Words, command: Place) -> None:
    """Refuse words that make no sense side by side."""
    plainly = f"{command.side} {command.size} {command.symbol}"
    legs = (command.take_profit, command.take_profit_share, command.stop_loss, command.stop_loss_share)
    if command.reduce_only and any(leg is not None for leg in legs):
        raise words.wrong("an order that only reduces can’t carry tp or sl", f"{plainly} reduce")
    if command.time_in_force != "gtc" and command.kind != "limit":
        word = command.time_in_force
        raise words.wrong(f"“{word}” goes with “at” and a price", f"{plainly} at PRICE {word}")


def _protect(words: Words) -> Command:
    symbol, said = words.symbol(), dict[str, Any]()
    while word := words.peek():
        if word in _LEGS and not {_LEGS[word], f"{_LEGS[word]}_share"} & said.keys():
            said |= _leg(words, None)
        elif word == "trail" and "trail" not in said:
            words.take(word)
            said["trail"] = words.share("a percentage such as 2%", ONE)
        else:
            break
    if not said:
        raise words.meaningless() if words.words else words.wrong("tp, sl or trail is missing")
    mode, position_side = words.selector()
    return Protect(symbol, **said, mode=mode, position_side=position_side)


def _close(words: Words) -> Command:
    symbol, before = words.symbol(), list[str]()
    while words.peek() in SELECTORS:  # before the size or behind it
        before.append(words.take("a side or a mode"))
    size = words.size() if words.words else None
    words.words = [*before, *words.words]
    return Close(symbol, size, *words.selector())


def _reverse(words: Words) -> Command:
    return Reverse(words.symbol(), *words.selector())


def _cancel(words: Words) -> Command:
    target = words.take("an order, a market or “all”")
    if target.lower() == "all":
        return Cancel("all")
    if not valid_symbol(target):
        raise words.wrong(f"“{short(target)}” is neither an order nor a market")
    id_like = target[0] in "cC" and target[1:2].isdigit()  # a market may be called so too: then capitals mean it
    return Cancel(target.lower() if id_like and not target.isupper() else target.upper())


def _margin(words: Words) -> Command:
    symbol, word = words.symbol(), words.take("an amount such as +100")
    if word[0] not in "+-":
        raise words.wrong(f"say whether to add or to take out: +{short(word)} or -{short(word)}")
    amount = words.number(word[0] + word[1:].removeprefix("$"), "an amount such as +100")
    if amount == 0:
        raise words.wrong("the amount is zero")
    return Margin(symbol, amount, *words.selector())


def _hedge(words: Words) -> Command:
    word = words.take("on or off")
    if word.lower() not in ("on", "off"):
        raise words.wrong(f"“{short(word)}” is neither on nor off")
    return Hedge(word.lower() == "on")


def _cash(words: Words) -> Command:
    if words.take("“out”").lower() != "out":
        raise words.wrong("“cash” is followed by “out”")
    return CashOut(_amount(words))


def _lend(words: Words, action: LendingAction) -> Command:
    amount = _amount(words)
    return Lend(action, amount, words.symbol())


def _amount(words: Words) -> Decimal:
    return words.positive("an amount", words.take("an amount").removeprefix("$"))


def _note(words: Words) -> Command:
    if not words.words:
        raise words.wrong("the note is empty")
    text, words.words = " ".join(words.words), []
    if len(text) > NOTE_LENGTH:
        raise words.wrong(f"a note has at most {NOTE_LENGTH} characters")
    return Note(text)


_PARSERS: dict[str, Callable[[Words], Command]] = {
    "buy": _place,
    "sell": _place,
    "close": _close,
    "reverse": _reverse,
    "protect": _protect,
    "flatten": lambda words: Flatten(),
    "cancel": _cancel,
    "margin": _margin,
    "leverage": lambda words: Leverage(words.symbol(), words.leverage(words.take("a leverage"))),
    "mode": lambda words: SetMode(words.symbol(), words.mode()),
    "hedge": _hedge,
    "deposit": lambda words: Deposit(_amount(words), words.symbol() if words.words else None),
    "supply": lambda words: _lend(words, "supply"),
    "withdraw": lambda words: _lend(words, "withdraw"),
    "borrow": lambda words: _lend(words, "borrow"),
    "repay": lambda words: _lend(words, "repay"),
    "cash": _cash,
    "note": _note,
    "end": lambda words: End(),
}
