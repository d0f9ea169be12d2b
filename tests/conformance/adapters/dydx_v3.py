"""dYdX v3: the incremental fraction, the close price, and the older (L1) contracts' liquidations.

The older contracts judge by a least collateralisation c: positive value ÷ negative value. For a long that is a
maintenance fraction of 1 − 1 ÷ c, for a short one of c − 1. Their liquidator takes a part of margin and position alike,
which is a trade at the close price of an account with one position.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from engine.account import OTHER, YOU, Pool, Position, World
from engine.exchange import Exchange
from engine.ledger import OUTSIDE
from engine.market import Market
from engine.numbers import ONE, to_grid
from engine.rulebooks.base import Failing
from engine.rulebooks.data.dydx_v3_markets import MarketRisk
from engine.rulebooks.dydx_v3 import DydxV3, Parameters, incremental_fraction
from engine.setup import Setup
from tests.conformance.shape import Inputs, adapter

Expected = Mapping[str, Any]


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def book_with(maintenance: Decimal) -> DydxV3:
    return DydxV3(Parameters(flat_maintenance={"X": maintenance}))


def account(quote: Any, size: Any) -> tuple[Pool, Decimal]:
    """A pool whose position cost nothing, so that its collateral is the quote balance."""
    return Pool("cross", "you/cross", {"X": Position("X", number(size))}), number(quote)


def liquidatable(book: DydxV3, pool: Pool, collateral: Decimal, price: Any) -> bool:
    return book.next_step(Failing(pool, collateral, {"X": number(price)}, frozenset({"X"}), 0)) is not None


@adapter(
    "dydx_v3",
    "size",
    "baseline",
    "incremental_position_size",
    "imf",
    "incremental_imf",
    "max_position_size",
    gives=("effective_imf",),
)
def growing_fraction(inputs: Inputs, expected: Expected) -> dict[str, object]:
    initial = number(inputs["imf"])
    sizes = [number(inputs[name]) for name in ("baseline", "incremental_position_size", "max_position_size")]
    market = MarketRisk(initial, initial, *sizes, number(inputs["incremental_imf"]))
    held = Position("X", number(inputs["size"]))
    fraction = DydxV3(Parameters(markets={"X": market})).initial_fraction(held)
    assert fraction == incremental_fraction(market, abs(held.size))
    return {"effective_imf": fraction}


@adapter(
    "dydx_v3",
    "oracle",
    "size",
    "quote",
    "mmf",
    gives=("total_account_value", "total_mm", "close_price", "liquidatable"),
)
def close_price(inputs: Inputs, expected: Expected) -> dict[str, object]:
    book, marks = book_with(number(inputs["mmf"])), {"X": number(inputs["oracle"])}
    pool, collateral = account(inputs["quote"], inputs["size"])
    health = book.health(pool, collateral, "maintenance")
    return {
        "total_account_value": health.credit.exact(marks),
        "total_mm": health.requirement.exact(marks),
        "close_price": book.close_prices(pool, collateral, marks)["X"],
        "liquidatable": liquidatable(book, pool, collateral, inputs["oracle"]),
    }


@adapter(
    "dydx_v3",
    *("margin", "position", "price"),
    gives=("liquidatable", "underwater"),
    optional=("min_collateralization",),
)
def older_account(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """Whether a least collateralisation is kept, where the row names one, and whether anything is left at all."""
    pool, collateral = account(inputs["margin"], inputs["position"])
    prices = {"X": number(inputs["price"])}
    found: dict[str, object] = {"underwater": not DydxV3().health(pool, collateral, "backstop").safe(prices)}
    if "min_collateralization" in inputs:
        least, long = number(inputs["min_collateralization"]), number(inputs["position"]) > 0
        rate = to_grid(ONE - ONE / least, Decimal("1e-40"), ROUND_FLOOR) if long else least - ONE
        found["liquidatable"] = liquidatable(book_with(rate), pool, collateral, inputs["price"])
    return found


PARTIAL = ("maker_after", "taker_after")


@adapter("dydx_v3", "liquidated", gives=PARTIAL, optional=("maker_before", "taker_before", "price"))
def older_partial(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """The maker's position is liquidated (the taker's, where only that is there), and the other takes it over."""
    return _taken_over(inputs, "maker" if "maker_before" in inputs else "taker")


@adapter("dydx_v3", "liquidated", "maker_before", "taker_before", gives=PARTIAL, optional=("price",), named="short")
def older_partial_of_the_short(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """The same where the row is about the side that is short."""
    return _taken_over(inputs, "maker" if number(inputs["maker_before"]["position"]) < 0 else "taker")


def _taken_over(inputs: Inputs, failed: str) -> dict[str, object]:
    """A part of the position is traded at its close price; that of one position is the same at every mark."""
    world, book, mark = World("USDC"), DydxV3(), ONE
    market = Market("X", Decimal("0.000001"), Decimal("0.000001"))
    setup = Setup(venue="dydx_v3", mode="cross", fees=False, funding=False, slippage=False)
    exchange = Exchange(world, book, setup, {"X": market})
    wallets = {}
    for who, name in (("maker", YOU), ("taker", f"{OTHER}taker")):
        if f"{who}_before" in inputs:
            before, wallets[who] = inputs[f"{who}_before"], world.account(name).wallet
            size = number(before["position"])
            exchange.settle(wallets[who], "X", size, mark)
            world.move(OUTSIDE, wallets[who], number(before["margin"]) + size * mark)
    wallet = wallets[failed]
    price = book.close_prices(wallet, world.balance(wallet), {"X": mark})["X"]
    sold = number(inputs["liquidated"]) * wallet.position("X").side
    for who, each in wallets.items():
        exchange.settle(each, "X", -sold if who == failed else sold, price)
    return {
        f"{who}_after": {
            "margin": world.balance(each) - each.position("X").cost,
            "position": each.position("X").size,
        }
        for who, each in wallets.items()
    }


VENUES = ("dydx_v3",)
ADAPTERS = (growing_fraction, close_price, older_account, older_partial, older_partial_of_the_short)
