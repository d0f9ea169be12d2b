"""GMX v1 perpetuals, traded against the GLP pool.

Isolated margin a market and side; the pool is everybody's counterparty, at the oracle price and without a book; a
borrow fee by how much of the pool is reserved; a keeper liquidates in one of two states, and profit doesn't count.
Sources: gmx-io/gmx-contracts (Vault.sol, VaultUtils.sol, test/core/Vault), gmx-io/gmx-interface (constants and
getLiquidationPrice of 2023-06-01), as collected on 2026-11-22; each formula names its function.

`size` is the position in USD as it was bought, which is what its entry cost: it does not move with the price.
What the sources leave open and what is left out here stands on the card (`data/gmx_v1_card.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import ClassVar

from engine.account import Mode, Pool, Position
from engine.formula import Const, Formula, Max, Min, Price, Scaled, Sum
from engine.margin import Health
from engine.market import Market
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, divide, plain, to_grid
from engine.rulebooks.base import (
    Accrual,
    Card,
    Charge,
    Exposure,
    Failing,
    Level,
    OwnGauge,
    Reduce,
    Refusal,
    Role,
    Step,
    TakeOver,
)
from engine.rulebooks.data.gmx_v1_card import CARD
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    only,
    overridden,
    rate_setter,
    set_flat_maintenance,
    whole_leverage,
)
from engine.rules.venue import Venue

MILLIONTH = Decimal("0.000001")
BASIS_POINTS = Decimal(10_000)
FEE_RESERVES, KEEPER = "fee reserves", "keeper"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers of 2023-06-01; `set NAME VALUE` in a set-up overrides one. Rates are fractions, money in USD.

    `utilisation` and `pool_capital` are stated here, not by the venue.
    """

    smallest_size: Decimal = Decimal(10)
    smallest_leverage: Decimal = Decimal("1.1")
    largest_leverage: int = 50
    liquidation_leverage: Decimal = Decimal(100)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    margin_fee: Decimal = Decimal("0.001")
    liquidation_fee: Decimal = Decimal(5)
    borrow_rate: Decimal = Decimal("0.0001")
    utilisation: Decimal = Decimal("0.5")
    pool_capital: Decimal = Decimal(400_000_000)


class GmxV1(Venue):
    """The rulebook `gmx_v1`."""

    card: ClassVar[Card] = CARD
    keeps: ClassVar[str] = "what stays must keep the position at 50x at most, its loss counted and its profit not"
    modes: ClassVar[tuple[Mode, ...]] = ("isolated",)
    insurer: ClassVar[str] = "GLP pool"
    hedge_mode = True
    order_book = False
    fees_from_pool = True
    accrues = "by pool"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The pool, with a capital that is stated here, not by the venue."""
        return {self.insurer: self.parameters.pool_capital}

    def fee_rate(self, role: Role) -> Decimal:
        """The margin fee: the same for whoever trades (Vault.getPositionFee)."""
        return self.parameters.margin_fee

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """50x; nothing beyond what the pool can still reserve (Vault._increaseReservedAmount)."""
        return self.parameters.largest_leverage if notional <= self.free_of_pool else 0

    def largest_notional(self, symbol: str, leverage: int) -> Decimal | None:
        """What the pool can still reserve."""
        return self.free_of_pool

    @property
    def free_of_pool(self) -> Decimal:
        """What is not reserved yet, in USD: the pool pays no profit that it has not set aside."""
        return EXACT.multiply(self.parameters.pool_capital, ONE - self.parameters.utilisation)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """Size ÷ leverage, whatever the mark."""
        return divide(size_of(position), Decimal(position.leverage))

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """Positions of less than $10 or at less than 1.1x (gmx-interface)."""
        own = self.parameters
        for position in pool.positions.values():
            size = size_of(position)
            if size < own.smallest_size:
                return Refusal(
                    f"{position.name} of ${plain(size)} is less than the venue takes",
                    f"at least ${plain(own.smallest_size)}",
                )
            if size < EXACT.multiply(own.smallest_leverage, collateral):
                return Refusal(f"{position.name} would be at less than {plain(own.smallest_leverage)}x", "try 2x")
        return None

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Collateral less the loss, against: size ÷ leverage to open; size ÷ 50 to take margin out; the larger of the
        two liquidation conditions to stay; state 1 alone while a market stands still. Equality is safe."""
        positions = [position for _, position in sorted(pool.positions.items())]
        losses = tuple(_loss(position) for position in positions)
        credit = Sum("collateral less losses", (Const("collateral", collateral), *losses))
        return Health(credit, Sum("requirement", tuple(self._requirement(each, level) for each in positions)))

    def _requirement(self, position: Position, level: Level) -> Formula:
        own, size, name = self.parameters, size_of(position), position.name
        fees = self.margin_fees(size) + own.liquidation_fee
        state_one = Const(f"{name} state 1: closing fee and keeper’s fee", fees)
        if level == "order":
            posted = self.initial_margin(position, ZERO) - self.margin_fees(size)
            return Const(f"{name} at {position.leverage}x, less the opening fee", posted)
        if level == "backstop":
            return state_one
        if level == "withdraw":
            allowed = Decimal(own.largest_leverage)
            return Max(f"{name} to take out", (state_one, Const(f"{name} at {allowed}x", divide(size, allowed))))
        most = self.liquidation_leverage(position.symbol)
        unsettled, times = divide(size, most) - borrow_fee_paid(position), plain(round(most, 2))
        return Max(
            f"{name} maintenance",
            (state_one, Const(f"{name} state 2: size ÷ {times}, less the borrow fee taken so far", unsettled)),
        )

    def liquidation_leverage(self, symbol: str) -> Decimal:
        """100x, the same for all (Vault.maxLeverage), or 1 ÷ the maintenance that was set for a market."""
        rate = flat_rate(self.parameters.flat_maintenance, symbol)
        return self.parameters.liquidation_leverage if rate is None else divide(ONE, rate)

    def margin_fees(self, size: Decimal) -> Decimal:
        """The fee for closing `size` USD, without the borrow fee (Vault.getPositionFee)."""
        return EXACT.multiply(self.parameters.margin_fee, size)

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """An hour's borrow fee of every position (Vault.getNextFundingRate, VaultUtils.getFundingFee)."""
        own = self.parameters
        steps = interval_rate(divide(own.borrow_rate, MILLIONTH), own.utilisation, ONE)
        return tuple(
            Accrual(
                position=key,
                asset=position.name,
                kind="borrow fee",
                rate=EXACT.multiply(steps, MILLIONTH),
                notional=size_of(position),
                amount=-borrow_fee(size_of(position), steps),
            )
            for key, position in sorted(pool.positions.items())
        )

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """Leverage, and the leverage at which the present requirement is met: below 100x where the fees and $5 are
        more than 1 % of size."""
        health = self.health(pool, collateral, "maintenance")
        size = sum((size_of(position) for position in pool.positions.values()), ZERO)
        credit, required = health.credit.exact(marks), health.requirement.exact(marks)
        if not size or credit <= 0 or required <= 0:
            return None
        return OwnGauge("leverage", divide(size, credit), divide(size, required), rises=True)

    def next_step(self, failing: Failing) -> Step | None:
        """State 2: close it whole; state 1: the pool keeps what is left of it (Vault.liquidatePosition)."""
        for key, position in sorted(failing.pool.positions.items()):
            state, fees = self.liquidation_state(position, failing.collateral, failing.marks[position.symbol])
            if state == 2 and position.symbol in failing.trading:
                return Reduce(key, ONE)
            if state == 1:
                paid = payout(fees, self.parameters.liquidation_fee)
                return TakeOver(self.insurer, charges=(Charge(FEE_RESERVES, paid.fees), Charge(KEEPER, paid.keeper)))
        return None

    def liquidation_state(self, position: Position, collateral: Decimal, mark: Decimal) -> tuple[int, Decimal]:
        """0, 1 or 2, and the fees to collect, of a position alone in a pool; `collateral` is without the borrow fees
        that were taken from it. Source: VaultUtils.validateLiquidation."""
        own, size, gain = self.parameters, size_of(position), position.unrealised(mark)
        borrowed, loss = borrow_fee_paid(position), max(ZERO, -gain)
        fees = self.margin_fees(size)
        state = liquidation_state(
            remaining=collateral + borrowed - loss,
            size=size,
            margin_fees=fees + borrowed,
            liquidation_fee=own.liquidation_fee,
            max_leverage=self.liquidation_leverage(position.symbol),
        )
        left = collateral - loss
        return state, left if ZERO <= left < fees else fees

    def adl_order(
        self, symbol: str, candidates: tuple[Exposure, ...], mark: Decimal
    ) -> tuple[tuple[Exposure, Decimal], ...]:
        """Nobody: the pool is the only counterparty."""
        return ()

    def others(self, market: Market, price: Decimal) -> tuple[Exposure, ...]:
        """Nobody."""
        return ()


def size_of(position: Position) -> Decimal:
    """A position's size as the venue counts it: USD at entry."""
    return abs(position.cost)


def borrow_fee_paid(position: Position) -> Decimal:
    """What the borrow fee has taken of a position's collateral since it was opened, USD."""
    return max(ZERO, -position.funding)


def _loss(position: Position) -> Formula:
    gain = Sum(
        f"{position.name} unrealised",
        (
            Scaled(f"{position.name} coins × price", position.size, Price(position.symbol)),
            Const("less its size", -position.cost),
        ),
    )
    return Min(f"{position.name} loss", (Const("profit does not count", ZERO), gain))


def delta(
    size: Decimal, average_price: Decimal, price: Decimal, long: bool, least_profit: Decimal = ZERO
) -> tuple[bool, Decimal]:
    """Whether a position has a profit, and its profit or loss in USD: size × |average − price| ÷ average.

    A profit of at most `least_profit` (a fraction of size, while the position is younger than the venue's minimum
    time) counts as nothing. Longs are judged by the lower oracle price, shorts by the higher. Source: Vault.getDelta.
    """
    gains = price > average_price if long else price < average_price
    amount = divide(EXACT.multiply(size, abs(average_price - price)), average_price)
    return gains, ZERO if gains and amount <= EXACT.multiply(size, least_profit) else amount


def next_average_price(
    size: Decimal, gains: bool, amount: Decimal, added: Decimal, price: Decimal, long: bool
) -> Decimal:
    """The average price after `added` USD more at `price`, the profit or loss so far being `amount`:
    price × next size ÷ (next size ± amount), + for a long's profit and a short's loss.

    Source: Vault.getNextAveragePrice.
    """
    following = size + added
    return divide(EXACT.multiply(price, following), following + (amount if gains == long else -amount))


def leverage_in_basis_points(size: Decimal, collateral: Decimal) -> Decimal:
    """Size × 10,000 ÷ collateral, rounded down. Source: Vault.getPositionLeverage."""
    return to_grid(divide(EXACT.multiply(size, BASIS_POINTS), collateral), ONE, ROUND_FLOOR)


def interval_rate(factor: Decimal, reserved: Decimal, pool: Decimal, intervals: int = 1) -> Decimal:
    """What the cumulative borrow rate grows by, in millionths: factor × reserved × intervals ÷ pool, rounded down.
    Source: Vault.getNextFundingRate."""
    return to_grid(divide(EXACT.multiply(factor, reserved) * intervals, pool), ONE, ROUND_FLOOR)


def borrow_fee(size: Decimal, rate: Decimal) -> Decimal:
    """The borrow fee on `size` USD when the cumulative rate has grown by `rate` millionths. Source:
    VaultUtils.getFundingFee."""
    return EXACT.multiply(EXACT.multiply(size, rate), MILLIONTH)


def liquidation_state(
    *, remaining: Decimal, size: Decimal, margin_fees: Decimal, liquidation_fee: Decimal, max_leverage: Decimal
) -> int:
    """1 where what remains of the collateral after the loss is less than the fees, the keeper's included; 2 where it is
    less than size ÷ max leverage; else 0. Source: VaultUtils.validateLiquidation."""
    if remaining < margin_fees + liquidation_fee:
        return 1
    return 2 if remaining < divide(size, max_leverage) else 0


@dataclass(frozen=True, slots=True)
class Payout:
    """What a position deleted in state 1 pays: `fees` to the fee reserves, `keeper` to who called it."""

    fees: Decimal
    keeper: Decimal


def payout(margin_fees: Decimal, liquidation_fee: Decimal, price: Decimal = ONE, unit: Decimal = MONEY_UNIT) -> Payout:
    """State 1's payments in the collateral token, worth `price` USD (the higher oracle price) and counted in `unit`s.
    Source: Vault.liquidatePosition."""
    return Payout(tokens(margin_fees, price, unit), tokens(liquidation_fee, price, unit))


def returned(collateral: Decimal, loss: Decimal, fees: Decimal) -> Decimal:
    """What comes back of a position that is closed whole at a loss, USD. Source: Vault._reduceCollateral."""
    return collateral - loss - fees


def tokens(amount: Decimal, price: Decimal, unit: Decimal) -> Decimal:
    """`amount` USD in a token of `price`, rounded down to its unit. Source: Vault.usdToTokenMin."""
    return to_grid(divide(amount, price), unit, ROUND_FLOOR)


def _set_max_leverage(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set max-leverage 30x`."""
    only(words, 1, "set max-leverage 30x")
    return replace(parameters, largest_leverage=whole_leverage(words[0], "max-leverage", "set max-leverage 30x"))


def _set_utilisation(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set utilisation 80%`, up to 100 %."""
    share = ONE if words == ("100%",) else rate_setter("utilisation", "utilisation")(parameters, words).utilisation
    return replace(parameters, utilisation=share)


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "utilisation": _set_utilisation,
        "borrow-fee": rate_setter("borrow-fee", "borrow_rate"),
        "margin-fee": rate_setter("margin-fee", "margin_fee"),
        "liquidation-fee": capital_setter("liquidation-fee", "liquidation_fee"),
        "maintenance": set_flat_maintenance,
        "max-leverage": _set_max_leverage,
        "pool": capital_setter("pool", "pool_capital"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> GmxV1:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return GmxV1(overridden(Parameters(), OVERRIDES, overrides, "gmx_v1"))
