"""The ticket: what it previews, when it sends, and what it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual import events

from tests.tui.desks import (
    NARROW,
    desk_of,
    frames,
    new_session,
    notice_of,
    playing,
    screen_text,
    type_command,
)
from tui.forms.ticket import FIELDS
from tui.screens.help import HelpScreen
from tui.widgets.command_line import CommandLine
from tui.widgets.ticket import Ticket


def ticket_of(pilot: Any) -> Ticket:
    """The desk's ticket."""
    return desk_of(pilot).query_one(Ticket)


def positions(pilot: Any) -> dict[str, Decimal]:
    """Signed sizes by market."""
    return {each.symbol: each.size for each in desk_of(pilot).play.view().positions}


async def test_the_first_enter_previews_and_the_second_sends(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "dollar_sign", "5", "0", "0", "0", "enter")
        assert ticket_of(pilot).armed
        assert positions(pilot) == {}
        assert "sends it" in screen_text(pilot)
        await pilot.press("enter")
        assert positions(pilot)["ETH"] > 2
        assert not ticket_of(pilot).is_open
        assert "Buy 2.5 ETH" in notice_of(pilot)


@pytest.mark.slow
@pytest.mark.parametrize("edit", ["1", "backspace", "w", "right", "m", "h", "f1"], ids=lambda edit: edit)
async def test_any_edit_asks_again(isocross_home: Path, edit: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "enter")
        assert ticket_of(pilot).armed
        await pilot.press(edit)
        assert not ticket_of(pilot).armed
        await pilot.press("enter")
        assert positions(pilot) == {}


async def test_time_stands_still_while_it_is_open(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("space")
        await frames(pilot, 4)
        step = desk_of(pilot).play.session.step
        await pilot.press("b")
        await frames(pilot, 40)
        assert desk_of(pilot).play.session.step == step > 0
        assert "Time stands still" in notice_of(pilot)
        assert "paused" in screen_text(pilot)
        await pilot.press("escape")
        await frames(pilot, 4)
        assert desk_of(pilot).play.session.step > step


@pytest.mark.parametrize("size", [NARROW, (160, 45)], ids=["80x24", "160x45"])
async def test_it_shows_both_modes(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await pilot.press("b", "2", "enter")
        text = screen_text(pilot)
        words = ("initial margin", "fee", "liquidation at", "that is", "to liquidation $", "isolated", "cross", "now")
        for word in (*words, "stop", "target"):
            assert word in text
        isolated, cross = desk_of(pilot).look("buy 2 ETH 10x").previews
        for preview in (isolated, cross):
            assert preview.after is not None
            assert f"{preview.after.cushion:,.2f}" in text


async def test_a_preview_is_what_happens(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "2", "enter")
        preview = desk_of(pilot).look(ticket_of(pilot).form.text).of_mode("isolated")
        await pilot.press("enter")
        position = desk_of(pilot).play.view().positions[0]
        assert preview is not None
        assert preview.after is not None
        assert position.liquidation_price == preview.after.liquidation_price
        assert position.fees == preview.fee


async def test_a_refusal_says_why_and_what_would_work(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "9", "9", "9", "enter")
        assert not ticket_of(pilot).armed
        assert "✗" in screen_text(pilot)
        assert "try" in screen_text(pilot)
        await pilot.press("enter", "enter")
        assert positions(pilot) == {}
        await pilot.press("backspace", "backspace", "backspace")
        assert "How much?" in screen_text(pilot)


async def test_a_limit_order_with_legs_waits(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "2", "l", *"1950", "t", *"2100", "x", *"1900")
        assert ticket_of(pilot).form.text == "buy 2 ETH at 1950 10x iso tp 2100 sl 1900"
        assert "fills at 1,950.00 or lower" in screen_text(pilot)
        assert "when it fills" in screen_text(pilot)
        await pilot.press("enter", "enter")
        order = desk_of(pilot).play.view().orders[0]
        assert (order.price, order.take_profit, order.stop_loss) == (1950, 2100, 1900)


async def test_a_sale_of_another_market(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("comma", "s", "1", "m", "enter", "enter")
        assert positions(pilot) == {"SOL": Decimal(-1)}
        assert desk_of(pilot).play.view().positions[0].mode == "cross"


async def test_dropping_it_does_nothing(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "enter", "escape")
        assert not ticket_of(pilot).is_open
        assert positions(pilot) == {}
        assert desk_of(pilot).play.holds == set()


async def test_a_field_can_be_clicked(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b")
        await pilot.click(Ticket, offset=(4, 7))
        assert ticket_of(pilot).form.field == "sl"


async def at_each_field(pilot: Any) -> AsyncIterator[str]:
    """Go through every field of the open ticket."""
    for _ in FIELDS:
        yield ticket_of(pilot).form.field
        await pilot.press("down")


NO_USE = ("1", "9", "c", "v", "F", "X", "plus", "minus", "n", "comma", "full_stop", "at", "z", "j", "h")
NO_USE += ("colon", "less_than_sign", "space", "percent_sign", "f5", "pageup", "ctrl+n")


@pytest.mark.slow
async def test_every_key_belongs_to_the_open_ticket(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        await pilot.press("b")
        desk = desk_of(pilot)
        theme, speed = pilot.app.theme, desk.play.clock.speed
        async for field in at_each_field(pilot):
            for key in NO_USE:
                await pilot.press(key)
                assert ticket_of(pilot).is_open, (field, key)
                assert ticket_of(pilot).has_focus, (field, key)
                assert ticket_of(pilot).form.field == field, key
                assert desk.play.holds == {"ticket"}, (field, key)
        assert (desk.symbol, desk.play.session.step, pilot.app.theme, desk.play.clock.speed) == ("ETH", 0, theme, speed)
        assert not desk.query_one(CommandLine).is_open
        await pilot.press("escape")
        assert not ticket_of(pilot).is_open
        assert positions(pilot) == {"ETH": Decimal(1)}


async def test_the_blockers_keys_close_nothing(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        await pilot.press("b", "1", "c")
        assert not desk_of(pilot).query_one(CommandLine).is_open
        assert "“c” does nothing here" in screen_text(pilot)
        await pilot.press("enter", "escape")
        assert positions(pilot) == {"ETH": Decimal(1)}
        assert not ticket_of(pilot).is_open
        await pilot.press("full_stop")
        assert desk_of(pilot).play.session.step == 1


async def test_a_leverage_may_be_typed_with_its_x(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b")
        ticket_of(pilot).action_go("leverage")
        await pilot.press(*"20x")
        assert (ticket_of(pilot).form.field, ticket_of(pilot).form.leverage) == ("leverage", "20")
        assert ticket_of(pilot).form.text == "buy 25% ETH 20x iso"


async def test_a_key_without_a_use_is_no_consent(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "enter", "c", "enter")
        assert positions(pilot) == {}
        assert ticket_of(pilot).armed


@pytest.mark.slow
@pytest.mark.parametrize("where", ["#desk-positions", "#desk-pools", "#desk-events", "#desk-command", "#desk-keys"])
async def test_a_click_elsewhere_does_not_take_the_keys_away(isocross_home: Path, where: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        await pilot.press("b")
        await pilot.click(where, offset=(3, 1 if where not in ("#desk-command", "#desk-keys") else 0))
        await pilot.pause()
        assert ticket_of(pilot).has_focus
        assert desk_of(pilot).play.holds == {"ticket"}
        await pilot.press("c", "escape")
        assert not ticket_of(pilot).is_open
        assert positions(pilot) == {"ETH": Decimal(1)}


async def test_help_opens_over_it_and_gives_the_keys_back(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        assert ticket_of(pilot).has_focus
        await pilot.press("escape")
        assert not ticket_of(pilot).is_open


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["10\x1b[31mrl\n\n", "\n\n", "\x1b[B\x1b[C", "1 ETH", "q", "1\x1b[201~\n\n", "9" * 40, "\u202e1"]
)
async def test_a_paste_that_is_no_number_changes_nothing(isocross_home: Path, text: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "enter")
        before = ticket_of(pilot).form.text
        ticket_of(pilot).post_message(events.Paste(text))
        await pilot.pause()
        assert ticket_of(pilot).form.text == (before if text != "\u202e1" else "buy 1 ETH 10x iso")
        assert not ticket_of(pilot).armed
        assert positions(pilot) == {}


async def test_a_number_may_be_pasted(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b")
        ticket_of(pilot).post_message(events.Paste(" $1,000\n\n"))
        await pilot.pause()
        assert ticket_of(pilot).form.size == "$1,000"
        assert not ticket_of(pilot).armed


async def test_one_mode_a_market_is_told(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        await pilot.press("b", "m", "enter")
        assert not ticket_of(pilot).armed
        assert "one mode a" in screen_text(pilot)
