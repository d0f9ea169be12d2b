"""What one instruction of a Mango liquidator takes: a token for a token, a perpetual's base and profit, a bankruptcy.

Everything aims at the health of level `liquidation_end`: as much as brings it to zero, and no more than there is.

Sources: blockworks-foundation/mango-v4@1303a4a programs/mango-v4/src/instructions: token_liq_with_token.rs,
perp_liq_base_or_positive_pnl.rs, token_liq_bankruptcy.rs, perp_liq_negative_pnl_or_bankruptcy.rs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from engine.numbers import ONE, ZERO, divide, exactly, to_grid
from engine.rules.mango.health import UNREACHABLE, Holdings, Perp, Token, added_for_no_health


@dataclass(frozen=True, slots=True)
class LiquidationFees:
    """What is added to what a liquidator pays off, as fractions: `liquidator` for the liquidator, `platform` for the
    venue. A token's are factors, a perpetual's a part of its price."""

    liquidator: Decimal = ZERO
    platform: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Both."""
        return self.liquidator + self.platform


@dataclass(frozen=True, slots=True)
class TokenTransfer:
    """`liability` units are paid off; `asset` units go for it, of which `to_liquidator` to the liquidator and `fee` to
    the venue."""

    liability: Decimal
    asset: Decimal
    to_liquidator: Decimal

    @property
    def fee(self) -> Decimal:
        """The venue's part of the asset."""
        return self.asset - self.to_liquidator


@exactly
def token_transfer(
    holdings: Holdings,
    asset: str,
    liability: str,
    asset_fees: LiquidationFees,
    liability_fees: LiquidationFees,
    most: Decimal = UNREACHABLE,
) -> TokenTransfer:
    """One token paid off with another: x = −health ÷ (liability price × its init weight − that price × fee factor ×
    the asset's init weight), within what is owed and held, also after perpetuals' profits and losses, and `most`."""
    tokens, balances = holdings.by_name, holdings.effective("liquidation_end")
    held, owed = tokens[asset], tokens[liability]
    liquidator = (ONE + liability_fees.liquidator) * (ONE + asset_fees.liquidator)
    total = (ONE + liability_fees.total) * (ONE + asset_fees.total)
    price, with_fees = owed.prices.oracle, owed.prices.oracle * total
    gained = owed.weighted_liability("liquidation_end") - with_fees * held.weights.init.long
    health = holdings.health("liquidation_end")
    needed = divide(-health, gained) if gained > 0 else UNREACHABLE
    there = max(ZERO, min(held.balance, balances[asset]))
    possible = divide(there * held.prices.oracle, with_fees)
    open_debt = max(ZERO, min(-owed.balance, -balances[liability], most))
    amount = max(ZERO, min(needed, possible, open_debt)) if health < 0 else ZERO
    cost = divide(amount * price, held.prices.oracle)
    return TokenTransfer(amount, cost * total, cost * liquidator)


@dataclass(frozen=True, slots=True)
class PerpFees:
    """What a liquidator of a perpetual keeps: a part of the base's price, and `settling` of profit it takes over."""

    base: LiquidationFees = LiquidationFees()
    settling: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PerpTransfer:
    """What becomes of a perpetual: `base` (> 0) units go to the liquidator at `price`, the venue taking `fee` a unit
    besides; profit is turned into the settle token, `settled_first` before and `settled_after` behind that."""

    base: Decimal
    price: Decimal
    fee: Decimal
    settled_first: Decimal
    settled_after: Decimal

    @property
    def settled(self) -> Decimal:
        """Profit settled in all."""
        return self.settled_first + self.settled_after


@exactly
def perp_transfer(
    holdings: Holdings,
    perp: Perp,
    fees: PerpFees,
    most_base: Decimal = UNREACHABLE,
    most_profit: Decimal = UNREACHABLE,
    lot: Decimal | None = None,
) -> PerpTransfer:
    """A perpetual's base reduced and its profit settled until the health is no longer below zero.

    In five steps: base while its uhupnl is below zero; profit that is there; base as far as its profit can be settled;
    that profit; base beyond, where open profit counts. Base goes in whole lots where `lot` is given, rounded up.
    """
    run = _Reduction(holdings, perp, fees, most_base, most_profit, lot)
    if run.unweighted < 0:
        run.reduce(-run.unweighted, ONE, ONE)
    if run.unweighted >= 0:
        run.settle()
    first, overall = run.settled, perp.overall_init
    if run.unweighted >= 0 and run.settled < most_profit:
        run.reduce(most_profit - run.settled, ONE - fees.settling, overall)
    if run.unweighted >= 0:
        run.settle()
    if run.health < HEALTH_TARGET and overall > 0:
        run.reduce(UNREACHABLE, overall, overall)
    return PerpTransfer(run.base, run.price, run.fee, first, run.settled - first)


HEALTH_TARGET = Decimal("-0.0000005")
"""Half of the smallest unit of quote money: what rounding may leave below zero."""


class _Reduction:
    """A perpetual's liquidation in progress. `balance`: the settle token's effective balance; `unweighted`: uhupnl."""

    def __init__(
        self,
        holdings: Holdings,
        perp: Perp,
        fees: PerpFees,
        most_base: Decimal,
        most_profit: Decimal,
        lot: Decimal | None,
    ) -> None:
        self.token: Token = holdings.by_name[perp.settles_in]
        self.balance = holdings.effective("liquidation_end")[perp.settles_in]
        self.health = holdings.health("liquidation_end")
        self.unweighted = perp.unweighted("liquidation_end")
        self.base = self.settled = ZERO
        self._overall, self._settling = perp.overall_init, fees.settling
        self._left, self._most_profit, self._lot = min(abs(perp.base), abs(most_base)), most_profit, lot
        side, oracle = (ONE if perp.base > 0 else -ONE), perp.prices.oracle
        self.price = oracle * (ONE - side * fees.base.liquidator)
        self.fee = oracle * fees.base.platform
        weight = perp.weights.init.of(perp.base)
        self._a_unit = side * (self.price - oracle * weight) - self.fee

    def reduce(self, limit: Decimal, expected: Decimal, actual: Decimal) -> None:
        """Give away base for at most `limit` of the settle token. A unit of uhupnl is expected to bring `expected` of
        it in the end, and brings `actual` now."""
        if self._a_unit <= 0 or expected <= 0:
            return
        wanted = divide(min(self._missing, limit), self._a_unit * expected)
        if self._lot is not None:
            wanted = to_grid(wanted, self._lot, ROUND_CEILING)
        base = max(ZERO, min(wanted, self._left - self.base))
        self.base += base
        self.unweighted += base * self._a_unit
        self._add(base * self._a_unit * actual)

    def settle(self) -> None:
        """Turn profit into the settle token, where that gains more than the profit counts for already."""
        gain = ONE - self._settling - self._overall
        if gain <= 0:
            return
        amount = max(ZERO, min(divide(self._missing, gain), self._most_profit - self.settled, self.unweighted))
        self.settled += amount
        self.unweighted -= amount
        self._add(amount * gain)

    @property
    def _missing(self) -> Decimal:
        return added_for_no_health(self.token, self.health, self.balance, "liquidation_end")

    def _add(self, amount: Decimal) -> None:
        before = self.token.contribution(self.balance, "liquidation_end")
        self.balance += amount
        self.health += self.token.contribution(self.balance, "liquidation_end") - before


@exactly
def insurance_payment(
    liability: Decimal, price: Decimal, fee: Decimal, insurance_price: Decimal, unit: Decimal, same_token: bool = False
) -> Decimal:
    """What the insurance fund pays a liquidator to take over a bankrupt account's debt: liability × price × (1 + fee) ÷
    price of the fund's token, rounded up to `unit`. A debt in that very token it pays itself, without a fee."""
    factor = ONE if same_token else divide(price * (ONE + fee), insurance_price)
    return to_grid(liability * factor, unit, ROUND_CEILING)


@exactly
def covered_by(payment: Decimal, price: Decimal, fee: Decimal, insurance_price: Decimal) -> Decimal:
    """How much of a debt a payment of the insurance fund takes over: the other way round."""
    return divide(payment * insurance_price, price * (ONE + fee))


@exactly
def socialised_index(index: Decimal, loss: Decimal, indexed_deposits: Decimal) -> Decimal:
    """The deposit index once depositors have borne a loss: index − loss ÷ indexed deposits."""
    return index - divide(loss, indexed_deposits)


@exactly
def socialised_funding(loss: Decimal, open_interest: Decimal) -> Decimal:
    """What each unit of open interest, long and short, pays of a perpetual's loss."""
    return divide(loss, open_interest) if open_interest else ZERO
