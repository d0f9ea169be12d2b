"""Margin calls: the player is told when a pool's gauge passes a level, and again after it has fallen well below it."""

from __future__ import annotations

from decimal import Decimal

from engine.account import Account, Pool
from engine.events import MarginCalled
from engine.exchange import Exchange
from engine.formula import Formula
from engine.liquidation import only_symbol
from engine.margin import Health, failing_price
from engine.segment import Moment

REARM_SHARE = Decimal("0.8")
"""A call is made again once the gauge has fallen below this share of its level."""


def next_call(exchange: Exchange, pool: Pool) -> Health | None:
    """The health whose failing is the next call; None when every level has been called."""
    levels = exchange.rulebook.call_levels
    if pool.called >= len(levels):
        return None
    return exchange.health(pool, "maintenance").scaled(levels[pool.called])


def rearm_margin(exchange: Exchange, pool: Pool) -> Formula | None:
    """What must reach zero for the last call to be armed again; None when nothing has been called."""
    if not pool.called:
        return None
    level = exchange.rulebook.call_levels[pool.called - 1]
    return exchange.health(pool, "maintenance").scaled(level * REARM_SHARE).margin


def rearm(exchange: Exchange, pool: Pool, moment: Moment) -> None:
    """Arm again the calls that the gauge has fallen well below."""
    while (margin := rearm_margin(exchange, pool)) is not None and margin.exact(moment.marks) >= 0:
        pool.called -= 1


def call_if_due(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> None:
    """Tell the player the highest level that the gauge is past and that has not been called yet."""
    health, levels = exchange.health(pool, "maintenance"), exchange.rulebook.call_levels
    past = sum(1 for level in levels if not health.scaled(level).safe(moment.marks))
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
            equity=health.credit.exact(moment.marks),
            requirement=health.requirement.exact(moment.marks),
            price=None if symbol is None else moment.marks[symbol],
            liquidation_price=None if symbol is None else _liquidation_price(exchange, pool, symbol, health, moment),
        )
    )


def _liquidation_price(exchange: Exchange, pool: Pool, symbol: str, health: Health, moment: Moment) -> Decimal | None:
    failing = failing_price(health, pool.positions[symbol], exchange.markets[symbol], moment.marks)
    return None if failing is None else failing.price
