"""What is traded: a market and its grids."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from engine.numbers import EXACT, to_grid

SYMBOL_LENGTH = 24
LARGEST_LOT_VALUE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Market:
    """A market: its symbol, the asset it is quoted in, and the grids of its prices and sizes.

    Attributes:
        symbol: what it is called in commands, upper case (`ETH`).
        tick_size: the price grid, in quote units.
        lot_size: the size grid, in base units.
        quote: the asset that prices, margin and profit are counted in.
    """

    symbol: str
    tick_size: Decimal
    lot_size: Decimal
    quote: str = "USDC"

    def ticks(self, price: Decimal) -> int:
        """`price` as a whole number of ticks.

        Raises:
            ValueError: when the price is not on the tick grid.
        """
        ticks = _whole(price, self.tick_size)
        if ticks is None:
            raise ValueError(f"{price} is not on {self.symbol}'s price grid of {self.tick_size}")
        return ticks

    def price(self, ticks: int) -> Decimal:
        """The price that `ticks` stands for, in quote units."""
        return self.tick_size * ticks

    def price_up(self, raw: Decimal) -> Decimal:
        """The first price on the grid at or above `raw`."""
        return to_grid(raw, self.tick_size, ROUND_CEILING)

    def price_down(self, raw: Decimal) -> Decimal:
        """The last price on the grid at or below `raw`."""
        return to_grid(raw, self.tick_size, ROUND_FLOOR)

    def size_down(self, raw: Decimal) -> Decimal:
        """The largest size on the lot grid that is not above `raw` (≥ 0)."""
        return to_grid(raw, self.lot_size, ROUND_FLOOR)

    def size_up(self, raw: Decimal) -> Decimal:
        """The smallest size on the lot grid that is not below `raw` (≥ 0)."""
        return to_grid(raw, self.lot_size, ROUND_CEILING)


@lru_cache(maxsize=4096)  # asked for the same prices of resting orders at every event
def _whole(price: Decimal, unit: Decimal) -> int | None:
    count = EXACT.divide(price, unit)
    return int(count) if count == count.to_integral_value() else None


def lot_for(price: Decimal) -> Decimal:
    """A lot size for a market at about `price`: the power of ten worth at most 0.1 quote units a lot."""
    exponent = (LARGEST_LOT_VALUE / price).adjusted()
    return Decimal((0, (1,), min(exponent, 0)))


def valid_symbol(text: str) -> bool:
    """Whether `text` may name a market: 1–24 letters, digits, dots or dashes, starting with a letter or a digit."""
    core = text.replace("-", "").replace(".", "")
    return 0 < len(text) <= SYMBOL_LENGTH and core.isalnum() and core.isascii() and text[0].isalnum()
