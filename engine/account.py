"""Accounts, their pools, and the positions that a pool backs.

Isolated = a pool per position. Cross = one shared pool, which is also the wallet. A position stores its signed size
and its cost; the entry price and the profit are views of those two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Literal

from engine.formula import Const, Formula, Price, Scaled, Sum
from engine.frozen import altered
from engine.ledger import Ledger
from engine.numbers import EXACT, MONEY_UNIT, ZERO, divide, to_grid
from engine.orders.order import Order, PositionSide, position_key

Mode = Literal["isolated", "cross"]

CROSS = "cross"
"""Key of the shared pool: the wallet."""

HOUSE = "house"
"""The market itself: it takes the other side of every trade and clears every profit and loss."""

_SIDES: Mapping[str, PositionSide] = {"": "both", "long": "long", "short": "short"}

YOU = "you"
OTHER = "other "
"""How the names of the stated book's traders begin."""


def isolated_key(position: str) -> str:
    """Key of the pool that backs one isolated position, from the position's key: `iso:ETH`, `iso:ETH:long`."""
    return f"iso:{position}"


@dataclass(frozen=True, slots=True)
class Position:
    """A position in one market.

    Attributes:
        size: base units, negative when short.
        cost: signed quote units paid for `size` (negative when short).
        leverage: the leverage that its initial margin is judged by.
        realised, fees, funding: running totals in quote units; funding is positive when received.
        position_side: `both` in one-way mode; the side that it can only have in hedge mode.
    """

    symbol: str
    size: Decimal = ZERO
    cost: Decimal = ZERO
    leverage: int = 1
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    position_side: PositionSide = "both"

    @property
    def key(self) -> str:
        """What its pool keeps it under: `ETH`, or `ETH:long` in hedge mode."""
        return self.symbol if self.position_side == "both" else position_key(self.symbol, self.position_side)

    @property
    def name(self) -> str:
        """What a person calls it: `ETH`, or `ETH long` in hedge mode."""
        return self.symbol if self.position_side == "both" else self.key.replace(":", " ")

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
            return altered(self, size=self.size + size, cost=self.cost + cost), ZERO
        closed = min(abs(size), abs(self.size))
        cost_out = _share(self.cost, closed, abs(self.size))
        cost_in = _share(cost, closed, abs(size))
        realised = -(cost_out + cost_in)
        after = altered(
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
        key: `cross`, or `iso:` and the key of its one position.
        owner: the pool's name in the ledger (`you/iso:ETH`).
        positions: by their key (`ETH`, or `ETH:long` in hedge mode); flat positions are dropped.
        called: how many of the margin-call levels have been called since they were last re-armed.
        whole_until: ms UTC until which a liquidation order takes the whole position; 0 when none is in force.
        acts_at: ms UTC at which the venue goes on with a liquidation that waits; 0 when none does.
        since, phase: ms UTC at which that liquidation began, and where in its procedure it is.
    """

    key: str
    owner: str
    positions: dict[str, Position] = field(default_factory=dict)
    called: int = 0
    whole_until: int = 0
    acts_at: int = 0
    since: int = 0
    phase: str = ""

    def copy(self) -> Pool:
        """The same in a pool of its own."""
        own = dict(self.positions)
        return Pool(self.key, self.owner, own, self.called, self.whole_until, self.acts_at, self.since, self.phase)

    def wait(self, until: int, since: int, phase: str) -> None:
        """Leave a liquidation that began at `since` to wait until then (ms UTC)."""
        self.acts_at, self.since, self.phase = until, since, phase

    def settle_down(self) -> None:
        """No liquidation is under way any more."""
        self.acts_at, self.since, self.phase = 0, 0, ""

    @property
    def mode(self) -> Mode:
        """Which of the two margin modes this pool is."""
        return "cross" if self.key == CROSS else "isolated"

    def position(self, key: str) -> Position:
        """The position of that key, flat if there is none."""
        symbol, _, side = key.partition(":")
        return self.positions.get(key) or Position(symbol, position_side=_SIDES[side])

    def keep(self, position: Position) -> None:
        """Store `position`, or forget it once it is flat."""
        if position.size:
            self.positions[position.key] = position
        else:
            self.positions.pop(position.key, None)

    def held(self, symbol: str) -> Iterator[Position]:
        """Its open positions in one market, by key."""
        return (position for _, position in sorted(self.positions.items()) if position.symbol == symbol)

    def equity(self, collateral: Decimal) -> Formula:
        """Collateral plus unrealised profit, as a formula of the marks."""
        parts: list[Formula] = [Const("collateral", collateral)]
        for _, position in sorted(self.positions.items()):
            parts.append(_unrealised(position.name, position.symbol, position.size, position.cost))
        return Sum("equity", tuple(parts))


@lru_cache(maxsize=4096)  # asked for at every event of a pool, most of whose positions have not changed
def _unrealised(name: str, symbol: str, size: Decimal, cost: Decimal) -> Formula:
    value = Scaled(f"{name} size × mark", size, Price(symbol))
    return Sum(f"{name} unrealised", (value, Const("less its cost", -cost)))


@dataclass(slots=True)
class Account:
    """One actor's pools, orders and per-market settings. `hedged`: a market's long and short are two positions."""

    name: str
    pools: dict[str, Pool] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    leverages: dict[str, int] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    hedged: bool = False

    def pool(self, key: str) -> Pool:
        """The pool of that key, opened empty if it isn't there."""
        if key not in self.pools:
            self.pools[key] = Pool(key, f"{self.name}/{key}")
        return self.pools[key]

    def copy(self) -> Account:
        """The same in an account of its own."""
        pools = {key: pool.copy() for key, pool in self.pools.items()}
        return Account(self.name, pools, dict(self.orders), dict(self.leverages), dict(self.modes), self.hedged)

    @property
    def wallet(self) -> Pool:
        """The cross pool."""
        return self.pool(CROSS)

    def pools_with(self, symbol: str) -> list[Pool]:
        """The pools that hold a position in `symbol`, by key."""
        return [
            pool for _, pool in sorted(self.pools.items()) if any(p.symbol == symbol for p in pool.positions.values())
        ]

    def positions_in(self, symbol: str) -> list[tuple[Pool, Position]]:
        """Every open position in a market with its pool: several in hedge mode, or where modes live side by side."""
        return [(pool, position) for _, pool in sorted(self.pools.items()) for position in pool.held(symbol)]

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

    def copy(self) -> World:
        """The same in a world of its own."""
        accounts = {name: account.copy() for name, account in self.accounts.items()}
        return World(self.asset, self.ledger.copy(), accounts)

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
        return [position for pool in pools for position in pool.held(symbol)]
