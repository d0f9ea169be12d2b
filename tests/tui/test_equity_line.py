"""The equity line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.equity_line import GHOST_SIGNS, EquityLine, EquityMark, GhostLine, equity_rows, samples_a_column

YOURS = 10_000.0 + np.array([abs(place % 60 - 30) * 9 - place for place in range(250)], np.float64)
GHOSTS = tuple(
    GhostLine(name, sign, values, Decimal(difference), liquidated)
    for name, sign, values, difference, liquidated in (
        ("cross", GHOST_SIGNS[0], YOURS[::-1] - 400.0, "-70", False),
        ("drift_v2 as given", GHOST_SIGNS[1], np.linspace(10_000, 0, 250), "-9940", True),
        ("5x", GHOST_SIGNS[2], YOURS / 2 + 5000, "12.5", False),
    )
)
MARKS = (EquityMark(30, "↑", "buy ETH"), EquityMark(34, "↓", "sell SOL"), EquityMark(200, "⚠", "margin call", "down"))


@pytest.mark.parametrize(("width", "height", "ghosts"), [(90, 5, 1), (36, 3, 1), (12, 1, 0), (98, 4, 3), (60, 4, 2)])
def test_it_looks_so(width: int, height: int, ghosts: int) -> None:
    rows = equity_rows(YOURS, GHOSTS[:ghosts], MARKS if ghosts < 2 else (), width, height, DEFAULT_PALETTE)
    assert_golden(f"equity-{width}x{height}", rows)


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), max_size=40),
    st.integers(1, 60),
    st.integers(1, 9),
    st.integers(0, 3),
)
def test_no_size_and_no_value_is_too_much(values: list[float], width: int, height: int, ghosts: int) -> None:
    line = np.array(values, np.float64)
    others = [replace(each, values=line) for each in GHOSTS[:ghosts]]
    rows = equity_rows(line, others, MARKS, width, height, DEFAULT_PALETTE)
    assert [len(row.text) for row in rows] == [width] * height
    assert "nan" not in "".join(row.text for row in rows)


def test_columns_stand_still_while_samples_come_in() -> None:
    assert [samples_a_column(count, 100) for count in (0, 100, 101, 200, 201)] == [1, 1, 2, 2, 4]


async def test_a_new_sample_repaints_little() -> None:
    line = EquityLine()
    app = OneWidget(line)
    async with app.run_test(size=(90, 5)) as pilot:
        line.show(YOURS[:200])
        await pilot.pause()
        app.repainted.clear()
        line.show(YOURS[:200])
        assert app.repainted == []
        assert line.title_text() == "Equity"


async def test_the_caption_says_what_each_ghost_has_more_or_less() -> None:
    line = EquityLine()
    async with OneWidget(line).run_test(size=(90, 5)):
        line.show(YOURS, GHOSTS)
        assert line.title_text() == "Equity   ○ cross −70.00   ▲ drift_v2 as given −9,940.00 ✗   ■ 5x +12.50"
