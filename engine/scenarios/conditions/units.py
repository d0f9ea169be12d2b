"""Which amounts may be compared and added: money with money, a share with a percentage, never a time with a price."""

from __future__ import annotations

from typing import Literal

from engine.scenarios.conditions.figures import Unit
from engine.scenarios.conditions.values import Amount, Arithmetic, Figure

Dimension = Literal["money", "price", "size", "pure", "share", "time", "any"]
"""`any` is a number without a unit, which takes the one that it stands beside; `pure` is one amount ÷ another of its
kind, which may be compared with a number as well as with a share."""

_OF_UNIT: dict[Unit, Dimension] = {
    "money": "money",
    "price": "price",
    "size": "size",
    "share": "share",
    "count": "any",
    "times": "any",
    "time": "time",
}
_PRODUCTS: dict[frozenset[Dimension], Dimension] = {frozenset(("price", "size")): "money"}
_QUOTIENTS: dict[tuple[Dimension, Dimension], Dimension] = {
    ("money", "price"): "size",
    ("money", "size"): "price",
}
_PURE: frozenset[Dimension] = frozenset(("any", "share", "pure"))

NAMES: dict[Dimension, str] = {
    "money": "money",
    "price": "a price",
    "size": "a size",
    "share": "a share such as 50%",
    "time": "a time such as 2024-01-01T03:00Z",
    "any": "a number",
    "pure": "a number",
}


class UnitError(ValueError):
    """These amounts don't go together; the text says which."""


def dimension_of(amount: Amount) -> Dimension:
    """What an amount counts.

    Raises:
        UnitError: for a sum of what can't be added, and for arithmetic with times.
    """
    if isinstance(amount, Figure):
        return _OF_UNIT[amount.unit]
    if isinstance(amount, Arithmetic):
        return _of_arithmetic(amount)
    forms: dict[str, Dimension] = {"plain": "any", "times": "any", "percent": "share", "time": "time"}
    return forms[amount.form]


def check_comparable(left: Amount, right: Amount) -> None:
    """Refuse a comparison of different things. Raises UnitError."""
    one, other = dimension_of(left), dimension_of(right)
    if one == other or ("any" in (one, other) and not {"time", "share"} & {one, other}):
        return
    if {one, other} <= {"pure", "share"}:
        return
    raise UnitError(f"“{left}” is {NAMES[one]}, and “{right}” is {NAMES[other]}")


def _of_arithmetic(amount: Arithmetic) -> Dimension:
    left, right = dimension_of(amount.left), dimension_of(amount.right)
    if "time" in (left, right):
        raise UnitError(f"“{amount}” counts with a time")
    if amount.operator in "+-":
        if left != right and "any" not in (left, right) and not {left, right} <= _PURE:
            raise UnitError(f"“{amount.left}” is {NAMES[left]}, and “{amount.right}” is {NAMES[right]}")
        return right if left == "any" else left
    found = _PRODUCTS.get(frozenset((left, right))) if amount.operator == "*" else _QUOTIENTS.get((left, right))
    if found is not None:
        return found
    if amount.operator == "*" and "any" in (left, right):  # 1900 × a size may be meant as money
        return "any"
    if left == right and amount.operator == "/":
        return "pure"
    if right in _PURE:
        return left
    if left in _PURE and amount.operator == "*":
        return right
    if left == "any":  # a number may count anything
        return "any"
    raise UnitError(f"“{amount}” has no meaning: {NAMES[left]} {amount.operator} {NAMES[right]}")
