"""Drift's numbers, and what of them `set` can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from engine.assets import base_asset, of_market
from engine.numbers import ONE, ZERO
from engine.rulebooks.base import SetupError
from engine.rulebooks.data.drift_v2_markets import COINS, INSURED, OTHER_COIN, OTHER_PERP, PERPS, Coin, Perp, Tier
from engine.rules.overrides import (
    Setter,
    flat_rate,
    fraction,
    named,
    number,
    only,
    rate_setter,
    set_flat_maintenance,
)
from engine.rules.weights import MarketWeights, Weights

LONGEST = 255
"""Slots of a liquidation at most: the program keeps them in a byte."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers of 2026-11-22; `set NAME VALUE` overrides one. Rates are fractions, money in quote units,
    times in slots of 400 ms.

    Attributes:
        profit_weight, profit_cap: what open profit counts for at opening, and up to how much a position.
        begins_with, duration: the share of a shortage that is freed at once, and the slots until all of it may be.
        every: how often a liquidator comes.
        optimal, optimal_rate, largest_rate: utilisation at the kink, borrow rate a year there and at 100 %.
    """

    perps: Mapping[str, Perp] = field(default_factory=lambda: PERPS)
    coins: Mapping[str, Coin] = field(default_factory=lambda: COINS)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    high_leverage: bool = False
    profit_weight: Decimal = ONE
    profit_cap: Decimal = Decimal(100)
    buffer: Decimal = Decimal("0.02")
    begins_with: Decimal = Decimal("0.2")
    duration: int = 150
    every: int = 15
    optimal: Decimal = Decimal("0.8")
    optimal_rate: Decimal = Decimal("0.1")
    largest_rate: Decimal = ONE
    utilisation: Decimal = Decimal("0.5")
    taker: Decimal = Decimal("0.001")
    maker_rebate: Decimal = Decimal("0.0002")
    insured: Mapping[Tier, Decimal] = field(default_factory=lambda: INSURED)

    def perp(self, symbol: str) -> Perp:
        """A perpetual; a flat maintenance rate takes the place of its own, whatever the size."""
        stated, rate = of_market(self.perps, symbol) or OTHER_PERP, flat_rate(self.flat_maintenance, symbol)
        if rate is None:
            return stated
        high = (max(stated.high[0], rate), rate) if stated.high else None
        return replace(stated, initial=max(stated.initial, rate), maintenance=rate, factor=ZERO, high=high)

    def coin(self, symbol: str) -> Coin:
        """A coin; a flat maintenance rate takes the place of what its maintenance weights don't count."""
        stated, rate = of_market(self.coins, symbol) or OTHER_COIN, flat_rate(self.flat_maintenance, symbol)
        if rate is None:
            return stated
        initial = stated.weights.initial
        first = Weights(min(initial.long, ONE - rate), max(initial.short, ONE + rate))
        return replace(stated, weights=MarketWeights(first, Weights(ONE - rate, ONE + rate)), factor=ZERO)


def _set_perp(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set perp BTC 20% 10%`: initial and maintenance ratio; high-leverage mode has none of its own then."""
    example = "set perp BTC 20% 10%"
    only(words, 3, example)
    symbol, initial, maintenance = named(words[0], example), *(fraction(each, "perp") for each in words[1:])
    if not initial > maintenance > 0:
        raise SetupError("the initial ratio must be more than the maintenance ratio, and that above zero", example)
    changed = replace(parameters.perp(symbol), initial=initial, maintenance=maintenance, high=None)
    return replace(parameters, perps=MappingProxyType({**parameters.perps, base_asset(symbol): changed}))


def _set_fee(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set liquidator-fee BTC 2%`."""
    example = "set liquidator-fee BTC 2%"
    only(words, 2, example)
    symbol, fee = named(words[0], example), fraction(words[1], "liquidator-fee")
    if fee >= parameters.perp(symbol).maintenance:
        raise SetupError("the liquidator’s fee must be less than the maintenance ratio", example)
    changed = replace(parameters.perp(symbol), liquidator_fee=fee)
    return replace(parameters, perps=MappingProxyType({**parameters.perps, base_asset(symbol): changed}))


def _set_margin(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set margin high-leverage`, or `set margin standard`."""
    if words not in (("high-leverage",), ("standard",)):
        raise SetupError(f"drift_v2 has no margin “{' '.join(words)[:32]}”", "set margin high-leverage")
    return replace(parameters, high_leverage=words == ("high-leverage",))


def _set_duration(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set duration 60`: slots until all of a shortage may be freed; 0 frees all at once."""
    example = "set duration 60"
    only(words, 1, example)
    if not (words[0].isascii() and words[0].isdigit() and int(words[0][:4]) <= LONGEST):
        raise SetupError(f"duration wants 0 to {LONGEST} slots, not “{words[0][:32]}”", example)
    return replace(parameters, duration=int(words[0]))


def _set_insurance(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set insurance-fund A 5000`: what markets of a tier may draw."""
    example = "set insurance-fund A 5000"
    only(words, 2, example)
    tier: Tier | None = next((each for each in INSURED if each == words[0].lower()), None)
    capital = number(words[1].removeprefix("$").replace(",", ""), "insurance-fund", example)
    if tier is None or capital < 0:
        raise SetupError("insurance-fund wants a tier (A, B, C, speculative) and money, not below zero", example)
    return replace(parameters, insured=MappingProxyType({**parameters.insured, tier: capital}))


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "perp": _set_perp,
        "maintenance": set_flat_maintenance,
        "margin": _set_margin,
        "buffer": rate_setter("buffer", "buffer"),
        "begins-with": rate_setter("begins-with", "begins_with"),
        "duration": _set_duration,
        "liquidator-fee": _set_fee,
        "insurance-fund": _set_insurance,
        "utilisation": rate_setter("utilisation", "utilisation"),
        "taker": rate_setter("taker", "taker"),
        "maker-rebate": rate_setter("maker-rebate", "maker_rebate"),
    }
)
"""What `set` can change, by name."""
