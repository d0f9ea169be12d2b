"""Every event as what it changed of the player's money and positions: the books that a report is made from.

Cash is kept without cost bases: a trade takes size × the price that it is measured from, so that equity is always the
cash plus every size at its mark. What was better or worse than that price, or paid for it, is a part of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.account import CROSS, YOU
from engine.assets import base_asset
from engine.events import (
    AssetMoved,
    CashedOut,
    ClearanceCharged,
    Deleveraged,
    Deposited,
    Event,
    Filled,
    FundingPaid,
    HandedOver,
    HedgeSet,
    InterestPaid,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.numbers import EXACT, ZERO, paid
from engine.orders.frictions import slippage_of
from engine.orders.order import position_key
from engine.report.played import Happened
from engine.report.split import Part
from engine.session import Session

INWARD = ("supply", "repay")


@dataclass(frozen=True, slots=True)
class Posting:
    """What one event changed.

    Attributes:
        given: whether a command did it, at its vertex.
        pool, key: the position that it belongs to; `key` is empty for what belongs to the account and no position.
        size: signed base units that were traded; zero for money alone.
        price: what they changed hands at; `reference` the price that their profit is measured from.
        parts: money besides, quote units, below zero where it was paid.
        flow: money, or coins at the mark, that came from outside (negative: went there): no profit.
    """

    event: Event
    given: bool
    pool: str
    key: str = ""
    symbol: str = ""
    size: Decimal = ZERO
    price: Decimal = ZERO
    reference: Decimal = ZERO
    parts: tuple[tuple[Part, Decimal], ...] = ()
    flow: Decimal = ZERO

    @property
    def cash(self) -> Decimal:
        """What it changed of the cash, quote units."""
        return self.flow - EXACT.multiply(self.size, self.reference) + sum((each for _, each in self.parts), ZERO)


class Books:
    """The player's positions by pool and key, as far as events have told, and the postings that events make."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sizes: dict[tuple[str, str], Decimal] = {}
        self._touched: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._hedged = False
        self._paying: tuple[tuple[int, str, str], int] = (0, "", ""), 0

    def post(self, happened: Iterable[Happened]) -> Iterator[Posting]:
        """The postings of events, in their order. Of events that were told, not read from a save."""
        for event, given in happened:
            if event.actor != YOU and not isinstance(event, Deleveraged):
                continue
            for posting in self._postings(event, given):
                if posting.size:
                    self._trade(posting)
                yield posting

    def _trade(self, posting: Posting) -> None:
        held = posting.pool, posting.key
        self._touched[posting.pool, posting.symbol] = posting.key
        size = self._sizes.pop(held, ZERO) + posting.size
        if size:
            self._sizes[held] = size

    def _postings(self, event: Event, given: bool) -> Iterator[Posting]:
        match event:
            case Filled():
                yield self._fill(event, given)
            case HandedOver():
                yield self._hand_over(event, given)
            case Deleveraged() if event.realised is not None:
                yield self._deleverage(event, given)
            case TakenOver():
                yield from self._take_over(event, given)
            case AssetMoved():
                yield self._move(event, given)
            case Deposited():
                yield Posting(event, given, CROSS, flow=event.amount)
            case CashedOut():
                yield Posting(event, given, CROSS, flow=-event.amount)
            case HedgeSet():
                self._hedged = event.on
            case _:
                yield from self._charge(event, given)

    def _charge(self, event: Event, given: bool) -> Iterator[Posting]:
        """Money alone."""
        match event:
            case FundingPaid():
                yield self._money(event, given, event.pool, self._payer(event), "funding", event.amount)
            case InterestPaid():
                part: Part = "funding" if event.accrual == "funding" else "interest"
                yield self._money(event, given, event.pool, self._accruing(event), part, event.amount)
            case ClearanceCharged():
                key = self._charged(event.pool, event.symbol)
                yield self._money(event, given, event.pool, key, "clearance", -event.amount)
            case PenaltyCharged():
                part, key = (
                    "penalties" if event.amount > 0 else "paid_by_others",
                    self._charged(event.pool, event.symbol),
                )
                yield self._money(event, given, event.pool, key, part, -event.amount)
            case ShortfallPaid():
                yield self._money(event, given, event.pool, _own_position(event.pool), "paid_by_others", event.amount)

    @staticmethod
    def _money(event: Event, given: bool, pool: str, key: str, part: Part, amount: Decimal) -> Posting:
        return Posting(event, given, pool, key, key.partition(":")[0], parts=((part, amount),))

    # -- trades

    def _fill(self, fill: Filled, given: bool) -> Posting:
        size = fill.size if fill.side == "buy" else -fill.size
        reference = fill.price if fill.last is None else fill.last
        parts = _parts(slippage=-slippage_of(fill), fees=-fill.fee, rounding=_rounding(size, fill.price))
        key = self._key_of(fill.symbol, fill.position or -size)
        return Posting(fill, given, fill.pool, key, fill.symbol, size, fill.price, reference, parts)

    def _hand_over(self, event: HandedOver, given: bool) -> Posting:
        size = event.size if event.side == "buy" else -event.size
        better = EXACT.multiply(size, event.mark - event.price)
        parts = _parts(liquidators=better, rounding=_rounding(size, event.price))
        key = self._key_of(event.symbol, -size)
        return Posting(event, given, event.pool, key, event.symbol, size, event.price, event.mark, parts)

    def _deleverage(self, event: Deleveraged, given: bool) -> Posting:
        """The pool's own position closed against another trader."""
        pool, left, mark = event.pool or CROSS, event.position or ZERO, event.mark or event.price
        key = self._closed(pool, event.symbol, event.size, left)
        size = left - self._sizes[pool, key]
        better = EXACT.multiply(size, mark - event.price)
        parts = _parts(deleveraging=better, rounding=_rounding(size, event.price))
        return Posting(event, given, pool, key, event.symbol, size, event.price, mark, parts)

    def _take_over(self, event: TakenOver, given: bool) -> Iterator[Posting]:
        """A position leaves at the mark. What its pool had left, or lacked, goes with the first of its positions: it is
        an isolated position's own, and of the wallet the account's."""
        mark, key = event.mark or event.price, self._key_of(event.symbol, event.size)
        if event.pool not in self._taken:
            parts = _parts(taken_over=min(-event.lost, ZERO), paid_by_others=max(-event.lost, ZERO))
            own = _own_position(event.pool)
            yield Posting(event, given, event.pool, own, own.partition(":")[0], parts=parts)
            self._taken.add(event.pool)
        yield Posting(event, given, event.pool, key, event.symbol, -event.size, mark, mark)
        if not any(pool == event.pool for pool, _ in self._sizes):
            self._taken.remove(event.pool)

    def _move(self, event: AssetMoved, given: bool) -> Posting:
        """A coin comes in or goes out at its mark; quote money is only money."""
        sign = 1 if event.action in INWARD else -1
        symbol = self._coin(event.symbol)
        if symbol is None:
            return Posting(event, given, CROSS, flow=sign * event.value)
        mark, size = self._session.path.price(symbol, "mark", event.step), sign * event.amount
        parts = _parts(rounding=_rounding(size, mark))
        return Posting(event, given, CROSS, symbol, symbol, size, mark, mark, parts, flow=sign * event.value)

    # -- which position

    def _coin(self, asset: str) -> str | None:
        """The market of a coin that is lent, by its symbol or its coin; None of the quote asset."""
        lent = [symbol for symbol in self._session.tape.by_symbol if self._session.rulebook.lends(symbol)]
        coins = [symbol for symbol in lent if base_asset(symbol) == asset]
        return asset if asset in lent else coins[0] if len(coins) == 1 else None

    def _key_of(self, symbol: str, sign: Decimal) -> str:
        """The key of a market's position that is long (`sign` above zero) or short."""
        return position_key(symbol, ("long" if sign > 0 else "short") if self._hedged else "both")

    def _closed(self, pool: str, symbol: str, size: Decimal, left: Decimal) -> str:
        """The key of the market's position of which `size` was closed and `left` is left."""
        held = {key: each for (there, key), each in self._sizes.items() if there == pool and _symbol(key) == symbol}
        return next(key for key, each in held.items() if abs(each) - size == abs(left) and each * left >= 0)

    def _payer(self, event: FundingPaid) -> str:
        """Whose funding it is: of a market's two positions the long pays first."""
        held = sorted(key for pool, key in self._sizes if pool == event.pool and _symbol(key) == event.symbol)
        if len(held) == 1:
            return held[0]
        paying, count = (event.time, event.pool, event.symbol), 0
        if self._paying[0] == paying:
            count = self._paying[1] + 1
        self._paying = paying, count
        return held[count % len(held)]

    def _accruing(self, event: InterestPaid) -> str:
        """Which position, by its key, its name or its market; none of quote money."""
        held = sorted(key for pool, key in self._sizes if pool == event.pool)
        names = {name: key for key in reversed(held) for name in (_symbol(key), key.replace(":", " "), key)}
        if event.symbol in names:
            return names[event.symbol]
        coin = self._coin(event.symbol) if event.accrual == "interest" else None
        return coin if coin in held else ""

    def _charged(self, pool: str, symbol: str | None) -> str:
        """The market's position that changed last; the pool's own where it is isolated."""
        return _own_position(pool) or (self._touched.get((pool, symbol), "") if symbol else "")


def _own_position(pool: str) -> str:
    """The key of an isolated pool's position; nothing for the wallet."""
    return "" if pool == CROSS else pool.partition(":")[2]


def _symbol(key: str) -> str:
    return key.partition(":")[0]


def _parts(**amounts: Decimal) -> tuple[tuple[Part, Decimal], ...]:
    return tuple((part, amount) for part, amount in amounts.items() if amount)  # type: ignore[misc]


def _rounding(size: Decimal, price: Decimal) -> Decimal:
    """What rounding the cost of a trade took, as `Exchange.settle` rounds it."""
    raw = EXACT.multiply(size, price)
    return raw - paid(raw)
