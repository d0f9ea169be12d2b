"""Vertex's rows: health, liquidation prices, spreads, funding, interest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import CROSS, Pool, Position
from engine.rulebooks.vertex import (
    INTEREST_FEE,
    Parameters,
    Vertex,
    borrow_rate,
    capped_difference,
    estimated_liquidation_price,
    funding_payment,
    insurance_cut,
    liquidation_price,
    liquidator_price,
    socialised_funding,
    spread_liquidation_price,
)
from engine.rules.curves import curve_by_rise, supply_rate
from engine.rules.weights import MarketWeights, Weights
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("vertex",)
LONGS = ("maintenance_long_weight", "long_w_maint", "maint_long_weight")
SHORTS = ("maintenance_short_weight", "short_w_maint", "maint_short_weight")
NEUTRAL = Weights(Decimal(1), Decimal(1))


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def first(inputs: Inputs, names: tuple[str, ...]) -> Decimal | None:
    return next((number(inputs[name]) for name in names if name in inputs), None)


def maintenance_weight(inputs: Inputs, amount: Decimal) -> Decimal:
    """The weight of the amount's side; the other side's mirrored where only that is given."""
    own, other = (LONGS, SHORTS) if amount > 0 else (SHORTS, LONGS)
    weight = first(inputs, own)
    return weight if weight is not None else 2 - (first(inputs, other) or 0)


@adapter(
    "vertex",
    "oracle",
    "amount",
    optional=(*LONGS, *SHORTS),
    gives=("liquidation_price", "liq_price", "insurance_cut", "insurance_fee", "liquidator_cost"),
)
def liquidated(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    oracle, amount = number(inputs["oracle"]), number(inputs["amount"])
    price = liquidation_price(oracle, maintenance_weight(inputs, amount))
    cut = insurance_cut(oracle, price, amount)
    return {
        **dict.fromkeys(("liquidation_price", "liq_price"), price),
        **dict.fromkeys(("insurance_cut", "insurance_fee"), cut),
        "liquidator_cost": liquidator_price(oracle, price) * abs(amount),
    }


@adapter(
    "vertex",
    "spot_oracle",
    "amount",
    optional=("perp_oracle", "perp_long_w_maint", "spot_short_w_maint"),
    gives=("spot_liq_price", "perp_liq_price", "insurance_fee"),
)
def spread_liquidated(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    oracle, amount = number(inputs["spot_oracle"]), number(inputs["amount"])
    weight = number(inputs["perp_long_w_maint" if amount > 0 else "spot_short_w_maint"])
    price = spread_liquidation_price(oracle, weight)
    answer = {"spot_liq_price": price, "insurance_fee": insurance_cut(oracle, price, amount)}
    return answer | ({"perp_liq_price": number(inputs["perp_oracle"])} if "perp_oracle" in inputs else {})


def healths(
    quote: Any,
    weights: tuple[MarketWeights, MarketWeights],
    marks: Mapping[str, Decimal],
    *positions: Position,
) -> tuple[Decimal, Decimal]:
    """Initial and maintenance health of an account, by the rulebook; the weights are those of coins and perpetuals."""
    spot, perp = ({"BTC": each, "ETH": each} for each in weights)
    venue = Vertex(Parameters(spot=spot, perp=perp))
    pool = Pool(CROSS, "you/cross", {position.key: position for position in positions})
    initial, maintenance = (venue.health(pool, number(quote), level) for level in ("withdraw", "maintenance"))
    return initial.margin.exact(marks), maintenance.margin.exact(marks)


def sided(long: tuple[Any, Any] | None, short: tuple[Any, Any] | None) -> MarketWeights:
    """Weights of (initial, maintenance); a side that isn't given mirrors the other."""
    longs = [number(each) for each in long] if long else [2 - number(each) for each in short or (1, 1)]
    shorts = [number(each) for each in short] if short else [2 - each for each in longs]
    return MarketWeights(Weights(longs[0], shorts[0]), Weights(longs[1], shorts[1]))


@adapter(
    "vertex",
    "quote",
    "amount",
    "vquote",
    "oracle",
    "w_init",
    "w_maint",
    gives=("initial_health", "maintenance_health"),
)
def perp_health(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    amount, given = number(inputs["amount"]), (inputs["w_init"], inputs["w_maint"])
    weights = sided(given, None) if amount > 0 else sided(None, given)
    position = Position("BTC", amount, -number(inputs["vquote"]))
    initial, maintenance = healths(inputs["quote"], (weights, weights), {"BTC": number(inputs["oracle"])}, position)
    return {"initial_health": initial, "maintenance_health": maintenance}


def _pair(inputs: Inputs, side: str) -> tuple[Any, Any] | None:
    names = (f"{side}_w_init", f"{side}_w_maint")
    return (inputs[names[0]], inputs[names[1]]) if names[0] in inputs else None


@adapter(
    "vertex",
    "quote",
    "perp_amount",
    "perp_vquote",
    "price",
    optional=("long_w_init", "long_w_maint", "short_w_init", "short_w_maint"),
    gives=("init_health", "maint_health"),
)
def perp_account(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    weights = sided(_pair(inputs, "long"), _pair(inputs, "short"))
    position = Position("BTC", number(inputs["perp_amount"]), -number(inputs["perp_vquote"]))
    initial, maintenance = healths(inputs["quote"], (weights, weights), {"BTC": number(inputs["price"])}, position)
    return {"init_health": initial, "maint_health": maintenance}


@adapter(
    "vertex",
    "quote",
    "spot_amount",
    "price",
    optional=("long_w_init", "long_w_maint", "short_w_init", "short_w_maint"),
    gives=("init_health", "maint_health"),
)
def spot_account(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    weights = sided(_pair(inputs, "long"), _pair(inputs, "short"))
    position = Position("BTC-SPOT", number(inputs["spot_amount"]))
    marks = {"BTC-SPOT": number(inputs["price"])}
    initial, maintenance = healths(inputs["quote"], (weights, weights), marks, position)
    return {"init_health": initial, "maint_health": maintenance}


@adapter(
    "vertex",
    *("quote", "spot", "spot_price"),
    optional=("spot_w", "spot_long_w", "spot_short_w"),
    gives=("init_health", "maint_health"),
)
def coin_account(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    """The same with weights as (initial, maintenance) pairs."""
    amount = number(inputs["spot"])
    given = inputs.get("spot_w", inputs.get("spot_long_w" if amount > 0 else "spot_short_w"))
    weights = sided(given, None) if amount > 0 else sided(None, given)
    marks = {"BTC-SPOT": number(inputs["spot_price"])}
    initial, maintenance = healths(inputs["quote"], (weights, weights), marks, Position("BTC-SPOT", amount))
    return {"init_health": initial, "maint_health": maintenance}


@adapter(
    "vertex",
    "quote",
    "spot",
    "spot_price",
    "perp",
    "perp_vquote",
    "perp_price",
    optional=("spot_w", "spot_long_w", "spot_short_w", "perp_short_w", "perp_long_w"),
    gives=("init_without_spread", "init_with_spread", "maint_without_spread", "maint_with_spread"),
)
def spread_account(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    """Without the spread: the same perpetual of another asset, which offsets nothing."""
    spot, perp = number(inputs["spot"]), number(inputs["perp"])
    longs, shorts = inputs.get("spot_long_w"), inputs.get("spot_short_w")
    if "spot_w" in inputs:
        longs, shorts = (inputs["spot_w"], shorts) if spot > 0 else (longs, inputs["spot_w"])
    weights = sided(longs, shorts), sided(inputs.get("perp_long_w"), inputs.get("perp_short_w"))
    marks = {"BTC-SPOT": number(inputs["spot_price"]), **dict.fromkeys(("BTC", "ETH"), number(inputs["perp_price"]))}
    coin, cost = Position("BTC-SPOT", spot), -number(inputs["perp_vquote"])
    with_spread = healths(inputs["quote"], weights, marks, coin, Position("BTC", perp, cost))
    without = healths(inputs["quote"], weights, marks, coin, Position("ETH", perp, cost))
    return {
        "init_without_spread": without[0],
        "init_with_spread": with_spread[0],
        "maint_without_spread": without[1],
        "maint_with_spread": with_spread[1],
    }


@adapter("vertex", "oracle", "maintenance_health", "amount", optional=(*LONGS, *SHORTS), gives=("est_liq_price",))
def estimated(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    amount = number(inputs["amount"])
    weight = maintenance_weight(inputs, amount)
    health = number(inputs["maintenance_health"])
    return {"est_liq_price": estimated_liquidation_price(number(inputs["oracle"]), health, amount, weight)}


@adapter(
    "vertex",
    "index",
    "mark_twap_diff",
    "dt_seconds",
    optional=("cap",),
    gives=("price_diff_capped", "funding_payment_per_unit"),
)
def funding(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    index, difference = number(inputs["index"]), number(inputs["mark_twap_diff"])
    cap = number(inputs.get("cap", Parameters().funding_cap))
    return {
        "price_diff_capped": capped_difference(index, difference, cap),
        "funding_payment_per_unit": funding_payment(index, difference, int(inputs["dt_seconds"]), cap),
    }


@adapter("vertex", "bad_debt_vquote", "open_interest_base", gives=("funding_per_share",))
def socialised(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Decimal]:
    debt, interest = number(inputs["bad_debt_vquote"]), number(inputs["open_interest_base"])
    return {"funding_per_share": socialised_funding(debt, interest)}


@adapter(
    "vertex",
    "floor",
    "small_cap",
    "large_cap",
    "inflection",
    "utilization",
    gives=("borrow_apr", "deposit_apr", "interest_fee_fraction"),
)
def interest(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Any]:
    curve = curve_by_rise(*(number(inputs[name]) for name in ("floor", "small_cap", "large_cap", "inflection")))
    one = not isinstance(inputs["utilization"], list)
    used = [number(each) for each in ([inputs["utilization"]] if one else inputs["utilization"])]
    borrowed = [borrow_rate(curve, each) for each in used]
    earned = [supply_rate(rate, each, INTEREST_FEE) for rate, each in zip(borrowed, used, strict=True)]
    return {
        "borrow_apr": borrowed[0] if one else borrowed,
        "deposit_apr": earned[0] if one else earned,
        "interest_fee_fraction": INTEREST_FEE,
    }


ADAPTERS: tuple[Adapter, ...] = (
    liquidated,
    spread_liquidated,
    perp_health,
    perp_account,
    spot_account,
    coin_account,
    spread_account,
    estimated,
    funding,
    socialised,
    interest,
)
