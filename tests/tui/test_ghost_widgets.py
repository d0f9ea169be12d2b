"""The chart and the table of the ghosts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.session import Session
from engine.setup import Setup
from tests.tui.desks import falling_tape
from tests.tui.strip_text import OneWidget, assert_golden
from tui.widgets.ghost_chart import LABEL, EquityPath, GhostChart, drawn
from tui.widgets.ghost_table import AccountRow, First, GhostTable, worst_gauge
from tui.widgets.ghost_words import GhostWords

STEPS = np.arange(0, 500, 5, dtype=np.int64)
WAVE = 10_000 + 300 * np.sin(STEPS / 40)
PATHS = (
    EquityPath("you", "●", "accent", WAVE),
    EquityPath("cross", "○", "ghost", np.where(STEPS < 300, WAVE - 200, 9_300.0), 300),
    EquityPath("binance", "▲", "key", np.where(STEPS < 120, WAVE, WAVE + 150)),
    EquityPath("5x", "■", "entry", np.full(len(STEPS), 10_000.0)),
)
SPAN = (1_722_816_000_000, 1_722_845_000_000)
ROWS = (
    AccountRow("you: hyperliquid isolated", "●", "accent", Decimal("9876.543"), gauge=Decimal("0.62")),
    AccountRow(
        "cross",
        "○",
        "ghost",
        Decimal(0),
        Decimal("-9876.543"),
        None,
        First(SPAN[0], "2,226.13"),
        First(SPAN[1], "2,101.70"),
        wiped_out=True,
        missed=12,
    ),
    AccountRow("marginfi_v2 cross", "▲", "key", Decimal("10000000"), Decimal("9990123.457"), Decimal("-1"), missed=1),
    AccountRow("5x", "■", "entry", Decimal("9990"), Decimal("113.457"), Decimal("0.1"), joining=0.42),
)


def letters(steps: np.ndarray, paths: tuple[EquityPath, ...], width: int, height: int) -> list[str]:  # type: ignore[type-arg]
    canvas = drawn(steps, paths, SPAN, width, height)
    return ["".join(map(chr, row)) for row in canvas.letters]


@pytest.mark.parametrize(("width", "height"), [(150, 20), (76, 8)])
async def test_the_chart_looks_so(width: int, height: int) -> None:
    chart = GhostChart()
    app = OneWidget(chart)
    async with app.run_test(size=(width, height)):
        chart.show(STEPS, PATHS, SPAN)
        assert_golden(f"ghost-chart-{width}x{height}", chart._rows)


@pytest.mark.parametrize("width", [156, 76])
async def test_the_table_looks_so(width: int) -> None:
    table = GhostTable()
    app = OneWidget(table)
    async with app.run_test(size=(width, 9)):
        table.show(ROWS, 1)
        assert_golden(f"ghost-table-{width}", table._rows)


def test_what_each_is_worth_stands_in_the_order_of_the_lines_and_never_twice_in_a_row() -> None:
    ends = [0.0, 100.0, 100.0, 101.0]
    paths = tuple(
        replace(path, values=np.linspace(100, end, len(STEPS))) for path, end in zip(PATHS, ends, strict=True)
    )
    rows = letters(STEPS, paths, 60, 7)
    labels = [row[-LABEL:].strip() for row in rows]
    assert [label for label in labels if label] == ["■ 101.00", "○ 100.00", "▲ 100.00", "● 0.00"]


def test_a_line_is_where_its_equity_is_and_upright_where_it_jumps() -> None:
    path = EquityPath("you", "●", "accent", np.array([100.0] * 10 + [0.0] * 10))
    rows = letters(np.arange(20, dtype=np.int64), (path,), 20 + LABEL, 11)
    columns = ["".join(row[column] for row in rows[:10]) for column in range(20)]
    assert columns[0] == "●" + " " * 9
    assert columns[-1] == " " * 9 + "●"
    (jump,) = [column for column in columns if column.count("●") > 1]
    assert jump.count("●") == 9


def test_yours_is_on_top_and_a_liquidation_is_marked_where_it_was() -> None:
    same = replace(PATHS[1], values=WAVE, liquidated=250)
    rows = letters(STEPS, (PATHS[0], same), 100 + LABEL, 12)
    text = "\n".join(row[:100] for row in rows)
    assert "○" not in text
    assert text.count("✗") == 1
    column = next(row.index("✗") for row in rows if "✗" in row)
    assert abs(column - 100 * 250 / 495) < 2


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), min_size=1, max_size=30),
    st.integers(30, 90),
    st.integers(2, 14),
    st.integers(1, 4),
)
def test_no_size_and_no_value_is_too_much(values: list[float], width: int, height: int, count: int) -> None:
    line = np.array(values, np.float64)
    paths = tuple(replace(path, values=line, liquidated=7) for path in PATHS[:count])
    rows = letters(np.arange(len(values), dtype=np.int64), paths, width, height)
    assert len(rows) == height
    assert "nan" not in "".join(rows)


async def test_a_screen_that_is_too_small_shows_nothing_and_an_equal_one_repaints_nothing() -> None:
    chart = GhostChart()
    app = OneWidget(chart)
    async with app.run_test(size=(70, 9)) as pilot:
        chart.show(STEPS, PATHS, SPAN)
        await pilot.pause()
        app.repainted.clear()
        chart.show(STEPS, PATHS, SPAN)
        assert app.repainted == []
        await pilot.resize_terminal(20, 9)
        await pilot.pause()
        assert app.text().strip() == ""


def test_the_worst_gauge_of_several_pools() -> None:
    session = Session(Setup(balance=Decimal(1000)), falling_tape())
    view = session.view()
    assert worst_gauge(view) is None
    pool = view.pools[0]
    gauges = ["0.2", "0.7", None]
    pools = tuple(replace(pool, gauge=None if each is None else Decimal(each)) for each in gauges)
    assert worst_gauge(replace(view, pools=pools)) == Decimal("0.7")
    past = (*pools, replace(pool, gauge=Decimal("-0.4")))
    assert worst_gauge(replace(view, pools=past)) == Decimal("-0.4")


async def test_words_fold_and_scroll() -> None:
    words = GhostWords()
    app = OneWidget(words)
    async with app.run_test(size=(30, 3)):
        words.show([(f"{place} close ETH: there is no open position", "text") for place in range(4)], anew=True)
        assert app.text().startswith("0 close ETH: there is no open\n  position\n▼ ")
        words.action_scroll_pages(9)
        assert app.text().startswith("  position\n3 close ETH")
        words.show([("other", "dim")], anew=True)
        assert app.text().startswith("other\n")
