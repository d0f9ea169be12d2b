"""The same commands at the same times on the same tape, under other rulebooks and in other modes.

What was typed is kept but for the words that say a mode; a size in percent and a leverage that was left open are those
that they came to in the session that is compared, so that everywhere the same is traded. More leverage than a venue
gives is lowered to its largest, which the outcome says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import Mode
from engine.commands.command import Close, Command, Leverage, Margin, Place, Protect, Reverse, SetMode, Size
from engine.events import (
    AssetMoved,
    Deleveraged,
    Event,
    Filled,
    LiquidationStarted,
    LossSocialised,
    OrderPlaced,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.looking.views import View
from engine.numbers import EXACT, ZERO
from engine.orders import admission
from engine.record import Given
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Overrides, Refusal, SetupError
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape

CHUNK = 20_000
"""Vertices after which it is asked whether to stop."""

AS_GIVEN = "as given"
DELEVERAGED, NOBODY = "deleveraged traders", "nobody"
"""Who pays besides a venue's funds and those who bear its losses: others whose winners are closed; the hole stays."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of account: a venue, a margin mode, and for its other kinds their name and what is `set` for them.

    `as_given`: mode words of the commands count, which else give way to the mode of the account.
    """

    venue: str
    mode: Mode
    variant: str = ""
    overrides: Overrides = ()
    as_given: bool = False

    @property
    def name(self) -> str:
        """What it is called beside its venue: `cross`, `portfolio`."""
        return AS_GIVEN if self.as_given else self.variant or self.mode


@dataclass(frozen=True, slots=True)
class Lowered:
    """More leverage than the venue gives, and what was played instead."""

    symbol: str
    asked: int
    played: int

    def __str__(self) -> str:
        return f"{self.asked}x → {self.played}x"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the commands fared under one kind of account. Money in quote units.

    Attributes:
        initial_margin: what its positions had to have when the last of them was opened; None where none was.
        liquidation_prices: by position name, as they stood then; None where no price liquidates.
        liquidated_at: ms UTC of the first liquidation; None without any.
        held: whether a position is open at the end.
        kept: equity at the end, with what was taken out on the way.
        fees, funding: paid in fees and penalties; received (negative: paid) as funding and interest.
        paid_by: who paid for what fell below zero, and how much. Traders who are closed at the bankruptcy price of a
            pool that no fund takes pay by the price; they are counted in `deleveraged`.
        lowered: leverages that were lowered to the venue's largest.
        refused: commands that this kind of account does not allow, and why.
        unplayable: why it can't be played at all; everything else is empty then.
    """

    kind: Kind
    initial_margin: Decimal | None = None
    liquidation_prices: tuple[tuple[str, Decimal | None], ...] = ()
    liquidated_at: int | None = None
    liquidations: int = 0
    held: bool = False
    kept: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    paid_by: tuple[tuple[str, Decimal], ...] = ()
    deleveraged: int = 0
    lowered: tuple[Lowered, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    unplayable: str = ""
    conserved: bool = True

    @property
    def traded(self) -> bool:
        """Whether anything was opened: without it there is nothing to compare."""
        return self.initial_margin is not None


def kinds(venues: Iterable[str] = VENUES, modes: Iterable[str] = ("all",)) -> Iterator[Kind]:
    """The kinds of account of these venues, in these modes or variants by name; `all` for every one.

    A variant that is a venue of its own stands there.
    """
    wanted = frozenset(modes)
    for venue in venues:
        rulebook = rulebook_of(venue)
        plain = [Kind(venue, mode) for mode in rulebook.modes]
        variants = [(name, how) for name, how in rulebook.variants.items() if name not in VENUES]
        others = [Kind(venue, rulebook.modes[0], name, how) for name, how in variants]
        yield from (kind for kind in [*plain, *others] if "all" in wanted or kind.name in wanted)


def own_kind(setup: Setup, commands: Iterable[Given]) -> Kind:
    """The kind of account that the commands were given in: `as_given` where some say another mode than the set-up."""
    said = {each.command.mode for each in commands if isinstance(each.command, Moded)}
    return Kind(setup.venue, setup.mode, as_given=bool(said - {None, setup.mode}))


def given(session: Session, answer: Sequence[Event] | Refusal, command: Command) -> Given:
    """A command that `session` has just answered, with the size and leverage that it came to.

    A refused one stays as it was typed: another venue may allow it.
    """
    if isinstance(answer, Refusal) or not isinstance(command, Place):
        return Given(session.step, command)
    own = f"c{session.commands}"
    sizes = [each.size for each in answer if isinstance(each, Filled | OrderPlaced) and each.order == own]
    if command.size.unit == "percent" and any(sizes):
        command = replace(command, size=Size(sum(sizes, ZERO), "base"))
    if command.leverage is None and not command.reduce_only:
        order, mode = session.account.orders.get(own), command.mode
        leverage = admission.leverage_for(session.exchange, session.account, command.symbol, None, mode)
        command = replace(command, leverage=order.leverage if order else leverage)
    return Given(session.step, command)


def given_again(setup: Setup, tape: Tape, commands: Iterable[Given]) -> tuple[Given, ...]:
    """Commands as they were typed, with the sizes and leverages that they come to in a session of that set-up."""
    session, resolved = Session(setup, tape), []
    for each in commands:
        session.advance(each.step)
        resolved.append(given(session, session.do(each.command), each.command))
    return tuple(resolved)


def compared(
    setup: Setup,
    tape: Tape,
    commands: Sequence[Given],
    until: int,
    accounts: Iterable[Kind],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """The commands played up to vertex `until` under each kind of account, one after the other.

    What is `set` in `setup` belongs to its venue: other venues are played as they are. Once `stopped` says so, no
    further outcome comes.
    """
    for kind in accounts:
        own = setup.overrides if kind.venue == setup.venue else ()
        try:
            session = Session(replace(setup, venue=kind.venue, mode=kind.mode, overrides=(*own, *kind.overrides)), tape)
        except SetupError as error:
            yield Outcome(kind, unplayable=error.message)
            continue
        replay = _Replay(kind, session, stopped)
        replay.play(commands, until)
        if stopped():
            return
        yield replay.outcome()


Moded = Place | Close | Reverse | Protect | Margin | SetMode


class _Replay:
    """One kind of account on its way through the commands."""

    def __init__(self, kind: Kind, session: Session, stopped: Callable[[], bool]) -> None:
        self._kind, self._session, self._stopped = kind, session, stopped
        self._events: list[Event] = []
        self._refused: list[tuple[str, str]] = []
        self._lowered: list[Lowered] = []
        self._opened: View | None = None

    def play(self, commands: Sequence[Given], until: int) -> None:
        """Give every command at its vertex, and go on to `until`."""
        for each in commands:
            self._advance(each.step)
            command = each.command if self._kind.as_given else _without_modes(each.command)
            if command is not None and not self._stopped():
                self._give(command)
        self._advance(until)

    def _advance(self, until: int) -> None:
        session = self._session
        while session.step < until and session.state != "ended" and not self._stopped():
            self._note(session.advance(min(until, session.step + CHUNK), frozenset((Filled.kind,))))

    def _give(self, command: Command) -> None:
        answer = self._session.do(command)
        if isinstance(answer, Refusal):
            lower, why = self._lower(command), answer.reason
            if lower is not None:
                answer = self._session.do(lower)
                if isinstance(answer, Refusal):
                    why = f"{lower.leverage}x at most, and there {answer.reason}"
                else:
                    self._lowered.append(Lowered(lower.symbol, _asked(command), _asked(lower)))
            if isinstance(answer, Refusal):
                self._refused.append((str(command), why))
                return
        self._note(answer)

    def _lower(self, command: Command) -> Place | Leverage | None:
        """The command with the largest leverage that the venue gives; None where that is none, or no less."""
        if not isinstance(command, Place | Leverage) or command.symbol not in self._session.tape.by_symbol:
            return None
        account, symbol = self._session.account, command.symbol
        mark = self._session.path.price(symbol, "mark", self._session.step)
        held = sum((position.size for _, position in account.positions_in(symbol)), ZERO)
        added = ZERO
        if isinstance(command, Place):
            size = {"base": EXACT.multiply(command.size.amount, mark), "quote": command.size.amount}
            added = size.get(command.size.unit, ZERO) * (1 if command.side == "buy" else -1)
        most = self._session.rulebook.largest_leverage(symbol, abs(EXACT.multiply(held, mark) + added))
        return replace(command, leverage=most) if 0 < most < _asked(command) else None

    def _note(self, events: Sequence[Event]) -> None:
        self._events += events
        if any(_opens(event) for event in events):
            view = self._session.view()
            self._opened = view if view.positions else self._opened

    def outcome(self) -> Outcome:
        """What came of it."""
        view, opened = self._session.view(), self._opened
        starts = [event for event in self._events if isinstance(event, LiquidationStarted)]
        positions = opened.positions if opened else ()
        return Outcome(
            kind=self._kind,
            initial_margin=sum((each.initial_margin for each in positions), ZERO) if positions else None,
            liquidation_prices=tuple((each.key, each.liquidation_price) for each in positions),
            liquidated_at=starts[0].time if starts else None,
            liquidations=len(starts),
            held=bool(view.positions),
            kept=view.equity + view.withdrawals,
            fees=view.fees,
            funding=view.funding,
            paid_by=tuple(_payers(self._events).items()),
            deleveraged=sum(isinstance(event, Deleveraged) for event in self._events),
            lowered=tuple(dict.fromkeys(self._lowered)),
            refused=tuple(self._refused),
            conserved=view.conserved,
        )


def _asked(command: Command) -> int:
    """The leverage that a command says; 0 where it says none."""
    return command.leverage or 0 if isinstance(command, Place | Leverage) else 0


def _without_modes(command: Command) -> Command | None:
    """The command in whatever mode the account is; None for one that only says a mode."""
    if isinstance(command, SetMode):
        return None
    return replace(command, mode=None) if isinstance(command, Moded) else command


def _opens(event: Event) -> bool:
    """Whether a position is larger by it."""
    if isinstance(event, Filled):
        return event.reason != "liquidation" and event.position * (1 if event.side == "buy" else -1) > 0
    return isinstance(event, AssetMoved)


def _payers(events: Sequence[Event]) -> Mapping[str, Decimal]:
    """Who paid for what fell below zero: funds, deleveraged traders, and those who bear what a fund can't pay."""
    paid = defaultdict[str, Decimal](Decimal)
    for payer, amount in _payments(events):
        paid[payer] += amount
    return {payer: amount for payer, amount in paid.items() if amount > 0}


def _payments(events: Sequence[Event]) -> Iterator[tuple[str, Decimal]]:
    taken_over = {(each.pool, each.time): each for each in events if isinstance(each, TakenOver) and each.lost < 0}
    deleveraged = {each.time for each in events if isinstance(each, Deleveraged)}
    for takeover in taken_over.values():
        yield (DELEVERAGED if takeover.time in deleveraged else takeover.fund), -takeover.lost
    for event in events:
        if isinstance(event, ShortfallPaid):
            # What a fund lacks that took a pool over is of the hole that is counted there.
            if (fund := _took_over(taken_over.values(), event)) is not None:
                yield fund, -event.amount
            yield event.fund, event.amount - event.unpaid - _borne(events, event)
            yield NOBODY, event.unpaid
        elif isinstance(event, LossSocialised):
            yield event.bearer, event.amount
        elif isinstance(event, PenaltyCharged):
            yield event.fund, -min(event.amount, ZERO)


def _took_over(takeovers: Iterable[TakenOver], shortfall: ShortfallPaid) -> str | None:
    return next((each.fund for each in takeovers if (each.fund, each.time) == (shortfall.actor, shortfall.time)), None)


def _borne(events: Iterable[Event], shortfall: ShortfallPaid) -> Decimal:
    there = (shortfall.actor, shortfall.pool, shortfall.time)
    socialised = (each for each in events if isinstance(each, LossSocialised))
    return sum((each.amount for each in socialised if (each.actor, each.pool, each.time) == there), ZERO)
