"""Goals in words that a beginner reads, with the figures of the moment.

`position ETH long >= 0.1` is for authors; who plays reads “long ETH of at least 0.1”, and beside it “none”. What has to
be worked out and noted is never given away: neither the number nor how it is come by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.account import CROSS
from engine.numbers import EXACT, exactly, plain
from engine.scenarios.conditions.figures import FIGURES, Unit, position_in
from engine.scenarios.conditions.judge import figures_of, holds, value_of
from engine.scenarios.conditions.situation import Situation
from engine.scenarios.conditions.units import Dimension, dimension_of
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
    State,
)
from engine.script.words import time_text
from engine.sentences import MINUS

NOTED = Figure("noted")
NOTHING = "none"
"""Stands for a figure that is not there: of a position that isn't open, say."""

_RELATIONS: dict[Relation, str] = {
    "<": "below",
    "<=": "at most",
    "=": "exactly",
    "!=": "other than",
    ">=": "at least",
    ">": "above",
}
_OF_SIZE: dict[Relation, str] = {"<": "less than", ">": "more than"}
_OF_TIME: dict[Relation, str] = {
    "<": "before",
    "<=": "not after",
    "=": "exactly",
    "!=": "other than",
    ">=": "not before",
    ">": "after",
}
_OPPOSITE: dict[Relation, Relation] = {"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">=": "<", ">": "<="}
_TURNED: dict[Relation, Relation] = {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">=": "<=", ">": "<"}
_UNITS: dict[Dimension, Unit] = {
    "money": "money",
    "price": "price",
    "size": "size",
    "share": "share",
    "time": "time",
    "any": "count",
    "pure": "count",
}
_SIGNS: dict[Operator, str] = {"+": "+", "-": MINUS, "*": "×", "/": "÷"}

_OF_ACCOUNT = {
    "profit": "profit since the start",
    "realised": "realised profit",
    "deposits": "money paid in",
    "withdrawals": "money taken out",
    "fees": "fees paid",
    "funding": "funding received",
    "wallet": "money in the wallet",
    "free": "free money",
    "insurance": "the insurance fund",
    "margin used": "the most margin in use",
    "calls": "margin calls",
    "refusals": "refused commands",
    "noted": "the number that you note",
    "time": "the time",
}
_OF_TARGET = {
    "bought": "{} bought",
    "sold": "{} sold",
    "margin added": "margin added to {}",
    "unrealised": "PnL of {}",
    "room": "way of {} to its liquidation",
    "margin": "margin of {}",
    "leverage": "{} with",
    "pool equity": "equity of {}",
    "requirement": "requirement of {}",
    "cushion": "cushion of {}",
    "health": "health of {}",
}
_HAPPENED: dict[Occurrence, tuple[str, str]] = {
    "liquidation": ("a liquidation", "a liquidation of {}"),
    "call": ("a margin call", "a margin call for {}"),
    "refusal": ("a command that is refused", "a command about {} that is refused"),
    "deleveraging": ("a deleveraging (ADL)", "a deleveraging (ADL) of {}"),
    "close": ("a position closed, not by force", "{} closed, not by force"),
}
_STATES: dict[State, str] = {
    "wiped out": "the account is wiped out",
    "ended": "the session has ended",
    "end of tape": "time has run to the end",
}
_NOT_STATES: dict[State, str] = {
    "wiped out": "the account is not wiped out",
    "ended": "the session has not ended",
    "end of tape": "time has not run to the end",
}


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A part of a goal: in words, how it stands now (empty where `met` says it all), and whether it holds."""

    text: str
    now: str
    met: bool


@exactly
def goal_lines(goal: Condition, now: Situation) -> tuple[GoalLine, ...]:
    """The parts of a goal that must all hold. What bounds a noted number from both sides is one of them."""
    parts = goal.parts if isinstance(goal, And) else (goal,)
    noted = [part for part in parts if asks_for_note(part)]
    lines = list[GoalLine]()
    for part in parts:
        if part not in noted:
            lines.append(GoalLine(in_words(part), now_in_words(part, now), holds(part, now)))
        elif part is noted[0]:
            met = all(holds(each, now) for each in noted)
            lines.append(GoalLine(in_words(part), "" if met else _noted_so_far(noted, now), met))
    return tuple(lines)


def asks_for_note(condition: Condition) -> bool:
    """Whether it compares a number that the player is to work out."""
    return isinstance(condition, Comparison) and NOTED in figures_of(condition)


def in_words(condition: Condition) -> str:
    """A condition as a beginner reads it."""
    match condition:
        case And(parts):
            return " and ".join(f"({in_words(each)})" if isinstance(each, Or) else in_words(each) for each in parts)
        case Or(parts):
            return " or ".join(f"({in_words(each)})" if isinstance(each, And) else in_words(each) for each in parts)
        case Not(part):
            return _denied(part)
        case Comparison():
            return _compared(condition)
        case Held():
            return _held(condition, "a ")
        case Resting():
            return f"{_resting(condition, 'an ', 'a ')} is waiting"
        case Happened(what, symbol):
            alone, of_market = _HAPPENED[what]
            return alone if symbol is None else of_market.format(symbol)
        case InMode(symbol, mode):
            return f"{symbol} in {mode} mode"
        case InState(state):
            return _STATES[state]


def _denied(part: Condition) -> str:
    """The opposite of a condition."""
    match part:
        case Not(inner):
            return in_words(inner)
        case Comparison(left, relation, right):
            return in_words(Comparison(left, _OPPOSITE[relation], right))
        case Held():
            return f"no {_held(part, '')}"
        case Resting():
            return f"no {_resting(part, '', '')} is waiting"
        case Happened(what, symbol):
            alone, of_market = _HAPPENED[what]
            text = alone if symbol is None else of_market.format(symbol)
            return f"no {text.removeprefix('a ')}" if text.startswith("a ") else f"not: {text}"
        case InMode(symbol, mode):
            return f"{symbol} not in {mode} mode"
        case InState(state):
            return _NOT_STATES[state]
        case And() | Or():
            return f"not: ({in_words(part)})"


def _held(wanted: Held, article: str) -> str:
    if wanted.side is not None:
        named = f"{wanted.side} {wanted.symbol}" if wanted.symbol else f"{article}{wanted.side} position"
    else:
        named = f"{article}position in {wanted.symbol}" if wanted.symbol else f"{article}position"
    if wanted.mode is not None:
        named += f" in {wanted.mode} mode"
    if wanted.relation is None or wanted.size is None:
        return named
    return f"{named} of {_OF_SIZE.get(wanted.relation, _RELATIONS[wanted.relation])} {amount_in_words(wanted.size)}"


def _resting(wanted: Resting, before_vowel: str, article: str) -> str:
    kind = {None: "", "take": "take-profit ", "trail": "trailing stop "}.get(wanted.kind, f"{wanted.kind} ")
    named = f"{article if kind else before_vowel}{kind}order"
    if wanted.side is not None:
        named += f" to {wanted.side}"
    if wanted.symbol is not None:
        named += f" {wanted.symbol}" if wanted.side is not None else f" in {wanted.symbol}"
    if wanted.whence is not None and wanted.price is not None:
        named += f" {wanted.whence} {amount_in_words(wanted.price)}"
    return named


def _compared(condition: Comparison) -> str:
    left, relation, right = condition.left, condition.relation, condition.right
    if asks_for_note(condition):
        return "the right number in a note"
    if isinstance(left, Number) and not isinstance(right, Number):
        left, relation, right = right, _TURNED[relation], left
    words = _OF_TIME if isinstance(right, Number) and right.form == "time" else _RELATIONS
    return f"{amount_in_words(left)} {words[relation]} {amount_in_words(right)}"


def amount_in_words(amount: Amount) -> str:
    """An amount as a beginner reads it: `98% × size of ETH`."""
    if isinstance(amount, Number):
        return _number(amount)
    if isinstance(amount, Figure):
        return _figure(amount)
    left, right = _operand(amount, amount.left), _operand(amount, amount.right)
    return f"{left} {_SIGNS[amount.operator]} {right}"


def _operand(whole: Arithmetic, part: Amount) -> str:
    """Every sum inside a product in parentheses, and whatever stands behind a minus or a division."""
    text = amount_in_words(part)
    if not isinstance(part, Arithmetic):
        return text
    weaker = part.operator in "+-" and whole.operator in "*/"
    behind = part is whole.right and whole.operator in "-/"
    return f"({text})" if weaker or behind else text


def _number(number: Number) -> str:
    if number.form == "percent":
        return f"{grouped(EXACT.multiply(number.value, Decimal(100)))}%"
    if number.form == "time":
        return _time(number.value)
    return grouped(number.value) + ("x" if number.form == "times" else "")


def _figure(figure: Figure) -> str:
    ghost = "the ghost’s " if figure.of_ghost else ""
    if not figure.target:
        return ghost + _OF_ACCOUNT.get(figure.name, figure.name)
    target = "the account" if figure.target == CROSS else figure.target
    return ghost + _OF_TARGET.get(figure.name, figure.name + " of {}").format(target)


# -- how it stands now


def now_in_words(condition: Condition, now: Situation) -> str:
    """How it stands: the figures that are compared, the position that is open; empty where there is nothing to add."""
    match condition:
        case Comparison():
            return _noted_so_far([condition], now) if asks_for_note(condition) else _compared_now(condition, now)
        case Held(symbol=symbol):
            return _held_now(symbol, now)
        case InMode(symbol):
            position = position_in(now.view, symbol)
            markets = (each.mode for each in now.view.markets if each.symbol == symbol)
            return position.mode if position is not None else next(markets, NOTHING)
        case InState("end of tape"):
            return "" if now.view.step == now.view.steps - 1 else f"{_part(now.view.step, now.view.steps - 1)}% of it"
        case Not(part) if isinstance(part, Comparison | Held | InMode):
            return now_in_words(part, now)
        case And(parts) | Or(parts):
            said = dict.fromkeys(now_in_words(each, now) for each in parts)
            return "; ".join(each for each in said if each)
        case _:
            return ""


def _compared_now(condition: Comparison, now: Situation) -> str:
    sides = [each for each in (condition.left, condition.right) if not isinstance(each, Number)]
    return " and ".join(_value(each, value_of(each, now)) for each in sides)


def _value(amount: Figure | Arithmetic, value: Decimal | None) -> str:
    if value is None:
        return NOTHING
    return figure_text(value, amount.unit if isinstance(amount, Figure) else _UNITS[dimension_of(amount)])


def figure_text(value: Decimal, unit: Unit) -> str:
    """A figure as texts print it: `1,837.5`, `2.5%`, `10x`. Money and prices above 1 to the cent."""
    if unit == "time":
        return _time(value)
    if unit == "share":
        return f"{grouped(round(EXACT.multiply(value, Decimal(100)), 2))}%"
    if unit in ("money", "price") and (unit == "money" or abs(value) >= 1):
        return _cents(value)
    return grouped(round(value, 2 if unit == "times" else 4)) + ("x" if unit == "times" else "")


def _held_now(symbol: str | None, now: Situation) -> str:
    there = [each for each in now.view.positions if symbol in (None, each.symbol)]
    if not there:
        return NOTHING
    return ", ".join(f"{each.side} {grouped(abs(each.size))}" + ("" if symbol else f" {each.symbol}") for each in there)


def _noted_so_far(parts: Sequence[Condition], now: Situation) -> str:
    """The number that was noted, and whether it is too low or too high; nothing that says which one is right."""
    noted = FIGURES["noted"].read(now, "")
    if noted is None:
        return "nothing is noted yet"
    said = f"you noted {grouped(noted)}"
    for part in parts:
        if isinstance(part, Comparison) and not holds(part, now) and (side := _astray(part, noted, now)):
            return f"{said}: {side}"
    return said


def _astray(part: Comparison, noted: Decimal, now: Situation) -> str:
    turned = part.right == NOTED
    other = value_of(part.left if turned else part.right, now)
    if other is None or NOTED not in (part.left, part.right):
        return ""
    relation = _TURNED[part.relation] if turned else part.relation
    if relation == "!=" or (noted == other and relation == "="):
        return "not that one"
    return "too low" if relation in (">", ">=") or (relation == "=" and noted < other) else "too high"


def grouped(value: Decimal) -> str:
    """`1,234.5`: as few decimals as it has, thousands apart, a real minus."""
    whole, _, decimals = plain(abs(value)).partition(".")
    sign = MINUS if value < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")


def _cents(value: Decimal) -> str:
    text = grouped(round(value, 2))
    return f"{text}0" if "." in text and len(text.partition(".")[2]) == 1 else text


def _time(value: Decimal) -> str:
    return time_text(int(value)).replace("T", " ").removesuffix("Z") + " UTC"


def _part(step: int, last: int) -> int:
    return 100 * step // last if last else 100
