"""Rivals at the desk: the board, a rival in words, time that passes, saves, and what happens when one breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.widgets import Label

from engine.rivals import Rival, Rivals
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from saves.rival_names import cast_for
from saves.rivals import Cast
from tests.tui import rival_key_rows
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    frames,
    library_in,
    notice_of,
    playing,
    screen_text,
    strips_of,
)
from tests.tui.strip_text import assert_golden
from tests.tui.test_keys import check
from tui.dialogs.rival import RivalDialog
from tui.playing.play import Play
from tui.playing.rivals import RivalsBeside
from tui.playing.runs import Goal
from tui.screens.desk import DeskScreen
from tui.start import NewSession
from tui.widgets.rivals_board import RivalsBoard
from tui.widgets.ticket import Ticket

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
SETUP = Setup(balance=Decimal(1000))
CAST: Cast = (("Ann", "holder"), ("Bob", "hedger"), ("Cy", "stop-user"), ("Dee", "all-in"))


def crash() -> Tape:
    """A day of falling prices, a vertex each five minutes."""
    return synthetic_tape(SyntheticSetup("crash", 3, ("BTC", "ETH"), Decimal(1), 300))


def game() -> NewSession:
    return NewSession(SETUP, crash(), "Test game")


class Clock:
    """Seconds that pass a little whenever one looks."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@contextmanager
def played(home: Path, clock: Clock | None = None) -> Iterator[Play]:
    with library_in(home) as library, library.create(Session(SETUP, crash())) as recorder:
        play = Play(recorder, lambda error: f"broken: {error}", clock or Clock())
        play.pausing = frozenset()
        yield play


def hashes(rivals: RivalsBeside | Rivals) -> list[str]:
    every = rivals.playing if isinstance(rivals, RivalsBeside) else rivals.rivals
    return [each.session.state_hash() for each in every]


def straight(until: int) -> Rivals:
    """The same rivals, played to a vertex at once and with no player."""
    rivals = Rivals(CAST, SETUP, crash())
    rivals.advance(until)
    return rivals


# -- beside a session


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.integers(1, 60), min_size=1, max_size=8), called=st.integers(0, 8), slow=st.booleans())
def test_they_play_the_same_however_time_passes(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int], called: int, slow: bool
) -> None:
    """Whenever they were called, in whatever frames, and with so little time that they are often behind."""
    with played(tmp_path_factory.mktemp("home"), Clock(0.005 if slow else 0.0)) as play:
        for place, piece in enumerate(pieces):
            if place == called:
                play.rivals.call(CAST)
            play.recorder.advance(play.session.step + piece)
            play.follow()
            assert all(each.session.step <= play.session.step for each in play.rivals.playing)
        if not play.rivals.called:
            play.rivals.call(CAST)
        play.rivals.catch_up()
        assert not play.rivals.behind
        assert hashes(play.rivals) == hashes(straight(play.session.step))


def test_they_follow_steps_frames_and_runs_and_are_never_ahead(isocross_home: Path) -> None:
    with played(isocross_home) as play:
        play.rivals.call(CAST)
        play.step()
        assert {each.session.step for each in play.rivals.playing} == {1}
        play.clock.run()
        for _ in range(4):
            play.frame(2.0)
            assert {each.session.step for each in play.rivals.playing} == {play.session.step}
        play.run_to(Goal(100))
        while play.goal is not None:
            play.frame(0.1)
        assert play.session.step == 100
        assert hashes(play.rivals) == hashes(straight(100))


def test_who_comes_late_takes_a_part_of_each_frame(isocross_home: Path) -> None:
    with played(isocross_home, Clock(0.005)) as play:
        play.recorder.advance(200)
        play.rivals.call(CAST)
        assert play.rivals.behind
        assert play.rivals.share == 0
        looks = 0
        while play.rivals.behind:
            play.rivals.follow()
            looks += 1
        assert looks > 1
        assert play.rivals.share == 1
        assert hashes(play.rivals) == hashes(straight(200))


def test_without_rivals_there_is_nothing_to_do(isocross_home: Path) -> None:
    with played(isocross_home) as play:
        play.step()
        assert not play.rivals.behind
        assert play.rivals.board(play.view()) == ()
        assert play.rivals.rank() is None


def test_the_rank_waits_for_them(isocross_home: Path) -> None:
    with played(isocross_home, Clock(1.0)) as play:
        play.rivals.call(CAST)
        play.recorder.advance(288)
        assert play.rivals.behind
        rank = play.rivals.rank()
        rows = straight(288).board(play.view())
        assert rank == (next(row.rank for row in rows if row.is_player), 5)
        assert rank[0] < 5  # who does nothing in a crash is not the last


def test_they_are_saved_and_play_again(isocross_home: Path) -> None:
    with played(isocross_home) as play:
        play.rivals.call(CAST)
        play.recorder.advance(150)
        play.rivals.catch_up()
        before, session = play.rivals.board(play.view()), play.recorder.id
    with library_in(isocross_home) as library, library.resume(session) as recorder:
        play = Play(recorder, str, Clock())
        assert play.rivals.cast == CAST
        play.rivals.call()
        play.rivals.catch_up()
        assert play.rivals.board(play.view()) == before


def test_one_that_breaks_is_dropped_and_said(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: Rival, until: int) -> None:
        if self.name == "Bob":
            raise KeyError("inside")
        advance(self, until)

    advance = Rival.advance
    monkeypatch.setattr(Rival, "advance", breaks)
    with played(isocross_home) as play:
        play.rivals.call(CAST)
        play.step()
        assert [each.name for each in play.rivals.playing] == ["Ann", "Cy", "Dee"]
        (told,) = play.rivals.news()
        assert told.startswith("The rival Bob is dropped.")
        assert told.endswith("Your session goes on.")
        assert not play.rivals.has_news
        assert not play.broken
        play.step()
        assert play.session.step == 2


def test_one_with_an_unknown_strategy_is_said(isocross_home: Path) -> None:
    with played(isocross_home) as play:
        play.rivals.call((*CAST[:1], ("Eve", "clairvoyant")))
        assert play.rivals.news() == ["Eve can’t play: this version knows no strategy “clairvoyant”."]
        assert [each.name for each in play.rivals.playing] == ["Ann"]


# -- at the desk


async def go(pilot: Any, until: int) -> DeskScreen:
    """Let time pass in one leap, and draw."""
    desk = desk_of(pilot)
    desk.play.pausing = frozenset()
    desk.play.recorder.advance(until)
    desk.play.follow()
    desk.play.rivals.catch_up()
    desk.draw()
    await pilot.pause()
    return desk


async def board(pilot: Any, until: int = 200) -> DeskScreen:
    """A trade, the board, and time that passed."""
    desk = desk_of(pilot)
    assert desk.give("buy $500 BTC 3x iso")
    await pilot.press("j")
    await pilot.pause()
    return await go(pilot, until)


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, game(), size) as pilot:
        desk = await board(pilot)
        names = [name for name, _ in desk.play.recorder.rivals]
        text = screen_text(pilot)
        assert all(name in text for name in names)
        assert "you are 4th of 5" in text
        assert_golden(f"rivals-{size[0]}x{size[1]}", strips_of(pilot))
        desk.set_focus(desk.query_one(RivalsBoard))
        desk.query_one(RivalsBoard)._at = next(n for n, strategy in desk.play.recorder.rivals if strategy == "all-in")
        await pilot.press("enter")
        await pilot.pause()
        assert_golden(f"rival-{size[0]}x{size[1]}", strips_of(pilot))


@pytest.mark.parametrize("size", [(120, 30), (120, 40), (200, 60)], ids=str)
async def test_everybody_is_seen_where_there_is_little_room(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, game(), size) as pilot:
        desk = await board(pilot)
        text = screen_text(pilot)
        assert all(name in text for name, _ in desk.play.recorder.rivals)
        assert "● 4 you" in " ".join(text.split())


async def test_the_key_shows_the_board_and_puts_it_away(isocross_home: Path) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await board(pilot)
        shown = desk.query_one(RivalsBoard)
        assert shown.display
        assert "rivals" in desk.panes()
        await pilot.press("j")
        await pilot.pause()
        assert not shown.display
        assert "rivals" not in desk.panes()
        assert "Rivals" not in screen_text(pilot)
        await go(pilot, 210)
        assert all(each.session.step == 210 for each in desk.play.rivals.playing)  # they play on


async def test_a_narrow_desk_has_a_pane_of_its_own_for_them(isocross_home: Path) -> None:
    async with playing(isocross_home, game(), NARROW) as pilot:
        desk = await board(pilot)
        assert desk.has_class("-pane-rivals")
        await pilot.press("j")
        await pilot.pause()
        assert desk.has_class("-pane-desk")
        seen = set()
        for _ in desk.panes():
            await pilot.press("tab")
            await pilot.pause()
            seen |= {desk._pane}
        assert seen == set(desk.panes())
        assert "rivals" in seen


async def test_the_ticket_has_the_room_of_a_narrow_board(isocross_home: Path) -> None:
    async with playing(isocross_home, game(), NARROW) as pilot:
        desk = await board(pilot)
        await pilot.press("b")
        await pilot.pause()
        assert not desk.query_one(RivalsBoard).display
        assert desk.query_one("#desk-bottom").size.height == 0
        assert desk.query_one(Ticket).size.height > 10
        await pilot.press("escape")
        await pilot.pause()
        assert desk.query_one(RivalsBoard).size.height > 10


async def test_the_board_is_there_again_after_leaving(isocross_home: Path) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await board(pilot)
        shown, session = desk.play.rivals.board(desk.play.view()), desk.play.recorder.id
        cast = desk.play.recorder.rivals
        assert cast == cast_for(SETUP, crash())
    async with playing(isocross_home, session) as pilot:
        desk = desk_of(pilot)
        assert desk.play.recorder.rivals == cast
        await pilot.press("j")
        await pilot.pause()
        desk.play.rivals.catch_up()
        assert desk.play.rivals.board(desk.play.view()) == shown


async def test_frames_bring_the_late_ones_nearer_while_time_stands_still(isocross_home: Path) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await go(pilot, 250)
        clock = Clock(0.03)
        desk.play.rivals._now = clock
        await pilot.press("j")
        await pilot.pause()
        assert notice_of(pilot).startswith("The rivals come after")
        assert "on their way" in screen_text(pilot)
        for _ in range(200):
            desk.tick()
        await pilot.pause()
        assert not desk.play.rivals.behind
        assert "you are 3rd of 5" in screen_text(pilot)


async def test_a_rival_in_words(isocross_home: Path) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await board(pilot)
        desk.set_focus(desk.query_one(RivalsBoard))
        await pilot.press("up", "up", "up", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, RivalDialog)
        first = desk.play.rivals.playing
        for _ in first:
            text = " ".join(str(pilot.app.screen.query_one("#rival-does", Label).content).split())
            assert text.startswith("The ")
            await pilot.press("right")
            await pilot.pause()
        await pilot.press("escape")
        assert pilot.app.screen is desk


async def test_a_click_on_a_row_says_more(isocross_home: Path) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await board(pilot)
        assert await pilot.click(RivalsBoard, offset=(8, 2))
        await pilot.pause()
        assert isinstance(pilot.app.screen, RivalDialog)
        box = pilot.app.screen.query_one(".dialog")
        rows = desk.play.rivals.board(desk.play.view())
        assert str(box.border_title) == f"{rows[0].name}: {rows[0].strategy}"


async def test_time_that_runs_at_the_desk_takes_them_along(isocross_home: Path) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await board(pilot, 100)
        await pilot.press("space")
        await frames(pilot, 8, 2.0)
        assert desk.play.session.step > 100
        assert {each.session.step for each in desk.play.rivals.playing} == {desk.play.session.step}


async def test_a_dropped_rival_is_said_at_the_desk(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(isocross_home, game()) as pilot:
        desk = await board(pilot, 20)

        def breaks(self: Rival, until: int) -> None:
            raise ValueError("inside")

        monkeypatch.setattr(Rival, "advance", breaks)
        desk.play.step()
        desk.tick()
        await pilot.pause()
        assert "is dropped." in notice_of(pilot)
        desk.draw()
        await pilot.pause()
        assert "Nobody plays beside you." in screen_text(pilot)


@pytest.mark.slow
async def test_the_keys_of_the_board_and_of_a_rival(isocross_home: Path) -> None:
    async with playing(isocross_home, game(), NARROW) as pilot:
        desk = await board(pilot)
        await check(pilot, rival_key_rows.BOARD)
        name = next(name for name, strategy in desk.play.recorder.rivals if strategy == "all-in")

        async def opened() -> None:
            if not isinstance(pilot.app.screen, RivalDialog):
                await pilot.app.push_screen(RivalDialog(desk.play.rivals.playing, name))

        await check(pilot, rival_key_rows.RIVAL, opened)
