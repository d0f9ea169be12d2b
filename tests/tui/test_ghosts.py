"""Ghosts of a session that is played: live, added later, saved, and what happens when one breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.account_kind import Kind, at_leverage, at_venue, in_other_modes, same_kind
from engine.commands.grammar import parse
from engine.events import Event
from engine.ghost import Ghost, ghost_of
from engine.record import Given, Record
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from saves.ghosts import MOST_GHOSTS as MOST
from tests.tui.desks import falling_tape, library_in
from tui.playing.play import Play

SETUP = Setup(balance=Decimal(1000))
TRADES = ("buy 40% ETH", "sell $500 SOL 5x", "close ETH 50%", "buy 0.2 ETH 10x", "protect SOL sl 130")
CROSS = Kind("hyperliquid", "cross")


class Clock:
    """Seconds that pass a little whenever one looks."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@contextmanager
def played(home: Path, tape: Tape | None = None, setup: Setup = SETUP, clock: Clock | None = None) -> Iterator[Play]:
    """A session that is played, saved in a library."""
    with library_in(home) as library, library.create(Session(setup, tape or falling_tape())) as recorder:
        yield Play(recorder, lambda error: f"broken: {error}", clock or Clock())


def give(play: Play, text: str) -> tuple[Event, ...]:
    answer = play.do(parse(text))
    assert not isinstance(answer, Refusal), answer
    return answer


def trade(play: Play) -> None:
    """Every trade, and two minutes after each."""
    for text in TRADES:
        give(play, text)
        play.step()
        play.step()


def record_of(play: Play) -> Record:
    session = play.session
    commands = [Given(each.step, parse(each.text), each.number) for each in play.recorder.commands()]
    return Record(session.setup, session.tape, tuple(commands), session.step)


def only(play: Play) -> Ghost:
    """The only ghost, which is where the session is."""
    (each,) = play.ghosts.following
    assert each.joined
    assert each.ghost.session.step == play.session.step
    return each.ghost


@pytest.mark.parametrize("kind", [same_kind(SETUP), CROSS, at_venue(SETUP, "binance"), at_leverage(SETUP, 3)])
@pytest.mark.parametrize("begun", [0, 3, 99])
def test_a_ghost_is_the_same_whenever_it_is_added(isocross_home: Path, kind: Kind, begun: int) -> None:
    """Before the first command, between commands, and after all of them."""
    with played(isocross_home) as play:
        for place, text in enumerate(TRADES):
            if place == begun:
                assert play.ghosts.add(kind) is None
            give(play, text)
            play.step()
            play.step()
        if begun >= len(TRADES):
            play.ghosts.add(kind)
        play.ghosts.follow()
        ghost, later = only(play), ghost_of(record_of(play), kind)
        assert ghost.session.state_hash() == later.session.state_hash()
        assert ghost.missed == later.missed
        assert ghost.lowered == later.lowered
        if kind == same_kind(SETUP):
            assert ghost.session.state_hash() == play.session.state_hash()


def test_a_ghost_that_comes_after_takes_a_part_of_each_frame(isocross_home: Path) -> None:
    tape = falling_tape(tuple(2000 - place % 40 for place in range(60)))
    with played(isocross_home, tape, clock=Clock(0.005)) as play:
        trade(play)
        assert play.ghosts.add(CROSS) is None
        frames = 0
        while play.ghosts.behind:
            play.ghosts.follow()
            frames += 1
            if frames == 2:
                give(play, "buy 0.1 ETH")  # while it is on its way
        assert frames > 3
        assert only(play).session.state_hash() == ghost_of(record_of(play), CROSS).session.state_hash()
        play.step()
        assert only(play).session.step == play.session.step


def test_ghosts_follow_frames_and_runs(isocross_home: Path) -> None:
    from tui.playing.runs import Goal

    with played(isocross_home) as play:
        play.pausing = frozenset()
        play.ghosts.add(CROSS)
        give(play, "buy 2.4 ETH 10x")
        play.clock.run()
        for _ in range(4):
            play.frame(0.5)
            assert only(play).session.step == play.session.step
        assert play.session.step == 5
        play.run_to(Goal(30))
        while play.goal is not None:
            play.frame(0.1)
        assert play.session.step == 30
        assert play.session.view().liquidations == 1
        assert only(play).session.step == 30
        assert only(play).liquidated is None
        samples = play.recorder.equity_samples()
        assert len(only(play).equity_at(samples.step.tolist())) == len(samples.step)


def test_the_session_s_ghosts_are_saved_and_played_again(isocross_home: Path) -> None:
    wanted = (CROSS, replace(at_venue(SETUP, "binance"), leverage=7))
    with played(isocross_home) as play:
        trade(play)
        for kind in wanted:
            assert play.ghosts.add(kind) is None
        play.ghosts.follow()
        hashes = [each.ghost.session.state_hash() for each in play.ghosts.following]
        session = play.recorder.id
    with library_in(isocross_home) as library, library.resume(session) as recorder:
        play = Play(recorder, str, Clock())
        assert play.ghosts.kinds == wanted
        assert play.ghosts.behind
        play.ghosts.catch_up()
        assert not play.ghosts.behind
        assert play.ghosts.kinds == wanted
        assert [each.ghost.session.state_hash() for each in play.ghosts.following] == hashes
        play.ghosts.remove(CROSS)
    with library_in(isocross_home) as library, library.resume(session) as recorder:
        assert recorder.ghosts == wanted[1:]


def test_a_saved_ghost_that_can_not_be_played_is_told_and_the_rest_goes_on(isocross_home: Path) -> None:
    with played(isocross_home) as play:
        trade(play)
        play.recorder.set_ghosts((Kind("nowhere", "cross"), replace(CROSS, leverage=-3), CROSS))
        again = Play(play.recorder, str, Clock())
        again.ghosts.follow()
        assert again.ghosts.kinds == (CROSS,)
        assert [each.partition(":")[0] for each in again.ghosts.news()] == [
            "The ghost nowhere cross can’t be played any more",
            "The ghost cross -3x can’t be played any more",
        ]
        assert not again.ghosts.has_news


def test_there_are_so_many_and_each_once(isocross_home: Path) -> None:
    with played(isocross_home) as play:
        for leverage in range(1, MOST + 1):
            assert play.ghosts.add(at_leverage(SETUP, leverage)) is None
        assert play.ghosts.add(CROSS) == "There are 3 ghosts already: remove one first."
        play.ghosts.remove(at_leverage(SETUP, 2))
        assert play.ghosts.add(at_leverage(SETUP, 1)) == "That ghost is there already."
        assert (
            play.ghosts.add(Kind("gmx_v1", "cross"))
            == "gmx_v1 can’t be played here: gmx_v1 has no cross margin; try: mode isolated."
        )
        assert [each.leverage for each in play.ghosts.kinds] == [1, 3]


@pytest.mark.parametrize("where", ["do", "advance"])
def test_a_fault_in_a_ghost_does_not_reach_the_session(
    isocross_home: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with played(isocross_home) as play:
        play.ghosts.add(CROSS)
        play.ghosts.add(at_leverage(SETUP, 5))
        give(play, "buy 0.5 ETH")
        whole = getattr(Ghost, where)

        def broken(self: Ghost, *more: Any) -> Any:
            if self.kind == CROSS:
                raise ArithmeticError("inside")
            return whole(self, *more)

        monkeypatch.setattr(Ghost, where, broken)
        give(play, "buy 0.1 ETH")
        play.step()
        assert not play.broken
        assert play.recorder.saved
        assert play.recorder.ghosts == play.ghosts.kinds == (at_leverage(SETUP, 5),)
        (told,) = play.ghosts.news()
        assert told.startswith("The ghost cross is dropped. The program failed inside (ArithmeticError)")
        assert "inside" in (isocross_home / "logs" / "faults.log").read_text()
        assert only(play).session.step == play.session.step == 1


def test_a_refused_command_reaches_no_ghost(isocross_home: Path) -> None:
    with played(isocross_home, setup=replace(SETUP, venue="dydx_v4", mode="cross")) as play:
        play.ghosts.add(at_venue(play.session.setup, "binance"))
        assert isinstance(play.do(parse("buy $900000 ETH 30x")), Refusal)
        give(play, "buy 0.1 ETH")
        play.step()
        assert only(play).session.commands == 1


def test_the_first_choice_is_the_other_mode() -> None:
    assert in_other_modes(SETUP)[0] == CROSS
    assert in_other_modes(replace(SETUP, mode="cross"))[0] == Kind("hyperliquid", "isolated")
