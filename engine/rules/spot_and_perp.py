"""Venues where one account holds coins and perpetuals: which market is which, and what comes due on either.

A market whose symbol ends in `-SPOT` is a coin that is held or borrowed; every other market is a perpetual. The quote
money of an account is what the ledger says, less what its coins have cost: below zero it is borrowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.account import Pool, Position
from engine.numbers import EXACT, ONE, ZERO, to_grid
from engine.rulebooks.base import Accrual

SPOT_ENDING = "-SPOT"
DEPOSITORS = "depositors"
"""Who bears what nobody pays of a debt in coins or quote money."""

RATE_UNIT = Decimal("1e-18")
"""What a period's rate is kept in: contracts have 18 decimals."""


def is_spot(symbol: str) -> bool:
    """Whether a market is a coin itself, to be held or borrowed."""
    return symbol.endswith(SPOT_ENDING)


def spot_positions(pool: Pool) -> list[Position]:
    """The coins of a pool, by key."""
    return [position for _, position in sorted(pool.positions.items()) if is_spot(position.symbol)]


def perp_positions(pool: Pool) -> list[Position]:
    """The perpetuals of a pool, by key."""
    return [position for _, position in sorted(pool.positions.items()) if not is_spot(position.symbol)]


def quote_money(pool: Pool, collateral: Decimal) -> Decimal:
    """Quote money of a pool that is there, or below zero owed; a perpetual's open profit is neither."""
    return EXACT.subtract(collateral, sum((position.cost for position in spot_positions(pool)), ZERO))


@dataclass(frozen=True, slots=True)
class Growth:
    """What a unit supplied earns and a unit borrowed costs in a period, as fractions."""

    supplied: Decimal
    borrowed: Decimal


def spot_and_perp_accruals(
    pool: Pool,
    collateral: Decimal,
    marks: Mapping[str, Decimal],
    funding: Callable[[str], Decimal],
    growth: Callable[[str | None], Growth],
    quote: str = "USDC",
) -> tuple[Accrual, ...]:
    """What a period has come to: funding on perpetuals, interest on coins (settled in quote money at the mark) and on
    quote money.

    Args:
        funding: the period's rate of a market, paid by longs when positive.
        growth: the period's interest of a coin's market, or of quote money (None).
        quote: what quote money is called.
    """
    due = [*_funding(pool, marks, funding), *_interest(pool, marks, growth)]
    due.append(_on(None, quote, quote_money(pool, collateral), ONE, growth(None)))
    return tuple(each for each in due if each.amount)


def _funding(pool: Pool, marks: Mapping[str, Decimal], funding: Callable[[str], Decimal]) -> Iterator[Accrual]:
    for position in perp_positions(pool):
        notional, rate = position.notional(marks[position.symbol]), to_grid(funding(position.symbol), RATE_UNIT)
        amount = EXACT.multiply(-position.side * notional, rate)
        yield Accrual(position.key, position.symbol, "funding", rate, notional, amount)


def _interest(pool: Pool, marks: Mapping[str, Decimal], growth: Callable[[str | None], Growth]) -> Iterator[Accrual]:
    for position in spot_positions(pool):
        symbol = position.symbol
        yield _on(position.key, symbol, position.size, marks[symbol], growth(symbol))


def _on(position: str | None, asset: str, amount: Decimal, price: Decimal, growth: Growth) -> Accrual:
    value = EXACT.multiply(abs(amount), price)
    rate, sign = (growth.supplied, 1) if amount >= 0 else (growth.borrowed, -1)
    rate = to_grid(rate, RATE_UNIT)
    return Accrual(position, asset, "interest", rate, value, EXACT.multiply(sign * value, rate))
