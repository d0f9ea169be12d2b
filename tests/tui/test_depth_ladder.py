"""The depth ladder: goldens, levels that hold every line once, figures of the engine, and no size too small."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market import Market
from engine.orders.depth import notional_between
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.themes import DEFAULT_PALETTE
from tui.widgets.chart_lines import ChartLine
from tui.widgets.depth_ladder import Depth, DepthLadder, ladder_rows, levels_of, round_ticks
from tui.widgets.figures import short

D = Decimal
ETH = Market("ETH", D("0.01"), D("0.0001"))
LINES = (
    ChartLine("ENTRY long 4.1350", D("2229.17"), "entry"),
    ChartLine("LIQ isolated", D("2220.57"), "liquidation"),
    ChartLine("BANKRUPT isolated", D("2178.40"), "bankruptcy"),
    ChartLine("SL −38.00", D("2226.13"), "stop"),
    ChartLine("LIMIT buy 1", D("2224.00"), "limit"),
    ChartLine("TP +812.00", D("2425.50"), "target"),
)
DEPTH = Depth(ETH, 222_613, slippage=True, lines=LINES)


@pytest.mark.parametrize(("width", "height"), [(32, 24), (76, 12), (24, 8)])
def test_it_looks_so(width: int, height: int) -> None:
    levels = levels_of(DEPTH, 100, 2226 + height // 2, height)
    assert_golden(f"depth-{width}x{height}", ladder_rows(DEPTH, levels, width, height, DEFAULT_PALETTE))


def test_levels_say_what_the_engine_says() -> None:
    levels = levels_of(DEPTH, 100, 2230, 12)
    last = D("2226.13")
    assert [level.label for level in levels][:6] == [223_000, 222_900, 222_800, 222_700, 222_613, 222_600]
    for level in levels:
        low, high = D(level.low) / 100, D(level.high) / 100
        ends = (max(low, last), high) if level.side > 0 else (low, min(high, last))
        assert level.notional == (notional_between("ETH", last, *ends) if level.side else 0)


@given(
    last=st.integers(1, 10_000_000),
    apart=st.sampled_from([1, 2, 5, 10, 500]),
    prices=st.lists(st.integers(1, 10_000_000), max_size=6),
    height=st.integers(3, 60),
)
@pytest.mark.slow
def test_a_line_on_the_ladder_has_one_row(last: int, apart: int, prices: list[int], height: int) -> None:
    lines = tuple(ChartLine(f"LIMIT {place}", D(price) / 100, "limit") for place, price in enumerate(prices))
    depth = replace(DEPTH, last=last, lines=lines)
    top = last // apart + height // 2
    levels = levels_of(depth, apart, top, height)
    spans = [level for level in levels if level.side]
    for line in lines:
        ticks = int(line.price * 100)
        inside = ticks == last or any(level.holds(D(ticks), last) for level in spans)
        assert sum(line in level.lines for level in levels) == inside
        if min((level.low for level in spans), default=last) <= ticks <= max(level.high for level in spans):
            assert inside


@given(
    last=st.integers(1, 10**15),
    tick=st.integers(-9, 0),
    size=st.tuples(st.integers(1, 90), st.integers(1, 50)),
    slippage=st.booleans(),
    lines=st.lists(
        st.builds(
            ChartLine,
            st.text(max_size=12),
            st.decimals(D("1e-9"), D("1e9"), places=9),
            st.sampled_from(["entry", "stop", "liquidation", "bankruptcy"]),
        ),
        max_size=5,
    ),
)
def test_no_size_and_no_price_is_too_much(
    last: int, tick: int, size: tuple[int, int], slippage: bool, lines: list[ChartLine]
) -> None:
    depth = Depth(replace(ETH, tick_size=D(1).scaleb(tick)), last, slippage, tuple(lines))
    levels = levels_of(depth, round_ticks(last * D("0.0005")), last // round_ticks(last * D("0.0005")) + 5, size[1])
    rows = ladder_rows(depth, levels, *size, DEFAULT_PALETTE)
    assert [row.cell_length for row in rows] == [size[0]] * size[1]


def test_levels_are_round() -> None:
    assert [round_ticks(D(wanted)) for wanted in ("0.3", "1", "3", "5.5", "111", "1000")] == [1, 1, 5, 10, 200, 1000]


def test_notionals_are_short() -> None:
    assert [short(D(each)) for each in ("0", "890.4", "12400", "1240000", "99990000", "3200000000")] == [
        *("0", "890", "12.4k", "1.24M", "100.0M", "3.20B"),
    ]


def test_without_slippage_nothing_is_stated() -> None:
    levels = levels_of(replace(DEPTH, slippage=False), 100, 2230, 12)
    assert not any(level.notional for level in levels)


def test_what_lies_off_the_ladder_is_told_with_its_distance() -> None:
    rows = text_of(ladder_rows(DEPTH, levels_of(DEPTH, 100, 2232, 12), 40, 12, DEFAULT_PALETTE))
    assert "▲ TP +812.00 2,425.50 +9.0 %" in rows
    assert "▼ BANKRUPT isolated 2,178.40 −2.1 %" in rows
    assert "▼ LIQ isolated 2,220.57 −0.2 %" in rows


@given(st.lists(st.integers(222_000, 223_200), min_size=1, max_size=8), st.integers(4, 24))
def test_every_line_is_told_or_counted(prices: list[int], height: int) -> None:
    """Also one that stands where the end of the ladder tells of others."""
    far = (ChartLine("LIQ far", D(1000), "liquidation"), ChartLine("TP far", D(9000), "target"))
    lines = tuple(ChartLine(f"LIMIT{place}", D(each) / 100, "limit") for place, each in enumerate(prices))
    depth = replace(DEPTH, lines=(*far, *lines))
    rows = text_of(ladder_rows(depth, levels_of(depth, 100, 2226 + height // 2, height), 200, height, DEFAULT_PALETTE))
    told = sum(line.label in rows for line in depth.lines)
    counted = sum(int(row.split()[1]) for row in rows.splitlines() if row.endswith(" more"))
    assert told + counted == len(depth.lines)


async def test_it_stands_still_until_the_price_comes_near_an_end() -> None:
    ladder = DepthLadder()
    app = OneWidget(ladder)
    async with app.run_test(size=(40, 20)) as pilot:
        ladder.show(DEPTH)
        await pilot.pause()
        top = app.text().splitlines()[4]
        ladder.show(replace(DEPTH, last=222_713))
        assert app.text().splitlines()[4].split()[0] == top.split()[0]
        ladder.show(replace(DEPTH, last=224_900))
        assert app.text().splitlines()[4].split()[0] != top.split()[0]
        assert "▸ 2,249.00 ◂ last" in app.text().replace("▸2", "▸ 2")


async def test_keys_and_the_wheel_pull_the_levels_apart() -> None:
    ladder = DepthLadder()
    app = OneWidget(ladder)
    async with app.run_test(size=(40, 20)) as pilot:
        ladder.show(DEPTH)
        ladder.focus()
        apart = [ladder._apart]
        for key in ["down"] * 3 + ["up"] * 15:
            await pilot.press(key)
            apart.append(ladder._apart)
        assert apart[:4] == [200, 500, 500, 1000]
        assert apart[-1] == apart[-2] == 10
        assert (ladder.title_text(), ladder.subtitle_text()) == ("Depth ETH", "stated, not measured")
