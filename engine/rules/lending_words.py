"""Words after `set` that lending venues share: utilisation of their pools, and one share an asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.assets import of_market
from engine.numbers import ONE
from engine.rulebooks.base import SetupError
from engine.rules.overrides import EVERY_MARKET, Setter, named, number

BASIS_POINT = Decimal("0.0001")


def share(text: str, name: str, example: str) -> Decimal:
    """A share such as `80%` or `0.8`, as a fraction from 0 to 1, in whole basis points."""
    value = number(text.removesuffix("%"), name, example) / (100 if text.endswith("%") else 1)
    if not 0 <= value <= ONE or value % BASIS_POINT:
        raise SetupError(f"{name} must be 0 % to 100 % in steps of 0.01 %, not {text[:32]}", example)
    return value


def asset_and_share(words: tuple[str, ...], name: str) -> tuple[str, Decimal]:
    """`80%` for every asset, or `ETH 80%`."""
    example = f"set {name} 80%, or set {name} ETH 80%"
    if len(words) not in (1, 2):
        raise SetupError(f"{name} wants a share, or an asset and a share", example)
    asset = named(words[0], example) if len(words) == 2 else EVERY_MARKET
    return asset, share(words[-1], name, example)


def shares_setter(name: str, attribute: str) -> Setter[Any]:
    """A setter of a table of shares by asset: `set NAME 80%`, `set NAME ETH 80%`. The last word holds."""

    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        asset, value = asset_and_share(words, name)
        known = {} if asset == EVERY_MARKET else getattr(parameters, attribute)
        return replace(parameters, **{attribute: MappingProxyType({**known, asset: value})})

    return setter


def maintenance_setter(attribute: str) -> Setter[Any]:
    """A setter of what the other venues call maintenance: `set maintenance ETH 20%` lets ETH cover 80 % of its worth.
    The table `attribute` holds what is covered."""

    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        asset, value = asset_and_share(words, "maintenance")
        if value == 0:
            raise SetupError("maintenance must be more than zero", "set maintenance 2%, or set maintenance ETH 20%")
        known = {} if asset == EVERY_MARKET else getattr(parameters, attribute)
        return replace(parameters, **{attribute: MappingProxyType({**known, asset: ONE - value})})

    return setter


def set_share(shares: Mapping[str, Decimal], asset: str, otherwise: Decimal) -> Decimal:
    """What was set for an asset, or for every one; else what the venue has."""
    value = of_market(shares, asset)
    return shares.get(EVERY_MARKET, otherwise) if value is None else value


def switch(words: tuple[str, ...], name: str) -> bool:
    """`on` or `off`."""
    if words not in (("on",), ("off",)):
        raise SetupError(f"{name} is on or off", f"set {name} on")
    return words == ("on",)
