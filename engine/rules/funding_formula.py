"""The funding formula that venues share: a rate from the premium, before it is scaled to a period and capped."""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import ZERO, divide


def premium_and_interest(premium: Decimal, interest: Decimal, clamp: Decimal) -> Decimal:
    """F = P + clamp(interest − P, −clamp, +clamp): interest alone while the premium is near it. Fractions a period.

    Source: Binance FAQ, funding; hyperliquid-docs trading/funding has the same for eight hours.
    """
    return premium + max(-clamp, min(clamp, interest - premium))


def impact_premium(impact_bid: Decimal, impact_ask: Decimal, oracle: Decimal) -> Decimal:
    """(max(impact bid − oracle, 0) − max(oracle − impact ask, 0)) ÷ oracle: a fraction of the index.

    Sources: hyperliquid-docs trading/funding; dYdX v4 documentation, funding; docs.aevo.xyz, funding rate.
    """
    return divide(max(impact_bid - oracle, ZERO) - max(oracle - impact_ask, ZERO), oracle)
