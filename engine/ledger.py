"""Double entry: who holds how much of what, and the proof that nothing is lost.

Every amount moves from one owner to another, so each asset's balances always sum to zero with `OUTSIDE` counted,
that is, to deposits − withdrawals without it.
"""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import EXACT, ZERO

OUTSIDE = "outside"
"""The world that deposits come from and withdrawals go to."""

FEES = "fees"
"""Where the venue's trading fees go."""

UNPAID = "unpaid"
"""Losses that nobody paid: below zero by as much as winners were paid without a loser who could."""


class Ledger:
    """Balances by owner and asset, in the asset's units. A balance may fall below zero: a loss not yet paid for."""

    def __init__(self) -> None:
        self._balances: dict[tuple[str, str], Decimal] = {}

    def balance(self, owner: str, asset: str) -> Decimal:
        """What `owner` holds of `asset`; zero for an owner never seen."""
        return self._balances.get((owner, asset), ZERO)

    def transfer(self, giver: str, taker: str, asset: str, amount: Decimal) -> None:
        """Move `amount` (of either sign) from `giver` to `taker`."""
        if amount == 0 or giver == taker:
            return
        self._post(giver, asset, -amount)
        self._post(taker, asset, amount)

    def _post(self, owner: str, asset: str, amount: Decimal) -> None:
        left = EXACT.add(self.balance(owner, asset), amount)
        if left == 0:
            self._balances.pop((owner, asset), None)
        else:
            self._balances[owner, asset] = left

    def assets(self) -> list[str]:
        """Every asset that somebody holds, sorted."""
        return sorted({asset for _, asset in self._balances})

    def unaccounted(self, asset: str) -> Decimal:
        """What is missing or too much of `asset`: zero as long as every amount came from somewhere."""
        total = ZERO
        for (_, held), amount in self._balances.items():
            if held == asset:
                total = EXACT.add(total, amount)
        return total

    def entries(self) -> list[tuple[str, str, Decimal]]:
        """All balances as (owner, asset, amount), sorted by owner and asset."""
        return [(owner, asset, amount) for (owner, asset), amount in sorted(self._balances.items())]

    def copy(self) -> Ledger:
        """The same balances in a ledger of their own."""
        ledger = Ledger()
        ledger._balances = dict(self._balances)
        return ledger

    @classmethod
    def holding(cls, entries: list[tuple[str, str, Decimal]]) -> Ledger:
        """The ledger that `entries` described."""
        ledger = cls()
        ledger._balances = {(owner, asset): amount for owner, asset, amount in entries}
        return ledger
