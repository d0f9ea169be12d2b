"""One command's turn: who acts, when, on what, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from engine.account import Account, Mode, Pool, Position
from engine.commands.command import MODE_WORDS
from engine.exchange import Exchange
from engine.market import Market
from engine.orders.order import PositionSide
from engine.rulebooks.base import Refusal
from engine.segment import Moment, Stamp


class Refused(Exception):
    """A command was refused. Whatever it had begun must be undone."""

    def __init__(self, reason: str, would_work: str = "") -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, would_work)

    @classmethod
    def by(cls, refusal: Refusal) -> Refused:
        """Pass on a refusal of its own kind."""
        refused = cls(refusal.reason, refusal.would_work)
        refused.refusal = refusal
        return refused


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

    def open_position(
        self, symbol: str, mode: Mode | None = None, position_side: PositionSide | None = None
    ) -> tuple[Pool, Position]:
        """The open position in `symbol` that is meant, with its pool; a refusal where there is none, or several."""
        self.market(symbol)
        held = self.account.positions_in(symbol)
        chosen = [
            (pool, position)
            for pool, position in held
            if (mode is None or pool.mode == mode) and (position_side is None or _is_on(position, position_side))
        ]
        if not chosen:
            words = " ".join(filter(None, (MODE_WORDS[mode] if mode else "", position_side or "")))
            raise Refused(
                f"there is no open position in {symbol}" + (f" that is {words}" if words else ""),
                f"open: {_listed(held)}" if held else f"open one: buy $1000 {symbol}",
            )
        if len(chosen) > 1:
            raise Refused(f"{symbol} has {len(chosen)} open positions", f"say which: {_listed(chosen)}")
        return chosen[0]


def _is_on(position: Position, position_side: PositionSide) -> bool:
    return position_side == "both" or (position.side > 0) == (position_side == "long")


def _listed(held: list[tuple[Pool, Position]]) -> str:
    return ", ".join(f"{p.symbol} {MODE_WORDS[pool.mode]} {'long' if p.side > 0 else 'short'}" for pool, p in held)
