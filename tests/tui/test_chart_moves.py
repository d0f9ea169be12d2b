"""Scrolling, zooming and the crosshair: by keys and mouse, never beyond the step, at every size."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tests.tui.examples import tape_of, wave
from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.candles import NAMES, TIMEFRAMES
from tui.widgets.chart import CandleChart
from tui.widgets.chart_cursor import Crosshair, draw_crosshair, figures_of, moved, place_of, price_at
from tui.widgets.chart_draw import ChartPainter, Drawing, Scene
from tui.widgets.chart_marks import MarkTable
from tui.widgets.chart_styles import styles_of
from tui.widgets.chart_view import ChartView
from tui.widgets.figures import price

D = Decimal
TICK = D("0.01")
NOW = 900
WAVE, SHORT = wave(), wave(80)


def drawing_of(view: ChartView, width: int = 60, height: int = 16) -> Drawing:
    scene = Scene(view.series, view.end, TICK, (), MarkTable(()), 1, view.follows)
    return ChartPainter().draw(scene, width, height)


def view_of(seconds: int = 60, step: int = NOW) -> ChartView:
    view = ChartView(WAVE, "ETH", seconds)
    view.step = step
    return view


def test_every_length_has_a_name_and_none_is_finer_than_a_bar() -> None:
    assert " ".join(NAMES.values()) == "1s 5s 15s 30s 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d"
    assert view_of().lengths() == [seconds for seconds in TIMEFRAMES if seconds >= 60]
    assert ChartView(tape_of([1, 2, 3], spacing=1000), "ETH", 1).lengths() == list(TIMEFRAMES)


def test_scrolling_counts_candles_and_stays_where_it_is() -> None:
    view = view_of()
    whole = drawing_of(view, 400).candles
    assert view.scroll(10, 50)
    seen = drawing_of(view).candles
    assert seen.bucket[-1] == whole.bucket[-11]
    view.step = NOW + 200
    assert drawing_of(view).candles.bucket.tolist() == seen.bucket.tolist()
    assert not view.follows
    view.to_now()
    assert view.end == NOW + 200


def test_the_way_forth_ends_at_the_present_and_follows_it_again() -> None:
    view = view_of()
    view.scroll(30, 50)
    view.scroll(-20, 50)
    assert not view.follows
    view.scroll(-10, 50)
    assert view.follows


def test_the_way_back_ends_with_a_full_screen() -> None:
    view = view_of()
    view.scroll(10_000, 50)
    candles = drawing_of(view, 62).candles
    assert (candles.first[0], len(candles)) == (0, 50)
    assert not view.scroll(1, 50)


@given(st.data())
def test_nothing_after_the_step_is_ever_shown(data: st.DataObject) -> None:
    """Whatever is scrolled, zoomed and waited for: a tape with another future looks the same."""
    tape, step = SHORT, data.draw(st.integers(0, 300))
    prices = tape.columns["ETH", "last"].copy()
    prices[step + 1 :] += 50_000
    other = replace(tape, columns={**tape.columns, ("ETH", "last"): prices})
    views = [ChartView(each, "ETH", 60) for each in (tape, other)]
    for _ in range(data.draw(st.integers(0, 8))):
        act = data.draw(st.sampled_from(["scroll", "zoom", "step", "now"]))
        by = data.draw(st.integers(-90, 90))
        reached = data.draw(st.integers(0, step))
        for view in views:
            if act == "scroll":
                view.scroll(by, 20)
            elif act == "zoom":
                view.change("ETH", view.length_at(by // 20))
            elif act == "step":
                view.step = max(view.step, reached)
            else:
                view.to_now()
    size = data.draw(st.integers(1, 100)), data.draw(st.integers(1, 40))
    one, two = (drawing_of(view, *size) for view in views)
    assert not one.canvas.changed(two.canvas).any()
    assert all(view.end <= view.step for view in views)


@given(st.integers(1, 90), st.integers(1, 40), st.data())
def test_the_crosshair_stands_on_any_size(width: int, height: int, data: st.DataObject) -> None:
    drawing = drawing_of(view_of(60, data.draw(st.integers(0, 900))), width, height)
    cross = Crosshair(data.draw(st.integers(0, 5000)), data.draw(st.integers(1, 10**7)))
    for _ in range(3):
        cross = moved(cross, drawing, 0.01, data.draw(st.integers(-99, 99)), data.draw(st.integers(-50, 50)))
        assert cross.vertex in drawing.candles.first
    draw_crosshair(drawing, cross, TICK, 60)
    table = styles_of(DEFAULT_PALETTE)
    assert all(drawing.canvas.strip(row, table).cell_length == width for row in range(height))


@given(st.integers(0, 899), st.sampled_from([15, 60, 300, 3600]))
def test_a_readout_is_the_tapes_exact_figures(step: int, seconds: int) -> None:
    view = view_of(seconds, step)
    tape, drawing = view.tape, drawing_of(view)
    first = int(drawing.candles.first[-1])
    prices = tape.columns["ETH", "last"][first : step + 1]
    opened = prices[0] if tape.gapped[first] else tape.columns["ETH", "last"][first - 1]
    expected = [opened, max(prices.max(), opened), min(prices.min(), opened), prices[-1]]
    said = figures_of(drawing.candles, len(drawing.candles) - 1, TICK, volume=False)
    assert said[:4] == [f"{name} {price(TICK * int(each), TICK)}" for name, each in zip("OHLC", expected, strict=True)]


def test_rows_and_prices_meet() -> None:
    drawing = drawing_of(view_of())
    for row in range(drawing.scale.rows):
        assert drawing.scale.row(price_at(row, drawing.scale, 0.01) * 0.01) == row


@pytest.mark.parametrize("size", [(90, 20), (40, 10)])
def test_a_crosshair_looks_so(size: tuple[int, int]) -> None:
    drawing = drawing_of(view_of(300), *size)
    place = len(drawing.candles) - 9
    cross = Crosshair(int(drawing.candles.first[place]), int(drawing.candles.close[place]))
    draw_crosshair(drawing, cross, TICK, 300)
    table = styles_of(DEFAULT_PALETTE)
    strips = [drawing.canvas.strip(row, table) for row in range(drawing.canvas.height)]
    assert_golden(f"chart-crosshair-{size[0]}x{size[1]}", strips)


def test_a_badge_ends_where_its_words_do() -> None:
    drawing = drawing_of(view_of(300), 90, 20)
    draw_crosshair(drawing, Crosshair(int(drawing.candles.first[20]), 240_000), TICK, 300)
    table = styles_of(DEFAULT_PALETTE)
    for row in (0, drawing.canvas.height - 1):
        badges = [segment.text for segment in drawing.canvas.strip(row, table) if segment.style.reverse]
        assert len(badges) == 1
        assert badges[0].strip() in (badges[0][1:-1], badges[0])


@pytest.fixture
def shown() -> Any:
    chart = CandleChart()
    return chart, OneWidget(chart)


async def test_arrows_move_the_crosshair_and_scroll_at_the_edge(shown: Any) -> None:
    chart, app = shown
    async with app.run_test(size=(60, 16)) as pilot:
        chart.show(WAVE, "ETH", NOW)
        chart.timeframe = 60
        chart.focus()
        chart.toggle_crosshair()
        at, last = chart.crosshair, len(chart._drawing.candles) - 1
        await pilot.press("left", "left", "up")
        assert place_of(chart.crosshair, chart._drawing.candles) == last - 2
        assert chart.crosshair.ticks > at.ticks
        await pilot.press("right", "right", "right", "right")
        assert chart.view.follows
        await pilot.press(*["left"] * (last + 3))
        assert not chart.view.follows
        assert place_of(chart.crosshair, chart._drawing.candles) == 0
        chart.end_crosshair()
        assert "O 2," not in app.text()


async def test_arrows_scroll_where_there_is_no_crosshair(shown: Any) -> None:
    chart, app = shown
    async with app.run_test(size=(60, 16)) as pilot:
        chart.show(WAVE, "ETH", NOW)
        chart.timeframe = 60
        chart.focus()
        await pilot.press("left", "left")
        assert not chart.view.follows
        assert chart.has_class("-behind")
        assert "◀◀ back at 5 Aug 02:" in chart.title_text()
        await pilot.press("right", "right")
        assert chart.view.follows
        assert not chart.has_class("-behind")


async def test_a_click_places_the_crosshair_and_the_mouse_leads_it(shown: Any) -> None:
    chart, app = shown
    async with app.run_test(size=(60, 16)) as pilot:
        chart.show(WAVE, "ETH", NOW)
        chart.timeframe = 60
        await pilot.hover(CandleChart, offset=(20, 5))
        assert chart.crosshair is None
        await pilot.click(CandleChart, offset=(20, 5))
        placed = chart.crosshair
        assert (chart._drawing.places[place_of(placed, chart._drawing.candles)]) == 20
        await pilot.hover(CandleChart, offset=(25, 3))
        assert chart._drawing.places[place_of(chart.crosshair, chart._drawing.candles)] == 25
        assert chart.crosshair.ticks > placed.ticks


async def test_dragging_scrolls(shown: Any) -> None:
    chart, app = shown
    async with app.run_test(size=(60, 16)) as pilot:
        chart.show(WAVE, "ETH", NOW)
        chart.timeframe = 60
        await pilot.mouse_down(CandleChart, offset=(10, 5))
        await pilot.hover(CandleChart, offset=(17, 5))
        await pilot.mouse_up(CandleChart, offset=(17, 5))
        other = view_of(chart.timeframe)
        other.scroll(7, 40)
        assert chart.view.end == other.end
        assert chart.crosshair is None


async def test_the_wheel_zooms_and_with_shift_scrolls(shown: Any) -> None:
    chart, app = shown

    async def turn(kind: type[events.MouseEvent], *, shift: bool) -> None:
        at = {"x": 5, "y": 5, "delta_x": 0, "delta_y": 0, "button": 0}
        chart.post_message(kind(widget=chart, shift=shift, meta=False, ctrl=False, screen_x=5, screen_y=5, **at))
        await pilot.pause()

    async with app.run_test(size=(60, 16)) as pilot:
        chart.show(WAVE, "ETH", NOW)
        chart.timeframe = 60
        seconds = chart.timeframe
        await turn(events.MouseScrollDown, shift=False)
        assert chart.timeframe > seconds
        await turn(events.MouseScrollUp, shift=False)
        assert chart.timeframe == seconds
        await turn(events.MouseScrollUp, shift=True)
        assert not chart.view.follows
        await turn(events.MouseScrollDown, shift=True)
        assert chart.view.follows


async def test_another_market_is_shown_at_the_same_time(shown: Any) -> None:
    chart, app = shown
    tape = WAVE
    two = replace(
        tape,
        markets=(*tape.markets, replace(tape.markets[0], symbol="SOL")),
        columns={**tape.columns, ("SOL", "last"): tape.columns["ETH", "last"] + np.int64(5000)},
    )
    async with app.run_test(size=(60, 16)):
        chart.show(two, "ETH", NOW)
        chart.timeframe = 60
        chart.scroll_candles(12)
        end = chart.view.end
        chart.toggle_crosshair()
        chart.show(two, "SOL", NOW)
        assert (chart.view.end, chart.view.symbol, chart.crosshair) == (end, "SOL", None)
        chart.zoom(1)
        assert chart.view.end >= end
        assert not chart.view.follows
