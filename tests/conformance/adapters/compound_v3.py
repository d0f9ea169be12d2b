"""Compound v3 rows: collateralisation, absorbing, the storefront, rates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import Pool, Position
from engine.rulebooks.base import Failing, HandOver
from engine.rulebooks.compound_v3 import (
    CompoundV3,
    Parameters,
    absorbed,
    borrow_collateralized,
    for_sale,
    liquidatable,
    liquidation_price,
    quote_collateral,
    storefront_discount,
    storefront_price,
    surplus,
)
from engine.rules.curves import KinkedCurve
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("compound_v3",)
WEI, BASE_WEI = Decimal("1e-18"), Decimal("1e-6")


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


@adapter(
    "compound_v3",
    "base_amount",
    "asset_price",
    "liquidation_factor",
    "store_front_price_factor",
    optional=("base_price", "reserves_before", "target_reserves_wei", "target_reserves"),
    gives=(
        "discount",
        "discounted_price",
        "collateral_amount",
        "collateral_amount_wei",
        "reserves_after",
        "result",
    ),
)
def storefront(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """What the base asset buys of absorbed collateral."""
    paid, price, factor, share = (
        _number(inputs[name])
        for name in ("base_amount", "asset_price", "liquidation_factor", "store_front_price_factor")
    )
    reserves, target = inputs.get("reserves_before"), _target(inputs)
    if reserves is not None and target is not None and not for_sale(_number(reserves), target):
        return {"result": "revert NotForSale"}
    discounted = storefront_price(price, share, factor)
    amount = quote_collateral(paid, _number(inputs.get("base_price", 1)), discounted)
    return {
        "discount": storefront_discount(share, factor),
        "discounted_price": discounted,
        "collateral_amount": amount,
        "collateral_amount_wei": str(int(amount / WEI)),
        "reserves_after": _number(reserves or 0) + paid,
        "result": "sold",
    }


def _target(inputs: Mapping[str, Any]) -> Decimal | None:
    if "target_reserves_wei" in inputs:
        return _number(inputs["target_reserves_wei"]) * BASE_WEI
    return _number(inputs["target_reserves"]) if "target_reserves" in inputs else None


RESERVES = ("reserves", "reserves_before")


@adapter("compound_v3", optional=(*RESERVES, "target_reserves_wei", "target_reserves"), gives=("result",))
def for_sale_by_reserves(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Whether the storefront sells at all."""
    target = _target(inputs)
    assert target is not None
    held = next(_number(inputs[name]) for name in RESERVES if name in inputs)
    return {"result": "sold" if for_sale(held, target) else "revert NotForSale"}


@adapter("compound_v3", "rule", gives=("result",))
def not_for_sale(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """The rule in words: reserves of exactly the target sell nothing."""
    target = Decimal(100)
    return {"result": "sold" if for_sale(target, target) or not for_sale(Decimal(0), target) else "revert NotForSale"}


def _curve(numbers: Mapping[str, Any]) -> KinkedCurve:
    return KinkedCurve(*(_number(numbers[name]) for name in ("base", "slope_low", "slope_high", "kink")))


@adapter(
    "compound_v3",
    "utilization",
    "supply",
    "borrow",
    optional=("seconds_per_year",),
    gives=("supply_apr", "borrow_apr"),
)
def rates(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Two curves at one utilisation."""
    used = _number(inputs["utilization"])
    return {f"{side}_apr": _curve(inputs[side]).rate(used) for side in ("supply", "borrow")}


VALUES = ("collateral_usd", "collateral_units", "price", "price_before", "price_after")
MOMENTS = ("", "_before", "_after")


def _worth(inputs: Inputs, moment: str) -> Decimal:
    if "collateral_usd" in inputs:
        return _number(inputs["collateral_usd"])
    return _number(inputs.get("collateral_units", 0)) * _number(inputs.get(f"price{moment}", inputs.get("price", 1)))


@adapter(
    "compound_v3",
    "debt_usd",
    optional=(*VALUES, "borrow_cf", "liquidate_cf"),
    gives=tuple(f"{asked}{moment}" for asked in ("liquidatable", "collateralized") for moment in MOMENTS),
)
def one_collateral(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """One collateral, or none, at its factors (1 where a row names none), before and after a move."""
    debt, borrows, covers = (
        _number(inputs.get(name, default)) for name, default in (("debt_usd", 0), ("borrow_cf", 1), ("liquidate_cf", 1))
    )
    found: dict[str, object] = {}
    for moment in MOMENTS:
        value = _worth(inputs, moment)
        found[f"liquidatable{moment}"] = liquidatable(-debt, [(value, covers)])
        found[f"collateralized{moment}"] = borrow_collateralized(-debt, [(value, borrows)])
    return found


def _values(inputs: Inputs) -> list[Decimal]:
    return [_number(each["amount"]) * _number(each["price"]) for each in inputs["collateral"]]


def _left(inputs: Inputs, debt: Decimal) -> list[str]:
    """The assets that a pool with this collateral and debt still has when the rulebook has no more steps for it."""
    marks = {each["asset"]: _number(each["price"]) for each in inputs["collateral"]}
    held = {each["asset"]: Position(each["asset"], _number(each["amount"])) for each in inputs["collateral"]}
    factors = {"*": _number(inputs["liquidate_cf"])}
    venue = CompoundV3(Parameters(liquidate_factors=factors))
    done: list[HandOver] = []
    while held:
        failing = Failing(Pool("cross", "you/cross", held), -debt, marks, frozenset(held), 0, done=tuple(done))
        step = venue.next_step(failing)
        if step is None:
            break
        assert isinstance(step, HandOver)
        assert step.size == held.pop(step.position).size
        done.append(step)
    return sorted(held)


@adapter(
    "compound_v3",
    "debts_base_wei",
    optional=("collateral", "total_borrow_base", "reserves_before", "borrow_cf", "liquidate_cf", "liquidation_factor"),
    gives=("new_base_balances", "base_paid_out", "total_borrow_after", "reserves_after", "reserves_change_wei"),
)
def absorbing_several(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Accounts that are absorbed in one call; collateral is a list for each of them, or there is none."""
    debts = [_number(each) for each in inputs["debts_base_wei"]]
    held, factor = inputs.get("collateral") or [[]] * len(debts), _number(inputs.get("liquidation_factor", 1))
    results = [
        absorbed(-debt, [(value / BASE_WEI, factor) for value in _values({"collateral": own})])
        for debt, own in zip(debts, held, strict=True)
    ]
    change = sum((each.reserves_change for each in results), Decimal(0))
    return {
        "new_base_balances": [each.balance for each in results],
        "base_paid_out": [each.paid_out - each.credit for each in results],
        "total_borrow_after": _number(inputs.get("total_borrow_base", sum(debts))) - sum(debts),
        "reserves_after": _number(inputs.get("reserves_before", 0)) + change,
        "reserves_change_wei": change,
    }


@adapter(
    "compound_v3",
    "debt_base_wei",
    "collateral",
    optional=("total_borrow_base", "reserves_before", "borrow_cf", "liquidate_cf", "liquidation_factor"),
    gives=(
        "new_base_balance",
        "new_base_balance_wei",
        "base_paid_out",
        "total_borrow_after",
        "reserves_after",
        "reserves_change_wei",
        "all_collateral_seized",
    ),
)
def absorbing(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """An account that is absorbed; its borrow is the market's only one unless a total is given."""
    debt = _number(inputs["debt_base_wei"])
    factor = _number(inputs.get("liquidation_factor", 1))
    values = [(value / BASE_WEI, factor) for value in _values(inputs)]
    result = absorbed(-debt, values)
    return {
        "new_base_balance": result.balance,
        "new_base_balance_wei": result.balance,
        "base_paid_out": result.paid_out - result.credit,
        "total_borrow_after": _number(inputs.get("total_borrow_base", debt)) - debt,
        "reserves_after": _number(inputs.get("reserves_before", 0)) + result.reserves_change,
        "reserves_change_wei": result.reserves_change,
        "all_collateral_seized": not inputs["collateral"] or not _left(inputs, debt * BASE_WEI),
    }


@adapter(
    "compound_v3",
    *("debt_usd", "collateral", "liquidate_cf"),
    optional=("borrow_cf", "liquidation_factor"),
    gives=("liquidatable", "assets_left", "new_base_balance", "credit_for_collateral", "reserves_change"),
)
def absorbed_whole(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """Whether an account may be absorbed, and what the rulebook's steps leave of its collateral."""
    factor, debt = _number(inputs["liquidate_cf"]), _number(inputs["debt_usd"])
    falls = liquidatable(-debt, [(value, factor) for value in _values(inputs)])
    part = _number(inputs.get("liquidation_factor", 1))
    result = absorbed(-debt, [(value, part) for value in _values(inputs)])
    return {
        "liquidatable": falls,
        "assets_left": _left(inputs, debt),
        "new_base_balance": result.balance,
        "credit_for_collateral": result.credit,
        "reserves_change": result.reserves_change,
    }


@adapter(
    "compound_v3",
    "weth",
    "price_open",
    "price_absorb",
    "borrow_cf",
    "liquidate_cf",
    "liquidation_factor",
    "store_front_price_factor",
    "debt",
    gives=(
        "max_borrow",
        "liquidation_price",
        "liquidatable_at_1800",
        "credit_for_collateral",
        "user_base_balance_after",
        "storefront_discount",
        "storefront_price",
        "protocol_profit_if_sold_at_storefront",
    ),
)
def full_cycle(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, object]:
    """From opening to the storefront."""
    size, opened, fell, debt = (_number(inputs[name]) for name in ("weth", "price_open", "price_absorb", "debt"))
    borrows, covers, credits_, share = (
        _number(inputs[name])
        for name in ("borrow_cf", "liquidate_cf", "liquidation_factor", "store_front_price_factor")
    )
    result, sold = absorbed(-debt, [(size * fell, credits_)]), storefront_price(fell, share, credits_)
    return {
        "max_borrow": surplus(Decimal(0), [(size * opened, borrows)]),
        "liquidation_price": liquidation_price(size, debt, covers),
        f"liquidatable_at_{inputs['price_absorb']}": liquidatable(-debt, [(size * fell, covers)]),
        "credit_for_collateral": result.credit,
        "user_base_balance_after": result.balance,
        "storefront_discount": storefront_discount(share, credits_),
        "storefront_price": sold,
        "protocol_profit_if_sold_at_storefront": size * sold - result.credit,
    }


ADAPTERS: tuple[Adapter, ...] = (
    storefront,
    not_for_sale,
    rates,
    one_collateral,
    for_sale_by_reserves,
    absorbing,
    absorbing_several,
    absorbed_whole,
    full_cycle,
)
