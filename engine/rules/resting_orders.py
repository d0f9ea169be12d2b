"""What resting orders require, where a venue counts the worst that they can do to an account.

No session asks this: here orders reserve nothing while they rest, and are checked when they fill.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.formula import Const
from engine.margin import Health
from engine.numbers import EXACT, ONE
from engine.rules.weights import ONE_QUOTE, Weighed, Weights, held_against_owed

ORDER_MARGIN = Decimal("0.01")
"""What a resting order requires, in quote units (OPEN_ORDER_MARGIN_REQUIREMENT)."""


def with_orders(
    money: Decimal, coin: Decimal, bids: Decimal, asks: Decimal, price: Decimal, weights: Weights, orders: int = 1
) -> Health:
    """Total collateral and requirement of quote money and a coin with resting orders: the worse of all bids and all
    asks filled, what they pay or bring being money of its own; $0.01 each (drift-labs/protocol-v2
    state/user.rs get_worst_case_fill_simulation)."""
    outcomes = []
    for traded in (bids, -asks):
        paid = Weighed("orders", EXACT.multiply(-traded, price), ONE_QUOTE, Weights(ONE, ONE))
        filled = Weighed("coin", coin + traded, Const("price", price), weights)
        outcomes.append(held_against_owed((filled, paid, replace(paid, name="USDC", amount=money))))
    worse = min(outcomes, key=lambda health: health.margin.exact({}))
    return Health(worse.credit, worse.requirement + Const("orders", ORDER_MARGIN * orders))
