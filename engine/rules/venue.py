"""What a venue is unless its own file says otherwise. A rulebook derives from `Venue` and states what is particular."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Literal

from engine.account import Account, Mode, Pool, Position
from engine.ledger import UNPAID
from engine.margin import Health, initial_requirement
from engine.market import Market
from engine.numbers import ZERO
from engine.orders.order import PositionSide
from engine.rulebooks.base import (
    Accrual,
    Card,
    Exposure,
    Failing,
    Level,
    Overrides,
    OwnGauge,
    Refusal,
    Role,
    Rulebook,
    Step,
)
from engine.rules.deleveraging import in_profit
from engine.rules.modes import one_mode_key
from engine.rules.others import stated_traders
from engine.tape import Path

HOUR = 3_600_000
CALL_LEVELS = (Decimal("0.5"), Decimal("0.8"), Decimal("0.95"))


class Venue(ABC):
    """A venue with a book, one position a market, hourly funding that a subclass may leave at nothing, and one insurer.

    Subclasses set the class attributes without a value and answer the abstract methods; whatever else differs on the
    venue they override.
    """

    card: ClassVar[Card]
    keeps: ClassVar[str]
    modes: ClassVar[tuple[Mode, ...]]
    insurer: ClassVar[str]
    variants: ClassVar[Mapping[str, Overrides]] = MappingProxyType({})
    bearer: ClassVar[str] = UNPAID
    hedge_mode: ClassVar[bool] = False
    order_book: ClassVar[bool] = True
    fees_from_pool: ClassVar[bool] = False
    margin_by_leverage: ClassVar[bool] = True
    accrues: ClassVar[Literal["by size", "by pool"]] = "by size"
    call_levels: ClassVar[tuple[Decimal, ...]] = CALL_LEVELS

    @property
    @abstractmethod
    def funds(self) -> Mapping[str, Decimal]:
        """What each of the venue's own funds starts with, in quote units."""

    @abstractmethod
    def fee_rate(self, role: Role) -> Decimal:
        """Trading fee as a fraction of notional."""

    @abstractmethod
    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """The highest leverage at which that much may be opened; 0 where it is more than the venue takes."""

    @abstractmethod
    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """The pool's credit and requirement at a level."""

    @abstractmethod
    def next_step(self, failing: Failing) -> Step | None:
        """What the venue does next to a pool; None when it stands, or must wait for prices."""

    def lends(self, symbol: str) -> bool:
        """No coin is: markets are perpetuals."""
        return False

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """Nothing but margin stands in the way."""
        return None

    def largest_notional(self, symbol: str, leverage: int) -> Decimal | None:
        """No bound."""
        return None

    def isolated_only(self, symbol: str) -> bool:
        """Every market, where the venue has no cross margin; else none."""
        return "cross" not in self.modes

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """One mode a market, of those that the venue has."""
        if mode not in self.modes:
            return Refusal(f"{self.card.name} has no {mode} margin", f"trade it in {self.modes[0]} mode")
        return one_mode_key(account, symbol, mode, position_side, self.card.name)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """Notional ÷ the leverage that was chosen."""
        return initial_requirement(position).exact({position.symbol: mark})

    def next_funding(self, after: int) -> int:
        """Every full hour."""
        return (after // HOUR + 1) * HOUR

    def funding_period(self) -> int:
        """One hour."""
        return HOUR

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """None."""
        return ZERO

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """Nothing: what is due goes by size."""
        return ()

    def clearance_rate(self, symbol: str) -> Decimal:
        """None."""
        return ZERO

    def insurer_of(self, pool: Pool) -> str:
        """The one there is."""
        return self.insurer

    def bearer_of(self, pool: Pool) -> str:
        """The one there is."""
        return self.bearer

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """The common one."""
        return None

    def references(self, path: Path, step: int) -> Mapping[str, Decimal]:
        """None."""
        return {}

    def adl_order(
        self, symbol: str, candidates: tuple[Exposure, ...], mark: Decimal
    ) -> tuple[tuple[Exposure, Decimal], ...]:
        """Who is in profit, the highest rank first, then by name; `adl_rank` says the rank."""
        ranked = [(each, self.adl_rank(symbol, each, mark)) for each in in_profit(candidates, mark)]
        return tuple(sorted(ranked, key=lambda pair: (-pair[1], pair[0].trader)))

    def adl_rank(self, symbol: str, exposure: Exposure, mark: Decimal) -> Decimal:
        """The index that deleveraging ranks a winner by, where the venue has one."""
        return ZERO

    def others(self, market: Market, price: Decimal) -> tuple[Exposure, ...]:
        """The stated book, which is not the venue's."""
        return stated_traders(market, price)


def references_of(rulebook: Rulebook) -> Callable[[Path, int], Mapping[str, Decimal]] | None:
    """What a venue says besides marks, if it says anything: of most venues no moment need ask."""
    own = getattr(type(rulebook), "references", None)
    return None if own is Venue.references else rulebook.references
