"""Reading the words after `set NAME` in a set-up. Each function raises SetupError with what would work."""

from __future__ import annotations

from decimal import Decimal

from engine.market import valid_symbol
from engine.numbers import exact
from engine.rulebooks.base import SetupError


def number(text: str, name: str, example: str) -> Decimal:
    """The number that `text` spells, between 1e-12 and 1e16 or zero."""
    try:
        value = exact(text)
    except ValueError:
        raise SetupError(f"“{text[:32]}” is not a number for {name}", example) from None
    if value and not -12 <= value.adjusted() <= 15:
        raise SetupError(f"“{text[:32]}” is out of range for {name}", example)
    return value


def fraction(text: str, name: str) -> Decimal:
    """A rate such as `0.5%` or `0.005`, as a fraction: at least 0, below 1."""
    example = f"set {name} 0.5%"
    value = number(text.removesuffix("%"), name, example) / (100 if text.endswith("%") else 1)
    if not 0 <= value < 1:
        raise SetupError(f"{name} must be at least 0 % and below 100 %, not {text[:32]}", example)
    return value


def named(text: str, example: str) -> str:
    """The market that `text` names."""
    if not valid_symbol(text):
        raise SetupError(f"“{text[:32]}” can’t be a market", example)
    return text.upper()


def only(words: tuple[str, ...], count: int, example: str) -> None:
    """Refuse surplus or missing words."""
    if len(words) != count:
        raise SetupError(f"{count} {'word' if count == 1 else 'words'} expected, not {len(words)}", example)
