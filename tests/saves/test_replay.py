"""Seeking: any moment of a replay is the session as it was then, and nothing later is in it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.command import Command
from engine.commands.grammar import parse
from engine.events import Event
from engine.session import Session
from engine.setup import Setup
from saves import Library, Point, RecordedCommand, Recorder, Replay, SaveError
from saves.landmarks import EventPlaces, Landmark
from tests.saves.playing import new_session, play, random_moves, random_tape

SETUPS = (
    Setup("hyperliquid", "isolated", Decimal(5_000)),
    Setup("binance", "cross", Decimal(5_000)),
    Setup("dydx_v4", "cross", Decimal(5_000)),
    Setup("aave_v3", "cross", Decimal(5_000)),
)
LONG = 20
"""Moves of one session."""


@dataclass(frozen=True)
class Moment:
    """What a live session showed at one of its moments."""

    point: Point
    hash: str
    events: tuple[Event, ...]
    commands: tuple[RecordedCommand, ...]
    equity: list[tuple[int, float]]


def moment(recorder: Recorder | Replay) -> Moment:
    session = recorder.session
    line = recorder.equity_samples()
    # A sample of the very vertex may be of before or after its commands; the moment itself is looked at instead.
    samples = [(int(step), float(equity)) for step, equity in zip(line.step, line.equity, strict=True)]
    return Moment(
        Point(session.step, session.commands),
        session.state_hash(),
        recorder.events(),
        recorder.commands(),
        [*(each for each in samples if each[0] < session.step), (session.step, float(recorder.view().equity))],
    )


def lived(recorder: Recorder, seed: int, count: int = LONG) -> list[Moment]:
    """Every moment of a random session, also those inside a wait."""
    return [moment(recorder), *(moment(recorder) for _ in play(recorder, recorder.session, random_moves(seed, count)))]


@given(st.integers(0, 10_000), st.sampled_from(SETUPS), st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_seeking_is_playing_to_there(seed: int, setup: Setup, chance: object) -> None:
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home)) as library:
        with library.create(Session(setup, random_tape(seed, 400))) as recorder:
            moments = {each.point: each for each in lived(recorder, seed)}
        replay = library.replay(recorder.id)
        assert replay.point == replay.end == max(moments)
        assert moment(replay) == moments[replay.end]
        points = list(moments) * 2
        chance.shuffle(points)  # type: ignore[attr-defined]
        for point in points:
            replay.seek(point.step, point.commands)
            assert moment(replay) == moments[point]
            assert replay.event_count == len(moments[point].events)


def single_steps(library: Library, session: str) -> dict[Point, tuple[str, int]]:
    """Hash and number of events at every moment, by playing the record vertex by vertex."""
    record = library.record(session)
    alone = record.start()
    count, found = len(alone.opening), {Point(0, 0): (alone.state_hash(), len(alone.opening))}
    commands = list(record.commands)
    while True:
        while commands and commands[0].step == alone.step:
            each = commands.pop(0)
            count += len(alone.do(each.command, each.number))  # type: ignore[arg-type]
            found[Point(alone.step, each.number)] = alone.state_hash(), count
        if alone.step == record.until:
            return found
        count += len(alone.advance(alone.step + 1))
        found[Point(alone.step, alone.commands)] = alone.state_hash(), count


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home, session = tmp_path_factory.mktemp("original"), new_session(3)
    with Library.open(home) as library, library.create(session, "Original") as recorder:
        for _ in play(recorder, session, random_moves(3, 90)):
            pass
    return home / "library.db", recorder.id


@pytest.fixture
def library(isocross_home: Path, original: tuple[Path, str]) -> Library:
    shutil.copy(original[0], isocross_home)
    return Library.open(isocross_home)


@pytest.fixture
def played(original: tuple[Path, str]) -> str:
    return original[1]


def test_every_single_moment_is_that_of_single_steps(library: Library, played: str) -> None:
    expected = single_steps(library, played)
    replay = library.replay(played)
    for point in [*sorted(expected), *sorted(expected, reverse=True)[::7]]:
        replay.seek(point.step, point.commands)
        assert (replay.session.state_hash(), replay.event_count) == expected[point], point


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM snapshots",
        "UPDATE snapshots SET state = x'00'",
        "UPDATE snapshots SET hash = 'another' WHERE commands > 0",
        "UPDATE snapshots SET step = step - 1",
        "UPDATE snapshots SET commands = commands + 1000",
    ],
)
def test_damaged_snapshots_are_passed_over(library: Library, played: str, statement: str) -> None:
    expected = single_steps(library, played)
    with sqlite3.connect(library.home / "library.db") as db:
        db.execute(statement)
    replay = library.replay(played)
    for point in sorted(expected)[::-11]:
        replay.seek(point.step, point.commands)
        assert replay.session.state_hash() == expected[point][0]


def test_nothing_later_is_visible(library: Library, played: str) -> None:
    replay = library.replay(played)
    for step in range(0, replay.end.step, 37):
        replay.seek(step)
        assert all(event.step <= step for event in replay.events())
        assert all(each.step <= step for each in replay.commands())
        assert replay.equity_samples().step.max() <= step
        assert replay.view().step == replay.session.step == step


def test_a_moment_between_two_commands_of_one_vertex(library: Library) -> None:
    with library.create(new_session(), "Two") as recorder:
        recorder.advance(5)
        for text in ("buy $1000 ETH 5x", "buy $500 SOL 2x", "deposit 10"):
            recorder.do(_parsed(text))
    replay = library.replay(recorder.id)
    for commands in (0, 2, 1, 3):
        replay.seek(5, commands)
        assert replay.point == Point(5, commands)
        assert len(replay.commands()) == replay.session.commands == commands
        assert float(replay.view().equity) == replay.equity_samples().equity[-1]
    replay.seek(5)
    assert replay.point == replay.end == Point(5, 3)
    replay.seek(4, 3)
    assert replay.point == Point(4, 0), "no command had been given there"
    replay.seek(10**9)
    assert replay.point == replay.end
    replay.seek(-5)
    assert replay.point == Point(0, 0)


def test_landmarks_lead_from_one_to_the_next(library: Library, played: str) -> None:
    replay = library.replay(played)
    marks = replay.landmarks
    assert {mark.kind for mark in marks} >= {"command", "fill"}
    assert [mark.point for mark in marks] == sorted(mark.point for mark in marks)
    for kinds in ({"command"}, {"fill"}, {"command", "fill", "call", "liquidation"}):
        wanted = sorted({mark.point for mark in marks if mark.kind in kinds})
        replay.seek(0, 0)
        met = []
        while (mark := replay.next(kinds)) is not None:
            replay.seek(mark.point.step, mark.point.commands)
            assert replay.point == mark.point
            met.append(mark.point)
        assert met == [point for point in wanted if point > Point(0, 0)]
        back = []
        while (mark := replay.previous(kinds)) is not None:
            replay.seek(mark.point.step, mark.point.commands)
            back.append(mark.point)
        assert back == met[-2::-1] + [point for point in wanted if point == Point(0, 0)]
    for mark in marks:
        assert mark.text.isprintable()
        assert mark.text


def test_a_session_that_is_being_played_can_be_looked_at(library: Library, played: str) -> None:
    with library.resume(played) as recorder:
        replay = library.replay(played)
        end, count = replay.end, replay.event_count
        recorder.advance(recorder.session.step + 30)
        recorder.do(_parsed("deposit 77"))
        replay.seek(10**9)
        assert (replay.point, replay.event_count) == (end, count)
        replay.seek(100)
        assert replay.session.step == 100
        assert library.replay(played).end > end


def test_a_leap_leaves_snapshots_to_seek_by(library: Library) -> None:
    session = new_session(vertices=4_000)
    with library.create(session, "Leap") as recorder:
        recorder.do(_parsed("deposit 1000000"))
        recorder.do(_parsed("buy $100 ETH 1x cross"))
        recorder.do(_parsed("sell $100 SOL 1x cross"))
        recorder.advance(3_999)
        assert recorder.event_count > 1_500
    with sqlite3.connect(library.home / "library.db") as db:
        kept = db.execute("SELECT events FROM snapshots WHERE session = ? ORDER BY events", [recorder.id]).fetchall()
    assert len(kept) >= 4
    assert max(later[0] - earlier[0] for earlier, later in pairwise(kept)) < 600


def looked_through(library: Library, session: str) -> None:
    replay = library.replay(session)
    for step in (10, 500, 3):
        replay.seek(step)
        replay.events()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE commands SET text = 'nonsense' WHERE number = 2", "is none"),
        ("UPDATE events SET figures = 'x' WHERE number = 3", "damaged"),
        ("DELETE FROM tape_chunks", "chunk is missing"),
        ("UPDATE events SET time = 'never' WHERE kind = 'fill'", "damaged"),
        ("UPDATE events SET step = 'x' WHERE number = 4", "damaged"),
        ("UPDATE events SET command = 1e300 WHERE number = 4", "damaged"),
    ],
)
def test_what_is_damaged_is_told_in_words(library: Library, played: str, statement: str, reason: str) -> None:
    with sqlite3.connect(library.home / "library.db") as db:
        db.execute(statement)
        db.execute("DELETE FROM snapshots")
    with pytest.raises(SaveError, match=reason) as refusal:
        looked_through(library, played)
    assert str(refusal.value).isprintable()


def _parsed(text: str) -> Command:
    return parse(text)


def test_events_of_commands_of_any_number_are_counted_at_their_vertex() -> None:
    places = EventPlaces(np.array([3, 3, 4, 4, 4, 9]), np.array([0, 2, 0, 2**40, 2**62, 0]))
    points = {(2, 0): 0, (3, 1): 1, (3, 2): 2, (4, 2): 3, (4, 2**40): 4, (4, 2**62): 5, (8, 2**62): 5, (9, 2**62): 6}
    assert {point: places.count(Point(*point)) for point in points} == points


def test_the_way_to_a_landmark_does_not_walk_by_those_of_other_kinds(library: Library, played: str) -> None:
    class Counted(tuple[Landmark, ...]):
        """Landmarks that may not be walked by."""

        def __iter__(self) -> Iterator[Landmark]:
            raise AssertionError("all of them are looked at")

        def __getitem__(self, place: object) -> object:  # type: ignore[override]
            assert isinstance(place, int), "a copy of many of them"
            return super().__getitem__(place)

    replay = library.replay(played)
    every = replay.landmarks
    replay.landmarks = Counted(every)
    for step in range(0, replay.end.step + 1, 7):
        replay.seek(step)
        for kinds in (("liquidation",), ("call", "fill"), ("command", "fill", "call", "liquidation"), ()):
            coming = [each for each in every if each.kind in kinds and each.point > replay.point]
            past = [each for each in every if each.kind in kinds and each.point < replay.point]
            assert replay.next(kinds) == (coming[0] if coming else None)
            assert replay.previous(kinds) == (past[-1] if past else None)
