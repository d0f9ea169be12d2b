"""dYdX v4: rows of the chain's own tests and of its documentation, through the rulebook, a pool and the exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from engine.account import Pool, Position
from engine.commands.grammar import parse
from engine.margin import raw_failing_price
from engine.numbers import ONE, ZERO, to_grid
from engine.rulebooks.base import Failing, Refusal
from engine.rulebooks.data.dydx_v4_parameters import Parameters
from engine.rulebooks.dydx_v4 import (
    DydxV4,
    funding_share,
    margin_requirement,
)
from engine.rules.bankruptcy import insurance_fund_delta, largest_spread, proportional_value
from engine.rules.liquidity_tiers import LiquidityTier
from engine.session import Session
from engine.setup import Setup
from tests.conformance.shape import Inputs, adapter
from tests.engine.tapes import tape_of

MILLION = Decimal(1_000_000)
CAPS = ("lower_cap", "upper_cap")
LONG_CAPS = tuple(f"open_interest_{name}" for name in CAPS)
INVALID_DELTA = "ErrInvalidPerpetualPositionSizeDelta"
Expected = Mapping[str, Any]


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def tier(inputs: Inputs) -> LiquidityTier:
    """The liquidity tier that a row describes in millionths."""
    initial = number(inputs.get("initial_margin_ppm", inputs.get("base_imf_ppm", inputs.get("imf_ppm"))))
    share = number(inputs.get("maintenance_fraction_ppm", 1_000_000))
    caps = (number(inputs.get(name, inputs.get(f"open_interest_{name}", 0))) for name in CAPS)
    return LiquidityTier("of the row", initial / MILLION, share / MILLION, *caps)


def account(inputs: Inputs, **parameters: Any) -> tuple[DydxV4, Pool, Decimal, dict[str, Decimal]]:
    """The rulebook, pool, collateral and marks of a row with a quote balance and positions.

    Positions cost nothing, so that the collateral is the quote balance.
    """
    rows: Sequence[Mapping[str, Any]] = inputs.get("positions", (inputs,))
    tiers, rates, marks, positions = {}, {}, {}, {}
    for place, row in enumerate(rows):
        symbol = f"M{place}"
        initial = number(row.get("imf", 1))
        tiers[symbol] = LiquidityTier("of the row", initial, ONE)
        rates[symbol] = number(row.get("mmf", "0.1"))
        marks[symbol] = number(row["oracle"])
        size = number(row.get("size", row.get("position", row.get("position_btc"))))
        positions[symbol] = Position(symbol, size, leverage=max(int(1 / initial), 1))
    book = DydxV4(Parameters(tiers=tiers, flat_maintenance=rates, **parameters))
    return book, Pool("cross", "you/cross", positions), number(inputs.get("quote", inputs.get("quote_usdc", 0))), marks


def closing_value(inputs: Inputs, traded: Decimal, unit: Decimal, place: int = 0) -> Decimal:
    """What trading `traded` of one position must bring, with equity and requirements as the rulebook has them."""
    book, pool, collateral, marks = account(inputs)
    health, symbol = book.health(pool, collateral, "maintenance"), f"M{place}"
    alone = book.health(Pool("cross", "you/cross", {symbol: pool.positions[symbol]}), ZERO, "maintenance")
    return proportional_value(
        marks[symbol],
        pool.positions[symbol].size,
        traded,
        health.credit.exact(marks),
        alone.requirement.exact(marks),
        health.requirement.exact(marks),
        unit,
    )


@adapter("dydx_v4", "initial_margin_ppm", "maintenance_fraction_ppm", gives=("maintenance_margin_ppm",))
def maintenance_of_tier(inputs: Inputs, expected: Expected) -> dict[str, object]:
    return {"maintenance_margin_ppm": tier(inputs).maintenance * MILLION}


@adapter(
    "dydx_v4",
    "open_interest_notional",
    gives=("effective_imf_ppm",),
    optional=("base_imf_ppm", "initial_margin_ppm", "imf_ppm", *CAPS, *LONG_CAPS),
)
def initial_by_open_interest(inputs: Inputs, expected: Expected) -> dict[str, object]:
    book = DydxV4(Parameters(tiers={"X": tier(inputs)}, open_interest={"X": number(inputs["open_interest_notional"])}))
    return {"effective_imf_ppm": book.initial_fraction("X") * MILLION}


@adapter(
    "dydx_v4",
    "big_quote_quantums",
    gives=("imr_quantums", "initial_margin_quantums"),
    optional=("imf_ppm", "base_imf_ppm", "initial_margin_ppm", *CAPS, *LONG_CAPS, "open_interest_notional"),
)
def rounded_initial_margin(inputs: Inputs, expected: Expected) -> dict[str, object]:
    fraction = tier(inputs).initial_at(number(inputs.get("open_interest_notional", 0)))
    required = margin_requirement(number(inputs["big_quote_quantums"]), fraction, ONE)
    return dict.fromkeys(("imr_quantums", "initial_margin_quantums"), required)


@adapter(
    "dydx_v4",
    "funding_rate_clamp_factor_ppm",
    "initial_margin_ppm",
    "maintenance_fraction_ppm",
    gives=("max_abs_8h_funding_ppm",),
)
def funding_clamp(inputs: Inputs, expected: Expected) -> dict[str, object]:
    factor = number(inputs["funding_rate_clamp_factor_ppm"]) / MILLION
    return {"max_abs_8h_funding_ppm": tier(inputs).largest_funding(factor) * MILLION}


@adapter(
    "dydx_v4",
    "funding_rate_ppm",
    "price",
    "price_exponent",
    "base_atomic_resolution",
    "time_since_last_s",
    gives=("index_delta",),
)
def funding_index(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """The chain keeps millionths of a quote quantum (10⁻⁶) a base quantum (10^resolution), cut towards zero."""
    share = funding_share(number(inputs["funding_rate_ppm"]) / MILLION, int(inputs["time_since_last_s"]) * 1000)
    price = number(inputs["price"]).scaleb(int(inputs["price_exponent"]))
    return {"index_delta": to_grid((share * price).scaleb(12 + int(inputs["base_atomic_resolution"])), ONE, ROUND_DOWN)}


@adapter("dydx_v4", "quote", "positions", gives=("liquidatable", "tnc", "mmr", "imr"))
def is_liquidatable(inputs: Inputs, expected: Expected) -> dict[str, object]:
    book, pool, collateral, marks = account(inputs)
    failing = Failing(pool, collateral, marks, frozenset(marks), 0)
    maintenance, initial = (book.health(pool, collateral, level) for level in ("maintenance", "withdraw"))
    return {
        "liquidatable": book.next_step(failing) is not None,
        "tnc": maintenance.credit.exact(marks),
        "mmr": maintenance.requirement.exact(marks),
        "imr": initial.requirement.exact(marks),
    }


@adapter("dydx_v4", "quote", "positions", "closed_index", "delta_size", gives=("bankruptcy_quote", "error"))
def bankruptcy_quote(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """What closing a part must bring; the chain refuses a part that closes nothing, or more than there is."""
    place, traded = int(inputs["closed_index"]), number(inputs["delta_size"])
    book, pool, collateral, marks = account(inputs)
    held = pool.positions.get(f"M{place}")
    if held is None:
        return {"bankruptcy_quote": None, "error": INVALID_DELTA}
    try:
        value = closing_value(inputs, traded, Decimal("0.000001"), place)
    except ValueError:
        return {"bankruptcy_quote": None, "error": INVALID_DELTA}
    price = book.bankruptcy_prices(pool, collateral, marks)[held.key]
    assert abs(value + traded * price) < Decimal("0.000001")  # the price that liquidations use is the same
    return {"bankruptcy_quote": value, "error": None}


@adapter(
    "dydx_v4",
    "quote_usdc",
    "position_btc",
    "oracle",
    "delta_quantums",
    gives=("bankruptcy_quote_quantums",),
    optional=("base_quantums_per_btc", "quote_quantums_per_usdc"),
)
def rounded_bankruptcy_quote(inputs: Inputs, expected: Expected) -> dict[str, object]:
    base = number(inputs.get("base_quantums_per_btc", 10**8))
    quote = number(inputs.get("quote_quantums_per_usdc", 10**6))
    value = closing_value(inputs, number(inputs["delta_quantums"]) / base, 1 / quote)
    return {"bankruptcy_quote_quantums": value * quote}


@adapter(
    "dydx_v4",
    "quote",
    "positions",
    "closed_index",
    "bankruptcy_adjustment",
    "spread_to_maintenance_margin_ratio",
    gives=("fillable_price",),
    optional=("delta_size",),
)
def fillable(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """The same for a part of the position as for all of it."""
    book, pool, collateral, marks = account(
        inputs,
        bankruptcy_adjustment=number(inputs["bankruptcy_adjustment"]),
        spread_ratio=number(inputs["spread_to_maintenance_margin_ratio"]),
    )
    position = pool.positions[f"M{inputs['closed_index']}"]
    return {"fillable_price": book.fillable_price(pool, collateral, position, marks)}


@adapter(
    "dydx_v4",
    "quote",
    "position",
    "oracle",
    "fill_price",
    "max_liquidation_fee",
    gives=("insurance_fund_delta",),
    optional=("fill_size", "mmf", "imf", "market"),
)
def insurance_delta(inputs: Inputs, expected: Expected) -> dict[str, object]:
    size = number(inputs["position"])
    filled = number(inputs["fill_size"]) if "fill_size" in inputs else abs(size)
    traded = -filled if size > 0 else filled
    bankrupt = closing_value(inputs, traded, Decimal("0.000001"))
    fee = number(inputs["max_liquidation_fee"])
    return {"insurance_fund_delta": insurance_fund_delta(-traded * number(inputs["fill_price"]), bankrupt, fee)}


@adapter(
    "dydx_v4",
    "quote",
    "size",
    "oracle",
    "imf",
    "mmf",
    gives=("equity", "free_collateral", "leverage", "liquidation_price", "initial_margin", "maintenance_margin"),
)
def front_end_figures(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """The front end's calculator: a session that opened the position at the oracle price."""
    size, oracle, imf = number(inputs["size"]), number(inputs["oracle"]), number(inputs["imf"])
    overrides = (("tier", "X", f"{imf * 100}%", "100%"), ("maintenance", "X", f"{number(inputs['mmf']) * 100}%"))
    equity = number(inputs["quote"]) + size * oracle
    quiet = {"slippage": False, "fees": False, "funding": False}
    setup = Setup(venue="dydx_v4", mode="cross", balance=equity, overrides=overrides, **quiet)
    session = Session(setup, tape_of({"X": [oracle]}))
    answer = session.do(parse(f"{'buy' if size > 0 else 'sell'} {abs(size)} X {int(1 / imf)}x cross"))
    assert not isinstance(answer, Refusal), str(answer)
    (pool,) = session.view().pools
    (position,) = pool.positions
    return {
        "equity": pool.equity,
        "free_collateral": pool.free,
        "leverage": pool.effective_leverage,
        "liquidation_price": position.raw_liquidation_price,
        "initial_margin": position.initial_margin,
        "maintenance_margin": position.maintenance_margin,
    }


@adapter(
    "dydx_v4", "equity", "size", "oracle", "mmf", gives=("liquidation_price", "mmr"), optional=("mmr_other", "imf")
)
def documented_liquidation_price(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """What other positions require is that of one at a price that stands still."""
    size, oracle = number(inputs["size"]), number(inputs["oracle"])
    positions = {"M0": Position("M0", size, size * oracle)}
    marks = {"M0": oracle}
    book, *_ = account(inputs)
    if "mmr_other" in inputs:
        rate = Decimal("0.1")
        rates = {**book.parameters.flat_maintenance, "M1": rate}
        book = DydxV4(replace(book.parameters, flat_maintenance=rates))
        marks["M1"] = number(inputs["mmr_other"]) / rate
        positions["M1"] = Position("M1", ONE, marks["M1"])
    health = book.health(Pool("cross", "you/cross", positions), number(inputs["equity"]), "maintenance")
    return {
        "liquidation_price": raw_failing_price(health.margin, "M0", -positions["M0"].side, marks),
        "mmr": health.requirement.exact(marks),
    }


@adapter(
    "dydx_v4",
    "entry",
    "collateral",
    "price",
    gives=("equity_at_price", "equity", "pnl_at_fill", "insurance_payment", "bankruptcy_price", "mmr"),
    optional=("long", "short", "mmf", "fill_price"),
)
def documented_loss(inputs: Inputs, expected: Expected) -> dict[str, object]:
    """One position: what its account is worth at a price, and who pays for a fill beyond bankruptcy."""
    size = number(inputs["long"]) if "long" in inputs else -number(inputs["short"])
    entry, price = number(inputs["entry"]), number(inputs["price"])
    held = Position("X", size, size * entry)
    book = DydxV4(Parameters(flat_maintenance={"X": number(inputs.get("mmf", "0.03"))}))
    pool, collateral, marks = Pool("cross", "you/cross", {"X": held}), number(inputs["collateral"]), {"X": price}
    health = book.health(pool, collateral, "maintenance")
    equity, required = health.credit.exact(marks), health.requirement.exact(marks)
    found: dict[str, object] = {
        "equity": equity,
        "equity_at_price": equity,
        "mmr": required,
        "bankruptcy_price": book.bankruptcy_prices(pool, collateral, marks)["X"],
    }
    if "fill_price" in inputs:
        fill = number(inputs["fill_price"])
        bankrupt = proportional_value(price, size, -size, equity, required, required)
        found["pnl_at_fill"] = held.unrealised(fill)
        found["insurance_payment"] = -insurance_fund_delta(size * fill, bankrupt, book.parameters.liquidation_fee)
    return found


@adapter("dydx_v4", "smmr", "mmf", gives=("max_spread",), optional=("imf", "maintenance_fraction"))
def liquidation_spread(inputs: Inputs, expected: Expected) -> dict[str, object]:
    return {"max_spread": largest_spread(number(inputs["mmf"]), number(inputs["smmr"]))}


VENUES = ("dydx_v4",)
ADAPTERS = (
    maintenance_of_tier,
    initial_by_open_interest,
    rounded_initial_margin,
    funding_clamp,
    funding_index,
    is_liquidatable,
    bankruptcy_quote,
    rounded_bankruptcy_quote,
    fillable,
    insurance_delta,
    front_end_figures,
    documented_liquidation_price,
    documented_loss,
    liquidation_spread,
)
