"""Compound v2 rows: account liquidity, seizing, close factor, rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.rulebooks.compound_v2 import (
    Supply,
    account_liquidity,
    jump_rate,
    jump_rate_v2,
    liquidatable,
    most_repaid,
    seize_tokens,
    split_seized,
)
from engine.rules.curves import supply_rate
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("compound_v2",)

WEI = Decimal(1)
"""The tests of account liquidity count in the smallest unit."""

REFUSED = "revert LiquidateComptrollerRejection"

SCENARIO_CLOSE_FACTOR = Decimal("0.1")
"""What spec/scenario/CoreMacros sets up a Comptroller with, of which the rows of scenarios say nothing."""


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _split(liquidity: Decimal) -> dict[str, object]:
    return {"liquidity": max(liquidity, Decimal(0)), "shortfall": max(-liquidity, Decimal(0))}


def _asked(liquidity: Decimal, expected: Mapping[str, Any]) -> dict[str, object]:
    """Without a shortfall beside it, liquidity is meant with its sign."""
    return _split(liquidity) if "shortfall" in expected else {"liquidity": liquidity}


AMOUNTS = {"1e6": 1_000_000, "5e5": 500_000, "2e6": 2_000_000, "all": None}


@adapter(
    "compound_v2",
    "supply",
    "price",
    "collateral_factor",
    optional=("exchange_rate",),
    gives=(
        *("liquidity", "shortfall"),
        *(f"hypothetical_{kind}_{name}" for kind in ("borrow", "redeem") for name in AMOUNTS),
    ),
)
def one_market(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """One supply, and what borrowing or redeeming would make of it."""
    price, held = _number(inputs["price"]), _number(inputs["supply"])
    supply = Supply(held, price, _number(inputs["collateral_factor"]), _number(inputs.get("exchange_rate", 1)))
    result: dict[str, object] = _asked(account_liquidity([supply], []), expected)
    for name, stated in AMOUNTS.items():
        amount = held if stated is None else Decimal(stated)
        redeemed = replace(supply, tokens=amount)
        result[f"hypothetical_borrow_{name}"] = _split(account_liquidity([supply], [], borrowed=(amount, price)))
        result[f"hypothetical_redeem_{name}"] = _split(account_liquidity([supply], [], redeemed=redeemed))
    return result


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


@adapter(
    "compound_v2",
    "borrow",
    "supply_value",
    "collateral_factor",
    gives=("liquidity", "shortfall", "result", "liquidatable"),
)
def on_the_edge(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Whether an account may be liquidated at all."""
    supply = Supply(_number(inputs["supply_value"]), Decimal(1), _number(inputs["collateral_factor"]))
    liquidity = account_liquidity([supply], [(_number(inputs["borrow"]), Decimal(1))])
    falls = liquidatable(liquidity)
    said = "allowed" if falls else f"{REFUSED} 3 (INSUFFICIENT_SHORTFALL)"
    return {**_asked(liquidity, expected), "result": said, "liquidatable": falls}


@adapter("compound_v2", "borrow", optional=("close_factor", "repay"), gives=("result", "max_repay"))
def too_much(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Whether a call may repay so much."""
    part = _number(inputs.get("close_factor", SCENARIO_CLOSE_FACTOR))
    most = most_repaid(_number(inputs["borrow"]), part)
    allowed = _number(inputs.get("repay", most)) <= most
    return {"result": "allowed" if allowed else f"{REFUSED} 17 (TOO_MUCH_REPAY)", "max_repay": most}


POINTS, SUPPLIED = "points_util_pct_to_borrow_apr_pct", "points_util_pct_to_supply_apr_pct"


@adapter(
    "compound_v2",
    "base_pct",
    "multiplier_pct",
    "jump_pct",
    "kink_pct",
    optional=("blocks_per_year", "reserve_factor", "model"),
    gives=(POINTS, SUPPLIED),
)
def jump_rates(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Points of the curve, in percent; JumpRateModelV2 reaches its multiplier at the kink."""
    names = ("base_pct", "multiplier_pct", "jump_pct", "kink_pct")
    model = jump_rate_v2 if str(inputs.get("model", "")).lower().endswith("v2") else jump_rate
    curve, factor = model(*(_number(inputs[name]) / 100 for name in names)), _number(inputs.get("reserve_factor", 0))

    def supplied(used: Decimal) -> Decimal:
        return supply_rate(curve.rate(used), used, factor)

    return {
        name: [[each, rate(_number(each) / 100) * 100] for each, _ in expected[name]]
        for name, rate in ((POINTS, curve.rate), (SUPPLIED, supplied))
        if name in expected
    }


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
