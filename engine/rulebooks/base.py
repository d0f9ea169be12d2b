"""What a rulebook must say. One venue = one file beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from engine.account import Account, Mode, Pool, Position
from engine.margin import Health
from engine.market import Market
from engine.numbers import ZERO
from engine.orders.order import PositionSide

if TYPE_CHECKING:
    from engine.tape import Path

Overrides = tuple[tuple[str, ...], ...]
"""Changed parameters as the words after `set`, in order."""

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
    `example` the words after `set` that change some of its numbers, `gauge` names its own gauge and its direction."""

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
    gauge: str = "maintenance requirement ÷ credit: rises, liquidation above 100 %"


@dataclass(frozen=True, slots=True)
class OwnGauge:
    """How the venue itself says how near a pool is to liquidation: `value` in its own unit, which `rises` or falls
    towards `liquidation`."""

    name: str
    value: Decimal
    liquidation: Decimal
    rises: bool


@dataclass(frozen=True, slots=True)
class Accrual:
    """What has come due for a pool: funding, interest, or a fee for borrowing.

    Attributes:
        position: key of the position that it is for; None for the pool's own quote money.
        asset: what it is charged on, as the player reads it.
        rate: fraction of `notional` (quote units) for the period; `amount` is positive when received.
    """

    position: str | None
    asset: str
    kind: Literal["funding", "interest", "borrow fee"]
    rate: Decimal
    notional: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A part of what a liquidation takes out of a pool: who gets it, and how much in quote units, as far as the pool
    can pay."""

    fund: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InsuranceDelta:
    """What an insurance fund takes of a fill better than the bankruptcy price, and gives where it is worse: a fill at
    `price` (quote units a base unit) costs nothing; the fund gets what is above it, up to `rate` of the value. The
    fill pays no fee besides; where the fund could not add what is missing there is none."""

    fund: str
    price: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class CancelOrders:
    """Every resting order of the pool goes."""


@dataclass(frozen=True, slots=True)
class Reduce:
    """Liquidation on the book: trade `share` of the position of key `position` away at the market.

    `whole_for` is how long (ms) any further order of this liquidation takes the whole position. With a `limit` no more
    is traded than fills at that price or better (IOC); `insurance` settles the difference to the bankruptcy price."""

    position: str
    share: Decimal
    whole_for: int = 0
    limit: Decimal | None = None
    insurance: InsuranceDelta | None = None


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
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """A liquidator takes `size` (base units, > 0) of a position at `price`, outside the book, and gives what it gains
    at the mark. Seizing collateral is this too: a coin sold below the mark to repay a debt in the quote asset; a coin
    owed bought back above it. `charges` come out of the pool afterwards, in
    full: what is below zero then is a shortfall. The size is rounded down to the lot, or `up`."""

    position: str
    size: Decimal
    price: Decimal
    charges: tuple[Charge, ...] = ()
    taker: str = "liquidator"
    up: bool = False


@dataclass(frozen=True, slots=True)
class Settle:
    """`amount` (quote units, > 0) of a position's unrealised profit goes into the collateral: its cost rises by as
    much, its size stays. `charges` come out of the pool afterwards, in full."""

    position: str
    amount: Decimal
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class Deleverage:
    """Other traders are closed against a position at `price` in the venue's order, without a fund between them."""

    position: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Wait:
    """The venue goes on at `until` (ms UTC, later than now): the next order of a series, the next block. `phase` is
    handed back then."""

    until: int
    phase: str = ""


Step = CancelOrders | Reduce | ReduceUntil | HandOver | Settle | TakeOver | Deleverage | Wait


@dataclass(frozen=True, slots=True)
class Failing:
    """A pool that may be below maintenance, as the venue finds it.

    Attributes:
        collateral: what the ledger says it holds, quote units.
        marks: by symbol; `trading`: the markets that trade now; `time`: ms UTC.
        has_orders: whether orders of this pool rest.
        done: what this liquidation has done at this moment, in order; `filled` what each of that traded, base units.
        phase: what the `Wait` before this moment said; empty where the liquidation begins now.
        since: ms UTC at which this liquidation began; the present time where it begins now.
        before: the marks that the venue knew before this moment.
        insurance: what the fund that pays for this pool has now, quote units.
    """

    pool: Pool
    collateral: Decimal
    marks: Mapping[str, Decimal]
    trading: frozenset[str]
    time: int
    has_orders: bool = False
    done: tuple[Step, ...] = ()
    filled: tuple[Decimal, ...] = ()
    phase: str = ""
    since: int = 0
    before: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    insurance: Decimal = ZERO


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

    modes: tuple[Mode, ...]
    """The margin modes that the venue has, its default first."""

    variants: Mapping[str, Overrides]
    """Its other kinds of account, by name, each as what to `set` for it: `portfolio`, `emode`."""

    insurer: str
    """The fund that pays for what falls below zero."""

    bearer: str
    """Who bears what that fund can't pay."""

    order_book: bool
    """Whether trades meet a book: spread and impact. Without one they are done at the last price."""

    fees_from_pool: bool
    """Whether the fee for opening comes out of the margin that was posted, not out of the wallet."""

    margin_by_leverage: bool
    """Whether opening takes notional ÷ leverage, so that more leverage makes more possible."""

    accrues: Literal["by size", "by pool"]
    """`by size`: each unit of a market's position pays the same, `funding_rate` of its mark. `by pool`: what is due
    depends on more, and `accruals` says it, pool by pool."""

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

    def lends(self, symbol: str) -> bool:
        """Whether the coin of that market is itself held, supplied and borrowed there, as the quote asset is then."""

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """Why the venue does not let a pool become so by opening, apart from margin; None where it does. The pool is as
        it would be afterwards."""

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

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """What a period has come to for a pool, where the venue accrues by pool. `premiums`: the mean premium a market
        since the last time."""

    def insurer_of(self, pool: Pool) -> str:
        """The fund that pays for this pool, where there are several; asked while it still has positions."""

    def bearer_of(self, pool: Pool) -> str:
        """Who bears what that fund can't pay, where it depends on what was lost; asked while it still has positions."""

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """The venue's own gauge of a pool; None where it is the share of credit that is required, or nothing is."""

    def references(self, path: Path, step: int) -> Mapping[str, Decimal]:
        """Prices besides the marks that health asks for under names of its own (`stable ETH`): averages that the venue
        keeps. Empty on most venues. Only levels `order` and `withdraw` may use them."""

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
