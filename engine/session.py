"""One game: commands in, events out.

A session is a function of its set-up, its tape and its commands. `do` acts at the vertex reached; `advance` moves on.
The order of things at one moment is decided here and nowhere else: along a segment, each where the path crosses it,
orders fire, then pools fail, then calls are made, then timers come due; at its end the gauges re-arm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.account import YOU, Account, Pool, World
from engine.commands.actions import answer, carry_out, puts_in
from engine.commands.command import Command, Deposit, End
from engine.commands.turn import Refused, Turn
from engine.events import Ended, Event, FundingPaid, WipedOut
from engine.exchange import Exchange
from engine.funding.payments import charge_funding, settle_funding
from engine.funding.schedule import FundingSchedule, funding_schedule
from engine.happening import CALL, FAIL, ORDER, TIMER, Happening, fires, later
from engine.ledger import OUTSIDE
from engine.liquidation.calls import call_if_due, next_call, next_level, rearm
from engine.liquidation.steps import liquidate, wiped_out
from engine.looking import observe
from engine.looking.explanations import explanations
from engine.looking.previews import previews
from engine.looking.views import Explanation, Preview, View
from engine.numbers import ZERO, exactly, received
from engine.orders.execution import fire
from engine.orders.order import Order
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.rules.venue import references_of
from engine.search.gauges import Gauge, Gauges
from engine.search.search import Search
from engine.search.watch import watch_of
from engine.segment import END, START, Moment, Segment, at_vertex
from engine.setup import Setup
from engine.state import snapshots
from engine.state.checks import SavedState, State
from engine.state.undo import before, put_back
from engine.tally import Tally
from engine.tape import Path, Tape

SMALLEST_BALANCE, LARGEST_BALANCE = Decimal(1), Decimal("1e12")
ANY_EVENT = "any"
"""The kind that stands for every kind in `advance(stop_on)`."""


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
        for fund, capital in self.rulebook.funds.items():
            self.world.move(OUTSIDE, self.world.account(fund).wallet, received(capital))
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
        self.rulebook = rulebook_of(setup.venue, setup.overrides)
        if setup.mode not in self.rulebook.modes:
            raise SetupError(f"{setup.venue} has no {setup.mode} margin", f"mode {self.rulebook.modes[0]}")
        self.path = Path(tape, references=references_of(self.rulebook))
        self._enter(World(quotes.pop()))
        self.tally = Tally()
        self.step, self.commands = 0, 0
        self.state: State = "running"
        self._funded_until = int(tape.times[0])

    def _enter(self, world: World) -> None:
        self._search: Search | None = None
        self.world = world
        self.exchange = Exchange(world, self.rulebook, self.setup, self.tape.by_symbol)
        self._gauges = Gauges(self.exchange)

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
        self._search = None
        then, funded_until, given = before(self.world), self._funded_until, number or self.commands + 1
        self._owe_nothing_before(self.time)
        moment, standing = at_vertex(self.path, self.step), self._standing()
        turn = Turn(self.exchange, self.account, moment, given, self.state == "wiped out", self.tally.rescues)
        try:
            carry_out(turn, command)
        except Refused as refused:
            put_back(self.world, then)
            self.exchange.told()
            self._funded_until = funded_until
            return answer(replace(turn, account=self.account), command, refused.refusal)
        self.commands = given
        if self.state == "wiped out" and puts_in(command):
            self.state = "running"
        if not isinstance(command, End):
            self._check_standing(moment, standing)
        return self._told()

    def _standing(self) -> dict[str, Gauge]:
        """By owner, the gauges of pools that are certain to stand at this vertex as they are."""
        schedule = self._schedule
        settled = schedule.settled(self._funded_until) if schedule else 0
        return self._gauges.quiet(self._backing_pools(), self.path, self.step, schedule, settled)

    def _check_standing(self, moment: Moment, standing: Mapping[str, Gauge]) -> None:
        """After a command: pools that it leaves short are dealt with at once. Those `standing` did before it."""
        for key in sorted(self.account.pools):
            pool = self.account.pools[key]
            if pool.owner in standing and standing[pool.owner] is self._gauges.known(pool):
                continue
            if not pool.positions or pool.acts_at or self._stands(pool):
                continue
            if not self.exchange.health(pool, "maintenance").safe(moment.marks):
                self._fail(pool, moment)
            else:
                call_if_due(self.exchange, self.account, pool, moment)

    def _stands(self, pool: Pool) -> bool:
        """Whether a pool that has changed is certain to stand at this vertex: its gauge, which the next search wants
        anyway, is quicker asked than its exact health."""
        schedule = self._schedule
        if schedule is not None:
            schedule.reach(self.step)
        settled = schedule.settled(self._funded_until) if schedule else 0
        return self._gauges.stands(pool, self.path, self.step, schedule, settled)

    # -- time

    @exactly
    def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> tuple[Event, ...]:
        """Move on to vertex `until`, or to the first at which an event of a kind in `stop_on` has happened.

        Between events only prices change, so quiet vertices are leapt over; the result is that of single steps.
        """
        events: list[Event] = []
        until = min(until, len(self.tape) - 1)
        funding_stops = not stop_on.isdisjoint((FundingPaid.kind, ANY_EVENT))
        while self.step < until and self.state != "ended":
            search = self._searching()
            horizon = max(min(until, search.next_due), self.step + 1) if funding_stops else until
            horizon, barrier = min(horizon, search.until - 1), self._barrier()
            leap = min(horizon, barrier - 1)
            found = search.next(self.step, leap) if leap > self.step else None
            found = barrier if found is None and barrier <= horizon else found
            happened = self._pass(horizon if found is None else found - 1)
            if found is not None:
                self.step = found
                self._walk(Segment(self.path, found))
                happened += self._told()
            events += happened
            if stop_on and _any_stops(happened, stop_on):
                break
        return tuple(events)

    def _barrier(self) -> int:
        """The next vertex that no search may leap over: something comes due for a pool, or a venue goes on with a
        liquidation that waits. One past the tape where there is none."""
        pools = self._backing_pools()
        times = [pool.acts_at for pool in pools if pool.acts_at]
        if pools and self.setup.funding and self.rulebook.accrues == "by pool":
            times.append(self.rulebook.next_funding(self._funded_until))
        return max(self.tape.first_step(min(times)), self.step + 1) if times else len(self.tape)

    def _searching(self) -> Search:
        """The search that is under way, as long as it is good for the next vertex; else a new one."""
        if self._search is None or self.step + 1 >= self._search.until:
            self._search = self._new_search()
        return self._search

    def _new_search(self) -> Search:
        schedule = self._schedule
        if schedule is not None:
            schedule.reach(self.step)
        watch = watch_of(self.exchange, self.account, self._gauges, schedule, self._funded_until, self.path, self.step)
        return Search(self.path, watch)

    @property
    def _schedule(self) -> FundingSchedule | None:
        """When funding is due; None without anything that owes it, or where each pool has to be asked."""
        if not self.setup.funding or self.account.flat or self.rulebook.accrues == "by pool":
            return None
        return funding_schedule(self.path, self.rulebook, (self.setup.venue, self.setup.overrides))

    def _pass(self, vertex: int) -> list[Event]:
        """Go on to a vertex up to which nothing happens but funding."""
        if vertex == self.step:
            return []
        self.step = vertex
        schedule = self._schedule
        if schedule is None:
            self._owe_nothing_before(self.time)
            return []
        first, last = schedule.settled(self._funded_until), schedule.passed(vertex)
        if first == last:
            return []
        gauges = [(pool, gauge) for pool in self._backing_pools() if (gauge := self._gauges.known(pool))]
        events = settle_funding(self.exchange, self.account, schedule, first, last)
        for pool, gauge in gauges:
            if not self._gauges.follow(pool, gauge, last):
                self._search = None
        self._funded_until = schedule.times[last - 1]
        self.tally.funding += sum((event.amount for event in events), ZERO)
        return list(events)

    def _backing_pools(self) -> list[Pool]:
        return [pool for _, pool in sorted(self.account.pools.items()) if pool.positions]

    def _walk(self, segment: Segment) -> None:
        """Everything that happens on the way into a vertex, in order."""
        at, waiting = START, dict[str, int]()
        standing = self._search.quiet_gauges(segment.step) if self._search else {}
        while (happening := self._next(segment, at, waiting, standing)) is not None:
            self._search, at = None, happening.fraction
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
        for pool in self._backing_pools():
            if rearm(self.exchange, pool, segment.at(END)):
                self._search = None

    def _next(
        self, segment: Segment, at: Fraction, waiting: Mapping[str, int], standing: Mapping[str, Gauge]
    ) -> Happening | None:
        orders, pools = self._firing(segment, at), self._failing(segment, at, waiting, standing)
        return min([*orders, *pools], key=Happening.sooner, default=None)

    def _firing(self, segment: Segment, at: Fraction) -> Iterable[Happening]:
        for place, order in enumerate(self.account.orders.values()):
            fraction = fires(self.path, segment, order, at)
            if fraction is not None and order.symbol in segment.trading:
                yield Happening(later(fraction, at), ORDER, f"{place:06}", order)

    def _failing(
        self, segment: Segment, at: Fraction, waiting: Mapping[str, int], standing: Mapping[str, Gauge]
    ) -> Iterable[Happening]:
        """Pools that fail, calls, and what is due as long as there are pools. Those `standing` do, while unchanged."""
        pools = self._backing_pools()
        for pool in pools:
            if pool.acts_at:
                if (goes_on := segment.when(pool.acts_at)) is not None:
                    yield Happening(later(goes_on, at), FAIL, pool.key, pool)
                continue
            if pool.owner in standing and standing[pool.owner] is self._gauges.known(pool):
                continue
            waits = waiting.get(pool.key, 0)  # a pool that the venue could not act on is left to the backstop
            health, level = self.exchange.health(pool, "maintenance"), next_level(self.exchange, pool)
            if not waits and all(health.clears(level, segment.at(end).marks) for end in (at, END)):
                continue
            fails = segment.fails(self.exchange.health(pool, "backstop") if waits else health, at)
            if fails is not None and waits < 2:
                yield Happening(fails, FAIL, pool.key, pool)
            call = None if waits else next_call(self.exchange, pool)
            called = None if call is None else segment.fails(call, at)
            if called is not None:
                yield Happening(called, CALL, pool.key, pool)
        due = self.next_funding
        fraction = segment.when(due) if pools and due is not None else None
        if fraction is not None and due is not None:
            yield Happening(later(fraction, at), TIMER, "funding", due)

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
        return explanations(self, pool_key)

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
        twin = Session.__new__(Session)
        twin.setup, twin.tape, twin.path, twin.rulebook = self.setup, self.tape, self.path, self.rulebook
        twin._enter(self.world.copy())
        twin.opening, twin.tally, twin.state = (), replace(self.tally), self.state
        twin.step, twin.commands, twin._funded_until = self.step, self.commands, self._funded_until
        return twin

    def state_hash(self) -> str:
        """SHA-256 of the snapshot, in hex."""
        return snapshots.digest(self.snapshot())


def _any_stops(events: list[Event], stop_on: frozenset[str]) -> bool:
    return bool(events) if ANY_EVENT in stop_on else not stop_on.isdisjoint([event.kind for event in events])
