"""Compare at the desk: accounts that are played while one looks, and the figures of the engine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Label, OptionList
from textual.worker import WorkerCancelled

from engine.commands.grammar import parse
from engine.compare import compared, given_again, kinds
from engine.ghost import Kind
from engine.record import Given
from engine.sentences import money
from engine.setup import Setup
from tests.tui.desks import NARROW, WIDE, desk_of, falling_tape, new_session, notice_of, playing, screen_text, strips_of
from tests.tui.strip_text import assert_golden
from tui.screens import compare
from tui.screens.compare import CompareScreen
from tui.screens.desk import DeskScreen
from tui.screens.venue_card import VenueCardScreen
from tui.start import NewSession

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
TRADES = ("buy 2.4 ETH 10x iso", "sell $500 SOL 5x iso")


async def compare_at(pilot: Any, *trades: str, step: int = 20) -> CompareScreen:
    """Trade, let time pass, and compare, until everything is played."""
    desk = desk_of(pilot)
    for text in trades:
        assert desk.give(text)
    desk.play.recorder.advance(step, frozenset())
    await pilot.press("r")
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def settled(pilot: Any) -> None:
    """Let the worker end, and what it said arrive."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def said(screen: CompareScreen, name: str) -> str:
    return str(screen.query_one(f"#compare-{name}", Label).content)


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await compare_at(pilot, *TRADES)
        await pilot.press("m", "m")
        await settled(pilot)
        assert_golden(f"compare-{size[0]}x{size[1]}", strips_of(pilot))


async def test_every_account_is_there_with_the_engines_figures(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await compare_at(pilot, *TRADES)
        desk = desk_of(pilot)
        view = desk.play.view()
        assert screen.shown == tuple(kinds())
        assert set(screen.known) == set(kinds())
        assert screen.known[screen.own].kept == view.equity
        commands = given_again(desk.play.session.setup, desk.tape, [Given(0, parse(text)) for text in TRADES])
        text = screen_text(pilot)
        for outcome in compared(desk.play.session.setup, desk.tape, commands, 20, kinds()):
            assert screen.known[outcome.kind] == outcome
            assert f"{outcome.kind.venue} {outcome.kind.name} " in text
            assert not outcome.traded or money(outcome.kept) in text
        assert screen.chosen == screen.own == Kind("hyperliquid", "isolated")
        assert f"▸ {screen.own.venue} {screen.own.name}" in text
        assert f"kept {money(view.equity)}" in said(screen, "says")
        assert "2 commands up to 2024-01-01T00:20:00Z" in said(screen, "what")


async def test_rows_fill_in_as_they_come_and_a_choice_plays_only_what_is_missing(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[Kind] = []

    def watched(setup: Any, tape: Any, commands: Any, until: Any, accounts: Any, stopped: Any) -> Any:
        def noted() -> Any:
            for kind in accounts:
                played.append(kind)
                yield kind

        return compared(setup, tape, commands, until, noted(), stopped)

    monkeypatch.setattr(compare, "compared", watched)
    async with playing(isocross_home, new_session()) as pilot:
        desk_of(pilot).give(TRADES[0])
        await pilot.press("full_stop", "r")
        screen = pilot.app.screen
        assert isinstance(screen, CompareScreen)
        await pilot.press("v", "m")
        await settled(pilot)
        assert screen.shown == (Kind("hyperliquid", "cross"),)
        assert len(played) == len(set(played))
        await pilot.press("M", "V")
        await settled(pilot)
        assert sorted(played, key=str) == sorted(kinds(), key=str)
        await pilot.press("space")
        assert said(screen, "what") == compare.ALL_PLAYED


async def test_it_can_be_stopped_and_gone_on_with(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The player presses space while the third account is played."""
    async with playing(isocross_home, new_session()) as pilot:
        app = pilot.app
        begun = 0

        def stopping(setup: Any, tape: Any, commands: Any, until: Any, accounts: Any, stopped: Any) -> Any:
            def counted() -> Any:
                nonlocal begun
                for kind in accounts:
                    begun += 1
                    if begun == 3:
                        app.call_from_thread(app.screen.action_stop)  # type: ignore[attr-defined]
                    yield kind

            return compared(setup, tape, commands, until, counted(), stopped)

        monkeypatch.setattr(compare, "compared", stopping)
        desk_of(pilot).give(TRADES[0])
        await pilot.press("full_stop", "r")
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        assert not screen.running
        assert len(screen.known) == 2
        assert said(screen, "what").endswith("stopped")
        assert "…" in screen_text(pilot)
        await pilot.press("space")
        await settled(pilot)
        assert set(screen.known) == set(kinds())


@pytest.mark.slow
async def test_enter_shows_the_card_of_the_row_with_what_the_session_changed(isocross_home: Path) -> None:
    new = new_session()
    setup = Setup(balance=new.setup.balance, overrides=(("maintenance", "2%"),))
    async with playing(isocross_home, NewSession(setup, new.tape, "Changed")) as pilot:
        screen = await compare_at(pilot, TRADES[0])
        assert "hyperliquid" in said(screen, "says")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, VenueCardScreen)
        assert "Modified in this session" in screen_text(pilot)
        assert "maintenance 2%" in screen_text(pilot)
        await pilot.press("right")
        await pilot.pause()
        assert "binance · " in screen_text(pilot)
        assert "Modified" not in screen_text(pilot)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)


async def test_a_row_that_can_not_be_played_says_why(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await compare_at(pilot, "buy 2.4 ETH 10x", step=1)
        rows = screen.query_one(OptionList)
        rows.highlighted = screen.shown.index(next(kind for kind in screen.shown if kind.name == "emode"))
        await pilot.pause()
        assert "aave_v3 emode can’t play it: in eMode" in said(screen, "says")


async def test_without_commands_there_is_nothing_to_compare(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("r")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        assert notice_of(pilot).startswith("No command was given yet")


async def test_a_session_in_both_modes_has_a_row_of_its_own(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(tape=falling_tape())) as pilot:
        screen = await compare_at(pilot, TRADES[0], "sell $500 SOL 5x cross", step=3)
        assert screen.own.as_given
        assert screen.shown[0] == screen.own
        assert screen.known[screen.own].kept == desk_of(pilot).play.view().equity
        assert "▸ hyperliquid as given" in screen_text(pilot)


async def test_the_palette_has_it(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk_of(pilot).give(TRADES[0])
        await pilot.press("ctrl+p")
        pilot.app.screen.query_one(Input).value = "compare"
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, CompareScreen)


async def test_a_failure_inside_is_told(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(compare, "given_again", broken)
    async with playing(isocross_home, new_session()) as pilot:
        screen = await compare_at(pilot, TRADES[0])
        assert said(screen, "what").startswith("✗ ")
        assert "logs" in said(screen, "what")
        assert not screen.running
