"""The table of positions and orders."""

from __future__ import annotations

import pytest
from textual import on

from tests.tui.examples import orders, pool, position, view
from tests.tui.strip_text import OneWidget, assert_golden
from tui.themes import DEFAULT_PALETTE
from tui.widgets.positions import Choice, PositionsPanel, table_rows


class Listening(OneWidget):
    def __init__(self, panel: PositionsPanel) -> None:
        super().__init__(panel)
        self.heard: list[PositionsPanel.Selected] = []

    @on(PositionsPanel.Selected)
    def hear(self, message: PositionsPanel.Selected) -> None:
        self.heard.append(message)


@pytest.mark.parametrize("width", [120, 60, 36])
def test_it_looks_so(width: int) -> None:
    rows, places = table_rows(view(orders=orders()), Choice("ETH", "iso:ETH", "c6"), width, DEFAULT_PALETTE)
    assert_golden(f"positions-{width}", rows)
    assert places[Choice("ETH", "iso:ETH", "c6")] == 4


@pytest.mark.parametrize("width", range(1, 40))
def test_every_width_is_filled(width: int) -> None:
    for row in table_rows(view(orders=orders()), None, width, DEFAULT_PALETTE)[0]:
        assert len(row.text) == width


async def test_up_and_down_choose_a_row() -> None:
    panel = PositionsPanel()
    app = Listening(panel)
    async with app.run_test(size=(60, 10)) as pilot:
        panel.focus()
        await pilot.press("down")
        assert app.heard == []
        panel.show(view(orders=orders()))
        assert panel.title_text() == "Positions 2   Orders 2"
        await pilot.press("down", "down", "down", "up", "end", "down")
        heard = [(message.symbol, message.order) for message in app.heard]
        assert heard == [("ETH", None), ("SOL", None), ("ETH", "c6"), ("SOL", None), ("SOL", "c7.tp"), ("SOL", "c7.tp")]
        assert "▸c7.tp" in app.text()
        panel.show(view())
        assert panel.chosen is None


async def test_up_begins_at_the_end() -> None:
    panel = PositionsPanel()
    app = Listening(panel)
    async with app.run_test(size=(60, 10)) as pilot:
        panel.focus()
        panel.show(view(orders=orders()))
        await pilot.press("up")
        assert panel.chosen == Choice("SOL", "iso:SOL", "c7.tp")


async def test_the_chosen_row_stays_in_sight() -> None:
    pools = tuple(pool(f"iso:{place}", position(pool=f"iso:{place}")) for place in range(20))
    panel = PositionsPanel()
    app = Listening(panel)
    async with app.run_test(size=(60, 6)) as pilot:
        panel.focus()
        panel.show(view(pools))
        for _ in range(12):
            await pilot.press("down")
            assert "▸ETH" in app.text()
        await pilot.press("home")
        assert "▸ETH" in app.text()


async def test_nothing_to_show_is_said() -> None:
    panel = PositionsPanel()
    app = Listening(panel)
    async with app.run_test(size=(60, 6)):
        panel.show(view(()))
        assert "no positions and no orders" in app.text()
