"""The log of events."""

from __future__ import annotations

import pytest

from tests.tui.examples import NOW, happened
from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.events_log import KEPT, EventsLog, Line, line_of, line_row


@pytest.mark.parametrize("width", [100, 40])
def test_it_looks_so(width: int) -> None:
    rows = [line_row(line_of(event), width, DEFAULT_PALETTE) for event in reversed(happened())]
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
    row = line_row(Line(NOW, "NOTE", "followed", ghost=True), 60, DEFAULT_PALETTE)
    assert any(segment.style and segment.style.color == DEFAULT_PALETTE.ghost.color for segment in row)
