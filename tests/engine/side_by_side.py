"""A venue for tests: one that allows an isolated and a cross position in the same market, live side by side."""

from __future__ import annotations

from engine.account import CROSS, Account, Mode, isolated_key
from engine.orders.order import PositionSide, position_key
from engine.rulebooks.base import Refusal
from engine.rulebooks.binance import OVERRIDES, Binance, Parameters
from engine.rules.overrides import overridden

VENUE = "side by side"


class SideBySide(Binance):
    """Binance's rules, but for its one mode a market."""

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """Never refuses."""
        return CROSS if mode == "cross" else isolated_key(position_key(symbol, position_side))


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> SideBySide:
    return SideBySide(overridden(Parameters(), OVERRIDES, overrides, VENUE))
