"""A venue's card: all of it can be read at both sizes, and every venue has one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.containers import VerticalScroll

from engine.rulebooks import VENUES, rulebook_of
from tests.tui.desks import NARROW, WIDE, playing, screen_text, strips_of
from tests.tui.strip_text import assert_golden
from tui.screens.venue_card import VenueCardScreen, card_content
from tui.widgets.choice import Choice
from tui.words.card import parts_of

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await pilot.app.push_screen(VenueCardScreen("binance", {"binance": (("maintenance", "2%"),)}))
        await pilot.pause()
        assert_golden(f"venue-card-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("end")
        await pilot.pause()
        assert "facts as of" in screen_text(pilot)


@pytest.mark.parametrize("width", [40, 76, 109, 110, 156])
@pytest.mark.parametrize("venue", VENUES)
def test_every_card_fits_and_says_everything(venue: str, width: int) -> None:
    rulebook = rulebook_of(venue)
    content = card_content(rulebook, ["maintenance 2%"], width)
    assert all(line.cell_length <= width for line in content.split("\n"))
    told = set(content.plain.split())
    for title, sentences in parts_of(rulebook, ["maintenance 2%"]):
        assert set(title.split()) <= told
        for sentence in sentences:
            assert all(len(word) > width // 3 or word in told for word in sentence.split()), sentence


async def test_the_cards_of_all_venues_follow_each_other(isocross_home: Path) -> None:
    async with playing(isocross_home, size=NARROW) as pilot:
        await pilot.app.push_screen(VenueCardScreen("hyperliquid"))
        seen = []
        for _ in VENUES:
            await pilot.press("end", "right")
            await pilot.pause()
            assert pilot.app.screen.query_one(VerticalScroll).scroll_y == 0
            seen.append(screen_text(pilot).split()[0])
        assert seen == [*list(VENUES)[1:], "hyperliquid"]


async def test_the_new_form_shows_the_chosen_venues_card_as_it_changes_it(isocross_home: Path) -> None:
    async with playing(isocross_home, size=WIDE) as pilot:
        await pilot.press("n")
        choice = pilot.app.screen.query_one("#row-venue").query_one(Choice)
        choice.action_change(choice.options.index("gmx_v1"))
        pilot.app.screen.query_one("#row-overrides").control.value = "fee 0.2%"  # type: ignore[attr-defined]
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert isinstance(pilot.app.screen, VenueCardScreen)
        assert screen_text(pilot).split()[0] == "gmx_v1"
        await pilot.press("escape")
        await pilot.pause()
        assert "gmx_v1" in screen_text(pilot)
