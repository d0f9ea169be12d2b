"""Whether a condition holds in a situation, what an amount is there, and which part of a condition is still open."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.account import CROSS
from engine.events import Deleveraged, Event, Filled, HandedOver, LiquidationStarted, MarginCalled, TakenOver
from engine.looking.views import PositionView
from engine.numbers import EXACT, divide, exactly
from engine.orders.order import Order
from engine.scenarios.conditions.figures import FIGURES
from engine.scenarios.conditions.situation import Situation
from engine.scenarios.conditions.values import (
    Amount,
    And,
    Arithmetic,
    Comparison,
    Condition,
    Figure,
    Happened,
    Held,
    InMode,
    InState,
    Not,
    Number,
    Occurrence,
    Operator,
    Or,
    Relation,
    Resting,
    Whence,
)

_COMPARE: dict[Relation, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_WHENCE: dict[Whence, Relation] = {"below": "<", "at": "=", "above": ">"}
_COUNT: dict[Operator, Callable[[Decimal, Decimal], Decimal]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": divide,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a goal: how it is spelled, whether it holds, and the figures that it compares as they are now."""

    condition: Condition
    met: bool
    figures: tuple[tuple[Figure, Decimal | None], ...]


@exactly
def holds(condition: Condition, now: Situation) -> bool:
    """Whether `condition` holds."""
    match condition:
        case And(parts):
            return all(holds(part, now) for part in parts)
        case Or(parts):
            return any(holds(part, now) for part in parts)
        case Not(part):
            return not holds(part, now)
        case Comparison(left, relation, right):
            return _compares(value_of(left, now), relation, value_of(right, now))
        case Held():
            return any(_is_held(condition, position, now) for position in now.view.positions)
        case Resting():
            return any(_rests(condition, order, now) for order in now.view.orders)
        case Happened(what, symbol):
            return _happened(what, symbol, now)
        case InMode(symbol, mode):
            positions = [each for each in now.view.positions if each.symbol == symbol]
            markets = [each for each in now.view.markets if each.symbol == symbol]
            return any(each.mode == mode for each in positions or markets)
        case InState(state):
            return now.view.step == now.view.steps - 1 if state == "end of tape" else now.view.state == state


@exactly
def value_of(amount: Amount, now: Situation) -> Decimal | None:
    """What an amount is; None where a figure in it is not there, and for a division by zero."""
    if isinstance(amount, Number):
        return amount.value
    if isinstance(amount, Figure):
        if amount.of_ghost:
            return None if now.ghost is None else FIGURES[amount.name].read(_ghost(now), amount.target)
        return FIGURES[amount.name].read(now, amount.target)
    left, right = value_of(amount.left, now), value_of(amount.right, now)
    if left is None or right is None or (amount.operator == "/" and right == 0):
        return None
    return _COUNT[amount.operator](left, right)


def parts_of(condition: Condition, now: Situation) -> tuple[Part, ...]:
    """The parts that must all hold, each with its state."""
    parts = condition.parts if isinstance(condition, And) else (condition,)
    return tuple(
        Part(part, holds(part, now), tuple((figure, value_of(figure, now)) for figure in figures_of(part)))
        for part in parts
    )


def figures_of(condition: Condition | Amount) -> tuple[Figure, ...]:
    """Every figure that is named, each once, in order."""
    return tuple(dict.fromkeys(_figures(condition)))


def moves_with_prices(condition: Condition) -> bool:
    """Whether it may come to hold between two events, only because prices or the time move on, before the tape ends."""
    return any(FIGURES[figure.name].moves for figure in _figures(condition)) or _waits(condition)


def narrowed(condition: Condition, now: Situation) -> Condition | bool:
    """What is left of a condition until the next event or command: what only those change is settled as it is now. A
    truth value where nothing is left; the end of the tape, which comes without either, counts as not come."""
    match condition:
        case And(parts) | Or(parts):
            decides = isinstance(condition, Or)  # one such part decides for all
            left = [narrowed(part, now) for part in parts]
            if decides in left:
                return decides
            still = tuple(part for part in left if not isinstance(part, bool))
            if len(still) < 2:
                return still[0] if still else not decides
            return And(still) if isinstance(condition, And) else Or(still)
        case Not(part):
            inner = narrowed(part, now)
            return not inner if isinstance(inner, bool) else Not(inner)
    return condition if moves_with_prices(condition) else holds(condition, now)


def bears_funding(condition: Condition) -> bool:
    """Whether a payment of funding may change it that the way of prices would not."""
    return any(figure.name == "wallet" for figure in _figures(condition))


def reads_prices_only(condition: Condition) -> bool:
    """Whether all that it compares are prices and the time, so that no account has to be looked at."""
    match condition:
        case And(parts) | Or(parts):
            return all(map(reads_prices_only, parts))
        case Not(part):
            return reads_prices_only(part)
        case Comparison():
            return all(each.name in ("price", "mark", "time") for each in _figures(condition))
    return False


def asks_for_the_end(condition: Condition) -> bool:
    """Whether it names the end of the tape: what it says of the account is then judged there."""
    match condition:
        case And(parts) | Or(parts):
            return any(map(asks_for_the_end, parts))
        case Not(part):
            return asks_for_the_end(part)
    return isinstance(condition, InState) and condition.state == "end of tape"


def out_of_reach(condition: Condition, now: Situation) -> bool:
    """Whether at the end of the tape no command can bring it about any more: prices and what has happened stay."""
    return _final(condition, now) is False


def _final(condition: Condition, now: Situation) -> bool | None:
    """Whether it holds at the end of the tape, whatever is done there; None where that depends."""
    match condition:
        case And(parts) | Or(parts):
            decides = isinstance(condition, Or)
            found = [_final(part, now) for part in parts]
            return decides if decides in found else None if None in found else not decides
        case Not(part):
            inner = _final(part, now)
            return None if inner is None else not inner
        case Comparison() if reads_prices_only(condition):
            return holds(condition, now)
        case InState("end of tape"):
            return holds(condition, now)
        case Happened() if holds(condition, now):
            return True
    return None


def symbols_of(condition: Condition | Amount) -> tuple[str, ...]:
    """The markets that are named, each once."""
    named = [figure.target for figure in _figures(condition)] + list(_named(condition))
    return tuple(dict.fromkeys(symbol for symbol in named if symbol and symbol != CROSS))


def _figures(part: Condition | Amount | None) -> Iterator[Figure]:
    match part:
        case Figure():
            yield part
        case And(parts) | Or(parts):
            for each in parts:
                yield from _figures(each)
        case Not(inner):
            yield from _figures(inner)
        case Comparison(left, _, right) | Arithmetic(_, left, right):
            yield from _figures(left)
            yield from _figures(right)
        case Held(size=amount) | Resting(price=amount):
            yield from _figures(amount)


def _named(part: Condition | Amount) -> Iterator[str]:
    match part:
        case And(parts) | Or(parts):
            for each in parts:
                yield from _named(each)
        case Not(inner):
            yield from _named(inner)
        case Held() | Resting() | Happened() | InMode():
            if part.symbol:
                yield part.symbol


def _waits(condition: Condition) -> bool:
    match condition:
        case And(parts) | Or(parts):
            return any(map(_waits, parts))
        case Not(part):
            return _waits(part)
    return isinstance(condition, Resting) and condition.kind == "trail" and condition.price is not None


def _ghost(now: Situation) -> Situation:
    return Situation(now.ghost) if now.ghost is not None else now


def _compares(left: Decimal | None, relation: Relation, right: Decimal | None) -> bool:
    return left is not None and right is not None and _COMPARE[relation](left, right)


def _is_held(wanted: Held, position: PositionView, now: Situation) -> bool:
    if wanted.symbol not in (None, position.symbol) or wanted.side not in (None, position.side):
        return False
    if wanted.mode not in (None, position.mode):
        return False
    if wanted.relation is None or wanted.size is None:
        return True
    return _compares(abs(position.size), wanted.relation, value_of(wanted.size, now))


def _rests(wanted: Resting, order: Order, now: Situation) -> bool:
    if wanted.kind not in (None, order.kind) or wanted.side not in (None, order.side):
        return False
    if wanted.symbol not in (None, order.symbol):
        return False
    if wanted.whence is None or wanted.price is None:
        return True
    return _compares(order.price, _WHENCE[wanted.whence], value_of(wanted.price, now))


def _happened(what: Occurrence, symbol: str | None, now: Situation) -> bool:
    if what == "refusal":
        return any(symbol in (None, each.symbol) for each in now.refusals)
    if what == "liquidation" and symbol is None:
        return any(isinstance(event, LiquidationStarted) for event in now.events)
    return any(_tells(what, event) and symbol in (None, getattr(event, "symbol", None)) for event in now.events)


def _tells(what: Occurrence, event: Event) -> bool:
    match what:
        case "call":
            return isinstance(event, MarginCalled)
        case "deleveraging":
            return isinstance(event, Deleveraged)
        case "close":
            return isinstance(event, Filled) and event.position == 0 and event.reason != "liquidation"
        case _:  # of a pool with several positions the start names no market: what was taken does
            taken = isinstance(event, Filled) and event.reason == "liquidation"
            return taken or isinstance(event, LiquidationStarted | TakenOver | HandedOver)
