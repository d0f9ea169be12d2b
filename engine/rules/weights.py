"""Health from weights: what an account holds counts for less than it is worth, what it owes for more.

health = Σ amount × weight × price, with a weight of at most 1 for what is held (amount > 0) and of at least 1 for what
is owed or sold short (amount < 0). The same number can be read in two ways, and `Health` wants one of them:

- what is held against what is owed (`held_against_owed`): credit Σ weighted assets, requirement Σ weighted liabilities;
- equity against what of it doesn't count (`equity_against_haircuts`): credit is the value of everything, requirement
  Σ |amount| × |1 − weight| × price: the margin a perpetual's trader knows. Credit − requirement is the health in both.

Sources: vertex-contracts core/contracts/BaseEngine.sol getHealthContribution; mango-v4 programs/mango-v4/src/health;
marginfi-v2 programs/marginfi/src/state/marginfi_account.rs; protocol-v2 programs/drift/src/math/margin.rs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.account import Position
from engine.formula import Const, Formula, Price, Scaled, Sum
from engine.margin import Charged, Health
from engine.numbers import EXACT, ONE, divide, plain


@dataclass(frozen=True, slots=True)
class Weights:
    """What a unit of value counts for: `long` of what is held (0 to 1), `short` of what is owed (1 or more)."""

    long: Decimal
    short: Decimal

    def of(self, amount: Decimal) -> Decimal:
        """The one that an amount of this sign has."""
        return self.long if amount >= 0 else self.short

    @property
    def leverage(self) -> int:
        """The largest whole leverage at which a long's own weight leaves enough: 1 ÷ (1 − long), rounded down."""
        return int(divide(ONE, ONE - self.long)) if self.long < 1 else UNBOUNDED


@dataclass(frozen=True, slots=True)
class MarketWeights:
    """What a market's amounts count for to be opened and to stay open."""

    initial: Weights
    maintenance: Weights


def mirrored(initial: Decimal, maintenance: Decimal) -> MarketWeights:
    """Weights whose shorts mirror the longs: 2 − weight."""
    return MarketWeights(Weights(initial, 2 - initial), Weights(maintenance, 2 - maintenance))


UNBOUNDED = 1000
"""Leverage where a weight of 1 would allow any."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A signed amount of something, positive when held, with what it is priced by and what it counts for.

    `price` is in quote units a unit of `amount`: the mark, `ONE_QUOTE` for quote money, or a venue's own (the lower of
    mark and stable price).
    """

    name: str
    amount: Decimal
    price: Formula
    weights: Weights

    @property
    def weight(self) -> Decimal:
        """The weight by the sign of the amount."""
        return self.weights.of(self.amount)


ONE_QUOTE = Const("1", ONE)
"""The price of quote money."""


def weighed(position: Position, weights: Weights) -> Weighed:
    """A position at its market's mark."""
    return Weighed(position.name, position.size, Price(position.symbol), weights)


def counted(part: Weighed) -> Formula:
    """amount × weight × price: what it adds to the health, below zero when owed."""
    return _on_value(f"{part.name} at weight {plain(part.weight)}", part, part.weight)


def owed(part: Weighed) -> Formula:
    """−amount × weight × price of something owed: what it requires, above zero."""
    return _on_value(f"{part.name} owed at weight {plain(part.weight)}", part, -part.weight)


def haircut(part: Weighed) -> Formula:
    """amount × (1 − weight) × price: what of its value does not count; at least 0 on either side."""
    label = f"{part.name} at weight {plain(part.weight)}"
    return _on_value(label, part, EXACT.subtract(ONE, part.weight))


def held_against_owed(parts: Iterable[Weighed], equal_is_safe: bool = True) -> Health:
    """Σ weighted amounts held, against Σ weighted amounts owed."""
    known = tuple(parts)
    held = tuple(counted(part) for part in known if part.amount > 0)
    required = tuple(owed(part) for part in known if part.amount < 0)
    return Health(Sum("weighted assets", held), Sum("weighted liabilities", required), equal_is_safe)


def equity_against_haircuts(
    equity: Formula, parts: Iterable[Weighed], others: Iterable[Formula] = (), equal_is_safe: bool = True
) -> Health:
    """`equity` (with weight 1 for everything) against Σ haircuts, and what else a venue requires or gives back."""
    charged = (*(haircut(part) for part in parts), *others)
    return Health(equity, Sum("what doesn’t count", charged), equal_is_safe)


def _on_value(label: str, part: Weighed, rate: Decimal) -> Formula:
    if isinstance(part.price, Const):
        value = EXACT.multiply(EXACT.multiply(part.amount, rate), part.price.number)
        return Const(label, value)
    factor = EXACT.multiply(part.amount, rate)
    if isinstance(part.price, Price):
        size = abs(part.amount) if factor >= 0 else -abs(part.amount)
        return Charged(label, factor, part.price, part.price.symbol, size, abs(rate))
    return Scaled(label, factor, part.price)
