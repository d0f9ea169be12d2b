"""GMX v1: its own tests' figures through the rulebook's tree, its liquidation states and its formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.account import Pool, Position
from engine.margin import raw_failing_price
from engine.numbers import ONE, ZERO, divide
from engine.rulebooks.gmx_v1 import (
    GmxV1,
    Parameters,
    borrow_fee,
    delta,
    interval_rate,
    leverage_in_basis_points,
    next_average_price,
    payout,
    returned,
    tokens,
)
from tests.conformance.shape import Adapter, Inputs, adapter

VENUES = ("gmx_v1",)
SYMBOL = "X"
SATOSHI = Decimal("0.00000001")


def _number(inputs: Inputs, name: str, default: Decimal = ZERO) -> Decimal:
    return Decimal(str(inputs[name])) if name in inputs else default


def _rulebook(inputs: Inputs) -> GmxV1:
    own = Parameters()
    fee = divide(_number(inputs, "margin_fee_bps", own.margin_fee * 10_000), Decimal(10_000))
    return GmxV1(
        Parameters(
            margin_fee=fee,
            liquidation_fee=_number(inputs, "liquidation_fee_usd", own.liquidation_fee),
            liquidation_leverage=_number(inputs, "max_leverage", own.liquidation_leverage),
        )
    )


def _position(inputs: Inputs, long: bool) -> Position:
    """A position of so many USD; the borrow fee that it owes has been taken by the hour."""
    sign = 1 if long else -1
    size = _number(inputs, "size_usd")
    coins = divide(size, _number(inputs, "average_price"))
    return Position(SYMBOL, sign * coins, sign * size, funding=-_number(inputs, "funding_fee_usd"))


@adapter(
    "gmx_v1",
    *("is_long", "size_usd", "collateral_usd", "average_price"),
    optional=("funding_fee_usd", "liquidation_fee_usd", "margin_fee_bps", "max_leverage"),
    gives=("liquidation_price",),
)
def liquidation_price(inputs: Inputs, expected: Any) -> dict[str, object]:
    """Where the maintenance tree comes to zero."""
    held = _position(inputs, bool(inputs["is_long"]))
    left = _number(inputs, "collateral_usd") - _number(inputs, "funding_fee_usd")
    health = _rulebook(inputs).health(Pool("iso:X", "you/iso:X", {SYMBOL: held}), left, "maintenance")
    prices = {SYMBOL: _number(inputs, "average_price")}
    return {"liquidation_price": raw_failing_price(health.margin, SYMBOL, -held.side, prices)}


@adapter(
    "gmx_v1",
    *("is_long", "size_usd", "collateral_usd", "average_price", "price"),
    optional=("funding_fee_usd", "liquidation_fee_usd", "margin_fee_bps", "max_leverage", "min_profit_time"),
    gives=("has_profit", "delta_usd", "liquidation_state"),
)
def state(inputs: Inputs, expected: Any) -> dict[str, object]:
    """Profit or loss and the liquidation state; the tree must agree that state 0 is the one that stands."""
    book, price, long = _rulebook(inputs), _number(inputs, "price"), bool(inputs["is_long"])
    held = _position(inputs, long)
    left = _number(inputs, "collateral_usd") - _number(inputs, "funding_fee_usd")
    gains, amount = delta(_number(inputs, "size_usd"), _number(inputs, "average_price"), price, long)
    found, _ = book.liquidation_state(held, left, price)
    stands = book.health(Pool("iso:X", "you/iso:X", {SYMBOL: held}), left, "maintenance").safe({SYMBOL: price})
    if stands != (found == 0):
        raise AssertionError(f"state {found}, but the maintenance tree says {'it stands' if stands else 'it fails'}")
    return {"has_profit": gains, "delta_usd": amount, "liquidation_state": found}


@adapter(
    "gmx_v1",
    *("size_usd", "collateral_usd", "average_price", "mark_min", "payout_price_max"),
    *("pool_before_sat", "fee_reserves_before_sat"),
    optional=("liquidation_fee_usd", "margin_fee_bps"),
    gives=("liquidator_received_sat", "fee_reserves_after_sat", "pool_after_sat"),
)
def long_deleted(inputs: Inputs, expected: Any) -> dict[str, object]:
    """State 1 of a long: all that is paid comes out of the pool, where its collateral is already."""
    book = _rulebook(inputs)
    found, fees = book.liquidation_state(
        _position(inputs, True), _number(inputs, "collateral_usd"), _number(inputs, "mark_min")
    )
    if found != 1:
        raise AssertionError(f"state {found}")
    paid = payout(fees, book.parameters.liquidation_fee, _number(inputs, "payout_price_max"), SATOSHI)
    fees_sat, keeper_sat = (divide(each, SATOSHI) for each in (paid.fees, paid.keeper))
    return {
        "liquidator_received_sat": keeper_sat,
        "fee_reserves_after_sat": _number(inputs, "fee_reserves_before_sat") + fees_sat,
        "pool_after_sat": _number(inputs, "pool_before_sat") - fees_sat - keeper_sat,
    }


@adapter(
    "gmx_v1",
    *("size_usd", "collateral_usd", "average_price", "price"),
    optional=("margin_fee_bps", "is_long", "max_leverage", "liquidation_fee_usd"),
    gives=("returned_dai", "returned_usd", "returned_sat", "fee_sat", "fee_usd"),
)
def closed_in_state_two(inputs: Inputs, expected: Any) -> dict[str, object]:
    """State 2: what comes back, in the collateral's token. Dollars are a short's collateral, coins a long's; the
    contract's own tests liquidate at 50x."""
    long = bool(inputs.get("is_long", any(name.endswith("_sat") for name in expected)))
    size, price = _number(inputs, "size_usd"), _number(inputs, "price")
    book = _rulebook({"max_leverage": 50, **inputs})
    collateral = _number(inputs, "collateral_usd")
    found, fees = book.liquidation_state(_position(inputs, long), collateral, price)
    if found != 2:
        raise AssertionError(f"state {found}")
    _, loss = delta(size, _number(inputs, "average_price"), price, long)
    back = returned(collateral, loss, fees)
    in_coins = {name: divide(tokens(usd, price, SATOSHI), SATOSHI) for name, usd in (("back", back), ("fee", fees))}
    return {
        "returned_dai": back,
        "returned_usd": back,
        "fee_usd": fees,
        "returned_sat": in_coins["back"],
        "fee_sat": in_coins["fee"],
    }


@adapter(
    "gmx_v1",
    *("size0", "avg0", "size_add", "price_max", "price_min_for_pnl"),
    optional=("is_long", "collateral_usd", "margin_fee_bps"),
    gives=("pnl_before", "new_average_price", "leverage_bps"),
)
def average_price(inputs: Inputs, expected: Any) -> dict[str, object]:
    """A position that is added to. `leverage_bps` is before that, of the $10 that the contract's tests deposit."""
    size, average, long = _number(inputs, "size0"), _number(inputs, "avg0"), bool(inputs.get("is_long", True))
    opened, judged = ("price_max", "price_min_for_pnl") if long else ("price_min_for_pnl", "price_max")
    gains, amount = delta(size, average, _number(inputs, judged), long)
    following = next_average_price(size, gains, amount, _number(inputs, "size_add"), _number(inputs, opened), long)
    collateral = _number(inputs, "collateral_usd", Decimal(10) - _rulebook(inputs).margin_fees(size))
    return {
        "pnl_before": amount if gains else -amount,
        "new_average_price": following,
        "leverage_bps": leverage_in_basis_points(size, collateral),
    }


@adapter("gmx_v1", "size_usd", "collateral_usd", gives=("leverage_bps", "leverage"))
def leverage(inputs: Inputs, expected: Any) -> dict[str, object]:
    """Leverage in basis points, and as the venue's own gauge shows it."""
    size, collateral = _number(inputs, "size_usd"), _number(inputs, "collateral_usd")
    pool = Pool("iso:X", "you/iso:X", {SYMBOL: Position(SYMBOL, size, size)})
    gauge = GmxV1().own_gauge(pool, collateral, {SYMBOL: ONE})
    return {
        "leverage_bps": leverage_in_basis_points(size, collateral),
        "leverage": gauge.value if gauge else None,
    }


@adapter(
    "gmx_v1",
    *("funding_rate_factor", "reserved_sat", "pool_sat"),
    optional=("interval_h", "intervals", "size_usd"),
    gives=("cumulative_rate_1e6", "fee_usd"),
)
def borrowing(inputs: Inputs, expected: Any) -> dict[str, object]:
    """The cumulative borrow rate, and the fee on a size."""
    rate = interval_rate(
        _number(inputs, "funding_rate_factor"),
        _number(inputs, "reserved_sat"),
        _number(inputs, "pool_sat"),
        int(inputs.get("intervals", 1)),
    )
    return {"cumulative_rate_1e6": rate, "fee_usd": borrow_fee(_number(inputs, "size_usd"), rate)}


ADAPTERS: tuple[Adapter, ...] = (
    liquidation_price,
    state,
    long_deleted,
    closed_in_state_two,
    average_price,
    leverage,
    borrowing,
)
