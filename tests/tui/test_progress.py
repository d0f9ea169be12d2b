"""How far reading is, told as it goes on."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.script import PricesRecipe
from engine.tapes.price_files import delimited
from tui.prices.making import PriceFiles, read_files
from tui.prices.source import make_tape
from tui.words.progress import WIDTH, progress_text

MINUTE = 60_000
START = 1_704_067_200_000


def bars(file: Path, rows: int) -> Path:
    lines = [f"{START + row * MINUTE},100,101,99,100,5" for row in range(rows)]
    file.write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n")
    return file


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK", 100)


@pytest.mark.usefixtures("small_chunks")
def test_reading_tells_its_progress_row_by_row(tmp_path: Path) -> None:
    first, second = bars(tmp_path / "btc.csv", 1_000), bars(tmp_path / "eth.csv", 500)
    heard: list[tuple[float, str]] = []
    read_files(PriceFiles((("BTC", str(first)), ("ETH", str(second)))), lambda *told: heard.append(told))
    shares = [done for done, _ in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) >= 15 + 2
    assert max(later - sooner for sooner, later in pairwise(shares[:11])) < 0.06, "it moves, it does not jump"
    assert [*dict.fromkeys(what for _, what in heard)] == ["reading btc.csv", "reading eth.csv", "making the tape"]


@pytest.mark.usefixtures("small_chunks")
def test_the_command_line_hears_it_too(tmp_path: Path) -> None:
    bars(tmp_path / "btc.csv", 1_000)
    heard: list[float] = []
    make_tape(PricesRecipe((("BTC", "btc.csv"),)), tmp_path, heard.append)
    assert heard == sorted(heard)
    assert len(heard) == 10
    assert heard[-1] == 1


def test_the_text() -> None:
    assert progress_text(0) == "░" * WIDTH + "   0 %"
    assert progress_text(0.5, "reading btc.csv") == "█" * 12 + "░" * 12 + "  50 %  reading btc.csv"
    assert progress_text(1.2) == "█" * WIDTH + " 100 %"
