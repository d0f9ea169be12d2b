"""What happened. Every change of a session is told by one of these, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Literal

from engine.numbers import plain
from engine.orders.order import Side

LATER: Mapping[str, bool] = MappingProxyType({"later": True})
"""Marks a field that events of older saves have not: left out of the figures where it is None, so that these read as
they did."""
UNTOLD: Mapping[str, bool] = MappingProxyType({"untold": True})
"""Marks a field that only events have that happen just now: it is in no figures, and in no save."""

FillReason = Literal["market", "limit", "stop", "take", "trail", "close", "reverse", "flatten", "liquidation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The step (vertex) during which it happened, and the exact time in ms UTC."""

    kind: ClassVar[str] = "event"
    step: int
    time: int
    actor: str = "you"

    def figures(self) -> dict[str, str | int | bool | None]:
        """Every field by name, in JSON's types; numbers as exact strings, the time as UTC ISO 8601."""
        row: dict[str, str | int | bool | None] = {"step": self.step, "time": iso(self.time), "kind": self.kind}
        for each in fields(self):
            if each.name not in row:
                value = getattr(self, each.name)
                if "untold" in each.metadata or (value is None and "later" in each.metadata):
                    continue
                row[each.name] = plain(value) if isinstance(value, Decimal) else value
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited(Event):
    """Money came in. `rescue` counts the deposits that followed a wipe-out (0 for an ordinary one)."""

    kind: ClassVar[str] = "deposit"
    amount: Decimal
    rescue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CashedOut(Event):
    """Money left the wallet."""

    kind: ClassVar[str] = "cash_out"
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetMoved(Event):
    """An asset was supplied, withdrawn, borrowed or repaid: `amount` in its own units, `value` in quote units at the
    mark; `net` is what the account then has of it (negative: owes); `rescue` as for money that comes in."""

    kind: ClassVar[str] = "lend"
    symbol: str
    action: Literal["supply", "withdraw", "borrow", "repay"]
    amount: Decimal
    value: Decimal
    net: Decimal
    rescue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(Event):
    """A trade. `realised` is the profit it realised, `posted` the margin it moved from the wallet to the pool
    (negative: back), `position` the signed size after it; `last` the last price at that moment, of a trade at the
    market: None of an order that waited for its own price."""

    kind: ClassVar[str] = "fill"
    symbol: str
    pool: str
    order: str
    reason: FillReason
    side: Side
    size: Decimal
    price: Decimal
    fee: Decimal
    realised: Decimal
    posted: Decimal
    position: Decimal
    last: Decimal | None = field(default=None, compare=False, metadata=UNTOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """An order rests. `text` says it in the command grammar's words. `met` is the last price then where that is beyond
    its limit already: it fills once the price goes further."""

    kind: ClassVar[str] = "order"
    symbol: str
    pool: str
    order: str
    side: Side
    size: Decimal
    price: Decimal
    text: str
    met: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTriggered(Event):
    """A stop-limit's `trigger` was reached: it is a limit order at `price` now, as `text` says in the command
    grammar's words."""

    kind: ClassVar[str] = "trigger"
    symbol: str
    pool: str
    order: str
    side: Side
    size: Decimal
    price: Decimal
    trigger: Decimal
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    """An order went without a fill, and why; `size` is what was left of it."""

    kind: ClassVar[str] = "cancel"
    symbol: str
    pool: str
    order: str
    reason: str
    size: Decimal | None = field(default=None, compare=False, metadata=UNTOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginMoved(Event):
    """The player moved margin into an isolated pool (negative: out of it)."""

    kind: ClassVar[str] = "margin"
    symbol: str
    pool: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageSet(Event):
    """The leverage that a market's initial margin is judged by."""

    kind: ClassVar[str] = "leverage"
    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSet(Event):
    """The margin mode that a market's next orders trade in."""

    kind: ClassVar[str] = "mode"
    symbol: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeSet(Event):
    """Whether a market's long and short are two positions (hedge mode) or one (one-way mode)."""

    kind: ClassVar[str] = "hedge"
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPaid(Event):
    """Funding for one period: `rate` of `notional`; `amount` is positive when received."""

    kind: ClassVar[str] = "funding"
    symbol: str
    pool: str
    rate: Decimal
    notional: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestPaid(Event):
    """What a period cost or brought on an asset: `accrual` is funding, interest or a borrow fee; `rate` of `notional`;
    `amount` is positive when received. Venues whose charges depend on more than a position's size tell this."""

    kind: ClassVar[str] = "interest"
    symbol: str
    pool: str
    accrual: str
    rate: Decimal
    notional: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCalled(Event):
    """The pool's gauge reached `level` (a fraction of 1, where 1 is liquidation)."""

    kind: ClassVar[str] = "call"
    pool: str
    symbol: str | None
    level: Decimal
    equity: Decimal
    requirement: Decimal
    price: Decimal | None
    liquidation_price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidationStarted(Event):
    """Credit fell below the maintenance requirement.

    `balance` is the collateral just before. Where the pool has one position: `price` is its mark, `raw_price` the exact
    crossing, `bankruptcy_price` where the equity is zero. Of an isolated pool, `wallet_free` is what could have been
    moved in from the wallet, `wallet_cushion` the wallet's own credit − requirement, and `wallet_equity` its equity.
    `funding` is the position's running total. Where the pool has several positions, `positions` is all of them, in the
    words of `engine.liquidation.held`.
    """

    kind: ClassVar[str] = "liquidation"
    pool: str
    symbol: str | None
    price: Decimal | None
    raw_price: Decimal | None
    equity: Decimal
    requirement: Decimal
    balance: Decimal | None = None  # from here on: None in events that older versions told
    size: Decimal | None = None
    entry_price: Decimal | None = None
    leverage: int | None = None
    bankruptcy_price: Decimal | None = None
    last_price: Decimal | None = None
    wallet_free: Decimal | None = None
    wallet_cushion: Decimal | None = None
    wallet_equity: Decimal | None = None
    funding: Decimal | None = field(default=None, metadata=LATER)
    positions: str | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceCharged(Event):
    """The insurer's fee on what a liquidation traded away: `rate` of `notional`, as far as the pool could pay."""

    kind: ClassVar[str] = "clearance"
    symbol: str
    pool: str
    notional: Decimal
    rate: Decimal
    amount: Decimal
    fund: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRestored(Event):
    """A liquidation stopped: what is left of the pool's positions is above its requirement. `unrealised` is the profit
    of these positions."""

    kind: ClassVar[str] = "restored"
    pool: str
    equity: Decimal
    requirement: Decimal
    unrealised: Decimal | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver(Event):
    """The backstop took a position at `price`, with all the collateral of its pool: `lost` is what the player had
    left in it, below zero when the fund has to pay; `balance` its collateral, without the positions' profit. Both are
    of the whole pool, whose every position has such an event. `mark` is the mark at that moment."""

    kind: ClassVar[str] = "takeover"
    pool: str
    symbol: str
    size: Decimal
    price: Decimal
    lost: Decimal
    fund: str
    fund_after: Decimal
    balance: Decimal | None = field(default=None, metadata=LATER)
    mark: Decimal | None = field(default=None, compare=False, metadata=UNTOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleveraged(Event):
    """Another trader's profitable position was closed to pay for a loss that the fund could not: that of `pool`. Where
    it was closed against the pool itself, `realised` is the profit that this realised there, `position` what is left
    of the pool's position. `mark` is the mark at that moment."""

    kind: ClassVar[str] = "adl"
    symbol: str
    trader: str
    size: Decimal
    price: Decimal
    rank: Decimal
    pool: str | None = field(default=None, metadata=LATER)
    realised: Decimal | None = field(default=None, metadata=LATER)
    position: Decimal | None = field(default=None, metadata=LATER)
    mark: Decimal | None = field(default=None, compare=False, metadata=UNTOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallPaid(Event):
    """A pool ended below zero by `amount`. `fund` paid it as far as it goes; `unpaid` is what is left of it."""

    kind: ClassVar[str] = "shortfall"
    pool: str
    amount: Decimal
    fund: str
    unpaid: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSocialised(Event):
    """What no fund could pay of a pool that ended below zero, and who bears it on that venue."""

    kind: ClassVar[str] = "socialised"
    pool: str
    amount: Decimal
    bearer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Event):
    """A liquidator took `size` of a position at `price`, when the mark was `mark`; `position` is what is left of it,
    `realised` the profit that this realised."""

    kind: ClassVar[str] = "handover"
    symbol: str
    pool: str
    taker: str
    side: Side
    size: Decimal
    price: Decimal
    mark: Decimal
    realised: Decimal
    position: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitSettled(Event):
    """A part of a position's unrealised profit became collateral of its pool, its size unchanged."""

    kind: ClassVar[str] = "settled"
    symbol: str
    pool: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyCharged(Event):
    """A part of a liquidation's cost that went to a fund, a keeper or the treasury; negative where the fund paid."""

    kind: ClassVar[str] = "penalty"
    pool: str
    symbol: str | None
    amount: Decimal
    fund: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WipedOut(Event):
    """Nothing is left to trade with: deposit and go on, or end."""

    kind: ClassVar[str] = "wiped_out"
    equity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """The player's own words."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The session is over; open positions are marked, not closed."""

    kind: ClassVar[str] = "end"
    reason: str
    equity: Decimal


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(time: int) -> str:
    """`time` (ms since 1970 UTC) as ISO 8601, with milliseconds only where there are any."""
    moment = _EPOCH + timedelta(milliseconds=time)
    return moment.isoformat(timespec="milliseconds" if time % 1000 else "seconds").replace("+00:00", "Z")
