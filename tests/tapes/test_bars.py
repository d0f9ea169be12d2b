"""Bars become a tape: what its vertices are, and what happens where markets do not have the same bars."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tape import Path, Tape, TapeTooLarge
from engine.tapes.bars import Bars, BarsError, iso, length_text, resample, tape_from_bars

MINUTE = 60_000
START = 1_650_000_000_000 - 1_650_000_000_000 % MINUTE


def bars_of(symbol: str, rows: list[tuple[int, int, int, int, int]], seconds: int = 60, volume: bool = True) -> Bars:
    """Bars of (number of the bar, open, high, low, close) in ticks of 0.01."""
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    return Bars(
        symbol,
        seconds,
        START + columns[0] * seconds * 1000,
        *(np.ascontiguousarray(column) for column in columns[1:]),
        volume=columns[0] + 1.5 if volume else None,
        tick_size=Decimal("0.01"),
    )


UP, DOWN = (10_000, 10_300, 9_900, 10_200), (10_200, 10_250, 9_800, 9_900)


def last(tape: Tape, symbol: str) -> list[int]:
    return [int(ticks) for ticks in tape.columns[symbol, "last"]]


def test_an_up_bar_sees_its_low_first_and_a_down_bar_its_high() -> None:
    tape = tape_from_bars([bars_of("BTC", [(0, *UP), (1, *DOWN)])], description="two bars")
    assert last(tape, "BTC") == [10_000, 9_900, 10_300, 10_200, 10_200, 10_250, 9_800, 9_900]
    assert [int(at) - START for at in tape.times] == [0, 20_000, 40_000, 60_000, 60_000, 80_000, 100_000, 120_000]
    assert tape.gapped.tolist() == [True, False, False, False] * 2
    assert tape.columns["BTC", "volume"].tolist() == [0, 0, 0, 1.5, 0, 0, 0, 2.5]
    assert tape.trading is None
    assert (tape.origin.kind, tape.origin.bar_seconds, tape.origin.notes) == ("real bars", 60, ())
    assert tape.markets[0].price(last(tape, "BTC")[0]) == Decimal("100.00")


def test_the_order_of_the_extremes_is_the_leads_in_every_market() -> None:
    tape = tape_from_bars([bars_of("BTC", [(0, *DOWN)]), bars_of("ETH", [(0, *UP)])], description="opposite colours")
    assert last(tape, "ETH") == [10_000, 10_300, 9_900, 10_200]


def test_in_a_hole_of_the_lead_the_next_market_leads() -> None:
    lead = bars_of("BTC", [(0, *UP), (2, *UP)])
    tape = tape_from_bars([lead, bars_of("ETH", [(0, *UP), (1, *DOWN), (2, *UP)])], description="a hole")
    assert last(tape, "ETH")[4:8] == [10_200, 10_250, 9_800, 9_900]
    assert last(tape, "BTC")[4:8] == [10_200] * 4  # flat at its last close
    assert tape.trading is not None
    assert tape.trading[:, 0].tolist() == [True] * 4 + [False] * 4 + [True] * 4
    assert tape.trading[:, 1].all()
    assert not Path(tape).trades("BTC", 5)
    assert tape.columns["BTC", "volume"][4:8].tolist() == [0, 0, 0, 0]
    assert "BTC does not trade in 1 bar of 3" in tape.origin.notes[0]


def test_where_no_market_has_a_bar_time_jumps() -> None:
    tape = tape_from_bars([bars_of("BTC", [(0, *UP), (5, *DOWN)])], description="an outage")
    assert len(tape) == 8
    assert tape.trading is None
    assert int(tape.times[4] - tape.times[3]) == 4 * MINUTE
    assert "4 min" in tape.origin.notes[0]


def test_a_tape_runs_from_the_latest_first_bar_to_the_earliest_last() -> None:
    late = bars_of("ETH", [(2, *UP), (3, *UP), (4, *UP), (5, *UP)])
    tape = tape_from_bars([bars_of("BTC", [(n, *UP) for n in range(5)]), late], description="x")
    assert (int(tape.times[0]) - START, int(tape.times[-1]) - START) == (2 * MINUTE, 5 * MINUTE)


def test_start_and_end_keep_whole_bars_and_carry_prices_from_before() -> None:
    holed = bars_of("ETH", [(0, *UP), (3, *DOWN), (4, *UP)])
    tape = tape_from_bars(
        [bars_of("BTC", [(n, *UP) for n in range(5)]), holed],
        start=START + 1,
        end=START + 4 * MINUTE + 59_999,
        description="x",
    )
    assert (int(tape.times[0]) - START, int(tape.times[-1]) - START) == (MINUTE, 4 * MINUTE)
    assert last(tape, "ETH")[:4] == [10_200] * 4
    with pytest.raises(BarsError, match=r"no bar lies wholly .* ETH 2022-04-15"):
        tape_from_bars([holed], start=START + 10 * MINUTE, description="x")


def test_finer_bars_are_made_into_the_coarser() -> None:
    fine = bars_of("BTC", [(0, 100, 110, 90, 105), (1, 106, 130, 104, 120), (4, 120, 125, 80, 85), (5, 85, 95, 84, 94)])
    coarse = bars_of("ETH", [(0, *UP), (1, *DOWN)], seconds=180)
    tape = tape_from_bars([fine, coarse], description="x")
    assert last(tape, "BTC") == [100, 90, 130, 120, 120, 125, 80, 94]
    assert tape.columns["BTC", "volume"].sum() == pytest.approx(1.5 + 2.5 + 5.5 + 6.5)
    assert tape.origin.bar_seconds == 180
    assert "BTC: bars of 1 min made into 3 min" in tape.origin.notes[0]
    assert len(resample(fine, 180, START)) == 2
    with pytest.raises(BarsError, match="a multiple of 1 min would work"):
        resample(fine, 90)


def test_what_cannot_be_one_tape_is_refused_with_what_would_work() -> None:
    up = bars_of("BTC", [(0, *UP), (1, *UP)])
    far = replace(up, symbol="ETH", times=up.times + 10 * MINUTE)
    with pytest.raises(BarsError, match=r"no time in common: BTC 2022-04-15T05:20Z to 2022-04-15T05:22Z; ETH 2022"):
        tape_from_bars([up, far], description="x")
    with pytest.raises(BarsError, match="twice"):
        tape_from_bars([up, up], description="x")
    with pytest.raises(BarsError, match="at least one"):
        tape_from_bars([], description="x")
    with pytest.raises(BarsError, match="open at different moments"):
        tape_from_bars([up, replace(up, symbol="ETH", times=up.times + 30_000)], description="x")
    with pytest.raises(BarsError, match="neither fits into the other"):
        tape_from_bars([up, bars_of("ETH", [(0, *UP)], seconds=90)], description="x")
    with pytest.raises(BarsError, match="has no bars"):
        tape_from_bars([bars_of("BTC", [])], description="x")
    with pytest.raises(BarsError, match="zero or below"):
        tape_from_bars([bars_of("BTC", [(0, 1, 2, 0, 1)])], description="x")
    with pytest.raises(BarsError, match="no symbol"):
        tape_from_bars([replace(up, symbol="B/C")], description="x")


def test_hourly_bars_come_with_a_warning() -> None:
    tape = tape_from_bars([bars_of("BTC", [(0, *UP)], seconds=3600)], description="x", notes=("first",))
    assert tape.origin.notes[0] == "first"
    assert "a crash looks painless" in tape.origin.notes[1]


def test_too_many_bars_are_refused_before_anything_is_made() -> None:
    many = 5_000_001
    column = np.broadcast_to(np.int64(100), many)
    bars = Bars("BTC", 60, START + np.arange(many) * MINUTE, column, column, column, column, None, Decimal("0.01"))
    with pytest.raises(TapeTooLarge):
        tape_from_bars([bars], description="x")


def test_a_year_of_minutes_is_quick() -> None:
    count = 525_600
    price = np.arange(count, dtype=np.int64) % 5_000 + 10_000
    bars = Bars("BTC", 60, START + np.arange(count) * MINUTE, price, price + 5, price - 5, price, None, Decimal("0.01"))
    begun = time.process_time()
    tape = tape_from_bars([bars], description="x")
    assert time.process_time() - begun < 1.0  # 0.05 s on an idle core; room for a busy one
    assert len(tape) == 4 * count


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (60, "1 min"), (90, "1 min 30 s"), (3600, "1 h"), (273_600, "3 days 4 h")]
)
def test_lengths_in_words(seconds: int, text: str) -> None:
    assert length_text(seconds) == text


def test_iso() -> None:
    assert iso(1_652_315_100_000) == "2022-05-12T00:25Z"
    assert iso(1_652_315_101_000) == "2022-05-12T00:25:01Z"


@st.composite
def markets(draw: st.DrawFn) -> list[Bars]:
    """One to three markets with bars at some of 12 minutes; all have the fourth, so that they overlap."""
    made = []
    for symbol in ("BTC", "ETH", "SOL")[: draw(st.integers(1, 3))]:
        numbers = sorted(draw(st.sets(st.integers(0, 11), max_size=12)) | {4})
        rows = []
        for place in numbers:
            prices = draw(st.lists(st.integers(1, 500), min_size=4, max_size=4))
            rows.append((place, prices[0], max(prices), min(prices), prices[1]))
        made.append(bars_of(symbol, rows, volume=draw(st.booleans())))
    return made


@given(markets())
def test_every_tape_keeps_what_its_bars_say(made: list[Bars]) -> None:
    tape = tape_from_bars(made, description="x")
    assert (np.diff(tape.times) >= 0).all()
    grid = tape.times[::4]
    shapes = []
    for place, bars in enumerate(made):
        path = tape.columns[bars.symbol, "last"].astype(np.int64).reshape(-1, 4)
        trades = np.ones(len(grid), bool) if tape.trading is None else tape.trading[::4, place]
        inside = np.isin(bars.times, grid)
        assert (trades == np.isin(grid, bars.times)).all()
        assert (path[trades][:, 0] == bars.open[inside]).all()
        assert (path[trades].max(axis=1) == bars.high[inside]).all()
        assert (path[trades].min(axis=1) == bars.low[inside]).all()
        assert (path[trades][:, 3] == bars.close[inside]).all()
        assert (path[~trades] == path[~trades][:, :1]).all()
        if bars.volume is not None:
            assert tape.columns[bars.symbol, "volume"].sum() == pytest.approx(bars.volume[inside].sum())
        shapes.append(np.where(trades, np.sign(path[:, 2] - path[:, 1]), 0))
    # Both extremes never run the other way in two markets of one bar.
    assert (np.max(shapes, axis=0) * np.min(shapes, axis=0) >= 0).all()
