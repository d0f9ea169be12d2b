"""Ratios of returns, annualised on 365 days. Each is None where it is undefined, never zero instead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

YEAR = 365 * 24 * 3_600_000
"""Milliseconds of the 365 days that figures are annualised on: these markets never close."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """What returns of one period each come to in a year. Fractions, but for the ratios themselves."""

    annual_return: float | None
    volatility: float | None
    downside_risk: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None


def ratios_of(returns: Sequence[float], period: int, drawdown: float | None) -> Ratios:
    """Args:
    returns: of one period each, as fractions.
    period: its length, ms.
    drawdown: the largest fall from a peak, as a fraction above zero, that Calmar's ratio is of.
    """
    a_year = YEAR / period
    return Ratios(
        annual_return=annual_return(returns, a_year),
        volatility=volatility(returns, a_year),
        downside_risk=downside_risk(returns, a_year),
        sharpe=sharpe(returns, a_year),
        sortino=sortino(returns, a_year),
        calmar=calmar(returns, a_year, drawdown),
    )


def annual_return(returns: Sequence[float], a_year: float) -> float | None:
    """(∏ (1 + r))^(periods a year ÷ n) − 1: the compound return of a year that goes on like this. None without a
    return, and where that is too large to write."""
    if not returns:
        return None
    grown = math.prod(1 + each for each in returns)
    try:
        return float(grown ** (a_year / len(returns))) - 1 if grown > 0 else -1.0
    except OverflowError:
        return None


def volatility(returns: Sequence[float], a_year: float) -> float | None:
    """Standard deviation of the returns (n − 1) × √(periods a year). None of fewer than two."""
    deviation = _deviation(returns)
    return None if deviation is None else deviation * math.sqrt(a_year)


def downside_risk(returns: Sequence[float], a_year: float) -> float | None:
    """√(mean of min(r, 0)²) × √(periods a year): Sortino and van der Meer, “Downside Risk” (1991), with a required
    return of zero. None without a return."""
    if not returns:
        return None
    return math.sqrt(math.fsum(min(each, 0.0) ** 2 for each in returns) / len(returns)) * math.sqrt(a_year)


def sharpe(returns: Sequence[float], a_year: float) -> float | None:
    """Mean ÷ standard deviation × √(periods a year): Sharpe, “The Sharpe Ratio” (1994), against cash that earns
    nothing. None of fewer than two returns, and where they are all the same."""
    deviation = _deviation(returns)
    return _mean(returns) / deviation * math.sqrt(a_year) if deviation else None


def sortino(returns: Sequence[float], a_year: float) -> float | None:
    """Mean × periods a year ÷ downside risk: Sortino and Price (1994). None of fewer than two returns, and where none
    is below zero."""
    downside = downside_risk(returns, a_year)
    return _mean(returns) * a_year / downside if downside and len(returns) > 1 else None


def calmar(returns: Sequence[float], a_year: float, drawdown: float | None) -> float | None:
    """Annual return ÷ largest drawdown: Young, “Calmar Ratio” (1991). None without a drawdown."""
    yearly = annual_return(returns, a_year)
    return yearly / drawdown if yearly is not None and drawdown else None


def _mean(returns: Sequence[float]) -> float:
    return math.fsum(returns) / len(returns)


def _deviation(returns: Sequence[float]) -> float | None:
    if len(returns) < 2:
        return None
    mean = _mean(returns)
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in returns) / (len(returns) - 1))
    # Equal returns have none, whatever the last digits of their mean say.
    return spread if spread > 1e-14 * max(abs(mean), 1e-300) else 0.0
