"""The `:` line: what it says beforehand, its history, what it refuses, and the words that move time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content

from engine.commands.grammar import parse
from engine.script import DEFAULT_START
from engine.setup import Setup
from engine.tapes.inline import InlinePath, inline_tape
from tests.tui.desks import NARROW, desk_of, frames, kinds, new_session, notice_of, playing, screen_text, type_command
from tui.start import NewSession
from tui.widgets.command_line import CommandLine, shortened


def line_of(pilot: Any) -> CommandLine:
    """The desk's command line."""
    return desk_of(pilot).query_one(CommandLine)


def says_of(pilot: Any) -> str:
    """What stands beside the text."""
    return str(line_of(pilot).query_one("#command-says").content)  # type: ignore[attr-defined]


async def test_it_says_what_a_command_would_do(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 2 ETH 10x", send=False)
        assert says_of(pilot).startswith("→ buy 2 ETH at 2,0")
        assert "liquidation" in says_of(pilot)
        assert desk_of(pilot).play.view().positions == ()
        await pilot.press("enter")
        assert [each.symbol for each in desk_of(pilot).play.view().positions] == ["ETH"]
        assert not line_of(pilot).is_open


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fly", "is not a command"),
        ("buy $ ETH", "a size in dollars"),
        ("buy 1 DOGE", "DOGE"),
        ("close ETH", "ETH"),
        ("margin ETH 100", "say whether to add"),
        ("buy 1e400 ETH", "out of range"),
        ("cancel c99", "c99"),
        ("@ yesterday", "neither a time"),
        ("@ -5m", "time can’t go back"),
        ("[bold]@click[/]", "is not a command"),
    ],
)
async def test_a_refusal_says_why_and_leaves_the_text(isocross_home: Path, text: str, why: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, text, send=False)
        assert says_of(pilot).startswith("✗")
        await pilot.press("enter")
        assert why in notice_of(pilot)
        assert line_of(pilot).input.value == text
        assert kinds(desk_of(pilot).play.recorder.events()) == ["deposit"]


async def test_what_a_terminal_would_obey_is_dropped(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "note \x1b]0;owned\x07 and \u202eback", send=False)
        assert line_of(pilot).input.value == "note ]0;owned and back"
        await pilot.press("enter")
        assert all(letter.isprintable() for letter in screen_text(pilot).replace("\n", ""))


async def test_markup_stays_letters(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "note [bold red]look[/] [@click=app.exit]here[/]")
        assert "[bold red]look[/] [@click=app.exit]here[/]" in notice_of(pilot)
        assert "[bold red]look[/]" in screen_text(pilot)


async def test_history(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "note one")
        await type_command(pilot, "note two")
        await pilot.press("colon", "d", "up")
        assert line_of(pilot).input.value == "note two"
        await pilot.press("up", "up")
        assert line_of(pilot).input.value == "note one"
        await pilot.press("down", "down")
        assert line_of(pilot).input.value == "d"


async def test_esc_leaves_it(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("colon", "q", "escape")
        assert not line_of(pilot).is_open
        await pilot.press("full_stop")
        assert desk_of(pilot).play.session.step == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "step"), [("@ +5m", 5), ("@ 2024-01-01T00:07Z", 7), ("@ 00:03", 3), ("@ end", 59), ("@ +5h", 59)]
)
async def test_words_that_move_time(isocross_home: Path, text: str, step: int) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, text, send=False)
        expected = f"→ {step} steps on" if text != "@ +5h" else f"this runs to its end, {step} steps on"
        assert says_of(pilot).endswith(expected)
        await pilot.press("enter")
        await frames(pilot, 10, 0)
        assert desk_of(pilot).play.session.step == step
        assert not desk_of(pilot).play.running


async def test_moving_to_a_kind_of_event(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso")
        await type_command(pilot, "@ liquidation", send=False)
        assert says_of(pilot).endswith("or the first liquidation")
        await pilot.press("enter")
        await frames(pilot, 20, 0)
        events = desk_of(pilot).play.recorder.events()
        assert "liquidation" in kinds(events)
        assert desk_of(pilot).play.session.step == next(each.step for each in events if each.kind == "liquidation")


@pytest.mark.slow
async def test_it_has_a_row_of_its_own_on_a_narrow_screen(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        await type_command(pilot, "buy 2 ETH 10x", send=False)
        lines = screen_text(pilot).splitlines()
        at = next(place for place, line in enumerate(lines) if line.startswith(" : buy"))
        assert lines[at + 1].strip().startswith("→ buy 2 ETH")


SAYS = [
    ("sell 1 ETH", "sell 1 ETH at"),
    ("end", "ends the session for good"),
    ("note hm", "writes it down"),
    ("mode SOL cross", "trade in cross mode"),
    ("close ETH 50%", "sell 0.5 ETH @ 1,999.8"),
    ("close ETH", "realised −0.4"),
    ("reverse ETH", "reverse: sell"),
    ("protect ETH sl 1900 tp 2200", "stop −10"),
    ("protect ETH trail 2%", "trail"),
    ("flatten", "cancels c2"),
    ("cancel c2", "cancels c2"),
    ("cancel ETH", "cancels c2"),
    ("cancel all", "cancels c2"),
    ("margin ETH +100", "liquidation 1,836.93 → "),
    ("leverage ETH 20x", "ETH leverage is 20x"),
    ("deposit 500", "deposited 500.00"),
    ("cash out 100", "took 100.00 out of the wallet"),
    ("hedge on", "✗"),
    ("buy 1 ETH at 1950 sl 1900 tp 2100", "stop −5"),
    ("buy 1 ETH stop 2100 limit 2110", "trades at 2,110.00 or better once the price rises to 2,100.00"),
    ("sell 1 ETH trail 2% reduce", "which trails 2 % behind, and only reduces"),
    ("buy 0.1 ETH at 1990 post", "fills at 1,990.00 or lower"),
    ("buy 0.1 ETH at 1990 fok", "✗"),
    ("buy 1 ETH 10x sl 1700", "⚠ liquidation"),
]
"""What is said of commands, with a position and an order open."""


@pytest.mark.slow
async def test_it_says_so_of_every_kind_of_command(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 10x iso")
        await type_command(pilot, "sell 0.5 ETH at 2500")
        before = desk_of(pilot).play.session.state_hash()
        await pilot.press("colon")
        for text, says in SAYS:
            line_of(pilot).input.value = text
            await pilot.pause()
            assert says in says_of(pilot), text
        assert desk_of(pilot).play.session.state_hash() == before


HINTS = [
    ("b", "buy"),
    ("buy", "how much"),
    ("buy 1 ", "ETH  SOL"),
    ("buy 1 E", "ETH"),
    ("buy 1 ETH at", "a price"),
    ("buy 1 ETH ", "or a leverage such as 10x   at  stop"),
    ("cancel", "all  ETH  SOL"),
    ("margin ETH", "+100 adds"),
]


async def test_it_says_what_may_come_next(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("colon")
        for text, hint in HINTS:
            line_of(pilot).input.value = text
            await pilot.pause()
            assert hint in says_of(pilot), text
            assert "✗" not in says_of(pilot), text


async def test_tab_completes_words(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("colon", *"pro", "tab")
        assert line_of(pilot).input.value == "protect "
        await pilot.press("e", "tab", *"sl 2%", "enter")
        assert "no open position in ETH" in notice_of(pilot)
        assert line_of(pilot).input.value == "protect ETH sl 2%"
        await type_command(pilot, "c", send=False)
        seen = []
        for _ in range(4):
            await pilot.press("tab")
            seen.append(line_of(pilot).input.value)
        assert seen == ["close", "cancel", "cash", "close"]
        await pilot.press("shift+tab")
        assert line_of(pilot).input.value == "cash"
        assert line_of(pilot).is_open
        await type_command(pilot, "fly", send=False)
        await pilot.press("tab")
        assert line_of(pilot).input.value == "fly"


async def test_a_sign_that_a_key_writes_is_no_mistake_yet(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 0.1 ETH 10x iso")
        await pilot.press("plus")
        await pilot.pause()
        assert "✗" not in screen_text(pilot)
        assert "+100 adds" in screen_text(pilot)


@pytest.mark.parametrize("width", [20, 51, 100])
def test_what_has_no_room_ends_in_an_ellipsis(width: int) -> None:
    content = Content("→ Close 2.4 ETH   to go 2,178.33 → 1,234.56   " * 6)
    short = shortened(content, width, 3)
    rows = str(short).splitlines()
    if width < 100:
        assert len(rows) == 3
        assert all(len(row) <= width for row in rows)
        assert rows[-1].endswith("…")
    assert shortened(Content("short"), width, 3).plain == "short"


LONG = (
    "buy $60000 BTC 20x cross sl 4% tp 5%",
    "reverse BTC",
    "buy $20000 BTC at 99000 20x cross sl 4% tp 5%",
    "buy $20000 BTC stop 102000 limit 102500 20x cross sl 4% tp 5%",
    "buy $20000 BTC trail 2% 20x cross sl 4% tp 5%",
    "close BTC 30%",
    "protect BTC sl 99000 tp 120000",
)
"""Much is to be said of each, with a position, a stop and a target open."""


def bitcoin() -> NewSession:
    """Ten thousand dollars where the prices are long numbers."""
    prices = tuple(Decimal(each) for each in (100_000, 100_500, 100_000, *[100_000] * 57))
    return NewSession(Setup(balance=Decimal(10_000)), inline_tape([InlinePath("BTC", 60, prices)], DEFAULT_START))


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (160, 45)])
async def test_where_it_would_be_liquidated_is_never_cut_off(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, bitcoin(), size) as pilot:
        await type_command(pilot, "buy $20000 BTC 20x cross sl 3% tp 5%")
        play = desk_of(pilot).play
        await pilot.press("colon")
        for text in LONG:
            line_of(pilot).input.value = text
            await pilot.pause()
            (after,) = {each.after for each in play.preview(parse(text)) if each.mode in ("cross", None)}
            assert after is not None
            before = play.view().positions[0]
            if after.liquidation_price is not None and after.liquidation_price != before.liquidation_price:
                assert f"→ {after.liquidation_price:,.2f}" in " ".join(says_of(pilot).split()), text


async def test_it_uses_the_whole_width_of_a_narrow_screen(isocross_home: Path) -> None:
    async with playing(isocross_home, bitcoin(), NARROW) as pilot:
        await type_command(pilot, LONG[0], send=False)
        said = says_of(pilot)
        assert "…" not in said
        assert "free 10,000.00 → " in " ".join(said.split())
        assert max(len(line) for line in screen_text(pilot).splitlines()[-6:]) > 70
