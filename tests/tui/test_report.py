"""The report on the screen: figures of the engine, curves, trades, two sessions side by side, a page that is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Label, OptionList

from engine.commands.grammar import parse
from engine.record import Given, Record
from engine.report import Report, report_of
from engine.session import Session
from engine.setup import Setup
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    home_of,
    library_in,
    new_session,
    notice_of,
    playing,
    screen_text,
    strips_of,
    type_command,
)
from tests.tui.strip_text import assert_golden
from tui.dialogs.name import NameDialog
from tui.dialogs.result import ResultDialog
from tui.screens import report as report_module
from tui.screens.desk import DeskScreen
from tui.screens.home import HomeScreen
from tui.screens.report import NO_TRADE, ReportScreen, records_of
from tui.widgets.figures import money, signed

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
TRADES = ("buy 2.4 ETH 10x iso", "sell 3 SOL 5x iso sl 2%")


async def report_at(pilot: Any, *trades: str, step: int = 20) -> ReportScreen:
    """Trade, let time pass, and open the report, until it is there."""
    desk = desk_of(pilot)
    for text in trades:
        assert desk.give(text)
    desk.play.recorder.advance(step, frozenset())
    await pilot.press("h")
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, ReportScreen)
    return screen


async def settled(pilot: Any) -> None:
    """Let the worker end, and what it said arrive."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def said(screen: ReportScreen, name: str) -> str:
    return str(screen.query_one(f"#report-{name}", Label).content)


def shown(screen: ReportScreen) -> Report:
    assert screen.report is not None
    return screen.report


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await report_at(pilot, *TRADES)
        assert_golden(f"report-{size[0]}x{size[1]}", strips_of(pilot))


async def test_looks_of_the_other_panels_where_there_is_room_for_one(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        await report_at(pilot, *TRADES)
        for pane in ("curves", "trades"):
            await pilot.press("tab")
            await pilot.pause()
            assert_golden(f"report-{pane}-80x24", strips_of(pilot))


def fallen(mode: str, order: str = "buy 2.4 ETH 10x") -> Record:
    """A long on the fall, in one margin mode."""
    return Record(Setup(mode=mode), falling_tape(), (Given(0, parse(order), 1),), 20)  # type: ignore[arg-type]


@SIZES
async def test_two_sessions_side_by_side(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        screen = ReportScreen([("As it was", fallen("isolated")), ("In cross", fallen("cross"))])
        pilot.app.push_screen(screen)
        await settled(pilot)
        await pilot.pause()
        assert_golden(f"report-beside-{size[0]}x{size[1]}", strips_of(pilot))
        text = said(screen, "table")
        for report in screen.reports:
            assert money(report.equity) in text
            assert signed(report.net) in text
        before = said(screen, "title")
        await pilot.press("o")
        assert (screen.chosen, said(screen, "title")) == (1, "Report: In cross (2 of 2)") != before


async def test_its_figures_are_the_engines(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await report_at(pilot, *TRADES)
        play, text = desk_of(pilot).play, said(screen, "table")
        view = play.view()
        report = shown(screen)
        assert report.hash == play.session.state_hash()
        assert report.net == view.equity - view.deposits
        for figure in (signed(report.net), money(view.equity), signed(report.split.price), f"{view.liquidations}"):
            assert figure in text
        assert screen.query_one(OptionList).option_count == len(report.trades) == 2


async def test_nothing_later_than_what_is_shown_counts(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await report_at(pilot, "buy 2.4 ETH 10x iso", step=5)
        assert shown(screen).until == 5
        assert shown(screen).liquidations == 0


async def test_a_session_without_a_command_or_a_trade(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("h")
        assert isinstance(pilot.app.screen, DeskScreen)
        assert "no command" in notice_of(pilot).lower()
        screen = await report_at(pilot, "note waiting")
        assert NO_TRADE in said(screen, "heading")
        assert "–" in said(screen, "table")


@pytest.mark.slow
async def test_leaving_stops_the_work(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def endless(record: Record, tell: Any, stopped: Any) -> Report:
        while not stopped():
            pass
        asked.append(True)
        return report_of(record, tell, stopped)

    monkeypatch.setattr(report_module, "report_of", endless)
    async with playing(isocross_home, new_session()) as pilot:
        assert desk_of(pilot).give("buy 1 ETH 5x")
        await pilot.press("h")
        screen = pilot.app.screen
        assert isinstance(screen, ReportScreen)
        assert screen.running
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        while not asked:
            await pilot.pause()


async def test_a_fault_is_told(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> Report:
        raise ZeroDivisionError

    monkeypatch.setattr(report_module, "report_of", wrong)
    async with playing(isocross_home, new_session()) as pilot:
        assert desk_of(pilot).give("buy 1 ETH 5x")
        await pilot.press("h")
        await settled(pilot)
        assert "ZeroDivisionError" in said(pilot.app.screen, "title")  # type: ignore[arg-type]


@pytest.mark.slow
async def test_it_is_saved_as_a_page(isocross_home: Path, tmp_path: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await report_at(pilot, *TRADES)
        file = tmp_path / "page.html"
        for _ in range(2):  # the second time it is there already
            await pilot.press("s")
            dialog = pilot.app.screen
            assert isinstance(dialog, NameDialog)
            dialog.query_one(Input).value = str(file)
            await pilot.press("enter")
            await pilot.pause()
        assert "not overwritten" in screen_text(pilot)
        assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


async def test_home_reports_on_a_saved_session_and_its_parent(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        for name, order in (("Parent", "buy 1 ETH 5x iso"), ("Child", "buy 1 ETH 5x cross")):
            with library.create(Session(Setup(), falling_tape()), name) as recorder:
                recorder.do(parse(order))
                recorder.advance(20)
                assert recorder.save()
        child, parent = library.find("Child"), library.find("Parent")
        assert [name for name, _ in records_of(library, child)] == ["Child"]
        forked = replace(child, parent=parent.id)
        (_, own), (name, record) = records_of(library, forked)
        assert (name, record.until, own.commands) == ("Parent", 20, library.record(child.id).commands)
    async with playing(isocross_home, size=NARROW) as pilot:
        chosen = home_of(pilot).chosen
        await pilot.press("h")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ReportScreen)
        assert chosen is not None
        assert said(screen, "title") == f"Report: {chosen.name}"


async def test_home_without_a_session_has_nothing_to_report_on(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pilot.press("h")
        assert isinstance(pilot.app.screen, HomeScreen)
        assert "no session" in screen_text(pilot)


async def test_the_end_of_a_session_offers_it(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        assert desk_of(pilot).give("buy 1 ETH 5x")
        await type_command(pilot, "end")
        assert isinstance(pilot.app.screen, ResultDialog)
        await pilot.press("h")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ReportScreen)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ResultDialog)


async def test_no_figure_is_broken_where_a_column_scrolls(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), (120, 30)) as pilot:
        screen = await report_at(pilot, *TRADES)
        rows = [row for row in screen_text(pilot).splitlines() if "equity at the end" in row]
        assert money(shown(screen).equity) in rows[0]
