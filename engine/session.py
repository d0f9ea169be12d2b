"""One game: commands in, events out.

A session is a function of its set-up, its tape and its commands. `do` acts at the vertex reached; `advance` moves on.
The order of things at one moment is decided here and nowhere else: along a segment, each where the path crosses it,
orders fire, then pools fail, then calls are made, then timers come due; at its end the gauges re-arm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine import observe, snapshots
from engine.account import VAULT, YOU, Account, Pool, World
from engine.actions import carry_out
from engine.calls import call_if_due, next_call, rearm, rearm_margin
from engine.commands import Command, Deposit, End
from engine.events import Ended, Event, WipedOut
from engine.exchange import Exchange
from engine.execution import fire
from engine.funding import charge_funding
from engine.ledger import OUTSIDE
from engine.liquidation import liquidate, wiped_out
from engine.numbers import exactly, received
from engine.orders import Order
from engine.previews import previews
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.search import Watch, next_vertex
from engine.segment import END, START, Moment, Segment, at_vertex
from engine.setup import Setup
from engine.snapshot_checks import SavedState, State
from engine.tally import Tally
from engine.tape import Path, Tape
from engine.turn import Refused, Turn
from engine.views import Explanation, Preview, View

SMALLEST_BALANCE, LARGEST_BALANCE = Decimal(1), Decimal("1e12")
ANY_EVENT = "any"
"""The kind that stands for every kind in `advance(stop_on)`."""


@dataclass(frozen=True, slots=True)
class _Happening:
    """The next thing on a segment: where, in which order at one place, and what."""

    fraction: Fraction
    rank: int
    key: str
    what: Order | Pool | int

    def sooner(self) -> tuple[Fraction, int, str]:
        return self.fraction, self.rank, self.key


ORDER, FAIL, CALL, TIMER = range(4)


class Session:
    """A session at a vertex of its tape.

    Raises:
        SetupError: when the set-up can't be played.
    """

    @exactly
    def __init__(self, setup: Setup, tape: Tape) -> None:
        self._prepare(setup, tape)
        self.opening: tuple[Event, ...] = ()
        if not (setup.balance.is_finite() and SMALLEST_BALANCE <= setup.balance <= LARGEST_BALANCE):
            raise SetupError(f"the balance must be between {SMALLEST_BALANCE} and 1e12", "balance 10000")
        moment = at_vertex(self.path, 0)
        vault = self.world.account(VAULT).wallet
        self.world.move(OUTSIDE, vault, received(self.rulebook.vault_capital))
        for market in tape.markets:
            for exposure in self.rulebook.others(market, moment.marks[market.symbol]):
                self.exchange.seat(exposure, market.symbol, moment.marks[market.symbol])
        carry_out(Turn(self.exchange, self.account, moment, 0), Deposit(setup.balance))
        self.opening = self._told()

    def _prepare(self, setup: Setup, tape: Tape) -> None:
        quotes = {market.quote for market in tape.markets}
        if len(quotes) != 1:
            raise SetupError(f"these markets are quoted in {', '.join(sorted(quotes))}", "markets of one quote asset")
        self.setup, self.tape = setup, tape
        self.path = Path(tape)
        self.rulebook = rulebook_of(setup.venue, setup.overrides)
        self._enter(World(quotes.pop()))
        self.tally = Tally()
        self.step, self.commands = 0, 0
        self.state: State = "running"
        self._funded_until = int(tape.times[0])

    def _enter(self, world: World) -> None:
        self.world = world
        self.exchange = Exchange(world, self.rulebook, self.setup, self.tape.by_symbol)

    @property
    def account(self) -> Account:
        """The player's account."""
        return self.world.account(YOU)

    @property
    def time(self) -> int:
        """Time of the vertex reached, ms UTC."""
        return int(self.tape.times[self.step])

    @property
    def next_funding(self) -> int | None:
        """When funding is next due, ms UTC; None where it is off."""
        return self.rulebook.next_funding(self._funded_until) if self.setup.funding else None

    # -- commands

    @exactly
    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """Carry out a command at the vertex reached. A refused one changes nothing.

        Order ids are made from `number`; without one, commands are numbered from 1 as they are accepted.
        """
        if self.state == "ended":
            return Refusal("this session has ended", "start a new one")
        if number is not None and number <= self.commands:
            return Refusal(f"command {number} has been given already", f"number it {self.commands + 1}")
        before, given = self.snapshot(), number or self.commands + 1
        self._owe_nothing_before(self.time)
        moment = at_vertex(self.path, self.step)
        try:
            turn = Turn(self.exchange, self.account, moment, given, self.state == "wiped out", self.tally.rescues)
            carry_out(turn, command)
        except Refused as refused:
            self._load(before)
            return refused.refusal
        self.commands = given
        if isinstance(command, Deposit) and self.state == "wiped out":
            self.state = "running"
        if not isinstance(command, End):
            self._check_standing(moment)
        return self._told()

    def _check_standing(self, moment: Moment) -> None:
        """After a command: pools that it leaves short are dealt with at once."""
        for key in sorted(self.account.pools):
            pool = self.account.pools[key]
            if pool.positions and not self.exchange.health(pool, "maintenance").safe(moment.marks):
                self._fail(pool, moment)
            elif pool.positions:
                call_if_due(self.exchange, self.account, pool, moment)

    # -- time

    @exactly
    def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> tuple[Event, ...]:
        """Move on to vertex `until`, or to the first at which an event of a kind in `stop_on` has happened.

        Between events only prices change, so quiet vertices are leapt over; the result is that of single steps.
        """
        events: list[Event] = []
        until = min(until, len(self.tape) - 1)
        while self.step < until and self.state != "ended":
            self.step = next_vertex(self.path, self._watch(), self.step, until)
            self._walk(Segment(self.path, self.step))
            happened = self._told()
            events += happened
            if any(_stops(event, stop_on) for event in happened):
                break
        return tuple(events)

    def _watch(self) -> Watch:
        watch = Watch()
        for order in self.account.orders.values():
            tick = self.tape.by_symbol[order.symbol].tick_size
            watch.price(order.symbol, order.watches, order.firing_price(tick), order.fires_below)
        for pool in self._backing_pools():
            watch.falling.append(self.exchange.health(pool, "maintenance").margin)
            if (call := next_call(self.exchange, pool)) is not None:
                watch.falling.append(call.margin)
            if (margin := rearm_margin(self.exchange, pool)) is not None:
                watch.rising.append(margin)
            watch.until_time = self.next_funding
        return watch

    def _backing_pools(self) -> list[Pool]:
        return [pool for _, pool in sorted(self.account.pools.items()) if pool.positions]

    def _walk(self, segment: Segment) -> None:
        """Everything that happens on the way into a vertex, in order."""
        at, waiting = START, dict[str, int]()
        while (happening := self._next(segment, at, waiting)) is not None:
            at = happening.fraction
            moment = segment.at(at)
            self._owe_nothing_before(moment.time)
            match happening.what:
                case Order() as order:
                    fire(self.exchange, self.account, order, moment)
                case Pool() as pool if happening.rank == FAIL:
                    if not self._fail(pool, moment):
                        waiting[pool.key] = waiting.get(pool.key, 0) + 1
                case Pool() as pool:
                    call_if_due(self.exchange, self.account, pool, moment)
                case due:
                    charge_funding(self.exchange, self.path, self.account, moment, due)
                    self._funded_until = due
        self._owe_nothing_before(self.time)
        arrived = segment.at(END)
        for pool in self._backing_pools():
            rearm(self.exchange, pool, arrived)

    def _next(self, segment: Segment, at: Fraction, waiting: Mapping[str, int]) -> _Happening | None:
        return min(self._happenings(segment, at, waiting), key=_Happening.sooner, default=None)

    def _happenings(self, segment: Segment, at: Fraction, waiting: Mapping[str, int]) -> Iterable[_Happening]:
        for place, order in enumerate(self.account.orders.values()):
            fraction = self._fires(segment, order)
            if fraction is not None and order.symbol in segment.trading:
                yield _Happening(max(fraction, at), ORDER, f"{place:06}", order)
        pools = self._backing_pools()
        for pool in pools:
            health = self.exchange.health(pool, "maintenance")
            waits = waiting.get(pool.key, 0)  # a pool that the venue could not act on is left to the backstop
            fails = segment.fails(self.exchange.health(pool, "backstop") if waits else health, at)
            if fails is not None and waits < 2:
                yield _Happening(fails, FAIL, pool.key, pool)
            call = None if waits else next_call(self.exchange, pool)
            called = None if call is None else segment.fails(call, at)
            if called is not None:
                yield _Happening(called, CALL, pool.key, pool)
        due = self.next_funding
        fraction = segment.when(due) if pools and due is not None else None
        if fraction is not None and due is not None:
            yield _Happening(max(fraction, at), TIMER, "funding", due)

    def _fires(self, segment: Segment, order: Order) -> Fraction | None:
        tick = self.tape.by_symbol[order.symbol].tick_size
        return segment.reaches(order.symbol, order.watches, order.firing_price(tick), order.fires_below)

    def _owe_nothing_before(self, time: int) -> None:
        """Without positions no funding is owed for the time until now."""
        if not self._backing_pools():
            self._funded_until = max(self._funded_until, time)

    def _fail(self, pool: Pool, moment: Moment) -> bool:
        """Let the venue liquidate. False when it can't act at this moment."""
        acted = liquidate(self.exchange, self.account, pool, moment)
        if acted:
            self._note_wipe_out(moment)
        return acted

    def _note_wipe_out(self, moment: Moment) -> None:
        if self.state == "running" and self.account.flat:
            wiped_out(self.exchange, self.account, self.tally.stake, moment)

    def _told(self) -> tuple[Event, ...]:
        events = self.exchange.told()
        for event in events:
            self.tally.count(event)
            if isinstance(event, Ended):
                self.state = "ended"
            elif isinstance(event, WipedOut):
                self.state = "wiped out"
        return events

    # -- looking

    @exactly
    def view(self) -> View:
        """The session now. Read-only: looking settles nothing."""
        return observe.view_of(self)

    @exactly
    def preview(self, command: Command) -> tuple[Preview, ...]:
        """What a command would do, in each margin mode where that is a question. Nothing is changed."""
        return previews(self, command)

    @exactly
    def explain(self, pool_key: str) -> tuple[Explanation, ...]:
        """The figures of a pool, opened into their terms."""
        return observe.explanations(self, pool_key)

    # -- saving

    def snapshot(self) -> bytes:
        """Everything that can change, as canonical JSON: the same on every machine and Python."""
        return snapshots.spelled(
            SavedState(self.world, self.tally, self.state, self.step, self.commands, self._funded_until)
        )

    @classmethod
    def restore(cls, setup: Setup, tape: Tape, snapshot: bytes) -> Session:
        """The session that `snapshot` was taken of.

        Raises:
            ValueError: when the snapshot is damaged or of another tape.
        """
        session = cls.__new__(cls)
        session._prepare(setup, tape)
        session.opening = ()
        session._load(snapshot)
        return session

    def _load(self, snapshot: bytes) -> None:
        state = snapshots.load(snapshot, self.tape)
        self._enter(state.world)
        self.tally, self.state = state.tally, state.state
        self.step, self.commands, self._funded_until = state.step, state.commands, state.funded_until

    def copy(self) -> Session:
        """A session of its own in the same state, on the same tape."""
        return Session.restore(self.setup, self.tape, self.snapshot())

    def state_hash(self) -> str:
        """SHA-256 of the snapshot, in hex."""
        return snapshots.digest(self.snapshot())


def _stops(event: Event, stop_on: frozenset[str]) -> bool:
    return event.kind in stop_on or ANY_EVENT in stop_on
