"""Mango's numbers, those of version 4 and those of version 3, and the words after `set` that change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.assets import base_asset, of_market
from engine.numbers import ONE, ZERO, exactly
from engine.rulebooks.base import SetupError
from engine.rulebooks.data.mango_tiers import (
    QUOTE,
    TIERS,
    TRUSTED_PERP,
    UNTRUSTED_PERP,
    PerpTerms,
    TokenTerms,
    perp_by_leverage,
    token_by_leverage,
)
from engine.rules.curves import rate_through_points
from engine.rules.mango.health import HealthWeights
from engine.rules.mango.stable_price import StablePriceLimits
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    fraction,
    named,
    number,
    only,
    rate_setter,
    set_flat_maintenance,
)
from engine.rules.weights import Weights

Points = tuple[tuple[Decimal, Decimal], ...]


def _points(*pairs: tuple[str, str]) -> Points:
    return tuple((Decimal(utilisation), Decimal(rate)) for utilisation, rate in pairs)


CURVE = _points(("0", "0"), ("0.5", "0.018"), ("0.75", "0.05"), ("1", "0.5"))


def _nothing() -> Mapping[str, Decimal]:
    return MappingProxyType({})


def _version_4_tokens() -> Mapping[str, TokenTerms]:
    return MappingProxyType({"BTC": TIERS["S"], "ETH": TIERS["S"], "SOL": TIERS["S"], "MNGO": TIERS["B"]})


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, those of version 4 unless said otherwise; `set NAME VALUE` in a set-up changes one.

    Rates are fractions, money is in quote units.

    Attributes:
        tokens, perps: by base asset; `other_token` and `other_perp` where the venue doesn't list it here.
        stable: how slowly the stable price moves; None where there is none.
        deposits, borrows: coins that others have on the venue and owe to it, by base asset.
        curve: the interest a year by utilisation, times `curve_scaling`.
        funding_cap: the most that funding comes to in a day.
    """

    tokens: Mapping[str, TokenTerms] = field(default_factory=_version_4_tokens)
    other_token: TokenTerms = TIERS["A-"]
    perps: Mapping[str, PerpTerms] = field(
        default_factory=lambda: MappingProxyType({"BTC": TRUSTED_PERP, "ETH": TRUSTED_PERP})
    )
    other_perp: PerpTerms = UNTRUSTED_PERP
    quote: TokenTerms = QUOTE
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=_nothing)
    stable: StablePriceLimits | None = field(default_factory=StablePriceLimits)
    deposits: Mapping[str, Decimal] = field(default_factory=_nothing)
    borrows: Mapping[str, Decimal] = field(default_factory=_nothing)
    curve: Points = CURVE
    curve_scaling: Decimal = Decimal(4)
    utilisation: Decimal = Decimal("0.5")
    funding_cap: Decimal = Decimal("0.05")
    taker: Decimal = Decimal("0.0004")
    maker: Decimal = Decimal("-0.0001")
    fund_capital: Decimal = Decimal(1_000_000)

    def token(self, symbol: str) -> TokenTerms:
        """What a coin's market counts for, with a maintenance that was set."""
        terms = of_market(self.tokens, symbol) or self.other_token
        return replace(terms, weights=self._weights(terms.weights, symbol))

    def perp(self, symbol: str) -> PerpTerms:
        """What a perpetual counts for, with a maintenance that was set."""
        terms = of_market(self.perps, symbol) or self.other_perp
        return replace(terms, weights=self._weights(terms.weights, symbol))

    def _weights(self, weights: HealthWeights, symbol: str) -> HealthWeights:
        """With a flat maintenance m: 1 − m and 1 + m to stay, and no less than that to open."""
        rate = flat_rate(self.flat_maintenance, symbol)
        if rate is None:
            return weights
        maint, init = Weights(ONE - rate, ONE + rate), weights.init
        return HealthWeights(Weights(min(init.long, maint.long), max(init.short, maint.short)), maint)

    @exactly
    def borrow_rate(self) -> Decimal:
        """Interest a year at the stated utilisation: the curve × its scaling."""
        return rate_through_points(self.curve, self.utilisation) * self.curve_scaling


VERSION_4 = Parameters()

VERSION_3 = Parameters(
    tokens=MappingProxyType({"MNGO": token_by_leverage("1.25", "2.5", "0.2")}),
    other_token=token_by_leverage("5", "10", "0.05"),
    perps=MappingProxyType({each: perp_by_leverage("10", "20", "0.025") for each in ("BTC", "ETH", "SOL")}),
    other_perp=perp_by_leverage("5", "10", "0.05"),
    quote=replace(QUOTE, borrow_limit=None, loan_fee=ZERO),
    stable=None,
    curve=_points(("0", "0"), ("0.7", "0.06"), ("1", "1.5")),
    curve_scaling=ONE,
)
"""As the attack of 2022-10-11 found it: no stable price, nothing scaled, profit counted in full, no borrow limits."""


def _set_preset(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set preset v3`: every number of that version."""
    presets = {"v3": VERSION_3, "v4": VERSION_4}
    if len(words) != 1 or words[0] not in presets:
        raise SetupError("preset is v3 or v4", "set preset v3")
    return presets[words[0]]


def _set_tier(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set tier ETH AAA`."""
    example = "set tier ETH AAA"
    only(words, 2, example)
    symbol = base_asset(named(words[0], example))
    if words[1].upper() not in TIERS:
        raise SetupError(f"a tier is one of {', '.join(TIERS)}", example)
    return replace(parameters, tokens=MappingProxyType({**parameters.tokens, symbol: TIERS[words[1].upper()]}))


def _set_overall(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set overall BTC 0%`: what a perpetual's open profit counts for."""
    example = "set overall BTC 0%"
    only(words, 2, example)
    symbol = base_asset(named(words[0], example))
    weight = ONE if words[1] == "100%" else fraction(words[1], "overall")
    terms = of_market(parameters.perps, symbol) or parameters.other_perp
    changed = replace(terms, overall_init=weight, overall_maint=weight)
    return replace(parameters, perps=MappingProxyType({**parameters.perps, symbol: changed}))


def _set_stable_price(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set stable-price off`."""
    if words not in (("on",), ("off",)):
        raise SetupError("stable-price is on or off", "set stable-price off")
    return replace(parameters, stable=StablePriceLimits() if words == ("on",) else None)


def _amounts_setter(name: str) -> Setter[Any]:
    def setter(parameters: Any, words: tuple[str, ...]) -> Any:
        example = f"set {name} ETH 5000"
        only(words, 2, example)
        amount = number(words[1].removeprefix("$").replace(",", ""), name, example)
        if amount < 0:
            raise SetupError(f"{name} can’t be below zero", example)
        known = {**getattr(parameters, name), base_asset(named(words[0], example)): amount}
        return replace(parameters, **{name: MappingProxyType(known)})

    return setter


def _set_utilisation(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set utilisation 80%`, up to 100 %."""
    only(words, 1, "set utilisation 80%")
    value = ONE if words == ("100%",) else fraction(words[0], "utilisation")
    return replace(parameters, utilisation=value)


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "preset": _set_preset,
        "tier": _set_tier,
        "maintenance": set_flat_maintenance,
        "overall": _set_overall,
        "stable-price": _set_stable_price,
        "deposits": _amounts_setter("deposits"),
        "borrows": _amounts_setter("borrows"),
        "utilisation": _set_utilisation,
        "funding-cap": rate_setter("funding-cap", "funding_cap"),
        "insurance-fund": capital_setter("insurance-fund", "fund_capital"),
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
    }
)
"""What `set` can change, by name."""
