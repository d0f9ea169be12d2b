"""What rivals do: simple rules, each a pure function of the account as it is now and of what it remembers.

A strategy sees a `View` and nothing else: no tape, no session, no price that has not been yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from engine.commands.command import Close, Command, Place, Protect, Size
from engine.looking.views import View
from engine.numbers import EXACT, ZERO, divide, received

CENT = Decimal("0.01")
ALL_IN_LEVERAGE, HEDGE_LEVERAGE, STOP_LEVERAGE = 50, 3, 5
NEARLY_ALL = Decimal("0.9")
"""Of the free money: the rest pays fees and slippage."""
STOP = Decimal("0.03")
SMALLEST_BET = Decimal(10)
REST = 6
"""Decisions that the stop-user stays out after a stop."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a strategy remembers from one decision to the next.

    Attributes:
        decisions: how many were made.
        last: by market, the price at the last one.
        began: whether it has opened what it opens once.
        waits_until: the decision before which it does nothing.
    """

    decisions: int = 0
    last: Mapping[str, Decimal] = field(default_factory=dict)
    began: bool = False
    waits_until: int = 0


Decision = tuple[tuple[Command, ...], Memory]
Strategy = Callable[[View, Memory], Decision]


def hold(view: View, memory: Memory) -> Decision:
    """The holder buys the first market once, without leverage, and never touches it."""
    return (() if memory.began else (_open(view, 0, "buy", 1, NEARLY_ALL),)), replace(memory, began=True)


def all_in(view: View, memory: Memory) -> Decision:
    """The all-in puts all that is free on the way the first market went last, with the most leverage (at most 50x),
    and whenever that is gone, what is left."""
    if view.positions or view.free < SMALLEST_BET:
        return (), memory
    market = view.markets[0]
    before = memory.last.get(market.symbol, market.last)
    side = "buy" if market.last >= before else "sell"
    return (_open(view, 0, side, ALL_IN_LEVERAGE, NEARLY_ALL),), memory


def hedge(view: View, memory: Memory) -> Decision:
    """The hedger is long in the first market and short as much in the second, at 3x, with half of the money; where one
    leg is gone, the other one goes, too."""
    if len(view.markets) < 2:
        return hold(view, memory)
    if not memory.began:
        half = divide(NEARLY_ALL, Decimal(4))
        legs = (_open(view, 0, "buy", HEDGE_LEVERAGE, half), _open(view, 1, "sell", HEDGE_LEVERAGE, half))
        return legs, replace(memory, began=True)
    if len(view.positions) == 1:
        return (Close(view.positions[0].symbol),), memory
    return (), memory


def use_stops(view: View, memory: Memory) -> Decision:
    """The stop-user is long in the first market at 5x with a fifth of the money and a stop 3 % below; stopped, they
    rest for six decisions, and come back when the price is above that of the decision before."""
    market = view.markets[0]
    if view.positions:
        held = view.positions[0]
        unprotected = not any(order.symbol == held.symbol for order in view.orders)
        protect = (Protect(held.symbol, stop_loss_share=STOP),) if unprotected else ()
        return protect, replace(memory, began=True, waits_until=memory.decisions + REST)
    if memory.decisions < memory.waits_until or (memory.began and market.last <= memory.last[market.symbol]):
        return (), memory
    return (_open(view, 0, "buy", STOP_LEVERAGE, divide(NEARLY_ALL, Decimal(5)), STOP),), replace(memory, began=True)


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {"all-in": all_in, "hedger": hedge, "stop-user": use_stops, "holder": hold}
)
"""Every strategy by what the board calls it."""


def remembered(view: View, memory: Memory) -> Memory:
    """The memory after a decision at this view."""
    return replace(memory, decisions=memory.decisions + 1, last={each.symbol: each.last for each in view.markets})


def _open(view: View, place: int, side: str, leverage: int, share: Decimal, stop: Decimal | None = None) -> Place:
    """An order at the market for `share` of the free money, times the leverage, which is no more than is given."""
    market = view.markets[place]
    given = max(1, min(leverage, market.largest_leverage))
    notional = received(EXACT.multiply(EXACT.multiply(max(view.free, ZERO), share), Decimal(given)), CENT)
    return Place(
        "buy" if side == "buy" else "sell",
        Size(max(notional, CENT), "quote"),
        market.symbol,
        leverage=given,
        stop_loss_share=stop,
    )
