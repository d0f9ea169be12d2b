"""The steps that rulebooks compose when a pool falls below maintenance, carried out on the exchange.

A pool's loss never reaches another pool: what falls below zero is paid by the vault, and beyond its capital by
closing other traders' profitable positions.
"""

from __future__ import annotations

from decimal import Decimal

from engine.account import VAULT, Account, Pool, Position
from engine.events import Deleveraged, LiquidationStarted, MarginRestored, TakenOver, WipedOut
from engine.exchange import Deal, Exchange
from engine.margin import raw_failing_price
from engine.numbers import EXACT, ONE, ZERO
from engine.orders import Order
from engine.rulebooks.base import Exposure, Reduce, Step
from engine.segment import Moment

WIPED_OUT_BELOW = Decimal("0.01")
"""Share of the stake below which an account that a liquidation left flat has nothing to trade with."""


def liquidate(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> bool:
    """Do what the venue does to `pool` until it stands, is gone, or must wait. False when nothing could be done."""
    first = _next_step(exchange, pool, moment)
    if first is None:
        return False
    _tell_start(exchange, account, pool, moment)
    step: Step | None = first
    number = 0
    while step is not None:
        number += 1
        if isinstance(step, Reduce):
            _reduce(exchange, account, pool, step, moment, number)
        else:
            _take_over(exchange, account, pool, moment)
        step = _next_step(exchange, pool, moment) if pool.positions else None
    if not isinstance(first, Reduce) or not pool.positions:
        return True
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
    return True


def _next_step(exchange: Exchange, pool: Pool, moment: Moment) -> Step | None:
    balance = exchange.world.balance(pool)
    return exchange.rulebook.next_step(pool, balance, moment.marks, moment.trading, moment.time)


def only_symbol(pool: Pool) -> str | None:
    """The market of a pool that backs a single position."""
    return next(iter(pool.positions)) if len(pool.positions) == 1 else None


def _tell_start(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    health, symbol = exchange.health(pool, "maintenance"), only_symbol(pool)
    raw = None
    if symbol is not None:
        position = pool.positions[symbol]
        safe_side = {**moment.before}
        if health.safe(safe_side):
            raw = raw_failing_price(health.margin, symbol, -position.side, safe_side)
    exchange.tell(
        LiquidationStarted(
            **moment.stamp(account.name),
            pool=pool.key,
            symbol=symbol,
            price=None if symbol is None else moment.marks[symbol],
            raw_price=raw,
            equity=health.credit.exact(moment.marks),
            requirement=health.requirement.exact(moment.marks),
        )
    )


def _reduce(exchange: Exchange, account: Account, pool: Pool, step: Reduce, moment: Moment, number: int) -> None:
    """Trade a share of one position away at the market."""
    position, market = pool.positions[step.symbol], exchange.markets[step.symbol]
    whole = abs(position.size)
    size = whole if step.share == ONE else max(market.size_down(EXACT.multiply(whole, step.share)), market.lot_size)
    sign = -position.side
    order = Order(
        id=f"liq{moment.step}.{number}",
        kind="market",
        side="buy" if sign > 0 else "sell",
        size=size,
        symbol=step.symbol,
        price=moment.lasts[step.symbol],
        pool=pool.key,
        leverage=position.leverage,
    )
    if step.whole_for:
        pool.whole_until = moment.time + step.whole_for
    price = exchange.taker_price(order, size, moment)
    exchange.close(account, pool, Deal(order, size, price, "taker", "liquidation", moment))


def _take_over(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    """The vault takes the pool, positions and collateral, and works the positions off at the mark.

    Where its capital does not cover the hole, the positions are closed against other traders first, at the mark that
    the venue knew before (hyperliquid-docs: auto-deleveraging).
    """
    vault = exchange.world.account(VAULT).wallet
    lost = exchange.equity(pool, moment)
    taken = [position for _, position in sorted(pool.positions.items())]
    exchange.world.move(pool, vault, exchange.world.balance(pool))
    pool.positions.clear()
    for position in taken:
        vault.keep(Position(position.symbol, position.size, position.cost))
    covered = exchange.equity(vault, moment) >= 0
    for position in taken:
        if not covered:
            _deleverage(exchange, vault, position, moment)
        mark, left = moment.marks[position.symbol], vault.position(position.symbol).size
        exchange.settle(vault, position.symbol, -left, mark)
        exchange.tell(
            TakenOver(
                **moment.stamp(account.name),
                pool=pool.key,
                symbol=position.symbol,
                size=position.size,
                price=mark,
                lost=lost,
                fund=VAULT,
                fund_after=exchange.world.balance(vault),
            )
        )
    for position in taken:
        exchange.drop_if_flat(account, pool, position.symbol, moment)
    exchange.pay_shortfall(exchange.world.account(VAULT), vault, moment)


def _deleverage(exchange: Exchange, vault: Pool, position: Position, moment: Moment) -> None:
    """Close the vault's `position` against winners on the other side, in the venue's order, at the mark before.

    Nobody is closed at a price that would leave them below zero.
    """
    mark, price = moment.marks[position.symbol], moment.before[position.symbol]
    opposite = tuple(e for e in exposures(exchange, position.symbol, mark) if e.size * position.size < 0)
    left = abs(position.size)
    for other, rank in exchange.rulebook.adl_order(opposite, mark):
        size = min(left, abs(other.size))
        if size == 0:
            return
        trader = exchange.world.account(other.trader).wallet
        if exchange.world.balance(trader) + trader.position(position.symbol).unrealised(price) < 0:
            continue
        exchange.settle(trader, position.symbol, position.side * size, price)
        exchange.settle(vault, position.symbol, -position.side * size, price)
        left -= size
        exchange.tell(
            Deleveraged(
                **moment.stamp(other.trader),
                symbol=position.symbol,
                trader=other.trader,
                size=size,
                price=price,
                rank=rank,
            )
        )


def exposures(exchange: Exchange, symbol: str, mark: Decimal) -> tuple[Exposure, ...]:
    """What the other traders hold in a market now."""
    result = []
    for name, account in sorted(exchange.world.accounts.items()):
        position = account.wallet.positions.get(symbol)
        if name.startswith("other ") and position is not None:
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
