"""The stop that would have got out halfway, had it waited for the move that liquidated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.account import Position
from engine.events import LiquidationStarted
from engine.market import Market
from engine.numbers import EXACT, divide
from engine.orders.frictions import market_price
from engine.segment import Moment, Segment

if TYPE_CHECKING:
    from engine.session import Session

FEW_TICKS = 5
"""A price that is no further than that from another is no other."""


@dataclass(frozen=True, slots=True)
class StopHalfway:
    """A stop for the whole position, halfway from its entry to its liquidation, that waited for this last move.

    Attributes:
        price: its trigger, on the tick grid.
        fill: what it would have got: the price behind a gap where the price `jumped` over it.
        lost: from the entry to the fill, with the taker fee, quote units.
    """

    price: Decimal
    fill: Decimal
    lost: Decimal
    jumped: bool


def stop_halfway(session: Session, event: LiquidationStarted, position: Position, mark: Decimal) -> StopHalfway | None:
    """A stop watches the mark and trades at the last price, with what a trade at the market costs. None where it would
    have been no other price, or the last move did not come from beyond it."""
    market, side = session.tape.by_symbol[position.symbol], position.side
    halfway = divide(position.entry_price + _first_failing_tick(event, market, side, mark), Decimal(2))
    price = market.price_up(halfway) if side > 0 else market.price_down(halfway)
    few = FEW_TICKS * market.tick_size
    if (position.entry_price - price) * side <= few or (price - mark) * side <= few:
        return None
    met = _meets(session, event, position, price)
    if met is None:
        return None
    moment, jumped = met
    size, last = abs(position.size), moment.lasts[position.symbol]
    fill = market_price(market, -side, size, last, session.exchange.slippage)
    fee = session.exchange.fee(EXACT.multiply(size, fill), "taker")
    return StopHalfway(price, fill, fee - position.unrealised(fill), jumped)


def _meets(
    session: Session, event: LiquidationStarted, position: Position, price: Decimal
) -> tuple[Moment, bool] | None:
    """When the last move before the liquidation met that mark, and whether it jumped over it."""
    path, symbol, step, long = session.path, position.symbol, event.step, position.side > 0

    def ahead(since: int) -> bool:
        """Whether the mark has been on the good side of it since then."""
        best = path.extreme(symbol, "mark", since, step - 1, highest=long)
        return best > price if long else best < price

    if step < 1 or not ahead(0):
        return None
    low, high = 0, step  # ahead since `low`, not since `high`
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if ahead(middle) else (low, middle)
    segment = Segment(path, low + 1)
    fraction = segment.reaches(symbol, "mark", price, below=long)
    return None if fraction is None else (segment.at(fraction), not segment.travelled)


def _first_failing_tick(event: LiquidationStarted, market: Market, side: int, mark: Decimal) -> Decimal:
    """The liquidation price: the first tick at or beyond the crossing. A gap may have jumped over it."""
    raw = event.raw_price
    if raw is None:
        return mark
    tick = market.price_down(raw) if side > 0 else market.price_up(raw)
    if tick == raw:  # there, credit equals the requirement, which is safe: the next one fails
        tick -= side * market.tick_size
    return max(tick, mark) if side > 0 else min(tick, mark)
