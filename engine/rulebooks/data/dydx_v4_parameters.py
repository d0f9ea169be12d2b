"""dYdX v4’s numbers: liquidity tiers and which market is in which, fees, limits of liquidations; what `set` changes.

Tiers: dydxprotocol/v4-chain protocol/testing/genesis.sh at 84d4664b (2026-03-04), but for SOL, which governance moved
to Mid-Cap (dydx.forum 2939). Limits: protocol/testing/mainnet/genesis.json. What the chain holds live may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from engine.assets import base_asset, of_market
from engine.numbers import ONE, ZERO, plain
from engine.rulebooks.base import SetupError
from engine.rules.liquidity_tiers import LiquidityTier
from engine.rules.overrides import (
    Setter,
    capital_setter,
    fraction,
    named,
    number,
    only,
    rate_setter,
    set_flat_maintenance,
)


def _tier(name: str, initial: str, fraction: str, lower: str = "0", upper: str = "0") -> LiquidityTier:
    million = Decimal(1_000_000)
    return LiquidityTier(name, Decimal(initial), Decimal(fraction), Decimal(lower) * million, Decimal(upper) * million)


LARGE_CAP = _tier("Large-Cap", "0.02", "0.6")
MID_CAP = _tier("Mid-Cap", "0.05", "0.6", "40", "100")
SMALL_CAP = _tier("Small-Cap", "0.1", "0.5", "20", "50")
LONG_TAIL = _tier("Long-Tail", "0.2", "0.5", "5", "10")
ISOLATED = _tier("Isolated", "0.05", "0.6", "0.5", "1")

_SMALL_CAPS = (
    "LINK POL CRV ADA AVAX FIL LTC DOGE ATOM DOT UNI BCH TRX NEAR XLM ETC WLD APT ARB OP PEPE SHIB SUI XRP "
    "1000PEPE KPEPE 1000SHIB KSHIB"
)
_LONG_TAILS = "MKR COMP APE BLUR LDO SEI"

TIERS: Mapping[str, LiquidityTier] = MappingProxyType(
    {
        "BTC": LARGE_CAP,
        "ETH": LARGE_CAP,
        "SOL": MID_CAP,
        **dict.fromkeys(_SMALL_CAPS.split(), SMALL_CAP),
        **dict.fromkeys(_LONG_TAILS.split(), LONG_TAIL),
        "EIGEN": ISOLATED,
        "BOME": ISOLATED,
    }
)
"""The tier of each listed market. The other tiers there are, Safety (100 %, 20 %) and FX (1 %, 50 %), have none."""

ISOLATED_ONLY = frozenset({"EIGEN", "BOME"})
"""Markets of type isolated in the same file."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The chain's numbers; `set NAME VALUE` in a set-up overrides one. Rates are fractions, money is in USDC.

    Liquidation: mainnet genesis. `open_interest` by market, of notional; `block` in milliseconds.
    """

    tiers: Mapping[str, LiquidityTier] = field(default_factory=lambda: TIERS)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    isolated_only: frozenset[str] = ISOLATED_ONLY
    open_interest: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    taker: Decimal = Decimal("0.0005")
    maker: Decimal = Decimal("0.0001")
    interest_8h: Decimal = ZERO
    isolated_interest_8h: Decimal = Decimal("0.0001")
    funding_clamp_factor: Decimal = Decimal(6)
    block: int = 1000
    position_share: Decimal = Decimal("0.1")
    least_notional: Decimal = Decimal(1000)
    block_limit: Decimal = Decimal(100_000)
    liquidation_fee: Decimal = Decimal("0.015")
    bankruptcy_adjustment: Decimal = ONE
    spread_ratio: Decimal = Decimal("1.5")
    fund_capital: Decimal = Decimal(10_000_000)
    isolated_funds: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    def tier_of(self, symbol: str) -> LiquidityTier:
        """The liquidity tier of a market."""
        return of_market(self.tiers, symbol) or ISOLATED

    def is_isolated(self, symbol: str) -> bool:
        """Whether a market is of type isolated, as those are that the chain's list doesn't have."""
        if of_market(self.tiers, symbol) is None:
            return True
        return not self.isolated_only.isdisjoint((symbol, base_asset(symbol)))


def _set_tier(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set tier SOL 5% 60%`, or with caps of open interest: `set tier SOL 5% 60% 40000000 100000000`."""
    example = "set tier SOL 5% 60% 40000000 100000000"
    only(words, 5 if len(words) == 5 else 3, example)
    symbol, initial = named(words[0], example), _up_to_one(words[1], "an initial fraction", example)
    share = _up_to_one(words[2], "a maintenance fraction", example)
    lower, upper = (number(word, "a cap", example) for word in words[3:] or ("0", "0"))
    if not 0 <= lower <= upper:
        raise SetupError("the upper cap can’t be below the lower", example)
    tier = LiquidityTier("as set", initial, share, lower, upper)
    if tier.maintenance <= 0:
        raise SetupError("that leaves no maintenance margin", example)
    return replace(parameters, tiers=MappingProxyType({**parameters.tiers, symbol: tier}))


def _up_to_one(word: str, name: str, example: str) -> Decimal:
    value = ONE if word in ("100%", "1") else fraction(word, name)
    if value == 0:
        raise SetupError(f"{name} must be more than zero", example)
    return value


def _set_open_interest(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set open-interest SOL 70000000`, of notional."""
    example = "set open-interest SOL 70000000"
    only(words, 2, example)
    amount = number(words[1].removeprefix("$").replace(",", ""), "open interest", example)
    if amount < 0:
        raise SetupError("open interest can’t be below zero", example)
    stated = {**parameters.open_interest, named(words[0], example): amount}
    return replace(parameters, open_interest=MappingProxyType(stated))


def _set_isolated_only(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set isolated-only SOL DOGE`."""
    symbols = {named(word, "set isolated-only SOL DOGE") for word in words}
    return replace(parameters, isolated_only=parameters.isolated_only | symbols)


def _set_fund(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set insurance-fund 50000`, or that of an isolated market: `set insurance-fund BOME 50000`."""
    changed: Parameters = capital_setter("insurance-fund", "fund_capital")(parameters, words[-1:])
    if len(words) < 2:
        return changed
    only(words, 2, "set insurance-fund BOME 50000")
    symbol = named(words[0], "set insurance-fund BOME 50000")
    if not parameters.is_isolated(symbol):
        raise SetupError(f"{symbol} has no insurance fund of its own", f"set isolated-only {symbol} before it")
    return replace(
        parameters,
        isolated_funds=MappingProxyType({**parameters.isolated_funds, base_asset(symbol): changed.fund_capital}),
    )


def _set_block(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set block-time 1.2s`."""
    only(words, 1, "set block-time 1s")
    value = int(number(words[0].removesuffix("s"), "block-time", "set block-time 1s") * 1000)
    if value < 1:
        raise SetupError("a block takes a millisecond at least", "set block-time 1s")
    return replace(parameters, block=value)


def _set_block_limit(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set block-limit 100000`: the most of an account that a block liquidates."""
    changed: Parameters = capital_setter("block-limit", "block_limit")(parameters, words)
    if changed.block_limit < changed.least_notional:
        raise SetupError(f"a block takes ${plain(changed.least_notional)} at least", "set block-limit 100000")
    return changed


def _set_position_share(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set position-share 10%`, up to 100 %."""
    only(words, 1, "set position-share 10%")
    return replace(parameters, position_share=_up_to_one(words[0], "position-share", "set position-share 10%"))


def _set_spread_ratio(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set spread-ratio 1.5`: the furthest fill as a multiple of the maintenance fraction."""
    only(words, 1, "set spread-ratio 1.5")
    value = number(words[0], "spread-ratio", "set spread-ratio 1.5")
    if not 0 <= value <= 10:
        raise SetupError("spread-ratio must be from 0 to 10", "set spread-ratio 1.5")
    return replace(parameters, spread_ratio=value)


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "tier": _set_tier,
        "maintenance": set_flat_maintenance,
        "open-interest": _set_open_interest,
        "isolated-only": _set_isolated_only,
        "insurance-fund": _set_fund,
        "liquidation-fee": rate_setter("liquidation-fee", "liquidation_fee"),
        "block-time": _set_block,
        "block-limit": _set_block_limit,
        "position-share": _set_position_share,
        "spread-ratio": _set_spread_ratio,
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
        "interest": rate_setter("interest", "interest_8h"),
    }
)
"""What `set` can change, by name."""
