"""The status row: what it says, and what it leaves out first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from textual.strip import Strip

from engine.events import FundingPaid
from engine.looking.views import View
from engine.sentences import sentence
from tests.tui.examples import market, view
from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.status_bar import Status, StatusBar, status_row

D = Decimal
RUNNING = Status("hyperliquid", "isolated", "▶ ×60", running=True, saved=True, opening=D("2695.00"))


def row_of(shown: View, symbol: str, status: Status, width: int) -> Strip:
    return status_row(shown, shown.market(symbol), status, width, DEFAULT_PALETTE)


def test_it_looks_so() -> None:
    stopped = replace(RUNNING, running=False, clock="❚❚ ×60", saved=False)
    changed = view(modified=("fees off",))
    rows = [row_of(view(), "ETH", RUNNING, width) for width in (160, 120, 100, 80, 60, 40)]
    rows += [row_of(changed, "ETH", stopped, width) for width in (160, 80)]
    assert_golden("status-bar", rows)


@pytest.mark.parametrize("width", range(1, 170))
def test_every_width_is_filled(width: int) -> None:
    assert len(row_of(view(), "ETH", RUNNING, width).text) == width


def test_what_is_not_saved_and_not_trading_is_said_at_80() -> None:
    halted = view(markets=(market("ETH", "2226.13", "2226.13", trades=False),), state="wiped out")
    text = row_of(halted, "ETH", replace(RUNNING, saved=False), 80).text
    assert "NOT SAVED" in text
    assert "NO TRADING" in text
    assert "WIPED OUT" in text
    assert "mark" not in text


async def test_the_widget_shows_it() -> None:
    bar = StatusBar()
    app = OneWidget(bar)
    async with app.run_test(size=(120, 1)) as pilot:
        bar.show(view(), "ETH", RUNNING)
        await pilot.pause()
        assert "2,226.13  ▼ −17.4 %" in app.text()
        app.repainted.clear()
        bar.show(view(), "ETH", RUNNING)
        assert app.repainted == []


def test_funding_is_told_as_the_events_tell_it() -> None:
    """An hour's interest alone is 0.00125 %: neither 0.0012 nor 0.0013."""
    paid = FundingPaid(step=1, time=0, symbol="ETH", pool="cross", rate=D("0.0000125"), notional=D(1), amount=D(-1))
    shown = view(markets=(market("ETH", "2226.13", "2226.13", funding_rate=D("0.0000125")),))
    for text in (row_of(shown, "ETH", RUNNING, 160).text, sentence(paid)):
        assert "+0.00125 %" in text


@pytest.mark.parametrize(("clock", "running"), [("▶ ×60", True), ("❚❚ ×60", False), ("❚❚ ×1,800", False)])
@pytest.mark.parametrize("venue", ["hyperliquid", "binance"])
def test_the_venue_is_said_at_80(clock: str, running: bool, venue: str) -> None:
    status = Status(venue, "isolated", clock, running, opening=D("65000.00"))
    text = row_of(view(markets=(market("BTC", "67780.98", "67780.98"),)), "BTC", status, 80).text
    assert all(each in text for each in (venue, "67,780.98", "▲ +4.3 %", "ISOLATED", clock, "08-05 06:24", "●"))
