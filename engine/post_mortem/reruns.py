"""What would have been: the session played again with one thing changed, as far as the player has seen the tape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.account import YOU
from engine.events import Event, LiquidationStarted
from engine.ghost import Ghost, Lowered, play_ghost
from engine.numbers import ZERO, exactly
from engine.post_mortem.changes import Change
from engine.post_mortem.played import Played, Stopped, never
from engine.rulebooks.base import SetupError


@dataclass(frozen=True, slots=True)
class Rerun:
    """How one change fared. Money in quote units.

    Attributes:
        impossible: why there is no such run; everything else is empty then.
        liquidated_at: ms UTC of its first liquidation from the change's `since` on; None without any.
        liquidations: how many there were from then on.
        held: whether something is still open at the end.
        kept: equity at the end with what was taken out on the way, less what the change paid in besides.
        difference: that less what was kept as it was.
        refused: commands that it could not follow, with reasons; `lowered`: leverages above the venue's largest.
    """

    change: Change
    impossible: str = ""
    liquidated_at: int | None = None
    liquidations: int = 0
    held: bool = False
    kept: Decimal = ZERO
    difference: Decimal = ZERO
    refused: tuple[tuple[str, str], ...] = ()
    lowered: tuple[Lowered, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether it could be played."""
        return not self.impossible

    @property
    def complete(self) -> bool:
        """Whether every command was followed: only then may what was kept be held against others."""
        return self.possible and not self.refused


def reruns(played: Played, changes: Iterable[Change], stopped: Callable[[], bool] = never) -> Iterator[Rerun]:
    """Each change, played when it is asked for. Once `stopped` says so, no further one comes."""
    for change in changes:
        try:
            yield rerun(played, change, stopped)
        except Stopped:
            return


@exactly
def rerun(played: Played, change: Change, stopped: Callable[[], bool] = never) -> Rerun:
    """One change played to the vertex that the record reached. Raises Stopped."""
    if change.impossible:
        return Rerun(change, change.impossible)
    try:
        ghost, events = again(played, change, stopped)
    except SetupError as error:
        return Rerun(change, error.message)
    why = _not_done(ghost, change)
    if why:
        return Rerun(change, why)
    view, before = ghost.session.view(), played.session.view()
    kept = view.equity + view.withdrawals - change.paid_in
    starts = [each.time for each in liquidations_since(events, change.since)]
    return Rerun(
        change=change,
        liquidated_at=starts[0] if starts else None,
        liquidations=len(starts),
        held=bool(view.positions),
        kept=kept,
        difference=kept - (before.equity + before.withdrawals),
        refused=tuple((str(each.given.command), each.reason) for each in ghost.missed),
        lowered=tuple(dict.fromkeys(ghost.lowered)),
    )


def again(played: Played, change: Change, stopped: Callable[[], bool] = never) -> tuple[Ghost, list[Event]]:
    """The changed commands in their kind of account, and what happened.

    Raises:
        SetupError: when that account can't be played on this tape.
        Stopped: when `stopped` says so.
    """
    record, events = played.record, list[Event]()
    ghost = Ghost(change.account, record.setup, record.tape)
    for happened in play_ghost(ghost, change.commands, record.until, stopped):
        events += happened
    if stopped():
        raise Stopped
    return ghost, events


def liquidations_since(events: Iterable[Event], step: int) -> list[LiquidationStarted]:
    """The player's, from a vertex on."""
    return [each for each in events if isinstance(each, LiquidationStarted) and each.actor == YOU and each.step >= step]


def _not_done(ghost: Ghost, change: Change) -> str:
    """Why there is no such run: what makes it another one was refused, or nothing of what opened the pool was done."""
    missed = {each.given.number: each.reason for each in ghost.missed}
    changed = [reason for number, reason in missed.items() if number in change.changed]
    if changed:
        return changed[0]
    opening = [missed.get(number, "") for number in sorted(change.opening)]
    return opening[0] if opening and all(opening) else ""
