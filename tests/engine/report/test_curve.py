"""The equity curve, its returns, falls and time under water."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.record import Given, Record
from engine.report import NotPlayed, Report, Stopped, report_of
from engine.report.curve import DAY, HOUR, SECOND, period_of
from engine.report.drawdown import drawdown_of, durations
from engine.tape import Tape
from tests.engine.report.playing import accepted, course_of, plain_setup, record_of, session_at_end
from tests.engine.tapes import tape_of, tapes

MINUTE = 60_000


def report(prices: list[int], *orders: tuple[int, str], **more: object) -> Report:
    setup = {name: more.pop(name) for name in ("balance", "mode", "venue") if name in more}
    return report_of(accepted(plain_setup(**setup), tape_of({"ETH": prices}, **more), orders))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("length", "spacing", "period"),
    [
        (365 * DAY, MINUTE, HOUR),
        (10 * 365 * DAY, MINUTE, 4 * HOUR),
        (5 * DAY, MINUTE, HOUR),
        (DAY, MINUTE, 300 * SECOND),
        (6 * HOUR, SECOND, 60 * SECOND),
        (60 * MINUTE, MINUTE, MINUTE),
        (5 * DAY, HOUR, HOUR),
        (30 * DAY, DAY, HOUR),
        (30 * SECOND, 100, SECOND),
    ],
)
def test_how_far_samples_are_apart(length: int, spacing: int, period: int) -> None:
    assert period_of(length, spacing) == period


def test_samples_are_even_and_the_last_is_the_end() -> None:
    found = report([2000, 2010, 2020, 2030], (0, "buy 1 ETH 5x"))
    assert found.curve.period == MINUTE
    assert [sample.time - found.start for sample in found.curve.samples] == [0, MINUTE, 2 * MINUTE, 3 * MINUTE]
    assert [sample.equity for sample in found.curve.samples] == [10_000, 10_010, 10_020, 10_030]
    assert found.curve.returns == pytest.approx((0.001, 10 / 10_010, 10 / 10_020))
    assert found.curve.total == Decimal("0.003")


def test_the_first_sample_is_before_the_first_command() -> None:
    """So that what it costs counts."""
    setup, tape = plain_setup(fees=True), tape_of({"ETH": [2000, 2000]})
    found = report_of(accepted(setup, tape, [(0, "buy 4 ETH 5x")]))
    assert found.curve.samples[0].equity == 10_000
    assert found.curve.total is not None
    assert found.curve.total < 0


def test_money_put_in_is_no_return() -> None:
    """10 % on 10,000, then a deposit of 9,000, then 5.5 % on 20,000: 16.05 %."""
    found = report([2000, 2200, 2420], (0, "buy 5 ETH 1x cross"), (1, "deposit 9000"), mode="cross")
    assert [sample.equity for sample in found.curve.samples] == [10_000, 20_000, 21_100]
    growths = [Fraction(11, 10), Fraction(21_100, 20_000)]
    assert float(found.curve.total or 0) == pytest.approx(float(growths[0] * growths[1] - 1))
    assert found.curve.samples[-1].profit == 2_100


def test_taking_money_out_is_no_loss() -> None:
    found = report([2000, 2000, 2000], (1, "cash out 4000"))
    assert (found.curve.total, found.net, found.drawdown.money, found.drawdown.share) == (0, 0, 0, 0.0)
    assert found.drawdown.recovered


def test_everything_lost_and_begun_again() -> None:
    """A loss of everything is −100 %, whatever is put in and won afterwards; the return since then counts by itself."""
    tape = tape_of({"ETH": [2000, 1000, 1000, 1100, 1100]}, gaps=[1])
    orders = [(0, "buy 100 ETH 25x cross"), (2, "deposit 1000"), (2, "buy 1 ETH 2x cross")]
    found = report_of(accepted(plain_setup(mode="cross", balance=Decimal(10_000)), tape, orders))
    assert found.curve.returns == pytest.approx((-1.0, 0.0, 0.1, 0.0))
    assert found.curve.total == -1
    assert (found.drawdown.share, found.drawdown.recovered) == (1.0, False)
    assert found.net == -10_000 + 100


def test_without_a_return_there_is_no_figure() -> None:
    tape = tape_of({"ETH": [2000, 2100]})
    found = report_of(Record(plain_setup(), tape, (Given(0, parse("buy 1 ETH 5x"), 1),), 0))
    assert (found.curve.returns, found.curve.total) == ((), None)
    assert {getattr(found.ratios, name) for name in found.ratios.__slots__} == {None}


def test_falls_in_money_and_in_share_are_each_the_largest() -> None:
    """Half of 10,000 is lost; later, with 100,000 put in, more money but a smaller share."""
    prices = [2000, 1000, 1000, 900, 900]
    orders = [(0, "buy 5 ETH 1x cross"), (2, "deposit 100000"), (2, "buy 95 ETH 1x cross")]
    found = report(prices, *orders, mode="cross").drawdown
    assert found.share == pytest.approx(1 - 0.5 * 95_000 / 105_000)
    assert found.money == 5_000 + 10_000
    assert (found.under_water, found.longest, found.recovered) == (3 * MINUTE, 3 * MINUTE, False)


def test_time_under_water() -> None:
    found = report([2000, 2100, 2050, 2100, 2000, 2050, 2100, 2100], (0, "buy 1 ETH 5x"), mode="cross").drawdown
    assert (found.under_water, found.longest, found.recovered) == (3 * MINUTE, 2 * MINUTE, True)
    assert found.money == 100
    assert found.fall is not None
    assert found.fall.trough - found.fall.peak in (MINUTE, 3 * MINUTE)


@given(holds=st.lists(st.booleans(), min_size=1, max_size=40), waits=st.data())
def test_durations(holds: list[bool], waits: st.DataObject) -> None:
    lengths = waits.draw(st.lists(st.integers(0, 9), min_size=len(holds), max_size=len(holds)))
    runs, here = [0], 0
    for each, length in zip(holds, lengths, strict=True):
        here = here + length if each else 0
        runs.append(here)
    expected = sum(length for each, length in zip(holds, lengths, strict=True) if each), max(runs)
    assert durations(np.array(holds), np.array(lengths, dtype=np.int64)) == expected


@given(
    tape=tapes(longest=60),
    orders=st.lists(
        st.tuples(
            st.integers(0, 50),
            st.sampled_from(["buy $3000 {} 5x", "sell $8000 {} 10x", "flatten", "deposit 700", "cash out 400"]),
        ),
        max_size=6,
    ).map(sorted),
)
def test_falls_of_random_sessions(tape: Tape, orders: list[tuple[int, str]]) -> None:
    """Against the plain way: every pair of vertices."""
    symbol = tape.markets[0].symbol
    record = record_of(plain_setup(fees=True), tape, [(step, text.format(symbol)) for step, text in orders])
    course, _ = course_of(record)
    found = drawdown_of(course)
    steps = range(record.until + 1)
    profits = [Decimal(0), *(course.profit_at(step) for step in steps)]
    assert found.money == max(max(profits[: place + 1]) - each for place, each in enumerate(profits))
    growth = [1.0, *np.concatenate([block.growth for block in course.blocks()]).tolist()]
    shares = [1 - each / max(growth[: place + 1]) for place, each in enumerate(growth)]
    assert found.share == pytest.approx(max(shares), abs=1e-11)
    assert course.equity_at(record.until) == session_at_end(record).view().equity


# -- exposure


def test_leverage_and_time_in_the_market() -> None:
    found = report([2000, 2000, 2200, 2200], (1, "buy 5 ETH 5x"), (2, "close ETH"), mode="cross").exposure
    assert (found.mean_leverage, found.in_market, found.length) == (1.0, MINUTE, 3 * MINUTE)
    assert found.largest_leverage == 1.0


def test_without_a_position_there_is_no_leverage() -> None:
    found = report([2000, 2000], (0, "note nothing")).exposure
    assert (found.mean_leverage, found.largest_leverage, found.in_market, found.near_liquidation) == (None, None, 0, 0)


def test_time_near_liquidation_begins_with_its_call() -> None:
    """10 ETH on 1,000 of margin, 2 % of maintenance: at 1,950 the gauge is 390 ÷ 500, at 1,940 it is 388 ÷ 400."""
    found = report([2000, 1940, 1940, 2000, 2000], (0, "buy 10 ETH 20x"))
    start = next(alarm.time for alarm in found.alarms if alarm.level == Decimal("0.8"))
    assert found.exposure.near_liquidation == 3 * MINUTE - (start - found.start)


def test_time_near_liquidation_ends_with_it() -> None:
    found = report([2000, 1800, 1800], (0, "buy 10 ETH 20x"))
    start = next(alarm.time for alarm in found.alarms if alarm.level == Decimal("0.8"))
    end = next(alarm.time for alarm in found.alarms if alarm.level is None)
    assert found.exposure.near_liquidation == end - start > 0


# -- the work itself


def test_it_tells_how_far_it_is_and_stops_when_asked() -> None:
    tape, told = tape_of({"ETH": [2000 + step % 9 for step in range(300)]}), list[float]()
    record = accepted(plain_setup(), tape, [(0, "buy 1 ETH 5x")])
    report_of(record, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(Stopped):
        report_of(record, stopped=lambda: True)


def test_a_record_that_is_refused_now() -> None:
    record = Record(plain_setup(), tape_of({"ETH": [2000, 2100]}), (Given(0, parse("close ETH"), 1),), 1)
    with pytest.raises(NotPlayed, match="refused"):
        report_of(record)
