"""How far an account can be levered by borrowing against what it bought, and where liquidating it stops helping."""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import EXACT, ONE, divide


def loop_leverage(threshold: Decimal, health_factor: Decimal = ONE) -> Decimal:
    """Exposure ÷ own money of a position that was borrowed against and bought again until its health factor is
    `health_factor`: 1 ÷ (1 − threshold ÷ health factor).

    `threshold` is what a unit of collateral lets borrow (a loan to value, a liquidation threshold, or asset weight ÷
    liability weight). Sources: Aave proposal 311; marginfi-v2 guides/USER/FEES.md.

    Raises:
        ValueError: when the loop has no end, at a threshold from the health factor on.
    """
    borrowed = divide(threshold, health_factor)
    if borrowed >= ONE:
        raise ValueError(f"a threshold of {threshold} lets a loop at health factor {health_factor} go on for ever")
    return divide(ONE, ONE - borrowed)


def spiral_threshold(incentive: Decimal) -> Decimal:
    """The loan to value above which a liquidation raises it: 1 ÷ (1 + incentive).

    Repaying D seizes D × (1 + incentive) of collateral; debt ÷ collateral falls only while it is less than
    1 ÷ (1 + incentive). Source: "Toxic Liquidation Spirals", arXiv:2212.07306.
    """
    return divide(ONE, ONE + incentive)


def loan_to_value_after(debt: Decimal, collateral: Decimal, repaid: Decimal, incentive: Decimal) -> Decimal:
    """Debt ÷ collateral once `repaid` of debt was paid for `repaid` × (1 + incentive) of collateral, in quote units.

    Raises:
        ValueError: when that takes more than there is.
    """
    seized = EXACT.multiply(repaid, ONE + incentive)
    if repaid > debt or seized >= collateral:
        raise ValueError(f"{repaid} of {debt} can't be repaid out of collateral worth {collateral}")
    return divide(debt - repaid, collateral - seized)
