"""The New screen: price files by name, times, what is said about them, and where the eye is led."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Label

from engine.rulebooks import VENUES, rulebook_of
from tests.tui.desks import NARROW, desk_of, playing, screen_text
from tui.forms.new_session import Wanted, wanted
from tui.prices.making import PriceFiles
from tui.screens.desk import DeskScreen
from tui.screens.help import HelpScreen
from tui.screens.new import NewScreen
from tui.widgets.choice import Choice
from tui.widgets.form_row import FormRow

RULES = {"venue": "hyperliquid", "mode": "isolated", "balance": "10000", "overrides": "", "name": ""}
FIELDS = {"source": "files", "files": "btc.csv", "since": "", "until": "", **RULES}
FIELDS |= dict.fromkeys(("slippage", "fees", "funding"), "on")
START = 1_704_067_200_000
"""2024-01-01T00:00Z."""


def prices(file: Path, step: int = 60, bars: int = 120, without: range = range(0)) -> Path:
    """A file of bars of `step` seconds."""
    rows = [f"{START + 1000 * step * bar},100,101,99,100.5,10" for bar in range(bars) if bar not in without]
    file.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]), encoding="utf-8")
    return file


def row_of(pilot: Any, field: str) -> FormRow:
    """A row of the form."""
    return pilot.app.screen.query_one(f"#row-{field}", FormRow)  # type: ignore[no-any-return]


async def ask(pilot: Any, key: str, **values: str) -> None:
    """Write into the fields, press a key, and wait for the prices."""
    for field, value in values.items():
        row_of(pilot, field).control.value = value  # type: ignore[attr-defined]
    await pilot.pause()
    await pilot.press(key)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("BTC=a/b.csv ETH=c.csv", (("BTC", "a/b.csv"), ("ETH", "c.csv"))),
        ("btc=a.csv,eth=b.csv", (("BTC", "a.csv"), ("ETH", "b.csv"))),
        (' a.csv ,  "two words.csv" ', ((None, "a.csv"), (None, "two words.csv"))),
        ('BTC="two, words.csv"', (("BTC", "two, words.csv"),)),
        ("./a=b.csv", ((None, "./a=b.csv"),)),
        (r"C:\prices\btc.csv #1.csv", ((None, r"C:\prices\btc.csv"), (None, "#1.csv"))),
    ],
)
def test_how_files_are_named(text: str, files: tuple[tuple[str | None, str], ...]) -> None:
    asked = wanted({**FIELDS, "files": text})
    assert isinstance(asked, Wanted)
    assert asked.prices == PriceFiles(files)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("files", "BTC=", "BTC= names no file"),
        ("files", ", ,", "name one or more"),
        ("files", "a.csv " * 1000, "at most"),
        ("since", "yesterday", "2024-08-04 or 2024-08-04T12:00Z would work"),
        ("until", "2023-01-01", "end before they start"),
        ("overrides", "maintenance lots", "; maintenance 0.5% would work"),
        ("overrides", "gravity off", "maintenance …, "),
    ],
)
def test_a_wrong_field_is_told_in_the_forms_own_words(field: str, value: str, why: str) -> None:
    asked = wanted({**FIELDS, "since": "2024-01-01", field: value})
    assert isinstance(asked, dict)
    assert list(asked) == [field]
    assert why in asked[field]
    assert "set maintenance" not in asked[field]


@pytest.mark.slow
async def test_a_session_of_named_files_and_a_part_of_their_time(isocross_home: Path, tmp_path: Path) -> None:
    one, two = prices(tmp_path / "one.csv"), prices(tmp_path / "two.csv", without=range(60, 70))
    async with playing(isocross_home) as pilot:
        await pilot.press("n", "right")
        times = {"since": "2024-01-01T00:30Z", "until": "2024-01-01T01:30"}
        await ask(pilot, "ctrl+r", files=f"AAA={one}, BBB={two}", **times)
        said = " ".join(screen_text(pilot).split())
        for words in ("AAA (from what was asked for), 90 bars of 1 min", "holes: 1, the longest 10 min"):
            assert words in said
        assert "tape: AAA BBB, 60 bars of 1 min, 2024-01-01T00:30Z to 2024-01-01T01:30Z" in said
        assert "BBB does not trade in 10 bars of 60" in said
        await ask(pilot, "enter")
        assert isinstance(pilot.app.screen, DeskScreen)
        assert list(desk_of(pilot).tape.by_symbol) == ["AAA", "BBB"]


@pytest.mark.slow
async def test_long_bars_are_warned_of_once(isocross_home: Path, tmp_path: Path) -> None:
    file = prices(tmp_path / "hours.csv", 3600)
    async with playing(isocross_home) as pilot:
        await pilot.press("n", "right")
        await ask(pilot, "ctrl+r", files=f"ETH={file}")
        assert " ".join(screen_text(pilot).split()).count("a crash looks painless") == 1


@pytest.mark.slow
async def test_an_error_takes_the_summary_away_and_the_focus_to_its_field(isocross_home: Path, tmp_path: Path) -> None:
    file = prices(tmp_path / "eth.csv")
    async with playing(isocross_home) as pilot:
        await pilot.press("n", "right")
        await ask(pilot, "ctrl+r", files=f"ETH={file}")
        assert "120 bars" in screen_text(pilot)
        row_of(pilot, "name").control.focus()
        await ask(pilot, "enter", files=f"ETH={file}x")
        assert "120 bars" not in screen_text(pilot)
        assert "no such file" in screen_text(pilot)
        assert row_of(pilot, "files").control.has_focus
        await ask(pilot, "enter", since="soon")
        assert row_of(pilot, "since").control.has_focus


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, (160, 45)], ids=["80x24", "160x45"])
async def test_the_field_with_the_focus_is_seen(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await pilot.press("n", "right", "down")
        lines = screen_text(pilot).splitlines()
        assert [line.split()[:2] for line in lines if "▸" in line] == [["▸", "files"]]
        assert row_of(pilot, "files").control.size.width >= size[0] - 20
        style = row_of(pilot, "files").control.styles.background
        assert style != row_of(pilot, "since").control.styles.background


@pytest.mark.slow
async def test_a_question_mark_helps_but_is_a_letter_in_names(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        for field in ("source", "seed", "balance"):
            row_of(pilot, field).control.focus()
            await pilot.pause()
            await pilot.press("question_mark")
            await pilot.pause()
            assert isinstance(pilot.app.screen, HelpScreen)
            assert "begin" in screen_text(pilot)
            await pilot.press("escape")
            await pilot.pause()
        row_of(pilot, "name").control.focus()
        await pilot.pause()
        await pilot.press("question_mark")
        assert row_of(pilot, "name").value == "?"
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)


@pytest.mark.slow
async def test_only_the_modes_that_a_venue_has_are_offered(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        venue, mode = row_of(pilot, "venue").query_one(Choice), row_of(pilot, "mode").query_one(Choice)
        assert (mode.value, set(mode.options)) == ("isolated", {"isolated", "cross"})
        for name, modes in (("aave_v3", ("cross",)), ("gmx_v1", ("isolated",)), ("aevo", ("cross",))):
            venue.action_change(venue.options.index(name) - venue.options.index(venue.value))
            await pilot.pause()
            assert (mode.options, mode.value) == (modes, modes[0])
        assert "other accounts: portfolio (margin portfolio)" in screen_text(pilot)
        venue.action_change(-venue.options.index("aevo"))
        await pilot.pause()
        assert mode.value == "isolated"  # as it was before a venue took the choice away
        venue.action_change(venue.options.index("aave_v3"))
        await ask(pilot, "enter", markets="ETH", days="0.01")
        assert isinstance(pilot.app.screen, DeskScreen)
        assert desk_of(pilot).play.session.setup.mode == "cross"


async def test_a_paste_into_a_field_begins_nothing(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        row_of(pilot, "name").control.focus()
        row_of(pilot, "name").control.post_message(events.Paste("Re\x1b[31md\nsea\n\n"))
        await pilot.pause()
        assert isinstance(pilot.app.screen, NewScreen)
        assert row_of(pilot, "name").value == "Re[31md"


@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
async def test_every_venues_own_example_of_changed_rules_would_work(isocross_home: Path, venue: str) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        choice = row_of(pilot, "venue").query_one(Choice)
        choice.action_change(choice.options.index(venue))
        await pilot.pause()
        said = str(pilot.app.screen.query_one("#new-example", Label).content)
        example = said.partition("such as")[2]
        asked = wanted({**FIELDS, "venue": venue, "overrides": example})
        assert isinstance(asked, Wanted)
        assert len(asked.setup.overrides) == len(rulebook_of(venue).card.example)
        assert asked.setup.mode in rulebook_of(venue).modes
