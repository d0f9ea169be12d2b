"""BitMEX, a reference for deleveraging only: its rows go through the shared ranks and queue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.rules.deleveraging import in_turn, leveraged_return, queue
from tests.conformance.adapters.isolated_references import by_leverage
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("bitmex",)
Figures = dict[str, Any]


@adapter(
    "bitmex",
    "deleverage_size",
    "bankruptcy_price",
    "candidates",
    gives=("fills", *(f"acct{number}_remaining" for number in range(1, 100))),
)
def closed_in_turn(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """All at the liquidated order's bankruptcy price; what is left of an account is what the fills leave of it."""
    held = {each["acct"]: Decimal(each["qty"]) for each in row["candidates"]}
    order = [who for who, _ in queue((each["acct"], Decimal(each["rank"])) for each in row["candidates"])]
    fills = dict(in_turn(Decimal(row["deleverage_size"]), ((who, held[who]) for who in order)))
    asked = [(name, int(match[1])) for name in expected if (match := re.fullmatch(r"acct(\d+)_remaining", name))]
    return {
        "fills": [{"acct": who, "qty": size, "price": row["bankruptcy_price"]} for who, size in fills.items()],
        **{name: held[who] - fills.get(who, 0) for name, who in asked},
    }


def rank(trader: Inputs) -> Decimal:
    size = Decimal(trader.get("side", 1)) * Decimal(trader["qty"])
    mark_value, entry_value = size * Decimal(trader["mark"]), size * Decimal(trader["entry"])
    left = Decimal(trader["mark_value_minus_bankrupt_value"])
    return leveraged_return(mark_value, entry_value, mark_value - left)


def ranks(*traders: str) -> Adapter:
    """Rows that name these traders."""

    @adapter("bitmex", *traders, gives=tuple(f"{name}_rank" for name in traders))
    def ranked(row: Inputs, expected: Mapping[str, Any]) -> Figures:
        return {f"{name}_rank": rank(row[name]) for name in traders}

    return ranked


@adapter(
    "bitmex",
    *("mark", "entry", "mark_value_minus_bankrupt_value"),
    gives=("rank", "adl_rank"),
    optional=("side", "qty"),
)
def ranked_alone(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    return dict.fromkeys(("rank", "adl_rank"), rank({"qty": 1, **row}))


@adapter("bitmex", "mark_value", "entry_value", "bankrupt_value", gives=("rank", "adl_rank"))
def ranked_by_values(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    values = (Decimal(row[name]) for name in ("mark_value", "entry_value", "bankrupt_value"))
    return dict.fromkeys(("rank", "adl_rank"), leveraged_return(*values))


ADAPTERS = (
    closed_in_turn,
    ranks("winner", "loser"),
    ranks("winner"),
    ranks("loser"),
    ranked_alone,
    ranked_by_values,
    replace(by_leverage, venue="bitmex"),
)
