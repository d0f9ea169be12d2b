"""The best run so far at a scenario, played beside you as a ghost is: its own commands, never ahead of you."""

from __future__ import annotations

from collections.abc import Sequence

from engine.account_kind import same_kind
from engine.events import iso
from engine.record import Given, Record
from engine.session import Session
from saves import Library, SaveError
from tui.playing.ghosts import FollowingGhost

STARS = 3
NONE_YET = "No other run of this scenario is over yet: once one is, it can follow beside you."
OTHER = "Your best run was played on other prices or under other rules: it can’t be set beside this one."


class BestRun(FollowingGhost):
    """A saved run on the same tape under the same rules.

    Args:
        record: what was played.
        stars: what it earned, 0 to 3.
    """

    def __init__(self, record: Record, stars: int) -> None:
        super().__init__(same_kind(record.setup), record.start())
        self.name = f"your best run {'★' * stars + '☆' * (STARS - stars)}"
        self._record = record

    def go_on(self, commands: Sequence[Given], until: int, chunk: int) -> bool:
        """Go on towards vertex `until`; what the player does is nothing to it."""
        return super().go_on(self._record.commands, min(until, self._record.until), chunk)

    @property
    def over_at(self) -> int | None:
        """The time at which it ended, ms UTC, once it is there; None before that."""
        session = self.ghost.session
        is_over = session.step >= self._record.until or session.state == "ended"
        return session.time if is_over else None

    def told(self) -> list[str]:
        """What it did so far, the newest first."""
        times = self._record.tape.times
        given = self._record.commands[: self._place]
        return [f"{iso(int(times[each.step]))[:16].replace('T', ' ')}  {each.command}" for each in reversed(given)]


def best_run(library: Library, scenario: str, session: Session, own: str) -> BestRun | str:
    """The best run at a scenario, to play beside a session of it; or why there is none.

    Args:
        scenario: id of the scenario.
        session: the one that is played; `own` is its id in the library: it is not set beside itself.
    """
    try:
        best = library.attempts.best_of(scenario, own)
        if best is None:
            return NONE_YET
        record = library.record(best.session)
    except SaveError as error:
        return f"Your best run can’t be played: {error}."
    if record.tape.digest != session.tape.digest or record.setup != session.setup:
        return OTHER
    return BestRun(record, best.stars)
