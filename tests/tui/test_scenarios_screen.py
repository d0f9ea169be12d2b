"""The ladder: what is listed, what is said of the chosen row, and what its keys begin."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, Label

from engine.scenarios.attempt import Attempt
from engine.scenarios.shipped import shipped_challenges, shipped_lessons
from saves import Library
from saves.attempts import Outcome, Summary
from tests.scenarios.test_reader import GOOD
from tests.tui.desks import NARROW, WIDE, library_in, playing, saved, screen_text, strips_of
from tests.tui.strip_text import assert_golden
from tui.app import IsocrossApp
from tui.scenarios.found import OWN_FOLDER, find
from tui.screens.replay import ReplayScreen
from tui.screens.scenario_desk import ScenarioDesk
from tui.screens.scenarios import ScenariosScreen
from tui.start import BeginScenario
from tui.widgets.scenario_list import ScenarioList

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
TODAY = "daily-2026-01-01"
RANKED = Outcome(2, 4.25, Summary("▲▲▼✖▲", 1, 0, Decimal("3.1")))


def played(library: Library, scenario: str, outcome: Outcome, day: int = 1, *, ranked: bool = False) -> None:
    """An attempt that is over, and whose session is gone."""
    session = f"{scenario} {day}"
    library.attempts.begin(session, scenario, ranked=ranked, begun=f"2025-12-{day:02}T10:00:00Z")
    library.attempts.finish(session, outcome)


def under_way(library: Library, name: str) -> str:
    """An attempt at a lesson that was left; its session’s id."""
    found = find("lesson", name)
    with library.create(Attempt(found.scenario, found.tape).session, found.title) as recorder:
        library.attempts.begin(recorder.id, found.scenario.id)
        return recorder.id


def some_progress(home: Path) -> None:
    """Three lessons, one of them not done, one under way, a challenge, and the day."""
    with library_in(home) as library:
        played(library, "long-and-short", Outcome(3), 1)
        played(library, "leverage-is-size", Outcome(1), 2)
        played(library, "leverage-is-size", Outcome(2), 3)
        played(library, "initial-and-maintenance", Outcome(1), 4)
        played(library, "survive-luna", Outcome(2, -14.26), 5)
        played(library, TODAY, RANKED, 31, ranked=True)
        under_way(library, "4")


def own_file(home: Path, name: str, text: str) -> None:
    folder = home / OWN_FOLDER
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


async def open_ladder(pilot: Pilot[None], *keys: str) -> ScenariosScreen:
    """From Home to the ladder, and there to a row."""
    await pilot.press("l", *keys)
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, ScenariosScreen)
    return screen


async def settled(pilot: Pilot[None]) -> None:
    """Let prices be made, and what is known of them be said."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def about(screen: ScenariosScreen) -> str:
    """What is said of the chosen row, in one line."""
    return " ".join(str(screen.query_one("#scenarios-about", Label).content).split())


def says(screen: ScenariosScreen) -> str:
    return str(screen.query_one("#scenarios-says", Label).content)


# -- looks


@SIZES
async def test_looks_at_first(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        await open_ladder(pilot)
        assert_golden(f"scenarios-first-{size[0]}x{size[1]}", strips_of(pilot))


@SIZES
async def test_looks_with_progress(isocross_home: Path, size: tuple[int, int]) -> None:
    some_progress(isocross_home)
    async with playing(isocross_home, size=size) as pilot:
        await open_ladder(pilot)
        assert_golden(f"scenarios-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("down")
        await settled(pilot)
        assert_golden(f"scenarios-under-way-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("right", "down", "down")
        await settled(pilot)
        assert_golden(f"scenarios-challenge-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("end")
        await settled(pilot)
        assert_golden(f"scenarios-daily-{size[0]}x{size[1]}", strips_of(pilot))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 20), (100, 30), (200, 60)])
async def test_nothing_is_cut_off_that_matters(isocross_home: Path, size: tuple[int, int]) -> None:
    some_progress(isocross_home)
    async with playing(isocross_home, size=size) as pilot:
        await open_ladder(pilot)
        text = screen_text(pilot)
        assert all(word in text for word in ("★ ★ ★", "of 54", "Enter", "▸ next", "best"))
        assert max(map(len, text.splitlines())) <= size[0]


# -- what is listed


@pytest.mark.slow
async def test_everything_is_listed_and_nothing_is_locked(isocross_home: Path) -> None:
    async with playing(isocross_home, size=(160, 60)) as pilot:
        screen = await open_ladder(pilot)
        text = screen_text(pilot)
        for each in (*shipped_lessons(), *shipped_challenges()):
            assert each.title[:40] in text
        assert "0 of 18 lessons" in text
        await pilot.press("home", *["down"] * 17)
        row = screen.chosen
        assert not isinstance(row, Exception | None)
        assert not row.ready
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ScenarioDesk)
        assert pilot.app.screen.found.scenario.id == shipped_lessons()[17].id


async def test_the_cursor_begins_at_the_next_lesson(isocross_home: Path) -> None:
    some_progress(isocross_home)
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot)
        assert not isinstance(screen.chosen, Exception | None)
        assert screen.chosen.found.scenario.id == "initial-and-maintenance"
        text = screen_text(pilot)
        assert "2 of 18 lessons" in text
        assert "6 ★ of 54" in text
        assert "✓ 2 Leverage is size, not odds" in about(screen)
        assert "★☆☆ 2025-12-04" in about(screen)
        await pilot.press("down")
        await settled(pilot)
        assert "○ 3 Initial and maintenance margin: better first" in about(screen)


async def test_the_arrows_go_from_group_to_group(isocross_home: Path) -> None:
    own_file(isocross_home, "mine.toml", GOOD)
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot)
        seen = []
        for key in ("right", "right", "right", "right", "left"):
            await pilot.press(key)
            await settled(pilot)
            row = screen.chosen
            assert not isinstance(row, Exception | None)
            seen.append(row.found.scenario.id)
        assert seen == ["survive-black-thursday", TODAY, "a-lesson", "long-and-short", "a-lesson"]


@pytest.mark.slow
async def test_where_prices_come_from_is_said(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot, "right", "down", "down")
        assert "reconstruction from 144 historical prices" in about(screen)
        assert "the real path is not known" in about(screen)
        assert "5 days of prices: 4 minutes at ×1,800" in about(screen)
        assert "given book buy $10000 BTC 5x; buy $15000 LUNA 5x" in about(screen)
        await pilot.press(*["down"] * 5)
        await settled(pilot)
        assert "the desk make 5,000.00; it takes the account back for 2,500.00 lost on a day" in about(screen)
        assert "prices made up from a seed: BTC ETH" in about(screen)
        assert "bleed" not in screen_text(pilot).replace("Funding bleeds", "")


# -- what the keys begin


async def test_enter_continues_and_n_begins_anew(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        session = under_way(library, "1")
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot)
        assert "Enter continues your attempt n begins anew" in about(screen)
        assert "under way “Lesson 1: Long, short" in about(screen)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ScenarioDesk)
        assert pilot.app.screen.play.recorder.id == session
        await pilot.press("q", "l", "home", "n")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ScenarioDesk)
        assert pilot.app.screen.play.recorder.id != session
    assert len(saved(isocross_home)) == 2


async def test_the_best_attempt_is_replayed(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        session = under_way(library, "1")
        library.attempts.finish(session, Outcome(3))
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot, "home")
        assert "Enter begins again v views the best attempt" in about(screen)
        await pilot.press("v")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ReplayScreen)
        await pilot.press("q")
        await settled(pilot)
        assert pilot.app.screen is screen
        await pilot.press("down", "v")
        assert says(screen) == "There is no finished attempt at it to view."


async def test_a_session_that_was_deleted_can_not_go_on(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        library.delete(under_way(library, "1"))
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot)
        assert "Enter begins" in about(screen)
        assert "not finished yet" in about(screen)


async def test_the_daily_is_ranked_once_and_its_line_is_copied(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot, "right", "right")
        assert "Enter begins the ranked attempt" in about(screen)
        assert "ranked attempt to be had" in screen_text(pilot)
        await pilot.press("c")
        assert "once the ranked attempt at a daily is over" in says(screen)
        played(pilot.app.library, TODAY, RANKED, ranked=True)  # type: ignore[attr-defined]
        screen.reload()
        await settled(pilot)
        line = "isocross #1 ▲▲▼✖▲ 1 call 0 liq 3.1x ★★☆"
        assert "Enter practises" in about(screen)
        assert line in about(screen)
        await pilot.press("c")
        assert pilot.app.clipboard == line
        assert says(screen) == f"Copied: {line}"


async def test_the_command_line_opens_an_attempt_at_once(isocross_home: Path) -> None:
    async with playing(isocross_home, BeginScenario(find("challenge", "survive-luna"))) as pilot:
        assert isinstance(pilot.app.screen, ScenarioDesk)
        assert pilot.app.screen.found.scenario.id == "survive-luna"
        await pilot.press("q")
        await pilot.pause()
        assert "Survive Luna" in screen_text(pilot)


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        ("lesson 3", "initial-and-maintenance"),
        pytest.param("survive luna", "survive-luna", marks=pytest.mark.slow),
        pytest.param("challenge 8", "prop-desk-one-step", marks=pytest.mark.slow),
        ("daily #1", TODAY),
        pytest.param("scenario: A les", "a-lesson", marks=pytest.mark.slow),
    ],
)
async def test_the_palette_begins_each(isocross_home: Path, words: str, identity: str) -> None:
    own_file(isocross_home, "mine.toml", GOOD)
    async with playing(isocross_home) as pilot:
        await pilot.press("ctrl+p")
        assert isinstance(pilot.app.screen, CommandPalette)
        pilot.app.screen.query_one(Input).value = words
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ScenarioDesk)
        assert pilot.app.screen.found.scenario.id == identity


# -- what is wrong


async def test_a_damaged_file_is_listed_with_line_field_and_what_would_work(isocross_home: Path) -> None:
    own_file(isocross_home, "mine.toml", GOOD.replace("position ETH long", "posision ETH long"))
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot, "end")
        assert "✗   mine.toml line 19, steps[1].goal" in screen_text(pilot)
        said = about(screen)
        assert all(each in said for each in ("line 19", "field steps[1].goal", "“posision” is not", "try position"))
        await pilot.press("enter")
        assert "mine.toml line 19, steps[1].goal" in says(screen)
        assert pilot.app.screen is screen
        assert saved(isocross_home) == []


async def test_prices_that_are_not_there_are_told_before_it_begins(isocross_home: Path) -> None:
    before, _, after = GOOD.partition("[tape]")
    tape = '[tape]\nkind = "files"\nfiles = { ETH = "eth.csv" }\n'
    own_file(isocross_home, "mine.toml", before + tape + after[after.index("[[steps]]") :])
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot, "end")
        assert "eth.csv: there is no such file" in about(screen)
        await pilot.press("enter")
        assert "eth.csv: there is no such file" in says(screen)
        assert pilot.app.screen is screen


async def test_a_title_is_no_markup(isocross_home: Path) -> None:
    own_file(isocross_home, "mine.toml", GOOD.replace('title = "A lesson"', 'title = "[red]A[/] lesson [b]"'))
    own_file(isocross_home, "[red]b.toml", "id = 5")
    async with playing(isocross_home) as pilot:
        await open_ladder(pilot, "end", "up")
        assert screen_text(pilot).count("[red]A[/] lesson [b]") == 2
        assert "[red]b.toml line 1, id" in screen_text(pilot)


async def test_a_library_that_cannot_be_read_hides_only_what_was_played(isocross_home: Path) -> None:
    (isocross_home / "library.db").write_bytes(b"this is no library" * 100)
    with Library.attempt(isocross_home) as library:
        app = IsocrossApp(library, clock=lambda: 0.0, ticking=False)
        async with app.run_test(size=WIDE) as pilot:
            screen = await open_ladder(pilot)
            assert "✗ " in says(screen)
            assert "Long, short, and what you made" in screen_text(pilot)
            await pilot.press("enter")
            await settled(pilot)
            assert isinstance(app.screen, ScenarioDesk)


async def test_the_list_says_when_there_are_none_of_ones_own(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        screen = await open_ladder(pilot)
        assert "none yet: TOML files in the folder “scenarios” beside your saves" in screen_text(pilot)
        assert screen.query_one(ScenarioList).highlighted is not None
