"""Funding: what longs and shorts pay each other, at the venue's times."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.account import HOUSE, Account, Pool
from engine.events import FundingPaid
from engine.exchange import Exchange
from engine.numbers import EXACT, received
from engine.segment import Moment
from engine.tape import Path


def charge_funding(exchange: Exchange, path: Path, account: Account, moment: Moment, due: int) -> None:
    """Charge every open position of `account` the funding due at `due` (ms UTC).

    The oracle price is the mark (hyperliquid-docs: funding). Amounts are rounded against the player. What a pool
    pays may take it below its requirement: the health check comes after.
    """
    since = due - exchange.rulebook.funding_period()
    for _, pool in sorted(account.pools.items()):
        for symbol in sorted(pool.positions):
            premium = path.mean_premium(symbol, since, due, moment.step)
            _charge(exchange, account, pool, symbol, exchange.rulebook.funding_rate(premium), moment)


def funding_payment(size: Decimal, oracle: Decimal, rate: Decimal) -> Decimal:
    """size × oracle price × rate, in quote units: what a position pays (negative: gets)."""
    return EXACT.multiply(EXACT.multiply(size, oracle), rate)


def _charge(exchange: Exchange, account: Account, pool: Pool, symbol: str, rate: Decimal, moment: Moment) -> None:
    position, mark = pool.positions[symbol], moment.marks[symbol]
    amount = received(-funding_payment(position.size, mark, rate))
    exchange.world.move(HOUSE, pool, amount)
    pool.positions[symbol] = replace(position, funding=position.funding + amount)
    exchange.tell(
        FundingPaid(
            **moment.stamp(account.name),
            symbol=symbol,
            pool=pool.key,
            rate=rate,
            notional=position.notional(mark),
            amount=amount,
        )
    )
