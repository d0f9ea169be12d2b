"""One command's turn: who acts, when, on what, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from engine.account import Account, Pool
from engine.exchange import Exchange
from engine.market import Market
from engine.rulebooks.base import Refusal
from engine.segment import Moment, Stamp


class Refused(Exception):
    """A command was refused. Whatever it had begun must be undone."""

    def __init__(self, reason: str, would_work: str = "") -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, would_work)


@dataclass(frozen=True, slots=True)
class Turn:
    """One command's surroundings. `rescues` counts the deposits after wipe-outs so far."""

    exchange: Exchange
    account: Account
    at: Moment
    number: int
    wiped_out: bool = False
    rescues: int = 0

    @property
    def stamp(self) -> Stamp:
        """Step, time and actor of an event told now."""
        return self.at.stamp(self.account.name)

    def market(self, symbol: str) -> Market:
        """The market of that symbol, or a refusal that lists those there are."""
        if symbol not in self.exchange.markets:
            raise Refused(f"there is no market {symbol} on this tape", f"there are {', '.join(self.exchange.markets)}")
        return self.exchange.markets[symbol]

    def trading_market(self, symbol: str) -> Market:
        """The market, if it trades now."""
        market = self.market(symbol)
        if symbol not in self.at.trading:
            raise Refused(f"{symbol} does not trade at this moment", "let time pass until it trades again")
        return market

    def open_pool(self, symbol: str) -> Pool:
        """The pool of the open position in `symbol`, or a refusal."""
        self.market(symbol)
        pools = self.account.pools_with(symbol)
        if not pools:
            raise Refused(f"there is no open position in {symbol}", f"open one: buy $1000 {symbol}")
        return pools[0]
