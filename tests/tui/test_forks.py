"""Forks made in a replay, and the tree that they stand in at home."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine.commands.grammar import parse
from engine.session import Session
from saves import SavedSession
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    library_in,
    new_session,
    playing,
    saved,
    screen_text,
    strips_of,
)
from tests.tui.replays import COMMANDS, END, FALL, LIQUIDATION, NAME, replay_of, seen_again
from tests.tui.strip_text import assert_golden
from tui.dialogs.fork import ForkDialog
from tui.dialogs.forked import ForkedDialog
from tui.screens.desk import DeskScreen
from tui.screens.home import HomeScreen
from tui.screens.replay import ReplayScreen
from tui.start import SeenAgain
from tui.widgets.form_row import FormRow
from tui.widgets.session_list import SessionList
from tui.words.fork_tree import branches, forked_briefly, told

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
FORK = f"{NAME}, fork"


def start(home: Path, at: str = "start") -> SeenAgain:
    return SeenAgain(seen_again(home), at=at)


async def press(pilot: Pilot[None], keys: str) -> None:
    """Press keys, and let everything happen that they set off."""
    for key in keys.split():
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def write(pilot: Pilot[None], field: str, text: str) -> None:
    """Write into a field of the dialog."""
    control = pilot.app.screen.query_one(f"#row-{field}", FormRow).control
    assert isinstance(control, Input)
    control.value = text


def fork_in(home: Path, name: str = FORK) -> SavedSession:
    return next(each for each in saved(home) if each.name == name)


def played(*commands: tuple[int, str, int], end: int = END) -> Session:
    """A session of these commands, each with its step and its number."""
    new = new_session(NAME, falling_tape(FALL))
    session = Session(new.setup, new.tape)
    for step, text, number in commands:
        session.advance(step)
        assert isinstance(session.do(parse(text), number), tuple)
    session.advance(end)
    return session


# -- the dialog


@SIZES
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, start(isocross_home, "step 5"), size) as pilot:
        await press(pilot, "K")
        assert_golden(f"fork-{size[0]}x{size[1]}", strips_of(pilot))
        await press(pilot, "down left up right right")
        assert_golden(f"fork-change-{size[0]}x{size[1]}", strips_of(pilot))


@SIZES
async def test_what_could_not_be_given_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, start(isocross_home, "step 2"), size) as pilot:
        await press(pilot, "K right enter")
        assert isinstance(pilot.app.screen, ForkedDialog)
        assert_golden(f"forked-{size[0]}x{size[1]}", strips_of(pilot))


@pytest.mark.slow
async def test_the_command_that_one_went_to_is_meant_and_else_the_next(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home)) as pilot:
        for keys, which, text in (
            ("K right", "next", COMMANDS[0][1]),
            ("escape c K right", "last", COMMANDS[0][1]),
            ("escape full_stop K right", "next", COMMANDS[1][1]),
            ("escape end K right", "last", COMMANDS[2][1]),
        ):
            await press(pilot, keys)
            dialog = pilot.app.screen
            assert isinstance(dialog, ForkDialog)
            assert dialog.command is not None
            assert (dialog.command.which, dialog.command.text) == (which, text)


async def test_where_nothing_was_commanded_there_is_only_playing_on(isocross_home: Path) -> None:
    session = seen_again(isocross_home, commands=())
    async with playing(isocross_home, SeenAgain(session, at="step 9")) as pilot:
        await press(pilot, "K right right")
        dialog = pilot.app.screen
        assert isinstance(dialog, ForkDialog)
        assert dialog.way == "play on"
        await press(pilot, "enter")
        assert desk_of(pilot).play.session.step == 9


WRONG = (
    ("name", NAME.upper(), "there is a save called that already"),
    ("name", " ", "at least one character"),
    ("value", "buy lots", "try:"),
    ("value", "margin ETH +20", "that is the command as it was"),
    ("value", "buy 500 ETH 10x iso", "is refused there"),
    ("value", "close DOGE", "DOGE"),
)


@pytest.mark.slow
async def test_what_cannot_be_is_said_in_its_field(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home, "step 12")) as pilot:
        for field, text, said in WRONG:
            await press(pilot, "K left" if field == "value" else "K")
            write(pilot, field, text)
            await press(pilot, "enter")
            dialog = pilot.app.screen
            assert isinstance(dialog, ForkDialog)
            assert dialog.query_one(f"#row-{field}", FormRow).has_class("-wrong"), text
            assert said in " ".join(screen_text(pilot).split()), text
            await press(pilot, "escape")
            assert len(saved(isocross_home)) == 1
            assert replay_of(pilot).play.point.step == 12


async def test_trying_a_command_leaves_the_replay_where_it_is(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home, "step 30")) as pilot:
        before = replay_of(pilot).play.view()
        await press(pilot, "K left")
        for text in ("margin ETH +1", "margin ETH +100000", "buy 1 ETH"):
            write(pilot, "value", text)
            await pilot.pause()
            assert replay_of(pilot).play.view() == before


# -- what comes of it


async def test_a_fork_is_played_on_from_the_moment(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home, "step 16")) as pilot:
        await press(pilot, "K")
        write(pilot, "name", "Saved from it")
        await press(pilot, "enter")
        desk = desk_of(pilot)
        assert pilot.app.screen is desk
        assert not [each for each in pilot.app.screen_stack if isinstance(each, ReplayScreen)]
        assert desk.play.session.state_hash() == played(*numbered(), end=16).state_hash()
        assert desk.give("close ETH")
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, HomeScreen)
        fork = fork_in(isocross_home, "Saved from it")
        parent = fork_in(isocross_home, NAME)
        assert (fork.parent, fork.forked_step, fork.change) == (parent.id, 16, None)
        assert (fork.step, fork.commands, fork.liquidations) == (16, 4, 0)
        assert (parent.step, parent.commands, parent.liquidations) == (END, 3, 1)


def numbered() -> tuple[tuple[int, str, int], ...]:
    return tuple((step, text, number) for number, (step, text) in enumerate(COMMANDS, 1))


SOL = "sell $500 SOL 5x cross"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "instead"),
    [
        ("K right right", "sell $500 SOL 5x iso"),
        ("K right right right", "sell $500 SOL 2x cross"),
        ("K left left", "sell $250 SOL 5x cross"),
        ("K right", None),
    ],
)
async def test_a_changed_command_and_the_rest_that_played_out(
    isocross_home: Path, keys: str, instead: str | None
) -> None:
    first, second, third = numbered()
    async with playing(isocross_home, start(isocross_home, "step 4")) as pilot:
        await press(pilot, f"{keys} enter")
        desk = desk_of(pilot)
        middle = [] if instead is None else [(second[0], instead, second[2])]
        assert desk.play.session.state_hash() == played(first, *middle, third).state_hash()
        assert fork_in(isocross_home).change == (f"without “{SOL}”" if instead is None else f"“{SOL}” → “{instead}”")
        assert fork_in(isocross_home).step == END


@pytest.mark.slow
async def test_a_changed_command_is_watched_from_where_it_forks(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home, "step 12")) as pilot:
        await press(pilot, "K right down down down right enter")
        screen = pilot.app.screen
        assert isinstance(screen, ReplayScreen)
        assert screen.play.recorder.name == FORK
        assert (screen.play.point.step, screen.play.point.commands) == (12, 2)
        assert f"“{FORK}” where it forks" in screen_text(pilot)
        await press(pilot, "l")
        first, second, _ = numbered()
        assert screen.play.view() == played(first, second, end=screen.play.point.step).view()
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, HomeScreen)


@pytest.mark.slow
async def test_who_stays_after_what_could_not_be_given_finds_the_fork_among_the_saves(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home, "step 2")) as pilot:
        await press(pilot, "K right enter")
        assert "margin ETH +20  there is no open position in ETH" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ReplayScreen)
        assert f"“{FORK}” is among the saves." in screen_text(pilot)
        assert fork_in(isocross_home).liquidations == 0


@pytest.mark.slow
async def test_a_fork_from_the_desk_s_own_replay_leaves_that_desk_saved(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session("Mine", falling_tape(FALL))) as pilot:
        desk = desk_of(pilot)
        desk.play.recorder.advance(2)
        assert desk.give("buy 2.4 ETH 10x iso")
        desk.play.recorder.advance(8)
        await press(pilot, "z N K enter")
        screen = pilot.app.screen
        assert isinstance(screen, DeskScreen)
        assert screen is not desk
        assert screen.play.recorder.name == "Mine, fork"
        assert screen.play.session.step == 2
        assert (fork_in(isocross_home, "Mine").step, fork_in(isocross_home, "Mine, fork").step) == (8, 2)


async def test_a_fork_of_a_session_that_is_gone_meanwhile_is_told(isocross_home: Path) -> None:
    async with playing(isocross_home, start(isocross_home, "step 5")) as pilot:
        with library_in(isocross_home) as library:
            library.delete(library.sessions()[0].id)
        await press(pilot, "K enter")
        assert "✗ this session is not in the library any more" in screen_text(pilot)
        assert isinstance(pilot.app.screen, ReplayScreen)


# -- the tree


def session(
    name: str, parent: str | None = None, step: int = 0, played_at: str = "2026-01-01", **more: object
) -> SavedSession:
    """A saved session whose id is its name."""
    return SavedSession(
        id=name, name=name, venue="hyperliquid", mode="isolated", symbols=("ETH",), created=played_at, played=played_at,
        step=9, steps=10, time="2024-01-01", equity=Decimal(1000), state="running", modified=(), commands=0, calls=0,
        liquidations=0, digest="", hash="", parent=parent, forked_step=step if parent else None,
    )  # fmt: skip


def tree(*sessions: SavedSession) -> list[tuple[str, int]]:
    return [(each.session.id, each.depth) for each in branches(sessions)]


def test_forks_stand_under_their_parent_by_their_moment_and_families_by_when_they_were_played() -> None:
    sessions = (
        session("late fork", "old", 9, "2026-01-09"),
        session("new", played_at="2026-01-08"),
        session("fork of a fork", "early fork", 5, "2026-01-02"),
        session("old", played_at="2026-01-01"),
        session("early fork", "old", 3, "2026-01-01"),
    )
    assert tree(*sessions) == [("old", 0), ("early fork", 1), ("fork of a fork", 2), ("late fork", 1), ("new", 0)]


def test_a_fork_whose_parent_is_gone_stands_for_itself() -> None:
    assert tree(session("left", "gone", 3), session("other", played_at="2026-02-01")) == [("other", 0), ("left", 0)]
    assert told(session("left", "gone", 3), None) == "fork of a session that is gone at step 3"


def test_a_library_with_a_circle_still_lists_every_session_once() -> None:
    listed = tree(session("a", "b"), session("b", "a"), session("c", "c"), session("d", "a"))
    assert sorted(listed) == [("a", 0), ("b", 0), ("c", 0), ("d", 0)]


def test_a_row_begins_with_what_differs() -> None:
    fork = replace(session("fork", "parent", 3), change="“buy 1 ETH 10x iso” → “buy 1 ETH 10x cross”")
    assert forked_briefly(fork) == "at step 3: iso → cross in “buy 1 ETH 10x cross”"
    assert forked_briefly(replace(fork, change="“close ETH” → “close ETH 50%”")) == "at step 3: “close ETH 50%” instead"
    assert forked_briefly(replace(fork, change="without “flatten”")) == "at step 3: without “flatten”"
    assert forked_briefly(replace(fork, change=None, forked_time="2024-08-04T08:00:00Z")) == "at 2024-08-04 08:00"


async def forked_home(home: Path) -> None:
    """A session with two forks, one of which has one, and another session."""
    seen_again(home)
    with library_in(home) as library:
        parent = library.find(NAME).id
        replay = library.replay(parent)
        from saves.forks import Change

        cross = library.fork(parent, replay.point, "In cross", Change(1, "buy 2.4 ETH 10x cross sl 1700"))
        library.fork(cross.id, cross.point, "Nothing at all", Change(2, None))
        replay.seek(LIQUIDATION - 1)
        library.fork(parent, replay.point, "Before it happened")
        new = new_session("Another game")
        library.create(Session(new.setup, new.tape), new.name).close()
    with sqlite3.connect(home / "library.db") as db:
        db.execute("UPDATE sessions SET played = '2026-01-01T13:00:00Z' WHERE name = 'Before it happened'")


@pytest.mark.slow
@SIZES
async def test_home_looks_with_forks(isocross_home: Path, size: tuple[int, int]) -> None:
    await forked_home(isocross_home)
    async with playing(isocross_home, size=size) as pilot:
        names = [each.name for each in pilot.app.screen.query_one(SessionList).sessions]
        assert names == [NAME, "In cross", "Nothing at all", "Before it happened", "Another game"]
        await press(pilot, "down")
        assert_golden(f"home-forks-{size[0]}x{size[1]}", strips_of(pilot))


async def test_the_chosen_fork_is_told_and_deleting_its_parent_keeps_it(isocross_home: Path) -> None:
    await forked_home(isocross_home)
    async with playing(isocross_home, size=NARROW) as pilot:
        assert "fork of" not in screen_text(pilot)
        await press(pilot, "down")
        text = " ".join(screen_text(pilot).split())
        assert f"└ fork of “{NAME}” at" in text
        assert "“buy 2.4 ETH 10x iso sl 1700” → “buy 2.4 ETH 10x cross sl 1700”" in text
        await press(pilot, "up d y")
        assert "fork of a session that is gone" in " ".join(screen_text(pilot).split())
        listed = pilot.app.screen.query_one(SessionList)
        assert sorted((each.session.name, each.depth) for each in listed.branches) == [
            ("Another game", 0),
            ("Before it happened", 0),
            ("In cross", 0),
            ("Nothing at all", 1),
        ]
