"""A pool's books, kept from events: what came in and went out since it last had no position, and why.

They are kept in cash: what was moved less what every trade cost, so profit that is realised changes nothing. Events
tell all of it, so the books come to the pool's equity exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

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
    InterestPaid,
    MarginMoved,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.formula import Prices
from engine.numbers import EXACT, ZERO, exactly, paid
from engine.orders.frictions import slippage_of
from engine.post_mortem.attribution import MOVED, Attribution, Part, PartKind
from engine.rulebooks.base import Rulebook
from engine.tape import Path

Held = tuple[str, int]
"""A market and a side of it: +1 long, −1 short."""


@dataclass(slots=True)
class Book:
    """One pool since it last had no position.

    Attributes:
        cash: what was moved into it less what its trades cost, each to the millionth that was posted; `before` what
            that was without a position.
        sizes, references: by position, signed size, and Σ size traded × the price that the trade is measured from.
        opened: by position, the vertex at which it was last opened.
        since, since_time: vertex and ms UTC of its first trade.
        changed: vertex of the last event that was neither funding nor interest.
    """

    cash: Decimal = ZERO
    before: Decimal = ZERO
    sizes: dict[Held, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    references: dict[Held, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    opened: dict[Held, int] = field(default_factory=dict)
    parts: dict[PartKind, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    fees_elsewhere: Decimal = ZERO
    since: int = 0
    since_time: int = 0
    changed: int = 0

    @property
    def flat(self) -> bool:
        """Whether it has no position."""
        return not any(self.sizes.values())

    def begin(self, event: Event) -> None:
        """Forget what came before: the first position since then is about to be opened."""
        for each in (self.sizes, self.references, self.opened, self.parts):
            each.clear()
        self.before, self.fees_elsewhere = self.cash, ZERO
        self.since, self.since_time = event.step, event.time

    def move(self, kind: PartKind, amount: Decimal) -> None:
        """Add to (negative: take from) it."""
        self.cash += amount
        self.parts[kind] += amount

    def trade(self, held: Held, size: Decimal, price: Decimal, reference: Decimal, at: int) -> None:
        """Signed `size` of a position at `price`, where its market was at `reference`: what was paid for it beyond that
        is another part, the caller's to say."""
        raw = EXACT.multiply(size, price)
        cost = paid(raw)
        if not self.sizes[held]:
            self.opened[held] = at
        self.sizes[held] += size
        self.references[held] += EXACT.multiply(size, reference)
        self.cash -= cost
        self.parts["rounding"] -= cost - raw

    def equity(self, marks: Prices) -> Decimal:
        """What it has, and what its positions are worth."""
        worth = sum((EXACT.multiply(size, marks[symbol]) for (symbol, _), size in self.sizes.items() if size), ZERO)
        return self.cash + worth

    def attribution(self, marks: Prices) -> Attribution:
        """Everything up to now, the positions at `marks`."""
        prices = {
            held: (EXACT.multiply(size, marks[held[0]]) if size else ZERO) - self.references[held]
            for held, size in self.sizes.items()
        }
        return Attribution(
            before=self.before,
            after=self.equity(marks),
            parts=tuple(_parts(prices, self.parts)),
            fees_elsewhere=self.fees_elsewhere,
            since=self.since,
            since_time=self.since_time,
        )


_ORDER: tuple[PartKind, ...] = ("slippage", "fees", "funding", "interest", "liquidation", "rounding")


def _parts(prices: dict[Held, Decimal], others: dict[PartKind, Decimal]) -> Iterable[Part]:
    markets = [symbol for symbol, _ in prices]
    yield from (Part(kind, others[kind]) for kind in MOVED if others.get(kind))
    for (symbol, side), amount in sorted(prices.items(), key=lambda each: (each[1], each[0])):
        both = markets.count(symbol) > 1
        yield Part("price", amount, f"{symbol} {'long' if side > 0 else 'short'}" if both else symbol)
    yield from (Part(kind, others[kind]) for kind in _ORDER if others.get(kind))


class Books:
    """The books of all the player's pools.

    Args:
        rulebook, path: of the session whose events are read.
    """

    def __init__(self, rulebook: Rulebook, path: Path) -> None:
        self._rulebook, self._path = rulebook, path
        self.of: dict[str, Book] = {CROSS: Book()}

    def book(self, pool: str) -> Book:
        """That pool's, begun where it is new."""
        return self.of.setdefault(pool, Book())

    @exactly
    def read(self, events: Iterable[Event]) -> None:
        """Take in events, in order."""
        for event in events:
            entry = _ENTRIES.get(type(event))
            ours = event.actor == YOU or isinstance(event, Deleveraged)
            if entry is not None and ours:
                entry(self, event)

    # -- trades

    def filled(self, event: Filled) -> None:
        """A trade on the book, or against it."""
        sign = 1 if event.side == "buy" else -1
        opens = event.position * sign > 0
        book = self._opening(event) if opens else self._changing(event.pool, event)
        side = sign if opens else -sign
        reference = event.price if event.last is None else event.last
        book.trade((event.symbol, side), sign * event.size, event.price, reference, event.step)
        book.parts["slippage"] -= slippage_of(event)
        if opens and event.pool != CROSS and not self._rulebook.fees_from_pool:
            book.fees_elsewhere += event.fee
            self.book(CROSS).move("fees", -event.fee)
        else:
            book.move("fees", -event.fee)
        self._posted(event.pool, event.posted)

    def _opening(self, event: Filled) -> Book:
        book = self.book(event.pool)
        if book.flat:
            book.begin(event)
        book.changed = event.step
        return book

    def _changing(self, pool: str, event: Event) -> Book:
        book = self.book(pool)
        book.changed = event.step
        return book

    def _posted(self, pool: str, amount: Decimal) -> None:
        """Between the wallet and an isolated pool: into it, or (negative) back."""
        if amount and pool != CROSS:
            self.book(pool).move("put in" if amount > 0 else "taken out", amount)
            self.book(CROSS).move("taken out" if amount > 0 else "put in", -amount)

    def handed_over(self, event: HandedOver) -> None:
        """A liquidator took a part of a position."""
        book, sign = self._changing(event.pool, event), 1 if event.side == "buy" else -1
        book.trade((event.symbol, -sign), sign * event.size, event.price, event.mark, event.step)
        book.parts["liquidation"] -= EXACT.multiply(sign * event.size, event.price - event.mark)
        self._left(event.pool)

    def deleveraged(self, event: Deleveraged) -> None:
        """A part of a position was closed against another trader; of others nothing is kept here."""
        if event.pool is None or event.realised is None or event.pool not in self.of:
            return
        book = self._changing(event.pool, event)
        held = next(((symbol, side) for (symbol, side), size in book.sizes.items() if symbol == event.symbol and size))
        book.trade(held, -held[1] * event.size, event.price, event.price, event.step)
        self._left(event.pool)

    def _left(self, pool: str) -> None:
        """What is left of an isolated pool whose last position a liquidation took goes to the wallet."""
        book = self.book(pool)
        if book.flat and pool != CROSS:
            self._posted(pool, -book.cash)

    def taken_over(self, event: TakenOver) -> None:
        """A fund has the whole pool."""
        book = self._changing(event.pool, event)
        book.cash = ZERO
        book.sizes.clear()
        book.references.clear()

    # -- money

    def accrued(self, event: FundingPaid | InterestPaid) -> None:
        """Funding, or interest."""
        self.book(event.pool).move("funding" if isinstance(event, FundingPaid) else "interest", event.amount)

    def charged(self, event: ClearanceCharged | PenaltyCharged) -> None:
        """What a liquidation took beyond its trades."""
        self._changing(event.pool, event).move("liquidation", -event.amount)

    def covered(self, event: ShortfallPaid) -> None:
        """What was below zero was paid."""
        self._changing(event.pool, event).move("liquidation", event.amount)

    def margin_moved(self, event: MarginMoved) -> None:
        """The player moved margin."""
        self._changing(event.pool, event)
        self._posted(event.pool, event.amount)

    def deposited(self, event: Deposited | CashedOut) -> None:
        """Money came in, or left."""
        kind, amount = ("put in", event.amount) if isinstance(event, Deposited) else ("taken out", -event.amount)
        self._changing(CROSS, event).move(kind, amount)  # type: ignore[arg-type]

    def asset_moved(self, event: AssetMoved) -> None:
        """An asset came in or left: a coin at its mark, as if it were bought with money that came with it."""
        inwards = event.action in ("supply", "repay")
        symbol, sign = self._coin(event.symbol), 1 if inwards else -1
        book = self._changing(CROSS, event)
        if symbol is None:
            book.move("put in" if inwards else "taken out", sign * event.amount)
            return
        size, mark = sign * event.amount, self._path.price(symbol, "mark", event.step)
        opens = event.net * sign > 0
        if opens and book.flat:
            book.begin(event)
            book.changed = event.step
        book.move("put in" if inwards else "taken out", paid(EXACT.multiply(size, mark)))
        book.trade((symbol, sign if opens else -sign), size, mark, mark, event.step)

    def _coin(self, asset: str) -> str | None:
        """The market of a coin that the venue lends; None for the quote asset."""
        lent = [symbol for symbol in self._path.tape.by_symbol if self._rulebook.lends(symbol)]
        coins = [symbol for symbol in lent if base_asset(symbol) == asset]
        return asset if asset in lent else coins[0] if len(coins) == 1 else None


_ENTRIES: dict[type[Event], Callable[[Books, Any], None]] = {
    Filled: Books.filled,
    HandedOver: Books.handed_over,
    Deleveraged: Books.deleveraged,
    TakenOver: Books.taken_over,
    FundingPaid: Books.accrued,
    InterestPaid: Books.accrued,
    ClearanceCharged: Books.charged,
    PenaltyCharged: Books.charged,
    ShortfallPaid: Books.covered,
    MarginMoved: Books.margin_moved,
    Deposited: Books.deposited,
    CashedOut: Books.deposited,
    AssetMoved: Books.asset_moved,
}
