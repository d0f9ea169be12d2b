"""Where one position with margin of its own fails, in closed form: linear contracts, and inverse ones, whose margin and
profit are in the coin itself.

Prices are raw, before rounding to a tick. Sizes are signed, rates are fractions, `fee` is the taker fee for closing.
None stands for a position that no price above zero brings down.

Sources: Binance FAQ, liquidation price; freqtrade's okx.py, gate.py and bybit.py (fee counted beside maintenance, and
maintenance on the value at entry); Bybit help, bankruptcy price and liquidation price of linear and inverse contracts.
"""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import EXACT, ZERO, divide


def linear_liquidation_price(
    size: Decimal,
    entry: Decimal,
    margin: Decimal,
    rate: Decimal,
    deduction: Decimal = ZERO,
    fee: Decimal = ZERO,
) -> Decimal | None:
    """Where margin + profit meets (rate + fee) × notional − deduction, both at the price itself:
    (size × entry − margin − deduction) ÷ (size − |size| × (rate + fee)).

    Args:
        size: base units.
        margin: quote units.
        deduction: the maintenance amount of the tier (`cum`), quote units.
    """
    lost_by_price = size - EXACT.multiply(abs(size), rate + fee)
    return _above_zero(EXACT.multiply(size, entry) - margin - deduction, lost_by_price)


def linear_bankruptcy_price(size: Decimal, entry: Decimal, margin: Decimal, fee: Decimal = ZERO) -> Decimal | None:
    """Where closing, with its fee, leaves nothing of the margin: entry × (1 ∓ 1 ÷ leverage) for a position that posted
    its initial margin and closes free."""
    return linear_liquidation_price(size, entry, margin, ZERO, fee=fee)


def entry_based_liquidation_price(size: Decimal, entry: Decimal, margin: Decimal, rate: Decimal) -> Decimal | None:
    """The same with maintenance on the value at entry, which doesn't move with the price: entry × (1 ∓ (initial rate −
    maintenance rate)) (Bybit's older USDT contracts)."""
    maintenance = EXACT.multiply(rate, EXACT.multiply(abs(size), entry))
    return linear_bankruptcy_price(size, entry, margin - maintenance)


def inverse_initial_margin(contracts: Decimal, entry: Decimal, leverage: Decimal) -> Decimal:
    """What an inverse position posts, in coin: |contracts| ÷ (entry × leverage), contracts of one quote unit."""
    return divide(abs(contracts), EXACT.multiply(entry, leverage))


def inverse_bankruptcy_price(
    contracts: Decimal, entry: Decimal, margin: Decimal, fee: Decimal = ZERO
) -> Decimal | None:
    """Where contracts × (1 ÷ price − 1 ÷ entry) + fee × |contracts| ÷ price has eaten `margin` coins:
    entry × leverage ÷ (leverage ± 1) for a position that posted its initial margin and closes free."""
    closed = contracts + EXACT.multiply(abs(contracts), fee)
    return _above_zero(closed, margin + divide(contracts, entry))


def inverse_liquidation_price(
    contracts: Decimal, entry: Decimal, margin: Decimal, rate: Decimal, fee: Decimal = ZERO
) -> Decimal | None:
    """Where what is left of `margin` coins is maintenance on the value at entry, and the fee for closing at the
    bankruptcy price (Bybit, inverse contracts)."""
    bankrupt = inverse_bankruptcy_price(contracts, entry, margin, fee)
    if bankrupt is None:
        return None
    maintenance = EXACT.multiply(rate, divide(abs(contracts), entry))
    closing = EXACT.multiply(fee, divide(abs(contracts), bankrupt))
    return inverse_bankruptcy_price(contracts, entry, margin - maintenance - closing)


def _above_zero(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """A price as a quotient; None where it isn't above zero."""
    if denominator == 0 or numerator == 0 or (numerator > 0) != (denominator > 0):
        return None
    return divide(numerator, denominator)
