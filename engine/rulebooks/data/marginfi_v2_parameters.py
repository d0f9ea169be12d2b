"""marginfi's numbers, and the words after `set` that change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.assets import of_market
from engine.numbers import EXACT, ONE, ZERO
from engine.rulebooks.base import SetupError
from engine.rulebooks.data.marginfi_v2_banks import BANKS, QUOTE_BANK, UNLISTED, Bank
from engine.rules.lending import QUOTE
from engine.rules.lending_words import set_share, shares_setter
from engine.rules.overrides import (
    EVERY_MARKET,
    Setter,
    capital_setter,
    flat_rate,
    named,
    number,
    only,
    rate_setter,
    set_flat_maintenance,
)
from engine.rules.weights import MarketWeights, Weights

CONFIDENCE = Decimal("0.0005")
CONFIDENCE_MULTIPLE, LARGEST_BIAS = Decimal("2.12"), Decimal("0.05")
SECONDS = {"s": 1, "m": 60, "h": 3600}


def _none() -> Mapping[str, Decimal]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, of 2024; `set NAME VALUE` in a set-up overrides one. Fractions and quote units.

    Attributes:
        tiers: whether a coin is in the isolated tier, where that was set.
        average: seconds that the time-weighted price looks back; 0 where it is the mark.
        max_fee: the most that a receivership liquidation takes on top of what it repays, where it is `receivership`.
        interval: seconds until a liquidator looks at an account again.
    """

    banks: Mapping[str, Bank] = field(default_factory=lambda: BANKS)
    quote: Bank = QUOTE_BANK
    asset_init: Mapping[str, Decimal] = field(default_factory=_none)
    asset_maint: Mapping[str, Decimal] = field(default_factory=_none)
    liability_init: Mapping[str, Decimal] = field(default_factory=_none)
    liability_maint: Mapping[str, Decimal] = field(default_factory=_none)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=_none)
    init_limits: Mapping[str, Decimal] = field(default_factory=_none)
    tiers: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    confidence: Mapping[str, Decimal] = field(default_factory=_none)
    utilisation: Mapping[str, Decimal] = field(default_factory=_none)
    average: int = 3600
    receivership: bool = False
    liquidator_fee: Decimal = Decimal("0.025")
    insurance_fee: Decimal = Decimal("0.025")
    max_fee: Decimal = Decimal("0.1")
    interval: int = 60
    swap: Decimal = Decimal("0.0005")
    insurance: Decimal = Decimal(1_000_000)

    def bank(self, symbol: str | None) -> Bank:
        """The bank of a market's coin, or of the quote asset, with what was set for it."""
        name = QUOTE if symbol is None else symbol
        found = self.quote if symbol is None else of_market(self.banks, symbol) or UNLISTED
        tier = None if symbol is None else of_market(self.tiers, symbol)
        own = found.weights
        stays = Weights(
            set_share(self.asset_maint, name, own.maintenance.long),
            set_share(self.liability_maint, name, own.maintenance.short),
        )
        opens = Weights(
            min(stays.long, set_share(self.asset_init, name, own.initial.long)),
            max(stays.short, set_share(self.liability_init, name, own.initial.short)),
        )
        isolated = found.isolated if tier is None else tier
        if isolated:
            opens, stays = replace(opens, long=ZERO), replace(stays, long=ZERO)
        limit = of_market(self.init_limits, name)
        return replace(
            found,
            weights=MarketWeights(opens, stays),
            isolated=isolated,
            init_limit=found.init_limit if limit is None else limit,
        )

    def bias(self, symbol: str | None) -> Decimal:
        """How far the low and the high price are from a coin's price, as a fraction of it; the quote asset's is 1."""
        return ZERO if symbol is None else price_bias(set_share(self.confidence, symbol, CONFIDENCE))

    def flat(self, symbol: str | None) -> Decimal | None:
        """The maintenance that was set for a coin; None where its bank's weights hold."""
        if symbol is None or self.bank(symbol).isolated:
            return None
        return flat_rate(self.flat_maintenance, symbol)


def price_bias(confidence: Decimal) -> Decimal:
    """2.12 × the oracle's confidence, at most 5 %, both as fractions of the price (price.rs, constants.rs)."""
    return min(EXACT.multiply(confidence, CONFIDENCE_MULTIPLE), LARGEST_BIAS)


def _weight_setter(name: str, attribute: str, least: Decimal, most: Decimal) -> Setter[Any]:
    """A setter of weights by asset: `set NAME ETH 85%`, or of every one."""

    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        example = f"set {name} ETH {(least + most) / 2:.0%}"
        only(words, 2 if len(words) == 2 else 1, example)
        asset = named(words[0], example) if len(words) == 2 else EVERY_MARKET
        value = number(words[-1].removesuffix("%"), name, example) / (100 if words[-1].endswith("%") else 1)
        if not least <= value <= most:
            raise SetupError(f"{name} must be {least:.0%} to {most:.0%}, not {words[-1][:32]}", example)
        known = {} if asset == EVERY_MARKET else getattr(parameters, attribute)
        return replace(parameters, **{attribute: MappingProxyType({**known, asset: value})})

    return setter


def _seconds_setter(name: str, attribute: str, zero: str = "") -> Setter[Any]:
    """A setter of a time: `set NAME 30m`; the word `zero` says none."""

    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        example = f"set {name} 30m"
        only(words, 1, example)
        if zero and words[0] == zero:
            return replace(parameters, **{attribute: 0})
        digits, unit = words[0][:-1], words[0][-1:].lower()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 4 and unit in SECONDS and int(digits)):
            raise SetupError(f"{name} wants seconds, minutes or hours, not “{words[0][:32]}”", example)
        return replace(parameters, **{attribute: int(digits) * SECONDS[unit]})

    return setter


def _set_tier(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set tier ETH isolated`, or `collateral`."""
    example = "set tier ETH isolated"
    only(words, 2, example)
    if words[1] not in ("isolated", "collateral"):
        raise SetupError("a tier is isolated or collateral", example)
    tiers = {**parameters.tiers, named(words[0], example): words[1] == "isolated"}
    return replace(parameters, tiers=MappingProxyType(tiers))


def _set_init_limit(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set init-limit ETH 5000`: quote units of it that count to open."""
    example = "set init-limit ETH 5000"
    only(words, 2, example)
    limit = number(words[1].removeprefix("$").replace(",", ""), "init-limit", example)
    if limit <= 0:
        raise SetupError("an init limit is more than zero", example)
    limits = {**parameters.init_limits, named(words[0], example): limit}
    return replace(parameters, init_limits=MappingProxyType(limits))


def _set_liquidation(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set liquidation receivership`, or `classic`."""
    if words not in (("classic",), ("receivership",)):
        raise SetupError("liquidation is classic or receivership", "set liquidation receivership")
    return replace(parameters, receivership=words == ("receivership",))


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "asset-init": _weight_setter("asset-init", "asset_init", ZERO, ONE),
        "asset-maint": _weight_setter("asset-maint", "asset_maint", ZERO, ONE),
        "liability-init": _weight_setter("liability-init", "liability_init", ONE, Decimal(10)),
        "liability-maint": _weight_setter("liability-maint", "liability_maint", ONE, Decimal(10)),
        "maintenance": set_flat_maintenance,
        "tier": _set_tier,
        "init-limit": _set_init_limit,
        "confidence": shares_setter("confidence", "confidence"),
        "average": _seconds_setter("average", "average", zero="off"),
        "utilisation": shares_setter("utilisation", "utilisation"),
        "liquidation": _set_liquidation,
        "liquidator-fee": rate_setter("liquidator-fee", "liquidator_fee"),
        "insurance-fee": rate_setter("insurance-fee", "insurance_fee"),
        "max-fee": rate_setter("max-fee", "max_fee"),
        "interval": _seconds_setter("interval", "interval"),
        "swap": rate_setter("swap", "swap"),
        "insurance": capital_setter("insurance", "insurance"),
    }
)
"""What `set` can change, by name."""


def _bank_of(parameters: Parameters, asset: str) -> Bank:
    return parameters.bank(None if asset == QUOTE else asset)


def check(parameters: Parameters) -> None:
    """Refuse weights of a named asset, and fees, that no bank could have (bank_config.rs validate).

    Raises:
        SetupError: where less is needed to open than to stay, or a liquidation would repay nothing.
    """
    for asset, value in parameters.asset_init.items():
        if asset != EVERY_MARKET and value > _bank_of(parameters, asset).weights.maintenance.long:
            raise SetupError(f"{asset} can’t count for more to open than to stay", f"set asset-init {asset} 50%")
    for asset, value in parameters.liability_init.items():
        if asset != EVERY_MARKET and value < _bank_of(parameters, asset).weights.maintenance.short:
            example = f"set liability-init {asset} 150%"
            raise SetupError(f"{asset} owed can’t count for less to open than to stay", example)
    if parameters.liquidator_fee + parameters.insurance_fee > Decimal("0.5"):
        raise SetupError("the fees of a liquidation are half of what is taken at most", "set liquidator-fee 2.5%")
