"""The desk's charts: two side by side, the watch list, the ladder, panes, lines and marks; by keys and mouse."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine import Session, parse
from engine.events import Filled
from engine.looking.exits import exit_profit
from engine.looking.risk import trade_risk
from engine.looking.views import View
from engine.orders.order import Order
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    frames,
    new_session,
    notice_of,
    playing,
    screen_text,
    type_command,
)
from tests.tui.examples import happened, orders, pool, position, short_sol, two_isolated, view, wave
from tui.playing.chart_lines import lines_of, marks_of
from tui.widgets.chart import CandleChart
from tui.widgets.chart_lines import ChartLine
from tui.widgets.depth_ladder import DepthLadder
from tui.widgets.figures import signed
from tui.widgets.watch_list import WatchList

D = Decimal


def charts_of(pilot: Any) -> list[CandleChart]:
    return list(desk_of(pilot).query(CandleChart))


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.pause()


def lines(view: View, symbol: str) -> list[ChartLine]:
    """A market's lines, with the engine's own exits."""
    start = new_session()
    return lines_of(view, symbol, partial(exit_profit, Session(start.setup, start.tape).exchange))


def said(lines: list[Any]) -> list[str]:
    return [line.label for line in lines]


# -- lines and marks


def test_lines_say_what_a_stop_loses_and_a_target_makes() -> None:
    eth = replace(position(), bankruptcy_price=D("2178.40"))
    stop, _ = orders()
    target = replace(stop, id="c6.tp", kind="take", price=D("2600.00"), size=D("2"))
    drawn = lines(view((pool("iso:ETH", eth),), orders=(stop, target)), "ETH")
    assert said(drawn) == [
        "ENTRY long 4.1350",
        "LIQ isolated",
        "BANKRUPT isolated",
        "SL −762.84",
        "TP +358.72",
    ]
    assert [line.kind for line in drawn] == ["entry", "liquidation", "bankruptcy", "stop", "target"]
    assert [line.price for line in drawn] == [D("2418.00"), D("2220.57"), D("2178.40"), D("2236.00"), D("2600.00")]


def test_lines_of_another_market_stay_away() -> None:
    assert said(lines(view(two_isolated(), orders=orders()), "SOL")) == [
        "ENTRY short 17.20",
        "LIQ isolated",
        "TP +776.92",
    ]
    assert lines(view(), "BTC") == []


def test_two_positions_in_one_market_are_told_apart() -> None:
    isolated, crossed = position(), position(pool="cross", mode="cross", liquidation_price=D("13.40"))
    stop, _ = orders()
    both = view((pool("iso:ETH", isolated), pool("cross", crossed)), orders=(replace(stop, pool="cross"),))
    assert said(lines(both, "ETH")) == [
        "ENTRY long 4.1350 isolated",
        "LIQ isolated",
        "ENTRY long 4.1350 cross",
        "LIQ cross",
        "SL cross long −762.84",
    ]
    hedged = (
        replace(crossed, key="ETH:long"),
        replace(short_sol("cross"), symbol="ETH", mode="cross", key="ETH:short"),
    )
    labels = said(lines(view((pool("cross", *hedged),)), "ETH"))
    assert [label for label in labels if label.startswith("LIQ")] == ["LIQ cross long", "LIQ cross short"]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"kind": "limit", "side": "buy"}, "LIMIT buy 4.1350"),
        ({"kind": "stop", "limit": D("2230")}, "STOP limit 2,230 sell 4.1350"),
        ({"kind": "trail", "trail": D("0.02")}, "TRAIL 2.00 % sell 4.1350"),
        ({"kind": "iceberg"}, "ICEBERG sell 4.1350"),
    ],
)
def test_orders_that_open_say_their_side_and_size(changes: dict[str, Any], label: str) -> None:
    order = Order("c9", "stop", "sell", D("4.1350"), "ETH", D("2236.00"), "cross", 10)
    assert said(lines(view((), orders=(replace(order, **changes),)), "ETH")) == [label]


def test_marks_are_fills_calls_and_liquidations() -> None:
    marks = marks_of(happened(), "ETH")
    assert [(mark.step, mark.kind) for mark in marks] == [(2, "buy"), (5, "call"), (6, "liquidation")]
    assert marks_of(happened(), "SOL") == []
    fill = next(event for event in happened() if isinstance(event, Filled))
    forced = replace(fill, side="sell", reason="liquidation")
    assert [mark.kind for mark in marks_of([forced, replace(fill, actor="ghost")], "ETH")] == ["liquidation"]


@pytest.mark.slow
@pytest.mark.parametrize("leg", ["sl 1850", "tp 2007", "sl 1900 tp 2200"])
async def test_ticket_line_and_account_have_one_figure(isocross_home: Path, leg: str) -> None:
    """With the fees of both trades, the spread and the impact."""
    async with playing(isocross_home, new_session()) as pilot:
        play = desk_of(pilot).play
        risk = play.ask(lambda session: trade_risk(session, parse(f"buy 0.5 ETH 2x iso {leg}")))
        assert risk is not None
        await type_command(pilot, f"buy 0.5 ETH 2x iso {leg}")
        said = [each.label for each in desk_of(pilot).chart._lines if each.label[:2] in ("SL", "TP")]
        exits = [each for each in (risk.stop, risk.target) if each is not None]
        assert sorted(said) == sorted(
            f"{'TP' if each is risk.target else 'SL'} {signed(each.profit)}" for each in exits
        )
        await type_command(pilot, "@ +20m")
        await frames(pilot, 30)
        met = risk.target if leg == "tp 2007" else risk.stop
        assert met is not None
        assert abs(play.view().equity - 1000 - met.profit) < D("0.01")


# -- keys


async def test_scrolling_back_is_told_and_end_returns(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(tape=wave(400))) as pilot:
        await type_command(pilot, "@ +6h")
        await frames(pilot, 30)
        chart = desk_of(pilot).chart
        chart.timeframe = 60
        seen = desk_of(pilot).play.session.step
        await press(pilot, "pageup")
        assert not chart.view.follows
        assert "◀◀ back at" in screen_text(pilot)
        held = chart.view.end
        await press(pilot, "full_stop", "full_stop")
        assert desk_of(pilot).play.session.step == seen + 2
        assert chart.view.end == held
        await press(pilot, "shift+left", "shift+right")
        assert not chart.view.follows
        await press(pilot, "home")
        assert chart.view.end < held
        await press(pilot, "end")
        assert chart.view.follows
        assert "◀◀" not in screen_text(pilot)
        await press(pilot, "pageup", "pagedown", "pagedown")
        assert chart.view.follows


async def test_the_crosshair_comes_and_goes(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await press(pilot, "full_stop", "full_stop", "k")
        assert "O 2,010.00" in screen_text(pilot)
        await press(pilot, "left")
        assert "O 2,000.00" in screen_text(pilot)
        await press(pilot, "escape")
        assert "O 2,000.00" not in screen_text(pilot)
        await press(pilot, "k", "k")
        assert desk_of(pilot).chart.crosshair is None


async def test_two_charts_have_their_own_market_length_and_place(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        await press(pilot, "w")
        first, second = charts_of(pilot)
        assert "─ ▸ ETH" in screen_text(pilot)
        assert "─ SOL" in screen_text(pilot)
        assert (first.view.symbol, second.view.symbol, desk.symbol) == ("ETH", "SOL", "ETH")
        await press(pilot, "tab", "o", "o")
        assert desk.symbol == "SOL"
        assert second.timeframe > first.timeframe
        await press(pilot, "comma")
        assert (first.view.symbol, second.view.symbol) == ("ETH", "ETH")
        await press(pilot, "2")
        assert second.view.symbol == "SOL"
        await pilot.click("#desk-chart", offset=(20, 5))
        await pilot.pause()
        assert desk.symbol == "ETH"
        assert desk.chart is first
        await press(pilot, "escape", "w")
        assert not second.display
        assert "Two charts" not in notice_of(pilot)
        await press(pilot, "w")
        assert desk.symbol == "ETH"


async def test_orders_go_to_the_market_of_the_chart_in_focus(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await press(pilot, "w", "tab", "c")
        assert "close SOL" in screen_text(pilot)


async def test_with_one_market_the_second_chart_has_longer_candles(isocross_home: Path) -> None:
    tape = falling_tape()
    alone = replace(tape, markets=tape.markets[:1], columns={("ETH", "last"): tape.columns["ETH", "last"]})
    async with playing(isocross_home, new_session(tape=alone)) as pilot:
        await press(pilot, "w")
        first, second = charts_of(pilot)
        assert (first.view.symbol, second.view.symbol) == ("ETH", "ETH")
        assert second.timeframe > first.timeframe
        assert not desk_of(pilot).query_one(WatchList).display


async def test_two_charts_need_room(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), (140, 45)) as pilot:
        await press(pilot, "w")
        assert "Two charts need 150 columns; here are 140." in notice_of(pilot)
        await pilot.resize_terminal(*WIDE)
        await press(pilot, "w")
        assert charts_of(pilot)[1].display
        await press(pilot, "tab")
        await pilot.resize_terminal(*NARROW)
        await pilot.pause()
        assert not charts_of(pilot)[1].display
        assert desk_of(pilot).symbol == "ETH"


async def test_the_watch_list_chooses_the_market(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        watch = desk.query_one(WatchList)
        assert watch.display
        await press(pilot, "tab", "down", "enter")
        assert desk.symbol == "SOL"
        await pilot.click(WatchList, offset=(5, 2))
        await pilot.pause()
        assert desk.symbol == "ETH"
        await press(pilot, "l")
        assert not watch.display
        await press(pilot, "l")
        assert watch.display


async def test_the_ladder_is_the_session_s(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850")
        await press(pilot, "d")
        ladder = desk_of(pilot).query_one(DepthLadder)
        assert ladder.display
        text = screen_text(pilot)
        assert "Depth ETH" in text
        assert "stated, not measured" in text
        assert "▸2,000.00 ◂ last" in text
        assert "ENTRY long 2.4" in text
        liquidation = desk_of(pilot).play.view().positions[0].liquidation_price
        assert f"▼ LIQ isolated {liquidation:,f}" in text
        await press(pilot, "full_stop")
        assert "▸2,010.00 ◂ last" in screen_text(pilot)
        await press(pilot, "w")
        assert (ladder.display, charts_of(pilot)[1].display) == (False, True)
        await press(pilot, "d")
        assert (ladder.display, charts_of(pilot)[1].display) == (True, False)


async def test_panes_of_a_narrow_screen_come_by_their_own_keys(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        await press(pilot, "d")
        assert "─ Depth ETH" in screen_text(pilot)
        await press(pilot, "l")
        assert "─ Watch list" in screen_text(pilot)
        await press(pilot, "down", "enter")
        assert desk_of(pilot).symbol == "SOL"
        await press(pilot, "b")
        assert "Ticket" in screen_text(pilot)
        await press(pilot, "escape", "l")
        assert "─ SOL" in screen_text(pilot)
        await press(pilot, "d", "b")
        assert "Ticket" in screen_text(pilot)


@pytest.mark.parametrize(
    "size",
    [(20, 5), (120, 24), *(pytest.param(size, marks=pytest.mark.slow) for size in [(60, 18), (3, 2), (150, 20)])],
)
@pytest.mark.slow
async def test_no_size_is_too_small_for_any_of_it(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850")
        await press(pilot, "w", "d", "l", "k", "left", "up", "pageup", "home", "end", "i", "i", "o", "tab", "full_stop")
        await frames(pilot, 3)
        await press(pilot, "escape", "l", "d", "w", "tab", "tab")


async def test_the_chart_is_drawn_by_what_was_reached_and_not_what_comes(isocross_home: Path) -> None:
    """Two tapes that differ only after the step look the same on the whole desk."""
    looks = []
    for later in (1900, 900):
        tape = falling_tape((2000, 2010, 2005, 1990, later))
        (home := isocross_home / str(later)).mkdir()
        async with playing(home, new_session(tape=tape)) as pilot:
            await press(pilot, "full_stop", "full_stop", "d", "k", "left")
            looks.append(screen_text(pilot))
    assert looks[0] == looks[1]
