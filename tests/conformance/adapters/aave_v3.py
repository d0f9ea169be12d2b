"""Aave V3 rows: health factors, close factors, liquidation calls, dust, ceilings, rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.numbers import ONE
from engine.rulebooks.aave_v3 import (
    Parameters,
    available_borrows,
    average_weight,
    exceeds_ceiling,
    health_factor,
    isolated_debt,
    loop_leverage,
    most_repaid,
)
from engine.rulebooks.data.aave_v3_reserves import QUOTE_RESERVE
from engine.rules.curves import curve_by_rise, supply_rate
from engine.rules.seizing import Side, liquidation_call, whole_or_at_most
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("aave_v3",)
DOLLARS = ("USDX", "USDC", "USDT")
COINS = ("wbtc", "weth", "wsteth", "usdx", "usdc")


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _unit(asset: str) -> Decimal:
    return QUOTE_RESERVE.unit if asset in DOLLARS else Parameters().reserve(asset).unit


def _in_coins(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{coin}" for name in names for coin in COINS)


def _since_v33(inputs: Inputs) -> bool:
    """Whether a row that names a version means one with the newer close factor and the deficit."""
    return str(inputs.get("version", "v3.3")).lstrip("vV") not in ("3", "3.0", "3.0.0", "3.0.1", "3.1", "3.2")


AMOUNTS = ("collateral_to_liquidator", "protocol_fee", "collateral_taken_from_borrower")


@adapter(
    "aave_v3",
    "collateral",
    "collateral_amount",
    "price_before",
    "price_after",
    "debt",
    "debt_amount",
    "debt_price",
    "liquidation_threshold",
    "liquidation_bonus",
    "liquidation_protocol_fee",
    "debt_to_cover",
    optional=("price_drop", "ltv", "interest_elapsed_seconds", "accrued_interest", "receive_a_token", "version"),
    gives=(
        "hf",
        "hf_before",
        "hf_after_price_move",
        "close_factor",
        "debt_repaid",
        "collateral_left",
        "deficit_created",
        "borrower_debt_left",
        *_in_coins(*AMOUNTS),
    ),
)
def a_call(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """A position, a fall of its collateral's price, and one liquidation call."""
    amount, owed, price = (_number(inputs[name]) for name in ("collateral_amount", "debt_amount", "debt_price"))
    before, after, threshold = (
        _number(inputs[name]) for name in ("price_before", "price_after", "liquidation_threshold")
    )
    owed += _number(inputs.get("accrued_interest", 0))
    collateral = Side(amount, after, _unit(inputs["collateral"]))
    debt = Side(owed, price, _unit(inputs["debt"]))
    factor = health_factor([(amount * after, threshold)], owed * price)
    assert factor is not None
    rules = Parameters(since_v33=_since_v33(inputs))
    most = most_repaid(owed * price, owed * price, amount * after, factor, rules)
    wanted = most / price if inputs["debt_to_cover"] == "max" else min(_number(inputs["debt_to_cover"]), most / price)
    bonus, share = _number(inputs["liquidation_bonus"]) - ONE, _number(inputs["liquidation_protocol_fee"])
    call = liquidation_call(collateral, debt, wanted, bonus, share)
    deficit, coin = call.deficit(collateral, debt) if rules.since_v33 else Decimal(0), str(inputs["collateral"]).lower()
    return {
        "hf": factor,
        "hf_before": health_factor([(amount * before, threshold)], owed * price),
        "hf_after_price_move": factor,
        "close_factor": most / (owed * price),
        "debt_repaid": call.repaid,
        f"collateral_to_liquidator_{coin}": call.seized - call.fee,
        f"protocol_fee_{coin}": call.fee,
        f"collateral_taken_from_borrower_{coin}": call.seized,
        "collateral_left": amount - call.seized,
        "deficit_created": deficit,
        "borrower_debt_left": owed - call.repaid - deficit,
    }


@adapter(
    "aave_v3",
    "collateral",
    "collateral_amount",
    "collateral_price",
    "health_factor",
    optional=("min_base_max_close_factor_threshold_usd", "close_factor_hf_threshold"),
    gives=("close_factor",),
)
def close_factor_by_collateral(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """The debt follows from the health factor and the collateral's threshold."""
    value, factor = (
        _number(inputs["collateral_amount"]) * _number(inputs["collateral_price"]),
        _number(inputs["health_factor"]),
    )
    rules = Parameters()
    if "min_base_max_close_factor_threshold_usd" in inputs:
        rules = replace(rules, part_from=_number(inputs["min_base_max_close_factor_threshold_usd"]))
    if "close_factor_hf_threshold" in inputs:
        rules = replace(rules, whole_below=_number(inputs["close_factor_hf_threshold"]))
    debt = value * rules.reserve(inputs["collateral"]).threshold / factor
    return {"close_factor": most_repaid(debt, debt, value, factor, rules) / debt}


@adapter(
    "aave_v3",
    "debts_usd",
    "collateral_usd",
    "close_factor",
    "assume_hf_between",
    gives=("max_liquidatable_single_reserve_v3_0_usd", "max_liquidatable_single_reserve_v3_3_usd"),
)
def most_of_one_debt(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """The largest debt against the largest collateral, before and since v3.3."""
    debts = [_number(each) for each in inputs["debts_usd"].values()]
    collateral = max(_number(each) for each in inputs["collateral_usd"].values())
    factor = sum(_number(each) for each in inputs["assume_hf_between"]) / 2
    rules = replace(Parameters(), close_factor=_number(inputs["close_factor"]))
    old = replace(rules, since_v33=False)
    return {
        f"max_liquidatable_single_reserve_{name}_usd": most_repaid(max(debts), sum(debts), collateral, factor, each)
        for name, each in (("v3_0", old), ("v3_3", rules))
    }


@adapter(
    "aave_v3",
    "collateral_usd",
    "debt_usd",
    "health_factor",
    optional=("min_base_max_close_factor_threshold_usd",),
    gives=("max_close_old", "max_close_v3_3"),
)
def small_position(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """One debt and one collateral, before and since v3.3."""
    collateral, debt, factor = (_number(inputs[name]) for name in ("collateral_usd", "debt_usd", "health_factor"))
    smallest = inputs.get("min_base_max_close_factor_threshold_usd")
    rules = Parameters() if smallest is None else replace(Parameters(), part_from=_number(smallest))
    old = replace(rules, since_v33=False)
    return {
        "max_close_old": most_repaid(debt, debt, collateral, factor, old) / debt,
        "max_close_v3_3": most_repaid(debt, debt, collateral, factor, rules) / debt,
    }


@adapter(
    "aave_v3",
    "collateral_usd",
    "debt_usd",
    "health_factor",
    "min_leftover_usd",
    optional=("min_base_max_close_factor_threshold_usd",),
    gives=("allowed",),
)
def without_dust(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """How much of each debt and each collateral one call may take: what must go whole first."""
    leftover = _number(inputs["min_leftover_usd"])
    sides = [("debt", inputs["debt_usd"]), ("collateral", inputs["collateral_usd"])]
    whole, part = [], []
    for kind, amounts in sides:
        for name, amount in amounts.items():
            most = whole_or_at_most(_number(amount), leftover)
            if most:
                part.append(f"liquidate <={most} or exactly 100% of {kind} {name}")
            else:
                whole.append(f"liquidate 100% of {kind} {name}")
    return {"allowed": whole + part}


@adapter(
    "aave_v3",
    "optimal_usage",
    "base_variable_borrow_rate",
    "slope1",
    "slope2",
    optional=("borrow_usage_ratio", "supply_usage_ratio", "usage_ratio", "reserve_factor"),
    gives=("variable_borrow_rate", "liquidity_rate"),
)
def rates(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """The kinked curve, and what is left of it for suppliers."""
    base, slope1, slope2, optimal = (
        _number(inputs[name]) for name in ("base_variable_borrow_rate", "slope1", "slope2", "optimal_usage")
    )
    used = inputs.get("borrow_usage_ratio", inputs.get("usage_ratio"))
    borrow = curve_by_rise(base, slope1, slope2, optimal).rate(_number(used))
    used, factor = _number(inputs.get("supply_usage_ratio", used)), _number(inputs.get("reserve_factor", 0))
    return {"variable_borrow_rate": borrow, "liquidity_rate": supply_rate(borrow, used, factor)}


@adapter(
    "aave_v3",
    "borrows_dai",
    optional=("debt_ceiling_raw", "debt_ceiling_decimals", "debt_ceiling_usd"),
    gives=("isolation_mode_total_debt_raw", "over_ceiling_result"),
)
def debt_ceiling(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Borrows that add up as long as they are allowed, and one more of as much as the whole ceiling."""
    decimals, debt = int(inputs.get("debt_ceiling_decimals", 2)), 0
    stated = Decimal(str(inputs.get("debt_ceiling_usd", 0))).scaleb(decimals)
    ceiling = int(inputs.get("debt_ceiling_raw", stated))
    totals = []
    for borrow in inputs["borrows_dai"]:
        more = isolated_debt(debt, _number(borrow), decimals)
        if exceeds_ceiling(more, ceiling):
            continue
        debt = more
        totals.append(str(debt))
    beyond = isolated_debt(debt, Decimal(ceiling).scaleb(-decimals), decimals)
    refused = "revert DEBT_CEILING_EXCEEDED" if exceeds_ceiling(beyond, ceiling) else "allowed"
    return {"isolation_mode_total_debt_raw": totals, "over_ceiling_result": refused}


@adapter("aave_v3", "liquidation_threshold", "health_factor", gives=("leverage",))
def loop(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """The leverage of a loop."""
    return {"leverage": loop_leverage(_number(inputs["liquidation_threshold"]), _number(inputs["health_factor"]))}


@adapter(
    "aave_v3",
    "collateral",
    "debt_usd",
    gives=("avg_ltv_bps", "avg_lt_bps", "health_factor", "available_borrows_usd", "liquidatable"),
)
def several_collaterals(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Averages in basis points, the health factor, and what can still be borrowed."""
    values = [_number(each["value_usd"]) for each in inputs["collateral"]]
    ltv = [(value, _number(each["ltv"])) for value, each in zip(values, inputs["collateral"], strict=True)]
    lt = [(value, _number(each["lt"])) for value, each in zip(values, inputs["collateral"], strict=True)]
    debt = _number(inputs["debt_usd"])
    factor = health_factor(lt, debt)
    return {
        "avg_ltv_bps": average_weight(ltv) * 10_000,
        "avg_lt_bps": average_weight(lt) * 10_000,
        "health_factor": factor,
        "available_borrows_usd": available_borrows(ltv, debt),
        "liquidatable": factor is not None and factor < 1,
    }


@adapter(
    "aave_v3",
    "emode",
    "collateral_value",
    "borrow_value",
    optional=("collateral", "borrow", "prices_equal"),
    gives=(
        "max_borrow_value",
        "health_factor",
        "debt_price_multiple_where_hf_hits_1",
        "liquidated_debt_fraction",
        "collateral_per_debt_value",
    ),
)
def emode(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """One collateral and one debt of a category, and a call just below a health factor of 1."""
    category = inputs["emode"]
    value, debt = _number(inputs["collateral_value"]), _number(inputs["borrow_value"])
    ltv, threshold = _number(category["ltv"]), _number(category["liquidation_threshold"])
    factor = health_factor([(value, threshold)], debt)
    assert factor is not None
    failing = debt * factor  # the debt's worth at which the health factor is 1
    most = most_repaid(failing, failing, value, Decimal("0.999999"))
    unit = Decimal("1e-18")
    call = liquidation_call(
        Side(value, ONE, unit), Side(failing, ONE, unit), most, _number(category["liquidation_bonus"]) - ONE, Decimal(0)
    )
    return {
        "max_borrow_value": available_borrows([(value, ltv)], Decimal(0)),
        "health_factor": factor,
        "debt_price_multiple_where_hf_hits_1": failing / debt,
        "liquidated_debt_fraction": most / failing,
        "collateral_per_debt_value": call.seized / call.repaid,
    }


ADAPTERS: tuple[Adapter, ...] = (
    a_call,
    close_factor_by_collateral,
    most_of_one_debt,
    small_position,
    without_dust,
    rates,
    debt_ceiling,
    loop,
    several_collaterals,
    emode,
)
