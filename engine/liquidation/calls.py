"""Margin calls: the player is told when a pool's gauge passes a level, and again after it has fallen well below it."""

from __future__ import annotations

from decimal import Decimal

from engine.account import Account, Pool
from engine.events import MarginCalled
from engine.exchange import Exchange
from engine.formula import Formula
from engine.liquidation.transfers import only_symbol
from engine.margin import Health, failing_price
from engine.numbers import EXACT
from engine.segment import Moment

REARM_SHARE = Decimal("0.8")
"""A call is made again once the gauge has fallen below this share of its level."""


def next_level(exchange: Exchange, pool: Pool) -> Decimal | None:
    """The gauge level of the next call; None when every level has been called."""
    levels = exchange.rulebook.call_levels
    return levels[pool.called] if pool.called < len(levels) else None


def next_call(exchange: Exchange, pool: Pool) -> Health | None:
    """The health whose failing is the next call; None when every level has been called."""
    level = next_level(exchange, pool)
    return None if level is None else exchange.health(pool, "maintenance").scaled(level)


def rearm_level(exchange: Exchange, pool: Pool) -> Decimal | None:
    """The gauge level below which the last call is armed again; None when nothing has been called."""
    return exchange.rulebook.call_levels[pool.called - 1] * REARM_SHARE if pool.called else None


def rearm_margin(exchange: Exchange, pool: Pool) -> Formula | None:
    """What must reach zero for the last call to be armed again; None when nothing has been called."""
    level = rearm_level(exchange, pool)
    return None if level is None else exchange.health(pool, "maintenance").scaled(level).margin


def rearm(exchange: Exchange, pool: Pool, moment: Moment) -> bool:
    """Arm again the calls that the gauge has fallen well below; whether there were any."""
    called = pool.called
    while (margin := rearm_margin(exchange, pool)) is not None and margin.exact(moment.marks) >= 0:
        pool.called -= 1
    return pool.called < called


def call_if_due(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    """Tell the player the highest level that the gauge is past and that has not been called yet."""
    health, levels = exchange.health(pool, "maintenance"), exchange.rulebook.call_levels
    credit, requirement = health.credit.exact(moment.marks), health.requirement.exact(moment.marks)
    past = sum(1 for level in levels if not health.covers(EXACT.multiply(level, credit), requirement))
    if past <= pool.called:
        return
    pool.called = past
    symbol = only_symbol(pool)
    exchange.tell(
        MarginCalled(
            **moment.stamp(account.name),
            pool=pool.key,
            symbol=symbol,
            level=levels[past - 1],
            equity=credit,
            requirement=requirement,
            price=None if symbol is None else moment.marks[symbol],
            liquidation_price=None if symbol is None else _liquidation_price(exchange, pool, symbol, health, moment),
        )
    )


def _liquidation_price(exchange: Exchange, pool: Pool, symbol: str, health: Health, moment: Moment) -> Decimal | None:
    failing = failing_price(health, next(pool.held(symbol)), exchange.markets[symbol], moment.marks)
    return None if failing is None else failing.price
