"""Trades: round trips of a position from flat to flat, each with its result, its excursions and its risk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from engine.events import (
    AssetMoved,
    Deleveraged,
    Event,
    Filled,
    HandedOver,
    OrderCancelled,
    OrderPlaced,
    TakenOver,
)
from engine.numbers import EXACT, ZERO, divide
from engine.orders.frictions import market_price
from engine.report.played import Happened
from engine.report.postings import Books, Posting
from engine.report.split import Part, Split
from engine.session import Session

LIQUIDATED = (HandedOver, Deleveraged, TakenOver)


@dataclass(frozen=True, slots=True)
class Trade:
    """One position from flat to flat, with every partial close; what is open at the end has `closed` None.

    Attributes:
        symbol, name: its market, and what a person calls the position (`ETH`, `ETH long` in hedge mode).
        pool: key of its pool. `mode` follows from it.
        opened, closed: ms UTC; `opened_step`, `closed_step` the vertices.
        size: the largest it was, base units, above zero.
        value: what was opened in all, quote units at the prices of the fills.
        entry_price, exit_price: averages of what opened and of what closed; `exit_price` None while nothing has.
        end: how it was closed last (`stop`, `liquidation`, `takeover`); empty while it is open.
        liquidated: whether a liquidation closed any of it.
        split: its result taken apart; what is still open counts at the mark of the end.
        adverse, favourable: the most that it was behind (≤ 0) and ahead (≥ 0), quote units, by price alone: at each
            fill and at every mark of the tape in between, with what partial closes had realised by then (MAE and MFE).
            Sweeney, “Maximum Adverse Excursion” (1996).
        stop: the nearest stop that stood when the step in which it was opened was over; None without one.
        risk: what that stop would have cost what the opening order opened, fees, spread and impact counted: 1 R. None
            without a stop, or where it could not lose.
    """

    symbol: str
    name: str
    pool: str
    side: str
    opened: int
    closed: int | None
    opened_step: int
    closed_step: int | None
    size: Decimal
    value: Decimal
    entry_price: Decimal
    exit_price: Decimal | None
    end: str
    liquidated: bool
    split: Split
    adverse: Decimal
    favourable: Decimal
    stop: Decimal | None
    risk: Decimal | None

    @property
    def result(self) -> Decimal:
        """Its net profit, quote units."""
        return self.split.net

    @property
    def open(self) -> bool:
        """Whether it is open still."""
        return self.closed is None

    @property
    def mode(self) -> str:
        """The margin mode of its pool."""
        return "isolated" if self.pool.startswith("iso:") else "cross"

    @property
    def multiple(self) -> Decimal | None:
        """Its result in R; None without a risk."""
        return divide(self.result, self.risk) if self.risk is not None else None

    def share(self, amount: Decimal) -> Decimal:
        """An amount as a fraction of what was opened."""
        return divide(amount, self.value) if self.value else ZERO


@dataclass(slots=True)
class _Life:
    """A position while it lasts. `cash` is what its fills took, `since` the vertex from which `size` holds."""

    first: Posting
    size: Decimal = ZERO
    cash: Decimal = ZERO
    reference: Decimal = ZERO
    since: int = 0
    largest: Decimal = ZERO
    opened: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    closed: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    parts: dict[Part, Decimal] = field(default_factory=dict)
    adverse: Decimal = ZERO
    favourable: Decimal = ZERO
    last: Posting | None = None
    traded: bool = False
    liquidated: bool = False
    stops: dict[str, OrderPlaced] = field(default_factory=dict)
    entry: list[Filled] = field(default_factory=list)

    @property
    def side(self) -> int:
        return 1 if self.first.size > 0 else -1


@dataclass(frozen=True, slots=True)
class Trades:
    """Every trade in the order in which they were opened, and what no trade has: interest on money, coins that were
    only lent, what belongs to the whole account."""

    trades: tuple[Trade, ...]
    postings: tuple[Posting, ...]
    rest: Split


def trades_of(session: Session, happened: Iterable[Happened]) -> Trades:
    """The trades that events told, `session` standing where they end."""
    return _Builder(session).build(happened)


class _Builder:
    """The lives of positions, from postings."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lives: list[_Life] = []
        self._latest: dict[tuple[str, str], _Life] = {}
        self._rest: dict[Part, Decimal] = {}

    def build(self, happened: Iterable[Happened]) -> Trades:
        books, postings = Books(self._session), list[Posting]()
        for each in happened:
            new = list(books.post((each,)))
            postings += new
            for posting in new:
                self._note(posting)
            self._note_stop(each.event)
        for life in self._lives:
            if life.size:
                self._follow(life, self._session.step)
        trades = tuple(self._trade(life) for life in self._lives if life.traded)
        lent = (self._split(life) for life in self._lives if not life.traded)
        return Trades(trades, tuple(postings), Split.total([Split.of(self._rest), *lent]))

    def _note(self, posting: Posting) -> None:
        life = self._latest.get((posting.pool, posting.key))
        if posting.size and (life is None or not life.size):
            life = self._latest[posting.pool, posting.key] = _Life(posting)
            self._lives.append(life)
        parts = self._rest if life is None else life.parts
        for part, amount in posting.parts:
            parts[part] = parts.get(part, ZERO) + amount
        if life is not None and posting.size:
            self._change(life, posting)

    def _change(self, life: _Life, posting: Posting) -> None:
        """A trade of a position."""
        self._follow(life, posting.event.step - (0 if posting.given else 1))
        self._excursion(life, posting.price)
        (life.opened if posting.size * life.side > 0 else life.closed).append((abs(posting.size), posting.price))
        life.size += posting.size
        life.cash -= EXACT.multiply(posting.size, posting.price)
        life.reference -= EXACT.multiply(posting.size, posting.reference)
        life.since, life.last = posting.event.step, posting
        life.largest = max(life.largest, abs(life.size))
        life.traded = life.traded or not isinstance(posting.event, AssetMoved)
        life.liquidated = life.liquidated or _by_liquidation(posting.event)
        if isinstance(posting.event, Filled) and isinstance(life.first.event, Filled):
            fill = posting.event
            if fill.order == life.first.event.order and posting.size * life.side > 0:
                life.entry.append(fill)
        self._excursion(life, posting.price)

    def _follow(self, life: _Life, until: int) -> None:
        """The marks since it last changed, up to a vertex."""
        if life.size and until >= life.since:
            for highest in (False, True):
                self._excursion(life, self._session.path.extreme(_market(life), "mark", life.since, until, highest))

    def _excursion(self, life: _Life, price: Decimal) -> None:
        result = life.cash + EXACT.multiply(life.size, price)
        life.adverse, life.favourable = min(life.adverse, result), max(life.favourable, result)

    def _note_stop(self, event: Event) -> None:
        """Stops of a position that were placed, or went, in the step in which it was opened."""
        if not isinstance(event, OrderPlaced | OrderCancelled):
            return
        for (pool, _), life in self._latest.items():
            if (pool, _market(life), life.first.event.step) != (event.pool, event.symbol, event.step) or not life.size:
                continue
            if isinstance(event, OrderCancelled):
                life.stops.pop(event.order, None)
            elif (event.side == "sell") == (life.side > 0) and _protects(event):
                life.stops[event.order] = event

    # -- what came of it

    def _split(self, life: _Life) -> Split:
        price = life.reference
        if life.size:
            mark = self._session.path.price(_market(life), "mark", self._session.step)
            price += EXACT.multiply(life.size, mark)
        return Split.of({**life.parts, "price": price})

    def _trade(self, life: _Life) -> Trade:
        first, last, stop = life.first, life.last or life.first, self._stop(life)
        closed, value = not life.size, sum((EXACT.multiply(size, price) for size, price in life.opened), ZERO)
        return Trade(
            symbol=first.symbol,
            name=first.key.replace(":", " "),
            pool=first.pool,
            side="long" if life.side > 0 else "short",
            opened=first.event.time,
            closed=last.event.time if closed else None,
            opened_step=first.event.step,
            closed_step=last.event.step if closed else None,
            size=life.largest,
            value=value,
            entry_price=_average(life.opened) or ZERO,
            exit_price=_average(life.closed),
            end=_end(last.event) if closed else "",
            liquidated=life.liquidated,
            split=self._split(life),
            adverse=life.adverse,
            favourable=life.favourable,
            stop=stop,
            risk=None if stop is None else self._risk(life, stop),
        )

    @staticmethod
    def _stop(life: _Life) -> Decimal | None:
        """The stop that the price comes to first."""
        prices = [event.price for event in life.stops.values()]
        return None if not prices or not life.entry else max(prices) if life.side > 0 else min(prices)

    def _risk(self, life: _Life, stop: Decimal) -> Decimal | None:
        """What the opening order would have lost at the stop, as the ticket says it (`looking.risk`)."""
        exchange, market = self._session.exchange, self._session.tape.by_symbol[life.first.symbol]
        size = sum((fill.size for fill in life.entry), ZERO)
        price = market_price(market, -life.side, size, stop, exchange.slippage)
        paid = sum((EXACT.multiply(fill.size, fill.price) for fill in life.entry), ZERO)
        gain = life.side * (EXACT.multiply(size, price) - paid)
        fees = sum((fill.fee for fill in life.entry), ZERO) + exchange.fee(EXACT.multiply(size, price), "taker")
        return fees - gain if gain < fees else None


def _market(life: _Life) -> str:
    return life.first.symbol


def _average(trades: list[tuple[Decimal, Decimal]]) -> Decimal | None:
    size = sum((each for each, _ in trades), ZERO)
    return divide(sum((EXACT.multiply(*each) for each in trades), ZERO), size) if size else None


def _by_liquidation(event: Event) -> bool:
    return isinstance(event, LIQUIDATED) or (isinstance(event, Filled) and event.reason == "liquidation")


def _end(event: Event) -> str:
    return event.reason if isinstance(event, Filled) else event.kind


def _protects(order: OrderPlaced) -> bool:
    """Whether it is a stop that can only close: a leg, or an order that says so."""
    words = order.text.split()
    return order.order.endswith((".sl", ".trail")) or ("reduce" in words and not {"stop", "trail"}.isdisjoint(words))
