"""The equity line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.equity_line import EquityLine, EquityMark, equity_rows, samples_a_column

YOURS = 10_000.0 + np.array([abs(place % 60 - 30) * 9 - place for place in range(250)], np.float64)
GHOST = YOURS[::-1] - 400.0
MARKS = (EquityMark(30, "↑", "buy ETH"), EquityMark(34, "↓", "sell SOL"), EquityMark(200, "⚠", "margin call", "down"))


@pytest.mark.parametrize(("width", "height"), [(90, 5), (36, 3), (12, 1)])
def test_it_looks_so(width: int, height: int) -> None:
    rows = equity_rows(YOURS, GHOST if height > 2 else None, MARKS, width, height, DEFAULT_PALETTE)
    assert_golden(f"equity-{width}x{height}", rows)


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), max_size=40),
    st.integers(1, 60),
    st.integers(1, 9),
    st.booleans(),
)
def test_no_size_and_no_value_is_too_much(values: list[float], width: int, height: int, ghost: bool) -> None:
    line = np.array(values, np.float64)
    rows = equity_rows(line, line if ghost else None, MARKS, width, height, DEFAULT_PALETTE)
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
