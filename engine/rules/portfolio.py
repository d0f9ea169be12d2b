"""Margin for a whole portfolio: the worst of stated scenarios, and what opposite positions are let off and charged for.

As formulas of the marks, for a rulebook's health: `scenario_loss`, `worst_scenario`. As figures: the rest. Rates and
moves are fractions, money is in quote units.

Sources: CME SPAN spread calculation (cmegroup.com/clearing/margins/spread-calc.html); Deribit portfolio margin
(deribit.com/pages/docs/portfoliomargin, an old stored page); Paradex (docs.paradex.trade/risk/portfolio-margin);
Dederi (wiki.dederi.io, portfolio_margin).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.account import Position
from engine.formula import Const, Formula, Max, Price, Scaled, Sum
from engine.numbers import EXACT, ZERO, plain

Moves = Mapping[str, Decimal]
"""A scenario: by how much of its mark each market moves, −0.15 for 15 % down; those that aren't named stand still."""


def scenario_loss(label: str, positions: Iterable[Position], moves: Moves) -> Formula:
    """What the positions lose when the markets move from their marks like that: −Σ size × mark × move, so below zero
    for a gain."""
    parts = (_moved(each, moves[each.symbol]) for each in positions if moves.get(each.symbol))
    return Sum(label, tuple(parts))


def _moved(position: Position, move: Decimal) -> Formula:
    label = f"{position.name} at {plain(move * 100)}%"
    return Scaled(label, -EXACT.multiply(position.size, move), Price(position.symbol))


def worst_scenario(
    positions: Sequence[Position], scenarios: Mapping[str, Moves], floor: Formula | None = None
) -> Formula:
    """The largest loss of the scenarios (by label), and at least `floor`, which is zero where none is given.

    A maximum of linear formulas: convex in the marks, as a requirement must be.
    """
    losses = (scenario_loss(label, positions, moves) for label, moves in scenarios.items())
    return Max("worst scenario", (Const("no loss", ZERO) if floor is None else floor, *losses))


def worst_loss(profits: Iterable[Decimal], floor: Decimal = ZERO, contingency: Decimal = ZERO) -> Decimal:
    """The largest loss among the scenarios' profits, or none, plus what is charged on top; at least `floor`."""
    return max(floor, max((ZERO, *(-profit for profit in profits))) + contingency)


def gross_contingency(sizes: Iterable[Decimal], price: Decimal, rate: Decimal) -> Decimal:
    """A charge on everything that is open, long and short: rate × price × Σ |size| (Dederi)."""
    return EXACT.multiply(EXACT.multiply(rate, price), sum((abs(size) for size in sizes), ZERO))


def offset_contingency(sizes: Iterable[Decimal], rate: Decimal) -> Decimal:
    """A charge on what futures of different expiries offset of each other: rate × the smaller of all longs and all
    shorts, in the unit of the sizes (Deribit)."""
    held = tuple(sizes)
    longs = sum((size for size in held if size > 0), ZERO)
    shorts = sum((-size for size in held if size < 0), ZERO)
    return EXACT.multiply(rate, min(longs, shorts))


@dataclass(frozen=True, slots=True)
class Delta:
    """A portfolio's exposure to one underlying, in units of it: what is left over, and all of it without signs."""

    net: Decimal
    gross: Decimal

    @property
    def hedged(self) -> Decimal:
        """What stands on both sides: (gross − |net|) ÷ 2 (Paradex)."""
        return (self.gross - abs(self.net)) / 2

    def requirement(self, price: Decimal, net_rate: Decimal, hedged_rate: Decimal) -> Decimal:
        """(net rate × |net| + hedged rate × hedged) × price: the least that Paradex requires of a portfolio."""
        charged = EXACT.multiply(net_rate, abs(self.net)) + EXACT.multiply(hedged_rate, self.hedged)
        return EXACT.multiply(charged, price)


def delta_of(legs: Iterable[tuple[Decimal, Decimal]]) -> Delta:
    """The exposure of (size, delta a unit) pairs; a future's delta is 1."""
    deltas = [EXACT.multiply(size, each) for size, each in legs]
    return Delta(sum(deltas, ZERO), sum((abs(each) for each in deltas), ZERO))


@dataclass(frozen=True, slots=True)
class SpreadMargin:
    """Margin of a spread: what the legs need each on its own, and what they are let off for being opposite."""

    outright: Decimal
    savings: Decimal

    @property
    def final(self) -> Decimal:
        """What is left to post."""
        return self.outright - self.savings


def inter_commodity_spread(legs: Iterable[tuple[Decimal, Decimal]], credit: Decimal) -> SpreadMargin:
    """Opposite positions in related products, as (margin a contract, contracts in the spread's ratio): a share of all
    legs' margin is credited (CME SPAN)."""
    outright = sum((EXACT.multiply(margin, abs(contracts)) for margin, contracts in legs), ZERO)
    return SpreadMargin(outright, EXACT.multiply(outright, credit))


def intra_commodity_spread(leg: Decimal, other: Decimal, charge: Decimal) -> SpreadMargin:
    """Opposite months of one product: the difference of the legs' margins, and a charge for the spread (CME SPAN)."""
    return SpreadMargin(leg + other, 2 * min(leg, other) - charge)
