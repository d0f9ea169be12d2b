"""What the desk draws when: candles every frame, figures now and then, and all of it on any terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.desks import (
    NARROW,
    desk_of,
    falling_tape,
    frames,
    new_session,
    notice_of,
    playing,
    screen_text,
    type_command,
)
from tui.widgets.chart import CandleChart
from tui.widgets.pools import PoolsPanel
from tui.widgets.status_bar import StatusBar

FRAME = 1 / 30


async def test_figures_are_drawn_less_often_than_candles(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(isocross_home, new_session(tape=falling_tape((2000, 2010) * 30))) as pilot:
        await type_command(pilot, "buy 0.1 ETH 2x iso")
        desk = desk_of(pilot)
        looks: list[int] = []
        desk.play.clock.speed = 60 * 30
        await pilot.press("space")
        show = PoolsPanel.show
        monkeypatch.setattr(PoolsPanel, "show", lambda *given: (looks.append(1), show(*given)))
        for step in range(1, 31):
            desk.frame(FRAME)
            assert desk.query_one(CandleChart)._step == desk.play.session.step == step
        assert 4 <= len(looks) <= 6


async def test_figures_catch_up_when_nothing_moves_any_more(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        desk.play.clock.speed = 60
        await pilot.press("space")
        for _ in range(31):
            desk.frame(FRAME)
        assert desk.play.session.step == 1
        panel = desk.query_one(PoolsPanel)
        assert panel._view is not None
        for _ in range(10):
            desk.frame(FRAME)
        assert (desk.play.session.step, panel._view.step) == (1, 1)


async def test_the_session_is_named_as_it_is(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session("A [bold]name[/] \\[x]")) as pilot:
        assert "A [bold]name[/] \\[x]" in screen_text(pilot)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 18), (20, 5), (3, 2)])
async def test_a_terminal_that_is_too_small_breaks_nothing(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        assert "too small" in notice_of(pilot)
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850")
        await pilot.press("b", "e", "enter", "escape", "tab", "tab", "question_mark", "escape", "space")
        await frames(pilot, 60)
        await pilot.press("q", "n", "escape", "d", "n", "r", "escape")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "buy 1 ETH at 1900 5x",
            "fills at 1,900.00 or lower when it fills: liquidation – → 1,551.02 buy 1 ETH at 1,900.00, 5x isolated fee",
        ),
        ("sell 1 ETH at 2100 5x", "fills at 2,100.00 or higher"),
        ("sell 1 ETH stop 1800", "trades at the market once the price falls to 1,800.00"),
        ("buy 1 ETH take 1800", "trades at the market once the price falls to 1,800.00"),
        ("buy 1 ETH stop 2100", "trades at the market once the price rises to 2,100.00"),
    ],
)
async def test_an_order_that_waits_says_for_what(isocross_home: Path, text: str, told: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, text, send=False)
        assert told in " ".join(str(desk_of(pilot).query_one("#command-says").content).split())


async def test_the_price_on_top_is_that_of_the_candles(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(tape=falling_tape(tuple(range(2000, 2030))))) as pilot:
        desk = desk_of(pilot)
        desk.play.clock.speed = 60 * 30
        await pilot.press("space")
        for step in range(1, 25):
            desk.frame(FRAME)
            assert desk.query_one(CandleChart)._step == step
            rows = desk.query_one(StatusBar).build(160, 1)
            assert f"ETH  {2000 + step:,}.00" in rows[0].text
            assert "mark" not in rows[0].text


async def test_a_terminal_that_is_large_enough_again_is_no_longer_too_small(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), (60, 18)) as pilot:
        assert "too small" in notice_of(pilot)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert "too small" not in notice_of(pilot)
        await type_command(pilot, "note mine")
        await pilot.resize_terminal(110, 30)
        await pilot.pause()
        assert "Mine" in notice_of(pilot)


async def test_an_ended_game_says_so(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("space")
        await frames(pilot, 2)
        desk = desk_of(pilot)
        desk.give("end", asking=False)
        await pilot.pause()
        assert not desk.play.running
        assert "ENDED" in screen_text(pilot)
        assert "▶" not in screen_text(pilot).splitlines()[0]
        session = desk.play.recorder.id
    async with playing(isocross_home, session) as pilot:
        assert notice_of(pilot) == "This session has ended: q goes home."


async def test_the_crosshair_is_only_where_it_is_seen(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        desk = desk_of(pilot)
        await pilot.press("tab", "tab", "k")
        await pilot.pause()
        assert (desk._pane, desk.focused) == ("chart", desk.chart)
        assert desk.chart.display
        assert desk.chart.crosshair is not None
