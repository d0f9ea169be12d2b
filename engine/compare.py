"""The same commands at the same times on the same tape, under other rulebooks and in other modes.

What was typed is kept but for the words that say a mode; a size in percent and a leverage that was left open are those
that they came to in the session that is compared, so that everywhere the same is traded. More leverage than a venue
gives is lowered to its largest, which the outcome says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.account_kind import Kind, kinds, own_kind
from engine.events import (
    AssetMoved,
    Deleveraged,
    Event,
    Filled,
    LiquidationStarted,
    LossSocialised,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.ghost import Ghost, Lowered, play_ghost
from engine.looking.views import View
from engine.numbers import ZERO
from engine.record import Given
from engine.resolving import given, given_again
from engine.rulebooks.base import SetupError
from engine.setup import Setup
from engine.tape import Tape

__all__ = ["DELEVERAGED", "NOBODY", "Kind", "Outcome", "compared", "given", "given_again", "kinds", "own_kind"]

FILLS = frozenset((Filled.kind,))
DELEVERAGED, NOBODY = "deleveraged traders", "nobody"
"""Who pays besides a venue's funds and those who bear its losses: others whose winners are closed; the hole stays."""


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
        try:
            ghost = Ghost(kind, setup, tape)
        except SetupError as error:
            yield Outcome(kind, unplayable=error.message)
            continue
        told = _Compared(ghost)
        for events in play_ghost(ghost, commands, until, stopped, FILLS):
            told.note(events)
        if stopped():
            return
        yield told.outcome()


class _Compared:
    """One kind of account on its way through the commands."""

    def __init__(self, ghost: Ghost) -> None:
        self._ghost = ghost
        self._events: list[Event] = []
        self._opened: View | None = None

    def note(self, events: Sequence[Event]) -> None:
        """Keep what happened."""
        self._events += events
        if any(_opens(event) for event in events):
            view = self._ghost.session.view()
            self._opened = view if view.positions else self._opened

    def outcome(self) -> Outcome:
        """What came of it."""
        ghost, view, opened = self._ghost, self._ghost.session.view(), self._opened
        positions = opened.positions if opened else ()
        return Outcome(
            kind=ghost.kind,
            initial_margin=sum((each.initial_margin for each in positions), ZERO) if positions else None,
            liquidation_prices=tuple((each.key, each.liquidation_price) for each in positions),
            liquidated_at=ghost.liquidated_at,
            liquidations=sum(isinstance(event, LiquidationStarted) for event in self._events),
            held=bool(view.positions),
            kept=view.equity + view.withdrawals,
            fees=view.fees,
            funding=view.funding,
            paid_by=tuple(_payers(self._events).items()),
            deleveraged=sum(isinstance(event, Deleveraged) for event in self._events),
            lowered=tuple(dict.fromkeys(ghost.lowered)),
            refused=tuple((str(each.given.command), each.reason) for each in ghost.missed),
            conserved=view.conserved,
        )


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
