"""Compound v2 rows: account liquidity, seizing, close factor, rates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.rulebooks.compound_v2 import (
    Supply,
    account_liquidity,
    jump_rate,
    liquidatable,
    most_repaid,
    seize_tokens,
    split_seized,
)
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("compound_v2",)

WEI = Decimal(1)
"""The tests of account liquidity count in the smallest unit."""

SCENARIO_CLOSE_FACTOR = Decimal("0.1")
"""What spec/scenario/CoreMacros sets up a Comptroller with, of which the rows of scenarios say nothing."""


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _split(liquidity: Decimal) -> dict[str, object]:
    return {"liquidity": max(liquidity, Decimal(0)), "shortfall": max(-liquidity, Decimal(0))}


@adapter(
    "compound_v2",
    "supply",
    "price",
    "collateral_factor",
    gives=("liquidity", "shortfall", "hypothetical_borrow_1e6", "hypothetical_redeem_all"),
)
def one_market(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """One supply, and what borrowing or redeeming would make of it."""
    price = _number(inputs["price"])
    supply = Supply(_number(inputs["supply"]), price, _number(inputs["collateral_factor"]))
    borrow = (Decimal(1_000_000), price)
    return {
        **_split(account_liquidity([supply], [], unit=WEI)),
        "hypothetical_borrow_1e6": _split(account_liquidity([supply], [], borrowed=borrow, unit=WEI)),
        "hypothetical_redeem_all": _split(account_liquidity([supply], [], redeemed=supply, unit=WEI)),
    }


@adapter(
    "compound_v2",
    "markets",
    gives=(
        "liquidity",
        "shortfall",
        "hypothetical_borrow_m3_floor_c2",
        "hypothetical_borrow_m3_all_plus_c1",
        "hypothetical_redeem_m1",
    ),
)
def several_markets(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Several supplies; borrows are of the last market, redeems of the first."""
    supplies = [
        Supply(_number(each["supply"]), _number(each["price"]), _number(each["cf"])) for each in inputs["markets"]
    ]
    result: dict[str, object] = {**_split(account_liquidity(supplies, [], unit=WEI))}
    for name, wanted in expected.items():
        if name.startswith("hypothetical_borrow"):
            borrow = (_number(wanted["borrow"]), supplies[-1].price)
            after = account_liquidity(supplies, [], borrowed=borrow, unit=WEI)
            result[name] = {"borrow": wanted["borrow"], **_split(after)}
        elif name.startswith("hypothetical_redeem"):
            redeemed = Supply(_number(wanted["redeem"]), supplies[0].price, supplies[0].factor)
            after = account_liquidity(supplies, [], redeemed=redeemed, unit=WEI)
            result[name] = {"redeem": wanted["redeem"], **_split(after)}
    return result


@adapter(
    "compound_v2",
    "exchange_rate",
    "price_borrowed",
    "price_collateral",
    "liquidation_incentive",
    "repay_amount",
    gives=("seize_tokens",),
)
def seized(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """cTokens for what was repaid."""
    names = ("repay_amount", "liquidation_incentive", "price_borrowed", "price_collateral", "exchange_rate")
    return {"seize_tokens": seize_tokens(*(_number(inputs[name]) for name in names))}


@adapter("compound_v2", "repay", "seize_tokens", "protocol_seize_share", gives=("protocol_tokens", "liquidator_tokens"))
def shared(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """What of them goes to the reserves."""
    protocol, liquidator = split_seized(_number(inputs["seize_tokens"]), _number(inputs["protocol_seize_share"]))
    return {"protocol_tokens": protocol, "liquidator_tokens": liquidator}


@adapter(
    "compound_v2",
    "collateral_factor",
    "price",
    "borrow_after_interest",
    "supply_value_after_interest",
    "ctokens",
    "liquidation_incentive",
    "protocol_seize_share",
    "repay",
    optional=("supply_underlying", "exchange_rate_underlying_per_ctoken"),
    gives=(
        "liquidity_before",
        "borrower_ctokens_after",
        "liquidator_ctokens",
        "borrow_after",
        "liquidity_after",
        "effective_incentive",
    ),
)
def in_kind(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """A debt and a collateral in one asset, and one call. The rate follows from what the tokens are worth."""
    price, factor, tokens, borrow, repaid = (
        _number(inputs[name]) for name in ("price", "collateral_factor", "ctokens", "borrow_after_interest", "repay")
    )
    rate = _number(inputs["supply_value_after_interest"]) / price / tokens
    incentive, share = _number(inputs["liquidation_incentive"]), _number(inputs["protocol_seize_share"])
    assert repaid <= most_repaid(borrow, SCENARIO_CLOSE_FACTOR)
    taken = seize_tokens(repaid, incentive, price, price, rate)
    _, liquidator = split_seized(taken, share)
    before = account_liquidity([Supply(tokens, price, factor, rate)], [(borrow, price)])
    after = account_liquidity([Supply(tokens - taken, price, factor, rate)], [(borrow - repaid, price)])
    return {
        "liquidity_before": before,
        "borrower_ctokens_after": tokens - taken,
        "liquidator_ctokens": liquidator,
        "borrow_after": borrow - repaid,
        "liquidity_after": after,
        "effective_incentive": liquidator * rate / repaid,
    }


@adapter("compound_v2", "liquidation_incentive", "protocol_seize_share", gives=("effective_incentive",))
def kept_by_the_liquidator(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """What a liquidator gets for a unit repaid, at prices and rates of one."""
    one = Decimal(1)
    taken = seize_tokens(one, _number(inputs["liquidation_incentive"]), one, one, one)
    return {"effective_incentive": split_seized(taken, _number(inputs["protocol_seize_share"]))[1]}


@adapter("compound_v2", "borrow", "supply_value", "collateral_factor", gives=("liquidity", "shortfall", "result"))
def on_the_edge(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Whether an account may be liquidated at all."""
    supply = Supply(_number(inputs["supply_value"]), Decimal(1), _number(inputs["collateral_factor"]))
    liquidity = account_liquidity([supply], [(_number(inputs["borrow"]), Decimal(1))])
    refused = "revert LiquidateComptrollerRejection 3 (INSUFFICIENT_SHORTFALL)"
    return {**_split(liquidity), "result": "allowed" if liquidatable(liquidity) else refused}


@adapter("compound_v2", "borrow", "repay", optional=("close_factor",), gives=("result",))
def too_much(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Whether a call may repay so much."""
    part = _number(inputs.get("close_factor", SCENARIO_CLOSE_FACTOR))
    allowed = _number(inputs["repay"]) <= most_repaid(_number(inputs["borrow"]), part)
    return {"result": "allowed" if allowed else "revert LiquidateComptrollerRejection 17 (TOO_MUCH_REPAY)"}


@adapter(
    "compound_v2",
    "base_pct",
    "multiplier_pct",
    "jump_pct",
    "kink_pct",
    optional=("blocks_per_year",),
    gives=("points_util_pct_to_borrow_apr_pct",),
)
def jump_rates(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Points of the curve, in percent."""
    curve = jump_rate(*(_number(inputs[name]) / 100 for name in ("base_pct", "multiplier_pct", "jump_pct", "kink_pct")))
    points = [point[0] for point in expected["points_util_pct_to_borrow_apr_pct"]]
    return {"points_util_pct_to_borrow_apr_pct": [[each, curve.rate(_number(each) / 100) * 100] for each in points]}


ADAPTERS: tuple[Adapter, ...] = (
    one_market,
    several_markets,
    seized,
    shared,
    in_kind,
    kept_by_the_liquidator,
    on_the_edge,
    too_much,
    jump_rates,
)
