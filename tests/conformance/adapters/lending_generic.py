"""Rows about lending that belong to no venue: through engine/rules/leverage.py."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.rules.leverage import loop_leverage, spiral_threshold
from tests.conformance.shape import Inputs, adapter

VENUES = ("lending_generic",)
Figures = dict[str, Any]


@adapter("lending_generic", "liquidation_incentive", gives=("ltv_above_which_liquidation_raises_ltv",))
def toxic_spiral(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    incentives = row["liquidation_incentive"]
    if not isinstance(incentives, list):
        return {"ltv_above_which_liquidation_raises_ltv": spiral_threshold(Decimal(incentives))}
    return {"ltv_above_which_liquidation_raises_ltv": [spiral_threshold(Decimal(each)) for each in incentives]}


@adapter("lending_generic", "liquidation_threshold", gives=("leverage", "max_leverage"), optional=("health_factor",))
def loop(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    leverage = loop_leverage(Decimal(row["liquidation_threshold"]), Decimal(row.get("health_factor", 1)))
    return {"leverage": leverage, "max_leverage": leverage}


ADAPTERS = (toxic_spiral, loop)
