"""Reading a year of one-minute bars (525,600 rows) from a CSV file, with the progress that a player sees."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.benchmarks.report import Row, report
from tui.prices.making import Made, PriceFiles, read_files

ROWS = 525_600
START = 1_704_067_200_000
LONGEST_SILENCE = 0.5
"""Seconds; a bar that stands still for longer looks broken."""


def year_of_bars(file: Path) -> None:
    """Bars as Binance writes them, of a random walk."""
    generator = np.random.default_rng(7)
    close = np.round(2_000 * np.exp(np.cumsum(generator.normal(0, 0.0005, ROWS))), 2)
    first = np.concatenate([[2_000.0], close[:-1]])
    high = np.round(np.maximum(first, close) * 1.0002, 2)
    low = np.round(np.minimum(first, close) * 0.9998, 2)
    volume = np.round(generator.gamma(2, 30, ROWS), 4)
    times = START + np.arange(ROWS, dtype=np.int64) * 60_000
    with file.open("w") as out:
        out.write("open_time,open,high,low,close,volume,close_time\n")
        for row in zip(times, first, high, low, close, volume, times + 59_999, strict=True):
            out.write("{},{:.2f},{:.2f},{:.2f},{:.2f},{:.4f},{}\n".format(*row))


def timed(work: Callable[[], Made]) -> tuple[float, float]:
    """Wall and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def test_a_year_of_minutes(tmp_path: Path) -> None:
    file = tmp_path / "ETHUSDT-1m-2024.csv"
    year_of_bars(file)
    prices = PriceFiles((("ETH", str(file)),))
    heard: list[tuple[float, float]] = []

    def listen(done: float, what: str) -> None:
        heard.append((time.perf_counter(), done))

    taken = []
    for _ in range(5):
        heard.clear()
        began = time.perf_counter()
        taken.append(timed(lambda: read_files(prices, listen)))
    moments = [began, *(moment for moment, _ in heard), time.perf_counter()]
    row: Row = {
        "525,600 CSV rows": f"{file.stat().st_size / 1e6:.0f} MB to a tape",
        "best wall s": min(wall for wall, _ in taken),
        "CPU s": min(cpu for _, cpu in taken),
        "rows/s": ROWS / min(wall for wall, _ in taken),
        "progress told": len(heard),
        "longest silence s": float(np.diff(moments).max()),
    }
    report("price files", [row])
