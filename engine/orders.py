"""Orders that wait, and when they fire."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

OrderKind = Literal["market", "limit", "stop", "take"]
Side = Literal["buy", "sell"]


@dataclass(frozen=True, slots=True)
class Order:
    """An order that rests until the price reaches it.

    Attributes:
        id: from the command that placed it and its leg: `c12`, `c12.tp`, `c12.sl`.
        kind: `market` trades at once and never rests; `limit` fills at its price or better; `stop` and `take` trade
            at the market when the mark reaches their price.
        size: base units, > 0.
        price: limit or trigger price, on the tick grid; the last price for an order at the market.
        pool: key of the pool it trades in.
        reduce_only: never opens or turns a position; goes when the position goes.
        take_profit, stop_loss: prices of the legs to attach once it has filled.
        partner: id of the order that is cancelled when this one fills (one cancels the other).
    """

    id: str
    kind: OrderKind
    side: Side
    size: Decimal
    symbol: str
    price: Decimal
    pool: str
    leverage: int
    reduce_only: bool = False
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    partner: str | None = None

    @property
    def sign(self) -> int:
        """+1 to buy, −1 to sell."""
        return 1 if self.side == "buy" else -1

    @property
    def fires_below(self) -> bool:
        """Whether a falling price fires it: a limit to buy, a stop to sell, a take profit to buy."""
        return (self.side == "buy") == (self.kind in ("limit", "take"))

    def firing_price(self, tick: Decimal) -> Decimal:
        """The price that must be reached. A limit wants the path to trade through it by one tick."""
        if self.kind != "limit":
            return self.price
        return self.price - tick if self.fires_below else self.price + tick

    @property
    def watches(self) -> Literal["last", "mark"]:
        """The price that it waits for: trades for a limit, the mark for a trigger."""
        return "last" if self.kind == "limit" else "mark"

    def fires_at(self, price: Decimal, tick: Decimal) -> bool:
        """Whether it fires at `price`."""
        firing = self.firing_price(tick)
        return price <= firing if self.fires_below else price >= firing
