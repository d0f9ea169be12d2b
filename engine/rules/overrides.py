"""Reading the words after `set NAME` in a set-up. Each function raises SetupError with what would work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar

from engine.assets import of_market
from engine.market import valid_symbol
from engine.numbers import exact
from engine.rulebooks.base import SetupError

LARGEST_LEVERAGE = 1000
EVERY_MARKET = "*"

Parameters = TypeVar("Parameters")
Setter = Callable[[Parameters, tuple[str, ...]], Parameters]
"""Takes the words after the name, and gives the parameters with that one changed."""


def overridden(
    parameters: Parameters,
    setters: Mapping[str, Setter[Parameters]],
    overrides: tuple[tuple[str, ...], ...],
    venue: str,
) -> Parameters:
    """A venue's parameters with `overrides` applied in order, each by the setter of its first word."""
    for name, *words in overrides:
        if name not in setters or not words:
            known = ", ".join(f"set {each} …" for each in setters)
            raise SetupError(f"{venue} has no parameter “{name}” to set so", known)
        parameters = setters[name](parameters, tuple(words))
    return parameters


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


def whole_leverage(text: str, name: str, example: str) -> int:
    """The whole number that `25x` or `25` spells."""
    digits = text.lower().removesuffix("x")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4 and 1 <= int(digits) <= LARGEST_LEVERAGE):
        raise SetupError(f"{name} wants 1x to {LARGEST_LEVERAGE}x, not “{text[:32]}”", example)
    return int(digits)


def set_flat_maintenance(parameters: Any, words: tuple[str, ...]) -> Any:
    """`set maintenance 0.5%`, or of one market: one rate in place of its tiers, in the field `flat_maintenance`."""
    example = "set maintenance 0.5%, or set maintenance ETH 1%"
    only(words, 2 if len(words) == 2 else 1, example)
    market = named(words[0], example) if len(words) == 2 else EVERY_MARKET
    value = fraction(words[-1], "maintenance")
    if value == 0:
        raise SetupError("maintenance must be more than zero", example)
    return replace(parameters, flat_maintenance=MappingProxyType({**parameters.flat_maintenance, market: value}))


def flat_rate(flat: Mapping[str, Decimal], symbol: str) -> Decimal | None:
    """The one maintenance rate that was set for a market, or for every one; None where its tiers hold."""
    rate = of_market(flat, symbol)
    return flat.get(EVERY_MARKET) if rate is None else rate


def rate_setter(name: str, attribute: str) -> Setter[Any]:
    """A setter of one rate: `set NAME 0.5%`."""

    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        only(words, 1, f"set {name} 0.5%")
        return replace(parameters, **{attribute: fraction(words[0], name)})

    return setter


def capital_setter(name: str, attribute: str) -> Setter[Any]:
    """A setter of what a fund starts with: `set NAME 50000`."""

    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        example = f"set {name} 50000"
        only(words, 1, example)
        capital = number(words[0].removeprefix("$").replace(",", ""), name, example)
        if capital < 0:
            raise SetupError(f"the {name} can’t start below zero", example)
        return replace(parameters, **{attribute: capital})

    return setter
