"""Hyperliquid's rows through its rulebook: the market of a row is called X and has the row's tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

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
)
from engine.rules.funding_formula import impact_premium
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("hyperliquid",)
SYMBOL = "X"
Figures = dict[str, Any]
PRICES = ("liquidation_price", "backstop_price")
REQUIREMENTS = ("initial_margin", "transfer_requirement", "maintenance_margin", "backstop_equity_threshold")
AT_LEVERAGE = {f"initial_margin_{leverage}x": leverage for leverage in range(1, 51)}


def rulebook(tiers: Iterable[tuple[Any, Any]]) -> Hyperliquid:
    """The venue with tiers of (lower bound, max leverage) for the row's market."""
    own = MappingProxyType({SYMBOL: tuple((Decimal(lower), int(leverage)) for lower, leverage in tiers)})
    return Hyperliquid(Parameters(tiers=own))


def tiers_of(row: Inputs) -> list[tuple[Any, Any]]:
    """A row's tiers, or its one largest leverage; a deduction is made by a tier below that is charged half as much."""
    if "tiers" in row:
        return [(tier["lower_bound"], tier["max_leverage"]) for tier in row["tiers"]]
    most, deduction = int(row.get("max_leverage", 50)), Decimal(row.get("deduction", 0))
    if not deduction:
        return [(0, most)]
    return [(0, 2 * most), (deduction * 4 * most, most)]


def signed(row: Inputs) -> Decimal:
    return Decimal(row["size"]) * (-1 if row.get("side") in ("short", "sell", -1) else 1)


def pool(size: Decimal, cost: Decimal, leverage: int = 1) -> Pool:
    return Pool("iso:X", "you/iso:X", {SYMBOL: Position(SYMBOL, size, cost, leverage)})


def failing(health: Health, size: Decimal, mark: Decimal) -> Decimal | None:
    return raw_failing_price(health.margin, SYMBOL, -1 if size > 0 else 1, {SYMBOL: mark})


def figures(book: Hyperliquid, held: Pool, collateral: Decimal, mark: Decimal) -> Figures:
    """Everything that the rulebook says about a pool with one position."""
    prices, size = {SYMBOL: mark}, held.positions[SYMBOL].size
    maintenance, backstop = (book.health(held, collateral, level) for level in ("maintenance", "backstop"))
    return {
        "liquidation_price": failing(maintenance, size, mark),
        "backstop_price": failing(backstop, size, mark),
        "initial_margin": book.health(held, collateral, "order").requirement.exact(prices),
        "transfer_requirement": book.health(held, collateral, "withdraw").requirement.exact(prices),
        "maintenance_margin": maintenance.requirement.exact(prices),
        "backstop_equity_threshold": backstop.requirement.exact(prices),
    }


@adapter(
    "hyperliquid",
    "side",
    "entry_price",
    "size",
    "isolated_margin",
    "max_leverage",
    gives=(*PRICES, *REQUIREMENTS, "maintenance_margin_rate"),
    optional=("coin", "maintenance_margin_rate", "leverage"),
)
def real_position(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A position as the venue reported it: what it was opened at, and the margin in its pool."""
    book, size, entry = rulebook(tiers_of(row)), signed(row), Decimal(row["entry_price"])
    rate = book.maintenance_brackets(SYMBOL)[0].rate
    stated = Decimal(row.get("maintenance_margin_rate", rate))
    assert abs(rate - stated) < Decimal("0.000001"), f"half of 1 ÷ the largest leverage is {rate}"
    held = pool(size, size * entry, int(row.get("leverage", 1)))
    return {**figures(book, held, Decimal(row["isolated_margin"]), entry), "maintenance_margin_rate": rate}


def account_at_mark(*needs: str) -> Adapter:
    """Rows that say these about the market: its tiers, its largest leverage."""

    @adapter(
        "hyperliquid",
        "size",
        "mark",
        *needs,
        gives=(*PRICES, *REQUIREMENTS),
        optional=("isolated_value", "account_value", "leverage", "deduction", "side", "coin"),
    )
    def by_value(row: Inputs, expected: Mapping[str, Any]) -> Figures:
        """A pool of one position by its value at the mark, as if the position had been opened there."""
        size, mark = signed(row), Decimal(row["mark"])
        value = Decimal(row.get("isolated_value", row.get("account_value", 0)))
        held = pool(size, size * mark, int(row.get("leverage", 1)))
        return figures(rulebook(tiers_of(row)), held, value, mark)

    return by_value


@adapter("hyperliquid", "size", "mark", "leverage", gives=REQUIREMENTS[:2], optional=("side", "coin"))
def to_open(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """What opening and moving margin out require, whatever the market's tiers are."""
    return figures(rulebook([(0, 50)]), pool(signed(row), ZERO, int(row["leverage"])), ZERO, Decimal(row["mark"]))


@adapter("hyperliquid", "premium", gives=("hourly_rate", "rate_8h"), optional=("interest_8h", "clamp", "cap"))
def rates(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    parameters, premium = funding_parameters(row), Decimal(row["premium"])
    return {"hourly_rate": hourly_funding(premium, parameters), "rate_8h": funding_8h(premium, parameters)}


@adapter(
    "hyperliquid",
    "oracle",
    gives=("premium", "hourly_rate", "rate_8h"),
    optional=("impact_bid", "impact_ask", "interest_8h", "clamp", "cap"),
)
def rates_of_impact_prices(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A side of the book that a row doesn't name is at the oracle."""
    oracle = Decimal(row["oracle"])
    bid, ask = (Decimal(row.get(f"impact_{side}", oracle)) for side in ("bid", "ask"))
    premium = impact_premium(bid, ask, oracle)
    return {"premium": premium, **rates({**row, "premium": premium}, expected)}


def funding_parameters(row: Inputs) -> Parameters:
    own = Parameters()
    return Parameters(
        interest_8h=Decimal(row.get("interest_8h", own.interest_8h)),
        funding_clamp=Decimal(row.get("clamp", own.funding_clamp)),
        funding_cap=Decimal(row.get("cap", own.funding_cap)),
    )


@adapter(
    "hyperliquid",
    "notional",
    gives=("maintenance_deduction", "maintenance_margin_rate", "max_leverage", *REQUIREMENTS, *AT_LEVERAGE),
    optional=("tiers", "max_leverage", "leverage", "coin"),
)
def requirements(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """What a notional requires: as a long of so many units at a price of 1. A coin without tiers has the venue's."""
    listed = "coin" in row and "tiers" not in row and "max_leverage" not in row
    symbol = row["coin"] if listed else SYMBOL
    book, size = Hyperliquid() if listed else rulebook(tiers_of(row)), Decimal(row["notional"])
    prices = {symbol: Decimal(1)}

    def required(level: Any, leverage: int = 1) -> Decimal:
        held = Pool("cross", "you/cross", {symbol: Position(symbol, size, ZERO, leverage)})
        return book.health(held, ZERO, level).requirement.exact(prices)

    leverage = int(row.get("leverage", 1))
    bracket = [each for each in book.maintenance_brackets(symbol) if size >= each.lower_bound][-1]
    return {
        **{name: required("order", each) for name, each in AT_LEVERAGE.items() if name in expected},
        "initial_margin": required("order", leverage),
        "transfer_requirement": required("withdraw", leverage),
        "maintenance_margin": required("maintenance"),
        "backstop_equity_threshold": required("backstop"),
        "maintenance_deduction": bracket.deduction,
        "maintenance_margin_rate": bracket.rate,
        "max_leverage": book.largest_leverage(symbol, size),
    }


@adapter("hyperliquid", "size", "oracle", "rate", gives=("payment", "account_delta"), optional=("side",))
def payment(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    paid = funding_payment(signed(row), Decimal(row["oracle"]), Decimal(row["rate"]))
    return {"payment": paid, "account_delta": -paid}


@adapter(
    "hyperliquid",
    "szi",
    "entry",
    "position_value",
    "raw_usd",
    "max_leverage",
    gives=(*PRICES, *REQUIREMENTS, "margin_used"),
    optional=("margin_used", "leverage", "coin"),
)
def account_state(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """The venue's own state of an isolated position: raw dollars are collateral less cost, margin used is equity."""
    size = Decimal(row["szi"])
    cost, mark = size * Decimal(row["entry"]), divide(Decimal(row["position_value"]), abs(size))
    held, collateral = pool(size, cost, int(row.get("leverage", 1))), Decimal(row["raw_usd"]) + cost
    equity = held.equity(collateral).exact({SYMBOL: mark})
    return {**figures(rulebook(tiers_of(row)), held, collateral, mark), "margin_used": equity}


@adapter("hyperliquid", "mark", "entry", "notional", "account_value", gives=("adl_index",), optional=("side", "coin"))
def ranking(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    mark, notional = Decimal(row["mark"]), Decimal(row["notional"])
    size = signed({**row, "size": divide(notional, mark)})
    held = Exposure("a", size, Decimal(row["entry"]), notional, Decimal(row["account_value"]))
    return {"adl_index": adl_index(held, mark)}


ADAPTERS = (
    real_position,
    to_open,
    account_at_mark("max_leverage"),
    account_at_mark("tiers"),
    rates,
    rates_of_impact_prices,
    requirements,
    payment,
    account_state,
    ranking,
)
