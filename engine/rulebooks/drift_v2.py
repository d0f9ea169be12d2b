"""Drift v2: perpetuals with coins as collateral, liquidated in parts that grow with time.

Total collateral is what is held at its asset weights, with open profit; the requirement is what is owed at its
liability weights and perpetuals at their margin ratios. Here the same difference is equity less what doesn't count of
it, so that credit and requirement are those of any perpetual; `Drift.totals` gives the venue's own two.

Sources: drift-labs/protocol-v2 @0ae3e3b1 (2026-04-01) programs/drift/src: math/margin.rs, math/liquidation.rs,
math/spot_balance.rs, controller/liquidation.rs, controller/funding.rs, state/margin_calculation.rs,
state/perp_market.rs, state/user.rs; docs.drift.trade cross-collateral; as collected on 2026-11-22.
What the sources leave open is on its card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Literal

from engine.account import Account, Mode, Pool, Position
from engine.formula import Const, Formula, Max, Min, Price, Scaled, Sum
from engine.margin import Charged, Health, initial_requirement
from engine.numbers import EXACT, ONE, ZERO, divide, plain
from engine.orders.order import PositionSide
from engine.rulebooks.base import (
    Accrual,
    CancelOrders,
    Charge,
    Failing,
    HandOver,
    Level,
    OwnGauge,
    Refusal,
    Role,
    Step,
    Wait,
)
from engine.rulebooks.data.drift_v2_card import CARD
from engine.rulebooks.data.drift_v2_markets import FUNDING_CAPS, INSURED, RISE, Tier
from engine.rulebooks.data.drift_v2_parameters import OVERRIDES, Parameters
from engine.rules.curves import rate_through_points, simple_growth, supply_rate
from engine.rules.modes import one_mode_key
from engine.rules.overrides import overridden
from engine.rules.size_premium import FOUR_FIFTHS, high_leverage_ratio, leverage_of, size_discount, size_premium
from engine.rules.spot_and_perp import (
    DEPOSITORS,
    Growth,
    is_spot,
    perp_positions,
    quote_money,
    spot_and_perp_accruals,
    spot_positions,
)
from engine.rules.throttled import (
    LARGEST_MULTIPLE,
    SMALL,
    base_to_cover,
    insurance_fee,
    liquidator_fee,
    share_to_free,
)
from engine.rules.venue import HOUR, Venue
from engine.rules.weights import ONE_QUOTE, Weighed, Weights, haircut, held_against_owed

SLOT = 400
"""Milliseconds."""

OFFSET = divide(ONE, Decimal(5000))
"""What is added to a day's premium (FUNDING_RATE_OFFSET_DENOMINATOR)."""

SETTLED = Decimal("0.001")
"""The share of what was freed that may still be short, and of what is short that one part may fail to free, by prices
and sizes on their grids; the venue counts sizes."""

Kind = Literal["initial", "fill", "maintenance"]
"""What a margin ratio is asked for; fills are judged half-way between the other two."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The venue's own two figures of an account: it stands while collateral ≥ requirement."""

    collateral: Formula
    requirement: Formula


class Drift(Venue):
    """The rulebook `drift_v2`."""

    card = CARD
    keeps = "what stays must cover the initial margin, without open profit above $100 a position"
    modes = ("cross", "isolated")
    variants = MappingProxyType({"high-leverage": (("margin", "high-leverage"),)})
    insurer = "insurance tier a"
    bearer = "open interest"
    accrues = "by pool"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """What markets of each tier may draw from insurance."""
        return {fund_of(tier): most for tier, most in self.parameters.insured.items()}

    def insurer_of(self, pool: Pool) -> str:
        """That of the market's tier; of several, the one that may draw the least. Debts in coins count as tier A."""
        rank = list(INSURED)
        tiers = [self.parameters.perp(position.symbol).tier for position in perp_positions(pool)]
        return fund_of(max(tiers, key=rank.index, default=rank[0]))

    def bearer_of(self, pool: Pool) -> str:
        """Whoever is in the market of a perpetual, through funding; a coin's depositors, through their interest."""
        return self.bearer if perp_positions(pool) else DEPOSITORS

    def lends(self, symbol: str) -> bool:
        """Coins are."""
        return is_spot(symbol)

    def fee_rate(self, role: Role) -> Decimal:
        """Taker 0.1 %; makers get 0.02 %."""
        return self.parameters.taker if role == "taker" else -self.parameters.maker_rebate

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """1 ÷ (initial ratio), before any size premium; of coins 1 ÷ (1 − asset weight)."""
        if is_spot(symbol):
            return self.parameters.coin(symbol).weights.initial.leverage
        return leverage_of(self.ratio(symbol, ZERO, "initial"))

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """A market's position is cross or isolated; coins are cross."""
        if mode == "isolated" and is_spot(symbol):
            return Refusal(f"{symbol} is a coin, and drift_v2 isolates perpetuals only", "say cross")
        return one_mode_key(account, symbol, mode, position_side, "drift_v2")

    def ratio(self, symbol: str, size: Decimal, kind: Kind) -> Decimal:
        """A perpetual's margin ratio at a size (get_margin_ratio): ordinary, or in high-leverage mode."""
        market = self.parameters.perp(symbol)
        if self.parameters.high_leverage and market.high:
            ordinary, high = _of_kind(market.initial, market.maintenance, kind), _of_kind(*market.high, kind)
            if kind == "maintenance":
                return size_premium(size, market.factor, high)
            return high_leverage_ratio(ordinary, size_premium(size, market.factor, ordinary, bounded=False), high)
        return size_premium(size, market.factor, _of_kind(market.initial, market.maintenance, kind))

    def weights(self, symbol: str, size: Decimal, kind: Kind) -> Weights:
        """A coin's weights at a size."""
        coin = self.parameters.coin(symbol)
        both = coin.weights.maintenance if kind == "maintenance" else coin.weights.initial
        return Weights(size_discount(size, coin.factor, both.long), size_premium(size, coin.factor, both.short))

    def totals(self, pool: Pool, collateral: Decimal, kind: Kind, buffer: Decimal = ZERO) -> Totals:
        """Total collateral and margin requirement as the program adds them up; `buffer` makes them those that end a
        liquidation (margin_calculation.rs). A loss that was taken is collateral below zero there, and not borrowed."""
        lost = min(collateral, ZERO)
        money = Weighed("USDC", quote_money(pool, collateral) - lost, ONE_QUOTE, Weights(ONE, ONE))
        coins = held_against_owed((*self._coins(pool, kind), money))
        perps = perp_positions(pool)
        profits = tuple(self._profit(position, kind) for position in perps)
        requirements = tuple(self._perp(position, kind) for position in perps)
        return Totals(
            Sum("total collateral", (coins.credit, Const("lost", lost), *profits, *_on_losses(profits, buffer))),
            Sum("margin requirement", (coins.requirement, *requirements, *_on_debts(pool, collateral, buffer))),
        )

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """The same difference as equity against what doesn't count of it. Equality is safe. To open, a perpetual's
        chosen leverage counts as well; nothing is required where markets stand still."""
        if level == "backstop":
            return Health(pool.equity(collateral), Sum("nothing", ()))
        kind: Kind = "maintenance" if level in ("maintenance", "liquidation_end") else "initial"
        buffer = self.parameters.buffer if level == "liquidation_end" else ZERO
        perps, coins = perp_positions(pool), spot_positions(pool)
        profits = tuple(self._profit(position, kind) for position in perps)
        money = Const("quote money", quote_money(pool, collateral))
        values = tuple(Scaled(f"{coin.name} size × mark", coin.size, Price(coin.symbol)) for coin in coins)
        required = [*map(haircut, self._coins(pool, kind)), *(self._perp(position, kind) for position in perps)]
        if level == "order":
            pairs = zip(perps, required[len(coins) :], strict=True)
            most = [Max(f"{p.name} initial", (by_ratio, initial_requirement(p))) for p, by_ratio in pairs]
            required[len(coins) :] = most
        buffered = _on_debts(pool, collateral, buffer)
        return Health(
            Sum("equity as it counts", (money, *values, *profits, *_on_losses(profits, buffer))),
            Sum(f"{kind} requirement", (*required, *buffered)),
        )

    def _coins(self, pool: Pool, kind: Kind) -> tuple[Weighed, ...]:
        return tuple(
            Weighed(coin.name, coin.size, Price(coin.symbol), self.weights(coin.symbol, coin.size, kind))
            for coin in spot_positions(pool)
        )

    def _perp(self, position: Position, kind: Kind) -> Formula:
        size, mark = abs(position.size), Price(position.symbol)
        ratio = self.ratio(position.symbol, size, kind)
        return Charged(f"{position.name} {kind}", EXACT.multiply(size, ratio), mark, position.symbol, size, ratio)

    def _profit(self, position: Position, kind: Kind) -> Formula:
        """Open profit: a loss in full; to open, a gain at its weight and up to its cap."""
        value = Scaled(f"{position.name} size × mark", position.size, Price(position.symbol))
        profit = Sum(f"{position.name} unrealised", (value, Const("less its cost", -position.cost)))
        if kind == "maintenance":
            return profit
        own = self.parameters
        parts = (Scaled("at its weight", own.profit_weight, profit), Const("at most", own.profit_cap))
        gain = parts if own.profit_weight == ONE else (profit, *parts)
        return Min(f"{position.name} unrealised as it counts", gain)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What a position on its own must have to be opened."""
        pool = Pool("", "", {position.key: position})
        return self.health(pool, ZERO, "order").requirement.exact({position.symbol: mark})

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """The venue's health: 100 × (1 − requirement ÷ total collateral), between 0 and 100."""
        totals = self.totals(pool, collateral, "maintenance")
        held, required = totals.collateral.exact(marks), totals.requirement.exact(marks)
        if required <= 0:
            return None
        left = 100 * (1 - divide(required, held)) if held > 0 else ZERO
        return OwnGauge("health", max(ZERO, left).to_integral_value(ROUND_FLOOR), ZERO, rises=False)

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """A 24th of premium + 1/5000, clamped by the market's tier (funding.rs)."""
        return hourly_funding(premium or ZERO, self.parameters.perp(symbol).tier)

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """An hour's funding and interest; one curve stands for every coin."""
        own = self.parameters
        rate = borrow_rate(own.utilisation, own.optimal, own.optimal_rate, own.largest_rate)
        hour = Growth(
            simple_growth(supply_rate(rate, own.utilisation, ZERO), HOUR // 1000), simple_growth(rate, HOUR // 1000)
        )
        return spot_and_perp_accruals(
            pool, collateral, marks, lambda symbol: self.funding_rate(symbol, premiums.get(symbol)), lambda _: hour
        )

    def next_step(self, failing: Failing) -> Step | None:
        """Orders go first; then a liquidator takes a part, and comes again until maintenance with the buffer is there
        (controller/liquidation.rs liquidate_perp)."""
        begun = bool(failing.done or failing.phase)
        short = self._shortage(failing)
        freed = _freed_before(failing) + sum(self._freed(step, failing) for step in _taken(failing))
        if begun and short <= EXACT.multiply(freed, SETTLED):
            return None
        if not begun and self.health(failing.pool, failing.collateral, "maintenance").safe(failing.marks):
            return None
        if failing.has_orders and CancelOrders() not in failing.done:
            return CancelOrders()
        slots, own = (failing.time - failing.since) // SLOT, self.parameters
        share = share_to_free(short, freed, slots, own.begins_with, own.duration)
        target = self._target(failing)
        if target is not None and share > (SETTLED if _taken(failing) else ZERO):
            return self._part(target, short, share, slots, failing)
        if not begun:
            return None
        return Wait(failing.time + own.every * SLOT, f"freed {plain(freed)}")

    def _shortage(self, failing: Failing) -> Decimal:
        margin = self.health(failing.pool, failing.collateral, "liquidation_end").margin
        return max(ZERO, -margin.exact(failing.marks))

    def _target(self, failing: Failing) -> Position | None:
        """The largest requirement of those that trade and were not taken from at this moment."""
        taken = {step.position for step in _taken(failing)}
        open_now = [p for key, p in sorted(failing.pool.positions.items()) if key not in taken]
        trading = [p for p in open_now if p.symbol in failing.trading]
        return max(trading, key=lambda p: self._required(p).exact(failing.marks), default=None)

    def _required(self, position: Position) -> Formula:
        if not is_spot(position.symbol):
            return self._perp(position, "maintenance")
        weights = self.weights(position.symbol, position.size, "maintenance")
        return haircut(Weighed(position.name, position.size, Price(position.symbol), weights))

    def _part(self, target: Position, short: Decimal, share: Decimal, slots: int, failing: Failing) -> HandOver:
        """As much of a position as frees the share of the shortage; all of it where it is worth $50 at most."""
        mark, size = failing.marks[target.symbol], abs(target.size)
        fee, to_insurance = self._terms(target, short, slots, failing)
        most = self._to_cover(target, short, fee, to_insurance, failing)
        wanted = size if most is None or EXACT.multiply(size, mark) <= SMALL else EXACT.multiply(most, share)
        part = min(size, wanted)
        charge = Charge(self.insurer_of(failing.pool), EXACT.multiply(EXACT.multiply(part, mark), to_insurance))
        price = EXACT.multiply(mark, ONE - target.side * fee)
        return HandOver(target.key, part, price, (charge,) if charge.amount else (), up=True)

    def _terms(self, target: Position, short: Decimal, slots: int, failing: Failing) -> tuple[Decimal, Decimal]:
        """How far from the mark the liquidator trades, and what insurance takes, as fractions of the value."""
        mark, size = failing.marks[target.symbol], abs(target.size)
        if is_spot(target.symbol):
            fee = self.parameters.coin(target.symbol).liquidator_fee
            return abs(ONE - divide(ONE, ONE + target.side * fee)), ZERO
        market, ratio = self.parameters.perp(target.symbol), self._buffered_ratio(target)
        fee = market.liquidator_fee
        if self.parameters.high_leverage and market.high:
            fee = min(fee, EXACT.multiply(market.high[1], FOUR_FIFTHS))
        fee = liquidator_fee(fee, min(LARGEST_MULTIPLE * market.liquidator_fee, market.maintenance), slots)
        required = self.totals(failing.pool, failing.collateral, "maintenance").requirement.exact(failing.marks)
        own = EXACT.multiply(short, divide(self._required(target).exact(failing.marks), required))
        return fee, insurance_fee(own, size, ratio, fee, mark, market.insurance_fee)

    def _to_cover(
        self, position: Position, short: Decimal, fee: Decimal, to_insurance: Decimal, failing: Failing
    ) -> Decimal | None:
        """How much of a position frees a shortage on such terms; None where no size does."""
        mark = failing.marks[position.symbol]
        if not is_spot(position.symbol):
            return base_to_cover(short, self._buffered_ratio(position), fee, to_insurance, mark)
        own, size = self.parameters, position.size
        weight = self.weights(position.symbol, size, "maintenance").of(size)
        money = ONE + own.buffer if quote_money(failing.pool, failing.collateral) < 0 else ONE
        traded = EXACT.multiply(ONE - position.side * fee, money)
        freed = traded - weight if size > 0 else weight + own.buffer - traded
        return divide(short, EXACT.multiply(mark, freed)) if freed > 0 else None

    def _buffered_ratio(self, position: Position) -> Decimal:
        return self.ratio(position.symbol, abs(position.size), "maintenance") + self.parameters.buffer

    def _freed(self, step: HandOver, failing: Failing) -> Decimal:
        """What a part that was taken at this moment has freed of the shortage."""
        now = failing.pool.position(step.position)
        mark = failing.marks[now.symbol]
        before = replace(now, size=now.size + (step.size if step.price < mark else -step.size))
        value = EXACT.multiply(step.size, mark)
        charged = sum((charge.amount for charge in step.charges), ZERO)
        fee = divide(abs(mark - step.price), mark)
        of_one = self._to_cover(before, ONE, fee, divide(charged, value), failing)
        return divide(step.size, of_one) if of_one else ZERO


def _taken(failing: Failing) -> list[HandOver]:
    return [step for step in failing.done if isinstance(step, HandOver)]


def _freed_before(failing: Failing) -> Decimal:
    """What this liquidation freed before it waited, which its phase says."""
    return Decimal(failing.phase.removeprefix("freed ")) if failing.phase else ZERO


def _of_kind(initial: Decimal, maintenance: Decimal, kind: Kind) -> Decimal:
    ratios = {"initial": initial, "fill": divide(initial + maintenance, Decimal(2)), "maintenance": maintenance}
    return ratios[kind]


def _on_losses(profits: tuple[Formula, ...], buffer: Decimal) -> Iterator[Formula]:
    """What the buffer adds to losses: `buffer` of each (add_cross_margin_total_collateral)."""
    for profit in profits if buffer else ():
        yield Scaled("buffer on a loss", buffer, Min("loss", (profit, Const("none", ZERO))))


def _on_debts(pool: Pool, collateral: Decimal, buffer: Decimal) -> Iterator[Formula]:
    """What the buffer adds to the requirement: `buffer` of what is owed, and of perpetuals' notional."""
    debts = [p for p in pool.positions.values() if p.size < 0 or not is_spot(p.symbol)] if buffer else []
    for debt in debts:
        yield Scaled(f"buffer on {debt.name}", EXACT.multiply(buffer, abs(debt.size)), Price(debt.symbol))
    money = quote_money(pool, collateral)
    if buffer and money < 0:
        yield Const("buffer on what is borrowed", EXACT.multiply(buffer, -money))


def fund_of(tier: Tier) -> str:
    """What a tier's part of insurance is called in the ledger."""
    return f"insurance tier {tier}"


def hourly_funding(premium: Decimal, tier: Tier) -> Decimal:
    """clamp(premium + 1/5000, ± 1/33, 1/20 or 1/10 by tier) ÷ 24; the premium is (mark − oracle) ÷ oracle, both
    averages over time (funding.rs, get_max_price_divergence_for_funding_rate)."""
    most = divide(ONE, Decimal(FUNDING_CAPS[tier]))
    return divide(max(-most, min(most, premium + OFFSET)), Decimal(24))


def borrow_rate(utilisation: Decimal, optimal: Decimal, at_optimal: Decimal, largest: Decimal) -> Decimal:
    """A year's rate: straight to the optimal utilisation, then in ever steeper pieces to the largest rate
    (spot_balance.rs calculate_borrow_rate)."""
    above = [(until, at_optimal + EXACT.multiply(largest - at_optimal, share)) for until, share in RISE]
    return rate_through_points([(ZERO, ZERO), (optimal, at_optimal), *above], utilisation)


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> Drift:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return Drift(overridden(Parameters(), OVERRIDES, overrides, "drift_v2"))
