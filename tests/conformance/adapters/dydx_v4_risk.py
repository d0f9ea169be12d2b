"""dYdX v4: who is collateralised by how much, what a block may take, and what funding comes to."""

from __future__ import annotations

from decimal import Decimal

from engine.account import Pool, Position
from engine.formula import Const
from engine.margin import Health
from engine.numbers import ONE, ZERO
from engine.rulebooks.base import Failing
from engine.rulebooks.data.dydx_v4_parameters import Parameters
from engine.rulebooks.dydx_v4 import DydxV4, least_liquidatable_notional, liquidatable_notional
from engine.rules.funding_formula import impact_premium
from engine.rules.liquidity_tiers import LiquidityTier
from tests.conformance.adapters.dydx_v4 import MILLION, Expected, account, number
from tests.conformance.shape import Inputs, adapter

LEVELS = {"maintenance_collateralized": "mmr", "initial_collateralized": "imr"}


@adapter("dydx_v4", "nc", gives=(*LEVELS, "liquidatable"), optional=("mmr", "imr"))
def collateralised(inputs: Inputs, expected: Expected) -> dict[str, object]:
    collateral = number(inputs["nc"])
    found: dict[str, object] = {
        name: Health(Const("NC", collateral), Const(requirement, number(inputs[requirement]))).safe({})
        for name, requirement in LEVELS.items()
        if requirement in inputs
    }
    if "mmr" in inputs:
        found["liquidatable"] = _fails(collateral, number(inputs["mmr"]))
    return found


def _fails(equity: Decimal, required: Decimal) -> bool:
    """Whether the venue does something about an account of that equity and requirement; one that requires nothing
    holds nothing."""
    held = {"X": Position("X", ONE, ONE)} if required else {}
    book = DydxV4(Parameters(flat_maintenance={"X": required}))
    failing = Failing(Pool("cross", "you/cross", held), equity, {"X": ONE}, frozenset(held), 0)
    return book.next_step(failing) is not None


LIMITS = ("min_position_notional", "min_position_notional_liquidated")


@adapter(
    "dydx_v4",
    "oracle",
    gives=("max_notional", "min_notional"),
    optional=(
        *("position_btc", "position", "size"),
        *("max_position_portion_ppm", "max_position_portion", "max_notional_liquidated", *LIMITS),
    ),
)
def block_limits(inputs: Inputs, expected: Expected) -> dict[str, object]:
    _, pool, _, marks = account(inputs)
    notional = pool.positions["M0"].notional(marks["M0"])
    share = number(inputs.get("max_position_portion_ppm", 1_000_000)) / MILLION
    least = next((inputs[name] for name in LIMITS if name in inputs), 1000)
    own = Parameters(
        position_share=number(inputs.get("max_position_portion", share)),
        least_notional=number(least),
        block_limit=number(inputs.get("max_notional_liquidated", notional)),
    )
    return {
        "max_notional": liquidatable_notional(notional, own),
        "min_notional": least_liquidatable_notional(notional, own),
    }


@adapter(
    "dydx_v4", gives=("premium", "hourly_rate"), optional=("index", "impact_bid", "impact_ask", "premium", "interest")
)
def funding(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """The premium of impact prices, and an hour's rate of one for eight hours."""
    if "premium" in inputs:
        premium = number(inputs["premium"])
    else:
        bid, ask = (number(inputs.get(f"impact_{side}", inputs["index"])) for side in ("bid", "ask"))
        premium = impact_premium(bid, ask, number(inputs["index"]))
    wide = LiquidityTier("of the row", ONE, ZERO)
    book = DydxV4(Parameters(tiers={"X": wide}, interest_8h=number(inputs.get("interest", 0))))
    return {"premium": premium, "hourly_rate": book.funding_rate("X", premium)}


VENUES = ("dydx_v4",)
ADAPTERS = (collateralised, block_limits, funding)
