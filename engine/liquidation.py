"""The steps that rulebooks compose when a pool falls below maintenance, carried out on the exchange.

A pool's loss never reaches another pool: what falls below zero is paid by the vault, and beyond its capital by
closing other traders' profitable positions.
"""

from __future__ import annotations

from decimal import Decimal

from engine.account import VAULT, Account, Pool, Position
from engine.events import Deleveraged, LiquidationStarted, MarginRestored, ShortfallPaid, TakenOver, WipedOut
from engine.exchange import Deal, Exchange
from engine.frictions import market_price
from engine.margin import raw_failing_price
from engine.numbers import EXACT, ONE, ZERO
from engine.orders import Order
from engine.rulebooks.base import Exposure, Reduce, Step
from engine.segment import Moment

WIPED_OUT_BELOW = Decimal("0.01")
"""Share of all deposits below which an account that a liquidation left flat has nothing to trade with."""


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
                step=moment.step,
                time=moment.time,
                actor=account.name,
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
            step=moment.step,
            time=moment.time,
            actor=account.name,
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
    price = market_price(market, sign, size, moment.lasts[step.symbol], exchange.setup.slippage)
    order = Order(
        id=f"liq{number}",
        kind="market",
        side="buy" if sign > 0 else "sell",
        size=size,
        symbol=step.symbol,
        price=price,
        pool=pool.key,
        leverage=position.leverage,
    )
    if step.whole_for:
        pool.whole_until = moment.time + step.whole_for
    exchange.close(account, pool, Deal(order, size, price, "taker", "liquidation", moment))


def _take_over(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    """The vault takes the pool, positions and collateral, and works the positions off; what it can't pay for is
    deleveraged."""
    vault = exchange.world.account(VAULT).wallet
    lost = exchange.equity(pool, moment)
    taken = [position for _, position in sorted(pool.positions.items())]
    exchange.world.move(pool, vault, exchange.world.balance(pool))
    pool.positions.clear()
    covered = exchange.world.balance(vault) + sum((p.unrealised(moment.marks[p.symbol]) for p in taken), ZERO) >= 0
    for position in taken:
        vault.keep(Position(position.symbol, position.size, position.cost))
    for position in taken:
        price = moment.marks[position.symbol]
        if not covered:
            price = moment.before[position.symbol]
            _deleverage(exchange, vault, position, price, moment)
        left = vault.position(position.symbol).size
        exchange.settle(vault, position.symbol, -left, moment.marks[position.symbol])
        exchange.tell(
            TakenOver(
                step=moment.step,
                time=moment.time,
                actor=account.name,
                pool=pool.key,
                symbol=position.symbol,
                size=position.size,
                price=price,
                lost=lost,
                fund=VAULT,
                fund_after=exchange.world.balance(vault),
            )
        )
    for position in taken:
        exchange.drop_if_flat(account, pool, position.symbol, moment)
    if not covered and exchange.world.balance(vault) < 0:
        _tell_shortfall(exchange, account, pool, lost, moment)


def _tell_shortfall(exchange: Exchange, account: Account, pool: Pool, lost: Decimal, moment: Moment) -> None:
    exchange.tell(
        ShortfallPaid(
            step=moment.step,
            time=moment.time,
            actor=account.name,
            pool=pool.key,
            amount=-lost,
            fund=VAULT,
            unpaid=-exchange.world.balance(exchange.world.account(VAULT).wallet),
        )
    )


def _deleverage(exchange: Exchange, vault: Pool, position: Position, price: Decimal, moment: Moment) -> None:
    """Close the vault's `position` against traders on the other side, by the venue's ranking, at `price`."""
    mark = moment.marks[position.symbol]
    opposite = tuple(e for e in exposures(exchange, position.symbol, mark) if e.size * position.size < 0)
    left = abs(position.size)
    for other, rank in exchange.rulebook.adl_order(opposite, mark):
        size = min(left, abs(other.size))
        if size == 0:
            return
        exchange.settle(exchange.world.account(other.trader).wallet, position.symbol, position.side * size, price)
        exchange.settle(vault, position.symbol, -position.side * size, price)
        left -= size
        exchange.tell(
            Deleveraged(
                step=moment.step,
                time=moment.time,
                actor=other.trader,
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


def wiped_out(exchange: Exchange, account: Account, deposits: Decimal, moment: Moment) -> bool:
    """Whether a liquidation left nothing to trade with; if so its orders go and the player is told."""
    equity = sum((exchange.equity(pool, moment) for pool in account.pools.values()), ZERO)
    if not account.flat or equity >= deposits * WIPED_OUT_BELOW:
        return False
    for order in list(account.orders.values()):
        exchange.cancel(account, order, "nothing is left to trade with", moment)
    exchange.tell(WipedOut(step=moment.step, time=moment.time, actor=account.name, equity=equity))
    return True
