"""The funding formula that venues share: a rate from the premium, before it is scaled to a period and capped."""

from __future__ import annotations

from decimal import Decimal


def premium_and_interest(premium: Decimal, interest: Decimal, clamp: Decimal) -> Decimal:
    """F = P + clamp(interest − P, −clamp, +clamp): interest alone while the premium is near it. Fractions a period.

    Source: Binance FAQ, funding; hyperliquid-docs trading/funding has the same for eight hours.
    """
    return premium + max(-clamp, min(clamp, interest - premium))
