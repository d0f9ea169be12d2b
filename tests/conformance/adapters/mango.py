"""Mango v4 and v3: health, stable price and leverage in the venue's own tests, through what its rulebook reckons with.

What a row leaves to the test that it is from is stated here as that test has it, never as a result: weights of its mock
banks and markets. Liquidations are in `mango_liquidation.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.account import Position
from engine.numbers import ZERO
from engine.rules.mango.health import (
    HealthType,
    HealthWeights,
    Holdings,
    Perp,
    SpotOrders,
    Token,
    TokenPrices,
    one_price,
    perp_quote,
    scaled_asset_weight,
    scaled_liability_weight,
)
from engine.rules.mango.stable_price import StablePrice, StablePriceLimits
from engine.rules.weights import Weights
from tests.conformance.shape import Inputs, adapter

VENUES = ("mango_v4", "mango_v3")
Figures = dict[str, Any]
Expected = Mapping[str, Any]
MOCK, MOCK_MAINT = (Decimal("0.8"), Decimal("1.2")), (Decimal("0.9"), Decimal("1.1"))
MOCK_OVERALL, MOCK_OVERALL_MAINT = Decimal("0.95"), Decimal("0.98")
"""mock_bank_and_oracle(…, 0.2, 0.1) and mock_perp_market(…, (0.2, 0.1), (0.05, 0.02)) of src/health, where a row has no
weights of its own."""

LEVELS: Mapping[str, HealthType] = {
    "init_health": "init",
    "maint_health": "maint",
    "liq_end_health": "liquidation_end",
}


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def pair(row: Inputs, long: str, short: str, mock: tuple[Decimal, Decimal] | None = None) -> Weights:
    known = mock or MOCK
    return Weights(number(row.get(long, known[0])), number(row.get(short, known[1])))


def weighed(row: Inputs, infix: str = "") -> HealthWeights:
    """Weights by the short names of rows: `init_aw`, `maint_base_lw`."""
    init = pair(row, f"init_{infix}aw", f"init_{infix}lw")
    return HealthWeights(init, pair(row, f"maint_{infix}aw", f"maint_{infix}lw", MOCK_MAINT))


def flat(long: Any, short: Any) -> HealthWeights:
    both = Weights(number(long), number(short))
    return HealthWeights(both, both)


def token(name: str, balance: Any, price: Any = 1, weights: HealthWeights | None = None) -> Token:
    return Token(name, number(balance), one_price(number(price)), weights or flat(1, 1))


def perp(
    base: Decimal,
    quote: Decimal,
    weights: HealthWeights,
    settles_in: str = "0",
    price: Any = 1,
    overall: Any = 1,
    bids: Decimal = ZERO,
    asks: Decimal = ZERO,
) -> Perp:
    whole = number(overall)
    return Perp("perp", base, quote, one_price(number(price)), weights, whole, whole, settles_in, bids, asks)


def mock_perp(base: Decimal, quote: Decimal, row: Inputs, price: Any) -> Perp:
    held = perp(base, quote, weighed(row, "base_"), price=price)
    return replace(held, overall_init=MOCK_OVERALL, overall_maint=MOCK_OVERALL_MAINT)


def asked(holdings: Holdings, expected: Expected) -> Figures:
    return {name: holdings.health(LEVELS[name]) for name in expected if name in LEVELS}


# -- health


def scaled(row: Inputs, known: Inputs) -> HealthWeights:
    """Of a bank with all deposits (`dep`, and whatever else may become one) and borrows (`bor…`), and from where they
    scale."""
    init, price = pair(row, "init_asset_weight", "init_liab_weight"), number(row["price"])
    amounts = {"dep": ZERO, "bor": ZERO}
    for key in known:
        if "start" not in key:
            amounts["bor" if key.startswith("bor") else "dep"] += number(known[key])
    starts = {key[:3]: number(known[key]) for key in known if "start" in key}
    long = scaled_asset_weight(init.long, amounts["dep"], price, starts.get("dep"))
    short = scaled_liability_weight(init.short, amounts["bor"], price, starts.get("bor"))
    return HealthWeights(init, init, Weights(long, short))


@adapter(
    "mango_v4",
    "health_type",
    "tokens",
    gives=tuple(LEVELS),
    optional=("open_orders", "perp", "bank_scaling", "order_price_limits"),
)
def health_of_everything(row: Inputs, expected: Expected) -> Figures:
    banks, quote = row.get("bank_scaling", [{}] * len(row["tokens"])), str(row["tokens"][0]["index"])
    tokens = [
        token(str(each["index"]), each["balance"], each["price"], scaled(each, known))
        for each, known in zip(row["tokens"], banks, strict=True)
    ]
    limits = row.get("order_price_limits", {})
    orders = [
        SpotOrders(
            str(each["base"]),
            str(each.get("quote", quote)),
            number(each["reserved_base"]),
            number(each["reserved_quote"]),
            number(limits.get(str(place), {}).get("lask", 0)),
            number(limits.get(str(place), {}).get("hbid_inv", 0)),
        )
        for place, each in enumerate(row.get("open_orders", []))
    ]
    perps = [_perp_of(row["perp"])] if row.get("perp") else []
    return asked(Holdings(tuple(tokens), tuple(perps), tuple(orders)), expected)


def _perp_of(row: Inputs) -> Perp:
    lot = number(row["base_lot_size"])
    init = pair(row, "init_base_asset_weight", "init_base_liab_weight")
    return perp(
        number(row["base_lots"]) * lot,
        number(row["quote"]),
        HealthWeights(init, init),
        str(row.get("settle_token", 0)),
        row["price"],
        row.get("init_overall_asset_weight", 1),
        number(row.get("bids_base_lots", 0)) * lot,
        number(row.get("asks_base_lots", 0)) * lot,
    )


@adapter("mango_v4", "health_type", "usdc_deposit", "token4", "open_orders", "perp", gives=tuple(LEVELS))
def health_with_takers(row: Inputs, expected: Expected) -> Figures:
    """Free funds of open orders count as balance; a perpetual's fills that wait count as done."""
    orders, other, market = row["open_orders"], row["token4"], row["perp"]
    lot, base_free, quote_free = (
        number(market["base_lot_size"]),
        number(orders["base_free"]),
        number(orders["quote_free"]),
    )
    tokens = (
        token("0", number(row["usdc_deposit"]) + quote_free, 1, flat(*MOCK)),
        token("4", number(other["balance"]) + base_free, other["price"], flat(*other["init_weights"])),
    )
    reserved = SpotOrders(
        "4", "0", number(orders["base_total"]) - base_free, number(orders["quote_total"]) - quote_free
    )
    held = perp(
        (number(market["base_lots"]) + number(market["taker_base_lots"])) * lot,
        number(market["quote"]) + number(market["taker_quote_lots"]) * number(market["quote_lot_size"]),
        flat(*MOCK),
        price=market["price"],
        overall=MOCK_OVERALL,
        bids=number(market["bids"]) * lot,
        asks=number(market["asks"]) * lot,
    )
    return asked(Holdings(tokens, (held,), (reserved,)), expected)


@adapter(
    "mango_v4",
    "balance",
    "oracle",
    "stable",
    gives=tuple(LEVELS),
    optional=("init_aw", "maint_aw", "init_lw", "maint_lw"),
)
def stable_token(row: Inputs, expected: Expected) -> Figures:
    prices = TokenPrices(number(row["oracle"]), number(row["stable"]))
    return asked(Holdings((Token("0", number(row["balance"]), prices, weighed(row)),)), expected)


@adapter(
    "mango_v4",
    "base_lots",
    "base_lot_size",
    "quote",
    "oracle",
    "stable",
    gives=tuple(LEVELS),
    optional=(
        "init_base_aw",
        "maint_base_aw",
        "init_base_lw",
        "maint_base_lw",
        "settle_token",
        "deposit",
    ),
)
def stable_perp(row: Inputs, expected: Expected) -> Figures:
    base = number(row["base_lots"]) * number(row["base_lot_size"])
    held = mock_perp(base, number(row["quote"]), row, row["oracle"])
    held = replace(held, prices=TokenPrices(number(row["oracle"]), number(row["stable"])))
    settle = token("0", row.get("deposit", 0), 1, weighed(row.get("settle_token", {})))
    return asked(Holdings((settle,), (held,)), expected)


@adapter(
    "mango_v4",
    "deposit",
    "price",
    "base_lots",
    "base_lot_size",
    "quote",
    gives=tuple(LEVELS),
    optional=(
        *("init_aw", "init_lw", "maint_aw", "maint_lw"),
        *("init_base_aw", "init_base_lw", "maint_base_aw", "maint_base_lw"),
        *("long_funding", "long_settled_funding", "short_funding", "short_settled_funding"),
    ),
)
def unsettled_funding(row: Inputs, expected: Expected) -> Figures:
    lots = number(row["base_lots"])
    side = "long" if lots >= 0 else "short"
    funding, settled = (number(row.get(f"{side}_{name}", 0)) for name in ("funding", "settled_funding"))
    quote = perp_quote(number(row["quote"]), lots, funding, settled)
    held = mock_perp(lots * number(row["base_lot_size"]), quote, row, row["price"])
    return asked(Holdings((token("0", row["deposit"], row["price"], weighed(row)),), (held,)), expected)


@adapter(
    "mango_v4",
    "token0",
    gives=("leverage",),
    optional=("token1", "price1", "reserved_base", "reserved_quote", "perp_base_lots", "lot", "price", "quote"),
)
def leverage(row: Inputs, expected: Expected) -> Figures:
    tokens = (token("0", row["token0"]), token("1", row.get("token1", 0), row.get("price1", 1)))
    reserved = SpotOrders("1", "0", number(row.get("reserved_base", 0)), number(row.get("reserved_quote", 0)))
    base = number(row.get("perp_base_lots", 0)) * number(row.get("lot", 1))
    held = perp(base, number(row.get("quote", 0)), flat(1, 1), price=row.get("price", 1))
    return {"leverage": Holdings(tokens, (held,), (reserved,)).leverage()}


@adapter(
    "mango_v4",
    "token",
    "perp_settled_in_same_token",
    "perp_hupnl",
    gives=("stable_assets", "stable_liabs", "health"),
)
def both_sides(row: Inputs, expected: Expected) -> Figures:
    own = "0" if row["perp_settled_in_same_token"] else "1"
    tokens = (token("0", row["token"]["balance"], row["token"]["price"], weighed(row["token"])), token("1", 0))
    holdings = Holdings(tokens, (perp(ZERO, number(row["perp_hupnl"]), flat(1, 1), own),))
    split = {
        name: dict(zip(("assets", "liabs"), holdings.assets_and_liabilities("init", side), strict=True))
        for name, side in (("stable_assets", "assets"), ("stable_liabs", "liabilities"))
    }
    return {**split, "health": holdings.health("init")}


# -- the stable price

SCHEDULE = ((60, 60), (10, 360), (300, 276))
"""test_stable_price_10x: seconds from update to update, and updates; a row names the last that it has come to."""


def followed(start: Any, oracle: Any, limits: StablePriceLimits, steps: tuple[tuple[int, int], ...]) -> StablePrice:
    model, now = StablePrice(float(start), 0, limits), 0
    for seconds, updates in steps:
        for _ in range(updates):
            now += seconds
            model.update(now, float(oracle))
    return model


def stable_figures(model: StablePrice, expected: Expected) -> Figures:
    prices = {f"delay_price_{place}": number(price) for place, price in enumerate(model.delays)}
    return {name: prices[name] if name in prices else number(model.price) for name in expected}


STABLE_NAMES = (
    *(f"stable_after_{hours}h" for hours in range(1, 49)),
    *(f"delay_price_{place}" for place in range(24)),
)


@adapter(
    "mango_v4",
    "start",
    "oracle",
    "update_every_s",
    "updates",
    "delay_interval_s",
    "delay_growth_limit",
    "stable_growth_limit",
    gives=STABLE_NAMES,
)
def stable_price_from_the_start(row: Inputs, expected: Expected) -> Figures:
    limits = StablePriceLimits(
        int(row["delay_interval_s"]), float(row["delay_growth_limit"]), float(row["stable_growth_limit"])
    )
    steps = ((int(row["update_every_s"]), int(row["updates"])),)
    return stable_figures(followed(row["start"], row["oracle"], limits, steps), expected)


@adapter("mango_v4", "then_update_every_s", "updates", gives=STABLE_NAMES)
def stable_price_later(row: Inputs, expected: Expected) -> Figures:
    last = (int(row["then_update_every_s"]), int(row["updates"]))
    before = SCHEDULE[: SCHEDULE.index(last)] if last in SCHEDULE else SCHEDULE[:1]
    return stable_figures(followed(1, 10, StablePriceLimits(), (*before, last)), expected)


# -- version 3


@adapter("mango_v3", "contracts", "entry", "peak", gives=("paper_pnl", "reported_value_usd"))
def paper_profit(row: Inputs, expected: Expected) -> Figures:
    size, entry = number(row["contracts"]), number(row["entry"])
    profit = Position("MNGO", size, size * entry).unrealised(number(row["peak"]))
    return {"paper_pnl": profit, "reported_value_usd": profit}


ADAPTERS = (
    health_of_everything,
    health_with_takers,
    stable_token,
    stable_perp,
    unsettled_funding,
    leverage,
    both_sides,
    stable_price_from_the_start,
    stable_price_later,
    paper_profit,
)
