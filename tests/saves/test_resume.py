"""The way back: any snapshot, or none, leads to the recorded state; anything else is refused and left as it is."""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from saves import Library, SaveError
from tests.saves.playing import new_session, play_all, random_moves


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A library with a session of many commands: its file, the session’s id, and its hash."""
    home, session = tmp_path_factory.mktemp("original"), new_session(3)
    with Library.open(home) as library, library.create(session) as recorder:
        play_all(recorder, session, random_moves(3, 150))
    return home / "library.db", recorder.id, session.state_hash()


@pytest.fixture
def library(isocross_home: Path, original: tuple[Path, str, str]) -> Iterator[Library]:
    shutil.copy(original[0], isocross_home)
    with Library.open(isocross_home) as library:
        yield library


@pytest.fixture
def played(original: tuple[Path, str, str]) -> tuple[str, str]:
    """The session’s id and its hash."""
    return original[1:]


def spoil(library: Library, statement: str, *values: object) -> None:
    with sqlite3.connect(library.home / "library.db") as db:
        db.execute(statement, values)


NEWEST = "WHERE commands = (SELECT max(commands) FROM snapshots)"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM snapshots",
        f"DELETE FROM snapshots {NEWEST}",
        f"UPDATE snapshots SET state = x'00' {NEWEST}",
        "UPDATE snapshots SET state = x'00'",
        f"UPDATE snapshots SET hash = 'another' {NEWEST}",
        f"UPDATE snapshots SET step = step - 1 {NEWEST}",
        "UPDATE snapshots SET commands = commands + 1000",
    ],
)
def test_without_its_newest_snapshots_it_is_replayed(library: Library, played: tuple[str, str], statement: str) -> None:
    session, state = played
    spoil(library, statement)
    with library.resume(session) as recorder:
        assert recorder.session.state_hash() == state


def test_a_snapshot_that_unpacks_to_gigabytes_is_passed_over(library: Library, played: tuple[str, str]) -> None:
    session, state = played
    spoil(library, "UPDATE snapshots SET state = ?", zlib.compress(b" " * 50_000_000))
    with library.resume(session) as recorder:
        assert recorder.session.state_hash() == state


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE sessions SET hash = 'another'", "another state"),
        ("UPDATE sessions SET step = steps", "states step"),
        ("UPDATE sessions SET step = -1", "states step"),
        ("UPDATE sessions SET step = 9223372036854775807", "states step"),
        ("UPDATE sessions SET commands = commands + 1", "commands"),
        ("DELETE FROM commands WHERE number = 3", "commands"),
        ("UPDATE sessions SET tape = 'none'", "tape"),
        ("DELETE FROM tape_chunks WHERE number = 0 AND array = 'times'", "chunk is missing"),
        ("UPDATE tapes SET complete = 0", "tape of this session is missing"),
        ("UPDATE tape_chunks SET data = x'78da' WHERE array = 'ETH/last'", "damaged in ETH/last"),
        ("""UPDATE sessions SET setup = '{"venue": "nowhere"}'""", "can’t be played|another state"),
        ("""UPDATE sessions SET setup = '{"balance": "1e99"}'""", "can’t be played|another state"),
        ("UPDATE commands SET number = 'one' WHERE number = 1", "wrong type"),
    ],
)
def test_what_does_not_add_up_is_refused_and_left(
    library: Library, played: tuple[str, str], statement: str, reason: str
) -> None:
    session, _ = played
    spoil(library, statement)
    if "setup" in statement:
        spoil(library, "DELETE FROM snapshots")
    with sqlite3.connect(library.home / "library.db") as db:
        before = list(db.iterdump())
        with pytest.raises(SaveError, match=reason) as refusal:
            library.resume(session)
        assert list(db.iterdump()) == before
    assert str(refusal.value).isprintable()
    assert not library.in_use(session)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE commands SET text = 'note another' WHERE number = 2", "another state|refused"),
        ("UPDATE commands SET text = 'nonsense \x1b[31m' WHERE number = 2", "is none"),
        ("UPDATE commands SET text = 'buy $1 DOGE' WHERE number = 2", "is refused"),
        ("UPDATE commands SET step = 800 WHERE number = 2", "out of order|another state"),
        ("UPDATE commands SET hash = 'another' WHERE number = 2", "after command 2"),
    ],
)
def test_a_replay_notices_a_changed_command(
    library: Library, played: tuple[str, str], statement: str, reason: str
) -> None:
    session, _ = played
    spoil(library, statement)
    spoil(library, "DELETE FROM snapshots")
    with pytest.raises(SaveError, match=reason) as refusal:
        library.resume(session)
    assert str(refusal.value).isprintable()
