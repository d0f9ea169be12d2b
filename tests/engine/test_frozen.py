"""Altered copies of frozen values are those of `dataclasses.replace`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.account import Position
from engine.frozen import altered
from engine.orders.order import Order

ORDER = Order("c1", "stop", "sell", Decimal(2), "ETH", Decimal(1900), "cross", 10, reduce_only=True, partner="c1.tp")


def test_a_copy_has_the_changes_and_everything_else() -> None:
    changed = altered(ORDER, size=Decimal(3), partner=None)
    assert changed == replace(ORDER, size=Decimal(3), partner=None)
    assert ORDER.size == 2
    position = Position("ETH", Decimal(1), Decimal(2000), fees=Decimal("0.5"))
    assert altered(position, funding=Decimal(-1)) == replace(position, funding=Decimal(-1))


def test_only_fields_can_be_changed() -> None:
    with pytest.raises(KeyError):
        altered(ORDER, colour="red")
