"""Mango v4: liquidations and bankruptcies of the venue's own tests, through what its rulebook reckons with.

What a row leaves to the test that it is from is stated here as that test has it, never as a result: the account that an
integration test begins with, and the instructions before the row's own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.numbers import ONE, ZERO, divide
from engine.rules.mango.health import (
    HealthWeights,
    Holdings,
    Token,
    TokenPrices,
    scaled_asset_weight,
    scaled_liability_weight,
)
from engine.rules.mango.liquidation import (
    LiquidationFees,
    PerpFees,
    covered_by,
    insurance_payment,
    perp_transfer,
    socialised_index,
    token_transfer,
)
from engine.rules.weights import Weights
from tests.conformance.adapters.mango import LEVELS, Expected, Figures, flat, number, perp, token, weighed
from tests.conformance.shape import Inputs, adapter

VENUES = ("mango_v4",)
SET_UP = (Decimal("0.6"), Decimal("1.4"))
"""Init weights of every token of the integration tests: tests/program_test/mango_setup.rs."""

# -- tokens for tokens


def transferred(holdings: Holdings, asset: str, debt: str, fees: LiquidationFees, most: Any = None) -> tuple[Any, ...]:
    """The transfer of one instruction, and the account behind it."""
    limit = () if most is None else (number(most),)
    transfer = token_transfer(holdings, asset, debt, fees, fees, *limit)
    changes = {asset: -transfer.asset, debt: transfer.liability}
    tokens = tuple(replace(each, balance=each.balance + changes.get(each.name, ZERO)) for each in holdings.tokens)
    return transfer, replace(holdings, tokens=tokens)


ACCOUNT = {"collateral1": 1000, "collateral2": 20, "borrow1": -350, "borrow2": -50}
PRICES = {"borrow1": 2, "others": 1}
ACTIONS = (
    "collateral2 vs borrow2, max 10000",
    "collateral1 vs remaining borrow2 (31)",
    "collateral1 vs borrow1 (price 2), max_liab_transfer 10",
    "collateral1 vs borrow1, max 10000",
)
"""test_liq_tokens_with_token, instruction by instruction."""
_ACTION = re.compile(r"(\w+) vs (?:remaining )?(\w+)(?:.*max\w* (\d+))?")


def accounted(balances: Inputs, prices: Inputs, weights: HealthWeights) -> Holdings:
    others = prices.get("others", 1)
    return Holdings(
        tuple(token(name, balance, prices.get(name, others), weights) for name, balance in balances.items())
    )


def acted(holdings: Holdings, action: str, fees: LiquidationFees) -> tuple[Any, ...]:
    found = _ACTION.match(action)
    assert found is not None, action
    asset, debt, most = found.groups()
    transfer, after = transferred(holdings, asset, debt, fees, most)
    return transfer, after, asset, debt


def liquidation_figures(transfer: Any, after: Holdings) -> Figures:
    left = {f"{each.name}_after": each.balance for each in after.tokens}
    return {
        **left,
        "liab_transfer": transfer.liability,
        "asset_cost": transfer.asset,
        "liqor_received": transfer.to_liquidator,
        "platform_fee": transfer.fee,
        "being_liquidated": after.health("liquidation_end") <= -1,
    }


TOKEN_FIGURES = (
    *(f"{name}_after" for name in ACCOUNT),
    *("liab_transfer", "asset_cost", "liqor_received", "platform_fee", "being_liquidated"),
    "total_liab_transfer_including_step3",
)


def terms(row: Inputs) -> tuple[HealthWeights, LiquidationFees]:
    weights = row["weights"]
    return weighed(weights), LiquidationFees(number(weights["liq_fee"]), number(weights.get("platform_liq_fee", 0)))


@adapter("mango_v4", "weights", "action", gives=TOKEN_FIGURES, optional=("liqee", "prices"))
def token_instruction(row: Inputs, expected: Expected) -> Figures:
    weights, fees = terms(row)
    holdings = accounted(row.get("liqee", ACCOUNT), row.get("prices", PRICES), weights)
    for before in ACTIONS[: ACTIONS.index(row["action"])] if "liqee" not in row else ():
        _, holdings, _, _ = acted(holdings, before, fees)
    transfer, after, _, _ = acted(holdings, row["action"], fees)
    return liquidation_figures(transfer, after)


@adapter("mango_v4", "weights", "liq_end_health_before_step3", gives=TOKEN_FIGURES, optional=("formula",))
def until_no_health_is_missing(row: Inputs, expected: Expected) -> Figures:
    weights, fees = terms(row)
    holdings = accounted(ACCOUNT, PRICES, weights)
    for before in ACTIONS[:2]:
        _, holdings, _, _ = acted(holdings, before, fees)
    assert round(holdings.health("liquidation_end"), 1) == number(row["liq_end_health_before_step3"])
    paid = cost = ZERO
    transfer: Any = None
    for action in ACTIONS[2:]:
        transfer, holdings, _, _ = acted(holdings, action, fees)
        paid, cost = paid + transfer.liability, cost + transfer.asset
    figures = liquidation_figures(transfer, holdings)
    return {**figures, "total_liab_transfer_including_step3": paid, "liab_transfer": paid, "asset_cost": cost}


@adapter(
    "mango_v4",
    "asset_init_weight",
    "asset_init_liab_weight",
    "liab_init_weight",
    "liab_init_liab_weight",
    "perp_overall_weight",
    "asset_spot",
    "asset_perp_quote",
    "liab_spot",
    "liab_perp_quote",
    "other_spot_health",
    "prices",
    "fees",
    "max_liab_transfer",
    gives=("asset_spot_after", "liab_spot_after"),
)
def tokens_beside_perps(row: Inputs, expected: Expected) -> Figures:
    names, whole = ("asset", "liab"), row["perp_overall_weight"]
    weights = {each: flat(row[f"{each}_init_weight"], row[f"{each}_init_liab_weight"]) for each in names}
    tokens = [token(each, row[f"{each}_spot"], row["prices"], weights[each]) for each in names]
    perps = [perp(ZERO, number(row[f"{each}_perp_quote"]), flat(1, 1), each, overall=whole) for each in names]
    holdings = Holdings((*tokens, token("other", row["other_spot_health"])), tuple(perps))
    fees = LiquidationFees(number(row["fees"]))
    _, after = transferred(holdings, "asset", "liab", fees, row["max_liab_transfer"])
    return {f"{each}_spot_after": after.by_name[each].balance for each in names}


@adapter(
    "mango_v4",
    "asset",
    "asset_oracle",
    "asset_stable",
    "asset_iaw",
    "liab",
    "liab_oracle",
    "liab_stable",
    "init_lw",
    "maint_lw",
    gives=(*LEVELS, "liqee_asset_after", "liqee_liab_after", "liq_end_health_after"),
    optional=("asset_maw", "asset_deposit_scale_start", "asset_total_deposits", "liab_borrow_scale_start", "fees"),
)
def scaled_and_stable(row: Inputs, expected: Expected) -> Figures:
    asset = TokenPrices(number(row["asset_oracle"]), number(row["asset_stable"]))
    liab = TokenPrices(number(row["liab_oracle"]), number(row["liab_stable"]))
    long, deposits = number(row["asset_iaw"]), number(row.get("asset_total_deposits", 0))
    starts = [
        number(row[name]) if name in row else None for name in ("asset_deposit_scale_start", "liab_borrow_scale_start")
    ]
    less = scaled_asset_weight(long, deposits, asset.liability("init"), starts[0])
    short, owed = number(row["init_lw"]), -number(row["liab"])
    more = scaled_liability_weight(short, owed, liab.liability("init"), starts[1])
    kept = Weights(number(row.get("asset_maw", long)), ONE)
    held = HealthWeights(Weights(long, ONE), kept, Weights(less, ONE))
    borrowed = HealthWeights(Weights(ONE, short), Weights(ONE, number(row["maint_lw"])), Weights(ONE, more))
    tokens = (Token("asset", number(row["asset"]), asset, held), Token("liab", number(row["liab"]), liab, borrowed))
    holdings = Holdings(tokens)
    _, after = transferred(holdings, "asset", "liab", LiquidationFees(number(row.get("fees", 0))))
    return {
        **{name: holdings.health(level) for name, level in LEVELS.items()},
        **{f"liqee_{each.name}_after": each.balance for each in after.tokens},
        "liq_end_health_after": after.health("liquidation_end"),
    }


# -- perpetuals


@adapter(
    "mango_v4",
    "init_base_asset_weight",
    "init_base_liab_weight",
    "init_overall_asset_weight",
    "positive_pnl_liquidation_fee",
    "price",
    "base_liquidation_fee",
    "settle_spot",
    "base_lots",
    "quote",
    "other_spot",
    "max_base",
    "max_pnl",
    gives=("settle_spot_after", "base_lots_after", "quote_after"),
    optional=("platform_liquidation_fee", "base_lot_size"),
)
def perp_base_and_profit(row: Inputs, expected: Expected) -> Figures:
    """The settle token and the other one weigh 1 in that test."""
    weights = flat(row["init_base_asset_weight"], row["init_base_liab_weight"])
    lot = number(row.get("base_lot_size", 1))
    base, quote = number(row["base_lots"]) * lot, number(row["quote"])
    held = perp(base, quote, weights, price=row["price"], overall=row["init_overall_asset_weight"])
    holdings = Holdings((token("0", row["settle_spot"]), token("1", row["other_spot"])), (held,))
    base_fees = LiquidationFees(number(row["base_liquidation_fee"]), number(row.get("platform_liquidation_fee", 0)))
    fees = PerpFees(base_fees, number(row["positive_pnl_liquidation_fee"]))
    transfer = perp_transfer(holdings, held, fees, number(row["max_base"]) * lot, number(row["max_pnl"]), lot)
    side = ONE if base > 0 else -ONE
    received = side * transfer.base * transfer.price - transfer.base * transfer.fee
    return {
        "base_lots_after": divide(base - side * transfer.base, lot),
        "quote_after": quote + received - transfer.settled,
        "settle_spot_after": number(row["settle_spot"]) + transfer.settled * (ONE - fees.settling),
    }


# -- bankruptcy


@adapter(
    "mango_v4",
    "liqee",
    "borrow1_price",
    "liq_fee",
    "insurance_fund",
    "vault_deposits",
    gives=("borrow1_after_liquidation", "depositors_change_token1", "depositors_change_token2"),
)
def socialised_debt(row: Inputs, expected: Expected) -> Figures:
    """Both collaterals go for the first debt, and the rest of the debts to depositors."""
    coins = {f"collateral{place}": amount for place, amount in enumerate(row["liqee"]["collateral"], 1)}
    debts = {name: row["liqee"][name] for name in ("borrow1", "borrow2")}
    fees = LiquidationFees(number(row["liq_fee"]))
    holdings = accounted({**coins, **debts}, {"borrow1": row["borrow1_price"]}, flat(*SET_UP))
    for coin in coins:
        _, holdings = transferred(holdings, coin, "borrow1", fees)
    left = holdings.by_name
    fund, deposits = number(row["insurance_fund"]), number(row["vault_deposits"])
    changes = {}
    for place, name in enumerate(debts, 1):
        price = left[name].prices.oracle
        loss = -left[name].balance - covered_by(fund, price, fees.liquidator, ONE)
        changes[f"depositors_change_token{place}"] = (socialised_index(ONE, loss, deposits) - ONE) * deposits
    return {"borrow1_after_liquidation": left["borrow1"].balance, **changes}


INSURED = {"collateral1": 20, "collateral2": 1000, "borrow1": -50, "borrow2": -350}
"""The account that test_bankrupt_tokens_insurance_fund begins with: its first debt is in USDC."""


@adapter(
    "mango_v4",
    "insurance_vault_start",
    "usdc_price",
    "liab_price",
    "liab_liq_fee",
    "step1",
    "step2_liab_transfer",
    gives=("step1_insurance_used", "step2_usdc_paid_to_liqor", "final_insurance"),
)
def insured_debt(row: Inputs, expected: Expected) -> Figures:
    """Both collaterals go for the second debt. Then the fund pays the USDC debt itself; then a part of the second to a
    liquidator; then for the rest of it what it has left."""
    price, fee, usdc = (number(row[name]) for name in ("liab_price", "liab_liq_fee", "usdc_price"))
    debts = {name: number(INSURED[name]) * (ONE + ORIGINATION_FEE) for name in ("borrow1", "borrow2")}
    holdings = accounted({**INSURED, **debts}, {"borrow2": price}, flat(*SET_UP))
    for coin in ("collateral1", "collateral2"):
        _, holdings = transferred(holdings, coin, "borrow2", LiquidationFees(fee))
    own, other = (-holdings.by_name[name].balance for name in debts)
    assert row["step1"].endswith(f" {-INSURED['borrow1']}"), row["step1"]
    part, left = number(row["step2_liab_transfer"]), number(row["insurance_vault_start"])
    first = min(left, insurance_payment(own, usdc, ZERO, usdc, ONE, same_token=True))
    second = min(left - first, insurance_payment(part, price, fee, usdc, ONE))
    left -= first + second
    last = min(left, insurance_payment(other - part, price, fee, usdc, ONE))
    return {"step1_insurance_used": first, "step2_usdc_paid_to_liqor": second, "final_insurance": left - last}


ORIGINATION_FEE = Decimal("0.0005")
"""What a borrow of those tests is raised by: tests/program_test/mango_setup.rs."""


ADAPTERS = (
    token_instruction,
    until_no_health_is_missing,
    tokens_beside_perps,
    scaled_and_stable,
    perp_base_and_profit,
    socialised_debt,
    insured_debt,
)
