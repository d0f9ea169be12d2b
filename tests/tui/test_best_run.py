"""The best run so far as a ghost: it is played again beside the session, never ahead, or it is said why it can't be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from textual.widgets import Label

from engine.account_kind import Kind
from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from saves import Library
from saves.attempts import Outcome
from tests.tui.desks import NARROW, WIDE, desk_of, falling_tape, library_in, playing, screen_text, strips_of
from tests.tui.strip_text import assert_golden
from tests.tui.test_ghosts import Clock
from tests.tui.test_scenarios import begin
from tui.playing.best_run import NONE_YET, OTHER, BestRun, best_run
from tui.playing.play import Play
from tui.screens.desk_ghosts import NO_SCENARIO
from tui.screens.ghosts import GhostsScreen

SETUP = Setup(balance=Decimal(1000))
SCENARIO = "some-scenario"
TRADES = {2: "buy 1 ETH 10x cross", 5: "sell 3 SOL 5x", 9: "close ETH 50%"}
UNTIL = 20


def run(library: Library, stars: int = 2, until: int = UNTIL, setup: Setup = SETUP) -> str:
    """A run of the scenario that is over; its session's id."""
    with library.create(Session(setup, falling_tape())) as recorder:
        library.attempts.begin(recorder.id, SCENARIO)
        for step, text in TRADES.items():
            recorder.advance(step)
            assert not isinstance(recorder.do(parse(text)), Refusal)
        recorder.advance(until)
        library.attempts.finish(recorder.id, Outcome(stars, None))
        return recorder.id


@contextmanager
def played(library: Library, clock: Clock | None = None) -> Iterator[Play]:
    with library.create(Session(SETUP, falling_tape())) as recorder:
        library.attempts.begin(recorder.id, SCENARIO)
        play = Play(recorder, lambda error: f"broken: {error}", clock or Clock())
        play.pausing = frozenset()
        yield play


def found(library: Library, play: Play) -> BestRun:
    best = best_run(library, SCENARIO, play.session, play.recorder.id)
    assert isinstance(best, BestRun), best
    return best


@pytest.mark.parametrize("begun", [0, 7, 15, 40])
def test_it_is_its_session_again_and_never_ahead(isocross_home: Path, begun: int) -> None:
    """Whenever it was let in, and whatever the player does meanwhile."""
    with library_in(isocross_home) as library:
        over = library.record(run(library))
        with played(library) as play:
            for step in range(40):
                if step == begun:
                    play.ghosts.let_in(found(library, play))
                if step == 3:
                    play.do(parse("sell 1 ETH 3x"))
                play.step()
                for each in play.ghosts.following:
                    assert each.ghost.session.step == min(play.session.step, UNTIL)
            if begun == 40:
                play.ghosts.let_in(found(library, play))
                play.ghosts.follow()
            (best,) = play.ghosts.following
            again = Session(over.setup, over.tape)
            for each in over.commands:
                again.advance(each.step)
                again.do(each.command, each.number)
            again.advance(over.until)
            assert best.joined
            assert best.ghost.session.state_hash() == again.state_hash()
            assert best.over_at == int(over.tape.times[UNTIL])
            assert best.ghost.missed == []
            assert len(best.told()) == len(TRADES)


def test_what_it_will_do_is_not_said(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        run(library)
        with played(library) as play:
            play.ghosts.let_in(found(library, play))
            for _ in range(6):
                play.step()
            (best,) = play.ghosts.following
            assert best.over_at is None
            assert best.told() == ["2024-01-01 00:05  sell 3 SOL 5x", "2024-01-01 00:02  buy 1 ETH 10x cross"]


def test_it_follows_beside_ghosts_and_is_not_saved_with_them(isocross_home: Path) -> None:
    cross = Kind("hyperliquid", "cross")
    with library_in(isocross_home) as library:
        run(library, stars=3)
        with played(library) as play:
            play.ghosts.add(cross)
            play.ghosts.let_in(found(library, play))
            play.do(parse("buy 0.1 ETH 5x"))
            play.step()
            assert [each.name for each in play.ghosts.following] == ["cross", "your best run ★★★"]
            assert all(each.joined for each in play.ghosts.following)
            assert play.recorder.ghosts == (cross,)
            play.ghosts.remove(cross)
            assert [each.name for each in play.ghosts.following] == ["your best run ★★★"]
            play.ghosts.let_in(None)
            assert play.ghosts.following == ()


def test_one_that_breaks_is_dropped_alone(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> bool:
        raise ValueError("inside")

    cross = Kind("hyperliquid", "cross")
    with library_in(isocross_home) as library:
        run(library)
        with played(library) as play:
            play.ghosts.add(cross)
            play.ghosts.let_in(found(library, play))
            play.step()
            monkeypatch.setattr(BestRun, "go_on", breaks)
            play.step()
            assert [each.name for each in play.ghosts.following] == ["cross"]
            (told,) = play.ghosts.news()
            assert told.startswith("The best run is dropped.")
            play.step()
            assert play.ghosts.following[0].ghost.session.step == play.session.step


def test_the_best_of_those_that_are_over_but_not_itself(isocross_home: Path) -> None:
    with library_in(isocross_home) as library, played(library) as play:
        assert best_run(library, SCENARIO, play.session, play.recorder.id) == NONE_YET
        run(library, stars=1)
        run(library, stars=3)
        assert found(library, play).name == "your best run ★★★"
        library.attempts.finish(play.recorder.id, Outcome(3, 1e9))
        assert found(library, play).name == "your best run ★★★"


def test_one_that_is_gone_or_was_played_otherwise_is_said(isocross_home: Path) -> None:
    with library_in(isocross_home) as library:
        session = run(library, stars=3)
        with played(library) as play:
            other = Session(replace(SETUP, mode="cross"), falling_tape())
            assert best_run(library, SCENARIO, other, play.recorder.id) == OTHER
            other = Session(SETUP, falling_tape((2000, 2001)))
            assert best_run(library, SCENARIO, other, play.recorder.id) == OTHER
            library.delete(session)
            told = best_run(library, SCENARIO, play.session, play.recorder.id)
            assert isinstance(told, str)
            assert told.startswith("Your best run can’t be played: ")


# -- on the screen


def said(screen: GhostsScreen) -> str:
    return str(screen.query_one("#ghosts-says", Label).content)


async def test_without_a_scenario_there_is_none(isocross_home: Path) -> None:
    from tests.tui.desks import new_session

    async with playing(isocross_home, new_session()) as pilot:
        assert desk_of(pilot).scenario_id is None
        await pilot.press("g", "b")
        await pilot.pause()
        assert isinstance(pilot.app.screen, GhostsScreen)
        assert NO_SCENARIO in said(pilot.app.screen)


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_in_a_scenario_it_follows_from_the_first_look_at_the_ghosts(
    isocross_home: Path, size: tuple[int, int]
) -> None:
    async with playing(isocross_home, size=size) as pilot:
        desk = await begin(pilot, "survive-luna")
        assert desk.give("buy $300 BTC 2x", asking=False) or desk.give("buy $300 ETH 2x", asking=False)
        desk.play.recorder.advance(desk.play.session.step + 200)
        desk.play.recorder.save()
        library = pilot.app.library  # type: ignore[attr-defined]
        library.attempts.finish(desk.play.recorder.id, Outcome(2, None))
        await pilot.press("R")
        await pilot.pause()
        again = desk_of(pilot)
        assert again is not desk
        again.play.recorder.advance(again.play.session.step + 100)
        again.play.follow()
        await pilot.press("g")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, GhostsScreen)
        text = screen_text(pilot)
        assert "★ your best run ★★☆" in text
        again.play.recorder.advance(again.play.session.step + 200)
        again.play.follow()
        screen.action_choose(1)
        screen.draw()
        await pilot.pause()
        assert "over since" in screen_text(pilot)
        assert_golden(f"best-run-{size[0]}x{size[1]}", strips_of(pilot))
        await pilot.press("x")
        await pilot.pause()
        assert "is gone." in said(screen)
        assert not again.play.ghosts.has_best
        await pilot.press("b")
        await pilot.pause()
        assert said(screen) == "✓ Your best run ★★☆ follows."
        await pilot.press("b")
        await pilot.pause()
        assert said(screen) == "⚠ Your best run is there already."
