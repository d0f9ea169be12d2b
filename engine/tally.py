"""Running totals of a session, added up from its events."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import YOU
from engine.events import (
    AssetMoved,
    CashedOut,
    ClearanceCharged,
    Deposited,
    Event,
    Filled,
    FundingPaid,
    HandedOver,
    InterestPaid,
    LiquidationStarted,
    MarginCalled,
    PenaltyCharged,
    ProfitSettled,
)
from engine.numbers import ZERO


@dataclass(slots=True)
class Tally:
    """What the player's events came to. Money in quote units; funding is positive when received, interest with it.

    `stake` is what a wipe-out is measured by: all that was put in since the start, or since the last rescue.
    """

    deposits: Decimal = ZERO
    stake: Decimal = ZERO
    withdrawals: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    calls: int = 0
    liquidations: int = 0
    rescues: int = 0

    def count(self, event: Event) -> None:
        """Add one event."""
        if event.actor != YOU:
            return
        match event:
            case HandedOver():
                self.realised += event.realised
            case Filled():
                self.realised += event.realised
                self.fees += event.fee
            case ProfitSettled():
                self.realised += event.amount
            case ClearanceCharged() | PenaltyCharged():
                self.fees += event.amount
            case FundingPaid() | InterestPaid():
                self.funding += event.amount
            case Deposited():
                self._put_in(event.amount, event.rescue)
            case AssetMoved(action="supply" | "repay"):
                self._put_in(event.value, event.rescue)
            case AssetMoved():
                self.withdrawals += event.value
            case CashedOut():
                self.withdrawals += event.amount
            case MarginCalled():
                self.calls += 1
            case LiquidationStarted():
                self.liquidations += 1

    def _put_in(self, value: Decimal, rescue: int) -> None:
        """Count money or an asset that came in, for the `rescue`-th time after a wipe-out."""
        self.deposits += value
        self.stake = value if rescue else self.stake + value
        self.rescues = max(self.rescues, rescue)
