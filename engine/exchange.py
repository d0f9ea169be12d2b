"""The exchange floor: trades, fees and moves of margin, posted to the ledger and told as events.

Every trade has the house on its other side. The house clears every profit and loss: it keeps the mirror position with
a cost that mirrors everybody's, so Σ sizes = 0 and Σ costs = 0 in every market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from engine.account import CROSS, HOUSE, OTHER, Account, Pool, Position, World
from engine.events import (
    ClearanceCharged,
    Event,
    Filled,
    FillReason,
    LossSocialised,
    OrderCancelled,
    PenaltyCharged,
    ShortfallPaid,
)
from engine.frozen import altered
from engine.ledger import FEES, OUTSIDE, UNPAID
from engine.margin import Health
from engine.market import Market
from engine.numbers import EXACT, ONE, ZERO, divide, paid, received
from engine.orders.frictions import market_price
from engine.orders.order import Order
from engine.rulebooks.base import Charge, Exposure, Level, Role, Rulebook
from engine.segment import Moment
from engine.setup import Setup


@dataclass(frozen=True, slots=True)
class Deal:
    """A trade about to be done: `size` (> 0) of `order` at `price`, quote units a base unit; `free` of trading fees."""

    order: Order
    size: Decimal
    price: Decimal
    role: Role
    reason: FillReason
    moment: Moment
    free: bool = False

    @property
    def value(self) -> Decimal:
        """Size × price, quote units."""
        return EXACT.multiply(self.size, self.price)


class Payers(NamedTuple):
    """Who pays for what falls below zero: a fund, and who bears what it can't pay."""

    insurer: str
    bearer: str


class Exchange:
    """The world and the only ways to change it. Events are collected until `told` takes them."""

    def __init__(self, world: World, rulebook: Rulebook, setup: Setup, markets: Mapping[str, Market]) -> None:
        self.world, self.rulebook, self.setup, self.markets = world, rulebook, setup, markets
        self.slippage = setup.slippage and rulebook.order_book
        self._events: list[Event] = []
        self._healths: dict[tuple[str, Level], tuple[Decimal, tuple[Position, ...], Health]] = {}

    def tell(self, event: Event) -> None:
        """Record that something happened."""
        self._events.append(event)

    def told(self) -> tuple[Event, ...]:
        """The events since the last call."""
        events, self._events = tuple(self._events), []
        return events

    def health(self, pool: Pool, level: Level) -> Health:
        """The pool's health at a level, with its present collateral."""
        balance, positions = self.world.balance(pool), tuple(pool.positions.values())
        known = self._healths.get((pool.owner, level))
        if known is not None and known[0] == balance and known[1] == positions:
            return known[2]
        health = self.rulebook.health(pool, balance, level)
        self._healths[pool.owner, level] = balance, positions, health
        return health

    def equity(self, pool: Pool, moment: Moment) -> Decimal:
        """Exact equity of a pool at a moment."""
        gains = (position.unrealised(moment.marks[position.symbol]) for position in pool.positions.values())
        return sum(gains, self.world.balance(pool))

    def movable(self, pool: Pool, moment: Moment) -> Decimal:
        """What may be moved out of a pool: its spare, not below zero."""
        return max(ZERO, self.spare(pool, moment))

    def spare(self, pool: Pool, moment: Moment) -> Decimal:
        """min(balance, equity − what must stay): below zero by as much as is missing before anything may move. Coins
        that the venue lends belong to the balance at their mark: there is no profit left open in them."""
        left = self.health(pool, "withdraw").margin.exact(moment.marks)
        coins = (each for each in pool.positions.values() if self.rulebook.lends(each.symbol))
        there = sum((coin.unrealised(moment.marks[coin.symbol]) for coin in coins), self.world.balance(pool))
        return received(min(there, left))

    def fee(self, value: Decimal, role: Role) -> Decimal:
        """The fee on a trade of `value`, rounded up; zero when the set-up turns fees off."""
        if not self.setup.fees:
            return ZERO
        return paid(EXACT.multiply(value, self.rulebook.fee_rate(role)))

    def taker_price(self, order: Order, size: Decimal, at: Moment) -> Decimal:
        """What `size` of the order gets at the market, at a moment."""
        last = at.lasts[order.symbol]
        return market_price(self.markets[order.symbol], order.sign, size, last, self.slippage)

    # -- trades

    def settle(self, pool: Pool, key: str, size: Decimal, price: Decimal) -> Decimal:
        """Trade signed `size` at `price` between a pool's position `key` and the house; the profit it realised."""
        raw = EXACT.multiply(size, price)
        cost = paid(raw)  # a buyer's cost rounds up, a seller's (negative) towards less received
        position, realised = pool.position(key).traded(size, cost)
        pool.keep(position)
        self.world.move(HOUSE, pool, realised)
        self.mirror(position.symbol, -size, -cost - realised)
        return realised

    def mirror(self, symbol: str, size: Decimal, cost: Decimal) -> None:
        """Change the house's own position by signed `size` and `cost`."""
        house = self.world.account(HOUSE).wallet
        held = house.position(symbol)
        after = Position(symbol, held.size + size, held.cost + cost)
        if after.size or after.cost:
            house.positions[symbol] = after
        else:
            house.positions.pop(symbol, None)

    def open(self, account: Account, pool: Pool, deal: Deal) -> None:
        """Open or add to a position. The caller has checked that it is admitted."""
        order, moment = deal.order, deal.moment
        pool.positions[order.position_key] = altered(pool.position(order.position_key), leverage=order.leverage)
        posted = ZERO
        if pool.key != CROSS:
            posted = posted_margin(deal.size, deal.price, order.leverage)
            self.world.move(account.wallet, pool, posted)
        fee = self.fee(deal.value, deal.role)
        self.world.move(pool if self.rulebook.fees_from_pool else account.wallet, FEES, fee)
        self.settle(pool, order.position_key, order.sign * deal.size, deal.price)
        self._charge(pool, order.position_key, fee)
        self._tell_fill(account, pool, deal, fee, ZERO, posted, moment)

    def close(self, account: Account, pool: Pool, deal: Deal) -> None:
        """Close (a part of) the position that the order trades against.

        An isolated pool gives back its share: everything when flat, else what keeps the rest as it stood; a
        liquidation leaves it all in the pool. A pool that ends flat below zero is paid for by the insurer.
        """
        order, moment, payers = deal.order, deal.moment, self.payers(pool)
        share = divide(deal.size, abs(pool.position(order.position_key).size))
        keep = EXACT.multiply(ONE - share, self.equity(pool, moment))
        realised = self.settle(pool, order.position_key, order.sign * deal.size, deal.price)
        fee = ZERO if deal.free else self.fee(deal.value, deal.role)
        if deal.reason == "liquidation":
            fee = max(ZERO, min(fee, received(self.equity(pool, moment))))
        self.world.move(pool, FEES, fee)
        clearance = self._clear(pool, deal)
        self._charge(pool, order.position_key, fee + clearance)
        if not pool.positions:
            self.pay_shortfall(account, pool, moment, payers)
        posted = ZERO
        if pool.key != CROSS:
            posted = -self._released(pool, deal, keep)
            self.world.move(account.wallet, pool, posted)
        self._tell_fill(account, pool, deal, fee, realised, posted, moment)
        if clearance:
            self._tell_clearance(account, pool, deal, clearance)
        self.drop_if_flat(account, pool, order.position_key, moment)

    def _clear(self, pool: Pool, deal: Deal) -> Decimal:
        """The insurer's share of what a liquidation traded away, as far as the pool can pay it."""
        if deal.reason != "liquidation":
            return ZERO
        wanted = paid(EXACT.multiply(deal.value, self.rulebook.clearance_rate(deal.order.symbol)))
        amount = max(ZERO, min(wanted, received(self.equity(pool, deal.moment))))
        self.world.move(pool, self.insurer_of(pool), amount)
        return amount

    @property
    def insurer(self) -> Account:
        """The account of the fund that pays for what falls below zero."""
        return self.world.account(self.rulebook.insurer)

    def insurer_of(self, pool: Pool) -> Pool:
        """The wallet of the fund that pays for this pool."""
        return self.world.account(self.rulebook.insurer_of(pool)).wallet

    def charge(
        self, account: Account, pool: Pool, symbol: str | None, charge: Charge, moment: Moment, full: bool = False
    ) -> None:
        """Let a fund, keeper or treasury take its part of a liquidation: as far as the pool can pay it, or in full."""
        wanted = paid(charge.amount)
        most = wanted if full or wanted < 0 else max(ZERO, received(self.equity(pool, moment)))
        amount = min(wanted, most)
        if amount:
            self.world.move(pool, self.world.account(charge.fund).wallet, amount)
            self.tell(
                PenaltyCharged(
                    **moment.stamp(account.name), pool=pool.key, symbol=symbol, amount=amount, fund=charge.fund
                )
            )

    def _tell_clearance(self, account: Account, pool: Pool, deal: Deal, amount: Decimal) -> None:
        symbol = deal.order.symbol
        self.tell(
            ClearanceCharged(
                **deal.moment.stamp(account.name),
                symbol=symbol,
                pool=pool.key,
                notional=deal.value,
                rate=self.rulebook.clearance_rate(symbol),
                amount=amount,
                fund=self.rulebook.insurer_of(pool),
            )
        )

    def _released(self, pool: Pool, deal: Deal, keep: Decimal) -> Decimal:
        if not pool.positions:
            return self.world.balance(pool)
        if deal.reason == "liquidation":
            return ZERO
        spare = received(self.equity(pool, deal.moment) - keep)
        return max(ZERO, min(spare, self.world.balance(pool)))

    def _charge(self, pool: Pool, key: str, fee: Decimal) -> None:
        held = pool.positions.get(key)
        if held is not None and fee:
            pool.positions[key] = altered(held, fees=held.fees + fee)

    def _tell_fill(
        self, account: Account, pool: Pool, deal: Deal, fee: Decimal, realised: Decimal, posted: Decimal, at: Moment
    ) -> None:
        order = deal.order
        self.tell(
            Filled(
                **at.stamp(account.name),
                symbol=order.symbol,
                pool=pool.key,
                order=order.id,
                reason=deal.reason,
                side=order.side,
                size=deal.size,
                price=deal.price,
                fee=fee,
                realised=realised,
                posted=posted,
                position=pool.position(order.position_key).size,
                last=deal.moment.lasts[order.symbol] if deal.role == "taker" else None,
            )
        )

    # -- what follows a trade

    def drop_if_flat(self, account: Account, pool: Pool, key: str, moment: Moment) -> None:
        """Once position `key` is gone: its reducing orders go, and an empty isolated pool with it."""
        if key in pool.positions:
            return
        reducing = [each for each in account.orders.values() if each.reduce_only and each.pool == pool.key]
        for order in [each for each in reducing if each.position_key == key]:
            self.cancel(account, order, "its position is closed", moment)
        if not pool.positions:
            pool.called = pool.whole_until = 0
            pool.settle_down()
            if pool.key != CROSS:
                del account.pools[pool.key]

    def cancel(self, account: Account, order: Order, reason: str, moment: Moment) -> None:
        """Take an order off, saying why."""
        account.orders.pop(order.id, None)
        self.tell(
            OrderCancelled(
                **moment.stamp(account.name),
                symbol=order.symbol,
                pool=order.pool,
                order=order.id,
                reason=reason,
                size=order.size,
            )
        )

    def payers(self, pool: Pool) -> Payers:
        """Who pays what `pool`, which has positions still, may end below zero."""
        return Payers(self.rulebook.insurer_of(pool), self.rulebook.bearer_of(pool))

    def pay_shortfall(self, account: Account, pool: Pool, moment: Moment, payers: Payers) -> None:
        """Bring a flat pool below zero to zero: the insurer pays as far as it goes, the rest falls on its bearer."""
        missing = -self.world.balance(pool)
        if missing <= 0:
            return
        (insurer, bearer), stamp = payers, moment.stamp(account.name)
        fund = self.world.account(insurer).wallet
        covered = min(missing, max(ZERO, self.world.balance(fund)))
        self.world.move(fund, pool, covered)
        self.world.move(UNPAID if bearer == UNPAID else self.world.account(bearer).wallet, pool, missing - covered)
        unpaid = missing - covered if bearer == UNPAID else ZERO
        self.tell(ShortfallPaid(**stamp, pool=pool.key, amount=missing, fund=insurer, unpaid=unpaid))
        if missing > covered and not unpaid:
            self.tell(LossSocialised(**stamp, pool=pool.key, amount=missing - covered, bearer=bearer))

    def seat(self, exposure: Exposure, symbol: str, mark: Decimal) -> None:
        """Give one of the other traders the stated position and account value."""
        pool = self.world.account(f"{OTHER}{exposure.trader}").wallet
        self.settle(pool, symbol, exposure.size, exposure.entry_price)
        gain = received(pool.position(symbol).unrealised(mark))
        self.world.move(OUTSIDE, pool, max(ZERO, paid(exposure.account_value) - gain))


def posted_margin(size: Decimal, price: Decimal, leverage: int) -> Decimal:
    """The initial margin that opening `size` at `price` moves into an isolated pool, rounded up."""
    return paid(divide(EXACT.multiply(size, price), Decimal(leverage)))
