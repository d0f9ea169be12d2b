"""The curves of a report, evenly spaced: equity, what it is below its best, effective leverage, and its marks."""

from __future__ import annotations

from bisect import bisect_right

from engine.report import Report
from tui.widgets.report_chart import ChartMark

LIQUIDATED, CALLED = "✗", "⚠"


def equity(report: Report) -> list[float | None]:
    """Equity at every sample, quote units."""
    return [float(sample.equity) for sample in report.curve.samples]


def below_best(report: Report) -> list[float | None]:
    """At every sample, how far the time-weighted growth is below its best so far: a fraction, at most 0."""
    best, found = 0.0, list[float | None]()
    for sample in report.curve.samples:
        best = max(best, sample.growth)
        found.append(sample.growth / best - 1 if best else 0.0)
    return found


def leverage(report: Report) -> list[float | None]:
    """Effective leverage at every sample; None without equity."""
    return [sample.leverage for sample in report.curve.samples]


def marks(report: Report) -> list[ChartMark]:
    """Margin calls, and liquidations over them, where they fall on the curve."""
    times = [sample.time for sample in report.curve.samples]
    found = []
    for alarm in sorted(report.alarms, key=lambda each: each.level is None):
        place = max(0, bisect_right(times, alarm.time) - 1) / max(1, len(times))
        liquidated = alarm.level is None
        found.append(ChartMark(place, LIQUIDATED if liquidated else CALLED, "danger" if liquidated else "warning"))
    return found
