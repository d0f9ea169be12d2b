"""Looking at a session without touching it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.account import CROSS, Pool, Position
from engine.formula import Prices
from engine.ledger import FEES, UNPAID
from engine.looking.views import MarketView, PoolView, PositionView, View
from engine.margin import ByMarket, Health, bankruptcy_price, failing_price
from engine.numbers import EXACT, ZERO, divide, received
from engine.orders import admission
from engine.orders.order import Order
from engine.orders.resting import as_it_stands
from engine.rulebooks.base import Rulebook
from engine.segment import Moment, at_vertex

if TYPE_CHECKING:
    from engine.session import Session


def view_of(session: Session, at: Moment | None = None) -> View:
    """The whole session now, or as it would be with the prices of another moment."""
    moment, world = at or at_vertex(session.path, session.step), session.world
    pools = tuple(_pool_view(session, pool, moment) for pool in _shown_pools(session))
    wallet = session.account.wallet
    tally = session.tally
    return View(
        step=session.step,
        steps=len(session.tape),
        time=session.time,
        state=session.state,
        markets=tuple(_market_view(session, symbol, moment) for symbol in session.tape.by_symbol),
        pools=pools,
        orders=_orders(session),
        wallet=world.balance(wallet),
        free=_free(session, wallet, moment),
        equity=sum((pool.equity for pool in pools), ZERO),
        deposits=tally.deposits,
        withdrawals=tally.withdrawals,
        realised=tally.realised,
        fees=tally.fees,
        funding=tally.funding,
        calls=tally.calls,
        liquidations=tally.liquidations,
        rescues=tally.rescues,
        insurance=world.balance(session.exchange.insurer.wallet),
        insurer=session.rulebook.insurer,
        next_funding=session.next_funding,
        modified=session.setup.modified,
        conserved=conserved(session),
    )


def with_prices_of(session: Session, before: View) -> View:
    """An earlier look with the prices and the time of now; all else is as it was then. Much quicker than a new one."""
    moment = at_vertex(session.path, session.step)
    markets = tuple(
        replace(each, last=moment.lasts[each.symbol], mark=moment.marks[each.symbol]) for each in before.markets
    )
    return replace(before, step=session.step, time=session.time, markets=markets)


def _orders(session: Session) -> tuple[Order, ...]:
    account = session.account
    return tuple(as_it_stands(account, order, session.path, session.step) for order in account.orders.values())


def _free(session: Session, wallet: Pool, moment: Moment) -> Decimal:
    """What the wallet could back now: its equity less the initial requirement of its positions, not below zero."""
    return max(ZERO, received(session.exchange.health(wallet, "order").margin.exact(moment.marks)))


def conserved(session: Session) -> bool:
    """Whether the ledger adds up per asset, and sizes and costs sum to zero in every market."""
    world, sizes, costs = session.world, defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for account in world.accounts.values():
        for pool in account.pools.values():
            for position in pool.positions.values():
                sizes[position.symbol] += position.size
                costs[position.symbol] += position.cost
    balanced = all(world.ledger.unaccounted(asset) == 0 for asset in world.ledger.assets())
    return balanced and not any(sizes.values()) and not any(costs.values())


def _shown_pools(session: Session) -> list[Pool]:
    pools = session.account.pools
    return [session.account.wallet] + [pool for key, pool in sorted(pools.items()) if key != CROSS]


def _market_view(session: Session, symbol: str, moment: Moment) -> MarketView:
    rulebook, account = session.rulebook, session.account
    since = session.time - rulebook.funding_period()
    premium = session.path.mean_premium(symbol, since, session.time, session.step)
    return MarketView(
        symbol=symbol,
        tick_size=session.tape.by_symbol[symbol].tick_size,
        last=moment.lasts[symbol],
        mark=moment.marks[symbol],
        trades=symbol in moment.trading,
        mode=admission.mode_for(session.exchange, account, symbol, None),
        leverage=admission.leverage_for(session.exchange, account, symbol, None),
        largest_leverage=rulebook.largest_leverage(symbol, ZERO),
        isolated_only=rulebook.isolated_only(symbol),
        funding_rate=rulebook.funding_rate(symbol, premium) if session.setup.funding else ZERO,
        funding_period=rulebook.funding_period(),
    )


def _pool_view(session: Session, pool: Pool, moment: Moment) -> PoolView:
    exchange, marks = session.exchange, moment.marks
    balance = session.world.balance(pool)
    maintenance, owned = exchange.health(pool, "maintenance"), pool.equity(balance)
    by_market = (ByMarket(maintenance.margin, marks), ByMarket(owned, marks))
    equity, requirement = by_market[1].value, maintenance.requirement.exact(marks)
    notional = sum((p.notional(marks[p.symbol]) for p in pool.positions.values()), ZERO)
    return PoolView(
        key=pool.key,
        mode=pool.mode,
        balance=balance,
        equity=equity,
        requirement=requirement,
        initial_requirement=exchange.health(pool, "order").requirement.exact(marks),
        cushion=by_market[0].value,
        gauge=maintenance.gauge(marks),
        effective_leverage=divide(notional, equity) if notional and equity > 0 else None,
        free=exchange.movable(pool, moment),
        positions=tuple(
            _position_view(session, pool, position, maintenance, by_market, marks)
            for _, position in sorted(pool.positions.items())
        ),
        own_gauge=session.rulebook.own_gauge(pool, balance, marks) if pool.positions else None,
    )


def _position_view(
    session: Session,
    pool: Pool,
    position: Position,
    maintenance: Health,
    by_market: tuple[ByMarket, ByMarket],
    marks: Prices,
) -> PositionView:
    symbol = position.symbol
    market, mark, balance = session.tape.by_symbol[symbol], marks[symbol], session.world.balance(pool)
    margin, equity = (each.along(symbol) for each in by_market)
    failing = failing_price(maintenance, position, market, marks, margin)
    return PositionView(
        key=position.key,
        symbol=symbol,
        pool=pool.key,
        mode=pool.mode,
        side="long" if position.side > 0 else "short",
        size=position.size,
        entry_price=position.entry_price,
        mark=mark,
        notional=position.notional(mark),
        leverage=position.leverage,
        initial_margin=session.rulebook.initial_margin(position, mark),
        maintenance_margin=_maintenance_margin(session.rulebook, position, marks),
        unrealised=position.unrealised(mark),
        realised=position.realised,
        fees=position.fees,
        funding=position.funding,
        liquidation_price=None if failing is None else failing.price,
        raw_liquidation_price=None if failing is None else failing.raw,
        bankruptcy_price=bankruptcy_price(pool, balance, position, marks, equity),
    )


def _maintenance_margin(rulebook: Rulebook, position: Position, marks: Prices) -> Decimal:
    """What a position needs to stand by itself. Of a coin that is held or owed it is the equity at which credit and
    requirement, one of which is then a debt, are equal: found along the straight pieces of their difference."""
    pool = Pool("", "", {position.key: position})
    if not rulebook.lends(position.symbol):
        return rulebook.health(pool, ZERO, "maintenance").requirement.exact(marks)

    def margin(collateral: Decimal) -> Decimal:
        return rulebook.health(pool, collateral, "maintenance").margin.exact(marks)

    before, left_before = ZERO, margin(ZERO)
    at = EXACT.subtract(ZERO, left_before)
    for _ in range(MOST_PIECES):
        left = margin(at)
        if not left or left == left_before:
            break
        slope = divide(EXACT.subtract(left, left_before), EXACT.subtract(at, before))
        before, left_before = at, left
        at = EXACT.subtract(at, divide(left, slope))
    return pool.equity(at).exact(marks)


MOST_PIECES = 4
"""Debts that turn into deposits bend the difference once; more than enough for that."""


def funds(session: Session) -> Mapping[str, Decimal]:
    """What the venue's own funds hold, in quote units; `unpaid` is what nobody could pay, at or below zero."""
    world = session.world
    return {
        **{name: world.balance(world.account(name).wallet) for name in session.rulebook.funds},
        "fees": world.ledger.balance(FEES, world.asset),
        "unpaid": world.ledger.balance(UNPAID, world.asset),
    }
