"""What rivals do: simple rules, each a pure function of the account as it is now and of what it remembers.

A strategy gets a `Sight` and nothing else: no tape, no session, no price that has not been yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from engine.commands.command import Close, Command, Place, Protect, Size
from engine.numbers import EXACT, ZERO, divide, received
from engine.rivals.sight import Sight

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
Strategy = Callable[[Sight, Memory], Decision]


def hold(sight: Sight, memory: Memory) -> Decision:
    """The holder buys the first market once, without leverage, and never touches it."""
    return (() if memory.began else (_open(sight, 0, "buy", 1, NEARLY_ALL),)), replace(memory, began=True)


def all_in(sight: Sight, memory: Memory) -> Decision:
    """The all-in puts all that is free on the way the first market went last, with the most leverage (at most 50x),
    and whenever that is gone, what is left."""
    if sight.held or sight.free < SMALLEST_BET:
        return (), memory
    market = sight.markets[0]
    before = memory.last.get(market.symbol, market.last)
    side = "buy" if market.last >= before else "sell"
    return (_open(sight, 0, side, ALL_IN_LEVERAGE, NEARLY_ALL),), memory


def hedge(sight: Sight, memory: Memory) -> Decision:
    """The hedger is long in the first market and short as much in the second, at 3x, with half of the money; where one
    leg is gone, the other one goes, too."""
    if len(sight.markets) < 2:
        return hold(sight, memory)
    if not memory.began:
        half = divide(NEARLY_ALL, Decimal(4))
        legs = (_open(sight, 0, "buy", HEDGE_LEVERAGE, half), _open(sight, 1, "sell", HEDGE_LEVERAGE, half))
        return legs, replace(memory, began=True)
    if len(sight.held) == 1:
        return (Close(sight.held[0]),), memory
    return (), memory


def use_stops(sight: Sight, memory: Memory) -> Decision:
    """The stop-user is long in the first market at 5x with a fifth of the money and a stop 3 % below; stopped, they
    rest for six hours, and come back when the price is above that of the hour before."""
    market = sight.markets[0]
    if sight.held:
        held = sight.held[0]
        protect = (Protect(held, stop_loss_share=STOP),) if held not in sight.ordered else ()
        return protect, replace(memory, began=True, waits_until=memory.decisions + REST)
    if memory.decisions < memory.waits_until or (memory.began and market.last <= memory.last[market.symbol]):
        return (), memory
    return (_open(sight, 0, "buy", STOP_LEVERAGE, divide(NEARLY_ALL, Decimal(5)), STOP),), replace(memory, began=True)


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {"all-in": all_in, "hedger": hedge, "stop-user": use_stops, "holder": hold}
)
"""Every strategy by what the board calls it."""


def described(strategy: str) -> str:
    """What a strategy does, in a sentence: the first paragraph of its docstring, on one line. Raises KeyError."""
    return " ".join((STRATEGIES[strategy].__doc__ or "").split("\n\n")[0].split())


def remembered(sight: Sight, memory: Memory) -> Memory:
    """The memory after a decision at this sight."""
    return replace(memory, decisions=memory.decisions + 1, last={each.symbol: each.last for each in sight.markets})


def _open(sight: Sight, place: int, side: str, leverage: int, share: Decimal, stop: Decimal | None = None) -> Place:
    """An order at the market for `share` of the free money, times the leverage, which is no more than is given."""
    market = sight.markets[place]
    given = max(1, min(leverage, sight.largest_leverage(market.symbol)))
    notional = received(EXACT.multiply(EXACT.multiply(max(sight.free, ZERO), share), Decimal(given)), CENT)
    return Place(
        "buy" if side == "buy" else "sell",
        Size(max(notional, CENT), "quote"),
        market.symbol,
        leverage=given,
        stop_loss_share=stop,
    )
