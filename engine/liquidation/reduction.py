"""How much a liquidation trades away in one order that is filled at once or not at all (IOC)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import Pool
from engine.exchange import Exchange
from engine.market import Market
from engine.numbers import EXACT, ZERO, paid
from engine.orders.frictions import raw_market_price, size_within
from engine.orders.order import Order
from engine.rulebooks.base import ReduceUntil
from engine.segment import Moment

ROUNDING = Decimal("0.001")
"""More than what rounding money to its unit can add up to while a size is looked for."""


def ioc_size(exchange: Exchange, pool: Pool, order: Order, step: ReduceUntil, moment: Moment) -> Decimal:
    """The fewest lots of `order`, in base units, that make the pool safe at the step's level, its costs counted.

    All that fills within the step's limit where fewer don't do; zero where nothing does.

    The margin left is a saw: it rises with the size while the price stays on one tick, and drops where the next tick
    begins. Off the tick grid it would be above every tooth and bend one way only. So the search runs along that curve
    to where it is enough, and from there tooth by tooth.
    """
    trial = Trial(exchange, pool, order, step, moment)
    most = trial.fills(int(order.size / trial.market.lot_size))
    if most <= 0:
        return ZERO
    best = _peak(trial.at_raw_price, 1, most)
    if trial.at_raw_price(best) < -ROUNDING:
        return most * trial.market.lot_size
    low = _first(lambda lots: trial.at_raw_price(lots) >= -ROUNDING, 0, best)
    while low <= most and (low <= best or trial.at_raw_price(low) >= -ROUNDING):
        end = trial.same_price(low, most)
        enough = _first_on_tooth(trial.margin, low, end)
        if enough is not None:
            return enough * trial.market.lot_size
        low = end + 1
    return most * trial.market.lot_size


@dataclass(frozen=True, slots=True)
class Trial:
    """The pool as it would be after trading a part of the order's size away, counted in lots."""

    exchange: Exchange
    pool: Pool
    order: Order
    step: ReduceUntil
    moment: Moment

    @property
    def market(self) -> Market:
        return self.exchange.markets[self.order.symbol]

    @property
    def last(self) -> Decimal:
        return self.moment.lasts[self.order.symbol]

    def fills(self, whole: int) -> int:
        """How many lots, of so many, the market takes within the step's limit."""
        return self._within(self.step.limit, whole)

    def same_price(self, lots: int, most: int) -> int:
        """The most lots that get the price which `lots` get."""
        return self._within(self._price(lots), most)

    def _within(self, limit: Decimal, most: int) -> int:
        size = size_within(self.market, self.order.sign, limit, self.last, self.exchange.slippage)
        return most if size is None else min(most, int(size / self.market.lot_size))

    def _price(self, lots: int) -> Decimal:
        return self.exchange.taker_price(self.order, lots * self.market.lot_size, self.moment)

    def margin(self, lots: int) -> Decimal:
        """Credit − requirement at the step's level afterwards."""
        return self._margin_at(lots, self._price(lots))

    def at_raw_price(self, lots: int) -> Decimal:
        """The same, at the price before it is rounded to the tick."""
        if not self.exchange.slippage:
            return self.margin(lots)
        raw = raw_market_price(self.market, self.order.sign, lots * self.market.lot_size, self.last)
        return self._margin_at(lots, max(raw, self.market.tick_size))

    def _margin_at(self, lots: int, price: Decimal) -> Decimal:
        """The costs are counted in full, not only as far as the pool can pay them: it makes no difference where it
        stands, and bends the margin one way only."""
        exchange, order, size = self.exchange, self.order, lots * self.market.lot_size
        value = EXACT.multiply(size, price)
        clearance = paid(EXACT.multiply(value, exchange.rulebook.clearance_rate(order.symbol)))
        held = self.pool.positions[order.position_key]
        after, realised = held.traded(order.sign * size, paid(order.sign * value))
        left = Pool(self.pool.key, self.pool.owner, dict(self.pool.positions))
        left.keep(replace(after, leverage=held.leverage))
        balance = exchange.world.balance(self.pool) + realised - exchange.fee(value, "taker") - clearance
        return exchange.rulebook.health(left, balance, self.step.level).margin.exact(self.moment.marks)


def _first_on_tooth(margin: Callable[[int], Decimal], low: int, high: int) -> int | None:
    """The first number in [low, high] that is enough, where `margin` rises and then falls; None where none is."""
    if margin(low) >= 0:
        return low
    peak = high if margin(high) > margin(max(low, high - 1)) else _peak(margin, low, high)
    return _first(lambda lots: margin(lots) >= 0, low, peak) if margin(peak) >= 0 else None


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first whole number in (low, high] for which `holds`, where it holds from some number on; `high` untested."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _peak(value: Callable[[int], Decimal], low: int, high: int) -> int:
    """Where in [low, high] a value that rises and then falls is largest."""
    while high - low > 2:
        third = (high - low) // 3
        left, right = low + third, high - third
        low, high = (left, high) if value(left) < value(right) else (low, right)
    return max(range(low, high + 1), key=value)
