"""A disk that refuses: a clear message, the game goes on, and what is missing is written when the disk takes it."""

from __future__ import annotations

import resource
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

import saves.store
from engine.commands.command import Note
from saves import Library, Recorder, SaveError
from saves.database import FRAME_PATIENCE, PATIENCE, connect
from saves.journal import LONGEST_WAIT
from tests.saves.disks import on_a_disk
from tests.saves.playing import new_session, play_all, random_moves


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("fills_up", "600k"),
        ("is_full_from_the_start", "1200k"),
        ("becomes_read_only", "4m"),
        ("was_always_read_only", "4m"),
    ],
)
def test_on_a_disk_of_its_own(tmp_path: Path, name: str, size: str) -> None:
    on_a_disk(name, tmp_path / "disk", size)


class Disk:
    """Connections that SQLite itself holds to the size that the file has now, while `full` is set."""

    def __init__(self) -> None:
        self.full, self.tries = False, 0

    def connect(self, path: Path, patience: float | None = None) -> Database:
        self.tries += 1
        db = connect(path, patience)
        if self.full:
            db.execute("PRAGMA max_page_count = 1").fetchone()  # SQLite takes the present size, it can't be less
        return db


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(saves.store, "connect", disk.connect)
    return disk


def test_everything_is_written_in_order_once_there_is_room(library: Library, disk: Disk) -> None:
    alone, session = new_session(4), new_session(4)
    moves = random_moves(4, 120)
    expected = [*alone.opening, *play_all(alone, alone, moves)]
    disk.full = True
    with library.create(session) as recorder:
        assert recorder.trouble == "the disk is full"
        play_all(recorder, session, moves[:100])
        disk.full = False
        play_all(recorder, session, moves[100:])
        assert recorder.saved
    stored = library.commands(recorder.id)
    assert [each.number for each in stored] == list(range(1, len(stored) + 1))
    with library.resume(recorder.id) as again:
        assert again.session.state_hash() == alone.state_hash()
        assert list(again.events()) == expected


def test_frames_try_less_and_less_often(library: Library, disk: Disk) -> None:
    with library.create(new_session(vertices=5_000)) as recorder:
        disk.full = True
        recorder._journal.store.disconnect()
        for number in range(200):  # until the file’s last page is full
            recorder.do(Note(f"{number} " + "x" * 400))
        assert not recorder.saved
        before = disk.tries
        for _ in range(3 * LONGEST_WAIT):
            recorder.advance(recorder.session.step + 1)
        assert disk.tries - before <= 14
        disk.full = False
        recorder.do(Note("a command tries at once"))
        assert recorder.saved


def test_a_limit_on_the_size_of_files(library: Library) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with library.create(new_session()) as recorder:
        resource.setrlimit(resource.RLIMIT_FSIZE, ((library.home / "library.db-wal").stat().st_size, before[1]))
        try:
            recorder.do(Note("too much"))
            assert recorder.trouble is not None
            assert recorder.trouble.startswith("the disk")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        recorder.do(Note("room again"))
        assert recorder.saved
        assert len(recorder.commands()) == 2


def test_another_program_that_keeps_the_library_busy(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saves.database.PATIENCE", 0.05)
    with library.create(new_session()) as recorder:
        recorder.save()
        with sqlite3.connect(library.home / "library.db", isolation_level=None) as other:
            recorder._journal.store.disconnect()
            other.execute("BEGIN IMMEDIATE")
            recorder.do(Note("has to wait"))
            assert recorder.trouble == "another program keeps the library busy"
            other.execute("ROLLBACK")
        recorder.do(Note("is through"))
        assert recorder.saved


def test_a_busy_library_keeps_no_frame_waiting(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def noted(path: Path, patience: float | None = None) -> Database:
        waits.append(PATIENCE if patience is None else patience)
        return connect(path, 0.01)

    monkeypatch.setattr(saves.store, "connect", noted)
    with library.create(new_session()) as recorder:
        assert waits == [PATIENCE], "a new session is worth waiting for"
        assert busy_timeout(recorder) == FRAME_PATIENCE
        with sqlite3.connect(library.home / "library.db", isolation_level=None) as other:
            recorder._journal.store.disconnect()
            other.execute("BEGIN IMMEDIATE")
            recorder.do(Note("has to wait"))
            assert recorder.trouble == "another program keeps the library busy"
            other.execute("ROLLBACK")
        assert waits[1:] == [FRAME_PATIENCE]
        for _ in range(8):  # the frames of a desk on which time stands still
            recorder.retry()
        assert recorder.saved, recorder.trouble
        assert not recorder.retry()
        recorder.advance(1)
        recorder._journal.store.disconnect()
    assert waits[-1] == PATIENCE, "nothing comes after the last that is written"
    assert [each.text for each in library.commands(recorder.id)] == ["note has to wait"]


def busy_timeout(recorder: Recorder) -> float:
    """Seconds that the recorder's connection waits."""
    return float(recorder._journal.store._connected().execute("PRAGMA busy_timeout").fetchone()[0]) / 1000


def test_the_library_is_removed_while_the_game_runs(library: Library) -> None:
    with library.create(new_session()) as recorder:
        for file in library.home.glob("library.db*"):
            file.rename(library.home / f"elsewhere{file.suffix}")
        recorder.do(Note("where is it"))
        assert recorder.trouble == "the library was moved or removed while the game ran"
        recorder.do(Note("still gone"))
        assert not recorder.saved
        assert not (library.home / "library.db").exists(), "an empty library would hide that the saves are gone"
        for file in library.home.glob("elsewhere*"):
            file.rename(library.home / f"library{file.suffix}")
        recorder.do(Note("back"))
        assert recorder.saved
        assert len(recorder.commands()) == 3


def test_the_session_is_removed_while_the_game_runs(library: Library) -> None:
    with library.create(new_session()) as recorder:
        with sqlite3.connect(library.home / "library.db") as other:
            other.execute("DELETE FROM sessions")
        recorder.do(Note("am I still there"))
        assert recorder.trouble == "the session was removed from the library while the game ran"


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for home in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(SaveError, match="ISOCROSS_HOME"):
            Library.open(home)
        with Library.attempt(home) as library, library.create(new_session()) as recorder:
            assert recorder.trouble is not None
            recorder.do(Note("played"))
            assert [each.text for each in recorder.commands()] == ["note played"]
            assert recorder.events(last=1)[0].kind == "note"
    assert (tmp_path / "file").read_text() == "in the way"
