"""Forks: as the parent up to a moment, then their own way."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from saves import Change, Library, Point, Recorder, SavedSession, SaveError
from tests.saves.playing import new_session, play_all, random_moves, random_tape
from tests.saves.test_replay import SETUPS, moment


def finished(recorder: Recorder, library: Library, parent: str) -> None:
    """Play on with what the parent did."""
    record = library.record(parent)
    for each in record.commands:
        if each.number > recorder.session.commands:
            recorder.advance(each.step)
            assert not isinstance(recorder.do(each.command, each.number), Refusal)
    recorder.advance(record.until)


def row(library: Library, session: str) -> SavedSession:
    return next(each for each in library.sessions() if each.id == session)


@given(st.integers(0, 10_000), st.sampled_from(SETUPS), st.floats(0, 1), st.integers(0, 3))
@settings(max_examples=12)
def test_a_fork_that_changes_nothing_comes_to_the_same(seed: int, setup: Setup, share: float, less: int) -> None:
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home)) as library:
        session = Session(setup, random_tape(seed, 300))
        with library.create(session) as recorder:
            play_all(recorder, session, random_moves(seed, 25))
        step = round(share * session.step)
        replay = library.replay(recorder.id)
        replay.seek(step)
        replay.seek(step, replay.point.commands - less)
        then = moment(replay)
        forked = library.fork(recorder.id, replay.point)
        assert (forked.point, forked.left_out) == (replay.point, ())
        assert library.verify(forked.id).difference is None
        with library.resume(forked.id) as fork:
            now = moment(fork)
            assert (now.hash, now.events, now.commands, now.equity) == (
                then.hash,
                then.events,
                then.commands,
                then.equity,
            )
            finished(fork, library, recorder.id)
            assert fork.session.state_hash() == session.state_hash()
            assert fork.events() == recorder_events(library, recorder.id)
        assert library.verify(forked.id).difference is None
        child = row(library, forked.id)
        assert (child.parent, child.forked_step, child.forked_commands) == (recorder.id, step, then.point.commands)
        assert (child.hash, child.change) == (row(library, recorder.id).hash, None)


def recorder_events(library: Library, session: str) -> tuple[object, ...]:
    return library.replay(session).events()


@pytest.fixture
def played(library: Library) -> str:
    with library.create(new_session(2), "Parent") as recorder:
        for text in (
            "buy $2000 ETH 10x iso",
            "+20",
            "sell $500 SOL 5x cross",
            "margin ETH +50",
            "+30",
            "buy $300 ETH at 1950",
            "cancel c4",
            "+25",
            "close SOL 50%",
        ):
            if text.startswith("+"):
                recorder.advance(recorder.session.step + int(text))
            else:
                assert not isinstance(recorder.do(parse(text)), Refusal), text
        recorder.advance(120)
        return recorder.id


def commands(library: Library, session: str) -> list[tuple[int, str]]:
    return [(each.number, each.text) for each in library.commands(session)]


def test_a_command_can_be_left_out(library: Library, played: str) -> None:
    forked = library.fork(played, Point(0, 0), "Without", Change(1, None))
    assert forked.point == Point(0, 0)
    assert [(each.number, each.text) for each in forked.left_out] == [(3, "margin ETH +50")]
    assert "position" in forked.left_out[0].reason
    assert commands(library, forked.id) == [
        (2, "sell $500 SOL 5x cross"),
        (4, "buy $300 ETH at 1950"),
        (5, "cancel c4"),
        (6, "close SOL 50%"),
    ], "the others keep their numbers"
    child, parent = row(library, forked.id), row(library, played)
    assert (child.step, child.steps) == (parent.step, parent.steps)
    assert child.change == "without “buy $2000 ETH 10x iso”"
    assert child.hash != parent.hash
    verdict = library.verify(forked.id)
    assert verdict.identical
    assert verdict.commands == 4
    with library.resume(forked.id) as recorder:
        assert not isinstance(recorder.do(parse("note on")), Refusal)
        assert recorder.commands()[-1].number == 7


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (Change(1, "buy $2000 ETH 10x cross"), "buy $2000 ETH 10x cross"),
        (Change(1, "buy $2000 ETH 3x iso"), "buy $2000 ETH 3x iso"),
        (Change(1, "buy $1000 ETH 10x iso"), "buy $1000 ETH 10x iso"),
        (Change(1, "note nothing"), "note nothing"),
    ],
)
def test_a_command_can_be_another(library: Library, played: str, change: Change, first: str) -> None:
    forked = library.fork(played, Point(0, 0), None, change)
    assert commands(library, forked.id)[0] == (1, first)
    child = row(library, forked.id)
    assert child.name == "Parent, fork"
    assert child.change == f"“buy $2000 ETH 10x iso” → “{first}”"
    assert library.verify(forked.id).identical
    alone = new_session(2)
    for each in library.record(forked.id).commands:
        alone.advance(each.step)
        alone.do(each.command, each.number)
    alone.advance(child.step)
    assert alone.state_hash() == child.hash


def test_the_last_command_can_be_left_out(library: Library, played: str) -> None:
    forked = library.fork(played, Point(0, 0), None, Change(6, None))
    assert (forked.point, forked.left_out) == (Point(75, 5), ())
    assert len(commands(library, forked.id)) == 5
    assert row(library, forked.id).step == 120


def test_a_fork_of_a_fork_with_gaps(library: Library, played: str) -> None:
    without = library.fork(played, Point(0, 0), None, Change(4, None))
    assert [number for number, _ in commands(library, without.id)] == [1, 2, 3, 6]
    replay = library.replay(without.id)
    for step in (0, 30, 60, 120, 20, 100):
        replay.seek(step)
        assert [each.number for each in replay.commands()] == [
            each.number for each in library.commands(without.id) if each.step <= step
        ]
    again = library.fork(without.id, Point(100, 6))
    assert (again.point, row(library, again.id).parent) == (Point(100, 6), without.id)
    assert library.verify(again.id).identical
    with library.resume(again.id) as recorder:
        recorder.advance(120)
        assert recorder.session.state_hash() == row(library, without.id).hash


def test_a_fork_goes_through_a_file(library: Library, played: str, tmp_path: Path) -> None:
    forked = library.fork(played, Point(0, 0), None, Change(1, None))
    library.export(forked.id, tmp_path / "fork.isocross")
    with Library.open(tmp_path / "elsewhere") as elsewhere:
        imported = elsewhere.import_file(tmp_path / "fork.isocross")
        here = row(library, forked.id)
        assert (imported.hash, imported.change, imported.parent) == (here.hash, here.change, played)
        assert (imported.forked_step, imported.forked_time) == (here.forked_step, here.forked_time)
        assert elsewhere.verify(imported.id).identical


def test_a_parent_may_go(library: Library, played: str) -> None:
    forked = library.fork(played, Point(60, 4))
    library.delete(played)
    assert row(library, forked.id).parent == played
    with library.resume(forked.id) as recorder:
        recorder.advance(80)
    assert library.verify(forked.id).identical


def test_the_parent_stays_as_it_is_and_may_be_played(library: Library, played: str) -> None:
    before = row(library, played)
    with library.resume(played) as recorder:
        forked = library.fork(played, Point(60, 3), "While playing")
        recorder.advance(130)
    assert row(library, forked.id).step == 60
    assert (row(library, played).commands, row(library, played).hash != before.hash) == (before.commands, True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Change(99, None), "no command 99"),
        (Change(1, "nonsense"), "nonsense"),
        (Change(1, "buy $1 DOGE"), "refused there"),
        (Change(2, "buy $99999999 SOL 1x"), "refused there"),
    ],
)
def test_what_cannot_be_changed_makes_no_fork(library: Library, played: str, change: Change, reason: str) -> None:
    with pytest.raises(SaveError, match=reason):
        library.fork(played, Point(0, 0), None, change)
    assert [each.id for each in library.sessions()] == [played]


def test_names_of_forks(library: Library, played: str) -> None:
    names = [row(library, library.fork(played, Point(10, 1)).id).name for _ in range(3)]
    assert names == ["Parent, fork", "Parent, fork 2", "Parent, fork 3"]
    with pytest.raises(SaveError, match="already"):
        library.fork(played, Point(10, 1), "parent")
    library.rename(played, "x" * 80)
    assert row(library, library.fork(played, Point(10, 1)).id).name == "x" * 74 + ", fork"


def test_after_the_session_has_ended_nothing_can_follow(library: Library) -> None:
    with library.create(new_session(2), "Parent") as recorder:
        for text in ("note one", "note two", "note three"):
            recorder.do(parse(text))
            recorder.advance(recorder.session.step + 3)
    forked = library.fork(recorder.id, Point(0, 0), None, Change(2, "end"))
    assert [(each.number, "ended" in each.reason) for each in forked.left_out] == [(3, True)]
    assert row(library, forked.id).state == "ended"


def test_ghosts_go_along(library: Library, played: str, tmp_path: Path) -> None:
    from engine.ghost import Kind

    kinds = (Kind("binance", "cross", leverage=3), Kind("hyperliquid", "isolated", overrides=(("maintenance", "1%"),)))
    with library.resume(played) as recorder:
        recorder.set_ghosts(kinds)
        assert recorder.ghosts == kinds
    with library.resume(played) as recorder:
        assert recorder.ghosts == kinds
    forked = library.fork(played, Point(10, 1))
    with library.resume(forked.id) as recorder:
        assert recorder.ghosts == kinds
        recorder.set_ghosts(())
    library.export(played, tmp_path / "ghosts")
    imported = library.import_file(tmp_path / "ghosts")
    with library.resume(imported.id) as recorder:
        assert recorder.ghosts == kinds
    with library.resume(forked.id) as recorder:
        assert recorder.ghosts == ()


def test_a_new_session_has_a_balance_of_its_own(library: Library) -> None:
    """A fork at the very start is the session anew."""
    with library.create(new_session(2, setup=Setup(balance=Decimal(321))), "Parent") as recorder:
        recorder.do(parse("note one"))
    forked = library.fork(recorder.id, Point(0, 0))
    assert (commands(library, forked.id), row(library, forked.id).equity) == ([], Decimal(321))
