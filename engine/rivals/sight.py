"""What a rival sees: its own account and the prices of the moment. Nothing else is within its reach."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import CROSS
from engine.numbers import ZERO
from engine.session import Session


@dataclass(frozen=True, slots=True)
class Quoted:
    """A market's last price."""

    symbol: str
    last: Decimal


class Sight:
    """A session as its rival sees it now. What takes long is worked out when it is asked for, and a rival that only
    waits asks for little: a whole view takes twenty times as long.

    Attributes:
        running: whether it can trade: not after a wipe-out.
        markets: with the prices now, in the order of the tape.
        held: the markets of its open positions, one for each.
        ordered: the markets in which it has orders that wait.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        account, step = session.account, session.step
        self.running = session.state == "running"
        self.markets = tuple(
            Quoted(symbol, session.path.price(symbol, "last", step)) for symbol in session.tape.by_symbol
        )
        pools = sorted(account.pools.items(), key=lambda each: (each[0] != CROSS, each[0]))
        self.held = tuple(held.symbol for _, pool in pools for _, held in sorted(pool.positions.items()))
        self.ordered = frozenset(order.symbol for order in account.orders.values())

    @property
    def free(self) -> Decimal:
        """What it could put behind positions now, quote units."""
        return self._session.view().free

    def largest_leverage(self, symbol: str) -> int:
        """The most that the venue gives in a market, for the smallest position."""
        return self._session.rulebook.largest_leverage(symbol, ZERO)
