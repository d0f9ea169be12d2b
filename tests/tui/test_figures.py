"""Numbers as the screen writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.examples import pool, position, short_sol, view
from tests.tui.strip_text import text_of
from tui.playing.chart_lines import lines_of
from tui.themes import DEFAULT_PALETTE
from tui.widgets.chart_scale import Scale, fitted, labels_of, places_of, round_step
from tui.widgets.figures import brief, clock, countdown, date_and_time, money, percent, price, signed, size
from tui.widgets.pool_rows import panel_rows
from tui.widgets.positions import table_rows

D = Decimal


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (money(D("1234.565")), "1,234.56"),
        (money(D("-0.001")), "0.00"),
        (money(D("-20.09")), "−20.09"),
        (money(None), "–"),
        (money(D("NaN")), "–"),
        (signed(D("1.5")), "+1.50"),
        (signed(D("0.001")), "0.00"),
        (signed(D("-3")), "−3.00"),
        (brief(D("12400000")), "12.40 M"),
        (brief(D("-2500000000")), "−2.50 B"),
        (percent(D("-0.08")), "−8.0 %"),
        (percent(D("0.08"), 2, sign=True), "+8.00 %"),
        (percent(D("1e9")), ">99,999 %"),
        (percent(D("-1e9")), "−99,999 %"),
        (price(D("2226.1"), D("0.01")), "2,226.10"),
        (price(D("0.000000012"), D("1e-9")), "0.000000012"),
        (price(D("1500"), D("5E+1")), "1,500"),
        (size(D("-17.20")), "−17.20"),
        (size(D("1E+3")), "+1,000"),
        (countdown(2_141_000), "35:41"),
        (countdown(27_341_000), "7:35:41"),
        (countdown(-5), "00:00"),
        (clock(1_722_839_045_000), "06:24:05"),
        (date_and_time(1_722_839_045_000), "2024-08-05 06:24"),
        (clock(2**62), "23:59:59"),
    ],
)
def test_it_reads_so(shown: str, text: str) -> None:
    assert shown == text


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_nothing_is_too_strange(amount: Decimal) -> None:
    for text in (money(amount), signed(amount), brief(amount), percent(amount), size(amount)):
        assert "nan" not in text.lower()
        assert "infinity" not in text.lower()
        assert len(text) < 60


@given(st.floats(1e-9, 1e9), st.integers(0, 9), st.integers(1, 20))
def test_a_price_fits_its_room(value: float, places: int, width: int) -> None:
    assert len(fitted(value, places, width)) <= width


@given(st.floats(1e-8, 1e9), st.floats(1e-9, 1), st.integers(2, 60))
def test_labels_are_round_and_few(middle: float, share: float, rows: int) -> None:
    span = max(middle * share, middle * 1e-6)
    scale = Scale(middle - span / 2, middle + span / 2, rows)
    labels = labels_of(scale, 4, 1e-9)
    assert len(labels) <= rows / 4 + 2
    assert all(0 <= row < rows for row, _, _ in labels)


@pytest.mark.parametrize(("step", "places"), [(250.0, 0), (2.5, 1), (0.25, 2), (0.5, 1), (1e-9, 9), (1.0, 0)])
def test_labels_have_the_decimals_that_they_need(step: float, places: int) -> None:
    assert places_of(step) == places


def test_a_step_is_no_finer_than_a_tick() -> None:
    assert round_step(0.001, 10, 0.01) >= 0.01


@pytest.mark.parametrize(
    ("at", "seen"), [("22255.30", True), ("22255.31", False), ("14413751134.13", False), ("0.01", True)]
)
def test_a_liquidation_price_far_beyond_the_mark_is_none(at: str, seen: bool) -> None:
    """Ten times the mark: in the pools, the positions and on the chart."""
    held = position("ETH", "cross", mode="cross", liquidation_price=D(at))
    whole = view((pool("cross", held, short_sol("cross", mode="cross")),))
    text = f"{D(at):,.2f}"
    pools = text_of(panel_rows(whole, (), 56, 20, DEFAULT_PALETTE))
    table = text_of(table_rows(whole, None, 120, DEFAULT_PALETTE)[0])
    lines = [line.price for line in lines_of(whole, "ETH", lambda order, held: D(0)) if line.kind == "liquidation"]
    assert (text in pools, text in table, D(at) in lines) == (seen, seen, seen)
    assert ("liq none within 10 times the mark" in pools) == (not seen)
    assert (" none " in table) == (not seen)
