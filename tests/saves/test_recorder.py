"""What a recorder returns is on disk; and it changes nothing about the play itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.command import Note
from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from saves import Library, Recorder
from saves.batch import KEPT_COMMANDS
from saves.recorder import QUIET_CALLS, SAMPLES, SAMPLES_A_LEAP
from tests.saves.conftest import Clock
from tests.saves.playing import new_session, play, play_all, random_moves


def rows(library: Library, query: str) -> list[tuple[object, ...]]:
    """Read with a connection of our own: only what is committed."""
    with sqlite3.connect(library.home / "library.db") as db:
        return db.execute(query).fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_a_recorded_session_plays_as_an_unrecorded_one(library: Library, seed: int) -> None:
    alone, recorded = new_session(seed), new_session(seed)
    moves = random_moves(seed, 40)
    with library.create(recorded) as recorder:
        by_recorder, by_session = play(recorder, recorded, moves), play(alone, alone, moves)
        for one, other in zip(by_recorder, by_session, strict=True):
            assert one == other
            assert (recorded.step, recorded.state_hash()) == (alone.step, alone.state_hash())


@pytest.mark.parametrize("seed", range(3))
def test_everything_returned_can_be_read_back(library: Library, seed: int) -> None:
    session = new_session(seed)
    with library.create(session) as recorder:
        events = [*session.opening, *play_all(recorder, session, random_moves(seed, 40))]
        assert list(recorder.events()) == events
        assert list(recorder.events(last=5)) == events[-5:]
        assert recorder.events(last=0) == ()
        funded = [event for event in events if event.kind in ("funding", "fill")]
        assert list(recorder.events({"funding", "fill"})) == funded
        assert list(recorder.events({"funding", "fill"}, last=3)) == funded[-3:]
        assert recorder.events(set()) == ()


def test_a_session_may_be_written_later(library: Library) -> None:
    session = new_session()
    with library.create(session, write=False) as recorder:
        assert (recorder.unwritten, recorder.saved, recorder.name) == (True, True, "")
        assert recorder.events() == session.opening
        assert library.sessions() == []
        assert recorder.save()
        assert not recorder.unwritten
        assert library.find(recorder.name).id == recorder.id
        assert recorder.events() == session.opening
    with library.resume(recorder.id) as again:
        assert again.session.state_hash() == session.state_hash()


def test_the_first_command_writes_what_was_not_written_yet(library: Library) -> None:
    session = new_session()
    with library.create(session, "First", write=False) as recorder:
        recorder.do(parse("buy $1000 ETH 5x"))
        assert not recorder.unwritten
        stored = rows(library, "SELECT number, kind FROM events ORDER BY number")
        assert [kind for _, kind in stored] == [event.kind for event in recorder.events()]
        assert library.find("First").commands == 1


def test_what_was_not_written_is_when_it_is_closed(library: Library) -> None:
    library.create(new_session(), "Closed at once", write=False).close()
    with library.create(new_session(), "After a while", write=False) as recorder:
        for step in range(1, QUIET_CALLS + 2):
            recorder.advance(step)
        assert library.find("After a while").step >= QUIET_CALLS - 1
    assert {each.name for each in library.sessions()} == {"Closed at once", "After a while"}


def test_two_unnamed_sessions_of_one_moment_get_two_names(library: Library) -> None:
    recorders = [library.create(new_session(), write=False) for _ in range(8)]
    for recorder in recorders:
        recorder.close()
    assert len({recorder.name for recorder in recorders} - {""}) == 8


def test_a_command_is_on_disk_before_it_is_told(library: Library) -> None:
    session = new_session()
    with library.create(session, "First") as recorder:
        recorder.advance(7)
        events = recorder.do(parse("buy $1000 ETH 5x"))
        assert not isinstance(events, Refusal)
        stored = rows(library, "SELECT number, step, text, size, hash FROM commands")
        assert stored == [(1, 7, "buy $1000 ETH 5x", str(events[0].size), session.state_hash())]  # type: ignore[attr-defined]
        assert rows(library, "SELECT step, commands, hash FROM sessions") == [(7, 1, session.state_hash())]
        assert [row[0] for row in rows(library, "SELECT kind FROM events ORDER BY number")] == ["deposit", "fill"]
        assert recorder.commands()[0].text == "buy $1000 ETH 5x"


def test_a_refused_command_is_not_recorded(library: Library) -> None:
    with library.create(new_session()) as recorder:
        before = rows(library, "SELECT * FROM sessions")
        assert isinstance(recorder.do(parse("buy $1 DOGE")), Refusal)
        assert rows(library, "SELECT * FROM sessions") == before
        assert recorder.commands() == ()


@pytest.mark.parametrize("text", ["two\nlines", "\x1b[31mred", "two  spaces", "", "x" * 501])
def test_a_command_that_its_text_does_not_spell_is_refused(library: Library, text: str) -> None:
    with library.create(new_session()) as recorder:
        assert isinstance(recorder.do(Note(text)), Refusal)
        assert recorder.session.commands == 0


def test_quiet_time_is_written_by_calls_or_by_the_clock(library: Library, clock: Clock) -> None:
    with library.create(new_session()) as recorder:
        step = "SELECT step FROM sessions"
        for _ in range(QUIET_CALLS - 1):
            recorder.advance(recorder.session.step + 1)
        assert rows(library, step) == [(0,)]
        recorder.advance(recorder.session.step + 1)
        assert rows(library, step) == [(QUIET_CALLS,)]
        recorder.advance(recorder.session.step + 1)
        assert rows(library, step) == [(QUIET_CALLS,)]
        clock.now += 1_000
        recorder.advance(recorder.session.step + 1)
        assert rows(library, step) == [(QUIET_CALLS + 2,)]
        recorder.advance(recorder.session.step + 1)
        assert recorder.save()
        assert rows(library, step) == [(QUIET_CALLS + 3,)]


def test_a_paused_session_writes_nothing(library: Library, clock: Clock) -> None:
    with library.create(new_session()) as recorder:
        before = rows(library, "SELECT played FROM sessions")
        for _ in range(3 * QUIET_CALLS):
            clock.now += 500
            recorder.advance(recorder.session.step)
        assert rows(library, "SELECT played FROM sessions") == before


def test_closing_writes_the_rest_and_lets_go(library: Library) -> None:
    recorder = library.create(new_session())
    recorder.advance(11)
    recorder.close()
    recorder.close()
    assert library.sessions()[0].step == 11
    assert not library.in_use(recorder.id)


def test_snapshots_are_thinned(library: Library) -> None:
    with library.create(new_session()) as recorder:
        for number in range(3 * KEPT_COMMANDS):
            recorder.do(Note(f"note {number}"))
            recorder.advance(recorder.session.step + 1)
        kept = rows(library, "SELECT commands FROM snapshots ORDER BY commands")
        assert [row[0] for row in kept] == [0, KEPT_COMMANDS, 2 * KEPT_COMMANDS, 3 * KEPT_COMMANDS]
        recorder.do(Note("one more"))
        assert len(rows(library, "SELECT 1 FROM snapshots")) == 5


def test_a_leap_takes_samples_on_its_way(library: Library) -> None:
    with library.create(new_session(vertices=9_001)) as recorder:
        recorder.advance(9_000)
        line = recorder.equity_samples(SAMPLES)
        assert SAMPLES_A_LEAP // 2 < len(line.step) <= SAMPLES_A_LEAP + 2
        assert line.step[0] == 0
        assert line.step[-1] == 9_000
        assert list(line.time) == [int(recorder.session.tape.times[step]) for step in line.step]
        assert len(recorder.equity_samples(10).step) == 10
        assert recorder.save()
        assert rows(library, "SELECT count(*) FROM equity") == [(len(line.step),)]


def test_single_steps_take_no_more_samples_than_there_is_room_for(library: Library) -> None:
    with library.create(new_session(vertices=4_100)) as recorder:
        for step in range(1, 4_100, 2):
            recorder.advance(step)
        assert len(recorder.equity_samples(10_000).step) <= SAMPLES


def test_frames_that_pass_cells_take_a_sample_every_other_time(library: Library) -> None:
    with library.create(new_session(vertices=1_900)) as recorder:
        for step in range(2, 402, 2):
            recorder.advance(step)
        line = recorder.equity_samples(10_000)
        assert 90 <= len(line.step) <= 110
        assert line.step[-1] >= 398


def test_a_moment_is_looked_at_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with library.create(new_session()) as recorder:
        looks: list[int] = []
        view = type(recorder.session).view
        monkeypatch.setattr(type(recorder.session), "view", lambda session: (looks.append(1), view(session))[1])
        recorder.do(parse("buy $1000 ETH 5x"))
        recorder.view()
        assert len(looks) == 1
        recorder.advance(1)
        assert recorder.view().step == recorder.session.step
        assert len(looks) == 2


def test_samples_are_the_equity(library: Library) -> None:
    with library.create(new_session()) as recorder:
        recorder.do(parse("buy $4000 ETH 10x cross"))
        for step in range(1, 60):
            recorder.advance(step)
            line = recorder.equity_samples()
            assert (line.step[-1], line.equity[-1]) == (step, float(recorder.session.view().equity))


def test_a_session_that_broke_inside_is_not_written(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = library.create(new_session())
    recorder.do(parse("buy $1000 ETH 5x"))
    before = rows(library, "SELECT * FROM sessions")

    def broken(*_: object) -> None:
        recorder.session.step = 99
        raise ZeroDivisionError

    monkeypatch.setattr(recorder.session, "advance", broken)
    with pytest.raises(ZeroDivisionError):
        recorder.advance(5)
    recorder.close()
    assert rows(library, "SELECT * FROM sessions") == before
    with library.resume(recorder.id) as again:
        assert again.session.step == 0


@settings(max_examples=settings.default.max_examples // 8)  # type: ignore[union-attr]
@given(seed=st.integers(0, 10_000), cut=st.integers(0, 40))
def test_resumed_anywhere_it_goes_on_as_if_never_left(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cut: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    alone, recorded = new_session(seed % 7, 400), new_session(seed % 7, 400)
    moves = random_moves(seed, 40)
    with Library.open(home) as library:
        expected = [*alone.opening, *play_all(alone, alone, moves)]
        with library.create(recorded) as recorder:
            play_all(recorder, recorded, moves[:cut])
        with library.resume(recorder.id) as again:
            assert again.session.view() == recorded.view()
            play_all(again, again.session, moves[cut:])
            assert again.session.state_hash() == alone.state_hash()
            assert again.session.view() == alone.view()
            assert list(again.events()) == expected


def test_two_sessions_side_by_side(library: Library) -> None:
    first, second = library.create(new_session(1)), library.create(new_session(2))
    for number in range(5):
        first.do(Note(f"first {number}"))
        second.do(Note(f"second {number}"))
    assert [each.text for each in first.commands()] == [f"note first {number}" for number in range(5)]
    assert [each.text for each in second.commands()] == [f"note second {number}" for number in range(5)]
    first.close()
    second.close()


def test_a_recorder_may_move_to_another_thread(library: Library) -> None:
    from threading import Thread

    recorder = library.create(new_session())
    thread = Thread(target=recorder.do, args=(Note("from elsewhere"),))
    thread.start()
    thread.join()
    assert recorder.saved
    assert len(recorder.commands()) == 1
    recorder.close()


def test_the_files_are_where_they_should_be(library: Library, isocross_home: Path) -> None:
    recorder: Recorder = library.create(new_session())
    assert (isocross_home / "library.db").is_file()
    assert (isocross_home / "locks" / f"{recorder.id}.lock").is_file()
    recorder.close()
