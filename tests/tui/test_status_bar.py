"""The status row: what it says, and what it leaves out first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.tui.examples import market, view
from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.status_bar import Status, StatusBar, status_row

D = Decimal
RUNNING = Status("hyperliquid", "isolated", "▶ ×60", running=True, saved=True, opening=D("2695.00"))


def test_it_looks_so() -> None:
    stopped = replace(RUNNING, running=False, clock="❚❚ ×60", saved=False)
    changed = view(modified=("fees off",))
    rows = [status_row(view(), "ETH", RUNNING, width, DEFAULT_PALETTE) for width in (160, 120, 100, 80, 60, 40)]
    rows += [status_row(changed, "ETH", stopped, width, DEFAULT_PALETTE) for width in (160, 80)]
    assert_golden("status-bar", rows)


@pytest.mark.parametrize("width", range(1, 170))
def test_every_width_is_filled(width: int) -> None:
    assert len(status_row(view(), "ETH", RUNNING, width, DEFAULT_PALETTE).text) == width


def test_what_is_not_saved_and_not_trading_is_said_at_80() -> None:
    halted = view(markets=(market("ETH", "2226.13", "2226.13", trades=False),), state="wiped out")
    text = status_row(halted, "ETH", replace(RUNNING, saved=False), 80, DEFAULT_PALETTE).text
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
