"""Vertex: coins and perpetuals under one health, liquidated by whoever comes first.

Health = Σ coin × weight × price + Σ (perpetual × weight × price + vQuote) + quote money, with initial weights to open
and maintenance weights to stay; opposite coin and perpetual of one asset get a credit. Here the same number is equity
less what of it the weights don't count, so that credit and requirement are those of any perpetual.

Sources: vertex-contracts @e1381815 core/contracts: BaseEngine.sol, Clearinghouse.sol (getHealth), ClearinghouseLiq.sol,
ClearinghouseStorage.sol (getLiqPriceX18, getSpreadLiqPriceX18), PerpEngine.sol (socializeSubaccount),
PerpEngineState.sol and SpotEngineState.sol (updates), Constants.sol, Endpoint.sol; vertex-web-monorepo-snapshot
@d1cf5ced liquidationPriceCalcs.ts; weights of BTC from docs.nado.xyz. As collected on 2026-11-22.

The venue has no numeric tests of its own. What the sources leave open is on its card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from engine.account import CROSS, Account, Mode, Pool, Position, isolated_key
from engine.assets import base_asset
from engine.formula import Formula, Max, Price, Scaled, Sum
from engine.margin import Health, initial_requirement
from engine.numbers import EXACT, ONE, ZERO, divide
from engine.orders.order import PositionSide, position_key
from engine.rulebooks.base import (
    Accrual,
    Charge,
    Failing,
    HandOver,
    Level,
    OwnGauge,
    Refusal,
    Role,
    SetupError,
    Step,
)
from engine.rulebooks.data.vertex_card import CARD
from engine.rulebooks.data.vertex_weights import OTHER_PERP, OTHER_SPOT, PERP, SPOT
from engine.rules.curves import YEAR, KinkedCurve, curve_by_rise, supply_rate
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    fraction,
    named,
    only,
    overridden,
    rate_setter,
    set_flat_maintenance,
)
from engine.rules.spot_and_perp import (
    DEPOSITORS,
    Growth,
    is_spot,
    perp_positions,
    spot_and_perp_accruals,
    spot_positions,
)
from engine.rules.spreads import Spread, outside, spreads_of
from engine.rules.venue import HOUR, Venue
from engine.rules.weights import MarketWeights, Weights, haircut, mirrored, weighed

DAY = 86_400
FIFTH = Decimal("0.2")
INTEREST_FEE = Decimal("0.2")
"""INTEREST_FEE_FRACTION of Constants.sol."""

CURVE = curve_by_rise(Decimal("0.01"), Decimal("0.04"), ONE, Decimal("0.8"))
"""The quote asset's: SpotEngine.sol _initialize."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers of 2026-11-22; `set NAME VALUE` overrides one. Rates are fractions, money in quote units."""

    perp: Mapping[str, MarketWeights] = field(default_factory=lambda: PERP)
    spot: Mapping[str, MarketWeights] = field(default_factory=lambda: SPOT)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    curve: KinkedCurve = CURVE
    utilisation: Decimal = Decimal("0.5")
    funding_cap: Decimal = Decimal("0.02")
    insurance_share: Decimal = Decimal("0.5")
    isolated_accounts: int = 10
    taker: Decimal = Decimal("0.0002")
    maker: Decimal = ZERO
    fund_capital: Decimal = Decimal(1_000_000)

    def weights_of(self, symbol: str) -> MarketWeights:
        """A market's weights; a flat maintenance rate takes the place of its maintenance weights."""
        table, other = (self.spot, OTHER_SPOT) if is_spot(symbol) else (self.perp, OTHER_PERP)
        stated = table.get(base_asset(symbol), other)
        rate = flat_rate(self.flat_maintenance, symbol)
        if rate is None:
            return stated
        return mirrored(min(stated.initial.long, ONE - rate), ONE - rate)


class Vertex(Venue):
    """The rulebook `vertex`."""

    card = CARD
    keeps = "what stays must cover the positions at their initial weights"
    modes = ("cross", "isolated")
    insurer = "insurance fund"
    bearer = "open interest"
    accrues = "by pool"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The insurance fund, with a capital that is stated here, not by the venue."""
        return {self.insurer: self.parameters.fund_capital}

    def bearer_of(self, pool: Pool) -> str:
        """Positions of a perpetual's market, through funding; a coin's depositors, through what deposits are worth."""
        return self.bearer if perp_positions(pool) else DEPOSITORS

    def lends(self, symbol: str) -> bool:
        """Coins are."""
        return is_spot(symbol)

    def fee_rate(self, role: Role) -> Decimal:
        """Taker 0.02 %, maker nothing."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """1 ÷ (1 − initial weight)."""
        return self.parameters.weights_of(symbol).initial.leverage

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """The cross account, or one of ten isolated accounts for a perpetual (OffchainExchange.sol)."""
        if mode == "cross":
            return CROSS
        if is_spot(symbol):
            return Refusal(f"{symbol} is a coin, and vertex isolates perpetuals only", "say cross")
        key = isolated_key(position_key(symbol, position_side))
        others = [pool for pool in account.pools.values() if pool.mode == "isolated" and pool.key != key]
        if sum(1 for pool in others if pool.positions) >= self.parameters.isolated_accounts:
            most = self.parameters.isolated_accounts
            return Refusal(f"vertex keeps {most} isolated accounts at most", "close one of them, or say cross")
        return key

    def weights(self, symbol: str, level: Level) -> Weights:
        """Maintenance weights to stay open, initial ones for everything else."""
        both = self.parameters.weights_of(symbol)
        return both.maintenance if level == "maintenance" else both.initial

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Equity against what the weights don't count of it, less the spreads' credit. Equality is safe. To open, a
        perpetual's chosen leverage counts as well; nothing is required where markets stand still."""
        equity = pool.equity(collateral)
        if level == "backstop":
            return Health(equity, Sum("nothing", ()))
        spreads, label = spreads_of(pool), "maintenance" if level == "maintenance" else "initial"
        parts = [self._required(p, spreads, level) for _, p in sorted(pool.positions.items())]
        given_back = [self._credit(spread, level) for spread in spreads]
        return Health(equity, Sum(f"{label} requirement", (*parts, *given_back)))

    def _required(self, position: Position, spreads: tuple[Spread, ...], level: Level) -> Formula:
        weights = self.weights(position.symbol, level)
        by_weight, alone = haircut(weighed(position, weights)), outside(position, spreads)
        if level != "order" or is_spot(position.symbol) or not alone.size:
            return by_weight
        more = initial_requirement(alone) - haircut(weighed(alone, weights))
        return Sum(f"{position.name} initial", (by_weight, Max("more by its leverage", (more, Sum("nothing", ())))))

    def _credit(self, spread: Spread, level: Level) -> Formula:
        rate = self._spread_rate(spread, level)
        prices = Sum("both prices", (Price(spread.spot.symbol), Price(spread.perp.symbol)))
        return Scaled(f"credit for the {spread.asset} spread", -spread.basis * rate, prices)

    def _spread_rate(self, spread: Spread, level: Level) -> Decimal:
        spot, perp = self.weights(spread.spot.symbol, level), self.weights(spread.perp.symbol, level)
        return spread_credit_rate(spot.long, perp.long, spread.long_spot)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What a position on its own must have to be opened."""
        pool = Pool("", "", {position.key: position})
        return self.health(pool, ZERO, "order").requirement.exact({position.symbol: mark})

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """Maintenance health, which the venue shows as funds until liquidation."""
        health = self.health(pool, collateral, "maintenance").margin.exact(marks)
        return OwnGauge("funds until liquidation", health, ZERO, rises=False)

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """An hour of clamp(premium, ±2 % a day); none without a premium."""
        return funding_payment(ONE, premium or ZERO, HOUR // 1000, self.parameters.funding_cap)

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """An hour's funding and interest."""
        own = self.parameters
        borrowed = growth_of(borrow_rate(own.curve, own.utilisation), HOUR // 1000)
        hour = Growth(supply_rate(borrowed, own.utilisation, INTEREST_FEE), borrowed)
        return spot_and_perp_accruals(
            pool, collateral, marks, lambda symbol: self.funding_rate(symbol, premiums.get(symbol)), lambda _: hour
        )

    def next_step(self, failing: Failing) -> Step | None:
        """One hand-over after the other while maintenance health is below zero, each as large as initial health of
        zero allows (ClearinghouseLiq.sol)."""
        second = self._second_leg(failing)
        if second is not None:
            return second
        if self.health(failing.pool, failing.collateral, "maintenance").safe(failing.marks):
            return None
        return next(self._hand_overs(failing), None)

    def _hand_overs(self, failing: Failing) -> Iterator[HandOver]:
        """What can be taken, in order: spreads with a coin, coins and perpetuals, spreads without one, coins owed."""
        every, marks = spreads_of(failing.pool), failing.marks
        spreads = [spread for spread in every if spread.symbols <= failing.trading]
        rest = [outside(p, every) for p in failing.pool.positions.values() if p.symbol in failing.trading]
        alone = sorted((p for p in rest if p.size), key=lambda p: (-self._penalty(p, marks, "maintenance"), p.key))
        debts = [p for p in alone if is_spot(p.symbol) and p.size < 0]
        yield from (self._first_leg(spread, failing) for spread in spreads if spread.long_spot)
        yield from (self._single(p, failing) for p in alone if p not in debts)
        yield from (self._first_leg(spread, failing) for spread in spreads if not spread.long_spot)
        yield from (self._single(p, failing) for p in debts)

    def _penalty(self, position: Position, marks: Mapping[str, Decimal], level: Level) -> Decimal:
        """What its weight doesn't count of a position."""
        return haircut(weighed(position, self.weights(position.symbol, level))).exact(marks)

    def _single(self, position: Position, failing: Failing) -> HandOver:
        """A position outside of spreads: at the liquidation price, half of the discount to insurance."""
        mark, size = failing.marks[position.symbol], abs(position.size)
        price = liquidation_price(mark, self.weights(position.symbol, "maintenance").of(position.size))
        required = divide(self._penalty(position, failing.marks, "order"), size)
        return self._at(position, self._within(size, required - abs(mark - price), failing), price, mark)

    def _first_leg(self, spread: Spread, failing: Failing) -> HandOver:
        """A spread's perpetual goes first, at the mark; its coin follows in any case, by `_second_leg`."""
        marks, legs = failing.marks, [replace(leg, size=Decimal(leg.side)) for leg in (spread.spot, spread.perp)]
        spot, perp = (marks[leg.symbol] for leg in legs)
        single = sum((self._penalty(leg, marks, "order") for leg in legs), ZERO)
        required = single - EXACT.multiply(spot + perp, self._spread_rate(spread, "order"))
        discount = abs(spot - self._spread_price(spread.spot, spread.perp.symbol, marks))
        return HandOver(spread.perp.key, self._within(spread.basis, required - discount, failing), perp)

    def _second_leg(self, failing: Failing) -> HandOver | None:
        """The coin of a spread whose perpetual has just been taken: the one step at exactly the mark."""
        last = failing.done[-1] if failing.done else None
        if not isinstance(last, HandOver):
            return None
        symbol = last.position.partition(":")[0]
        if is_spot(symbol) or last.price != failing.marks[symbol]:
            return None
        asset = base_asset(symbol)
        coin = next((p for p in spot_positions(failing.pool) if base_asset(p.symbol) == asset), None)
        if coin is None:
            return None
        price = self._spread_price(coin, symbol, failing.marks)
        return self._at(coin, min(last.size, abs(coin.size)), price, failing.marks[coin.symbol])

    def _spread_price(self, coin: Position, perp: str, marks: Mapping[str, Decimal]) -> Decimal:
        weight = self.weights(perp if coin.size > 0 else coin.symbol, "maintenance").of(coin.size)
        return spread_liquidation_price(marks[coin.symbol], weight)

    def _at(self, position: Position, size: Decimal, price: Decimal, mark: Decimal) -> HandOver:
        """The liquidator pays half of the discount more than the account is paid; insurance gets that."""
        share = self.parameters.insurance_share
        cut = insurance_cut(mark, price, position.side * size, share)
        return HandOver(position.key, size, liquidator_price(mark, price, share), (Charge(self.insurer, cut),))

    def _within(self, size: Decimal, gain: Decimal, failing: Failing) -> Decimal:
        """As much as brings initial health, which a unit raises by `gain`, to zero; all of it where none does."""
        missing = -self.health(failing.pool, failing.collateral, "liquidation_end").margin.exact(failing.marks)
        return min(size, divide(missing, gain)) if gain > 0 and missing > 0 else size


def spread_credit_rate(spot_long: Decimal, perp_long: Decimal, long_spot: bool) -> Decimal:
    """Spread penalty − (weights of both longs) ÷ 2, with the penalty 1 − (1 − weight) ÷ 5 of the perpetual where the
    coin is held, of the coin where it is borrowed (Clearinghouse.sol getHealth)."""
    penalty = ONE - EXACT.multiply(ONE - (perp_long if long_spot else spot_long), FIFTH)
    return EXACT.subtract(penalty, divide(spot_long + perp_long, Decimal(2)))


def liquidation_price(oracle: Decimal, weight: Decimal) -> Decimal:
    """What a liquidated account is paid a unit: oracle × (1 + (maintenance weight − 1) ÷ 5) (getLiqPriceX18)."""
    return EXACT.multiply(oracle, ONE + EXACT.multiply(weight - ONE, FIFTH))


def spread_liquidation_price(oracle: Decimal, weight: Decimal) -> Decimal:
    """What a liquidated account is paid for a spread's coin: oracle × (1 + (maintenance weight − 1) ÷ 25); the
    perpetual's long weight where the coin is held, the coin's short weight where it is owed (getSpreadLiqPriceX18)."""
    return EXACT.multiply(oracle, ONE + EXACT.multiply(weight - ONE, FIFTH * FIFTH))


def insurance_cut(oracle: Decimal, price: Decimal, amount: Decimal, share: Decimal = Decimal("0.5")) -> Decimal:
    """What a liquidator pays to insurance for a signed amount: share × (oracle − price) × amount (Constants.sol)."""
    return EXACT.multiply(EXACT.multiply(share, oracle - price), amount)


def liquidator_price(oracle: Decimal, price: Decimal, share: Decimal = Decimal("0.5")) -> Decimal:
    """What a unit costs the liquidator of a long, or brings that of a short: insurance's part of the discount added to
    what the account is paid (ClearinghouseLiq.sol _handleLiquidationPayment)."""
    return EXACT.add(price, EXACT.multiply(share, oracle - price))


def estimated_liquidation_price(oracle: Decimal, health: Decimal, amount: Decimal, weight: Decimal) -> Decimal:
    """Where maintenance health is gone, as the venue's screen estimates it: long oracle − health ÷ amount ÷ weight,
    short oracle + health ÷ |amount| × weight (liquidationPriceCalcs.ts; the exact one divides for shorts as well)."""
    a_unit = divide(health, abs(amount))
    return oracle - divide(a_unit, weight) if amount > 0 else oracle + EXACT.multiply(a_unit, weight)


def capped_difference(index: Decimal, difference: Decimal, cap: Decimal) -> Decimal:
    """The mean difference of perpetual and index, at most `cap` of the index either way (MAX_DAILY_FUNDING_RATE)."""
    most = EXACT.multiply(cap, index)
    return max(-most, min(most, difference))


def funding_payment(index: Decimal, difference: Decimal, seconds: int, cap: Decimal) -> Decimal:
    """What longs pay a unit for a time: the capped difference × seconds ÷ a day (PerpEngineState.sol updateStates)."""
    return divide(EXACT.multiply(capped_difference(index, difference, cap), Decimal(seconds)), Decimal(DAY))


def socialised_funding(debt: Decimal, open_interest: Decimal) -> Decimal:
    """What longs and shorts lose a unit of open interest for a debt (vQuote < 0) that insurance can't pay:
    −vQuote ÷ open interest ÷ 2 (PerpEngine.sol socializeSubaccount)."""
    return divide(-debt, open_interest) / 2


def borrow_rate(curve: KinkedCurve, utilisation: Decimal) -> Decimal:
    """A year's rate: floor + small cap × U ÷ inflection, above it floor + small cap + large cap × (U − inflection) ÷
    (1 − inflection); nothing where nothing is borrowed (SpotEngineState.sol _updateState)."""
    return curve.rate(utilisation) if utilisation else ZERO


@lru_cache(maxsize=64)  # asked for every hour
def growth_of(rate: Decimal, seconds: int) -> Decimal:
    """What a unit borrowed grows by: (1 + rate ÷ year)^seconds − 1 (SpotEngineState.sol)."""
    return EXACT.subtract(EXACT.power(ONE + divide(rate, Decimal(YEAR)), seconds), ONE)


def _set_weights(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set weights BTC 95% 97%`: initial and maintenance weight of a long; shorts mirror them."""
    example = "set weights BTC 95% 97%, or set weights BTC-SPOT 90% 95%"
    only(words, 3, example)
    symbol, initial, maintenance = named(words[0], example), *(fraction(each, "weights") for each in words[1:])
    if not 0 < initial <= maintenance:
        raise SetupError("the initial weight must be above zero, and no more than the maintenance weight", example)
    where, changed = base_asset(symbol), mirrored(initial, maintenance)
    if is_spot(symbol):
        return replace(parameters, spot=MappingProxyType({**parameters.spot, where: changed}))
    return replace(parameters, perp=MappingProxyType({**parameters.perp, where: changed}))


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "weights": _set_weights,
        "maintenance": set_flat_maintenance,
        "utilisation": rate_setter("utilisation", "utilisation"),
        "funding-cap": rate_setter("funding-cap", "funding_cap"),
        "insurance-share": rate_setter("insurance-share", "insurance_share"),
        "insurance-fund": capital_setter("insurance-fund", "fund_capital"),
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> Vertex:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return Vertex(overridden(Parameters(), OVERRIDES, overrides, "vertex"))
