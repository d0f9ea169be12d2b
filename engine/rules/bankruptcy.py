"""The prices that dYdX’s liquidations are judged by: the bankruptcy price of a position among others, the price down to
which a liquidation may fill, and what the insurance fund gets or gives.

A pool of several positions has no single price at which it is worth nothing. dYdX gives each position the part of the
equity that its maintenance requirement is of the whole, so that equity ÷ requirement is the same before and after, and
the last position to go leaves nothing. Below zero the same rule shares out what is missing.

Sources: dydxprotocol/v4-chain x/clob/keeper/liquidations.go GetBankruptcyPriceInQuoteQuantums, GetFillablePrice,
GetLiquidationInsuranceFundDelta; dYdX v3's close price P × (1 ∓ M × V ÷ W) is the same with M = requirement ÷ notional.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.account import Pool
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, divide, paid


def proportional_price(
    mark: Decimal, size: Decimal, equity: Decimal, requirement: Decimal, total_requirement: Decimal
) -> Decimal:
    """mark − equity × requirement ÷ (total requirement × size), `size` being signed. Quote units a base unit."""
    part = divide(EXACT.multiply(equity, requirement), EXACT.multiply(total_requirement, size))
    return EXACT.subtract(mark, part)


def proportional_value(
    mark: Decimal,
    size: Decimal,
    traded: Decimal,
    equity: Decimal,
    requirement: Decimal,
    total_requirement: Decimal,
    unit: Decimal = MONEY_UNIT,
) -> Decimal:
    """What trading signed `traded` against the position must bring (below zero: may cost), rounded up to `unit`.

    −ΔN − equity × |ΔR| ÷ total requirement, with ΔN and ΔR what the trade changes of the position's net notional and of
    its requirement.

    Raises:
        ValueError: when `traded` doesn't reduce the position, or is more than it.
    """
    if traded * size >= 0 or abs(traded) > abs(size):
        raise ValueError(f"{traded} does not close {size}")
    change = divide(EXACT.multiply(requirement, abs(traded)), abs(size))
    share = divide(EXACT.multiply(equity, change), total_requirement)
    return paid(EXACT.subtract(EXACT.multiply(-traded, mark), share), unit)


def proportional_prices(
    pool: Pool, equity: Decimal, requirements: Mapping[str, Decimal], marks: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """The price of each position of a pool, by key; off the tick grid. `requirements` by key, quote units."""
    total = sum(requirements.values(), ZERO)
    return {
        key: proportional_price(marks[each.symbol], each.size, equity, requirements[key], total)
        for key, each in sorted(pool.positions.items())
    }


def bankruptcy_rating(equity: Decimal, requirement: Decimal, adjustment: Decimal = ONE) -> Decimal:
    """ABR = BA × (1 − TNC ÷ TMMR), from 0 to 1: how far an account has come from maintenance to bankruptcy."""
    return max(ZERO, min(ONE, EXACT.multiply(adjustment, ONE - divide(equity, requirement))))


def largest_spread(maintenance_rate: Decimal, spread_ratio: Decimal) -> Decimal:
    """SMMR × MMF: the furthest from the oracle price that a liquidation may fill, as a fraction of it."""
    return EXACT.multiply(spread_ratio, maintenance_rate)


def fillable_price(oracle: Decimal, side: int, rating: Decimal, spread: Decimal) -> Decimal:
    """(PNNV − ABR × SMMR × PMMR) ÷ PS = oracle × (1 ∓ ABR × SMMR × MMF): the limit of the order that closes a long
    (`side` +1) or a short (−1)."""
    return EXACT.multiply(oracle, ONE - side * EXACT.multiply(rating, spread))


def insurance_fund_delta(fill_value: Decimal, bankruptcy_value: Decimal, fee: Decimal) -> Decimal:
    """What the fund gets of a fill, or gives (below zero): fill − bankruptcy value, at most `fee` × |fill|. Values are
    signed, above zero where closing brings money."""
    return min(EXACT.multiply(fee, abs(fill_value)), fill_value - bankruptcy_value)
