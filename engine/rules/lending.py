"""A lending account seen through a pool: what it supplies and what it owes, each asset netted.

A coin's net amount is the size of its position; the quote asset's is collateral − Σ cost. So buying coins with more
than there is leaves a debt in the quote asset, and selling coins that aren't there leaves a debt in coins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from engine.account import Pool
from engine.formula import Const, Formula, Max, Min, Price, Scaled, Sum
from engine.numbers import EXACT, ONE, ZERO, divide, plain
from engine.rulebooks.base import Accrual

QUOTE = "USDC"
"""What the quote asset is called where a venue's table lists it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The net amount of one asset, never zero.

    Attributes:
        asset: what the player calls it; `symbol` its market, None for the quote asset; `key` that of its position.
        amount: in units of the asset, positive when supplied, negative when owed.
    """

    asset: str
    amount: Decimal
    symbol: str | None = None
    key: str = ""

    def price(self, marks: Mapping[str, Decimal]) -> Decimal:
        """Quote units a unit; 1 for the quote asset."""
        return ONE if self.symbol is None else marks[self.symbol]

    def value(self, marks: Mapping[str, Decimal]) -> Decimal:
        """|amount| in quote units."""
        return EXACT.multiply(abs(self.amount), self.price(marks))

    def formula(self, weight: Decimal = ONE) -> Formula:
        """weight × |amount| × mark, in quote units."""
        word = "supplied" if self.amount > 0 else "owed"
        return _weighed(self.asset, word, self.symbol, abs(self.amount), weight)


@lru_cache(maxsize=4096)  # asked for at every event of a pool, most of whose holdings have not changed
def _weighed(asset: str, word: str, symbol: str | None, amount: Decimal, weight: Decimal) -> Formula:
    share = f"{plain(weight * 100)} % of {asset} {word}" if weight != ONE else f"{asset} {word}"
    if symbol is None:
        return Const(share, EXACT.multiply(weight, amount))
    return Scaled(f"{share} × mark", EXACT.multiply(weight, amount), Price(symbol))


def quote_amount(pool: Pool, collateral: Decimal) -> Decimal:
    """The net amount of the quote asset: what the ledger says is there, less what the positions have cost."""
    return EXACT.subtract(collateral, sum((position.cost for position in pool.positions.values()), ZERO))


def holdings(pool: Pool, collateral: Decimal, quote: str = QUOTE) -> tuple[Holding, ...]:
    """Every asset that an account has or owes: its coins by position key, the quote asset last."""
    coins = [
        Holding(position.name, position.size, position.symbol, key) for key, position in sorted(pool.positions.items())
    ]
    money = quote_amount(pool, collateral)
    return (*coins, Holding(quote, money)) if money else tuple(coins)


def supplied(held: Iterable[Holding]) -> tuple[Holding, ...]:
    """Those that the account has."""
    return tuple(each for each in held if each.amount > 0)


def owed(held: Iterable[Holding]) -> tuple[Holding, ...]:
    """Those that the account owes."""
    return tuple(each for each in held if each.amount < 0)


def weighted(label: str, held: Iterable[Holding], weight: Callable[[Holding], Decimal]) -> Formula:
    """Σ weight × value, each asset's weight being asked for; in quote units."""
    return Sum(label, tuple(each.formula(weight(each)) for each in held))


def total(label: str, held: Iterable[Holding]) -> Formula:
    """Σ value, in quote units."""
    return Sum(label, tuple(each.formula() for each in held))


def largest(held: Iterable[Holding], marks: Mapping[str, Decimal]) -> Holding | None:
    """The holding of the largest value, the first of equal ones; None of none."""
    return max(held, key=lambda each: each.value(marks), default=None)


def withdrawable(money: Decimal, weight: Decimal, staying: Formula, opening: Formula | None, debts: Formula) -> Formula:
    """How much quote money may leave the account, in quote units.

    What is supplied may be withdrawn as long as the rest still covers the debts; more than that is borrowed.

    Args:
        money: net amount of the quote asset; `weight` what it counts as collateral.
        staying, opening: the coins as collateral, weighted for withdrawing and for borrowing; no `opening` where the
            quote asset can't be borrowed.
        debts: all that is owed, the quote asset with it.
    """
    label, nothing, covers = "what may be taken out", Const("nothing", ZERO), staying - debts
    borrowed = nothing if opening is None else Max("what could be borrowed", (nothing, opening - debts))
    if money <= 0:
        return Min(label, (covers, borrowed))
    there = Const("supplied", money)
    beyond = Sum("supplied, and what could be borrowed", (there, borrowed))
    if not weight:
        return beyond
    freed = Sum("supplied, and what covers debts", (there, Scaled("by its weight", divide(ONE, weight), covers)))
    return Min(label, (freed, beyond))


def opening_margin(size: Decimal, notional: Decimal, weight: Decimal, quote_weight: Decimal) -> Decimal:
    """What of his own one needs for a position, in quote units: a long's part that can't be borrowed against itself;
    for a short, what its proceeds don't cover."""
    if size >= 0:
        return EXACT.multiply(notional, ONE - weight)
    return EXACT.multiply(notional, divide(ONE, quote_weight) - ONE) if quote_weight else notional


def largest_multiple(weight: Decimal, most: int = 1000) -> int:
    """The largest whole leverage of a loop: 1 ÷ (1 − weight), rounded down."""
    return min(most, int(divide(ONE, ONE - weight))) if weight < ONE else most


def interest(
    held: Iterable[Holding],
    marks: Mapping[str, Decimal],
    earned: Callable[[Holding], Decimal],
    charged: Callable[[Holding], Decimal],
) -> tuple[Accrual, ...]:
    """A period's interest on every asset: `earned` and `charged` are what a unit supplied or owed grows by. Interest on
    coins is settled in quote money at the mark. What doesn't grow is left out."""
    due = []
    for each in held:
        rate = earned(each) if each.amount > 0 else charged(each)
        value = each.value(marks)
        amount = EXACT.multiply(value, rate if each.amount > 0 else -rate)
        if rate:
            due.append(Accrual(each.key or None, each.asset, "interest", rate, value, amount))
    return tuple(due)
