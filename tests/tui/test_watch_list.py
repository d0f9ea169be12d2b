"""The watch list: goldens, the engine's figures, and choosing by keys and mouse."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.numbers import divide
from tests.tui.desks import falling_tape
from tests.tui.examples import market, one_cross, tape_of, two_isolated, view, wave
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.themes import DEFAULT_PALETTE
from tui.widgets.watch_list import TREND, Watched, WatchList, spark, trend_of, watch_rows, watched

D = Decimal
MARKETS = (
    Watched("ETH", D("2226.13"), D("0.01"), D("-0.1742"), (9, 8, 5, 1, 2), "long", D("-795.86"), D("0.9016")),
    Watched("SOL", D("122.61"), D("0.01"), D("-0.11"), (5, 5, 5, 5, 5), "short", D("389.41"), D("0.0593")),
    Watched("BTC", D("54321.1"), D("0.1"), D("0.0312"), (1, 2, 3, 4, 6)),
    Watched("DOGE", D("0.0912"), D("0.0001"), D(0), (1, 2), trades=False),
    Watched("AVAX", D("21.5"), D("0.1"), D("-0.4"), (3, 2, 1), "hedged", D("-1234.50"), D(-1)),
)


class Heard(OneWidget):
    """Remembers which markets were selected."""

    def __init__(self, widget: WatchList) -> None:
        super().__init__(widget)
        self.selected: list[str] = []

    def on_watch_list_selected(self, message: WatchList.Selected) -> None:
        self.selected.append(message.symbol)


@pytest.mark.parametrize("width", [24, 50, 76, 100])
def test_it_looks_so(width: int) -> None:
    assert_golden(f"watch-{width}", watch_rows(MARKETS, "SOL", "BTC", width, DEFAULT_PALETTE))


def test_every_figure_is_the_engines() -> None:
    tape = falling_tape()
    seen = view(two_isolated(), step=5, markets=(market("ETH", "1940", "1940"), market("SOL", "100", "100")))
    eth, sol = watched(seen, tape, 60)
    assert (eth.symbol, eth.last, eth.change) == ("ETH", D(1940), divide(D(-60), D(2000)))
    assert (eth.side, eth.unrealised, eth.gauge) == ("long", D("-795.86"), D("0.9016"))
    assert (sol.change, sol.side, sol.unrealised, sol.gauge) == (0, "short", D("389.41"), D("0.0593"))


def test_a_cross_position_has_the_gauge_of_the_shared_pool() -> None:
    rows = watched(view(one_cross(), step=5), falling_tape(), 60)
    assert {row.gauge for row in rows} == {D("0.0257")}


def test_long_and_short_together_are_hedged() -> None:
    both = two_isolated()[0]
    both = replace(both, positions=(both.positions[0], replace(both.positions[0], side="short", unrealised=D("-1"))))
    row = watched(view((both,), step=5), falling_tape(), 60)[0]
    assert (row.side, row.unrealised) == ("hedged", D("-796.86"))


def test_a_market_without_a_position_has_none() -> None:
    rows = watched(view((), step=5), falling_tape(), 60)
    assert {(row.side, row.unrealised, row.gauge) for row in rows} == {("", None, None)}


def test_a_trend_ends_with_the_price_reached_and_knows_no_later_one() -> None:
    tape = wave(60)
    prices = tape.columns["ETH", "last"]
    for step in (0, 1, 5, 130, 239):
        trend = trend_of(tape, "ETH", step, 300)
        assert trend[-1] == prices[step]
        assert len(trend) <= TREND
        later = prices.copy()
        later[step + 1 :] += 9_999
        other = tape_of(later, times=tape.times, gapped=tape.gapped.copy(), bar_seconds=60)
        assert trend_of(other, "ETH", step, 300) == trend
    assert trend_of(tape, "ETH", 5, 60) == (prices[0], prices[4], prices[5])


def test_blocks_go_from_the_lowest_to_the_highest() -> None:
    assert spark((1, 2, 8)).strip() == "▁▂█"
    assert spark((5, 5, 5)).strip() == "▄▄▄"
    assert spark(()).strip() == ""


@pytest.fixture
def shown() -> Any:
    watch = WatchList()
    return watch, Heard(watch)


async def test_enter_selects_the_row(shown: Any) -> None:
    watch, app = shown
    async with app.run_test(size=(60, 8)) as pilot:
        watch.show(MARKETS, "SOL", 60)
        watch.focus()
        await pilot.press("down", "enter")
        assert app.selected == ["BTC"]
        await pilot.press("up", "up", "up", "up", "enter")
        assert app.selected == ["BTC", "ETH"]


async def test_a_click_selects_the_row(shown: Any) -> None:
    watch, app = shown
    async with app.run_test(size=(60, 8)) as pilot:
        watch.show(MARKETS, "SOL", 60)
        await pilot.click(WatchList, offset=(5, 3))
        assert app.selected == ["BTC"]
        await pilot.click(WatchList, offset=(5, 0))
        await pilot.click(WatchList, offset=(5, 7))
        assert app.selected == ["BTC"]


async def test_a_short_list_scrolls_to_the_chosen_row(shown: Any) -> None:
    watch, app = shown
    async with app.run_test(size=(60, 4)) as pilot:
        watch.show(MARKETS, "ETH", 60)
        watch.focus()
        await pilot.press("down", "down", "down", "down")
        assert "AVAX" in app.text()


def test_names_from_files_stay_text() -> None:
    row = Watched("[b]\x1b[2J", D(1), D(1), D(0), (1,))
    assert "\x1b" not in text_of(watch_rows((row,), "", None, 60, DEFAULT_PALETTE))
