"""One player a session, by a lock of the operating system; as many sessions at once as you like."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.commands.command import Note
from saves import Library, SaveError, SessionInUse
from saves.database import PATIENCE
from saves.lock import SessionLock
from tests.saves.playing import new_session

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def writer(*words: object) -> Iterator[subprocess.Popen[str]]:
    """The writer as a process of its own; its input ends when the block does."""
    command = [sys.executable, "-m", "tests.saves.writer", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        yield program
        if program.stdin is not None:
            program.stdin.close()


def line(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_a_second_process_is_told_and_refused(library: Library) -> None:
    with library.create(new_session()) as recorder:
        assert library.in_use(recorder.id)
        with writer("hold", library.home, recorder.id) as other:
            said = line(other)
        assert said.startswith("refused another isocross")
        assert f"(process {os.getpid()})" in said
        recorder.do(Note("still mine"))
        assert recorder.saved


def test_a_second_window_of_this_process_is_refused(library: Library) -> None:
    with library.create(new_session()) as recorder, pytest.raises(SessionInUse):
        library.resume(recorder.id)
    assert library.resume(recorder.id).session.step == 0


def test_what_another_process_plays_is_neither_resumed_nor_deleted(library: Library) -> None:
    mine, other = library.create(new_session()), library.create(new_session(2))
    other.close()
    with writer("hold", library.home, other.id) as program:
        assert line(program).startswith("resumed")
        assert library.in_use(other.id)
        with pytest.raises(SessionInUse, match=f"process {program.pid}"):
            library.resume(other.id)
        with pytest.raises(SessionInUse):
            library.delete(other.id)
        library.rename(other.id, "Renamed while played")
        mine.do(Note("I go on"))
        assert mine.saved
    assert library.resume(other.id).name == "Renamed while played"
    mine.close()


def test_a_killed_process_leaves_no_lock(library: Library) -> None:
    recorder = library.create(new_session())
    recorder.close()
    with writer("hold", library.home, recorder.id) as program:
        assert line(program).startswith("resumed")
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert not library.in_use(recorder.id)
    with library.resume(recorder.id) as again:
        assert again.saved


def test_a_lock_file_that_was_left_behind_means_nothing(library: Library) -> None:
    recorder = library.create(new_session())
    recorder.close()
    assert (library.home / "locks" / f"{recorder.id}.lock").read_text() == f"{os.getpid()}\n"
    library.resume(recorder.id).close()


def test_a_lock_lets_go_once(tmp_path: Path) -> None:
    lock = SessionLock(tmp_path / "locks" / "a.lock")
    with pytest.raises(SessionInUse):
        SessionLock(tmp_path / "locks" / "a.lock")
    lock.release()
    lock.release()
    SessionLock(tmp_path / "locks" / "a.lock").release()


def test_a_failed_resume_lets_go(library: Library) -> None:
    with pytest.raises(SaveError, match="not in the library"):
        library.resume("0123456789ab")
    assert not library.in_use("0123456789ab")


@pytest.mark.slow
def test_several_processes_open_a_new_library_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.saves.writer", "open", str(tmp_path / "fresh")]
    programs = [
        subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    said = [program.communicate() for program in programs]
    assert said == [("saved\n", "")] * 4
    with Library.open(tmp_path / "fresh") as library:
        assert len({each.name for each in library.sessions()}) == 4
        assert len({each.digest for each in library.sessions()}) == 1


def test_two_processes_write_to_one_library(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saves.database.FRAME_PATIENCE", PATIENCE)  # here every write has to come through at once
    with writer("play", library.home, 5, 60) as other, library.create(new_session()) as mine:
        for number in range(80):
            mine.do(Note(f"note {number}"))
            assert mine.saved, mine.trouble
        assert len(mine.commands()) == 80
        while line(other) != "finished":
            assert other.poll() is None
    assert len(library.sessions()) == 2
    assert len(library.commands(mine.id)) == 80
