"""Spreads: a coin and its perpetual on opposite sides in one account, as far as they offset each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import Pool, Position
from engine.assets import base_asset
from engine.numbers import ZERO
from engine.rules.spot_and_perp import perp_positions, spot_positions


@dataclass(frozen=True, slots=True)
class Spread:
    """A coin against its perpetual. `long_spot`: the coin is held; else it is borrowed, and the spread is a debt."""

    spot: Position
    perp: Position

    @property
    def asset(self) -> str:
        """What both are of."""
        return base_asset(self.spot.symbol)

    @property
    def basis(self) -> Decimal:
        """What is offset: the smaller of the two sizes, base units."""
        return min(abs(self.spot.size), abs(self.perp.size))

    @property
    def long_spot(self) -> bool:
        """Whether the coin is held."""
        return self.spot.size > 0

    @property
    def symbols(self) -> frozenset[str]:
        """Both markets."""
        return frozenset((self.spot.symbol, self.perp.symbol))


def spreads_of(pool: Pool) -> tuple[Spread, ...]:
    """The spreads of a pool, in the order of their coins; an asset's first perpetual counts."""
    perps = {base_asset(position.symbol): position for position in reversed(perp_positions(pool))}
    pairs = [Spread(spot, perps[asset]) for spot in spot_positions(pool) if (asset := base_asset(spot.symbol)) in perps]
    return tuple(pair for pair in pairs if pair.spot.size * pair.perp.size < 0)


def outside(position: Position, spreads: tuple[Spread, ...]) -> Position:
    """The position as far as it is in no spread."""
    inside: Mapping[str, Decimal] = {leg.key: spread.basis for spread in spreads for leg in (spread.spot, spread.perp)}
    return replace(position, size=position.size - position.side * inside.get(position.key, ZERO))
