"""Who can be deleveraged, where a venue closes winners for what nobody else pays."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.rulebooks.base import Exposure


def in_profit(candidates: Iterable[Exposure], mark: Decimal) -> list[Exposure]:
    """Those who have something to lose and a profit at `mark`."""
    return [each for each in candidates if each.account_value > 0 and (mark - each.entry_price) * each.size > 0]
