"""Bybit, Gate and OKX: venues that are formula references only. Their rows go through the closed forms of one
position's liquidation and bankruptcy price (engine/rules/isolated_price.py)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import Position
from engine.margin import initial_requirement
from engine.numbers import ZERO
from engine.rules.isolated_price import (
    entry_based_liquidation_price,
    inverse_bankruptcy_price,
    inverse_initial_margin,
    inverse_liquidation_price,
    linear_bankruptcy_price,
    linear_liquidation_price,
)
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("bybit", "gate", "okx")
Figures = dict[str, Any]
PRICES = ("liquidation_price", "bankruptcy_price")
INVERSE = ("inverse", "contract", "contract_type", "contracts")
"""How a row may say that its contract is inverse."""


def side(row: Inputs) -> int:
    return -1 if row.get("side", "long") in ("short", "sell") else 1


def is_inverse(row: Inputs) -> bool:
    return any(row.get(name) is True or "inverse" in str(row.get(name, "")).lower() for name in INVERSE)


def posted(size: Decimal, entry: Decimal, leverage: Any) -> Decimal:
    """Notional at entry ÷ leverage."""
    return initial_requirement(Position("X", size, ZERO, int(leverage))).exact({"X": entry})


@adapter(
    "bybit",
    "entry_price",
    "leverage",
    gives=PRICES,
    optional=("side", "mmr", "amount", "wallet_balance", "taker_fee", *INVERSE),
)
def by_leverage(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A position that posted its initial margin: of one unit where no amount is given."""
    size, entry = side(row) * Decimal(row.get("amount", 1)), Decimal(row["entry_price"])
    rate, fee = Decimal(row.get("mmr", 0)), Decimal(row.get("taker_fee", 0))
    if is_inverse(row):
        margin = Decimal(row.get("wallet_balance", inverse_initial_margin(size, entry, Decimal(row["leverage"]))))
        return inverse(size, entry, margin, rate, fee)
    margin = Decimal(row.get("wallet_balance", posted(size, entry, row["leverage"])))
    return {
        "liquidation_price": entry_based_liquidation_price(size, entry, margin, rate),
        "bankruptcy_price": linear_bankruptcy_price(size, entry, margin, fee),
    }


@adapter(
    "bybit",
    "entry_price",
    "leverage",
    gives=PRICES,
    optional=("side", "mmr", "amount", "wallet_balance", "taker_fee", *INVERSE),
    named="inverse",
)
def inverse_by_leverage(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """The same of a contract that is inverse by the row's name."""
    return by_leverage({**row, "inverse": True}, expected)


@adapter(
    "bybit",
    "qty_usd",
    "entry_price",
    gives=PRICES,
    optional=("balance_btc", "leverage", "mmr", "taker_fee", "side", *INVERSE),
)
def inverse_contract(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """Backed by a balance of coins (cross), or by its own initial margin."""
    contracts, entry = side(row) * Decimal(row["qty_usd"]), Decimal(row["entry_price"])
    margin = inverse_initial_margin(contracts, entry, Decimal(row.get("leverage", 1)))
    balance = Decimal(row.get("balance_btc", margin))
    return inverse(contracts, entry, balance, Decimal(row.get("mmr", 0)), Decimal(row.get("taker_fee", 0)))


def inverse(contracts: Decimal, entry: Decimal, margin: Decimal, rate: Decimal, fee: Decimal) -> Figures:
    return {
        "liquidation_price": inverse_liquidation_price(contracts, entry, margin, rate, fee),
        "bankruptcy_price": inverse_bankruptcy_price(contracts, entry, margin, fee),
    }


def with_fee(venue: str) -> Adapter:
    """The rows of a venue that counts the taker fee beside maintenance."""

    @adapter(
        venue,
        "side",
        "entry_price",
        "amount",
        "mmr",
        "taker_fee",
        gives=PRICES,
        optional=("leverage", "wallet_balance", "cum", "margin_mode"),
    )
    def fee_beside_maintenance(row: Inputs, expected: Mapping[str, Any]) -> Figures:
        size, entry = side(row) * Decimal(row["amount"]), Decimal(row["entry_price"])
        margin = Decimal(row["wallet_balance"]) if "wallet_balance" in row else posted(size, entry, row["leverage"])
        rate, fee, cum = (Decimal(row.get(name, 0)) for name in ("mmr", "taker_fee", "cum"))
        return {
            "liquidation_price": linear_liquidation_price(size, entry, margin, rate, cum, fee),
            "bankruptcy_price": linear_bankruptcy_price(size, entry, margin, fee),
        }

    return fee_beside_maintenance


ADAPTERS = (by_leverage, inverse_by_leverage, inverse_contract, with_fee("gate"), with_fee("okx"))
