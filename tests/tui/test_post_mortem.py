"""The post-mortem at the desk: the engine's figures on the screen, and runs that come while one looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Label, OptionList
from textual.worker import WorkerCancelled

from engine.post_mortem import Played, play, post_mortem
from engine.post_mortem.changes import changes_of
from engine.post_mortem.reruns import Rerun, reruns
from tests.tui.desks import NARROW, WIDE, desk_of, new_session, notice_of, playing, screen_text, strips_of
from tests.tui.strip_text import assert_golden
from tui.dialogs.explain import ExplainDialog
from tui.dialogs.liquidation import LiquidationDialog
from tui.dialogs.rerun import RerunDialog
from tui.playing.session_record import record_of
from tui.screens import post_mortem_playing as playing_module
from tui.screens.desk import DeskScreen
from tui.screens.post_mortem import ALL_PLAYED, NOTHING, PostMortemScreen
from tui.widgets.figures import money, signed
from tui.words.post_mortem import duration, part_rows

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
TRADES = ("buy 2.4 ETH 10x iso", "sell $200 SOL 5x iso")


async def looked_at(pilot: Any, *trades: str, step: int = 20) -> PostMortemScreen:
    """Trade, let time pass, and look, until everything is played."""
    desk = desk_of(pilot)
    for text in trades:
        assert desk.give(text)
    desk.play.recorder.advance(step, frozenset())
    await pilot.press("y")
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, PostMortemScreen)
    return screen


async def settled(pilot: Any) -> None:
    """Let the worker end, and what it said arrive."""
    with suppress(WorkerCancelled):
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


def said(screen: PostMortemScreen, name: str) -> str:
    return str(screen.query_one(f"#mortem-{name}", Label).content)


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await looked_at(pilot, *TRADES)
        assert_golden(f"post-mortem-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("tab")
        await pilot.pause()
        assert_golden(f"post-mortem-terms-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("tab")
        await pilot.pause()
        assert_golden(f"post-mortem-parts-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("tab", "right")
        await settled(pilot)
        assert_golden(f"post-mortem-stands-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert_golden(f"rerun-{size[0]}x{size[1]}", strips_of(pilot))


async def test_the_figures_are_the_engines(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await looked_at(pilot, *TRADES)
        played = play(record_of(desk_of(pilot).play))
        found = post_mortem(played, played.liquidations[0])
        assert found is not None
        assert screen.story is not None
        assert screen.story.found == found
        assert screen.story.done == list(reruns(played, changes_of(played, found)))
        text = screen_text(pilot)
        for row in part_rows(found):
            assert (money(row.amount) if row.sum else signed(row.amount)) in text
        for rerun in [each for each in screen.story.done if each.change.what != "venue"]:
            assert rerun.change.words in text
            assert rerun.impossible[:60] in text
            assert not rerun.possible or signed(rerun.difference) in text
        assert f"{money(found.credit)} fell below the {money(found.requirement)} required" in said(screen, "why")
        assert "17 more venues" in said(screen, "says")
        await pilot.press("v")
        await pilot.pause()
        names = [row.cells[0] for row in screen._rows[1:]]
        assert sorted(names) == sorted(each.change.words for each in screen.story.done)
        kept = [row.rerun.kept for row in screen._rows[1:] if row.rerun and row.rerun.change.what == "venue"]
        followed = [each for each in kept if each]
        assert followed[:5] == sorted(followed[:5], reverse=True)


@pytest.mark.slow
async def test_the_liquidations_and_how_it_stands_take_turns(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await looked_at(pilot, *TRADES)
        assert said(screen, "title").startswith("Liquidated: isolated ETH pool, 2024-01-01 00:07:15 UTC")
        assert said(screen, "title").endswith("(1 of 2)")
        await pilot.press("right")
        await settled(pilot)
        assert said(screen, "title") == "How it stands: isolated SOL pool at 2024-01-01 00:20 UTC (2 of 2)"
        assert "price of SOL" in screen_text(pilot)
        first = screen.stories[0]
        await pilot.press("right")
        await settled(pilot)
        assert screen.story is first
        assert "price of ETH" in screen_text(pilot)


@pytest.mark.slow
async def test_rows_fill_in_as_they_come_and_can_be_stopped_and_gone_on_with(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The player presses space while the third change is played, and again when it is over."""
    async with playing(isocross_home, new_session()) as pilot:
        app, begun = pilot.app, 0

        def stopping(played: Played, changes: Any, stopped: Any) -> Iterator[Rerun]:
            nonlocal begun
            for rerun in reruns(played, changes, stopped):
                begun += 1
                if begun == 3:
                    app.call_from_thread(app.screen.action_stop)  # type: ignore[attr-defined]
                yield rerun

        monkeypatch.setattr(playing_module, "reruns", stopping)
        screen = await looked_at(pilot, *TRADES)
        assert not screen.running
        assert screen.story is not None
        done = len(screen.story.done)
        assert 2 <= done < screen.story.total
        assert said(screen, "says").endswith(f"{done} of {screen.story.total} played again, stopped")
        await pilot.press("space")
        await settled(pilot)
        assert screen.story.complete
        assert len({each.change.words for each in screen.story.done}) == screen.story.total
        await pilot.press("space")
        assert said(screen, "says") == ALL_PLAYED


async def test_to_leave_stops_it(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The player leaves while the second change is played: no third one begins."""
    async with playing(isocross_home, new_session()) as pilot:
        app, begun = pilot.app, 0

        def left(played: Played, changes: Any, stopped: Any) -> Iterator[Rerun]:
            nonlocal begun
            for rerun in reruns(played, changes, stopped):
                begun += 1
                if begun == 2:
                    app.call_from_thread(app.screen.action_leave)  # type: ignore[attr-defined]
                yield rerun

        monkeypatch.setattr(playing_module, "reruns", left)
        desk = desk_of(pilot)
        assert desk.give(TRADES[0])
        desk.play.recorder.advance(20, frozenset())
        await pilot.press("y")
        await settled(pilot)
        assert isinstance(pilot.app.screen, DeskScreen)
        assert begun == 2


@pytest.mark.slow
async def test_enter_tells_what_was_changed_and_what_could_not_be_followed(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        screen = await looked_at(pilot, *TRADES, "note nothing", step=9)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, RerunDialog)
        text = screen_text(pilot)
        assert "2024-01-01 00:00  buy 1.2 ETH 10x iso  (was buy 2.4 ETH 10x iso)" in text
        assert "liquidated 2024-01-01 00:07 UTC" in text
        await pilot.press("escape")
        rows = screen.query_one(OptionList)
        rows.highlighted = next(
            place for place, row in enumerate(screen._rows) if row.rerun is not None and row.rerun.refused
        )
        await pilot.pause()
        chosen = screen.chosen
        assert chosen is not None
        assert chosen.rerun is not None
        await pilot.press("enter")
        await pilot.pause()
        (command, why), *_ = chosen.rerun.refused
        assert "not followed" in screen_text(pilot)
        assert f"{command}: {why}"[:60] in screen_text(pilot)


@pytest.mark.slow
async def test_term_by_term_it_opens_the_terms_of_that_moment(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await looked_at(pilot, *TRADES)
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExplainDialog)
        assert "Missing" in screen_text(pilot)
        await pilot.press("escape", "right")
        await settled(pilot)
        await pilot.press("w")
        await pilot.pause()
        assert "To liquidation" in screen_text(pilot)


@pytest.mark.slow
async def test_the_moment_of_a_liquidation_leads_to_it(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk = desk_of(pilot)
        for text in TRADES:
            assert desk.give(text)
        await pilot.press(*["full_stop"] * 8)
        await pilot.pause()
        assert isinstance(pilot.app.screen, LiquidationDialog)
        await pilot.press("y")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, PostMortemScreen)
        assert screen.story is not None
        assert screen.story.found.event is not None
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LiquidationDialog)


@pytest.mark.slow
async def test_each_position_of_a_pool_has_its_price(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await looked_at(pilot, "buy 2 ETH 10x cross", "sell $500 SOL 5x cross", step=5)
        assert "ENTRY 2,000." in screen_text(pilot)
        await pilot.press("comma")
        await pilot.pause()
        assert "ENTRY 99.9" in screen_text(pilot)


async def test_before_anything_was_done_there_is_nothing_to_look_at(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DeskScreen)
        assert notice_of(pilot).startswith("No command was given yet")
        screen = await looked_at(pilot, "buy 1 ETH 5x", "close ETH")
        assert said(screen, "title") == NOTHING


async def test_a_failure_inside_is_told(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(playing_module, "changes_of", broken)
    async with playing(isocross_home, new_session()) as pilot:
        screen = await looked_at(pilot, TRADES[0])
        assert said(screen, "title").startswith("✗ ")
        assert "logs" in said(screen, "title")
        assert not screen.running


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (12_000_000, "3 h 20 min"),
        (7_200_000, "2 h"),
        (86_400_000, "1 d"),
        (187_200_000, "2 d 4 h"),
    ],
)
def test_durations(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text
