"""The first screen, the New screen, and names that would like to be commands."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from engine.session import Session
from saves import Library
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    home_of,
    library_in,
    new_session,
    playing,
    saved,
    screen_text,
    strips_of,
    type_command,
)
from tests.tui.strip_text import assert_golden
from tui.app import IsocrossApp
from tui.dialogs.name import NameDialog
from tui.screens.desk import DeskScreen
from tui.screens.home import HomeScreen
from tui.screens.new import NewScreen
from tui.start import quick_setup
from tui.themes import DARK, LIGHT
from tui.widgets.form_row import FormRow

CSV = "timestamp,open,high,low,close,volume\n" + "".join(
    f"{1_704_067_200_000 + 60_000 * minute},100,101,99,100.5,10\n" for minute in range(120)
)


async def test_the_heading_stands_over_its_columns_after_the_first_session(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        assert "No sessions yet" in screen_text(pilot)
        with library_in(isocross_home) as library:
            new = new_session("First")
            library.create(Session(new.setup, new.tape), new.name).close()
        await pilot.press("f2", "escape")
        await pilot.pause()
        rows = screen_text(pilot).splitlines()
        place = next(place for place, each in enumerate(rows) if " First " in each)
        assert rows[place - 1].index("equity") + len("equity") == rows[place].index("1,000") + len("1,000.00")


async def keep(home: Path, *names: str) -> None:
    """Save a session under each name."""
    for name in names:
        async with playing(home, new_session(name)):
            pass


def fill(pilot: Any, **values: str) -> None:
    """Write into the New screen's fields."""
    for field, value in values.items():
        pilot.app.screen.query_one(f"#row-{field}", FormRow).control.value = value


async def begin(pilot: Any) -> None:
    """Press Enter and wait for the prices."""
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, size=size) as pilot:
        assert "This is a simulator. No real money" in screen_text(pilot)
        assert "advice" in screen_text(pilot)
        assert_golden(f"home-empty-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("n")
        assert_golden(f"new-{size[0]}x{size[1]}", strips_of(pilot))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks_with_saves(isocross_home: Path, size: tuple[int, int]) -> None:
    await keep(isocross_home, "First try", "A name that is far too long to be shown in a list of eighty columns")
    with sqlite3.connect(isocross_home / "library.db") as db:
        db.execute("UPDATE sessions SET played = '2026-01-01T11:00:00Z' WHERE name LIKE 'First%'")
    async with playing(isocross_home, size=size) as pilot:
        assert_golden(f"home-{size[0]}x{size[1]}", strips_of(pilot))


async def test_one_key_begins_a_good_game(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        session = desk_of(pilot).play.session
        assert session.setup == quick_setup()
        assert session.tape.origin.description.startswith("synthetic crash")


async def test_continue_needs_a_session(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("enter")
        assert "no session to continue" in screen_text(pilot)


@pytest.mark.slow
async def test_a_session_can_be_renamed(isocross_home: Path) -> None:
    await keep(isocross_home, "First try", "Second try")
    async with playing(isocross_home) as pilot:
        await pilot.press("r")
        dialog = pilot.app.screen
        assert isinstance(dialog, NameDialog)
        field = dialog.query_one("Input")
        field.value = ""  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert "at least one character" in screen_text(pilot)
        field.value = "Third \x1b[bold]try[/bold]"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert "Third [bold]try[/bold]" in screen_text(pilot)


@pytest.mark.slow
async def test_a_taken_name_is_refused(isocross_home: Path) -> None:
    await keep(isocross_home, "First try", "Second try")
    async with playing(isocross_home) as pilot:
        other = next(each.name for each in saved(isocross_home) if each.id != home_of(pilot).chosen.id)
        await pilot.press("r")
        pilot.app.screen.query_one("Input").value = other  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert "already" in screen_text(pilot)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_deleting_asks_first(isocross_home: Path) -> None:
    await keep(isocross_home, "First try")
    async with playing(isocross_home) as pilot:
        await pilot.press("d", "n")
        assert len(saved(isocross_home)) == 1
        await pilot.press("d", "y")
        await pilot.pause()
        assert saved(isocross_home) == []
        assert "No sessions yet" in screen_text(pilot)


@pytest.mark.slow
async def test_a_session_in_use_is_refused(isocross_home: Path) -> None:
    await keep(isocross_home, "First try")
    with library_in(isocross_home) as other, other.resume(saved(isocross_home)[0].id):
        async with playing(isocross_home) as pilot:
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(pilot.app.screen, HomeScreen)
            assert "✗" in screen_text(pilot)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["\x1b]0;owned\x07", "\x1b[2J\x1b[31mred", "a\rb\nc", "\u202etxet", "[@click=app.exit]x[/]", "\x9b31m"]
)
async def test_hostile_names_stay_letters(isocross_home: Path, name: str) -> None:
    await keep(isocross_home, "First try")
    with sqlite3.connect(isocross_home / "library.db") as db:
        db.execute("UPDATE sessions SET name = ?", (name,))
    async with playing(isocross_home) as pilot:
        assert all(letter.isprintable() for letter in screen_text(pilot).replace("\n", ""))
        await pilot.press("r")
        assert all(letter.isprintable() for letter in screen_text(pilot).replace("\n", ""))
        await pilot.press("escape", "d")
        assert all(letter.isprintable() for letter in screen_text(pilot).replace("\n", ""))
        await pilot.press("n", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        assert all(letter.isprintable() for letter in screen_text(pilot).replace("\n", ""))


async def test_a_new_synthetic_session(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        fill(pilot, regime="calm", seed="11", markets="sol", days="0.1", step="1 min", mode="cross", balance="$2,500")
        fill(pilot, fees="off", overrides="set maintenance 0.5%", name="Quiet [sea]")
        await begin(pilot)
        setup = desk_of(pilot).play.session.setup
        assert (setup.mode, setup.fees, str(setup.balance)) == ("cross", False, "2500")
        assert setup.overrides == (("maintenance", "0.5%"),)
        assert list(desk_of(pilot).tape.by_symbol) == ["SOL"]
        assert saved(isocross_home)[0].name == "Quiet [sea]"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("seed", "minus one", "a whole number from 0"),
        ("markets", "DOGE", "at most once would work"),
        ("days", "NaN", "a number of days would work"),
        ("days", "0", "days"),
        ("days", "4000", "would work|at most|too many"),
        ("balance", "lots", "an amount would work"),
        ("balance", "-5", "would work"),
        ("overrides", "gravity off", "gravity"),
    ],
)
async def test_a_wrong_field_is_told_in_its_place(isocross_home: Path, field: str, value: str, why: str) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        fill(pilot, **{field: value})
        await begin(pilot)
        assert isinstance(pilot.app.screen, NewScreen)
        row = pilot.app.screen.query_one(f"#row-{field}", FormRow)
        assert row.has_class("-wrong")
        assert row.control.has_focus
        said = str(row.query_one(".form-wrong").content)  # type: ignore[attr-defined]
        assert any(part in said for part in why.split("|"))
        assert saved(isocross_home) == []


@pytest.mark.slow
async def test_a_large_session_is_opened_beside_the_screen(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.LARGE", 10)
    async with playing(isocross_home, new_session("Large")) as pilot:
        for _ in range(2):
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert isinstance(pilot.app.screen, DeskScreen)
            await pilot.press("q")
            await pilot.pause()
            await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert desk_of(pilot).play.recorder.name == "Large"


@pytest.mark.slow
async def test_a_name_that_is_refused_is_told_at_home(isocross_home: Path) -> None:
    await keep(isocross_home, "First try")
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        fill(pilot, days="0.1", name="First try")
        await begin(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert "already" in screen_text(pilot)


@pytest.mark.slow
async def test_price_files_are_read_and_told(isocross_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "eth prices.csv"
    file.write_text(CSV, encoding="utf-8")
    async with playing(isocross_home) as pilot:
        await pilot.press("n", "right")
        fill(pilot, files=f'"{file}"')
        await pilot.press("ctrl+r")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "120 bars of 1 min" in screen_text(pilot)
        await begin(pilot)
        assert isinstance(pilot.app.screen, DeskScreen)
        assert desk_of(pilot).tape.origin.kind == "real bars"
        assert str(tmp_path) not in screen_text(pilot)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ("", "name one or more"),
        ('"open', "a quotation mark is open"),
        ("nowhere.csv", "no such file"),
        ("\x1b[2J", "no such file"),
        (".", "folder"),
    ],
)
async def test_files_that_cannot_be_read_are_refused(isocross_home: Path, files: str, why: str) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("n", "right")
        fill(pilot, files=files)
        await begin(pilot)
        assert isinstance(pilot.app.screen, NewScreen)
        assert why in screen_text(pilot)
        assert "\x1b" not in screen_text(pilot)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, HomeScreen)


@pytest.mark.slow
async def test_a_reader_that_fails_does_not_stop_the_program(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr("tui.screens.new.make_tape", broken)
    async with playing(isocross_home) as pilot:
        await pilot.press("n")
        await begin(pilot)
        assert isinstance(pilot.app.screen, NewScreen)
        assert "failed inside (RuntimeError)" in screen_text(pilot)
    assert "a wheel came off" in (isocross_home / "logs" / "faults.log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_without_a_folder_the_game_is_played_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    file = tmp_path / "a file"
    file.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("ISOCROSS_HOME", str(file / "home"))
    with Library.attempt(now=lambda: 0) as library:
        app = IsocrossApp(library, clock=lambda: 0.0, ticking=False)
        async with app.run_test(size=size) as pilot:
            assert "✗ not saved: the library of saves" in screen_text(pilot)
            # The path of the folder, which may be long, is said in full: where there is little room, the keys remain.
            if size == WIDE:
                assert "You can play all the same" in " ".join(screen_text(pilot).split())
                assert "p plays at once" in screen_text(pilot)
            assert "p play now" in screen_text(pilot)
            await pilot.press("p")
            await pilot.pause()
            assert "NOT SAVED" in screen_text(pilot)
            await type_command(pilot, "buy $1000 ETH 5x")
            await pilot.press("full_stop")
            view = desk_of(pilot).play.view()
            assert (len(view.positions), view.step) == (1, 1)
            await pilot.press("q")
            await pilot.pause()
            assert isinstance(app.screen, HomeScreen)
            assert "Not everything was saved: a part of the path is a file" in screen_text(pilot)
    assert app.unsaved


async def test_a_session_without_its_tape_is_refused(isocross_home: Path) -> None:
    await keep(isocross_home, "First try")
    with sqlite3.connect(isocross_home / "library.db") as db:
        db.execute("DELETE FROM tape_chunks")
        db.execute("UPDATE tapes SET complete = 0")
    async with playing(isocross_home) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert "tape of this session is missing" in screen_text(pilot)


async def test_a_damaged_event_does_not_keep_one_from_playing(isocross_home: Path) -> None:
    await keep(isocross_home, "First try")
    with sqlite3.connect(isocross_home / "library.db") as db:
        db.execute("UPDATE events SET figures = '{'")
    async with playing(isocross_home) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        assert "Earlier events can’t be shown" in screen_text(pilot)
        await pilot.press("full_stop")
        assert desk_of(pilot).play.session.step == 1


async def test_a_key_changes_the_colours(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("t")
        await pilot.pause()
        assert pilot.app.theme == LIGHT.name
        status = desk_of(pilot).query_one("#desk-status")
        style = status.render_line(0)._segments[0].style
        assert style is not None
        assert style.bgcolor is not None
        assert style.bgcolor.name == LIGHT.background
        await pilot.press("q")
        await pilot.pause()
        await pilot.press("t")
        await pilot.pause()
        assert pilot.app.theme == DARK.name


@pytest.mark.slow
async def test_the_session_played_last_is_chosen(isocross_home: Path) -> None:
    await keep(isocross_home, "One", "Two")
    async with playing(isocross_home) as pilot:
        await pilot.press("down")
        assert home_of(pilot).chosen is not None
        await pilot.press("p")
        for _ in range(3):
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
        new = desk_of(pilot).play.recorder.id
        await pilot.press("q")
        await pilot.pause()
        assert home_of(pilot).chosen.id == new  # type: ignore[union-attr]
