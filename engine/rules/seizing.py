"""Liquidation on lending venues: how much of a debt may be repaid, what is seized for it, and who gets what.

A liquidator repays a part of the debt (the close factor says how much) and takes collateral worth more (the bonus); of
that a treasury may take a share. On a pool this is selling collateral below the mark, or buying debt back above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from engine.numbers import EXACT, ONE, ZERO, divide, to_grid
from engine.rulebooks.base import Charge, Failing, HandOver
from engine.rules.lending import Holding


@dataclass(frozen=True, slots=True)
class Seizure:
    """What one liquidation call comes to, in quote units at the oracle's prices.

    Attributes:
        repaid: of the debt; `seized` of the collateral, `fee` the treasury's part of that.
    """

    repaid: Decimal
    seized: Decimal
    fee: Decimal = ZERO

    @property
    def to_liquidator(self) -> Decimal:
        """What the liquidator gets for what it repaid."""
        return EXACT.subtract(self.seized, self.fee)


def close_factor(health_factor: Decimal, whole_below: Decimal, part: Decimal) -> Decimal:
    """The share of a debt that one call may repay: `part` while the health factor is above `whole_below`, else all.

    Source: aave-v3-core LiquidationLogic.sol (50 % above 0.95).
    """
    return part if health_factor > whole_below else ONE


def seizure(wanted: Decimal, collateral: Decimal, bonus: Decimal) -> Seizure:
    """Repay `wanted`, or as much as `collateral` pays for with its bonus (a fraction on top); quote units.

    Source: aave-v3-core LiquidationLogic.sol: seize = repaid × LB; where that is more than there is, all is seized and
    collateral ÷ LB repaid. Compound v2 has the same with its incentive.
    """
    seized = EXACT.multiply(wanted, ONE + bonus)
    if seized <= collateral:
        return Seizure(wanted, seized)
    return Seizure(divide(collateral, ONE + bonus), collateral)


@dataclass(frozen=True, slots=True)
class Side:
    """One asset of a liquidation call: its amount, its price in quote units, its smallest unit."""

    amount: Decimal
    price: Decimal
    unit: Decimal


@dataclass(frozen=True, slots=True)
class Call:
    """What a call comes to: `repaid` in units of the debt, `seized` and of it `fee` in units of the collateral."""

    repaid: Decimal
    seized: Decimal
    fee: Decimal

    def deficit(self, collateral: Side, debt: Side) -> Decimal:
        """What of the debt is written off, in units of it: the rest, where this was the last collateral.

        Source: aave-v3-origin docs/3.3, LiquidationLogic.sol _burnDebtTokens.
        """
        return debt.amount - self.repaid if self.seized == collateral.amount else ZERO


def liquidation_call(collateral: Side, debt: Side, to_cover: Decimal, bonus: Decimal, fee_share: Decimal) -> Call:
    """Cover `to_cover` of a debt, or as much as the collateral pays for, each step rounded to the smallest unit.

    Source: aave-v3-origin LiquidationLogic.sol _calculateAvailableCollateralToLiquidate; docs/3.7 (floor, floor, ceil).
    """
    base = to_grid(divide(debt.price * to_cover, collateral.price), collateral.unit, ROUND_FLOOR)
    seized, repaid = to_grid(base * (ONE + bonus), collateral.unit, ROUND_FLOOR), to_cover
    if seized > collateral.amount:
        seized = collateral.amount
        value = divide(collateral.price * seized, debt.price)
        repaid = min(to_cover, to_grid(divide(value, ONE + bonus), debt.unit, ROUND_CEILING))
    extra = seized - to_grid(divide(seized, ONE + bonus), collateral.unit, ROUND_CEILING)
    return Call(repaid, seized, to_grid(max(extra, ZERO) * fee_share, collateral.unit, ROUND_CEILING))


def fee_on_bonus(call: Seizure, share: Decimal) -> Seizure:
    """The treasury takes a share of the bonus: (seized − repaid) × share (aave-v3-core LiquidationLogic.sol)."""
    return Seizure(call.repaid, call.seized, EXACT.multiply(call.seized - call.repaid, share))


def fee_on_seized(call: Seizure, share: Decimal) -> Seizure:
    """The reserves take a share of all that is seized (compound-protocol CToken.sol seizeInternal)."""
    return Seizure(call.repaid, call.seized, EXACT.multiply(call.seized, share))


def without_dust(call: Seizure, debt: Decimal, collateral: Decimal, leftover: Decimal) -> Seizure:
    """The largest call, no larger than this one, that leaves no dust: it takes the whole debt or the whole collateral,
    or leaves at least `leftover` of both.

    Source: aave-v3-origin docs/3.3/Aave-v3.3-features.md, LiquidationLogic.sol (MustNotLeaveDust).
    """
    if call.repaid >= debt or call.seized >= collateral:
        return call
    a_unit = divide(call.seized, call.repaid) if call.repaid else ONE
    by_collateral = divide(whole_or_at_most(collateral, leftover), a_unit)
    most = min(call.repaid, whole_or_at_most(debt, leftover), by_collateral)
    return Seizure(most, EXACT.multiply(most, a_unit))


def whole_or_at_most(amount: Decimal, leftover: Decimal) -> Decimal:
    """The most that a call may take of a debt or a collateral without taking all of it; 0 where it must be all.

    Source: aave-v3-origin docs/3.3 (2.3): at least `leftover` stays, or nothing.
    """
    return max(ZERO, amount - leftover)


def of_call(
    call: Seizure, debt: Holding, collateral: Holding, marks: Mapping[str, Decimal], treasury: str
) -> tuple[HandOver, ...]:
    """The call as hand-overs. The fee is charged, and what is paid to the pool is more by as much.

    Coin against coin is two: the debt bought back at the mark, with a charge of nothing, then the collateral sold;
    `bought_at_mark` knows the first by it.
    """
    charges = (Charge(treasury, call.fee),) if call.fee else ()
    if collateral.symbol is None:
        size = divide(call.repaid, debt.price(marks))
        return (HandOver(debt.key, size, divide(call.to_liquidator, size), charges),)
    size = divide(call.seized, collateral.price(marks))
    sold = HandOver(collateral.key, size, divide(call.repaid + call.fee, size), charges)
    if debt.symbol is None:
        return (sold,)
    coins_follow = (Charge(treasury, ZERO),)
    return HandOver(debt.key, divide(call.repaid, debt.price(marks)), debt.price(marks), coins_follow), sold


def bought_at_mark(failing: Failing) -> Decimal | None:
    """What a liquidator has just repaid of a coin debt, and gets coins for next, in quote units; else None."""
    last = failing.done[-1] if failing.done else None
    if not isinstance(last, HandOver) or not last.charges or any(charge.amount for charge in last.charges):
        return None
    return EXACT.multiply(failing.filled[-1], failing.marks[last.position.partition(":")[0]])


def written_off(failing: Failing, taker: str) -> HandOver | None:
    """A debt in coins that no collateral is left for: `taker` has it at the oracle's price, and who pays for what falls
    below zero pays that. None where there is no such debt (more)."""
    for key, position in sorted(failing.pool.positions.items()):
        if position.size < 0:
            return HandOver(key, -position.size, failing.marks[position.symbol], taker=taker)
    return None
