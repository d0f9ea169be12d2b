"""Portfolio margin at CME, Deribit, Dederi, OKX and Paradex: formula references, through the shared functions of
engine/rules/portfolio.py and the brackets of engine/margin.py."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate
from typing import Any

from engine.account import Position
from engine.margin import bracket_requirement, brackets
from engine.numbers import ONE, ZERO
from engine.rules.portfolio import (
    Delta,
    delta_of,
    gross_contingency,
    inter_commodity_spread,
    intra_commodity_spread,
    offset_contingency,
    scenario_loss,
    worst_scenario,
)
from tests.conformance.shape import Inputs, adapter

VENUES = ("cme_span", "deribit_pm", "dederi_pm", "okx_pm", "paradex_pm")
Figures = dict[str, Any]


@adapter("cme_span", "legs", "credit", gives=("outright", "savings", "final"))
def inter_commodity(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    legs = [(Decimal(leg["margin"]), Decimal(leg.get("qty", 1))) for leg in row["legs"]]
    spread = inter_commodity_spread(legs, Decimal(row["credit"]))
    return {"outright": spread.outright, "savings": spread.savings, "final": spread.final}


@adapter("cme_span", "leg1", "leg2", gives=("margin", "outright", "savings"), optional=("charge",))
def intra_commodity(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    spread = intra_commodity_spread(Decimal(row["leg1"]), Decimal(row["leg2"]), Decimal(row.get("charge", 0)))
    return {"margin": spread.final, "outright": spread.outright, "savings": spread.savings}


@adapter(
    "paradex_pm",
    "spot",
    "legs",
    "net_delta_rate",
    "hedged_delta_rate",
    gives=("net_delta", "gross_delta", "hedged_delta", "min_delta_risk"),
)
def minimum_by_delta(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    delta = delta_of((Decimal(leg["qty"]), Decimal(leg["delta"])) for leg in row["legs"])
    rates = (Decimal(row[name]) for name in ("net_delta_rate", "hedged_delta_rate"))
    return {
        "net_delta": delta.net,
        "gross_delta": delta.gross,
        "hedged_delta": delta.hedged,
        "min_delta_risk": delta.requirement(Decimal(row["spot"]), *rates),
    }


@adapter(
    "paradex_pm",
    *("spot", "net_delta", "gross_delta", "net_delta_rate", "hedged_delta_rate"),
    gives=("hedged_delta", "min_delta_risk"),
)
def minimum_of_deltas(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    delta = Delta(Decimal(row["net_delta"]), Decimal(row["gross_delta"]))
    rates = (Decimal(row[name]) for name in ("net_delta_rate", "hedged_delta_rate"))
    return {"hedged_delta": delta.hedged, "min_delta_risk": delta.requirement(Decimal(row["spot"]), *rates)}


@adapter("deribit_pm", "long_btc_fut_a", "short_btc_fut_b", "contingency", gives=("contingency_btc",))
def offset_futures(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    sizes = (Decimal(row["long_btc_fut_a"]), -Decimal(row["short_btc_fut_b"]))
    return {"contingency_btc": offset_contingency(sizes, Decimal(row["contingency"]))}


@adapter(
    "dederi_pm",
    "qty",
    gives=("pnl", "contingency", "worst_loss"),
    optional=("forward", "shocks", "index", "contingency_factor"),
)
def simulated_profit(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """One future in scenarios of its forward price."""
    held, marks = Position("F", Decimal(row["qty"])), {"F": Decimal(row.get("forward", row.get("index", 0)))}
    scenarios = {str(shock): {"F": Decimal(shock)} for shock in row.get("shocks", [0])}
    index, factor = Decimal(row.get("index", 0)), Decimal(row.get("contingency_factor", 0))
    return {
        "pnl": [-scenario_loss(label, [held], moves).exact(marks) for label, moves in scenarios.items()],
        "contingency": gross_contingency([held.size], index, factor),
        "worst_loss": worst_scenario([held], scenarios).exact(marks),
    }


@adapter("okx_pm", "hedge_tiers", gives=("mr9",), optional=("hedge", "hedge_amount", "hedge_usd"))
def depeg_charge(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """Each tier is (how much of the hedge falls into it, its rate): brackets that begin where those before end."""
    amounts, rates = ([Decimal(tier[column]) for tier in row["hedge_tiers"]] for column in (0, 1))
    ends = list(accumulate(amounts))
    tiers = brackets(zip((ZERO, *ends), rates, strict=False))
    hedge = next((Decimal(row[name]) for name in ("hedge", "hedge_amount", "hedge_usd") if name in row), ends[-1])
    return {"mr9": bracket_requirement(Position("hedge", hedge), tiers).exact({"hedge": ONE})}


ADAPTERS = (
    inter_commodity,
    intra_commodity,
    minimum_by_delta,
    minimum_of_deltas,
    offset_futures,
    simulated_profit,
    depeg_charge,
)
