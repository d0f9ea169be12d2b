"""What a rulebook must say. One venue = one file beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, Protocol

from engine.account import Account, Mode, Pool, Position
from engine.margin import Health
from engine.market import Market
from engine.orders.order import PositionSide

Level = Literal["order", "withdraw", "maintenance", "liquidation_end", "backstop"]
"""What a pool is judged for: opening, moving margin out, staying open, being left alone again once its liquidation has
begun, and not being taken over whole."""


Role = Literal["taker", "maker"]
"""Whether a trade took what rested in the book, or rested there itself."""


class SetupError(ValueError):
    """A set-up that cannot be played: the message says why, `would_work` what would be."""

    def __init__(self, message: str, would_work: str) -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work = message, would_work


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that was not carried out. Nothing changed."""

    reason: str
    would_work: str = ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.would_work}" if self.would_work else self.reason


@dataclass(frozen=True, slots=True)
class Card:
    """A venue on one screen: each fact with the page it comes from; `unsure` lists what the sources do not settle,
    `example` the words after `set` that change some of its numbers."""

    name: str
    title: str
    modes: tuple[str, ...]
    margin: tuple[str, ...]
    costs: tuple[str, ...]
    liquidation: tuple[str, ...]
    below_zero: tuple[str, ...]
    example: tuple[str, ...]
    unsure: tuple[str, ...]
    sources: tuple[str, ...]
    dated: str


@dataclass(frozen=True, slots=True)
class CancelOrders:
    """Every resting order of the pool goes."""


@dataclass(frozen=True, slots=True)
class Reduce:
    """Liquidation on the book: trade `share` of the position of key `position` away at the market.

    `whole_for` is how long (ms) any further order of this liquidation takes the whole position."""

    position: str
    share: Decimal
    whole_for: int = 0


@dataclass(frozen=True, slots=True)
class ReduceUntil:
    """Liquidation on the book in one order that is filled at once or not at all (IOC): trade away as few lots of
    `position` as make the pool safe at `level`, all of them where that takes all, and none at a price worse than
    `limit`."""

    position: str
    level: Level
    limit: Decimal


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A fund takes every position of the pool, and all its collateral.

    `prices`, by position key, are what the positions go over at and what other traders are deleveraged at. Without
    them it is the mark, and for deleveraging the mark that the venue knew before."""

    fund: str
    prices: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))


Step = CancelOrders | Reduce | ReduceUntil | TakeOver


@dataclass(frozen=True, slots=True)
class Failing:
    """A pool that may be below maintenance, as the venue finds it.

    Attributes:
        collateral: what the ledger says it holds, quote units.
        marks: by symbol; `trading`: the markets that trade now; `time`: ms UTC.
        has_orders: whether orders of this pool rest.
        done: what this liquidation has done at this moment, in order.
    """

    pool: Pool
    collateral: Decimal
    marks: Mapping[str, Decimal]
    trading: frozenset[str]
    time: int
    has_orders: bool = False
    done: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """Somebody's position, as ranked for deleveraging: `account_value` and `notional` in quote units."""

    trader: str
    size: Decimal
    entry_price: Decimal
    notional: Decimal
    account_value: Decimal


class Rulebook(Protocol):
    """One venue's rules. Pure: it looks at accounts and answers, and changes nothing."""

    card: Card

    keeps: str
    """In words, what has to stay behind when margin is moved out of the wallet while positions are open."""

    hedge_mode: bool
    """Whether a market's long and short can be two positions of one account."""

    insurer: str
    """The fund that pays for what falls below zero."""

    @property
    def call_levels(self) -> tuple[Decimal, ...]:
        """Gauge levels at which the player is called, rising."""

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """What each of the venue's own funds starts with, in quote units."""

    def fee_rate(self, role: Role) -> Decimal:
        """Trading fee as a fraction of notional."""

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """The highest leverage at which that much may be opened; 0 where it is more than the venue takes."""

    def largest_notional(self, symbol: str, leverage: int) -> Decimal | None:
        """The notional at which `leverage` is no longer given, quote units; None where it always is."""

    def isolated_only(self, symbol: str) -> bool:
        """Whether the market allows no cross margin, and margin is never taken out of its pool by hand."""

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """The pool that a new position of that mode and side belongs to."""

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """The pool's credit and requirement at a level. Credit moves with the collateral one for one, the requirement
        does not: searches follow funding that way."""

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What `position` must have to be opened, in quote units."""

    def next_funding(self, after: int) -> int:
        """The first time (ms UTC) later than `after` at which funding is charged."""

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """The rate charged at a funding time, from the mean premium since the last; paid by longs when positive."""

    def funding_period(self) -> int:
        """Time between two fundings, in ms."""

    def clearance_rate(self, symbol: str) -> Decimal:
        """What the insurer takes of the notional that a liquidation trades away on the book, as a fraction."""

    def next_step(self, failing: Failing) -> Step | None:
        """What the venue does next to a pool; None when it stands, or must wait."""

    def adl_order(
        self, symbol: str, candidates: tuple[Exposure, ...], mark: Decimal
    ) -> tuple[tuple[Exposure, Decimal], ...]:
        """Who is deleveraged first, each with the index it was ranked by."""

    def others(self, market: Market, price: Decimal) -> tuple[Exposure, ...]:
        """The stated book of other traders that deleveraging acts on."""
