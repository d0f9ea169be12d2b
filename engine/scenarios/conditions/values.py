"""Conditions and amounts as values. `str` spells them; `parser` reads them back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.account import Mode
from engine.numbers import EXACT, plain
from engine.orders.order import OrderKind, Side
from engine.scenarios.conditions.figures import FIGURES, Unit
from engine.script.words import time_text

Form = Literal["plain", "percent", "times", "time"]
"""How a number is spelled: `1900`, `50%`, `10x`, `2024-01-01T03:00Z`."""

Relation = Literal["<", "<=", "=", "!=", ">=", ">"]
Operator = Literal["+", "-", "*", "/"]
Whence = Literal["below", "at", "above"]
PositionSide = Literal["long", "short"]
Occurrence = Literal["liquidation", "call", "refusal", "deleveraging", "close"]
State = Literal["wiped out", "ended", "end of tape"]

OF_MARKET: dict[Occurrence, str] = {
    "liquidation": "liquidated",
    "call": "called",
    "refusal": "refused",
    "deleveraging": "deleveraged",
    "close": "closed",
}
"""What happened, and the word for it before a market: `liquidation`, `liquidated ETH`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written; a percentage as a fraction, a time in ms UTC."""

    value: Decimal
    form: Form = "plain"

    def __str__(self) -> str:
        if self.form == "percent":
            return f"{plain(EXACT.multiply(self.value, Decimal(100)))}%"
        if self.form == "time":
            return time_text(int(self.value))
        return plain(self.value) + ("x" if self.form == "times" else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its name, of the account, a market or a pool (`target`), or of the ghost's."""

    name: str
    target: str = ""
    of_ghost: bool = False

    @property
    def unit(self) -> Unit:
        """What it counts."""
        return FIGURES[self.name].unit

    def __str__(self) -> str:
        return " ".join(word for word in ("ghost" if self.of_ghost else "", self.name, self.target) if word)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two amounts added, subtracted, multiplied or divided."""

    operator: Operator
    left: Amount
    right: Amount

    def __str__(self) -> str:
        left, right = str(self.left), str(self.right)
        rank = _RANK[self.operator]
        if isinstance(self.left, Arithmetic) and _RANK[self.left.operator] < rank:
            left = f"({left})"
        if isinstance(self.right, Arithmetic) and _RANK[self.right.operator] <= rank:
            right = f"({right})"
        return f"{left} {self.operator} {right}"


Amount = Number | Figure | Arithmetic
_RANK: dict[Operator, int] = {"+": 0, "-": 0, "*": 1, "/": 1}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two amounts compared. Without one of them (no position, no such price) it does not hold."""

    left: Amount
    relation: Relation
    right: Amount

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"


@dataclass(frozen=True, slots=True)
class Held:
    """A position is open, on that side, in that mode, of such a size. Without a market: any."""

    symbol: str | None = None
    side: PositionSide | None = None
    mode: Mode | None = None
    relation: Relation | None = None
    size: Amount | None = None

    def __str__(self) -> str:
        words = ["position", self.symbol, self.side, self.mode, self.relation, self.size]
        return " ".join(str(word) for word in words if word is not None)


@dataclass(frozen=True, slots=True)
class Resting:
    """An order rests, of that kind, side and market, with its price below, at or above an amount."""

    kind: OrderKind | None = None
    side: Side | None = None
    symbol: str | None = None
    whence: Whence | None = None
    price: Amount | None = None

    def __str__(self) -> str:
        words = ["order", self.kind, self.side, self.symbol, self.whence, self.price]
        return " ".join(str(word) for word in words if word is not None)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something has happened at least once, in a market or in any."""

    what: Occurrence
    symbol: str | None = None

    def __str__(self) -> str:
        return self.what if self.symbol is None else f"{OF_MARKET[self.what]} {self.symbol}"


@dataclass(frozen=True, slots=True)
class InMode:
    """The market's position, or without one its next order, is in that margin mode."""

    symbol: str
    mode: Mode

    def __str__(self) -> str:
        return f"mode {self.symbol} {self.mode}"


@dataclass(frozen=True, slots=True)
class InState:
    """The session has ended or is wiped out, or the tape is at its end."""

    state: State

    def __str__(self) -> str:
        return self.state


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition

    def __str__(self) -> str:
        if isinstance(self.part, And | Or):
            return f"not ({self.part})"
        noun = isinstance(self.part, Held | Resting) or (isinstance(self.part, Happened) and self.part.symbol is None)
        return f"{'no' if noun else 'not'} {self.part}"


@dataclass(frozen=True, slots=True)
class And:
    """All of them; two or more, none of them an `And`."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them; two or more, none of them an `Or`."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Fact = Comparison | Held | Resting | Happened | InMode | InState
Condition = Fact | Not | And | Or
