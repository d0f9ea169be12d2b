"""marginfi v2 rows: health, classic and receivership liquidation, bankruptcy, interest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import Pool, Position
from engine.numbers import exactly
from engine.rulebooks.base import HandOver
from engine.rulebooks.data.marginfi_v2_banks import Fees
from engine.rulebooks.data.marginfi_v2_parameters import Parameters, price_bias
from engine.rulebooks.marginfi_v2 import (
    account_health,
    classic_liquidation,
    init_discount,
    interest_rates,
    liquidatable,
    most_seized,
    pair_ltv,
    settle_bad_debt,
    share_value,
)
from engine.rules.curves import points_of_curve, rate_through_points, simple_growth
from engine.rules.lending import holdings, owed, supplied
from engine.rules.leverage import loop_leverage
from engine.rules.seizing import Seizure, of_call
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("marginfi_v2",)
Figures = dict[str, Any]

ASSET, DEBT = "ASSET", "DEBT"
WEIGHTS = ("asset_w_init", "asset_w_maint", "liab_w_init", "liab_w_maint")


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _of(inputs: Inputs, name: str, otherwise: int = 0) -> Decimal:
    return _number(inputs.get(name, otherwise))


@exactly
def _after(asset: tuple[Decimal, Decimal], debt: tuple[Decimal, Decimal], call: Seizure) -> tuple[Decimal, Decimal]:
    """What an account of one (amount, price) supplied and one owed has of both once a call's hand-overs are done."""
    prices = {ASSET: asset[1], DEBT: debt[1]}
    sizes = {ASSET: asset[0], DEBT: -debt[0]}
    pool = Pool("cross", "you", {each: Position(each, sizes[each], sizes[each] * prices[each]) for each in sizes})
    collateral = sum((position.cost for position in pool.positions.values()), Decimal(0))  # no quote money at all
    held = holdings(pool, collateral)
    for step in of_call(call, owed(held)[0], supplied(held)[0], prices, "insurance vault"):
        collateral += _handed_over(pool, step)
    after = {each.symbol: abs(each.amount) for each in holdings(pool, collateral)}
    return after.get(ASSET, Decimal(0)), after.get(DEBT, Decimal(0))


def _handed_over(pool: Pool, step: HandOver) -> Decimal:
    """Let a liquidator have its part of a position; what the account's money changes by."""
    position = pool.positions[step.position]
    size = -position.side * step.size
    pool.positions[step.position], realised = position.traded(size, size * step.price)
    return realised - sum((charge.amount for charge in step.charges), Decimal(0))


@adapter(
    "marginfi_v2",
    "deposit",
    "borrow",
    "asset_price",
    "liab_price",
    "liquidate_asset_amount",
    optional=(
        *("collateral", "debt", "asset_weights_after_config_change", "liab_weights", "asset_confidence"),
        *("liab_confidence", "liquidator_fee", "insurance_fee"),
    ),
    gives=(
        *("liquidator_liab_taken", "liquidatee_debt_repaid", "insurance_fee"),
        *("liquidatee_collateral_after", "liquidatee_debt_after"),
    ),
)
@exactly
def classic(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A classic liquidation, at the low price of the asset and the high price of the debt."""
    own, amount = Parameters(), _of(inputs, "liquidate_asset_amount")
    low = _of(inputs, "asset_price") * (1 - price_bias(_of(inputs, "asset_confidence")))
    high = _of(inputs, "liab_price") * (1 + price_bias(_of(inputs, "liab_confidence")))
    fees = [_number(inputs.get(each, getattr(own, each))) for each in ("liquidator_fee", "insurance_fee")]
    call = classic_liquidation(amount, low, high, *fees)
    seizure = Seizure(call.repaid * high, amount * low, call.insured * high)
    collateral, debt = _after((_of(inputs, "deposit"), low), (_of(inputs, "borrow"), high), seizure)
    return {
        "liquidator_liab_taken": call.taken,
        "liquidatee_debt_repaid": call.repaid,
        "insurance_fee": call.insured,
        "liquidatee_collateral_after": collateral,
        "liquidatee_debt_after": debt,
    }


@adapter(
    "marginfi_v2",
    "deposit",
    *WEIGHTS,
    optional=("borrow",),
    gives=("init_collateral", "max_borrow", "maint_health", "init_health", "ltv", "liquidatable"),
)
@exactly
def opened(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """What a deposit lets one borrow, and the health with that (or with what is given) borrowed, to the cent."""
    deposit = _of(inputs, "deposit")
    opens, stays, owed_init, owed_maint = (_of(inputs, each) for each in WEIGHTS)
    most = pair_ltv(opens, owed_init) * deposit
    borrow = _number(inputs.get("borrow", most.quantize(Decimal("0.01"))))
    maintenance = account_health([(deposit, stays)], [(borrow, owed_maint)])
    return {
        "init_collateral": account_health([(deposit, opens)], []),
        "max_borrow": most,
        "init_health": account_health([(deposit, opens)], [(borrow, owed_init)]),
        "maint_health": maintenance,
        "ltv": pair_ltv(opens, owed_init),
        "liquidatable": liquidatable(maintenance),
    }


@adapter(
    "marginfi_v2",
    "asset_value",
    "debt",
    "asset_w_maint",
    "liab_w_maint",
    optional=("seized", "repaid"),
    gives=("maint_health", "liquidatable", "guide_prints"),
)
def standing(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """The maintenance health of one asset and one debt; what was seized and repaid is in the values already."""
    health = account_health(
        [(_of(inputs, "asset_value"), _of(inputs, "asset_w_maint"))],
        [(_of(inputs, "debt"), _of(inputs, "liab_w_maint"))],
    )
    return {"maint_health": health, "guide_prints": health, "liquidatable": liquidatable(health)}


@adapter("marginfi_v2", "asset_w", "liab_w", gives=("ltv", "guide_prints", "max_leverage"))
def pair(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """The loan to value of a pair, and the leverage of a loop of it."""
    ltv = pair_ltv(_of(inputs, "asset_w"), _of(inputs, "liab_w"))
    return {"ltv": ltv, "guide_prints": ltv, **({"max_leverage": loop_leverage(ltv)} if ltv < 1 else {})}


@adapter(
    "marginfi_v2",
    "assets",
    "debt",
    "seized",
    "repaid",
    optional=("max_fee",),
    gives=("assets_after", "debt_after", "net_worth_before", "net_worth_after", "allowed", "max_seized"),
)
@exactly
def receivership(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """What is seized and repaid in receivership, as values at prices of one."""
    one, assets, debt = Decimal(1), _of(inputs, "assets"), _of(inputs, "debt")
    seized, repaid = _of(inputs, "seized"), _of(inputs, "repaid")
    after = _after((assets, one), (debt, one), Seizure(repaid, seized))
    most = most_seized(repaid, _number(inputs.get("max_fee", Parameters().max_fee)))
    return {
        "assets_after": after[0],
        "debt_after": after[1],
        "net_worth_before": account_health([(assets, one)], [(debt, one)]),
        "net_worth_after": account_health([(after[0], one)], [(after[1], one)]),
        "allowed": seized <= most,
        "max_seized": most,
    }


@adapter("marginfi_v2", "repaid", optional=("max_fee",), gives=("max_seized",))
def premium(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """The most that may be seized for what was repaid."""
    return {"max_seized": most_seized(_of(inputs, "repaid"), _number(inputs.get("max_fee", Parameters().max_fee)))}


BANKRUPTCY = ("covered_by_insurance", "socialized", "lender_after", "insurance_after", "each_depositor_after")


@adapter(
    "marginfi_v2",
    "bad_debt",
    "insurance",
    optional=("lender_deposit", "deposits"),
    gives=(*BANKRUPTCY, "depositors_after", "share_value", "bank_killed"),
)
@exactly
def bankruptcy(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """Who bears a bad debt."""
    insurance = _of(inputs, "insurance")
    covered, socialised = settle_bad_debt(_of(inputs, "bad_debt"), insurance)
    deposits = [_number(each) for each in inputs.get("deposits", [inputs.get("lender_deposit", 1)])]
    value = share_value(sum(deposits, Decimal(0)), socialised)
    return {
        "covered_by_insurance": covered,
        "socialized": socialised,
        "lender_after": deposits[0] * value,
        "each_depositor_after": deposits[0] * value,
        "depositors_after": [each * value for each in deposits],
        "insurance_after": insurance - covered,
        "share_value": value,
        "bank_killed": value == 0,
    }


FEES = (
    *("insurance_fixed", "insurance_ir_fee", "protocol_fixed", "protocol_ir_fee"),
    *("program_fixed", "program_ir_fee"),
)
RATES = ("base", "lending", "borrowing", "group_fee", "insurance_fee", "protocol_fee", "program_fee")


@exactly
def _rates(inputs: Inputs, points: tuple[tuple[Decimal, Decimal], ...]) -> Figures:
    insurance, group, program = (
        Fees(rate=_of(inputs, f"{each}_ir_fee"), fixed=_of(inputs, f"{each}_fixed"))
        for each in ("insurance", "protocol", "program")
    )
    rates = interest_rates(points, _of(inputs, "ur"), group, insurance, program)
    return {
        "base": rates.base,
        "lending": rates.lending,
        "borrowing": rates.borrowing,
        "group_fee": rates.group_fee,
        "insurance_fee": rates.insurance_fee,
        "protocol_fee": rates.program_fee,
        "program_fee": rates.program_fee,
        "at_zero": rate_through_points(points, Decimal(0)),
        "at_hundred": rate_through_points(points, Decimal(1)),
    }


@adapter("marginfi_v2", "optimal", "plateau", "ur", optional=("max", *FEES), gives=RATES)
def legacy_rates(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """Rates of the curve with a plateau."""
    bend = (_of(inputs, "optimal"), _of(inputs, "plateau"))
    return _rates(inputs, points_of_curve(Decimal(0), (bend,), _of(inputs, "max")))


@adapter(
    "marginfi_v2", "zero", "points", "hundred", "ur", optional=FEES, gives=(*RATES, "at_zero", "at_hundred", "value")
)
def point_rates(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """Rates of the curve of seven points."""
    points = tuple((_number(each), _number(rate)) for each, rate in inputs["points"])
    rates = _rates(inputs, points_of_curve(_of(inputs, "zero"), points, _of(inputs, "hundred")))
    return {**rates, "value": rates["base"]}


@adapter("marginfi_v2", "apr", "seconds", "principal", gives=("interest", "value", "new_value"))
@exactly
def accrued(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """Simple interest of a time."""
    principal = _of(inputs, "principal")
    grown = principal * simple_growth(_of(inputs, "apr"), int(inputs["seconds"]))
    return {"interest": grown, "value": principal + grown, "new_value": principal + grown}


@adapter("marginfi_v2", "deposits_value", "init_limit", gives=("discount", "init_weight"), optional=("asset_w_init",))
@exactly
def capped(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """What a bank's init limit does to its weight."""
    discount = init_discount(_of(inputs, "deposits_value"), _of(inputs, "init_limit") or None)
    return {"discount": discount, "init_weight": discount * _of(inputs, "asset_w_init", 1)}


@adapter("marginfi_v2", "price", "confidence", gives=("low", "high"))
@exactly
def biased(inputs: Inputs, expected: Mapping[str, Any]) -> Figures:
    """The low and the high price of an oracle's price and confidence, both in quote units."""
    price = _of(inputs, "price")
    bias = price_bias(_of(inputs, "confidence") / price)
    return {"low": price * (1 - bias), "high": price * (1 + bias)}


ADAPTERS: tuple[Adapter, ...] = (
    classic,
    opened,
    standing,
    pair,
    receivership,
    premium,
    bankruptcy,
    legacy_rates,
    point_rates,
    accrued,
    capped,
    biased,
)
