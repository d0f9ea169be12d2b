"""The exchange floor: trades, fees and moves of margin, posted to the ledger and told as events.

Every trade has the house on its other side. The house clears every profit and loss: it keeps the mirror position with
a cost that mirrors everybody's, so Σ sizes = 0 and Σ costs = 0 in every market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import CROSS, HOUSE, VAULT, Account, Pool, Position, World
from engine.events import Event, Filled, FillReason, OrderCancelled, ShortfallPaid
from engine.frictions import market_price
from engine.ledger import FEES, OUTSIDE, UNPAID
from engine.margin import Health
from engine.market import Market
from engine.numbers import EXACT, ONE, ZERO, divide, paid, received
from engine.orders import Order
from engine.rulebooks.base import Exposure, Level, Role, Rulebook
from engine.segment import Moment
from engine.setup import Setup


@dataclass(frozen=True, slots=True)
class Deal:
    """A trade about to be done: `size` (> 0) of `order` at `price`, quote units a base unit."""

    order: Order
    size: Decimal
    price: Decimal
    role: Role
    reason: FillReason
    moment: Moment

    @property
    def value(self) -> Decimal:
        """Size × price, quote units."""
        return EXACT.multiply(self.size, self.price)


class Exchange:
    """The world and the only ways to change it. Events are collected until `told` takes them."""

    def __init__(self, world: World, rulebook: Rulebook, setup: Setup, markets: Mapping[str, Market]) -> None:
        self.world, self.rulebook, self.setup, self.markets = world, rulebook, setup, markets
        self._events: list[Event] = []

    def tell(self, event: Event) -> None:
        """Record that something happened."""
        self._events.append(event)

    def told(self) -> tuple[Event, ...]:
        """The events since the last call."""
        events, self._events = tuple(self._events), []
        return events

    def health(self, pool: Pool, level: Level) -> Health:
        """The pool's health at a level, with its present collateral."""
        return self.rulebook.health(pool, self.world.balance(pool), level)

    def equity(self, pool: Pool, moment: Moment) -> Decimal:
        """Exact equity of a pool at a moment."""
        return pool.equity(self.world.balance(pool)).exact(moment.marks)

    def movable(self, pool: Pool, moment: Moment) -> Decimal:
        """What may be moved out of a pool: its spare, not below zero."""
        return max(ZERO, self.spare(pool, moment))

    def spare(self, pool: Pool, moment: Moment) -> Decimal:
        """min(balance, equity − what must stay): below zero by as much as is missing before anything may move."""
        left = self.health(pool, "withdraw").margin.exact(moment.marks)
        return received(min(self.world.balance(pool), left))

    def fee(self, value: Decimal, role: Role) -> Decimal:
        """The fee on a trade of `value`, rounded up; zero when the set-up turns fees off."""
        if not self.setup.fees:
            return ZERO
        return paid(EXACT.multiply(value, self.rulebook.fee_rate(role)))

    def taker_price(self, order: Order, size: Decimal, at: Moment) -> Decimal:
        """What `size` of the order gets at the market, at a moment."""
        last = at.lasts[order.symbol]
        return market_price(self.markets[order.symbol], order.sign, size, last, self.setup.slippage)

    # -- trades

    def settle(self, pool: Pool, symbol: str, size: Decimal, price: Decimal) -> Decimal:
        """Trade signed `size` of `symbol` at `price` between a pool and the house; the profit it realised."""
        raw = EXACT.multiply(size, price)
        cost = paid(raw)  # a buyer's cost rounds up, a seller's (negative) towards less received
        position, realised = pool.position(symbol).traded(size, cost)
        pool.keep(position)
        self.world.move(HOUSE, pool, realised)
        self.mirror(symbol, -size, -cost - realised)
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
        pool.positions[order.symbol] = replace(pool.position(order.symbol), leverage=order.leverage)
        posted = ZERO
        if pool.key != CROSS:
            posted = posted_margin(deal.size, deal.price, order.leverage)
            self.world.move(account.wallet, pool, posted)
        fee = self.fee(deal.value, deal.role)
        self.world.move(account.wallet, FEES, fee)
        self.settle(pool, order.symbol, order.sign * deal.size, deal.price)
        self._charge(pool, order.symbol, fee)
        self._tell_fill(account, pool, deal, fee, ZERO, posted, moment)

    def close(self, account: Account, pool: Pool, deal: Deal) -> None:
        """Close (a part of) the position that the order trades against.

        An isolated pool gives back its share: everything when flat, else what keeps the rest as it stood; a
        liquidation leaves it all in the pool. A pool that ends flat below zero is paid for by the vault.
        """
        order, moment = deal.order, deal.moment
        share = divide(deal.size, abs(pool.position(order.symbol).size))
        keep = EXACT.multiply(ONE - share, self.equity(pool, moment))
        realised = self.settle(pool, order.symbol, order.sign * deal.size, deal.price)
        fee = self.fee(deal.value, deal.role)
        if deal.reason == "liquidation":
            fee = max(ZERO, min(fee, received(self.equity(pool, moment))))
        self.world.move(pool, FEES, fee)
        self._charge(pool, order.symbol, fee)
        if not pool.positions:
            self.pay_shortfall(account, pool, moment)
        posted = ZERO
        if pool.key != CROSS:
            posted = -self._released(pool, deal, keep)
            self.world.move(account.wallet, pool, posted)
        self._tell_fill(account, pool, deal, fee, realised, posted, moment)
        self.drop_if_flat(account, pool, order.symbol, moment)

    def _released(self, pool: Pool, deal: Deal, keep: Decimal) -> Decimal:
        if not pool.positions:
            return self.world.balance(pool)
        if deal.reason == "liquidation":
            return ZERO
        spare = received(self.equity(pool, deal.moment) - keep)
        return max(ZERO, min(spare, self.world.balance(pool)))

    def _charge(self, pool: Pool, symbol: str, fee: Decimal) -> None:
        held = pool.positions.get(symbol)
        if held is not None and fee:
            pool.positions[symbol] = replace(held, fees=held.fees + fee)

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
                position=pool.position(order.symbol).size,
            )
        )

    # -- what follows a trade

    def drop_if_flat(self, account: Account, pool: Pool, symbol: str, moment: Moment) -> None:
        """Once a position is gone: its reducing orders go, and an empty isolated pool with it."""
        if symbol in pool.positions:
            return
        for order in [
            o for o in account.orders.values() if o.symbol == symbol and o.pool == pool.key and o.reduce_only
        ]:
            self.cancel(account, order, "its position is closed", moment)
        if not pool.positions:
            pool.called = pool.whole_until = 0
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
            )
        )

    def pay_shortfall(self, account: Account, pool: Pool, moment: Moment) -> None:
        """Bring a flat pool below zero to zero: the vault pays as far as it goes, the rest stays unpaid."""
        missing = -self.world.balance(pool)
        if missing <= 0:
            return
        vault = self.world.account(VAULT).wallet
        covered = min(missing, max(ZERO, self.world.balance(vault)))
        self.world.move(vault, pool, covered)
        self.world.move(UNPAID, pool, missing - covered)
        self.tell(
            ShortfallPaid(
                **moment.stamp(account.name), pool=pool.key, amount=missing, fund=VAULT, unpaid=missing - covered
            )
        )

    def seat(self, exposure: Exposure, symbol: str, mark: Decimal) -> None:
        """Give one of the other traders the stated position and account value."""
        pool = self.world.account(f"other {exposure.trader}").wallet
        self.settle(pool, symbol, exposure.size, exposure.entry_price)
        gain = received(pool.position(symbol).unrealised(mark))
        self.world.move(OUTSIDE, pool, max(ZERO, paid(exposure.account_value) - gain))


def posted_margin(size: Decimal, price: Decimal, leverage: int) -> Decimal:
    """The initial margin that opening `size` at `price` moves into an isolated pool, rounded up."""
    return paid(divide(EXACT.multiply(size, price), Decimal(leverage)))
