"""Help: the page of what has the focus first, with the player's own keys."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.widgets import Label

from tests.tui.desks import NARROW, WIDE, desk_of, new_session, playing, strips_of
from tests.tui.strip_text import assert_golden
from tui.keys.map import places
from tui.settings import DEFAULTS
from tui.settings.writing import write_settings
from tui.words.help_pages import PAGES, WORDS, page_of


def told(pilot: object) -> str:
    """All of the help's text."""
    return str(pilot.app.screen.query_one("#help-text", Label).content)  # type: ignore[attr-defined]


def test_pages_name_only_words_and_places_that_there_are() -> None:
    names = {place.name for place in places()}
    for page in PAGES:
        assert set(page.words) <= WORDS.keys(), page.title
        assert set(page.places) - {"chart", "pools", "events", "watch", "ladder"} <= names, page.title


async def test_every_panel_of_the_desk_has_a_page_of_its_own(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        for widget in desk_of(pilot).query("*"):
            if widget.focusable or widget.id == "desk-ticket":
                page = page_of([widget])
                assert page is not None, widget
                assert page is not PAGES[0], widget


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ("question_mark", "The desk"),
        ("tab tab question_mark", "Pools"),
        ("tab tab tab question_mark", "Positions and orders"),
        ("shift+tab question_mark", "Events"),
        ("k question_mark", "The chart"),
        ("b question_mark", "The ticket"),
        ("q question_mark", "Home"),
        ("q n question_mark", "A new session"),
        ("q s question_mark", "Settings and keys"),
    ],
)
async def test_help_opens_where_one_is(isocross_home: Path, keys: str, title: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        for key in keys.split():
            await pilot.press(key)
        assert pilot.app.screen.query_one("#help-box").border_title == f"Help: {title}"
        text = told(pilot)
        assert text.startswith(title)
        assert all(page.text in text for page in PAGES)
        assert "Commands, at the : line and in scripts" in text


async def test_every_key_is_in_the_help(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("question_mark")
        text = told(pilot)
        for place in places():
            for binding in place.bindings:
                if place.name != "help" and not (binding.id or "").startswith("desk.market_"):
                    assert binding.description in text, binding.id


async def test_the_players_own_keys_are_shown(isocross_home: Path) -> None:
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, keys={"desk.buy": "f7", "pools.open": "f8"}))
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("question_mark")
        text = told(pilot)
        assert "F7              buy: opens the ticket" in text
        assert "F8              open the figure into its terms" in text


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await pilot.press("q", "question_mark")
        assert_golden(f"help-{size[0]}x{size[1]}", strips_of(pilot))
