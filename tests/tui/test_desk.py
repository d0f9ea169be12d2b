"""Playing at the desk: a whole game, time, wipe-outs, faults, and what it looks like."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget

from engine.events import iso
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    frames,
    hopeless_session,
    kinds,
    new_session,
    notice_of,
    playing,
    saved,
    screen_text,
    strips_of,
    type_command,
)
from tests.tui.examples import happened
from tests.tui.strip_text import assert_golden, text_of
from tui.dialogs.liquidation import LiquidationDialog
from tui.dialogs.result import ResultDialog
from tui.dialogs.wiped_out import WipedOutDialog
from tui.screens.desk import DeskScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.widgets.events_log import EventsLog
from tui.widgets.key_bar import KeyBar
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.words.telling import told


async def buy(pilot: Any) -> None:
    """A long at ten times with half of the balance."""
    await type_command(pilot, "buy 2.4 ETH 10x iso")


async def test_a_whole_game(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        await pilot.press("b", "r", "enter", "enter")
        assert kinds(desk.play.recorder.events()) == ["deposit", "fill"]
        await pilot.press("space")
        await frames(pilot, 50)
        assert "Paused: the ETH pool uses" in notice_of(pilot)
        assert not desk.play.running
        await pilot.press("space")
        await frames(pilot, 50)
        assert not desk.play.running
        for _ in range(10):
            if "liquidation" in kinds(desk.play.recorder.events()):
                break
            await pilot.press("space")
            await frames(pilot, 50)
        assert "Paused: the ETH pool is liquidated" in notice_of(pilot)
        before = desk.play.view()
        assert isinstance(pilot.app.screen, LiquidationDialog)
        await pilot.press("enter", "q")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert "Test game" in screen_text(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        after = desk_of(pilot).play.view()
        assert (after.step, after.equity, after.liquidations) == (before.step, before.equity, 1)
        assert "is liquidated" in screen_text(pilot)


async def test_continue_shows_the_same(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await buy(pilot)
        await type_command(pilot, "sell 1 SOL at 120")
        await pilot.press("full_stop", "full_stop", "full_stop")
        before = await panels(pilot)
    async with playing(isocross_home, saved(isocross_home)[0].id) as pilot:
        assert await panels(pilot) == before


async def panels(pilot: Any) -> str:
    """What the panels say; the chart's scale alone remembers how it came there."""
    await shown(pilot)
    names = ("status", "pools", "positions", "equity", "events")
    widgets = [desk_of(pilot).query_one(f"#desk-{name}") for name in names]
    return "\n".join(text_of(widget.render_line(row) for row in range(widget.size.height)) for widget in widgets)


async def test_a_wipe_out_offers_a_deposit(isocross_home: Path) -> None:
    async with playing(isocross_home, hopeless_session()) as pilot:
        await type_command(pilot, "buy 100% ETH 25x cross")
        await pilot.press("space")
        await frames(pilot, 20)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, WipedOutDialog)
        assert "Nothing is left to trade with" in screen_text(pilot)
        assert desk_of(pilot).play.session.state == "wiped out"
        await pilot.press(*["backspace"] * 4, "0", "enter")
        assert "more than zero" in screen_text(pilot)
        await pilot.press("backspace", "5", "0", "0", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        view = desk_of(pilot).play.view()
        assert (view.state, view.rescues, view.deposits) == ("running", 1, Decimal(1500))


@pytest.mark.slow
async def test_a_wipe_out_may_end_the_session(isocross_home: Path) -> None:
    async with playing(isocross_home, hopeless_session()) as pilot:
        await type_command(pilot, "buy 100% ETH 25x cross")
        await type_command(pilot, "@ wiped_out")
        await frames(pilot, 40, 0)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, WipedOutDialog)
        await pilot.press("escape")
        assert "Wiped out" in notice_of(pilot)
        await type_command(pilot, "end")
        assert isinstance(pilot.app.screen, ResultDialog)
        assert "rescues" in screen_text(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert saved(isocross_home)[0].state == "ended"


async def test_the_end_of_the_tape_is_said(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "@ end")
        await frames(pilot, 20, 0)
        assert isinstance(pilot.app.screen, ResultDialog)
        await pilot.press("escape")
        await pilot.press("space")
        assert "tape ends here" in notice_of(pilot)
        assert saved(isocross_home)[0].state == "running"


async def test_time_passes_at_the_speed_that_is_shown(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        start = desk.play.session.time
        await pilot.press("space")
        await frames(pilot, 4)
        assert desk.play.session.time - start == 300_000
        await pilot.press("less_than_sign")
        assert "×60" in notice_of(pilot)
        await frames(pilot, 8)
        assert desk.play.session.time - start == 420_000
        await pilot.press("space")
        await frames(pilot, 4)
        assert desk.play.session.time - start == 420_000
        assert "paused" in screen_text(pilot)


async def test_time_stands_still_while_the_command_line_is_open(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("space", "colon")
        await frames(pilot, 20)
        assert desk_of(pilot).play.session.step == 0
        await pilot.press("escape")
        await frames(pilot, 4)
        assert desk_of(pilot).play.session.step == 5


async def test_run_to_the_next_event(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("n")
        assert "nothing can happen" in notice_of(pilot)
        await buy(pilot)
        await pilot.press("n")
        await frames(pilot, 20, 0)
        assert kinds(desk_of(pilot).play.recorder.events())[-1] == "call"
        assert "Paused: the ETH pool uses" in notice_of(pilot)


async def test_single_steps(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("full_stop")
        assert desk_of(pilot).play.session.step == 1


async def test_calls_need_not_pause(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await buy(pilot)
        await pilot.press("a", "space")
        await frames(pilot, 60)
        assert "is liquidated" in notice_of(pilot)
        assert desk_of(pilot).play.view().calls


async def test_keys_give_commands(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        await pilot.press("m")
        assert desk.play.view().market("ETH").mode == "cross"
        leverage = desk.play.view().market("ETH").leverage
        await pilot.press("right_square_bracket")
        assert desk.play.view().market("ETH").leverage > leverage
        await pilot.press("comma")
        assert desk.symbol == "SOL"
        await pilot.press("1")
        assert desk.symbol == "ETH"


async def test_close_and_margin_are_typed_for_you(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await buy(pilot)
        await pilot.press("plus", "5", "0", "enter")
        assert "50.00 added to the ETH pool" in notice_of(pilot)
        await pilot.press("c", "enter")
        assert desk_of(pilot).play.view().positions == ()


async def test_an_internal_fault_is_logged_and_the_save_stays(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a wheel came off")

    async with playing(isocross_home, new_session()) as pilot:
        await buy(pilot)
        desk = desk_of(pilot)
        hashed = desk.play.session.state_hash()
        with monkeypatch.context() as patch:
            patch.setattr(desk.play.session, "advance", broken)
            await pilot.press("full_stop")
        assert "failed inside (RuntimeError)" in notice_of(pilot)
        await type_command(pilot, "close ETH")
        assert "continue from the save" in notice_of(pilot)
        await pilot.press("escape", "q")
        await pilot.pause()
    assert "a wheel came off" in (isocross_home / "logs" / "faults.log").read_text()
    assert saved(isocross_home)[0].hash == hashed


async def test_a_disk_that_refuses_is_told(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        recorder = type(desk_of(pilot).play.recorder)
        with monkeypatch.context() as patch:
            patch.setattr(recorder, "saved", property(lambda self: False))
            patch.setattr(recorder, "trouble", property(lambda self: "the disk is full; free some space"))
            await pilot.press("full_stop")
            assert "Not saved: the disk is full; free some space. The game goes on." in notice_of(pilot)
            assert "NOT SAVED" in screen_text(pilot)
        await pilot.press("full_stop")
        assert "Saved again" in notice_of(pilot)


@pytest.mark.slow
async def test_help_is_on_every_screen(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "opens the ticket" in screen_text(pilot)
        await pilot.press("escape", "q", "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        name = f"desk-{size[0]}x{size[1]}"
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850 tp 2200")
        await type_command(pilot, "sell $500 SOL 5x cross")
        await pilot.press("full_stop", "full_stop", "full_stop", "full_stop")
        await shown(pilot)
        assert_golden(name, strips_of(pilot))
        await pilot.press("b")
        await shown(pilot)
        assert_golden(f"{name}-ticket", strips_of(pilot))


async def shown(pilot: Any) -> None:
    """Everything painted: the log paints at most ten times a second."""
    desk_of(pilot).query_one(EventsLog).redraw()
    await pilot.pause()


async def test_panels_take_turns_on_a_narrow_screen(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        titles = []
        names = ("ETH", "Pools", "Positions", "Events", "Watch list", "Depth ETH")
        for _ in range(7):
            titles.append([name for name in names if f"─ {name}" in screen_text(pilot)])
            await pilot.press("tab")
            await pilot.pause()
        alone = ["ETH", "Pools", "Positions", "Events", "Watch list", "Depth ETH"]
        assert titles == [["ETH", "Pools", "Events"], *([name] for name in alone)]
        assert "─ ETH" in screen_text(pilot)


async def test_a_key_can_be_clicked(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.click(KeyBar, offset=(1, 0))
        assert desk_of(pilot).play.holds == {"ticket"}


async def test_quitting_the_program_saves(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("space")
        await frames(pilot, 12)
        step = desk_of(pilot).play.session.step
        time = iso(desk_of(pilot).play.session.time)
        pilot.app.exit()
    assert (saved(isocross_home)[0].step, saved(isocross_home)[0].time) == (step, time)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_an_order_from_the_ticket_shows_at_once(isocross_home: Path, size: tuple[int, int]) -> None:
    """Time stands still all the while: no frame draws it later."""
    async with playing(isocross_home, new_session(), size) as pilot:
        await pilot.press("b", *"$5000", "enter", "enter")
        await pilot.pause()
        assert kinds(desk_of(pilot).play.recorder.events()) == ["deposit", "fill"]
        assert "ETH" in panel_text(pilot, PoolsPanel)
        while not panel_text(pilot, PositionsPanel):
            await pilot.press("tab")
        assert "2.5" in panel_text(pilot, PositionsPanel)


def panel_text(pilot: Any, kind: type[Widget]) -> str:
    """What stands on the screen where a panel is; empty where it is not shown."""
    region = desk_of(pilot).query_one(kind).region
    rows = screen_text(pilot).splitlines()[region.y : region.bottom] if region else []
    return "\n".join(row[region.x : region.right] for row in rows)


async def test_a_notice_tells_the_trades_first_and_counts_the_rest(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 0.5 ETH 10x iso tp 2200 sl 1900")
        for said in ("Buy 0.5 ETH @", "take 2200", "stop 1900"):
            assert said in notice_of(pilot), said
        for text in ("buy 1 SOL 10x iso", "buy 0.5 SOL at 98"):
            await type_command(pilot, text)
        await type_command(pilot, "flatten")
        said = notice_of(pilot)
        assert said.startswith("✓ Sell 0.5 ETH @")
        assert "Sell 1 SOL @" in said
        assert said.endswith("Cancelled c1.tp, c1.sl, c3.")


def test_what_is_not_told_is_counted() -> None:
    fills = [each for each in happened() if each.kind == "fill"] * 5
    notes = [each for each in happened() if each.kind == "note"]
    sentences = told([*notes, *fills])
    assert [each[:3] for each in sentences[:3]] == ["buy"] * 3
    assert sentences[3:] == ["and 3 more"]
