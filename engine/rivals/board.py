"""The board: everybody on the tape by worth, the player among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.ghost import equity_of
from engine.looking.views import View
from engine.numbers import EXACT, divide
from engine.rivals.rival import Act, Rival
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
        change: of the worth since the start, a fraction of the first deposit.
        state: `running`, `wiped out` or `ended`.
        liquidations: how many there were.
        last: what they did last; None before anything, and for the player.
    """

    rank: int
    name: str
    strategy: str
    worth: Decimal
    change: Decimal
    state: str
    liquidations: int
    last: Act | None

    @property
    def is_player(self) -> bool:
        """Whether it is the player's own."""
        return self.strategy == YOU


def board_of(rivals: Sequence[Rival], balance: Decimal, player: View | None = None) -> tuple[Row, ...]:
    """Everybody by worth, the richest first; equals in the order of the rivals, the player before them."""
    rows = [] if player is None else [_player_row(player, balance)]
    rows += [_row(each, balance) for each in rivals]
    ranked = list[Row]()
    for place, row in enumerate(sorted(rows, key=lambda each: -each.worth), 1):
        same = bool(ranked) and ranked[-1].worth == row.worth
        ranked.append(replace(row, rank=ranked[-1].rank if same else place))
    return tuple(ranked)


def _player_row(view: View, balance: Decimal) -> Row:
    worth = EXACT.add(EXACT.subtract(EXACT.add(view.equity, view.withdrawals), view.deposits), balance)
    return Row(0, YOU, YOU, worth, _change(worth, balance), view.state, view.liquidations, None)


def _row(rival: Rival, balance: Decimal) -> Row:
    session, tally = rival.session, rival.session.tally
    moved = EXACT.subtract(tally.withdrawals, tally.deposits)
    worth = EXACT.add(EXACT.add(equity_of(session), moved), balance)
    change = _change(worth, balance)
    return Row(0, rival.name, rival.strategy, worth, change, session.state, tally.liquidations, rival.last)


def _change(worth: Decimal, balance: Decimal) -> Decimal:
    return divide(EXACT.subtract(worth, balance), balance)


class Rivals:
    """Rivals on a tape, with no player.

    Args:
        cast: names and strategies.

    Raises:
        KeyError: for a strategy that there isn't.
        SetupError: when the set-up can't be played.
    """

    def __init__(self, cast: Sequence[tuple[str, str]], setup: Setup, tape: Tape) -> None:
        self.balance = setup.balance
        self.rivals = tuple(Rival(name, strategy, setup, tape) for name, strategy in cast)

    def advance(self, until: int) -> None:
        """Let all of them play on to vertex `until`."""
        for rival in self.rivals:
            rival.advance(until)

    def board(self, player: View | None = None) -> tuple[Row, ...]:
        """Everybody by worth, the player among them where there is one."""
        return board_of(self.rivals, self.balance, player)
