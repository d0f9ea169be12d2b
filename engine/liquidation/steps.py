"""The steps that rulebooks compose when a pool falls below maintenance, carried out on the exchange.

A pool's loss never reaches another pool: what falls below zero is paid by the venue's fund, and beyond its capital by
closing other traders' profitable positions.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.account import Account, Pool, Position
from engine.events import (
    LiquidationStarted,
    MarginRestored,
    WipedOut,
)
from engine.exchange import Deal, Exchange
from engine.liquidation.held import held_text
from engine.liquidation.reduction import ioc_size
from engine.liquidation.transfers import close_against_others, hand_over, settle_profit, take_over
from engine.margin import bankruptcy_price, raw_failing_price
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, received
from engine.orders.frictions import size_within
from engine.orders.order import Order
from engine.rulebooks.base import (
    CancelOrders,
    Charge,
    Deleverage,
    Failing,
    HandOver,
    InsuranceDelta,
    Reduce,
    ReduceUntil,
    Settle,
    Step,
    TakeOver,
    Wait,
)
from engine.segment import Moment

WIPED_OUT_BELOW = Decimal("0.01")
"""Share of the stake below which an account that a liquidation left flat has nothing to trade with."""


def liquidate(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> bool:
    """Do what the venue does to `pool` until it stands, is gone, or must wait. False when nothing came of it."""
    before = exchange.world.balance(pool), tuple(pool.positions.values())
    acted = _go_through(exchange, account, pool, moment)
    after = exchange.world.balance(pool), tuple(pool.positions.values())
    return acted and (after != before or pool.acts_at > 0 or not pool.positions)


def _go_through(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> bool:
    """The steps of one moment; whether there were any, or it is over."""
    done, filled = list[Step](), list[Decimal]()
    waited = pool.acts_at > 0
    pool.acts_at = 0
    while pool.positions and (step := _next_step(exchange, account, pool, moment, done, filled)) is not None:
        if not done and not waited:
            _tell_start(exchange, account, pool, moment)
        done.append(step)
        held = _held(pool)
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
                hand_over(exchange, account, pool, step, moment)
            case Settle():
                settle_profit(exchange, account, pool, step, moment)
            case Deleverage():
                close_against_others(exchange, account, pool, step, moment)
            case TakeOver():
                take_over(exchange, account, pool, step, moment)
        filled.append(held - _held(pool))
    pool.settle_down()
    if pool.positions and (waited or any(isinstance(step, _PARTIAL) for step in done)):
        _tell_restored(exchange, account, pool, moment)
    return bool(done) or waited


_PARTIAL = (Reduce, ReduceUntil, HandOver, Settle, Deleverage)


def _held(pool: Pool) -> Decimal:
    """Base units of all its positions together: of one step only one of them gets less."""
    return sum((abs(position.size) for position in pool.positions.values()), ZERO)


def _next_step(
    exchange: Exchange, account: Account, pool: Pool, moment: Moment, done: list[Step], filled: list[Decimal]
) -> Step | None:
    return exchange.rulebook.next_step(
        Failing(
            pool=pool,
            collateral=exchange.world.balance(pool),
            marks=moment.marks,
            trading=moment.trading,
            time=moment.time,
            has_orders=bool(_orders_of(account, pool)),
            done=tuple(done),
            filled=tuple(filled),
            phase=pool.phase,
            since=pool.since or moment.time,
            before=moment.before,
            insurance=exchange.world.balance(exchange.insurer_of(pool)),
        )
    )


def _orders_of(account: Account, pool: Pool) -> list[Order]:
    return [order for order in account.orders.values() if order.pool == pool.key]


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
    else:
        event = replace(event, positions=held_text(pool, moment.marks))
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
        funding=position.funding,
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
                unrealised=sum((p.unrealised(moment.marks[p.symbol]) for p in pool.positions.values()), ZERO),
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
    if not size:
        return
    price = exchange.taker_price(order, size, moment)
    insurance = step.insurance if isinstance(step, Reduce) else None
    if insurance is not None and not _insured(exchange, account, pool, order.sized(size), price, insurance, moment):
        return
    deal = Deal(order, size, price, "taker", "liquidation", moment, free=insurance is not None)
    exchange.close(account, pool, deal)


def _share_of(exchange: Exchange, position: Position, order: Order, step: Reduce, moment: Moment) -> Decimal:
    """What a reduction trades: its share, as far as it fills within its limit."""
    market, whole = exchange.markets[position.symbol], abs(position.size)
    size = whole if step.share == ONE else max(market.size_down(EXACT.multiply(whole, step.share)), market.lot_size)
    if step.limit is None:
        return size
    most = size_within(market, order.sign, step.limit, moment.lasts[position.symbol], exchange.slippage)
    return size if most is None else min(size, most)


def _insured(
    exchange: Exchange,
    account: Account,
    pool: Pool,
    order: Order,
    price: Decimal,
    insurance: InsuranceDelta,
    moment: Moment,
) -> bool:
    """Before a liquidation's fill: the fund's part where it is better than bankruptcy, what it adds where worse. False
    where the fund has not so much: then there is no fill."""
    better = EXACT.multiply(-order.sign * (price - insurance.price), order.size)
    fund = exchange.world.account(insurance.fund).wallet
    if better < -exchange.world.balance(fund):
        return False
    # The unit less is what the fill's own rounding costs: a whole position must not end below zero for it.
    better = max(ZERO, received(better) - MONEY_UNIT) if better > 0 else better
    amount = min(better, EXACT.multiply(insurance.rate, EXACT.multiply(order.size, price)))
    exchange.charge(account, pool, order.symbol, Charge(insurance.fund, amount), moment)
    return True


def wiped_out(exchange: Exchange, account: Account, stake: Decimal, moment: Moment) -> bool:
    """Whether a liquidation left nothing of `stake` to trade with; if so its orders go and the player is told."""
    equity = sum((exchange.equity(pool, moment) for pool in account.pools.values()), ZERO)
    if not account.flat or equity >= stake * WIPED_OUT_BELOW:
        return False
    for order in list(account.orders.values()):
        exchange.cancel(account, order, "nothing is left to trade with", moment)
    exchange.tell(WipedOut(**moment.stamp(account.name), equity=equity))
    return True
