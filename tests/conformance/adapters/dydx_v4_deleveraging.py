"""dYdX v4: the rows of TestProcessDeleveraging, where two accounts meet in one world and the exchange deleverages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import OTHER, YOU, World
from engine.exchange import Exchange
from engine.ledger import OUTSIDE
from engine.liquidation.steps import liquidate
from engine.market import Market
from engine.rulebooks.base import Deleverage, Failing, Step
from engine.rulebooks.dydx_v4 import DydxV4
from engine.segment import END, Moment
from engine.setup import Setup
from tests.conformance.shape import Inputs, adapter

Expected = Mapping[str, Any]


def number(value: Any) -> Decimal:
    return Decimal(str(value))


DELEVERAGED = (
    *(f"{who}_{what}_after" for who in ("liquidated", "offsetting") for what in ("quote", "btc")),
    "error",
)


class OnceDeleveraging(DydxV4):
    """Deleverages whoever is asked about, once: the chain's tests begin there."""

    def next_step(self, failing: Failing) -> Step | None:
        prices = self.bankruptcy_prices(failing.pool, failing.collateral, failing.marks)
        return None if failing.done else Deleverage("X", prices["X"])


@adapter(
    "dydx_v4",
    "liquidated",
    "offsetting",
    "delta_btc",
    gives=DELEVERAGED,
    optional=("oracle",),
)
def process_deleveraging(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """Both accounts in one world, and the exchange deleverages.

    The offsetting side holds no more than the row closes, and the rest of its position aside, at no cost.
    """
    mark = number(inputs.get("oracle", 50_000))
    world, market = World("USDC"), Market("X", Decimal("0.000001"), Decimal("0.00000001"))
    setup = Setup(venue="dydx_v4", fees=False, funding=False, slippage=False)
    exchange = Exchange(world, OnceDeleveraging(), setup, {"X": market})
    you, other = world.account(YOU), world.account(f"{OTHER}offsetting")
    size, most = number(inputs["liquidated"]["btc"]), abs(number(inputs["delta_btc"]))
    held = number(inputs["offsetting"]["btc"])
    offset = max(-most, min(most, held))
    for pool, amount, quote in (
        (you.wallet, size, inputs["liquidated"]["quote"]),
        (other.wallet, offset, inputs["offsetting"]["quote"]),
    ):
        exchange.settle(pool, "X", amount, mark)
        world.move(OUTSIDE, pool, number(quote) + amount * mark)
    marks = {"X": mark}
    liquidate(exchange, you, you.wallet, Moment(1, END, 0, marks, marks, marks, frozenset(marks)))
    after = {pool.owner: pool.position("X") for pool in (you.wallet, other.wallet)}
    if after[you.wallet.owner].size == size:
        return {"error": "ErrFailedToUpdateSubaccounts"}
    return {
        "liquidated_quote_after": world.balance(you.wallet) - after[you.wallet.owner].cost,
        "liquidated_btc_after": after[you.wallet.owner].size,
        "offsetting_quote_after": world.balance(other.wallet) - after[other.wallet.owner].cost,
        "offsetting_btc_after": after[other.wallet.owner].size + held - offset,
        "error": None,
    }


VENUES = ("dydx_v4",)
ADAPTERS = (process_deleveraging,)
