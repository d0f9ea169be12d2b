"""A market's long and short at once: every panel tells the two apart, and shows the engine's figures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.setup import Setup
from tests.tui.desks import NARROW, WIDE, desk_of, falling_tape, frames, playing, screen_text, type_command
from tui.dialogs.explain import ExplainDialog
from tui.start import NewSession
from tui.widgets.command_line import CommandLine
from tui.widgets.figures import money, signed

pytestmark = pytest.mark.slow  # every one plays at a real desk

HEDGE = ("hedge on", "buy 20 ETH 10x cross sl 1700 tp 2300", "sell 5 ETH 10x cross tp 1500 sl 2200")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_two_positions_in_one_market_are_told_apart(isocross_home: Path, size: tuple[int, int]) -> None:
    setup = Setup(venue="binance", mode="cross", balance=Decimal(10_000))
    async with playing(isocross_home, NewSession(setup, falling_tape(), "Hedge"), size) as pilot:
        for text in (*HEDGE, "@ 00:05"):
            await type_command(pilot, text)
        await frames(pilot, 20, 0)
        long, short = desk_of(pilot).play.session.view().pools[0].positions
        assert (long.key, long.size, short.key, short.size) == ("ETH:long", 20, "ETH:short", -5)
        assert long.liquidation_price is not None
        assert short.liquidation_price is None
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExplainDialog)
        why = screen_text(pilot).replace("\N{NO-BREAK SPACE}", " ")
        for text in ("liquidation ETH long", "bankruptcy ETH short", "50,000,000", "150,000,000"):
            assert text in why
        assert "ETH:" not in why
        await pilot.press("escape")
        await pilot.pause()
        panes = [screen_text(pilot)]
        for _ in range(3 if size == NARROW else 0):  # the panes that a key switches
            await pilot.press("tab")
            await pilot.pause()
            panes.append(screen_text(pilot))
        seen = "\n".join(panes)
        shown = (
            # the chart
            *("ENTRY long 20 cross", "ENTRY short 5 cross", f"LIQ {money(long.liquidation_price)}"),
            *("SL 1,700", "TP 1,500", "2,200", "2,300"),
            # the pools
            *(f"ETH +20 @ {money(long.entry_price)}", f"ETH −5 @ {money(short.entry_price)}"),
            *(f"liq {money(long.liquidation_price)}", "no rise of ETH liquidates"),
            # the positions, with what each gained
            *("long +20", "short −5", signed(long.unrealised), signed(short.unrealised)),
        )
        assert [text for text in shown if text not in seen] == []
        assert "no price of ETH" not in seen


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_every_key_is_about_the_chosen_row(isocross_home: Path, size: tuple[int, int]) -> None:
    """One after the other, too: the panel has its keys back when the `:` line is left."""
    setup = Setup(venue="binance", mode="cross", balance=Decimal(10_000))
    async with playing(isocross_home, NewSession(setup, falling_tape(), "Hedge"), size) as pilot:
        for text in HEDGE:
            await type_command(pilot, text)
        desk = desk_of(pilot)
        for _ in desk.panes():
            if desk.focused is not None and desk.focused.id == "desk-positions":
                break
            await pilot.press("tab")
            await pilot.pause()
        await pilot.press("down", "down")
        for key, typed in (("c", "close ETH short"), ("v", "reverse ETH short"), ("p", "protect ETH sl 2% short")):
            await pilot.press(key)
            await pilot.pause()
            assert desk.query_one(CommandLine).input.value == typed
            await pilot.press("escape")
            await pilot.pause()
