"""The steps that rulebooks compose when a pool falls below maintenance, carried out on the exchange.

A pool's loss never reaches another pool: what falls below zero is paid by the venue's fund, and beyond its capital by
closing other traders' profitable positions.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.account import OTHER, Account, Pool, Position
from engine.events import Deleveraged, HandedOver, LiquidationStarted, MarginRestored, TakenOver, WipedOut
from engine.exchange import Deal, Exchange
from engine.liquidation.reduction import ioc_size
from engine.margin import bankruptcy_price, raw_failing_price
from engine.numbers import EXACT, ONE, ZERO
from engine.orders.frictions import size_within
from engine.orders.order import Order
from engine.rulebooks.base import (
    CancelOrders,
    Charge,
    Deleverage,
    Exposure,
    Failing,
    HandOver,
    InsuranceDelta,
    Reduce,
    ReduceUntil,
    Step,
    TakeOver,
    Wait,
)
from engine.segment import Moment

WIPED_OUT_BELOW = Decimal("0.01")
"""Share of the stake below which an account that a liquidation left flat has nothing to trade with."""


def liquidate(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> bool:
    """Do what the venue does to `pool` until it stands, is gone, or must wait. False when nothing could be done."""
    done: list[Step] = []
    waited = pool.acts_at > 0
    pool.acts_at = 0
    while pool.positions and (step := _next_step(exchange, account, pool, moment, done)) is not None:
        if not done and not waited:
            _tell_start(exchange, account, pool, moment)
        done.append(step)
        match step:
            case Wait():
                pool.wait(step.until, pool.since or moment.time, step.phase)
                return True
            case CancelOrders():
                for order in _orders_of(account, pool):
                    exchange.cancel(account, order, "its pool is being liquidated", moment)
            case Reduce() | ReduceUntil():
                _reduce(exchange, account, pool, step, moment, len(done))
            case HandOver():
                _hand_over(exchange, account, pool, step, moment)
            case Deleverage():
                _close_against_others(exchange, account, pool, step, moment)
            case TakeOver():
                _take_over(exchange, account, pool, step, moment)
    pool.settle_down()
    if pool.positions and (waited or any(isinstance(step, _PARTIAL) for step in done)):
        _tell_restored(exchange, account, pool, moment)
    return bool(done) or waited


_PARTIAL = (Reduce, ReduceUntil, HandOver, Deleverage)


def _next_step(exchange: Exchange, account: Account, pool: Pool, moment: Moment, done: list[Step]) -> Step | None:
    return exchange.rulebook.next_step(
        Failing(
            pool=pool,
            collateral=exchange.world.balance(pool),
            marks=moment.marks,
            trading=moment.trading,
            time=moment.time,
            has_orders=bool(_orders_of(account, pool)),
            done=tuple(done),
            phase=pool.phase,
            since=pool.since or moment.time,
            before=moment.before,
        )
    )


def _orders_of(account: Account, pool: Pool) -> list[Order]:
    return [order for order in account.orders.values() if order.pool == pool.key]


def only_symbol(pool: Pool) -> str | None:
    """The market of a pool that backs a single position."""
    return next(iter(pool.positions.values())).symbol if len(pool.positions) == 1 else None


def _tell_start(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    health, wallet = exchange.health(pool, "maintenance"), account.wallet
    isolated = pool is not wallet
    event = LiquidationStarted(
        **moment.stamp(account.name),
        pool=pool.key,
        symbol=None,
        price=None,
        raw_price=None,
        equity=health.credit.exact(moment.marks),
        requirement=health.requirement.exact(moment.marks),
        balance=exchange.world.balance(pool),
        wallet_free=exchange.movable(wallet, moment) if isolated else None,
        wallet_cushion=exchange.health(wallet, "maintenance").margin.exact(moment.marks) if isolated else None,
        wallet_equity=exchange.equity(wallet, moment) if isolated else None,
    )
    if len(pool.positions) == 1:
        (position,) = pool.positions.values()
        event = _of_one_position(exchange, pool, position, event, moment)
    exchange.tell(event)


def _of_one_position(
    exchange: Exchange, pool: Pool, position: Position, event: LiquidationStarted, moment: Moment
) -> LiquidationStarted:
    symbol = position.symbol
    return replace(
        event,
        symbol=symbol,
        price=moment.marks[symbol],
        raw_price=_crossed_at(exchange, pool, position, moment),
        size=position.size,
        entry_price=position.entry_price,
        leverage=position.leverage,
        bankruptcy_price=bankruptcy_price(pool, exchange.world.balance(pool), position, moment.before),
        last_price=moment.lasts[symbol],
    )


def _crossed_at(exchange: Exchange, pool: Pool, position: Position, moment: Moment) -> Decimal | None:
    """The exact price at which it fell below, seen from the vertex before; None where it was below there already."""
    health = exchange.health(pool, "maintenance")
    if not health.safe(moment.before):
        return None
    return raw_failing_price(health.margin, position.symbol, -position.side, moment.before)


def _tell_restored(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    health = exchange.health(pool, "maintenance")
    if health.safe(moment.marks):
        exchange.tell(
            MarginRestored(
                **moment.stamp(account.name),
                pool=pool.key,
                equity=health.credit.exact(moment.marks),
                requirement=health.requirement.exact(moment.marks),
            )
        )


def _reduce(
    exchange: Exchange, account: Account, pool: Pool, step: Reduce | ReduceUntil, moment: Moment, number: int
) -> None:
    """Trade a part of one position away at the market."""
    position = pool.positions[step.position]
    sign = -position.side
    order = Order(
        id=f"liq{moment.step}.{number}",
        kind="market",
        side="buy" if sign > 0 else "sell",
        size=abs(position.size),
        symbol=position.symbol,
        price=moment.lasts[position.symbol],
        pool=pool.key,
        leverage=position.leverage,
        position_side=position.position_side,
    )
    if isinstance(step, ReduceUntil):
        size = ioc_size(exchange, pool, order, step, moment)
    else:
        size = _share_of(exchange, position, order, step, moment)
        pool.whole_until = moment.time + step.whole_for if step.whole_for else pool.whole_until
    if size:
        price = exchange.taker_price(order, size, moment)
        if isinstance(step, Reduce) and step.insurance is not None:
            _settle_insurance(exchange, account, pool, order.sized(size), price, step.insurance, moment)
        exchange.close(account, pool, Deal(order, size, price, "taker", "liquidation", moment))


def _share_of(exchange: Exchange, position: Position, order: Order, step: Reduce, moment: Moment) -> Decimal:
    """What a reduction trades: its share, as far as it fills within its limit."""
    market, whole = exchange.markets[position.symbol], abs(position.size)
    size = whole if step.share == ONE else max(market.size_down(EXACT.multiply(whole, step.share)), market.lot_size)
    if step.limit is None:
        return size
    most = size_within(market, order.sign, step.limit, moment.lasts[position.symbol], exchange.slippage)
    return size if most is None else min(size, most)


def _settle_insurance(
    exchange: Exchange,
    account: Account,
    pool: Pool,
    order: Order,
    price: Decimal,
    insurance: InsuranceDelta,
    moment: Moment,
) -> None:
    """Before a liquidation's fill: the fund's part where it is better than bankruptcy, what it adds where worse."""
    better = EXACT.multiply(-order.sign * (price - insurance.price), order.size)
    most = EXACT.multiply(insurance.rate, EXACT.multiply(order.size, price))
    fund = exchange.world.account(insurance.fund).wallet
    amount = min(better, most) if better > 0 else -min(-better, max(ZERO, exchange.world.balance(fund)))
    exchange.charge(account, pool, order.symbol, Charge(insurance.fund, amount), moment)


def _hand_over(exchange: Exchange, account: Account, pool: Pool, step: HandOver, moment: Moment) -> None:
    """A liquidator takes a part of a position at the venue's price, and trades it away at the mark."""
    position = pool.positions[step.position]
    symbol, side, market = position.symbol, position.side, exchange.markets[position.symbol]
    size = min(max(market.size_down(step.size), market.lot_size), abs(position.size))
    price = max(market.price_down(step.price) if side > 0 else market.price_up(step.price), market.tick_size)
    mark, taker = moment.marks[symbol], exchange.world.account(step.taker).wallet
    realised = exchange.settle(pool, step.position, -side * size, price)
    exchange.settle(taker, symbol, side * size, price)
    exchange.settle(taker, symbol, -side * size, mark)
    exchange.tell(
        HandedOver(
            **moment.stamp(account.name),
            symbol=symbol,
            pool=pool.key,
            taker=step.taker,
            side="sell" if side > 0 else "buy",
            size=size,
            price=price,
            mark=mark,
            realised=realised,
            position=pool.position(step.position).size,
        )
    )
    for charge in step.charges:
        exchange.charge(account, pool, symbol, charge, moment)
    _end_if_empty(exchange, account, pool, step.position, moment)


def _end_if_empty(exchange: Exchange, account: Account, pool: Pool, key: str, moment: Moment) -> None:
    """A pool whose last position a liquidation took: what is below zero is paid, what is left goes to the wallet."""
    if not pool.positions:
        exchange.pay_shortfall(account, pool, moment)
        if pool is not account.wallet:
            exchange.world.move(pool, account.wallet, exchange.world.balance(pool))
    exchange.drop_if_flat(account, pool, key, moment)


def _close_against_others(exchange: Exchange, account: Account, pool: Pool, step: Deleverage, moment: Moment) -> None:
    """Close a position of the pool itself against other traders, as far as they go."""
    position = pool.positions[step.position]
    market = exchange.markets[position.symbol]
    price = market.price_up(step.price) if position.side > 0 else market.price_down(step.price)
    _deleverage(exchange, pool, step.position, position, max(price, market.tick_size), moment)
    _end_if_empty(exchange, account, pool, step.position, moment)


def _take_over(exchange: Exchange, account: Account, pool: Pool, step: TakeOver, moment: Moment) -> None:
    """A fund takes the pool, positions and collateral, and works the positions off at the mark, one by one.

    Where its capital does not cover the hole, they are closed against other traders first.
    """
    owner, insurer = exchange.world.account(step.fund), exchange.rulebook.insurer_of(pool)
    for charge in step.charges:
        exchange.charge(account, pool, only_symbol(pool), charge, moment)
    fund, lost = owner.wallet, exchange.equity(pool, moment)
    taken = [position for _, position in sorted(pool.positions.items())]
    covered = exchange.equity(fund, moment) + lost >= 0
    exchange.world.move(pool, fund, exchange.world.balance(pool))
    pool.positions.clear()
    for position in taken:
        symbol = position.symbol
        fund.keep(Position(symbol, position.size, position.cost))
        price = _price_of(exchange, step, position)
        if not covered and price != moment.marks[symbol]:  # at the mark, others would be closed and nothing paid
            at = moment.before[symbol] if price is None else price
            _deleverage(exchange, fund, symbol, position, at, moment)
        exchange.settle(fund, symbol, -fund.position(symbol).size, moment.marks[symbol])
        exchange.tell(
            TakenOver(
                **moment.stamp(account.name),
                pool=pool.key,
                symbol=symbol,
                size=position.size,
                price=moment.marks[symbol] if price is None else price,
                lost=lost,
                fund=step.fund,
                fund_after=exchange.world.balance(fund),
            )
        )
    for position in taken:
        exchange.drop_if_flat(account, pool, position.key, moment)
    exchange.pay_shortfall(owner, fund, moment, insurer)


def _price_of(exchange: Exchange, step: TakeOver, position: Position) -> Decimal | None:
    """The price that the venue states, on the tick grid: rounded so that the fund doesn't pay for the rounding."""
    raw, market = step.prices.get(position.key), exchange.markets[position.symbol]
    if raw is None:
        return None
    return max(market.price_up(raw) if position.side > 0 else market.price_down(raw), market.tick_size)


def _deleverage(exchange: Exchange, holder: Pool, key: str, position: Position, price: Decimal, moment: Moment) -> None:
    """Close `position`, which `holder` has under `key`, at `price` against winners on the other side, in the venue's
    order, without fees.

    Nobody is closed at a price that would leave them below zero.
    """
    symbol = position.symbol
    mark = moment.marks[symbol]
    opposite = tuple(e for e in exposures(exchange, symbol, mark) if e.size * position.size < 0)
    left = abs(position.size)
    for other, rank in exchange.rulebook.adl_order(symbol, opposite, mark):
        size = min(left, abs(other.size))
        if size == 0:
            return
        trader = exchange.world.account(other.trader).wallet
        if exchange.world.balance(trader) + trader.position(symbol).unrealised(price) < 0:
            continue
        exchange.settle(trader, symbol, position.side * size, price)
        exchange.settle(holder, key, -position.side * size, price)
        left -= size
        exchange.tell(
            Deleveraged(
                **moment.stamp(other.trader), symbol=symbol, trader=other.trader, size=size, price=price, rank=rank
            )
        )


def exposures(exchange: Exchange, symbol: str, mark: Decimal) -> tuple[Exposure, ...]:
    """What the other traders hold in a market now."""
    result = []
    for name, account in sorted(exchange.world.accounts.items()):
        position = account.wallet.positions.get(symbol)
        if name.startswith(OTHER) and position is not None:
            value = exchange.world.balance(account.wallet) + position.unrealised(mark)
            result.append(Exposure(name, position.size, position.entry_price, position.notional(mark), value))
    return tuple(result)


def wiped_out(exchange: Exchange, account: Account, stake: Decimal, moment: Moment) -> bool:
    """Whether a liquidation left nothing of `stake` to trade with; if so its orders go and the player is told."""
    equity = sum((exchange.equity(pool, moment) for pool in account.pools.values()), ZERO)
    if not account.flat or equity >= stake * WIPED_OUT_BELOW:
        return False
    for order in list(account.orders.values()):
        exchange.cancel(account, order, "nothing is left to trade with", moment)
    exchange.tell(WipedOut(**moment.stamp(account.name), equity=equity))
    return True
