"""The timeline of a replay: marks, the moment, and the pointer that seeks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual import events

from saves.landmarks import Landmark, LandmarkKind, Point
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.themes import DEFAULT_PALETTE
from tui.widgets.timeline import Timeline
from tui.widgets.timeline_rows import Beside, Moment, columns_of, span, timeline_rows

NOON = 1_722_816_000_000
MINUTE = 60_000


def mark(step: int, commands: int, kind: LandmarkKind, text: str) -> Landmark:
    return Landmark(Point(step, commands), NOON + step * MINUTE, kind, text)


MARKS = (
    mark(100, 1, "command", "buy 0.5 BTC 10x iso"),
    mark(100, 1, "fill", "buy 0.5 BTC @ 61,000.00"),
    mark(400, 1, "call", "the BTC pool uses 50 % of its equity"),
    mark(401, 1, "liquidation", "the BTC pool is liquidated"),
    mark(700, 1, "fill", "limit: sell 1 ETH @ 2,500.00"),
    mark(900, 2, "command", "close ETH"),
)


def moment(step: int = 400, **others: object) -> Moment:
    """A moment of a session of 1,000 steps."""
    given: dict[str, object] = {"clock": "❚❚ ×60", "running": False, **others}
    return Moment(step=step, end=1000, time=NOON + step * MINUTE, **given)  # type: ignore[arg-type]


def rows(step: int, width: int = 101, height: int = 3, hint: str | None = None, **others: object) -> list[str]:
    places = columns_of(MARKS, 1000, width)
    strips = timeline_rows(places, moment(step, **others), hint, width, height, DEFAULT_PALETTE)
    return text_of(strips).splitlines()


def test_marks_stand_where_they_happened_and_the_gravest_is_seen() -> None:
    marks, bar, _ = rows(400)
    assert {place: letter for place, letter in enumerate(marks) if letter != " "} == {
        10: ":",
        40: "✕",
        70: "•",
        90: ":",
    }
    assert bar.index("●") == 40
    assert bar[:40] == "━" * 40
    assert set(bar[41:]) == {"─"}


def test_two_rows_have_the_marks_on_the_bar_and_the_moment_over_them() -> None:
    bar, words = rows(400, height=2)
    assert (bar[10], bar[40], bar[70], bar[90]) == (":", "●", "•", ":")
    assert words.endswith("step 400 of 1,000  40 %")


@pytest.mark.parametrize("width", [1, 2, 7, 30, 80, 156])
@pytest.mark.parametrize("step", [0, 1, 499, 1000])
def test_rows_are_as_wide_as_the_widget(width: int, step: int) -> None:
    places = columns_of(MARKS, 1000, width)
    for height in (1, 2, 3):
        strips = timeline_rows(places, moment(step), None, width, height, DEFAULT_PALETTE)
        assert [strip.cell_length for strip in strips] == [width] * height


def test_every_cell_leads_to_its_own_place() -> None:
    places = columns_of((), 1000, 80)
    assert [places.column_of(places.step_at(column)) for column in range(80)] == list(range(80))
    assert (places.step_at(0), places.step_at(79)) == (0, 1000)


def test_a_session_without_a_step_has_a_timeline() -> None:
    places = columns_of((mark(0, 1, "command", "buy 1 ETH"),), 0, 40)
    strips = timeline_rows(places, Moment(0, 0, NOON, "❚❚ ×60", False), None, 40, 3, DEFAULT_PALETTE)
    assert text_of(strips).splitlines()[2].endswith("100 %")


def test_the_commands_beside_the_moment_are_said_with_their_distance() -> None:
    last, coming = Beside("buy 0.5 BTC 10x iso", 12 * MINUTE), Beside("close ETH", 130 * MINUTE)
    assert "◂ buy 0.5 BTC 10x iso, 12 min ago   ▸ close ETH, in 2 h 10 min" in rows(400, 160, last=last, next=coming)[2]
    narrow = rows(400, 80, last=last, next=coming)[2]
    assert "◂ buy 0.5 BTC 10x iso   ▸ close ETH" in narrow
    assert ", now" in rows(100, 160, last=Beside("buy 0.5 BTC", 0))[2]


def test_the_end_is_said() -> None:
    assert rows(1000)[2].startswith("■ the end")
    assert rows(1000)[2].endswith("100 %")
    assert rows(999)[2].endswith("99 %")


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (59_000, "59 s"),
        (90_000, "1 min"),
        (3_600_000, "1 h"),
        (7_800_000, "2 h 10 min"),
        (86_400_000 * 3 + 3_600_000 * 4, "3 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_spans(milliseconds: int, said: str) -> None:
    assert span(milliseconds) == said


def test_looks() -> None:
    last, coming = Beside("buy 0.5 BTC 10x iso", 12 * MINUTE), Beside("close ETH", 130 * MINUTE)
    for width, height in ((78, 2), (156, 3)):
        places = columns_of(MARKS, 1000, width)
        shown = moment(400, last=last, next=coming, running=True, clock="▶ ×60")
        strips = timeline_rows(places, shown, None, width, height, DEFAULT_PALETTE)
        assert_golden(f"timeline-{width}x{height}", strips)


# -- the pointer


class Seeking(OneWidget):
    """Remembers what was asked for."""

    def __init__(self, widget: Timeline) -> None:
        super().__init__(widget)
        self.asked: list[object] = []

    def on_timeline_sought(self, message: Timeline.Sought) -> None:
        self.asked.append((message.step, message.landmark))

    def on_timeline_turned(self, message: Timeline.Turned) -> None:
        self.asked.append(message.by)


def timeline(marks: Sequence[Landmark] = MARKS) -> Timeline:
    widget = Timeline()
    widget.begin(1000, marks, lambda step: NOON + step * MINUTE)
    widget.show(moment(0))
    return widget


def move(widget: Timeline, x: int) -> events.MouseMove:
    """The pointer comes to column `x`, which need not be on the widget."""
    return events.MouseMove(widget, x, 1, 0, 0, 1, False, False, False, x, 1)


async def test_a_click_seeks_and_lands_on_the_landmark_that_is_seen() -> None:
    app = Seeking(timeline())
    async with app.run_test(size=(101, 3)) as pilot:
        await pilot.click(Timeline, offset=(55, 1))
        await pilot.click(Timeline, offset=(40, 1))
        await pilot.click(Timeline, offset=(0, 1))
        await pilot.click(Timeline, offset=(100, 1))
        assert app.asked == [(550, None), (401, MARKS[3]), (0, None), (1000, None)]


async def test_a_drag_seeks_once_for_each_cell_and_no_further_than_the_ends() -> None:
    app = Seeking(timeline(()))
    async with app.run_test(size=(101, 3)) as pilot:
        await pilot.mouse_down(Timeline, offset=(50, 1))
        for x in (50, 51, 51, 60):
            await pilot.hover(Timeline, offset=(x, 1))
        for x in (300, -20):
            app.widget.on_mouse_move(move(app.widget, x))  # type: ignore[attr-defined]
            await pilot.pause()
        await pilot.mouse_up(Timeline, offset=(0, 1))
        await pilot.hover(Timeline, offset=(70, 1))
        assert app.asked == [(500, None), (510, None), (600, None), (1000, None), (0, None)]


def test_of_seeks_that_wait_only_the_last_is_done() -> None:
    before = Timeline.Sought(1)
    assert Timeline.Sought(2).can_replace(before)
    assert not Timeline.Sought(2).can_replace(Timeline.Turned(1))


async def test_what_is_under_the_pointer_is_said_until_it_leaves() -> None:
    app = Seeking(timeline())
    async with app.run_test(size=(101, 3)) as pilot:
        await pilot.hover(Timeline, offset=(40, 1))
        assert "→ 2024-08-05 06:41 UTC  ✕ the BTC pool is liquidated" in app.text()
        await pilot.hover(Timeline, offset=(55, 1))
        assert "→ 2024-08-05 09:10 UTC" in app.text()
        app.widget.post_message(events.Leave(app.widget))
        await pilot.pause()
        assert "→" not in app.text()


async def test_the_wheel_goes_a_little_on_or_back() -> None:
    app = Seeking(timeline())
    async with app.run_test(size=(101, 3)) as pilot:
        for kind in (events.MouseScrollDown, events.MouseScrollUp):
            app.widget.post_message(kind(app.widget, 5, 1, 0, 0, 0, False, False, False, 5, 1))
        await pilot.pause()
        assert app.asked == [1, -1]


async def test_only_what_changed_is_painted() -> None:
    widget = timeline()
    app = Seeking(widget)
    async with app.run_test(size=(101, 3)) as pilot:
        await pilot.pause()
        app.repainted.clear()
        widget.show(moment(1))
        assert app.repainted == [1]  # the words: the bar and the marks are the same
        app.repainted.clear()
        widget.show(moment(50))
        assert app.repainted == [2]
