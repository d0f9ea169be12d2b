"""Candles are what a plain loop over the vertices says, and know nothing of later ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tape import Tape
from tests.tui.examples import START, tape_of, wave
from tui.widgets.candles import CandleSeries, finest, first_timeframe

SECONDS = (1, 5, 30, 180, 3600, 43_200)


@st.composite
def tapes(draw: st.DrawFn) -> Tape:
    """Tapes with gaps, holes, times that stand still and markets that pause."""
    count = draw(st.integers(1, 50))
    pauses = st.sampled_from([0, 0, 250, 500, 1000, 1000, 4000, 61_000, 4_000_000])
    steps = draw(st.lists(pauses, min_size=count, max_size=count))
    flags = st.lists(st.booleans(), min_size=count, max_size=count)
    prices = draw(st.lists(st.integers(1, 40), min_size=count, max_size=count))
    return tape_of(
        prices,
        times=START + np.cumsum(np.array(steps, np.int64)),
        gapped=np.array(draw(flags), np.bool_),
        trading=np.array(draw(flags), np.bool_) if draw(st.booleans()) else None,
        volume=np.arange(count, dtype=np.float64) if draw(st.booleans()) else None,
    )


def by_hand(tape: Tape, seconds: int, step: int) -> list[tuple[float, ...]]:
    """(bucket, open, high, low, close, volume) of every candle, one vertex at a time."""
    candles: dict[int, list[float]] = {}
    prices, volume = tape.columns["ETH", "last"], tape.columns.get(("ETH", "volume"))
    trades = np.ones(len(tape), np.bool_) if tape.trading is None else tape.trading[:, 0]
    last_jump = None
    for vertex in range(step + 1):
        if not trades[vertex]:
            continue
        time, price = int(tape.times[vertex]), int(prices[vertex])
        jumped = bool(tape.gapped[vertex]) or vertex == 0 or not trades[vertex - 1]
        if jumped:
            last_jump = time
        bucket = time // (seconds * 1000)
        if time % (seconds * 1000) == 0 and last_jump != time:
            bucket -= 1
        first = price if jumped else int(prices[vertex - 1])
        candle = candles.setdefault(bucket, [first, first, first, price, 0.0])
        candle[1], candle[2], candle[3] = max(candle[1], price), min(candle[2], price), price
        candle[4] += 0.0 if volume is None else float(volume[vertex])
    return [(bucket, *candle) for bucket, candle in sorted(candles.items())]


def shown(series: CandleSeries, step: int, count: int) -> list[tuple[float, ...]]:
    candles = series.window(step, count)
    columns = (candles.bucket, candles.open, candles.high, candles.low, candles.close, candles.volume)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(tapes(), st.sampled_from(SECONDS), st.data())
def test_candles_are_what_a_plain_loop_says(tape: Tape, seconds: int, data: st.DataObject) -> None:
    series = CandleSeries(tape, "ETH", seconds)
    steps = data.draw(st.lists(st.integers(0, len(tape) - 1), min_size=1, max_size=6))
    if data.draw(st.booleans()):
        steps.sort()
    count = data.draw(st.integers(1, 30))
    for step in steps:
        assert shown(series, step, count) == by_hand(tape, seconds, step)[-count:]


@given(tapes(), st.sampled_from(SECONDS), st.data())
def test_back_and_forth_count_candles(tape: Tape, seconds: int, data: st.DataObject) -> None:
    series, step = CandleSeries(tape, "ETH", seconds), data.draw(st.integers(0, len(tape) - 1))
    every, count, kept = by_hand(tape, seconds, step), data.draw(st.integers(1, 9)), data.draw(st.integers(1, 5))
    earlier = series.back(step, count, kept)
    left = max(len(every) - count, min(kept, len(every)))
    assert shown(series, earlier, 100) == every[:left]
    if earlier < step:
        assert shown(series, series.end_of(earlier), 100) == every[:left]
        assert series.forth(earlier, len(every) - left, step) is None
        if len(every) - left > 1:
            forth = series.forth(earlier, 1, step)
            assert forth is not None
            assert shown(series, forth, 100) == every[: left + 1]


@given(tapes(), st.sampled_from(SECONDS), st.data())
def test_nothing_after_the_step_changes_a_candle(tape: Tape, seconds: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, len(tape) - 1))
    prices = tape.columns["ETH", "last"].copy()
    prices[step + 1 :] += 1_000_000
    other = replace(tape, columns={**tape.columns, ("ETH", "last"): prices})
    assert shown(CandleSeries(tape, "ETH", seconds), step, 40) == shown(CandleSeries(other, "ETH", seconds), step, 40)


def test_a_candle_of_bars_is_the_bars() -> None:
    tape = wave(20)
    prices = tape.columns["ETH", "last"].reshape(-1, 5, 4)
    candles = CandleSeries(tape, "ETH", 300).window(len(tape) - 1, 10)
    assert candles.open.tolist() == prices[:, 0, 0].tolist()
    assert candles.high.tolist() == prices.max(axis=(1, 2)).tolist()
    assert candles.low.tolist() == prices.min(axis=(1, 2)).tolist()
    assert candles.close.tolist() == prices[:, -1, -1].tolist()


def test_only_the_window_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = tape_of(np.arange(1, 200_001), spacing=1000)
    series = CandleSeries(tape, "ETH", 60)
    read: list[int] = []
    aggregate = series._aggregate
    monkeypatch.setattr(
        series, "_aggregate", lambda start, end, *least: read.append(end - start) or aggregate(start, end, *least)
    )
    series.window(150_000, 100)
    assert sum(read) <= 101 * 60
    read.clear()
    series.window(150_030, 100)
    assert sum(read) == 30


def test_the_first_length_suits_the_tape() -> None:
    assert finest(wave(10)) == 60, "what happened inside a bar, and when, nobody knows"
    assert finest(tape_of([1, 2, 3], spacing=1000)) == 1
    assert finest(tape_of([5])) == 1
    assert first_timeframe(wave(600), 100) == 60
    assert first_timeframe(tape_of([1, 2, 3]), 100) == 1
    # A year of minutes is not begun with candles of a day.
    assert first_timeframe(tape_of(np.arange(1, 9000), spacing=3_600_000), 100) == 3600
    assert first_timeframe(tape_of(np.arange(1, 300_000), spacing=60_000), 100) == 900
