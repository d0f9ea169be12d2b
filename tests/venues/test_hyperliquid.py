"""Hyperliquid's worked examples: each row's inputs go through the rulebook, and every expected figure comes out.

`hyperliquid.json` holds the rows with their sources; figures are raw, before rounding to a tick.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from engine.account import Pool, Position
from engine.funding.payments import funding_payment
from engine.margin import Health, raw_failing_price
from engine.numbers import ZERO, divide
from engine.rulebooks.base import Exposure
from engine.rulebooks.hyperliquid import (
    Hyperliquid,
    Parameters,
    adl_index,
    funding_8h,
    hourly_funding,
    impact_premium,
)

ROWS = json.loads((Path(__file__).parent / "hyperliquid.json").read_text(encoding="utf-8"), parse_float=Decimal)
SYMBOL = "X"
Inputs = Mapping[str, Any]
Figures = dict[str, Decimal]


def rulebook(tiers: list[tuple[Any, Any]]) -> Hyperliquid:
    """The venue with `tiers` of (lower bound, max leverage) for the example's market."""
    own = MappingProxyType({SYMBOL: tuple((Decimal(lower), int(leverage)) for lower, leverage in tiers)})
    return Hyperliquid(Parameters(tiers=own))


def failing(health: Health, size: Decimal, mark: Decimal) -> Decimal:
    raw = raw_failing_price(health.margin, SYMBOL, -1 if size > 0 else 1, {SYMBOL: mark})
    assert raw is not None
    return raw


def pool(size: Decimal, cost: Decimal, leverage: int = 1) -> Pool:
    return Pool("iso:X", "you/iso:X", {SYMBOL: Position(SYMBOL, size, cost, leverage)})


def real_position(row: Inputs) -> Figures:
    """A position as the venue reported it: what it was opened at, and the margin in its pool."""
    size = Decimal(row["size"]) * (1 if row["side"] == "long" else -1)
    book = rulebook([(0, row["max_leverage"])])
    held = pool(size, size * Decimal(row["entry_price"]))
    health = book.health(held, Decimal(row["isolated_margin"]), "maintenance")
    assert book.maintenance_brackets(SYMBOL)[0].rate == Decimal(row["maintenance_margin_rate"])
    return {"liquidation_price": failing(health, size, Decimal(row["entry_price"]))}


def initial_margin(row: Inputs) -> Figures:
    mark, size = Decimal(row["mark"]), Decimal(row["size"])
    book, held = rulebook([(0, 50)]), pool(size, size * mark, int(row["leverage"]))
    prices = {SYMBOL: mark}
    return {
        "initial_margin": book.health(held, ZERO, "order").requirement.exact(prices),
        "transfer_requirement": book.health(held, ZERO, "withdraw").requirement.exact(prices),
    }


def isolated_value(row: Inputs) -> Figures:
    size, mark = Decimal(row["size"]), Decimal(row["mark"])
    health = rulebook([(0, row["max_leverage"])]).health(
        pool(size, size * mark), Decimal(row["isolated_value"]), "maintenance"
    )
    return {"liquidation_price": failing(health, size, mark)}


def hourly_rate(row: Inputs) -> Figures:
    parameters = Parameters(interest_8h=Decimal(row["interest_8h"]))
    return {"hourly_rate": hourly_funding(Decimal(row["premium"]), parameters)}


def premium(row: Inputs) -> Figures:
    parameters = Parameters(interest_8h=Decimal(row["interest_8h"]), funding_clamp=Decimal(row["clamp"]))
    oracle, bid = Decimal(row["oracle"]), Decimal(row["impact_bid"])
    value = impact_premium(bid, max(bid, oracle), oracle)
    return {"premium": value, "rate_8h": funding_8h(value, parameters)}


def tiers(row: Inputs) -> Figures:
    book = rulebook([(tier["lower_bound"], tier["max_leverage"]) for tier in row["tiers"]])
    held = pool(Decimal(row["notional"]), ZERO)
    return {
        "maintenance_deduction": book.maintenance_brackets(SYMBOL)[-1].deduction,
        "maintenance_margin": book.health(held, ZERO, "maintenance").requirement.exact({SYMBOL: Decimal(1)}),
    }


def notional(row: Inputs) -> Figures:
    book, size, prices = rulebook([(0, row["max_leverage"])]), Decimal(row["notional"]), {SYMBOL: Decimal(1)}
    required = {level: book.health(pool(size, ZERO), ZERO, level).requirement.exact(prices) for level in LEVELS}
    initial = {
        leverage: book.health(pool(size, ZERO, leverage), ZERO, "order").requirement.exact(prices)
        for leverage in (10, 20)
    }
    return {
        "initial_margin_10x": initial[10],
        "initial_margin_20x": initial[20],
        "maintenance_margin": required["maintenance"],
        "backstop_equity_threshold": required["backstop"],
    }


LEVELS = ("maintenance", "backstop")


def cross_account(row: Inputs) -> Figures:
    book = rulebook([(tier["lower_bound"], tier["max_leverage"]) for tier in row["tiers"]])
    size, mark = Decimal(row["size"]), Decimal(row["mark"])
    held, prices = pool(size, size * mark, int(row["leverage"])), {SYMBOL: mark}
    value = Decimal(row["account_value"])
    return {
        "liquidation_price": failing(book.health(held, value, "maintenance"), size, mark),
        "backstop_price": failing(book.health(held, value, "backstop"), size, mark),
        "maintenance_margin": book.health(held, value, "maintenance").requirement.exact(prices),
        "initial_margin": book.health(held, value, "order").requirement.exact(prices),
    }


def payment(row: Inputs) -> Figures:
    paid = funding_payment(Decimal(row["size"]), Decimal(row["oracle"]), Decimal(row["rate"]))
    return {"payment": paid, "account_delta": -paid}


def account_state(row: Inputs) -> Figures:
    """The venue's own state of an isolated position: raw dollars are collateral less cost."""
    size, cost = Decimal(row["szi"]), Decimal(row["szi"]) * Decimal(row["entry"])
    book = rulebook([(0, row["max_leverage"])])
    health = book.health(pool(size, cost), Decimal(row["raw_usd"]) + cost, "maintenance")
    return {"liquidation_price": failing(health, size, divide(Decimal(row["position_value"]), size))}


def ranking(row: Inputs) -> Figures:
    size = divide(Decimal(row["notional"]), Decimal(row["mark"]))
    held = Exposure("a", size, Decimal(row["entry"]), Decimal(row["notional"]), Decimal(row["account_value"]))
    return {"adl_index": adl_index(held, Decimal(row["mark"]))}


SHAPES: dict[str, Callable[[Inputs], Figures]] = {
    "entry_price": real_position,
    "isolated_value": isolated_value,
    "account_value tiers": cross_account,
    "tiers": tiers,
    "szi": account_state,
    "impact_bid": premium,
    "premium": hourly_rate,
    "rate": payment,
    "account_value entry": ranking,
    "leverage mark": initial_margin,
    "notional": notional,
}
"""Which way through the rulebook, by the inputs that tell a row's shape; the first that fits."""


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_worked_example(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    compute = next(way for names, way in SHAPES.items() if all(name in inputs for name in names.split()))
    figures = compute(inputs)
    for name, expected in row["expected"].items():
        assert abs(figures[name] - Decimal(expected)) <= allowed(row, Decimal(expected)), name


def allowed(row: Mapping[str, Any], expected: Decimal) -> Decimal:
    tolerance = row["tolerance"]
    if "rel" in tolerance:
        return abs(expected) * Decimal(tolerance["rel"])
    return Decimal(tolerance["abs"])
