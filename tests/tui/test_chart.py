"""The chart: goldens at three sizes, a scale that stands still, and every size and price there is."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip

from engine.tape import Tape
from tests.tui.examples import START, tape_of, wave
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.themes import DEFAULT_PALETTE
from tui.widgets.candles import CandleSeries
from tui.widgets.canvas import Canvas
from tui.widgets.chart import CandleChart
from tui.widgets.chart_draw import ChartMark, Scene, draw, styles_of
from tui.widgets.chart_lines import ChartLine
from tui.widgets.chart_scale import StickyScale

D = Decimal
TABLE = styles_of(DEFAULT_PALETTE)
LINES = (
    ChartLine("ENTRY long 4.1350", D("2418.00"), "entry"),
    ChartLine("STOP c6", D("2404.00"), "stop"),
    ChartLine("LIQ isolated", D("2396.57"), "liquidation"),
    ChartLine("TAKE c7", D("3400.00"), "target"),
    ChartLine("LIMIT c8", D("1200.00"), "limit"),
)
MARKS = (ChartMark(START + 3_600_000, D("2418"), "buy"), ChartMark(START + 5_400_000, D("2418"), "sell"))


def canvas_of(
    tape: Tape,
    step: int,
    size: tuple[int, int],
    seconds: int = 60,
    lines: tuple[ChartLine, ...] = (),
    marks: tuple[ChartMark, ...] = (),
    sticky: StickyScale | None = None,
) -> Canvas:
    tick = tape.markets[0].tick_size
    scene = Scene(CandleSeries(tape, "ETH", seconds), step, int(tape.times[step]), tick, lines, marks)
    return draw(scene, *size, sticky or StickyScale())


def strips_of(canvas: Canvas) -> list[Strip]:
    return [canvas.strip(row, TABLE) for row in range(canvas.height)]


@pytest.mark.parametrize(
    ("name", "size", "seconds"),
    [("chart-100x28", (100, 28), 300), ("chart-60x16", (60, 16), 60), ("chart-20x6", (20, 6), 60)],
)
def test_it_looks_so(name: str, size: tuple[int, int], seconds: int) -> None:
    assert_golden(name, strips_of(canvas_of(wave(), 4 * 180 - 2, size, seconds, LINES, MARKS)))


def test_a_long_pause_is_one_column() -> None:
    assert_golden("chart-hole-60x12", strips_of(canvas_of(wave(hole_at=40), 4 * 80 - 1, (60, 12))))


def test_a_flat_price_is_a_dash() -> None:
    text = text_of(strips_of(canvas_of(tape_of([100, 100, 100], spacing=60_000), 2, (30, 8))))
    assert "──" in text


def test_directions_differ_without_colours() -> None:
    up = canvas_of(tape_of([100, 200], spacing=30_000), 1, (10, 10))
    down = canvas_of(tape_of([200, 100], spacing=30_000), 1, (10, 10))
    assert "║" in text_of(strips_of(up))
    assert "║" not in text_of(strips_of(down))
    assert "┃" in text_of(strips_of(down))


def test_a_small_rise_is_seen_to_be_hollow() -> None:
    for rise in range(1, 12):
        canvas = canvas_of(tape_of([10_000, 10_100, 10_000, 10_000 + rise], spacing=60_000), 3, (10, 8))
        assert (canvas.letters[:, 2] == ord("║")).any(), rise


@given(st.data())
def test_no_size_and_no_price_is_too_much(data: st.DataObject) -> None:
    tick = D(1).scaleb(data.draw(st.integers(-9, 0)))
    largest = int(D("1e9") / tick)
    prices = data.draw(st.lists(st.integers(1, largest), min_size=1, max_size=30))
    tape = tape_of(prices, tick=str(tick), volume=np.arange(len(prices), dtype=np.float64))
    some_price = st.decimals(D("1e-9"), D("1e9"), places=9)
    kinds = st.sampled_from(["entry", "stop", "target", "limit", "liquidation", "bankruptcy"])
    lines = data.draw(st.lists(st.builds(ChartLine, st.text(max_size=12), some_price, kinds), max_size=4))
    marks = data.draw(st.lists(st.builds(ChartMark, st.just(START), some_price, st.just("buy")), max_size=2))
    width, height = data.draw(st.integers(1, 130)), data.draw(st.integers(1, 50))
    step = data.draw(st.integers(0, len(prices) - 1))
    canvas = canvas_of(tape, step, (width, height), 1, tuple(lines), tuple(marks))
    for strip in strips_of(canvas):
        assert strip.cell_length == width
        assert sum(len(segment.text) for segment in strip) == width
        assert "nan" not in strip.text


def test_a_tick_inside_the_scale_repaints_three_rows() -> None:
    ramp = np.concatenate([np.arange(240_000, 246_000, 20), 245_980 + np.array([1, 2, 3, 2, 1, 0, -1, 4] * 8)])
    tape, sticky = tape_of(ramp), StickyScale()
    before = canvas_of(tape, 299, (120, 30), 15, LINES, (), sticky)
    for step in range(300, len(ramp)):
        canvas = canvas_of(tape, step, (120, 30), 15, LINES, (), sticky)
        if int(tape.times[step]) % 15_000 != 1000:
            # A new candle moves all of them; inside one only the last changes.
            assert canvas.changed(before).sum() <= 3
        before = canvas


def test_the_scale_stands_still_until_the_price_leaves_it() -> None:
    sticky = StickyScale()
    first = sticky.fit(100, 110, [], 20, 0.01)
    assert sticky.fit(100.5, 110.5, [], 20, 0.01) == first
    moved = sticky.fit(100, 120, [], 20, 0.01)
    assert moved != first
    assert moved.holds(120)
    # It tightens again when most of it is empty.
    assert sticky.fit(100, 102, [], 20, 0.01) != moved


def test_lines_near_the_price_are_brought_into_the_scale_and_far_ones_are_not() -> None:
    scale = StickyScale().fit(100, 110, [112.0, 400.0], 20, 0.01)
    assert scale.holds(112)
    assert not scale.holds(400)


def test_what_lies_ahead_is_not_drawn() -> None:
    later = (ChartMark(START + 50_000, D(1), "buy"),)
    tape = tape_of([100] * 20 + [900] * 40)
    now = canvas_of(tape, 19, (60, 14), 5)
    assert not now.changed(canvas_of(tape_of([100] * 20), 19, (60, 14), 5)).any()
    assert not now.changed(canvas_of(tape, 19, (60, 14), 5, (), later)).any()


def test_labels_are_letters_and_nothing_else() -> None:
    line = ChartLine("\x1b[2J[bold]永\u202e", D(1), "entry")
    text = text_of(strips_of(canvas_of(tape_of([100, 101]), 1, (60, 10), 1, (line,))))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text


async def test_the_widget_repaints_only_rows_that_changed() -> None:
    tape, chart = tape_of(np.arange(240_000, 246_000, 3)), CandleChart()
    app = OneWidget(chart)
    async with app.run_test(size=(100, 30)) as pilot:
        chart.show(tape, "ETH", 998, LINES)
        chart.timeframe = 60
        await pilot.pause()
        app.repainted.clear()
        chart.show(tape, "ETH", 998, LINES)
        assert app.repainted == []
        chart.show(tape, "ETH", 999, LINES)
        assert sum(app.repainted) <= 3


async def test_zoom_keeps_to_lengths_that_the_tape_has() -> None:
    chart = CandleChart()
    app = OneWidget(chart)
    async with app.run_test(size=(100, 30)):
        assert chart.title_text() == ""
        chart.zoom_in()
        chart.show(wave(), "ETH", 900)
        assert (chart.title_text(), chart.subtitle_text()) == ("ETH  1m", "real bars · made by hand")
        for _ in range(9):
            chart.zoom_in()
        assert chart.timeframe == 15
        for _ in range(9):
            chart.zoom_out()
        assert chart.timeframe == 86_400
        before = app.text()
        chart.timeframe = 60
        assert app.text() != before


async def test_shown_before_it_has_a_size() -> None:
    chart = CandleChart()
    chart.show(wave(1800), "ETH", 300)
    app = OneWidget(chart)
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.pause()
        assert chart.title_text() == "ETH  5m"
        assert "║" in app.text()


def test_labels_that_share_a_short_row_are_shortened() -> None:
    far = (ChartLine("LIQ isolated", D("0.01"), "liquidation"), ChartLine("STOP sell 4.1350", D("0.02"), "stop"))
    text = text_of(strips_of(canvas_of(tape_of([10_000, 10_001]), 1, (40, 10), 1, far)))
    assert "▼ LIQ 0.01  ▼ STOP 0.02" in text


async def test_another_theme_is_worn_at_once() -> None:
    chart = CandleChart()
    app = OneWidget(chart)
    async with app.run_test(size=(60, 20)) as pilot:
        chart.show(wave(), "ETH", 300)
        dark = [chart.render_line(row) for row in range(20)]
        app.theme = "isocross-light"
        await pilot.pause()
        await pilot.pause()
        light = [chart.render_line(row) for row in range(20)]
        assert [strip.text for strip in dark] == [strip.text for strip in light]
        assert dark != light
