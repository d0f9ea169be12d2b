"""What a session looks like now: read-only figures for screens and scripts. Looking settles nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import Mode
from engine.formula import Term, Unit
from engine.orders.order import Order, Side
from engine.rulebooks.base import OwnGauge


@dataclass(frozen=True, slots=True)
class PositionView:
    """One position, in quote units but for `size`. `key` is what its pool keeps it under: in hedge mode with its side.

    `maintenance_margin` is what it needs to stand by itself at its mark: the maintenance requirement, and where that is
    a debt, the equity that must be left beside it.

    `liquidation_price` is the first price on the tick grid that liquidates, all other prices standing still;
    `raw_liquidation_price` the exact crossing; None where no price of this market liquidates.
    """

    key: str
    symbol: str
    pool: str
    mode: Mode
    side: str
    size: Decimal
    entry_price: Decimal
    mark: Decimal
    notional: Decimal
    leverage: int
    initial_margin: Decimal
    maintenance_margin: Decimal
    unrealised: Decimal
    realised: Decimal
    fees: Decimal
    funding: Decimal
    liquidation_price: Decimal | None
    raw_liquidation_price: Decimal | None
    bankruptcy_price: Decimal | None


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool. `gauge` is requirement ÷ credit at maintenance, 1 = liquidation; None where nothing is required.
    `cushion` is credit − requirement: the money to go until liquidation. `requirement` is a debt on venues that lend.
    `own_gauge` is how the venue itself says it; None where it says no other."""

    key: str
    mode: Mode
    balance: Decimal
    equity: Decimal
    requirement: Decimal
    initial_requirement: Decimal
    cushion: Decimal
    gauge: Decimal | None
    effective_leverage: Decimal | None
    free: Decimal
    positions: tuple[PositionView, ...]
    own_gauge: OwnGauge | None = None


@dataclass(frozen=True, slots=True)
class MarketView:
    """One market's prices and settings now. `funding_rate` is what a `funding_period` (ms) would be charged at."""

    symbol: str
    tick_size: Decimal
    last: Decimal
    mark: Decimal
    trades: bool
    mode: Mode
    leverage: int
    largest_leverage: int
    isolated_only: bool
    funding_rate: Decimal
    funding_period: int


@dataclass(frozen=True, slots=True)
class View:
    """A session now.

    Attributes:
        step, steps: the vertex reached, and how many the tape has.
        time: ms UTC; `next_funding` likewise, None where funding is off.
        equity: of all pools together; `free` is what the wallet could back now: its equity less what its own
            positions need. To move margin out, a venue may want more to stay (`PoolView.free`).
        deposits, withdrawals, fees, funding, realised: totals since the start, quote units.
        calls, liquidations, rescues: counts. `modified`: names of overridden parameters.
        insurance: what the fund that pays below zero holds; `insurer` is its name.
        conserved: whether the ledger and the sizes add up.
        state: `running`, `wiped out` (deposit or end) or `ended`.
    """

    step: int
    steps: int
    time: int
    state: str
    markets: tuple[MarketView, ...]
    pools: tuple[PoolView, ...]
    orders: tuple[Order, ...]
    wallet: Decimal
    free: Decimal
    equity: Decimal
    deposits: Decimal
    withdrawals: Decimal
    realised: Decimal
    fees: Decimal
    funding: Decimal
    calls: int
    liquidations: int
    rescues: int
    insurance: Decimal
    insurer: str
    next_funding: int | None
    modified: tuple[str, ...]
    conserved: bool

    def market(self, symbol: str) -> MarketView:
        """That market's view. Raises KeyError."""
        for market in self.markets:
            if market.symbol == symbol:
                return market
        raise KeyError(symbol)

    @property
    def positions(self) -> tuple[PositionView, ...]:
        """Every position, pool by pool."""
        return tuple(position for pool in self.pools for position in pool.positions)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One side of a preview, before or after the command: the account, and the pool of the market it is about.
    `cushion` is None where that market has no position: nothing can be liquidated."""

    equity: Decimal
    wallet: Decimal
    free: Decimal
    initial_margin: Decimal
    liquidation_price: Decimal | None
    cushion: Decimal | None
    gauge: Decimal | None
    effective_leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a command would do, in one margin mode. Nothing was changed.

    Attributes:
        refusal: why it would be refused.
        margin: what opening takes: posted to an isolated pool at the price of the fill, in cross what the initial
            margin grows by; below zero what closing sets free of it.
        waits: nothing would be traded at once: fee, margin and `after` are those of the moment when it fills, at its
            own price and as what it trades as then.
        far: a price of the order so far from the mark that it may well be a slip (`FAR` in `previews`); None where
            there is none.
        supposed: the open position was supposed to be in that mode too, which it isn't.
    """

    mode: Mode | None
    refusal: str | None
    symbol: str | None
    size: Decimal
    price: Decimal | None
    fee: Decimal
    before: Outcome | None
    after: Outcome | None
    side: Side | None = None
    leverage: int | None = None
    supposed: bool = False
    margin: Decimal = Decimal(0)
    waits: bool = False
    far: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure of a pool opened into its terms.

    Attributes:
        terms: rows, top down; the first is the figure itself.
        figure: the field of `PoolView`, or of `PositionView`, that it is; `unrealised` of a pool is the sum over its
            positions, `own_gauge` the value of that gauge.
        position: key of the position that it belongs to; None for the pool's own figures.
        value: the figure as the view shows it, None where there is none; `unit` says what it counts.
    """

    title: str
    terms: tuple[Term, ...]
    figure: str
    position: str | None
    value: Decimal | None
    unit: Unit
