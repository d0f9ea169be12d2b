"""Accounts, their pools, and the positions that a pool backs.

Isolated = a pool per position. Cross = one shared pool, which is also the wallet. A position stores its signed size
and its cost; the entry price and the profit are views of those two.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from engine.formula import Const, Formula, Price, Scaled, Sum
from engine.ledger import Ledger
from engine.numbers import EXACT, MONEY_UNIT, ZERO, divide, to_grid
from engine.orders import Order

Mode = Literal["isolated", "cross"]

CROSS = "cross"
"""Key of the shared pool: the wallet."""

HOUSE = "house"
"""The market itself: it takes the other side of every trade and clears every profit and loss."""

VAULT = "vault"
YOU = "you"


def isolated_key(symbol: str) -> str:
    """Key of the pool that backs one isolated position."""
    return f"iso:{symbol}"


@dataclass(frozen=True, slots=True)
class Position:
    """A position in one market.

    Attributes:
        size: base units, negative when short.
        cost: signed quote units paid for `size` (negative when short).
        leverage: the leverage that its initial margin is judged by.
        realised, fees, funding: running totals in quote units; funding is positive when received.
    """

    symbol: str
    size: Decimal = ZERO
    cost: Decimal = ZERO
    leverage: int = 1
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO

    @property
    def side(self) -> int:
        """+1 long, −1 short, 0 flat."""
        return (self.size > 0) - (self.size < 0)

    @property
    def entry_price(self) -> Decimal:
        """Average price paid; undefined (zero) when flat."""
        return divide(self.cost, self.size) if self.size else ZERO

    def notional(self, mark: Decimal) -> Decimal:
        """|size| × mark, in quote units."""
        return EXACT.multiply(abs(self.size), mark)

    def unrealised(self, mark: Decimal) -> Decimal:
        """Profit if closed at `mark` without costs, in quote units."""
        return EXACT.subtract(EXACT.multiply(self.size, mark), self.cost)

    def traded(self, size: Decimal, cost: Decimal) -> tuple[Position, Decimal]:
        """The position after trading signed `size` for signed `cost`, and the profit that this realised.

        A trade against the position first closes; what is left of it opens the other way.
        """
        if self.size == 0 or (size > 0) == (self.size > 0):
            return replace(self, size=self.size + size, cost=self.cost + cost), ZERO
        closed = min(abs(size), abs(self.size))
        cost_out = _share(self.cost, closed, abs(self.size))
        cost_in = _share(cost, closed, abs(size))
        realised = -(cost_out + cost_in)
        after = replace(
            self, size=self.size + size, cost=self.cost + cost + realised, realised=self.realised + realised
        )
        return after, realised


def _share(cost: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """`part`/`whole` of `cost`. The rounding only decides what is realised now and what later."""
    if part == whole:
        return cost
    return to_grid(divide(EXACT.multiply(cost, part), whole), MONEY_UNIT, ROUND_HALF_EVEN)


@dataclass(slots=True)
class Pool:
    """One set of collateral and the positions it backs. The collateral itself is in the ledger, under `owner`.

    Attributes:
        key: `cross` or `iso:SYMBOL`.
        owner: the pool's name in the ledger (`you/iso:ETH`).
        positions: by symbol; flat positions are dropped.
        called: how many of the margin-call levels have been called since they were last re-armed.
        whole_until: ms UTC until which a liquidation order takes the whole position; 0 when none is in force.
    """

    key: str
    owner: str
    positions: dict[str, Position] = field(default_factory=dict)
    called: int = 0
    whole_until: int = 0

    @property
    def mode(self) -> Mode:
        """Which of the two margin modes this pool is."""
        return "cross" if self.key == CROSS else "isolated"

    def position(self, symbol: str) -> Position:
        """The position in `symbol`, flat if there is none."""
        return self.positions.get(symbol) or Position(symbol)

    def keep(self, position: Position) -> None:
        """Store `position`, or forget it once it is flat."""
        if position.size:
            self.positions[position.symbol] = position
        else:
            self.positions.pop(position.symbol, None)

    def equity(self, collateral: Decimal) -> Formula:
        """Collateral plus unrealised profit, as a formula of the marks."""
        parts: list[Formula] = [Const("collateral", collateral)]
        for _, position in sorted(self.positions.items()):
            value = Scaled(f"{position.symbol} size × mark", position.size, Price(position.symbol))
            parts.append(Sum(f"{position.symbol} unrealised", (value, Const("less its cost", -position.cost))))
        return Sum("equity", tuple(parts))


@dataclass(slots=True)
class Account:
    """One actor's pools, orders and per-market settings."""

    name: str
    pools: dict[str, Pool] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    leverages: dict[str, int] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)

    def pool(self, key: str) -> Pool:
        """The pool of that key, opened empty if it isn't there."""
        if key not in self.pools:
            self.pools[key] = Pool(key, f"{self.name}/{key}")
        return self.pools[key]

    @property
    def wallet(self) -> Pool:
        """The cross pool."""
        return self.pool(CROSS)

    def pools_with(self, symbol: str) -> list[Pool]:
        """The pools that hold a position in `symbol`, by key."""
        return [pool for _, pool in sorted(self.pools.items()) if symbol in pool.positions]

    @property
    def flat(self) -> bool:
        """Whether there is no position at all."""
        return not any(pool.positions for pool in self.pools.values())


@dataclass(slots=True)
class World:
    """Everything that can change in a session besides the clock: who is there and who holds what."""

    asset: str
    ledger: Ledger = field(default_factory=Ledger)
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str) -> Account:
        """The account of that name, opened empty if it isn't there."""
        if name not in self.accounts:
            self.accounts[name] = Account(name)
        return self.accounts[name]

    def balance(self, pool: Pool) -> Decimal:
        """The collateral of a pool, in quote units."""
        return self.ledger.balance(pool.owner, self.asset)

    def move(self, giver: Pool | str, taker: Pool | str, amount: Decimal) -> None:
        """Transfer quote money between pools, or named owners."""
        names = [end if isinstance(end, str) else end.owner for end in (giver, taker)]
        self.ledger.transfer(names[0], names[1], self.asset, amount)

    def sizes(self, symbol: str) -> Decimal:
        """Sum of every account's signed size in a market: zero, always."""
        return sum((position.size for position in self._held(symbol)), ZERO)

    def costs(self, symbol: str) -> Decimal:
        """Sum of every account's signed cost in a market: zero, always."""
        return sum((position.cost for position in self._held(symbol)), ZERO)

    def _held(self, symbol: str) -> list[Position]:
        pools = (pool for account in self.accounts.values() for pool in account.pools.values())
        return [pool.positions[symbol] for pool in pools if symbol in pool.positions]
