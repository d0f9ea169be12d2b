"""The board: everybody on the tape by equity, the player among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.looking.views import View
from engine.rivals.rival import Rival
from engine.setup import Setup
from engine.tape import Tape

YOU = "you"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the board.

    Attributes:
        rank: from 1; who has as much as another has the same rank.
        name, strategy: who; both are `you` for the player.
        worth: equity and what was cashed out, less deposits after the first, quote units.
        state: `running`, `wiped out` or `ended`.
        last: what they did last, in words; empty before anything, and for the player.
    """

    rank: int
    name: str
    strategy: str
    worth: Decimal
    state: str
    last: str


class Rivals:
    """Rivals beside a session.

    Args:
        cast: names and strategies, as they are stored with the session.

    Raises:
        KeyError: for a strategy that there isn't.
        SetupError: when the set-up can't be played.
    """

    def __init__(self, cast: Sequence[tuple[str, str]], setup: Setup, tape: Tape) -> None:
        self.balance = setup.balance
        self.rivals = tuple(Rival(name, strategy, setup, tape) for name, strategy in cast)

    def advance(self, until: int) -> None:
        """Let all of them play on to vertex `until`: no further than the player is."""
        for rival in self.rivals:
            rival.advance(until)

    def board(self, player: View | None = None) -> tuple[Row, ...]:
        """Everybody by worth, the richest first; equals in the order of the cast, the player before them."""
        rows = [] if player is None else [self._row(player, YOU, YOU, "")]
        for rival in self.rivals:
            last = rival.last.text if rival.last else ""
            rows.append(self._row(rival.view(), rival.name, rival.strategy, last))
        ranked = list[Row]()
        for place, row in enumerate(sorted(rows, key=lambda each: -each.worth), 1):
            same = bool(ranked) and ranked[-1].worth == row.worth
            rank = ranked[-1].rank if same else place
            ranked.append(Row(rank, row.name, row.strategy, row.worth, row.state, row.last))
        return tuple(ranked)

    def _row(self, view: View, name: str, strategy: str, last: str) -> Row:
        worth = view.equity + view.withdrawals - view.deposits + self.balance
        return Row(0, name, strategy, worth, view.state, last)
