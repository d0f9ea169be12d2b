"""The table of positions and orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from textual import on

from engine.commands.grammar import parse
from engine.numbers import divide
from engine.orders.order import Order
from tests.tui.examples import orders, pool, position, view
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.messages import CommandWanted
from tui.themes import DEFAULT_PALETTE
from tui.widgets.positions import (
    Choice,
    PositionsPanel,
    choices_of,
    command_for,
    in_risks,
    protection_of,
    table_rows,
)

D = Decimal


class Listening(OneWidget):
    def __init__(self, panel: PositionsPanel) -> None:
        super().__init__(panel)
        self.heard: list[PositionsPanel.Selected] = []
        self.wanted: list[str] = []

    def on_command_wanted(self, message: CommandWanted) -> None:
        self.wanted.append(message.text)

    @on(PositionsPanel.Selected)
    def hear(self, message: PositionsPanel.Selected) -> None:
        self.heard.append(message)


@pytest.mark.parametrize("width", [120, 60, 36])
def test_it_looks_so(width: int) -> None:
    rows, places = table_rows(view(orders=orders()), Choice("ETH", "iso:ETH", "c6"), width, DEFAULT_PALETTE)
    assert_golden(f"positions-{width}", rows)
    assert places[Choice("ETH", "iso:ETH", "c6")] == 4
    assert places[Choice("SOL", "iso:SOL", key="SOL")] == 2


@pytest.mark.parametrize("width", range(1, 40))
def test_every_width_is_filled(width: int) -> None:
    for row in table_rows(view(orders=orders()), None, width, DEFAULT_PALETTE)[0]:
        assert len(row.text) == width


@pytest.mark.slow
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


async def test_keys_type_commands_about_the_chosen_row() -> None:
    panel = PositionsPanel()
    app = Listening(panel)
    async with app.run_test(size=(60, 10)) as pilot:
        panel.focus()
        panel.show(view(orders=orders()))
        await pilot.press("c", "down", "down", "v", "p", "end", "x", "c")
    assert app.wanted == ["close ETH", "reverse SOL", "protect SOL sl 2%", "cancel c7.tp", "close SOL"]


async def test_enter_and_a_click_show_the_market() -> None:
    panel = PositionsPanel()
    app = Listening(panel)
    async with app.run_test(size=(60, 10)) as pilot:
        panel.focus()
        panel.show(view(orders=orders()))
        await pilot.press("enter", "enter")
        await pilot.click(PositionsPanel, offset=(3, 2))
        assert [message.symbol for message in app.heard] == ["ETH", "ETH", "SOL"]
        assert panel.chosen == Choice("SOL", "iso:SOL", key="SOL")


def test_two_positions_in_one_market_get_words_that_tell_them_apart() -> None:
    isolated, cross = position(), position(pool="cross", mode="cross", size=D(2))
    both = view((pool("cross", cross), pool("iso:ETH", isolated)))
    assert [command_for("close", each, both) for each in choices_of(both)] == ["close ETH cross", "close ETH iso"]
    long, short = (
        position(key="ETH:long", pool="cross", mode="cross"),
        position(key="ETH:short", pool="cross", mode="cross", size=D(-2)),
    )
    hedged = view((pool("cross", long, short),))
    commands = [command_for("reverse", each, hedged) for each in choices_of(hedged)]
    assert commands == ["reverse ETH long", "reverse ETH short"]
    assert len(table_rows(hedged, None, 120, DEFAULT_PALETTE)[1]) == 2
    assert all(parse(command) for command in commands if command)


def test_the_stop_and_the_target_stand_with_their_position() -> None:
    held = position()
    waiting = orders()
    stop, target = protection_of(held, waiting)
    assert stop == waiting[0]
    assert target is None
    assert in_risks(held, stop) == divide(D("-795.86"), D("4.1350") * (D(2418) - D(2236)))
    assert in_risks(held, None) is None
    assert in_risks(held, replace(waiting[0], price=D(2500))) is None


def test_a_long_and_a_short_have_their_own_orders() -> None:
    short = position(key="ETH:short", pool="cross", mode="cross", size=D(-2))
    order = replace(orders()[0], pool="cross", position_side="long")
    assert protection_of(short, [order]) == (None, None)
    assert protection_of(short, [replace(order, position_side="short")])[0] is not None


def test_a_waiting_order_says_what_comes_with_its_fill() -> None:
    order = Order("c8", "limit", "buy", D(1), "ETH", D("2000.00"), "iso:ETH", 10, take_profit=D(2200))
    both = replace(order, stop_loss_share=D("0.025"))
    for each, said in ((order, "tp 2,200.00"), (both, "tp 2,200.00 sl 2.50 %")):
        assert said in text_of(table_rows(view(orders=(each,)), None, 120, DEFAULT_PALETTE)[0])
