"""Ratios of returns are those of empyrical-reloaded, on random curves and on sessions; blank where undefined."""

from __future__ import annotations

import math
from decimal import Decimal

import empyrical
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.report import Report, report_of
from engine.report.curve import HOUR
from engine.report.ratios import (
    YEAR,
    annual_return,
    calmar,
    downside_risk,
    ratios_of,
    sharpe,
    sortino,
    volatility,
)
from engine.setup import Setup
from tests.engine.report.playing import course_of, record_of
from tests.engine.test_every_venue import walk

EQUAL = {"rel": 1e-9, "abs": 1e-12}
RETURNS = st.lists(st.floats(-0.2, 0.2).map(lambda each: round(each, 9)), min_size=2, max_size=80)
PERIODS = st.sampled_from([1_000, 60_000, 900_000, HOUR, 24 * HOUR])


def fallen(returns: list[float]) -> float:
    """The largest drawdown that empyrical finds, above zero."""
    return -float(empyrical.max_drawdown(np.array(returns)))


@given(returns=RETURNS, period=PERIODS)
def test_random_returns(returns: list[float], period: int) -> None:
    array, a_year = np.array(returns), YEAR / period
    assume(float(array.std(ddof=1)) > 1e-9)  # of equal returns empyrical shows the last digits of their mean
    assert volatility(returns, a_year) == pytest.approx(
        float(empyrical.annual_volatility(array, annualization=a_year)), **EQUAL
    )
    assert downside_risk(returns, a_year) == pytest.approx(
        float(empyrical.downside_risk(array, annualization=a_year)), **EQUAL
    )
    assert sharpe(returns, a_year) == pytest.approx(float(empyrical.sharpe_ratio(array, annualization=a_year)), **EQUAL)
    if min(returns) < 0:
        assert sortino(returns, a_year) == pytest.approx(
            float(empyrical.sortino_ratio(array, annualization=a_year)), **EQUAL
        )
    else:
        assert sortino(returns, a_year) is None


@given(returns=RETURNS, period=st.sampled_from([HOUR, 24 * HOUR]))
def test_random_annual_returns(returns: list[float], period: int) -> None:
    """empyrical overflows where a year's growth is beyond all numbers; there is none here."""
    array, a_year = np.array(returns), YEAR / period
    assume(abs(math.fsum(math.log1p(each) for each in returns)) * a_year / len(returns) < 300)
    expected = float(empyrical.annual_return(array, annualization=a_year))
    assert annual_return(returns, a_year) == pytest.approx(expected, **EQUAL)
    drawdown = fallen(returns)
    if drawdown:
        assert calmar(returns, a_year, drawdown) == pytest.approx(
            float(empyrical.calmar_ratio(array, annualization=a_year)), **EQUAL
        )


def traded(seed: int = 3) -> Report:
    """Two days of minutes with a dozen trades, most of them lost."""
    tape = walk(seed, 2_880, 60_000, 0.003, 0.001)
    orders = [
        (40 + 230 * place, "buy $20000 ETH 5x sl 3%" if place % 2 else "sell $9000 BTC 3x") for place in range(12)
    ]
    orders += [(30 + 230 * place, "flatten") for place in range(1, 12)]
    return report_of(record_of(Setup(balance=Decimal(10_000)), tape, sorted(orders)))


def check_against_empyrical(report: Report) -> None:
    """The report's own figures are what empyrical makes of its returns; of falls, of the growth at every vertex."""
    returns, a_year = np.array(report.curve.returns), YEAR / report.curve.period
    ratios = report.ratios
    for figure, name in (
        (ratios.volatility, "annual_volatility"),
        (ratios.downside_risk, "downside_risk"),
        (ratios.sharpe, "sharpe_ratio"),
        (ratios.sortino, "sortino_ratio"),
        (ratios.annual_return, "annual_return"),
    ):
        assert figure == pytest.approx(float(getattr(empyrical, name)(returns, annualization=a_year)), **EQUAL)
    course, _ = course_of(report.record)
    growth = np.concatenate([[1.0], *(block.growth for block in course.blocks())])
    drawdown = fallen(list(growth[1:] / growth[:-1] - 1))
    assert report.drawdown.share == pytest.approx(drawdown, **EQUAL)
    yearly = float(empyrical.annual_return(returns, annualization=a_year))
    assert ratios.calmar == pytest.approx(yearly / drawdown, **EQUAL)
    assert float(empyrical.cum_returns_final(returns)) == pytest.approx(float(report.curve.total or 0), **EQUAL)


@pytest.mark.parametrize("seed", [3, 11])
def test_a_session(seed: int) -> None:
    report = traded(seed)
    assert len(report.curve.returns) > 100
    assert report.figures.closed > 5
    check_against_empyrical(report)


def test_blank_where_undefined() -> None:
    nothing = ratios_of([], HOUR, None)
    assert set(vars_of(nothing)) == {None}
    one = ratios_of([0.01], HOUR, None)
    assert (one.volatility, one.sharpe, one.sortino, one.calmar) == (None, None, None, None)
    equal = ratios_of([0.01, 0.01, 0.01], HOUR, None)
    assert (equal.volatility, equal.sharpe, equal.sortino, equal.calmar) == (0.0, None, None, None)
    assert ratios_of([0.0, 0.0], HOUR, None).volatility == 0.0


def vars_of(ratios: object) -> list[float | None]:
    return [getattr(ratios, name) for name in ratios.__slots__]  # type: ignore[attr-defined]


def test_a_year_that_is_too_large_to_write_is_blank() -> None:
    assert annual_return([0.5, 0.5], YEAR / 1_000) is None
    assert annual_return([-1.0, 0.5], YEAR / HOUR) == -1.0
