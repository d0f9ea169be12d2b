"""What a lending venue is: one account of what is supplied and owed, whose interest is settled every hour."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from decimal import Decimal

from engine.account import Pool
from engine.rulebooks.base import Accrual, Role
from engine.rules.lending import holdings, interest
from engine.rules.venue import HOUR, Venue

SECONDS = HOUR // 1000
"""Of the period that interest is settled for."""


class LendingVenue(Venue):
    """A venue that lends against collateral; buying with more than there is borrows. Leverage is only a size."""

    modes = ("cross",)
    bearer = "depositors"
    accrues = "by pool"
    margin_by_leverage = False

    @property
    @abstractmethod
    def swap_fee(self) -> Decimal:
        """What a swap costs, as a fraction of its value: elsewhere, the venue has no market of its own."""

    @abstractmethod
    def earned(self, symbol: str | None) -> Decimal:
        """What a unit supplied of a market's coin, or of the quote asset for None, grows by in an hour."""

    @abstractmethod
    def charged(self, symbol: str | None) -> Decimal:
        """What a unit owed of it grows by in an hour."""

    def fee_rate(self, role: Role) -> Decimal:
        """That of a swap, for makers and takers."""
        return self.swap_fee

    def lends(self, symbol: str) -> bool:
        """Every coin."""
        return True

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """An hour's interest on everything that is supplied or owed."""
        held = holdings(pool, collateral)
        return interest(
            held,
            marks,
            earned=lambda each: self.earned(each.symbol),
            charged=lambda each: self.charged(each.symbol),
        )
