"""The ticket's keys, what it says a stop would cost, and how it looks in every state."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.tui.desks import NARROW, desk_of, frames, new_session, playing, screen_text, strips_of, type_command
from tests.tui.strip_text import assert_golden
from tests.tui.test_ticket import positions, ticket_of
from tui.settings import Settings

pytestmark = pytest.mark.slow  # every one plays at a real desk


async def test_the_keys_of_the_sketch(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        ticket = ticket_of(pilot)
        await pilot.press("b", "q")
        assert ticket.form.size == "5%"
        for key, size in zip("wera", ("10%", "25%", "50%", "100%"), strict=True):
            await pilot.press(key)
            assert ticket.form.size == size
        await pilot.press("t", *"2200", "x", *"1900", "m", "right_square_bracket", "s")
        form = ticket.form
        assert (form.side, form.mode, form.leverage, form.field) == ("sell", "cross", "15", "sl")
        assert (form.tp, form.sl) == ("", ""), "the legs would be on the wrong side"
        await pilot.press("b", "k", *"2050", "d")
        assert form.text.endswith("stop 2050 limit 2050 15x cross reduce")
        await pilot.press("f")
        assert form.text.endswith("at 2000 15x cross reduce fok"), "a trigger is no limit"


async def test_a_stop_is_told_in_money_and_in_r(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "1", "x", *"1900", "t", *"2200")
        risk = ticket_of(pilot)._looked.risk
        assert risk is not None
        assert risk.at_risk is not None
        assert f"stop −{risk.at_risk:,.2f}  1 R  {risk.share * 100:.1f} % of equity" in screen_text(pilot)
        assert f"target +{risk.target.profit:,.2f}  +{risk.reward:.2f} R" in screen_text(pilot)
        await pilot.press("enter", "enter")
        before = desk_of(pilot).play.view().deposits
        await type_command(pilot, "@ fill")
        await frames(pilot, 60, 0)
        lost = before - desk_of(pilot).play.view().equity
        assert abs(lost - risk.at_risk) < Decimal("0.01"), "the fall stops at 1,900 on its way: it costs what was said"


async def test_a_stop_behind_the_liquidation_is_warned_of(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "1", "x", *"1700")
        liquidation = desk_of(pilot).look("buy 1 ETH 10x iso").previews[0].after.liquidation_price
        assert f"⚠ liquidation {liquidation:,.2f} comes before your stop" in screen_text(pilot)
        await pilot.press(*["backspace"] * 4, *"1900")
        assert "comes before" not in screen_text(pilot)


async def test_a_risk_decides_the_size(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "R")
        assert ticket_of(pilot).form.field == "risk"
        await pilot.press("R", *"1900")
        ticket = ticket_of(pilot)
        assert ticket.form.risk == "1"
        risk = ticket._looked.risk
        assert risk is not None
        assert risk.at_risk is not None
        assert Decimal("9.99") <= risk.at_risk <= 10
        await pilot.press("R", "2")
        risk = ticket._looked.risk
        assert risk is not None
        assert Decimal("19.99") <= (risk.at_risk or 0) <= 20
        await pilot.press("e")
        assert (ticket.form.risk, ticket.form.size) == ("", "25%")


async def test_a_risk_is_typed_first_and_then_its_stop_is_asked_for(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "R", *"2%", "enter", *"1900")
        form = ticket_of(pilot).form
        assert (form.risk, form.sl, form.field) == ("2%", "1900", "sl")
        await pilot.press("ctrl+u")
        assert (form.risk, form.sl) == ("2%", "")


async def test_a_price_that_is_far_off_is_asked_about(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        for kind, price, far in (("o", "20000", True), ("l", "200", True), ("o", "9999", False), ("l", "401", False)):
            await pilot.press("b", "1", kind, *price)
            assert ("is very far from the mark" in screen_text(pilot)) is far, price
            await pilot.press("escape")
        await type_command(pilot, "buy 0.1 ETH stop 20000", send=False)
        assert "is very far from the mark" in screen_text(pilot)


async def test_how_long_it_is_in_force_is_confirmed(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "1", "l", *"1950", "p", "enter")
        assert ticket_of(pilot).armed
        assert " ETH post limit at 1,950.00" in screen_text(pilot)


async def test_what_waits_is_shown_as_it_fills(isocross_home: Path) -> None:
    """As a maker at its own price, and posted what will be posted."""
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "1", "l", *"1950")
        shown = ticket_of(pilot)._looked.of_mode("isolated")
        assert shown is not None
        assert shown.after is not None
        text = screen_text(pilot)
        for figure in (shown.fee, shown.margin, shown.after.liquidation_price):
            assert f"{figure:,.2f}" in text
        await pilot.press("enter", "enter")
        await type_command(pilot, "@ fill")
        await frames(pilot, 40, 0)
        play = desk_of(pilot).play
        (position,) = play.view().positions
        assert (shown.fee, shown.after.liquidation_price) == (position.fees, position.liquidation_price)
        assert shown.margin == play.view().pools[1].balance == 195


async def test_without_a_stop_a_risk_says_what_is_missing(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("b", "R", "enter")
        assert "Where is it?" in screen_text(pilot)
        assert ticket_of(pilot).form.field == "sl"
        assert not ticket_of(pilot).armed
        await pilot.press(*"2100")
        assert "must be below the entry" in screen_text(pilot)


async def test_one_enter_is_enough_where_the_settings_say_so(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        pilot.app.settings = Settings(confirm="never")  # type: ignore[attr-defined]
        await pilot.press("b", "1")
        assert "Enter sends it" in screen_text(pilot)
        await pilot.press("enter")
        assert positions(pilot) == {"ETH": Decimal(1)}


STATES = {
    "empty": (),
    "armed": ("1", "x", *"1900", "t", *"2200", "enter"),
    "waits": ("x", *"1700", "k", *"2050"),
    "refused": ("9", "9", "9"),
    "risk": ("R", "R", *"1900", "l"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [NARROW, (160, 45)], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, state: str, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await pilot.press("b", *STATES[state])
        await pilot.pause()
        box = ticket_of(pilot).region
        rows = [row.crop(box.x, box.right) for row in strips_of(pilot)[box.y : box.bottom]]
        assert box.bottom <= size[1] - 2, "all of it is seen"
        assert_golden(f"ticket-{state}-{size[0]}x{size[1]}", rows)


async def test_a_stop_that_only_reduces_is_warned_of_too(isocross_home: Path) -> None:
    """In the ticket and at the `:` line, as `protect` does it."""
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        liquidation = desk_of(pilot).play.view().positions[0].liquidation_price
        warning = f"⚠ liquidation {liquidation:,.2f} comes before your stop"
        for text in ("protect ETH sl 1700", "sell 1 ETH stop 1700 reduce"):
            await type_command(pilot, text, send=False)
            said = str(desk_of(pilot).query_one("#command-says").content)
            assert warning in said
            assert "to go" not in said, "there is nothing left to go"
            await pilot.press("escape")
        await pilot.press("s", "1", "o", *"1700", "d")
        await pilot.pause()
        assert warning in screen_text(pilot)
        assert "real leverage" in screen_text(pilot)
        await pilot.press("o", *"1900")
        await pilot.pause()
        assert "comes before" not in screen_text(pilot)
        assert "1 R" in screen_text(pilot)
