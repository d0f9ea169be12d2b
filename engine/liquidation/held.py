"""What a pool held when its liquidation began, as its event keeps it: enough to judge it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from engine.account import Pool, Position
from engine.events import LiquidationStarted
from engine.numbers import EXACT, MONEY_UNIT, ZERO, plain, to_grid


@dataclass(frozen=True, slots=True)
class Held:
    """A pool at one moment: its positions, collateral (quote units) and the marks of its markets."""

    pool: Pool
    balance: Decimal
    marks: Mapping[str, Decimal]

    def scaled(self, key: str, share: Decimal, lot: Decimal) -> Held:
        """The same with that share of one position, in whole lots, opened at the same average price."""
        whole = self.pool.positions[key]
        size = to_grid(EXACT.multiply(whole.size, share), lot)
        cost = to_grid(EXACT.multiply(size, whole.entry_price), MONEY_UNIT, ROUND_HALF_EVEN)
        left = Position(
            whole.symbol, size, cost, whole.leverage, funding=whole.funding * share, position_side=whole.position_side
        )
        pool = Pool(self.pool.key, self.pool.owner, dict(self.pool.positions))
        pool.positions.pop(key)
        pool.keep(left)
        return Held(pool, self.balance, self.marks)


def held_text(pool: Pool, marks: Mapping[str, Decimal]) -> str:
    """Every position as `key size cost leverage funding mark`, with `; ` between."""
    rows = []
    for key, position in sorted(pool.positions.items()):
        numbers = (position.size, position.cost, Decimal(position.leverage), position.funding, marks[position.symbol])
        rows.append(" ".join([key, *map(plain, numbers)]))
    return "; ".join(rows)


def held_at(event: LiquidationStarted) -> Held | None:
    """The pool that `event` began to liquidate; None where an older version told it, which kept too little, or where
    what a save says of it can't be read."""
    if event.balance is None:
        return None
    pool = Pool(event.pool, event.pool)
    if event.positions is not None:
        try:
            return _read(pool, event.balance, event.positions)
        except (ValueError, KeyError, InvalidOperation):
            return None
    if event.symbol is None or event.size is None or event.entry_price is None or event.price is None:
        return None
    cost = to_grid(EXACT.multiply(event.size, event.entry_price), MONEY_UNIT, ROUND_HALF_EVEN)
    position = Position(event.symbol, event.size, cost, event.leverage or 1, funding=event.funding or ZERO)
    pool.positions[position.key] = position
    return Held(pool, event.balance, {event.symbol: event.price})


def _read(pool: Pool, balance: Decimal, text: str) -> Held:
    marks = dict[str, Decimal]()
    for row in text.split("; "):
        key, *numbers = row.rsplit(" ", 5)
        size, cost, leverage, funding, mark = map(Decimal, numbers)
        flat = pool.position(key)
        pool.positions[key] = Position(
            flat.symbol, size, cost, int(leverage), funding=funding, position_side=flat.position_side
        )
        marks[flat.symbol] = mark
    return Held(pool, balance, marks)
