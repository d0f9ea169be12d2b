"""Margin fractions by liquidity tier, the initial one scaled by open interest. Fractions are cut to millionths, as the
chain keeps them.

Source: dydxprotocol/v4-chain x/perpetuals/types/liquidity_tier.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from engine.numbers import EXACT, ONE, ZERO, divide, to_grid

PPM = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class LiquidityTier:
    """Initial margin fraction, maintenance as a fraction of it, and the open interest (quote units of notional) between
    which the initial fraction rises to 1; an `upper_cap` of 0 means that it doesn't."""

    name: str
    initial: Decimal
    maintenance_share: Decimal
    lower_cap: Decimal = ZERO
    upper_cap: Decimal = ZERO

    @property
    def maintenance(self) -> Decimal:
        """Initial fraction × its maintenance share (GetMaintenanceMarginPpm)."""
        return to_grid(EXACT.multiply(self.initial, self.maintenance_share), PPM, ROUND_DOWN)

    def initial_at(self, open_interest: Decimal) -> Decimal:
        """min(1, base + max(0, (OI − lower) ÷ (upper − lower)) × (1 − base)) (GetAdjustedInitialMarginPpm)."""
        if self.upper_cap == 0 or open_interest <= self.lower_cap:
            return self.initial
        if open_interest >= self.upper_cap:
            return ONE
        rise = EXACT.multiply(ONE - self.initial, open_interest - self.lower_cap)
        return self.initial + to_grid(divide(rise, self.upper_cap - self.lower_cap), PPM, ROUND_DOWN)

    def largest_funding(self, clamp_factor: Decimal) -> Decimal:
        """clamp factor × (initial − maintenance fraction), for eight hours (GetMaxAbsFundingClampPpm)."""
        return to_grid(EXACT.multiply(clamp_factor, self.initial - self.maintenance), PPM, ROUND_DOWN)
