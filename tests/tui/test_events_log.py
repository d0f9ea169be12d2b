"""The log of events."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.events import FundingPaid
from tests.tui.examples import NOW, happened
from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.events_log import KEPT, EventsLog, Line, line_of, line_rows, lines_of


@pytest.mark.parametrize("width", [100, 40])
def test_it_looks_so(width: int) -> None:
    rows = [row for event in reversed(happened()) for row in line_rows(line_of(event), width, DEFAULT_PALETTE)]
    assert_golden(f"events-{width}", rows)


async def test_the_newest_is_on_top_and_only_so_many_are_kept() -> None:
    log = EventsLog()
    app = OneWidget(log)
    async with app.run_test(size=(60, 6)) as pilot:
        assert log.title_text() == "Events"
        log.add_lines(Line(NOW, "NOTE", f"number {place}") for place in range(KEPT + 20))
        await pilot.pause(0.2)
        assert app.text().startswith("06:24:00  NOTE   number 519\n")
        assert log.title_text() == "Events 520"
        assert len(log._lines) == KEPT
        log.clear()
        assert app.text().strip() == ""


async def test_a_storm_is_painted_ten_times_a_second_at_most() -> None:
    log = EventsLog()
    app = OneWidget(log)
    async with app.run_test(size=(60, 6)) as pilot:
        log.add(happened())
        await pilot.pause(0.15)
        app.repainted.clear()
        for _ in range(50):
            log.add(happened())
        assert len(app.repainted) <= 1
        log.add_lines([Line(NOW, "NOTE", "the last of them")])
        await pilot.pause(0.2)
        assert app.text().startswith("06:24:00  NOTE   the last of them")


async def test_who_has_scrolled_down_goes_on_reading() -> None:
    log = EventsLog()
    app = OneWidget(log)
    async with app.run_test(size=(60, 4)) as pilot:
        log.add_lines(Line(NOW, "NOTE", f"number {place}") for place in range(20))
        await pilot.pause(0.2)
        log.focus()
        await pilot.press("pagedown")
        before = app.text()
        log.add_lines([Line(NOW, "NOTE", "another")])
        await pilot.pause(0.2)
        assert app.text() == before
        await pilot.press("home")
        assert "another" in app.text()


def test_the_ghost_is_told_apart() -> None:
    (row,) = line_rows(Line(NOW, "NOTE", "followed", ghost=True), 60, DEFAULT_PALETTE)
    assert any(segment.style and segment.style.color == DEFAULT_PALETTE.ghost.color for segment in row)


async def test_another_day_is_said() -> None:
    log = EventsLog()
    app = OneWidget(log)
    async with app.run_test(size=(60, 6)) as pilot:
        log.add_lines([Line(NOW, "NOTE", "before"), Line(NOW + 86_400_000, "NOTE", "after")])
        await pilot.pause(0.2)
        first, day, last = app.text().splitlines()[:3]
        assert ("after" in first, "before" in last) == (True, True)
        assert day.endswith("begins")
        assert log.title_text() == "Events 2"


def test_what_does_not_fit_goes_on_below() -> None:
    long = Line(NOW, "CALL", "the ETH pool uses 95 % of its equity: 19.37 to liquidation at 3,004.29", "warning")
    rows = [strip.text for strip in line_rows(long, 50, DEFAULT_PALETTE)]
    assert len(rows) > 1
    assert "3,004.29" in " ".join(rows)
    assert all(len(row) <= 50 for row in rows)


def test_one_funding_of_several_positions_is_one_line() -> None:
    shared = {"step": 1, "time": NOW, "pool": "cross", "rate": Decimal("0.0000125"), "notional": Decimal(1000)}
    paid = [
        FundingPaid(symbol=symbol, amount=Decimal(each), **shared)
        for symbol, each in (("ETH", "-0.25"), ("SOL", "0.07"))
    ]
    (line,) = lines_of(paid)
    assert line.text == "paid 0.18: ETH −0.25, SOL +0.07"
