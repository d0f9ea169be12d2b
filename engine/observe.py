"""Looking at a session without touching it: views and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine import admission
from engine.account import CROSS, VAULT, Pool, Position
from engine.ledger import FEES, UNPAID
from engine.margin import bankruptcy_price, failing_price
from engine.numbers import ZERO, divide, received
from engine.segment import Moment, at_vertex
from engine.views import Explanation, MarketView, PoolView, PositionView, View

if TYPE_CHECKING:
    from engine.session import Session


def view_of(session: Session) -> View:
    """The whole session now."""
    moment, world = at_vertex(session.path, session.step), session.world
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
        orders=tuple(session.account.orders.values()),
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
        vault=world.balance(world.account(VAULT).wallet),
        next_funding=session.next_funding,
        modified=session.setup.modified,
        conserved=conserved(session),
    )


def _free(session: Session, wallet: Pool, moment: Moment) -> Decimal:
    """What the wallet could back now: its equity less the initial requirement of its positions, not below zero."""
    return max(ZERO, received(session.exchange.health(wallet, "order").margin.exact(moment.marks)))


def conserved(session: Session) -> bool:
    """Whether the ledger adds up per asset, and sizes and costs sum to zero in every market."""
    world = session.world
    return all(world.ledger.unaccounted(asset) == 0 for asset in world.ledger.assets()) and all(
        world.sizes(symbol) == 0 and world.costs(symbol) == 0 for symbol in session.tape.by_symbol
    )


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
        funding_rate=rulebook.funding_rate(premium) if session.setup.funding else ZERO,
    )


def _pool_view(session: Session, pool: Pool, moment: Moment) -> PoolView:
    exchange = session.exchange
    health = exchange.health(pool, "maintenance")
    equity, requirement = exchange.equity(pool, moment), health.requirement.exact(moment.marks)
    notional = sum((p.notional(moment.marks[p.symbol]) for p in pool.positions.values()), ZERO)
    return PoolView(
        key=pool.key,
        mode=pool.mode,
        balance=session.world.balance(pool),
        equity=equity,
        requirement=requirement,
        initial_requirement=exchange.health(pool, "order").requirement.exact(moment.marks),
        cushion=health.margin.exact(moment.marks),
        gauge=health.gauge(moment.marks),
        effective_leverage=divide(notional, equity) if notional and equity > 0 else None,
        free=exchange.movable(pool, moment),
        positions=tuple(_position_view(session, pool, p, moment) for _, p in sorted(pool.positions.items())),
    )


def _position_view(session: Session, pool: Pool, position: Position, moment: Moment) -> PositionView:
    market, marks = session.tape.by_symbol[position.symbol], dict(moment.marks)
    mark = marks[position.symbol]
    failing = failing_price(session.exchange.health(pool, "maintenance"), position, market, marks)
    alone = session.rulebook.health(Pool(pool.key, pool.owner, {position.symbol: position}), ZERO, "maintenance")
    return PositionView(
        symbol=position.symbol,
        pool=pool.key,
        mode=pool.mode,
        side="long" if position.side > 0 else "short",
        size=position.size,
        entry_price=position.entry_price,
        mark=mark,
        notional=position.notional(mark),
        leverage=position.leverage,
        initial_margin=session.rulebook.initial_margin(position, mark),
        maintenance_margin=alone.requirement.exact(marks),
        unrealised=position.unrealised(mark),
        realised=position.realised,
        fees=position.fees,
        funding=position.funding,
        liquidation_price=None if failing is None else failing.price,
        raw_liquidation_price=None if failing is None else failing.raw,
        bankruptcy_price=bankruptcy_price(pool, session.world.balance(pool), position, marks),
    )


# -- explanations


def explanations(session: Session, pool_key: str) -> tuple[Explanation, ...]:
    """Equity, maintenance and initial requirement of a pool, each as its formula's terms."""
    pool = session.account.pools.get(pool_key)
    if pool is None:
        return ()
    marks = at_vertex(session.path, session.step).marks
    return tuple(
        Explanation(title, tuple(formula.terms(marks)))
        for title, formula in (
            ("Equity", pool.equity(session.world.balance(pool))),
            ("Maintenance requirement", session.exchange.health(pool, "maintenance").requirement),
            ("Initial requirement", session.exchange.health(pool, "order").requirement),
        )
    )


def funds(session: Session) -> Mapping[str, Decimal]:
    """What the venue's own funds hold, in quote units; `unpaid` is what nobody could pay, at or below zero."""
    world = session.world
    return {
        "vault": world.balance(world.account(VAULT).wallet),
        "fees": world.ledger.balance(FEES, world.asset),
        "unpaid": world.ledger.balance(UNPAID, world.asset),
    }
