"""Mango's tiers of tokens and its perpetuals' weights.

Tokens: blockworks-foundation/mango-v4-settings@7ec5b8f src/helpers/listingTools.ts (2024-05-27). Perpetuals: an
archived admin script and a template of mango-v4@1303a4a (ts/client/scripts); what was live on the chain is not found.
Version 3 weighs by leverage, (L − 1) ÷ L and (L + 1) ÷ L: mango-v3@c4d52dc program/src/processor.rs; its leverages are
not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.numbers import ONE, ZERO, divide
from engine.rules.mango.health import HealthWeights
from engine.rules.mango.liquidation import LiquidationFees, PerpFees
from engine.rules.weights import Weights


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """What a token counts for.

    Attributes:
        scaled_from: quote units of all deposits (or all borrows) of it from which its weights are scaled; None never.
        borrow_limit: quote units that may be borrowed of it, net, in a day; None without a limit.
        loan_fee: a year, on top of the interest.
    """

    weights: HealthWeights
    fees: LiquidationFees
    scaled_from: Decimal | None
    borrow_limit: Decimal | None
    loan_fee: Decimal


@dataclass(frozen=True, slots=True)
class PerpTerms:
    """What a perpetual counts for. `overall_init` and `overall_maint` weigh its open profit."""

    weights: HealthWeights
    overall_init: Decimal
    overall_maint: Decimal
    fees: PerpFees


def _weights(init: tuple[str, str], maint: tuple[str, str]) -> HealthWeights:
    one, two = (Weights(Decimal(long), Decimal(short)) for long, short in (init, maint))
    return HealthWeights(one, two)


def _tier(
    init: tuple[str, str], maint: tuple[str, str], fees: tuple[str, str], start: int, limit: int, loan_fee: str
) -> TokenTerms:
    own = LiquidationFees(Decimal(fees[0]), Decimal(fees[1]))
    return TokenTerms(_weights(init, maint), own, Decimal(start), Decimal(limit), Decimal(loan_fee))


_HIGH, _MIDDLE = (("0.8", "1.2"), ("0.9", "1.1")), (("0.66", "1.4"), ("0.8", "1.2"))
_LOW = (("0.5", "1.5"), ("0.75", "1.25"))

TIERS: Mapping[str, TokenTerms] = MappingProxyType(
    {
        "S": _tier(*_HIGH, ("0.01", "0.04"), 5_000_000, 2_000_000, "0.005"),
        "AAA": _tier(*_HIGH, ("0.01", "0.04"), 500_000, 250_000, "0.005"),
        "AA": _tier(*_HIGH, ("0.01", "0.04"), 250_000, 125_000, "0.01"),
        "A": _tier(*_MIDDLE, ("0.02", "0.08"), 50_000, 50_000, "0.02"),
        "A-": _tier(*_LOW, ("0.02", "0.08"), 20_000, 50_000, "0.03"),
        "BBB": _tier(("0", "1.5"), ("0", "1.25"), ("0.04", "0.06"), 20_000, 50_000, "0.04"),
        "BB": _tier(("0", "1.6"), ("0", "1.3"), ("0.04", "0.06"), 20_000, 50_000, "0.05"),
        "B": _tier(("0", "1.8"), ("0", "1.4"), ("0.04", "0.06"), 5_000, 15_000, "0.075"),
        "C": _tier(("0", "1.8"), ("0", "1.4"), ("0.01", "0"), 5_000, 5_000, "0.005"),
    }
)
"""By the size of a swap that moves the price by less than 1 %: S 5,000,000, AAA 250,000, AA 100,000, A 20,000,
A- 10,000, BBB 5,000, BB 3,000, B 1,000; C is untrusted."""

QUOTE = TokenTerms(_weights(("1", "1"), ("1", "1")), LiquidationFees(), None, Decimal(2_000_000), Decimal("0.005"))
"""USDC: weights of 1 and no liquidation fee are from memory; limit and loan fee are those of tier S."""

TRUSTED_PERP = PerpTerms(
    _weights(("0.95", "1.05"), ("0.975", "1.025")),
    Decimal("0.9"),
    Decimal("0.95"),
    PerpFees(LiquidationFees(Decimal("0.0125")), Decimal("0.025")),
)
"""BTC-PERP."""

UNTRUSTED_PERP = PerpTerms(
    _weights(("0.8", "1.2"), ("0.9", "1.1")),
    ZERO,
    ZERO,
    PerpFees(LiquidationFees(Decimal("0.05")), Decimal("0.025")),
)
"""SOL-PERP; its settling fee is that of BTC-PERP."""


def by_leverage(init: str, maint: str) -> HealthWeights:
    """Version 3's weights from its two leverages."""
    one, two = (Weights(divide(each - 1, each), divide(each + 1, each)) for each in (Decimal(init), Decimal(maint)))
    return HealthWeights(one, two)


def perp_by_leverage(init: str, maint: str, fee: str) -> PerpTerms:
    """A perpetual of version 3: its profit counts in full, and is settled without a fee."""
    return PerpTerms(by_leverage(init, maint), ONE, ONE, PerpFees(LiquidationFees(Decimal(fee))))


def token_by_leverage(init: str, maint: str, fee: str) -> TokenTerms:
    """A token of version 3: never scaled, borrowed without a limit, and no fee for the venue."""
    return TokenTerms(by_leverage(init, maint), LiquidationFees(Decimal(fee)), None, None, ZERO)
