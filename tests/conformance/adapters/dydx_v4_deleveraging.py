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
from engine.numbers import ONE
from engine.rulebooks.base import Deleverage, Failing, Step
from engine.rulebooks.data.dydx_v4_parameters import Parameters
from engine.rulebooks.dydx_v4 import DydxV4
from engine.rules.bankruptcy import proportional_value
from engine.segment import END, Moment
from engine.setup import Setup
from tests.conformance.adapters.dydx_v4 import INVALID_DELTA
from tests.conformance.shape import Inputs, NotApplicable, adapter

Expected = Mapping[str, Any]


def number(value: Any) -> Decimal:
    return Decimal(str(value))


COINS = ("btc", "eth")
TEST_PRICES = {"btc": 50_000, "eth": 3000}
"""What the chain's tests set up, where a row doesn't say."""
DELEVERAGED = (
    *(f"{who}_{what}_after" for who in ("liquidated", "offsetting") for what in ("quote", *COINS)),
    "error",
)
PRICES = ("oracle", *(f"oracle_{coin}" for coin in COINS), *(f"{coin}_oracle" for coin in COINS))


SETTLING = ("at_oracle_price", "final_settlement", "is_final_settlement")
TEST_MAINTENANCE = Decimal("0.1")
"""BtcUsd_20PercentInitial_10PercentMaintenance, and ETH's."""


class OnceDeleveraging(DydxV4):
    """Deleverages whoever is asked about, once: the chain's tests begin there."""

    def next_step(self, failing: Failing) -> Step | None:
        prices = self.bankruptcy_prices(failing.pool, failing.collateral, failing.marks)
        return None if failing.done else Deleverage("btc", prices["btc"])


@adapter("dydx_v4", "liquidated", "offsetting", "delta_btc", gives=DELEVERAGED, optional=(*PRICES, *SETTLING))
def process_deleveraging(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """Both accounts in one world, and the exchange deleverages.

    The offsetting side holds no more than the row closes, and the rest of its position aside, at no cost.
    """
    if any(inputs.get(name) for name in SETTLING):
        raise NotApplicable("final settlement of a market, which deleverages at the oracle price, is left out")
    marks = {coin: _price(inputs, coin) for coin in COINS}
    owned = {who: {coin: number(inputs[who].get(coin, 0)) for coin in COINS} for who in ("liquidated", "offsetting")}
    size, traded = owned["liquidated"]["btc"], number(inputs["delta_btc"])
    try:
        proportional_value(marks["btc"], size, traded, ONE, ONE, ONE)
    except ValueError:
        return {"error": INVALID_DELTA}
    world, market = World("USDC"), {coin: Market(coin, Decimal("0.000001"), Decimal("0.00000001")) for coin in COINS}
    setup = Setup(venue="dydx_v4", fees=False, funding=False, slippage=False)
    rates = dict.fromkeys(COINS, TEST_MAINTENANCE)
    exchange = Exchange(world, OnceDeleveraging(Parameters(flat_maintenance=rates)), setup, market)
    you, other = world.account(YOU), world.account(f"{OTHER}offsetting")
    offset = max(-abs(traded), min(abs(traded), owned["offsetting"]["btc"]))
    for pool, amounts, quote in (
        (you.wallet, owned["liquidated"], inputs["liquidated"]["quote"]),
        (other.wallet, {**owned["offsetting"], "btc": offset}, inputs["offsetting"]["quote"]),
    ):
        for coin, amount in amounts.items():
            if amount:
                exchange.settle(pool, coin, amount, marks[coin])
        world.move(OUTSIDE, pool, number(quote) + sum(amount * marks[coin] for coin, amount in amounts.items()))
    liquidate(exchange, you, you.wallet, Moment(1, END, 0, marks, marks, marks, frozenset(marks)))
    if you.wallet.position("btc").size == size:
        return {"error": "ErrFailedToUpdateSubaccounts"}
    found: dict[str, object] = {"error": None}
    for who, pool in (("liquidated", you.wallet), ("offsetting", other.wallet)):
        left = {coin: pool.position(coin) for coin in COINS}
        found[f"{who}_quote_after"] = world.balance(pool) - sum(each.cost for each in left.values())
        found |= {f"{who}_{coin}_after": each.size for coin, each in left.items()}
    return {**found, "offsetting_btc_after": other.wallet.position("btc").size + owned["offsetting"]["btc"] - offset}


def _price(inputs: Inputs, coin: str) -> Decimal:
    known = inputs.get("oracle", {})
    if not isinstance(known, Mapping):
        known = {COINS[0]: known}
    own = next((inputs[name] for name in (f"oracle_{coin}", f"{coin}_oracle") if name in inputs), TEST_PRICES[coin])
    return number(known.get(coin, own))


VENUES = ("dydx_v4",)
ADAPTERS = (process_deleveraging,)
