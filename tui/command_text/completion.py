"""What may come next at the `:` line: the words that Tab completes, and a hint where there are too many to name.

`engine.commands.grammar` decides what a command is; this only knows in which order its words come. A test holds the two
together: every example of the grammar must be reachable, word by word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.commands.grammar import EXAMPLES
from engine.script.moves import EVENT_KINDS, MOVE_EXAMPLES
from tui.words.plain import harmless

Slot = Literal[
    "size", "symbol", "price", "leg", "share", "leverage", "mode", "amount", "more", "order", "asset", "on", "text"
]
"""What one word is: `leg` is a price or a percentage, `more` an amount with its sign, `order` what can be cancelled."""

HINTS: Mapping[Slot, str] = {
    "size": "how much: 0.5, $1000 or 25%",
    "price": "a price",
    "leg": "a price, or a distance such as 2%",
    "share": "a percentage such as 2%",
    "leverage": "a leverage such as 10x",
    "amount": "an amount such as 1000",
    "more": "an amount with its sign: +100 adds, -100 takes out",
    "text": "your words",
}
LENDING = ("supply", "withdraw", "borrow", "repay")
SELECTORS = ("iso", "cross", "long", "short")


@dataclass(frozen=True, slots=True)
class Known:
    """What words can be about: the markets, the ids of waiting orders, whether longs and shorts are kept apart, and the
    assets that the venue lends."""

    symbols: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    hedged: bool = False
    assets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand in the place of the last word, or after it.

    Attributes:
        kept: the text before it.
        words: what Tab puts there, in order.
        hint: the same in words for the player, empty where the last word fits nothing.
        unfinished: whether the last word is only the beginning of one.
    """

    kept: str
    words: tuple[str, ...]
    hint: str
    unfinished: bool


@dataclass(frozen=True, slots=True)
class _Usage:
    """A command's words: those in a fixed order, then any of `options`, each with what must follow it.

    `then` says which further options an option brings with it, `next_only` which of those must follow it at once.
    `loose` is a word of no fixed form among them, `leads` whether that comes first or not at all; `late` are options
    that come last, after another.
    """

    fixed: tuple[Slot, ...] = ()
    options: Mapping[str, Slot | None] = field(default_factory=dict)
    then: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    next_only: tuple[str, ...] = ()
    loose: Slot | None = None
    leads: bool = False
    late: tuple[str, ...] = ()


_LEGS: dict[str, Slot | None] = {"tp": "leg", "sl": "leg"}
_SELECTED: dict[str, Slot | None] = dict.fromkeys(SELECTORS)
_ORDER = _Usage(
    ("size", "symbol"),
    {"at": "price", "stop": "price", "take": "price", "trail": "share", **_LEGS}
    | dict.fromkeys(("iso", "cross", "reduce")),
    {"stop": ("limit",), "take": ("limit",), "at": ("post", "ioc", "fok")},
    ("limit",),
    "leverage",
)
USAGES: Mapping[str, _Usage] = {
    "buy": _ORDER,
    "sell": _ORDER,
    "close": _Usage(("symbol",), _SELECTED, loose="size", leads=True),
    "reverse": _Usage(("symbol",), _SELECTED),
    "protect": _Usage(("symbol",), {**_LEGS, "trail": "share", **_SELECTED}, late=SELECTORS),
    "flatten": _Usage(),
    "cancel": _Usage(("order",)),
    "margin": _Usage(("symbol", "more"), _SELECTED),
    "leverage": _Usage(("symbol", "leverage")),
    "mode": _Usage(("symbol", "mode")),
    "hedge": _Usage(("on",)),
    "deposit": _Usage(("amount",)),
    **dict.fromkeys(LENDING, _Usage(("amount", "asset"))),
    "cash": _Usage(("amount",)),
    "note": _Usage(("text",)),
    "end": _Usage(),
}
_BROUGHT: Mapping[str, Slot] = {"limit": "price"}
_APART = (
    ("at", "stop", "take", "trail"),
    ("iso", "cross"),
    ("long", "short"),
    ("post", "ioc", "fok"),
    ("tp", "reduce"),
    ("sl", "reduce"),
)
"""Options that exclude each other."""


def completion(text: str, known: Known) -> Completion:
    """What may come next after `text`."""
    words = text.split()
    last = "" if not words or text[-1:].isspace() else words.pop()
    allowed, hint = _after(words, known)
    if not last:
        return Completion(text, allowed, _told(allowed, hint), False)
    kept = text[: len(text) - len(last)]
    fitting = tuple(word for word in allowed if word.lower().startswith(last.lower()) and word.lower() != last.lower())
    if last.lower() in (word.lower() for word in allowed) or not fitting:
        return Completion(kept, fitting, _next_hint(words, last, allowed, hint, known), False)
    return Completion(kept, fitting, _told(fitting, ""), True)


def _next_hint(words: list[str], last: str, allowed: Sequence[str], hint: str, known: Known) -> str:
    """What comes after a word that is complete; nothing where the word itself is none that could stand there."""
    if allowed and not hint and last.lower() not in (word.lower() for word in allowed):
        return ""
    return _told(*_after([*words, last], known))


def _told(words: Sequence[str], hint: str) -> str:
    named = "  ".join(harmless(word, 24) for word in words)
    return "   ".join(each for each in (hint, named) if each)


def _after(words: list[str], known: Known) -> tuple[tuple[str, ...], str]:
    """What may follow complete words: those that can be named, and a hint for those that can't."""
    if not words:
        return tuple(verb for verb in EXAMPLES if known.assets or verb not in LENDING), ""
    verb = words[0].lower()
    if verb == "@":
        return ((*sorted(EVENT_KINDS), "end"), MOVE_EXAMPLES) if len(words) == 1 else ((), "")
    usage, rest = USAGES.get(verb, _Usage()), [word.lower() for word in words[1:]]
    if verb == "cash":
        if not rest:
            return ("out",), ""
        rest = rest[1:]
    if len(rest) < len(usage.fixed):
        return _slot(usage.fixed[len(rest)], known)
    return _options(usage, rest[len(usage.fixed) :], known)


def _options(usage: _Usage, rest: list[str], known: Known) -> tuple[tuple[str, ...], str]:
    """What may follow among a command's options, after those that were said."""
    options, left, said = dict(usage.options), list(rest), False
    loose = usage.loose
    while left:
        word = left.pop(0)
        named = word in options
        slot = options.pop(word, None)
        if slot is not None:
            if not left:
                return _slot(slot, known)
            left.pop(0)
        options = _still(usage, options, word)
        loose = None if not named or usage.leads else loose
        said = said or named
    gone = set() if known.hedged else {"long", "short"}
    gone |= set(usage.late) if usage.late and not said else set()
    return tuple(each for each in options if each not in gone), HINTS[loose] if loose else ""


def _still(usage: _Usage, options: dict[str, Slot | None], word: str) -> dict[str, Slot | None]:
    """The options that are left after `word`."""
    brought = {each: _BROUGHT.get(each) for each in usage.then.get(word, ())}
    apart = {each for group in _APART if word in group for each in group} | set(usage.next_only)
    if word in usage.late:
        apart |= usage.options.keys() - set(usage.late)
    return {**brought, **{each: slot for each, slot in options.items() if each not in apart}}


def _slot(slot: Slot, known: Known) -> tuple[tuple[str, ...], str]:
    named: Mapping[Slot, tuple[str, ...]] = {
        "symbol": known.symbols,
        "asset": known.assets,
        "mode": ("iso", "cross"),
        "on": ("on", "off"),
        "order": ("all", *known.symbols, *known.orders),
    }
    return named.get(slot, ()), HINTS.get(slot, "")
