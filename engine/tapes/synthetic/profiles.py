"""The markets that a synthetic tape may have: their grids, and how each follows the whole market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor, hypot, log10
from types import MappingProxyType

from engine.market import Market, lot_for


@dataclass(frozen=True, slots=True)
class Profile:
    """One market of a synthetic tape.

    Attributes:
        symbol: its symbol.
        key: its number in the random streams. Never change or reuse one: it is what makes a market's prices
            independent of which other markets are on the tape.
        start: price that it starts near, in quote units; the seed moves it by a few per cent.
        tick_size: the price grid, in quote units.
        beta: log return for one of the factor.
        own: volatility of its own noise, as a multiple of the factor's.
        own_jumps: jumps of its own a day, at a factor volatility of 50 % a year.
        crowding: how strongly its premium answers to the regime, BTC = 1.
        turnover: traded a day in calm hours, in millions of quote units.
    """

    symbol: str
    key: int
    start: Decimal
    tick_size: Decimal
    beta: float
    own: float
    own_jumps: float
    crowding: float
    turnover: float

    @property
    def market(self) -> Market:
        """The market as the engine knows it."""
        return Market(self.symbol, self.tick_size, lot_for(self.start))

    @property
    def volume_grid(self) -> float:
        """Grid of the volume column in base units: the power of ten worth at most 100 quote units."""
        exponent = floor(log10(100.0 / float(self.start)))
        return float(f"1e{exponent}")


def correlation(one: Profile, other: Profile) -> float:
    """Correlation of two different markets' returns that the model aims at, where own noise is not damped."""
    return one.beta * other.beta / (hypot(one.beta, one.own) * hypot(other.beta, other.own))


_ALL = (
    Profile("BTC", 1, Decimal(64_000), Decimal("0.01"), 1.0, 0.25, 0.02, 1.0, 18_000.0),
    Profile("ETH", 2, Decimal(3_200), Decimal("0.01"), 1.15, 0.55, 0.05, 1.1, 9_000.0),
    Profile("SOL", 3, Decimal(150), Decimal("0.001"), 1.5, 0.85, 0.15, 1.3, 2_500.0),
    Profile("MEME", 4, Decimal("0.02"), Decimal("0.0000001"), 2.2, 2.0, 1.0, 1.6, 300.0),
)

PROFILES: Mapping[str, Profile] = MappingProxyType({profile.symbol: profile for profile in _ALL})
"""Every synthetic market by symbol."""
