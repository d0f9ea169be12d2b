"""The same commands at the same times on the same tape, under other rulebooks and in other modes.

What was typed is kept but for the words that say a mode; a size in percent is the one that it came to in the session
that is compared, so that everywhere the same is traded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import Mode
from engine.commands.command import Close, Command, Margin, Place, Protect, Reverse, SetMode, Size
from engine.events import Event, Filled, LiquidationStarted, LossSocialised, OrderPlaced, ShortfallPaid
from engine.looking.views import View
from engine.numbers import ZERO
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Overrides, Refusal, SetupError
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it was carried out: at which vertex, and with the size that it came to."""

    step: int
    command: Command


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of account: a venue, a margin mode, and for its other kinds their name and what is `set` for them."""

    venue: str
    mode: Mode
    variant: str = ""
    overrides: Overrides = ()

    @property
    def name(self) -> str:
        """What it is called beside its venue: `cross`, `portfolio`."""
        return self.variant or self.mode


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the commands fared under one kind of account. Money in quote units.

    Attributes:
        initial_margin: what its positions had to have when the last of them was opened; None where none was.
        liquidation_prices: by position name, as they stood then; None where no price liquidates.
        liquidated_at: ms UTC of the first liquidation; None without any.
        kept: equity at the end, with what was taken out on the way.
        fees, funding: paid in fees and penalties; received (negative: paid) as funding and interest.
        paid_by: who paid for what fell below zero, and how much.
        refused: commands that this kind of account does not allow, and why.
        unplayable: why it can't be played at all; everything else is empty then.
    """

    kind: Kind
    initial_margin: Decimal | None = None
    liquidation_prices: tuple[tuple[str, Decimal | None], ...] = ()
    liquidated_at: int | None = None
    liquidations: int = 0
    kept: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    paid_by: tuple[tuple[str, Decimal], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    unplayable: str = ""
    conserved: bool = True


def kinds(venues: Iterable[str] = VENUES, modes: Iterable[str] = ("all",)) -> Iterator[Kind]:
    """The kinds of account of these venues, in these modes or variants by name; `all` for every one."""
    wanted = frozenset(modes)
    for venue in venues:
        rulebook = rulebook_of(venue)
        plain = [Kind(venue, mode) for mode in rulebook.modes]
        others = [Kind(venue, rulebook.modes[0], name, how) for name, how in rulebook.variants.items()]
        yield from (kind for kind in [*plain, *others] if "all" in wanted or kind.name in wanted)


def given(session: Session, answer: Sequence[Event], command: Command) -> Given:
    """A command that `session` has just carried out, with the size that it came to."""
    if not isinstance(command, Place) or command.size.unit != "percent":
        return Given(session.step, command)
    own = f"c{session.commands}"
    sizes = [each.size for each in answer if isinstance(each, Filled | OrderPlaced) and each.order == own]
    size = Size(sum(sizes, ZERO), "base") if any(sizes) else command.size
    return Given(session.step, replace(command, size=size))


def compared(
    setup: Setup, tape: Tape, commands: Sequence[Given], until: int, accounts: Iterable[Kind]
) -> Iterator[Outcome]:
    """The commands played up to vertex `until` under each kind of account, one after the other.

    What is `set` in `setup` belongs to its venue: other venues are played as they are.
    """
    for kind in accounts:
        own = setup.overrides if kind.venue == setup.venue else ()
        try:
            session = Session(replace(setup, venue=kind.venue, mode=kind.mode, overrides=(*own, *kind.overrides)), tape)
        except SetupError as error:
            yield Outcome(kind, unplayable=error.message)
            continue
        yield _played(kind, session, commands, until)


def _played(kind: Kind, session: Session, commands: Sequence[Given], until: int) -> Outcome:
    events: list[Event] = []
    refused: list[tuple[str, str]] = []
    opened: View | None = None
    for each in commands:
        events += session.advance(each.step)
        command = _without_modes(each.command)
        if command is None:
            continue
        answer = session.do(command)
        if isinstance(answer, Refusal):
            refused.append((str(command), answer.reason))
            continue
        events += answer
        opened = _opened(session, answer) or opened
    events += session.advance(until)
    return _outcome(kind, session, events, refused, opened or _opened(session, events))


def _without_modes(command: Command) -> Command | None:
    """The command in whatever mode the account is; None for one that only says a mode."""
    if isinstance(command, SetMode):
        return None
    if isinstance(command, Place | Close | Reverse | Protect | Margin):
        return replace(command, mode=None)
    return command


def _opened(session: Session, events: Iterable[Event]) -> View | None:
    """The session as it is now, if one of the events traded."""
    return session.view() if any(isinstance(event, Filled) for event in events) else None


def _outcome(
    kind: Kind, session: Session, events: Sequence[Event], refused: Sequence[tuple[str, str]], opened: View | None
) -> Outcome:
    view = session.view()
    starts = [event for event in events if isinstance(event, LiquidationStarted)]
    held = opened is not None and bool(opened.positions)
    return Outcome(
        kind=kind,
        initial_margin=sum((each.initial_margin for each in opened.positions), ZERO) if opened and held else None,
        liquidation_prices=tuple((each.key, each.liquidation_price) for each in opened.positions) if opened else (),
        liquidated_at=starts[0].time if starts else None,
        liquidations=len(starts),
        kept=view.equity + view.withdrawals,
        fees=view.fees,
        funding=view.funding,
        paid_by=tuple(_payers(events).items()),
        refused=tuple(refused),
        conserved=view.conserved,
    )


def _payers(events: Iterable[Event]) -> Mapping[str, Decimal]:
    """Who paid for what fell below zero: funds, and those who bear what a fund can't pay."""
    paid: dict[str, Decimal] = {}
    for event in events:
        if isinstance(event, ShortfallPaid):
            socialised = _borne(events, event)
            covered = event.amount - event.unpaid - socialised
            if covered:
                paid[event.fund] = paid.get(event.fund, ZERO) + covered
            if event.unpaid:
                paid["nobody"] = paid.get("nobody", ZERO) + event.unpaid
        elif isinstance(event, LossSocialised):
            paid[event.bearer] = paid.get(event.bearer, ZERO) + event.amount
    return paid


def _borne(events: Iterable[Event], shortfall: ShortfallPaid) -> Decimal:
    return sum(
        (
            each.amount
            for each in events
            if isinstance(each, LossSocialised) and (each.pool, each.time) == (shortfall.pool, shortfall.time)
        ),
        ZERO,
    )
