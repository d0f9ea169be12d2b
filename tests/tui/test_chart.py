"""The chart: goldens at three sizes, a scale that stands still, and every size and price there is."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip

from engine.tape import Tape
from tests.tui.examples import tape_of, wave
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.themes import DEFAULT_PALETTE
from tui.widgets.candles import CandleSeries
from tui.widgets.canvas import Canvas
from tui.widgets.chart import CandleChart
from tui.widgets.chart_draw import ChartPainter, Drawing, Scene
from tui.widgets.chart_lines import ChartLine
from tui.widgets.chart_marks import SHAPES, ChartMark, MarkKind, MarkTable
from tui.widgets.chart_scale import StickyScale
from tui.widgets.chart_styles import styles_of

D = Decimal
LONG = wave(300)
TABLE = styles_of(DEFAULT_PALETTE)
LINES = (
    ChartLine("ENTRY long 4.1350", D("2418.00"), "entry"),
    ChartLine("STOP c6", D("2404.00"), "stop"),
    ChartLine("LIQ isolated", D("2396.57"), "liquidation"),
    ChartLine("TAKE c7", D("3400.00"), "target"),
    ChartLine("LIMIT c8", D("1200.00"), "limit"),
)
MARKS = (ChartMark(240, D("2418"), "buy"), ChartMark(361, D("2418"), "sell"))


def canvas_of(
    tape: Tape,
    step: int,
    size: tuple[int, int],
    seconds: int = 60,
    lines: tuple[ChartLine, ...] = (),
    marks: tuple[ChartMark, ...] = (),
    painter: ChartPainter | None = None,
) -> Canvas:
    return drawing_of(tape, step, size, seconds, lines, marks, painter).canvas


def drawing_of(
    tape: Tape,
    step: int,
    size: tuple[int, int],
    seconds: int = 60,
    lines: tuple[ChartLine, ...] = (),
    marks: tuple[ChartMark, ...] = (),
    painter: ChartPainter | None = None,
) -> Drawing:
    scene = scene_of(CandleSeries(tape, "ETH", seconds), tape, step, lines, MarkTable(marks))
    return (painter or ChartPainter()).draw(scene, *size)


def scene_of(series: CandleSeries, tape: Tape, step: int, lines: tuple[ChartLine, ...], marks: MarkTable) -> Scene:
    return Scene(series, step, tape.markets[0].tick_size, lines, marks, int(tape.columns["ETH", "last"][step]))


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
    marks = data.draw(
        st.lists(st.builds(ChartMark, st.integers(0, 40), some_price, st.sampled_from(list(SHAPES))), max_size=2)
    )
    width, height = data.draw(st.integers(1, 130)), data.draw(st.integers(1, 50))
    step = data.draw(st.integers(0, len(prices) - 1))
    canvas = canvas_of(tape, step, (width, height), 1, tuple(lines), tuple(marks))
    for strip in strips_of(canvas):
        assert strip.cell_length == width
        assert sum(len(segment.text) for segment in strip) == width
        assert "nan" not in strip.text


def test_a_tick_inside_the_scale_repaints_three_rows() -> None:
    ramp = np.concatenate([np.arange(240_000, 246_000, 20), 245_980 + np.array([1, 2, 3, 2, 1, 0, -1, 4] * 8)])
    tape, painter = tape_of(ramp), ChartPainter()
    before = canvas_of(tape, 299, (120, 30), 15, LINES, (), painter)
    for step in range(300, len(ramp)):
        canvas = canvas_of(tape, step, (120, 30), 15, LINES, (), painter)
        if int(tape.times[step]) % 15_000 != 1000:
            # A new candle moves all of them; inside one only the last changes.
            assert canvas.changed(before).sum() <= 3
        before = canvas


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(10, 90), st.sampled_from([15, 60, 300]))
def test_what_is_kept_from_frame_to_frame_is_what_would_be_drawn_anew(
    strides: list[int], width: int, seconds: int
) -> None:
    """All but the last candle is drawn once for many frames; a painter without anything kept draws the same."""
    tape, marks = LONG, MarkTable([ChartMark(7 * at, D(2400), kind) for at, kind in enumerate([*SHAPES] * 30)])
    series, painter, step = CandleSeries(tape, "ETH", seconds), ChartPainter(), 100
    for stride in strides:
        step = min(step + stride, len(tape) - 1)
        drawn = painter.draw(scene_of(series, tape, step, LINES, marks), width, 20)
        fresh = ChartPainter()
        fresh._sticky = painter._sticky
        again = fresh.draw(scene_of(CandleSeries(tape, "ETH", seconds), tape, step, LINES, marks), width, 20)
        assert not drawn.canvas.changed(again.canvas).any()


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
    later = (ChartMark(50, D(1), "buy"),)
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
        chart.zoom(-1)
        chart.show(wave(), "ETH", 900)
        assert (chart.title_text(), chart.subtitle_text()) == ("ETH  1m", "real bars · made by hand")
        for _ in range(9):
            chart.zoom(-1)
        assert chart.timeframe == 60
        for _ in range(15):
            chart.zoom(1)
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


@pytest.mark.parametrize("kind", list(SHAPES))
def test_every_kind_of_mark_has_a_shape_of_its_own(kind: MarkKind) -> None:
    letter = SHAPES[kind].letter
    assert [each.letter for each in SHAPES.values()].count(letter) == 1
    tape = tape_of([10_000, 10_100, 10_050, 10_020] * 20, spacing=30_000)
    without = text_of(strips_of(canvas_of(tape, 79, (60, 16))))
    marked = text_of(strips_of(canvas_of(tape, 79, (60, 16), marks=(ChartMark(20, D("100.40"), kind),))))
    assert marked.count(letter) == without.count(letter) + 1


@given(st.lists(st.sampled_from(list(SHAPES)), min_size=1, max_size=8), st.integers(1, 20))
def test_the_gravest_mark_of_a_candle_is_never_hidden(kinds: list[MarkKind], height: int) -> None:
    tape = tape_of([10_000, 10_100, 9_900, 10_020], spacing=1_000)
    marks = tuple(ChartMark(place % 4, D("100.10"), kind) for place, kind in enumerate(kinds))
    text = text_of(strips_of(canvas_of(tape, 3, (12, height), marks=marks)))
    gravest = min(kinds, key=list(SHAPES).index)
    assert SHAPES[gravest].letter in text
    if height >= 12:
        assert all(SHAPES[kind].letter in text for kind in kinds)


def test_a_liquidation_is_marked_at_its_price() -> None:
    tape = tape_of([10_000, 10_400, 9_600, 10_000] * 10, spacing=15_000)
    drawing = drawing_of(tape, 39, (40, 20), marks=(ChartMark(18, D("97.00"), "liquidation"),))
    rows, columns = np.nonzero(drawing.canvas.letters == ord("✕"))
    assert (rows.tolist(), columns.tolist()) == ([drawing.scale.row(97.0)], [int(drawing.places[4])])


def test_bankruptcy_is_told_apart_and_not_told_beyond_the_scale() -> None:
    near = (ChartLine("BANKRUPT isolated", D("100.02"), "bankruptcy"),)
    assert "· BANKRUPT" not in text_of(strips_of(canvas_of(tape_of([10_000, 10_010]), 1, (60, 10), 1)))
    text = text_of(strips_of(canvas_of(tape_of([10_000, 10_010]), 1, (60, 10), 1, near)))
    assert " BANKRUPT isolated ···" in text
    assert "100.02 B" in text
    far = (ChartLine("BANKRUPT isolated", D(50), "bankruptcy"),)
    assert "BANKRUPT" not in text_of(strips_of(canvas_of(tape_of([10_000, 10_010]), 1, (60, 10), 1, far)))


@pytest.mark.parametrize(
    "price", ["9780.98000162643499003808568601672517314", "1780.98000162643499003808568601672517314"]
)
def test_a_price_off_the_chart_is_written_to_the_tick(price: str) -> None:
    line = ChartLine("ENTRY long 1", D(price), "entry")
    drawn = text_of(strips_of(canvas_of(wave(), 700, (60, 16), 60, (line,))))
    assert f"ENTRY long 1 {D(price):,.2f} " in drawn.replace("\N{NO-BREAK SPACE}", " ")
