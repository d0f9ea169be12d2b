"""Orders that wait, and when they fire."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

from engine.frozen import altered
from engine.numbers import EXACT, ONE, to_grid

OrderKind = Literal["market", "limit", "stop", "take", "trail"]
Side = Literal["buy", "sell"]
PositionSide = Literal["both", "long", "short"]
"""Which of a market's positions: `both` where there is one that may be long or short (one-way), else long or short
(hedge mode)."""


def position_key(symbol: str, position_side: PositionSide) -> str:
    """What a pool keeps a position under: `ETH`, or `ETH:long` in hedge mode."""
    return symbol if position_side == "both" else f"{symbol}:{position_side}"


@dataclass(frozen=True, slots=True)
class Order:
    """An order that rests until the price reaches it.

    Attributes:
        id: from the command that placed it and its leg: `c12`, `c12.tp`, `c12.sl`, `c12.trail`.
        kind: `market` trades at once and never rests; `limit` fills at its price or better; `stop`, `take` and
            `trail` trade at the market when the mark reaches their price.
        size: base units, > 0.
        price: limit or trigger price, on the tick grid; the last price for an order at the market. Of a trailing stop
            the trigger when it was placed: `trailed` gives the present one.
        pool: key of the pool it trades in.
        position_side: which of the market's positions in that pool it trades.
        reduce_only: never opens or turns a position; goes when the position goes.
        take_profit, stop_loss: prices of the legs to attach once it has filled.
        take_profit_share, stop_loss_share: the same as fractions of the fill price away from it.
        partner: id of the order that is cancelled when this one fills (one cancels the other).
        limit: price of the limit order that a `stop` or `take` turns into when it is triggered; None to trade at the
            market.
        trail: how far a trailing stop stays behind the best mark, as a fraction of it.
        since, extreme: the vertex at which a trailing stop was placed, and the mark there: what it trails from.
            `extreme` of a limit is the last price when it came to rest, where that was beyond its price already.
        whole: it closes the whole position, whatever its size by then.
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
    position_side: PositionSide = "both"
    limit: Decimal | None = None
    trail: Decimal | None = None
    since: int = 0
    extreme: Decimal | None = None
    whole: bool = False
    take_profit_share: Decimal | None = None
    stop_loss_share: Decimal | None = None

    @property
    def position_key(self) -> str:
        """Key of the position that it trades."""
        return position_key(self.symbol, self.position_side)

    @property
    def sign(self) -> int:
        """+1 to buy, −1 to sell."""
        return 1 if self.side == "buy" else -1

    @property
    def fires_below(self) -> bool:
        """Whether a falling price fires it: a limit to buy, a stop or a trailing stop to sell, a take profit to buy."""
        return (self.side == "buy") == (self.kind in ("limit", "take"))

    def firing_price(self, tick: Decimal) -> Decimal:
        """The price that must be reached. A limit wants the path to trade through it by one tick; where the last
        price was beyond it already when it came to rest, to go one tick beyond that."""
        if self.kind != "limit":
            return self.price
        at_rest = self.price if self.extreme is None else self.extreme
        return min(self.price, at_rest) - tick if self.fires_below else max(self.price, at_rest) + tick

    def at_rest(self, last: Decimal) -> Order:
        """What it is once it has come to rest while the last price is `last`: a limit that the market has met (what is
        left of it found nobody) waits for the price to go further, not for what has been."""
        if self.kind != "limit":
            return self
        return altered(self, extreme=last if self.sign * (self.price - last) > 0 else None)

    @property
    def watches(self) -> Literal["last", "mark"]:
        """The price that it waits for: trades for a limit, the mark for a trigger."""
        return "last" if self.kind == "limit" else "mark"

    def fires_at(self, price: Decimal, tick: Decimal) -> bool:
        """Whether it fires at `price`."""
        firing = self.firing_price(tick)
        return price <= firing if self.fires_below else price >= firing

    @property
    def triggered(self) -> Order:
        """What it is once its trigger was reached: of a stop-limit its limit order, else itself."""
        return self if self.limit is None else altered(self, kind="limit", price=self.limit, limit=None)

    @property
    def at_its_price(self) -> Order:
        """A limit order at the price that it would trade at: what its margin is judged by while it waits."""
        return altered(self.triggered, kind="limit")

    def sized(self, size: Decimal) -> Order:
        """The same order for another size."""
        return altered(self, size=size)

    def trailing_price(self, extreme: Decimal, tick: Decimal) -> Decimal:
        """The trigger of a trailing stop behind `extreme`: the highest mark since it was placed for one to sell, the
        lowest for one to buy. Rounded away from the extreme; at least one tick.

        Raises:
            ValueError: when it is no trailing stop.
        """
        if self.trail is None:
            raise ValueError(f"{self.id} is not a trailing stop")
        raw = EXACT.multiply(extreme, ONE + self.sign * self.trail)
        return max(tick, to_grid(raw, tick, ROUND_FLOOR if self.fires_below else ROUND_CEILING))

    def trailed(self, extreme: Decimal, tick: Decimal) -> Order:
        """A trailing stop with its present trigger as its price, as screens show it and the search watches it."""
        return altered(self, price=self.trailing_price(extreme, tick))
