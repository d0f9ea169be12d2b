"""Drift's rows: margin, buffers, and a liquidation's size, fees and share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import CROSS, Pool, Position
from engine.numbers import ZERO, divide
from engine.rulebooks.data.drift_v2_markets import Coin, Perp
from engine.rulebooks.data.drift_v2_parameters import Parameters
from engine.rulebooks.drift_v2 import Drift
from engine.rules.resting_orders import with_orders
from engine.rules.size_premium import leverage_of, size_discount, size_premium
from engine.rules.throttled import (
    base_to_cover,
    insurance_fee,
    liquidator_fee,
    requirement_with_buffer,
    share_to_free,
    socialised_funding,
)
from engine.rules.weights import MarketWeights, Weights
from tests.conformance.shape import Adapter, Inputs, NotApplicable, adapter

VENUES = ("drift_v2",)
BASIS_POINTS = 10_000
FUNDING_PRECISION = 1_000_000_000
SOL = Weights(Decimal("0.8"), Decimal("1.2"))
"""Initial weights of SOL, which rows about resting orders are of."""


def number(value: Any) -> Decimal:
    return Decimal(str(value))


@adapter(
    "drift_v2",
    "margin_shortage",
    "margin_ratio",
    "liquidation_fee",
    "if_liquidation_fee",
    "oracle",
    optional=("quote_oracle",),
    gives=("base",),
)
def base(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal | None]:
    names = ("margin_shortage", "margin_ratio", "liquidation_fee", "if_liquidation_fee", "oracle")
    return {"base": base_to_cover(*(number(inputs[name]) for name in names), number(inputs.get("quote_oracle", 1)))}


@adapter(
    "drift_v2",
    "margin_shortage",
    "base",
    "price",
    "margin_ratio",
    "liquidation_fee",
    "max_if_fee",
    gives=("if_fee",),
    optional=("quote_oracle",),
)
def insurance(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    price = number(inputs["price"]) * number(inputs.get("quote_oracle", 1))
    shortage, size, ratio, fee = (
        number(inputs[name]) for name in ("margin_shortage", "base", "margin_ratio", "liquidation_fee")
    )
    return {"if_fee": insurance_fee(shortage, size, ratio, fee, price, number(inputs["max_if_fee"]))}


@adapter("drift_v2", "base_fee", "max_fee", "slots_elapsed", gives=("liquidation_fee",))
def fee(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    slots = int(inputs["slots_elapsed"])
    return {"liquidation_fee": liquidator_fee(number(inputs["base_fee"]), number(inputs["max_fee"]), slots)}


@adapter(
    "drift_v2",
    "margin_shortage",
    optional=("margin_freed", "slots_elapsed", "initial_pct", "liquidation_duration"),
    gives=("pct",),
)
def share(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    own = Parameters()
    return {
        "pct": share_to_free(
            number(inputs["margin_shortage"]),
            number(inputs.get("margin_freed", 0)),
            int(inputs.get("slots_elapsed", 0)),
            number(inputs.get("initial_pct", own.begins_with)),
            int(inputs.get("liquidation_duration", own.duration)),
        )
    }


@adapter("drift_v2", "loss", "base_long", "base_short", gives=("funding_rate_delta_1e9", "funding_rate_delta", "value"))
def socialised(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    delta = socialised_funding(*(number(inputs[name]) for name in ("loss", "base_long", "base_short")))
    return {
        "funding_rate_delta_1e9": delta * FUNDING_PRECISION,
        **dict.fromkeys(("funding_rate_delta", "value"), delta),
    }


@adapter(
    "drift_v2",
    "usdc",
    "price",
    optional=("open_bid", "open_ask", "asset_weight", "liability_weight"),
    gives=("margin_requirement", "total_collateral"),
)
def resting(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    weights = Weights(number(inputs.get("asset_weight", SOL.long)), number(inputs.get("liability_weight", SOL.short)))
    orders = [number(inputs.get(name, 0)) for name in ("open_bid", "open_ask")]
    count = sum(1 for each in orders if each)
    health = with_orders(number(inputs["usdc"]), ZERO, orders[0], orders[1], number(inputs["price"]), weights, count)
    return {"margin_requirement": health.requirement.exact({}), "total_collateral": health.credit.exact({})}


def isolated_totals(given: Mapping[str, Any], buffer: Decimal) -> tuple[Decimal, Decimal]:
    """Collateral and requirement of an isolated position that a row describes, by the rulebook."""
    ratio, mark = number(given["imr"]), number(given["oracle"])
    perp = Perp(ratio, ratio, ZERO, "a")
    position = Position("SOL", number(given["base"]), -number(given["quote"]))
    pool = Pool("iso:SOL", "you/iso:SOL", {"SOL": position})
    totals = Drift(Parameters(perps={"SOL": perp})).totals(pool, number(given["deposit"]), "initial", buffer)
    return totals.collateral.exact({"SOL": mark}), totals.requirement.exact({"SOL": mark})


@adapter(
    "drift_v2",
    "cross_usdc",
    "cross_sol_borrow",
    "sol_price",
    "isolated",
    optional=("sol_initial_liability_weight", "initial_liability_weight", "cross_buffer"),
    gives=(
        "cross_margin_requirement",
        "cross_total_collateral",
        "cross_requirement_plus_buffer",
        "isolated_margin_requirement",
        "isolated_total_collateral",
        "isolated_requirement_plus_buffer",
        "isolated_collateral_plus_buffer",
    ),
)
def cross_and_isolated(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    names = ("sol_initial_liability_weight", "initial_liability_weight")
    weights = Weights(SOL.long, number(next((inputs[name] for name in names if name in inputs), SOL.short)))
    venue, owed = Drift(Parameters(coins={"SOL": Coin(MarketWeights(weights, weights))})), inputs["cross_sol_borrow"]
    pool, marks = Pool(CROSS, "you/cross"), {"SOL-SPOT": number(inputs["sol_price"])}
    pool.keep(Position("SOL-SPOT", -number(owed)))
    plain, buffered = (
        venue.totals(pool, number(inputs["cross_usdc"]), "initial", number(buffer))
        for buffer in (0, inputs.get("cross_buffer", 0))
    )
    isolated = inputs["isolated"]
    alone, alone_buffered = (isolated_totals(isolated, number(each)) for each in (0, isolated.get("buffer", 0)))
    return {
        "cross_margin_requirement": plain.requirement.exact(marks),
        "cross_total_collateral": plain.collateral.exact(marks),
        "cross_requirement_plus_buffer": buffered.requirement.exact(marks),
        "isolated_margin_requirement": alone[1],
        "isolated_total_collateral": alone[0],
        "isolated_requirement_plus_buffer": alone_buffered[1],
        "isolated_collateral_plus_buffer": alone_buffered[0],
    }


@adapter(
    "drift_v2",
    "isolated_notional",
    "isolated_requirement",
    "isolated_collateral",
    "isolated_pnl",
    "isolated_buffer",
    gives=("isolated_requirement_plus_buffer", "isolated_collateral_plus_buffer"),
)
def isolated_by_figures(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    """A position of one unit with that notional, loss, ratio and deposit."""
    notional, profit = number(inputs["isolated_notional"]), number(inputs["isolated_pnl"])
    given = {
        "base": 1,
        "quote": profit - notional,
        "oracle": notional,
        "deposit": number(inputs["isolated_collateral"]) - profit,
        "imr": divide(number(inputs["isolated_requirement"]), notional),
    }
    collateral, requirement = isolated_totals(given, number(inputs["isolated_buffer"]))
    return {"isolated_requirement_plus_buffer": requirement, "isolated_collateral_plus_buffer": collateral}


@adapter(
    "drift_v2",
    "quote_borrow",
    "liability_weight",
    "buffer",
    gives=("margin_requirement", "margin_requirement_plus_buffer"),
)
def quote_borrow(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    """By the SDK, whose liability is the borrow at its weight; the program's is the borrow itself."""
    weight = number(inputs["liability_weight"])
    coin = Coin(MarketWeights(Weights(Decimal(1), weight), Weights(Decimal(1), weight)))
    pool = Pool(CROSS, "you/cross", {"USDC-SPOT": Position("USDC-SPOT", -number(inputs["quote_borrow"]))})
    totals = Drift(Parameters(coins={"USDC": coin})).totals(pool, ZERO, "initial")
    required = totals.requirement.exact({"USDC-SPOT": Decimal(1)})
    return {
        "margin_requirement": required,
        "margin_requirement_plus_buffer": requirement_with_buffer(required, required, number(inputs["buffer"])),
    }


@adapter(
    "drift_v2",
    optional=("margin_ratio_initial", "margin_ratio_maintenance"),
    gives=("max_leverage_initial", "max_leverage_maintenance"),
)
def leverage(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, int]:
    kinds = {name.removeprefix("margin_ratio_"): number(value) for name, value in inputs.items()}
    return {f"max_leverage_{kind}": leverage_of(divide(ratio, Decimal(BASIS_POINTS))) for kind, ratio in kinds.items()}


@adapter("drift_v2", "size", "imf_factor", optional=("liability_weight", "asset_weight"), gives=("weight", "value"))
def sized(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    size, factor = number(inputs["size"]), number(inputs["imf_factor"])
    if "liability_weight" in inputs:
        weight = size_premium(size, factor, number(inputs["liability_weight"]))
    elif "asset_weight" in inputs:
        weight = size_discount(size, factor, number(inputs["asset_weight"]))
    else:
        raise NotApplicable("no weight to grow with the size")
    return dict.fromkeys(("weight", "value"), weight)


ADAPTERS: tuple[Adapter, ...] = (
    base,
    insurance,
    fee,
    share,
    socialised,
    resting,
    cross_and_isolated,
    isolated_by_figures,
    quote_borrow,
    leverage,
    sized,
)
