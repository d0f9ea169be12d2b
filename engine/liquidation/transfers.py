"""Positions that change hands outside the book: to a liquidator, a fund, or other traders."""

from __future__ import annotations

from decimal import Decimal

from engine.account import HOUSE, OTHER, Account, Pool, Position
from engine.events import Deleveraged, HandedOver, ProfitSettled, TakenOver
from engine.exchange import Exchange, Payers
from engine.frozen import altered
from engine.numbers import ZERO, received
from engine.rulebooks.base import Deleverage, Exposure, HandOver, Settle, TakeOver
from engine.segment import Moment


def only_symbol(pool: Pool) -> str | None:
    """The market of a pool that backs a single position."""
    return next(iter(pool.positions.values())).symbol if len(pool.positions) == 1 else None


def hand_over(exchange: Exchange, account: Account, pool: Pool, step: HandOver, moment: Moment) -> None:
    """A liquidator takes a part of a position at the venue's price, and trades it away at the mark."""
    position = pool.positions[step.position]
    symbol, side, market = position.symbol, position.side, exchange.markets[position.symbol]
    size = market.size_up(step.size) if step.up else market.size_down(step.size)
    size, payers = min(max(size, market.lot_size), abs(position.size)), exchange.payers(pool)
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
        exchange.charge(account, pool, symbol, charge, moment, full=True)
    _end_if_empty(exchange, account, pool, step.position, payers, moment)


def settle_profit(exchange: Exchange, account: Account, pool: Pool, step: Settle, moment: Moment) -> None:
    """Turn a part of a position's profit into collateral: it is sold and bought back, as it were, without a trade."""
    position, amount = pool.positions[step.position], received(step.amount)
    pool.positions[step.position] = altered(position, cost=position.cost + amount, realised=position.realised + amount)
    exchange.world.move(HOUSE, pool, amount)
    exchange.mirror(position.symbol, ZERO, -amount)
    exchange.tell(ProfitSettled(**moment.stamp(account.name), symbol=position.symbol, pool=pool.key, amount=amount))
    for charge in step.charges:
        exchange.charge(account, pool, position.symbol, charge, moment, full=True)


def _end_if_empty(exchange: Exchange, account: Account, pool: Pool, key: str, payers: Payers, moment: Moment) -> None:
    """A pool whose last position a liquidation took: what is below zero is paid, what is left goes to the wallet."""
    if not pool.positions:
        exchange.pay_shortfall(account, pool, moment, payers)
        if pool is not account.wallet:
            exchange.world.move(pool, account.wallet, exchange.world.balance(pool))
    exchange.drop_if_flat(account, pool, key, moment)


def close_against_others(exchange: Exchange, account: Account, pool: Pool, step: Deleverage, moment: Moment) -> None:
    """Close a position of the pool itself against other traders, as far as they go."""
    position, payers = pool.positions[step.position], exchange.payers(pool)
    market = exchange.markets[position.symbol]
    price = market.price_up(step.price) if position.side > 0 else market.price_down(step.price)
    _deleverage(exchange, pool, step.position, position, max(price, market.tick_size), moment, pool)
    _end_if_empty(exchange, account, pool, step.position, payers, moment)


def take_over(exchange: Exchange, account: Account, pool: Pool, step: TakeOver, moment: Moment) -> None:
    """A fund takes the pool, positions and collateral, and works the positions off at the mark, one by one.

    Where its capital does not cover the hole, they are closed against other traders first.
    """
    owner, payers = exchange.world.account(step.fund), exchange.payers(pool)
    for charge in step.charges:
        exchange.charge(account, pool, only_symbol(pool), charge, moment)
    fund, lost = owner.wallet, exchange.equity(pool, moment)
    taken = [position for _, position in sorted(pool.positions.items())]
    covered = exchange.equity(fund, moment) + lost >= 0
    balance = exchange.world.balance(pool)
    exchange.world.move(pool, fund, balance)
    for position in taken:
        symbol = position.symbol
        del pool.positions[position.key]
        fund.keep(Position(symbol, position.size, position.cost))
        price = _price_of(exchange, step, position)
        if not covered and price != moment.marks[symbol]:  # at the mark, others would be closed and nothing paid
            at = moment.before[symbol] if price is None else price
            _deleverage(exchange, fund, symbol, position, at, moment, pool)
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
                balance=balance,
                mark=moment.marks[symbol],
            )
        )
    for position in taken:
        exchange.drop_if_flat(account, pool, position.key, moment)
    exchange.pay_shortfall(owner, fund, moment, payers)


def _price_of(exchange: Exchange, step: TakeOver, position: Position) -> Decimal | None:
    """The price that the venue states, on the tick grid: rounded so that the fund doesn't pay for the rounding."""
    raw, market = step.prices.get(position.key), exchange.markets[position.symbol]
    if raw is None:
        return None
    return max(market.price_up(raw) if position.side > 0 else market.price_down(raw), market.tick_size)


def _deleverage(
    exchange: Exchange, holder: Pool, key: str, position: Position, price: Decimal, moment: Moment, failed: Pool
) -> None:
    """Close `position`, which `holder` has under `key`, at `price` against winners on the other side, in the venue's
    order, without fees; `failed` is the pool that was liquidated.

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
        realised, itself = exchange.settle(holder, key, -position.side * size, price), holder is failed
        left -= size
        exchange.tell(
            Deleveraged(
                **moment.stamp(other.trader),
                symbol=symbol,
                trader=other.trader,
                size=size,
                price=price,
                rank=rank,
                pool=failed.key,
                realised=realised if itself else None,
                position=holder.position(key).size if itself else None,
                mark=mark,
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
