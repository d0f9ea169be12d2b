"""Ghosts at the desk: the screen, its keys, and the equity line beside yours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Label, OptionList

from engine.account_kind import Kind, at_leverage, at_venue, in_other_modes
from engine.ghost import Ghost
from engine.setup import Setup
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    frames,
    library_in,
    new_session,
    notice_of,
    playing,
    screen_text,
    strips_of,
)
from tests.tui.strip_text import assert_golden
from tui.ascii_glyphs import in_ascii
from tui.screens.desk import DeskScreen
from tui.screens.ghosts import GhostsScreen
from tui.screens.help import HelpScreen
from tui.start import NewSession
from tui.widgets.equity_line import EquityLine
from tui.widgets.ghost_table import GhostTable

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
SETUP = new_session().setup
CROSS = Kind("hyperliquid", "cross")
THREE = (CROSS, at_venue(SETUP, "binance"), at_leverage(SETUP, 1))


def trade(pilot: Any) -> DeskScreen:
    """A long that a fall liquidates in isolated margin and not in cross, with a short that lives."""
    desk = desk_of(pilot)
    for text in ("buy 2.4 ETH 10x iso", "sell $500 SOL 5x iso"):
        assert desk.give(text)
    desk.play.pausing = frozenset()
    return desk


async def go(pilot: Any, steps: int) -> None:
    """Let time pass, one vertex after the other."""
    desk = desk_of(pilot)
    for _ in range(steps):
        desk.play.step()
    desk.draw()
    await pilot.pause()


async def shown(pilot: Any, *keys: str) -> GhostsScreen:
    """The ghosts, after keys."""
    for key in ("g", *keys):
        await pilot.press(key)
        await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, GhostsScreen)
    return screen


def said(screen: GhostsScreen) -> str:
    return str(screen.query_one("#ghosts-says", Label).content)


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        desk = trade(pilot)
        for kind in THREE:
            desk.play.ghosts.add(kind)
        await go(pilot, 9)
        await shown(pilot, "down", "down")
        text = screen_text(pilot)
        assert "✗ liquidated 01-01 00:07 at 1,836.99" in text
        assert "alive   1 missed" in text
        assert_golden(f"ghosts-{size[0]}x{size[1]}", strips_of(pilot))


@SIZES
async def test_looks_without_a_ghost_and_with_the_choice_of_one(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await shown(pilot, "x")
        assert_golden(f"ghosts-none-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("v")
        await pilot.pause()
        assert_golden(f"ghosts-venue-{size[0]}x{size[1]}", strips_of(pilot))


async def test_the_first_time_the_other_mode_is_there_at_once(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        trade(pilot)
        await go(pilot, 9)
        screen = await shown(pilot)
        assert said(screen) == "The same commands in cross margin."
        assert screen.play.ghosts.kinds == (CROSS,)
        (each,) = screen.play.ghosts.following
        assert each.joined
        assert each.ghost.session.step == 9
        text = screen_text(pilot)
        assert "✗ liquidated 01-01 00:07 at 1,836.99" in text
        assert "alive" in text
        ours, theirs = screen.play.view().equity, each.ghost.session.view().equity
        assert f"{theirs:,.2f}" in text
        assert f"−{ours - theirs:,.2f}" in text
        await pilot.press("escape")
        await pilot.press("g")
        await pilot.pause()
        assert screen.play.ghosts.kinds == (CROSS,)


async def test_where_the_venue_has_no_other_mode_none_is_added(isocross_home: Path) -> None:
    setup = Setup("gmx_v1", "isolated", Decimal(1000))
    async with playing(isocross_home, NewSession(setup, falling_tape(), "GMX")) as pilot:
        screen = await shown(pilot)
        assert screen.play.ghosts.kinds == ()
        assert "There is no ghost" in screen_text(pilot)
        await pilot.press("m")
        assert "no other" in said(screen)


async def test_keys_add_and_remove_ghosts(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        trade(pilot)
        screen = await shown(pilot)
        ghosts = screen.play.ghosts
        await pilot.press("m")
        assert said(screen) == "⚠ There is no other than those that are here."
        await choose(pilot, "v", "drift_v2")
        assert ghosts.kinds[1].venue == "drift_v2"
        assert said(screen) == f"✓ The ghost {ghosts.name(ghosts.kinds[1])} follows."
        await choose(pilot, "l", "3x")
        assert ghosts.kinds[2] == at_leverage(SETUP, 3)
        assert screen.chosen == 2
        await pilot.press("v")
        assert "x removes one" in said(screen)
        await pilot.press("up", "x")
        assert [kind.leverage for kind in ghosts.kinds] == [0, 3]
        assert "is gone" in said(screen)
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("escape")
        assert len(ghosts.kinds) == 2
        await pilot.press("x", "x", "x")
        assert ghosts.kinds == ()


async def choose(pilot: Any, key: str, name: str) -> None:
    """Choose a kind by its name in the list that a key opens."""
    await pilot.press(key)
    await pilot.pause()
    listed = pilot.app.screen.query_one(OptionList)
    names = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
    listed.highlighted = next(place for place, each in enumerate(names) if each.startswith(name))
    await pilot.press("enter")
    await pilot.pause()


async def test_a_mode_of_its_own_is_offered_where_commands_say_another(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk_of(pilot).give("sell $500 SOL 5x cross")
        screen = await shown(pilot, "m")
        assert screen.play.ghosts.kinds == tuple(in_other_modes(SETUP))


async def test_time_passes_there_as_at_the_desk(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = trade(pilot)
        screen = await shown(pilot)
        await pilot.press("space")
        assert desk.play.running
        for _ in range(10):
            screen.frame(0.25)
        await pilot.pause()
        step = desk.play.session.step
        assert step > 5
        assert all(each.ghost.session.step == step for each in desk.play.ghosts.following)
        await pilot.press("space")
        assert not desk.play.running
        assert said(screen) == "Paused."
        await pilot.press("full_stop")
        assert desk.play.session.step == step + 1
        await pilot.press("greater_than_sign")
        assert said(screen).startswith("Speed")
        assert "2024-01-01 00:0" in screen_text(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)


async def test_a_liquidation_is_told_over_the_ghosts_and_stops_time(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = trade(pilot)
        desk.play.pausing = frozenset({"liquidation"})
        screen = await shown(pilot)
        await pilot.press("space")
        for _ in range(10):
            screen.frame(0.5)
        await pilot.pause()
        assert not desk.play.running
        assert type(pilot.app.screen).__name__ == "LiquidationDialog"
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert said(screen).startswith("⚠ Paused: ")
        assert "✗ liquidated 01-01 00:07" in screen_text(pilot)


async def test_the_desk_s_equity_line_has_the_ghosts_while_playing(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = trade(pilot)
        desk.play.ghosts.add(CROSS)
        desk.play.ghosts.add(at_venue(SETUP, "binance"))
        await pilot.press("space")
        await frames(pilot, 10)
        await pilot.press("space")
        await pilot.pause()
        title = str(desk.query_one(EquityLine).border_title)
        ours = desk.play.view().equity
        for each in desk.play.ghosts.following:
            assert f"{abs(each.equity - ours):,.2f}" in title
        assert title.count("✗") == 1
        assert_golden("desk-ghosts-160x45", strips_of(pilot))


async def test_ghosts_come_after_while_time_stands_still(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = trade(pilot)
        await go(pilot, 3)
        session = desk.play.recorder.id
        desk.play.ghosts.add(CROSS)
    async with playing(isocross_home, session) as pilot:
        desk = desk_of(pilot)
        assert desk.play.ghosts.behind
        desk.tick()
        assert not desk.play.ghosts.behind
        await pilot.pause()
        assert "○ cross" in str(desk.query_one(EquityLine).border_title)
    with library_in(isocross_home) as library, library.resume(session) as recorder:
        assert recorder.ghosts == (CROSS,)


async def test_a_fault_in_a_ghost_is_said_and_the_game_goes_on(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError("inside")

    async with playing(isocross_home, new_session()) as pilot:
        desk = trade(pilot)
        desk.play.ghosts.add(CROSS)
        desk.play.ghosts.follow()
        monkeypatch.setattr(Ghost, "advance", broken)
        await pilot.press("full_stop")
        desk.tick()
        assert notice_of(pilot).startswith("✗ The ghost cross is dropped. The program failed inside (ArithmeticError)")
        assert desk.play.session.step == 1
        assert not desk.play.broken
        desk.play.ghosts.add(CROSS)
        await pilot.press("full_stop")
        screen = await shown(pilot)
        assert "is dropped" in said(screen)


@pytest.mark.slow
async def test_a_click_chooses_and_the_help_has_a_page(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        trade(pilot)
        screen = await shown(pilot, "l", "enter")
        assert screen.chosen == 1
        await pilot.click(GhostTable, offset=(6, 3))
        await pilot.pause()
        assert screen.chosen == 0
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "Ghosts" in screen_text(pilot)


async def test_in_ascii_the_lines_are_told_apart(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = trade(pilot)
        for kind in THREE:
            desk.play.ghosts.add(kind)
        await go(pilot, 9)
        await shown(pilot)
        text = in_ascii(screen_text(pilot))
        assert text.isascii()
        for sign in ("* you", "o cross", "^ binance", "# 1x"):
            assert sign in text
