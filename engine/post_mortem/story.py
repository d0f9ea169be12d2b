"""Why a pool was liquidated, in numbers; or how the pool that is nearest to it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.account import CROSS, Pool, Position
from engine.events import Event, LiquidationStarted
from engine.liquidation.alternatives import Alternatives, alternatives_of
from engine.liquidation.enough import health_with
from engine.liquidation.held import Held, held_at
from engine.margin import failing_price
from engine.numbers import ZERO, exactly
from engine.post_mortem.attribution import Attribution
from engine.post_mortem.books import Book, Books
from engine.post_mortem.played import Played, at_vertex_of, eve, never
from engine.post_mortem.price_path import PathPoint, PricePath, last_below_half, price_path
from engine.post_mortem.terms import Judged, TermChange, side_by_side
from engine.session import Session


@dataclass(frozen=True, slots=True)
class Vertex:
    """A vertex and its time, ms UTC."""

    step: int
    time: int


@dataclass(frozen=True, slots=True)
class PostMortem:
    """A pool at its liquidation; without one, at the end of the record.

    Attributes:
        event: the liquidation; None: how the pool stands.
        pool: its key. `step`, `time`: the moment, on the way to that vertex, ms UTC.
        before: the last vertex at which it stood, or, where it still stands, that of its opening; None where it was
            short from the start.
        credit, requirement: what counted and what was required at the moment.
        terms: what these were made of at `before` and at the moment.
        paths: what prices did, a path for each position.
        half: the last vertex at which less than half of what counted was required, since the pool was last changed
            by more than funding; None where there is none.
        attribution: what its equity was made of since it last had no position.
        positions: what it held, by key.
        stops: by key of position, the player's own stop before that moment; trailing ones where they stood.
        liquidation_prices: by key of position, the mark that liquidated it; of several positions, or where it stands,
            the first price on the tick grid that does, the others standing still: None where none does.
        alternatives: facts about that very moment (`engine.liquidation.alternatives`); nothing where it stands.
    """

    event: LiquidationStarted | None
    pool: str
    step: int
    time: int
    before: Vertex | None
    credit: Decimal
    requirement: Decimal
    terms: tuple[TermChange, ...]
    paths: tuple[PricePath, ...]
    half: Vertex | None
    attribution: Attribution
    positions: Mapping[str, Position]
    stops: Mapping[str, Decimal]
    liquidation_prices: Mapping[str, Decimal | None]
    alternatives: Alternatives

    @property
    def isolated(self) -> bool:
        """Whether it is a pool of one position."""
        return self.pool != CROSS

    @property
    def worst(self) -> Position:
        """The position that has lost most at the marks of the moment."""
        marks = {each.symbol: each.end.price for each in self.paths}
        return min(self.positions.values(), key=lambda each: (each.unrealised(marks[each.symbol]), each.key))


class NothingKept(ValueError):
    """A liquidation that the record does not come to, or whose event keeps too little."""


@exactly
def post_mortem(
    played: Played, event: LiquidationStarted | None = None, stopped: Callable[[], bool] = never
) -> PostMortem | None:
    """Of one of `played.liquidations`; without one, of the pool nearest to its liquidation: None where none is open.

    Raises:
        NothingKept: when that liquidation is not one of the record's.
        CannotFollow, Stopped: as `play`.
    """
    if event is None:
        return _standing(played, stopped)
    place = next((at for at, each in enumerate(played.events) if same_liquidation(each, event)), None)
    told = None if place is None else played.events[place]
    held = held_at(told) if isinstance(told, LiquidationStarted) else None
    if held is None or not isinstance(told, LiquidationStarted) or not held.pool.positions:
        raise NothingKept("that liquidation is not in this record")
    book = _book(played, played.events[:place], told.pool)
    before = eve(played.record, told, stopped)
    moment = _Moment(played, held, told.step, told.time, book)
    return moment.told(told, before, alternatives_of(played.session, told))


def same_liquidation(event: Event, liquidation: LiquidationStarted) -> bool:
    """Whether both are the same one: an event that was read from a save need not have all that one has that was told
    just now."""
    return isinstance(event, LiquidationStarted) and (event.step, event.time, event.pool, event.actor) == (
        liquidation.step,
        liquidation.time,
        liquidation.pool,
        liquidation.actor,
    )


def _book(played: Played, events: Iterable[Event], pool: str) -> Book:
    books = Books(played.session.rulebook, played.session.path)
    books.read(events)
    return books.book(pool)


def _standing(played: Played, stopped: Callable[[], bool]) -> PostMortem | None:
    session = played.session
    marks = session.path.marks(session.step)
    pools = [pool for _, pool in sorted(session.account.pools.items()) if pool.positions]
    if not pools:
        return None

    def gauge(pool: Pool) -> Decimal:
        return session.exchange.health(pool, "maintenance").gauge(marks) or ZERO

    pool = max(pools, key=gauge)
    own = {symbol: marks[symbol] for symbol in sorted({each.symbol for each in pool.positions.values()})}
    held = Held(pool.copy(), session.world.balance(pool), own)
    book = _book(played, played.events, pool.key)
    moment = _Moment(played, held, session.step, session.time, book)
    return moment.told(None, at_vertex_of(played.record, book.since, stopped), Alternatives())


@dataclass(frozen=True, slots=True)
class _Moment:
    """A pool as it was held at a moment, with its books up to then."""

    played: Played
    held: Held
    step: int
    time: int
    book: Book

    def told(self, event: LiquidationStarted | None, before: Session, alternatives: Alternatives) -> PostMortem:
        """The whole of it; `before` is the session at the moment to compare with."""
        session, now = self.played.session, self._judged()
        earlier = _judged_in(before, self.held.pool.key)
        half = self._half(now)
        return PostMortem(
            event=event,
            pool=self.held.pool.key,
            step=self.step,
            time=self.time,
            before=None if earlier is None else Vertex(earlier.step, earlier.time),
            credit=now.credit,
            requirement=now.requirement,
            terms=side_by_side(earlier, now),
            paths=tuple(self._paths()),
            half=None if half is None else Vertex(half, int(session.tape.times[half])),
            attribution=self.book.attribution(self.held.marks),
            positions=dict(sorted(self.held.pool.positions.items())),
            stops=dict(_stops(before, self.held.pool)),
            liquidation_prices=dict(self._liquidation_prices(event, now)),
            alternatives=alternatives,
        )

    def _judged(self) -> Judged:
        health = health_with(self.played.session.rulebook, self.held)
        return Judged(health, self.held.marks, self.step, self.time)

    def _paths(self) -> Iterable[PricePath]:
        session = self.played.session
        for _, position in sorted(self.held.pool.positions.items()):
            end = PathPoint(self.step, self.time, self.held.marks[position.symbol])
            since = self.book.opened[position.symbol, position.side]
            yield price_path(session.path, position, since, end)

    def _half(self, now: Judged) -> int | None:
        first, last = self.book.changed, self.step - (self.time < int(self.played.session.tape.times[self.step]))
        return last_below_half(now.health, self.played.session.path, first, last)

    def _liquidation_prices(
        self, event: LiquidationStarted | None, now: Judged
    ) -> Iterable[tuple[str, Decimal | None]]:
        markets = self.played.session.tape.by_symbol
        for key, position in sorted(self.held.pool.positions.items()):
            if event is not None and event.symbol is not None:
                yield key, event.price  # what it failed at; over a gap, the price behind it
                continue
            found = failing_price(now.health, position, markets[position.symbol], now.marks)
            yield key, None if found is None else found.price


def _stops(session: Session, pool: Pool) -> Iterable[tuple[str, Decimal]]:
    for order in session.account.orders.values():
        if order.pool == pool.key and order.reduce_only and order.kind in ("stop", "trail"):
            yield order.position_key, order.price


def _judged_in(session: Session, key: str) -> Judged | None:
    """A pool of a session as its venue judges it there; None where it has no position then."""
    pool = session.account.pools.get(key)
    if pool is None or not pool.positions:
        return None
    marks = session.path.marks(session.step)
    return Judged(session.exchange.health(pool, "maintenance"), marks, session.step, session.time)
